package contract

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOpenAPIReferences writes one response behind each kind of reference.
func TestOpenAPIReferences(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"my file.yaml":   "description: It",
		"a/b.yaml":       "item: {get: {responses: {200: {$ref: '../c.json#/x~1y/~0z/1'}}}}",
		"c.json":         `{"x/y": {"~z": [0, {"$ref": "a/d.yaml"}]}}`,
		"a/d.yaml":       "$ref: '../my%20file.yaml'",
		"operation.yaml": "responses: {200: {$ref: 'd.yaml#/components/responses/A%7Bb%7D'}}",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const components = `
components:
  responses:
    It: {description: It}
    Chain: {$ref: '#/components/responses/Link'}
    Link: {$ref: '#/components/responses/It'}
    "A{b}": {description: It}
    "Not here": {description: It}
    "50% ~/": {description: It}
  headers: {Loop: {$ref: '#/components/headers/Loop'}}
  schemas: {Self: {allOf: [{$ref: '#/components/schemas/Self'}, {$ref: 'https://example.com/x'}, {$ref: nowhere.yaml}]}}
`
	for _, tt := range []struct{ name, path string }{
		{"in place", "{get: {responses: {200: {description: It}}}}"},
		{"response", "{get: {responses: {200: {$ref: '#/components/responses/It'}}}}"},
		{"chain of responses", "{get: {responses: {200: {$ref: '#/components/responses/Chain'}}}}"},
		{"percent-encoded braces", "{get: {responses: {200: {$ref: '#/components/responses/A%7Bb%7D'}}}}"},
		{"braces as they are", "{get: {responses: {200: {$ref: '#/components/responses/A{b}'}}}}"},
		{"percent-encoded blank", "{get: {responses: {200: {$ref: '#/components/responses/Not%20here'}}}}"},
		{"percent, tilde and slash", "{get: {responses: {200: {$ref: '#/components/responses/50%25%20~0~1'}}}}"},
		{"another path", "{$ref: '#/paths/~1other~1%7Bid%7D'}"},
		{"responses of another path", "{get: {responses: {$ref: '#/paths/~1other~1{id}/get/responses'}}}"},
		{"the document by its address", "{get: {responses: {200: {$ref: 'https://example.org/d.yaml#/components/responses/It'}}}}"},
		{"file", "{get: {responses: {200: {$ref: my%20file.yaml}}}}"},
		{"path item, file and list", "{$ref: 'a/b.yaml#/item'}"},
		{"operation in a file, and back", "{get: {$ref: ./operation.yaml}}"},
		{"the document by its name", "{get: {responses: {200: {$ref: 'd.yaml#/components/responses/It'}}}}"},
		{"what is not read refers to nothing", "{parameters: [{$ref: nowhere.yaml}], get: {requestBody: {$ref: '#/nowhere'}, responses: {200: {description: It, content: {a/b: {schema: {$ref: '#/components/schemas/Self'}}}}}}}"},
	} {
		text := "openapi: 3.2.0\n$self: https://example.org/d.yaml\ninfo: {title: t}\npaths:\n  /a: " + tt.path + "\n  /other/{id}: {get: {responses: {200: {description: It}}}}" + components
		name := filepath.Join(dir, "d.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(name)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if len(c.Routes) != 2 || len(c.Routes[0].Codes) != 1 || c.Routes[0].Codes[0].Description != "It" {
			t.Errorf("%s: %+v", tt.name, c.Routes)
		}
	}
}

// TestOpenAPIBases: each server is a template of its own, the same path of two servers is one, and too many are refused,
// never left out.
func TestOpenAPIBases(t *testing.T) {
	many := func(n int) string {
		var servers []string
		for i := range n {
			servers = append(servers, fmt.Sprintf("{url: /v%d}", i))
		}
		return "[" + strings.Join(servers, ", ") + "]"
	}
	product := func(n int) string {
		values := "[0, 1, 2, 3, 4, 5, 6, 7]"
		return fmt.Sprintf("[{url: '/{a}/{b}', variables: {a: {default: 0, enum: %s}, b: {default: 0, enum: %s}}}]", values, values[:3*n]+"]")
	}
	for _, tt := range []struct {
		servers string
		want    []string // templates of the path /a; nil: refused
	}{
		{"[]", []string{"/a"}},
		{"[{url: /}]", []string{"/a"}},
		{"[{url: ''}]", []string{"/a"}},
		{"[{url: .}, {url: ./}, {url: /.}]", []string{"/a"}},
		{"[{url: /v1}, {url: /v2/}]", []string{"/v1/a", "/v2/a"}},
		{"[{url: v1}, {url: ./v2}, {url: ../v3}, {url: /x/../v4/y}]", []string{"/v1/a", "/v2/a", "/v3/a", "/v4/y/a"}},
		{"[{url: 'https://a.example/v1'}, {url: '//b.example/v1/'}, {url: 'http://c.example:80/v1?x=/y#/z'}]", []string{"/v1/a"}},
		{"[{url: 'https://a.example'}, {url: 'https://a.example/'}]", []string{"/a"}},
		{"[{url: '{origin}/v1', variables: {origin: {default: 'https://a.example/api'}}}]", []string{"/api/v1/a"}},
		{"[{url: 'https://{env}.a.example:{port}/{v}', variables: {env: {default: x}, port: {default: '443', enum: ['1', '2']}, v: {default: v1, enum: [v1, v2]}}}]",
			[]string{"/v1/a", "/v2/a"}},
		{"[{url: '/{tenant}/v1'}]", []string{"/{tenant}/v1/a"}},
		{"[{url: '/{empty}/v1', variables: {empty: {default: ''}}}]", []string{"/v1/a"}},
		{many(33), nil},
		{product(5), nil},
	} {
		c, err := parseOpenAPI("d.yaml", []byte("openapi: 3.1.0\nservers: "+tt.servers+"\npaths: {/a: {get: {responses: {200: {description: It}}}}}"), openAPIOptions{})
		if err != nil {
			const refusal = "make more than 32 base paths"
			if tt.want != nil || !strings.HasPrefix(err.Error(), "d.yaml:2:10: ") || !strings.Contains(err.Error(), refusal) || !strings.Contains(err.Error(), "base_path: ") {
				t.Errorf("%.60s: %v", tt.servers, err)
			}
			continue
		}
		var got []string
		for _, r := range c.Routes {
			got = append(got, r.Template)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%.60s: %q, want %q", tt.servers, got, tt.want)
		}
	}
	for _, servers := range []string{many(32), product(4)} {
		c, err := parseOpenAPI("d.yaml", []byte("openapi: 3.1.0\nservers: "+servers+"\npaths: {/a: {get: {responses: {200: {description: It}}}}}"), openAPIOptions{})
		if err != nil || len(c.Routes) != maxBases {
			t.Errorf("%.60s: %v", servers, err)
		}
	}
	// The contract's base path goes before all of them.
	c, err := parseOpenAPI("d.yaml", []byte("openapi: 3.1.0\nservers: "+many(33)+"\npaths: {/a: {get: {responses: {200: {description: It}}}}}"), openAPIOptions{HasBasePath: true, BasePath: "/v7"})
	if err != nil || c.Routes[0].Template != "/v7/a" {
		t.Errorf("with base_path: %v", err)
	}
}
