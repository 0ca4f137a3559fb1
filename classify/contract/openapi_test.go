package contract

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// describeRoutes writes down what was read, a line for each route and each code.
func describeRoutes(c *Contract) string {
	var b strings.Builder
	for _, r := range c.Routes {
		fmt.Fprintf(&b, "%s %s", strings.Join(r.Methods, "|"), r.Template)
		if r.Owner != "" {
			fmt.Fprintf(&b, " (%s)", r.Owner)
		}
		if r.Deprecated {
			b.WriteString(" deprecated")
		}
		fmt.Fprintf(&b, " %s\n", place(r.Pos))
		for _, code := range r.Codes {
			fmt.Fprintf(&b, "  %s %q %q %s %s\n", code.Pattern, code.Meaning, code.Description, code.CategoryOf(), place(code.Pos))
			for _, check := range append(code.OnlyWhen, code.Sends...) {
				fmt.Fprintf(&b, "    %s %s %d %v\n", check.Severity, check.ID, check.Auth, check.ResponseHeaders)
			}
		}
	}
	return b.String()
}

func place(p Position) string {
	return fmt.Sprintf("%s:%d:%d", filepath.Base(p.File), p.Line, p.Column)
}

func TestOpenAPI(t *testing.T) {
	tests := []struct {
		file, name, source string
		opts               openAPIOptions
		want               string
	}{
		{file: "v20.yaml", name: "pet-store", want: `
GET /v2/pets/{id} (pets) v20.yaml:15:5
  200 "OK" "The pet" success v20.yaml:19:9
  401 "Unauthorized" "Who are you" client_error v20.yaml:23:9
    warning openapi-401-means-no-credentials 2 []
  404 "Not Found" "There is no such pet" client_error v20.yaml:24:9
  default "" "Anything else"  v20.yaml:25:9
DELETE /v2/pets/{id} (pets) deprecated v20.yaml:26:5
  204 "No Content" "" success v20.yaml:29:19
  401 "Unauthorized" "" client_error v20.yaml:29:43
`},
		{file: "v20.yaml", name: "pet-store", opts: openAPIOptions{HasBasePath: true, Default: "documents-errors"}, want: `
GET /pets/{id} (pets) v20.yaml:15:5
  200 "OK" "The pet" success v20.yaml:19:9
  401 "Unauthorized" "Who are you" client_error v20.yaml:23:9
    warning openapi-401-means-no-credentials 2 []
  404 "Not Found" "There is no such pet" client_error v20.yaml:24:9
  4XX "" "Anything else" client_error v20.yaml:25:9
  5XX "" "Anything else" server_error v20.yaml:25:9
DELETE /pets/{id} (pets) deprecated v20.yaml:26:5
  204 "No Content" "" success v20.yaml:29:19
  401 "Unauthorized" "" client_error v20.yaml:29:43
`},
		{file: "v30.json", name: "jobs-api", want: `
GET /live/v1/jobs/{id}.json (jobs) v30.json:9:4
  200 "OK" "The \"job\"" success v30.json:12:6
    error openapi-200-sends-etag 0 [{etag 1 }]
  4XX "" "An error" client_error v30.json:20:6
  5XX "" "An error" server_error v30.json:21:6
GET /test/v1/jobs/{id}.json (jobs) v30.json:9:4
  200 "OK" "The \"job\"" success v30.json:12:6
    error openapi-200-sends-etag 0 [{etag 1 }]
  4XX "" "An error" client_error v30.json:20:6
  5XX "" "An error" server_error v30.json:21:6
POST /upload/jobs v30.json:27:4
  201 "Created" "Made" success v30.json:30:19
  401 "Unauthorized" "No" client_error v30.json:30:51
POST /jobs v30.json:27:4
  201 "Created" "Made" success v30.json:30:19
  401 "Unauthorized" "No" client_error v30.json:30:51
HEAD /jobs v30.json:32:4
  default "" "Whatever"  v30.json:32:27
`},
		{file: "v30.json", name: "jobs-api", opts: openAPIOptions{HasBasePath: true, BasePath: "in/", Default: "ignore"}, want: `
GET /in/jobs/{id}.json (jobs) v30.json:9:4
  200 "OK" "The \"job\"" success v30.json:12:6
    error openapi-200-sends-etag 0 [{etag 1 }]
  4XX "" "An error" client_error v30.json:20:6
  5XX "" "An error" server_error v30.json:21:6
POST /in/jobs v30.json:27:4
  201 "Created" "Made" success v30.json:30:19
  401 "Unauthorized" "No" client_error v30.json:30:51
HEAD /in/jobs v30.json:32:4
`},
		{file: "v31.yaml", name: "files", want: `
GET /files/{name} (readers) v31.yaml:8:7
  200 "OK" "The file" success v31.yaml:10:11
  304 "Not Modified" "As you have it" redirect v31.yaml:11:11
PUT /files/{name} (writers) v31.yaml:12:7
  201 "Created" "It was made." success v31.yaml:16:11
    error openapi-201-sends-location 0 [{location 1 }]
    error openapi-201-sends-x-a 0 [{x_a 1 }]
    error openapi-201-sends-x-a-2 0 [{x-a 1 }]
  403 "Forbidden" "Not yours" client_error v31.yaml:17:11
    warning openapi-403-means-known-caller 1 []
GET /files/{file}/range (storage) range.json:1:23
  206 "Partial Content" "Not changed" success range.json:1:45
DELETE /files/{name} (storage) v31.yaml:27:5
`},
		{file: "v32.yaml", name: "search", want: `
QUERY /search v32.yaml:6:5
  200 "Found something" "Hits" success v32.yaml:8:9
  404 "Not Found" "Nothing" client_error v32.yaml:9:9
  418 "(Unused)" "Short and stout" client_error v32.yaml:10:9
  520 "" "" server_error v32.yaml:11:9
COPY /search v32.yaml:13:7
  1XX "Wait" "" informational v32.yaml:14:21
  2XX "" "" success v32.yaml:14:45
  default "Something else" ""  v32.yaml:14:56
`},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			name := filepath.Join("testdata", "openapi", tt.file)
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !IsOpenAPI(data) {
				t.Error("not taken for an OpenAPI document")
			}
			c, err := parseOpenAPI(name, data, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := describeRoutes(c), tt.want[1:]; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if c.Name != tt.name || c.File != name || c.Unmatched.Label != UnmatchedLabel || len(c.Codes) != 0 {
				t.Errorf("name %q, file %q, unmatched %+v, codes %v", c.Name, c.File, c.Unmatched, c.Codes)
			}
		})
	}
}

// TestOpenAPIPaths writes paths as documents have them; each line of want is a route with its codes.
func TestOpenAPIPaths(t *testing.T) {
	tests := []struct{ name, paths, want string }{
		{"a query", "/a?op=x: {get: {responses: {200: {}}}}", "GET /a 200"},
		{"operations told apart by a query", "/a?op=x: {get: {responses: {200: {}, 404: {}}}}\n  /a?op=y: {get: {responses: {404: {}, 409: {}}}, put: {responses: {204: {}}}}",
			"GET /a 200 404 409, PUT /a 204"},
		{"by a fragment", "/{b}/{k}#uploads: {post: {responses: {200: {}}}}\n  /{bucket}/{key}: {post: {responses: {201: {}}}}", "POST /{b}/{k} 200 201"},
		{"the root", "'/#Action=A': {get: {responses: {200: {}}}}\n  '/#Action=B': {get: {responses: {400: {}}}}", "GET / 200 400"},
		{"a query in braces", "'/a/{id}{?page,size}': {get: {responses: {200: {}}}}", "GET /a/{id} 200"},
		{"parameters under other names", "/a/{x}: {get: {responses: {200: {}}}}\n  /a/{y}: {put: {responses: {201: {}}}}", "GET /a/{x} 200, PUT /a/{x} 201"},
		{"a trailing slash", "/a: {get: {responses: {200: {}}}}\n  /a/: {get: {responses: {201: {}}}}", "GET /a 200, GET /a/ 201"},
		{"keys of responses", "/a: {get: {responses: {200: {}, '201': {}, 4xx: {}, 5XX: {}, default: {}, x-y: 1}}}", "GET /a 200 201 4XX 5XX default"},
		{"what is no operation", "x-a: {get: {responses: {200: {}}}}\n  /a: {summary: s, parameters: [], x-b: {responses: {200: {}}}, get: {responses: {200: {}}, callbacks: {c: {'{$url}': {post: {responses: {201: {}}}}}}}}",
			"GET /a 200"},
		{"methods of 3.2", "/a: {query: {responses: {200: {}}}, additionalOperations: {LINK: {responses: {204: {}}}}}", "QUERY /a 200, LINK /a 204"},
		{"true with a capital", "/a: {get: {responses: {201: {headers: {Location: {required: True}}}}}}", "GET /a 201(location)"},
	}
	for _, tt := range tests {
		c, err := parseOpenAPI("d.yaml", []byte("openapi: 3.2.0\nwebhooks: {/hook: {post: {responses: {200: {}}}}}\npaths:\n  "+tt.paths), openAPIOptions{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var routes []string
		for _, r := range c.Routes {
			line := r.describe()
			for _, code := range r.Codes {
				line += " " + code.Pattern
				for _, s := range code.Sends {
					line += "(" + s.ResponseHeaders[0].Name + ")"
				}
			}
			routes = append(routes, line)
		}
		if got := strings.Join(routes, ", "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestOpenAPIRefuses writes documents that are wrong; each is refused where it is wrong, with what would be right.
func TestOpenAPIRefuses(t *testing.T) {
	const head = "openapi: 3.0.0\ninfo: {title: t}\npaths:\n"
	tests := []struct{ name, document, want string }{
		{"version", "openapi: 4.0.0\npaths: {}", "d.yaml:1:10: OpenAPI 4.0.0 is not known: 2.0, 3.0, 3.1 and 3.2 are"},
		{"swagger 1", "swagger: '1.2'", "d.yaml:1:10: OpenAPI 1.2 is not known: 2.0, 3.0, 3.1 and 3.2 are"},
		{"no version", "info: {}", "d.yaml:1:1: no OpenAPI document: it has no openapi or swagger version at its top"},
		{"list", "- openapi: 3.0.0", "d.yaml:1:1: an OpenAPI document is a mapping with openapi or swagger at its top, found a list"},
		{"empty", "", "d.yaml:1:1: the document is empty"},
		{"no paths", "openapi: 3.1.0\nwebhooks: {}", "d.yaml:1:1: the document has no paths: nothing to hold a request against"},
		{"no operation", head + "  /a: {}", "d.yaml:4:3: no path has an operation: nothing to hold a request against"},
		{"paths are a list", head + "  - /a", "d.yaml:4:3: paths must be a mapping, found a list"},
		{"path item is text", head + "  /a: get", "d.yaml:4:7: a path item must be a mapping, found a single value"},
		{"operation is text", head + "  /a: {get: yes}", "d.yaml:4:13: an operation must be a mapping, found a single value"},
		{"responses are a list", head + "  /a: {get: {responses: [200]}}", "d.yaml:4:25: responses must be a mapping, found a list"},
		{"response key", head + "  /a: {get: {responses: {2000: {}}}}", `d.yaml:4:26: response "2000": want a status code from 100 to 599, a range such as 4XX, or default`},
		{"range that OpenAPI does not have", head + "  /a: {get: {responses: {50X: {}}}}", `d.yaml:4:26: response "50X": want a status code from 100 to 599, a range such as 4XX, or default`},
		{"response key twice", head + "  /a: {get: {responses: {4XX: {}, 4xx: {}}}}", `d.yaml:4:35: response "4xx" is there twice`},
		{"key twice", head + "  /a: {get: {responses: {200: {}, '200': {}}}}", `d.yaml:4:35: the key "200" is there twice in the same mapping`},
		{"path twice", head + "  /a: {get: {x: 1}}\n  /a: {get: {x: 1}}", `d.yaml:5:3: the key "/a" is there twice in the same mapping`},
		{"conflicting templates", head + "  /a/{x}: {get: {x: 1}}\n  /a/{y}: {put: {x: 1}, get: {x: 1}}", "d.yaml:5:25: GET /a/{x} is there already, at d.yaml:4:12, whatever the parameters are called: make them one operation"},
		{"braces", head + "  /a/{x: {get: {x: 1}}", "d.yaml:4:11: /a/{x: { without } in the same segment"},
		{"no slash", head + "  a: {get: {x: 1}}", "d.yaml:4:7: a: a path template starts with a slash"},
		{"http ref", head + "  /a: {$ref: 'https://example.com/a.yaml#/x'}", "d.yaml:4:14: $ref https://example.com/a.yaml#/x is an address: nothing is fetched; download the document and refer to the file"},
		{"file ref", head + "  /a: {$ref: 'file:///etc/passwd'}", "d.yaml:4:14: $ref file:///etc/passwd is an address: nothing is fetched; download the document and refer to the file"},
		{"ref to no file", head + "  /a: {$ref: nowhere.yaml}", "d.yaml:4:14: nowhere.yaml cannot be read: no such file or directory"},
		{"ref to a directory", head + "  /a: {$ref: testdata}", "d.yaml:4:14: testdata cannot be read: a directory: name a file in it"},
		{"ref to nowhere", head + "  /a: {get: {responses: {200: {$ref: '#/components/responses/x'}}}}", "d.yaml:4:38: $ref #/components/responses/x leads nowhere: d.yaml has no #/components"},
		{"ref to itself", head + "  /a: {$ref: '#/paths/~1a'}", "d.yaml:4:14: $ref #/paths/~1a leads in a circle, back to where it comes from: one of these references must be the value itself"},
		{"ref through itself", head + "  /a: {$ref: '#/paths/~1a/get/x'}", "d.yaml:4:7: $ref leads in a circle, or through more than 64 others"},
		{"ref to an anchor", head + "  /a: {$ref: '#a'}", "d.yaml:4:14: $ref #a names an anchor: write the path to it, #/components/responses/name"},
		{"ref that is no URI", head + "  /a: {$ref: '%zz'}", "d.yaml:4:14: $ref %zz is no URI reference"},
		{"not YAML", "openapi: 3.0.0\npaths: {", "d.yaml:2:1: not YAML: a value is missing, or a { or [ before it is not closed"},
		{"not JSON", "{\"openapi\": \"3.0.0\",\n \"paths\": {,}}", "d.json:2:12: not JSON: a key is written in double quotes"},
		{"JSON that ends early", "{\"openapi\": \"3.0.0\",\n \"paths\": {", "d.json:2:11: not JSON: the document ends in the middle: is the file whole?"},
		{"JSON with a comma too many", "{\"openapi\": \"3.0.0\",\n \"paths\": {},\n}", "d.json:3:1: not JSON: a comma before }: JSON has none behind the last entry"},
		{"JSON list with a comma too many", "{\"openapi\": \"3.0.0\", \"tags\": [1,]}", "d.json:1:33: not JSON: a comma before ]: JSON has none behind the last entry"},
		{"more than a JSON document", "{\"openapi\": \"3.0.0\"}}", "d.json:1:21: not JSON: the text goes on behind its end"},
		{"tab", "openapi: 3.0.0\npaths:\n\t/a: {}", "d.yaml:3:1: a tab indents this line: YAML wants spaces"},
		{"response in a file that is none", head + "  /a: {get: {responses: {200: {$ref: openapi_test.go}}}}",
			"d.yaml:4:38: the file that is referred to here is refused"},
		{"response that is none", head + "  /a: {get: {responses: {200: {$ref: '#/openapi'}}}}", "d.yaml:1:10: a response must be a mapping, found a single value; d.yaml:4:31 refers to it"},
		{"NUL", head + "  /a: {get: {x: 1}}\n\x00", "d.yaml:5:1: control character U+0000: YAML is plain text"},
		{"gzip", "\x1f\x8b\x08", "d.yaml:1:1: this is gzip: unpack it, and name the document that is in it"},
		{"not UTF-8", "openapi: 3.0.0\ninfo: {title: \xe9}", "d.yaml:2:15: byte 0xe9 is not UTF-8: save the document as UTF-8"},
		{"merge of itself", head + "  /a: &a {<<: *a, get: {x: 1}}", "merge keys lead in a circle, or through more than 64 others"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := "d.yaml"
			if strings.Contains(tt.name, "JSON") {
				name = "d.json"
			}
			_, err := parseOpenAPI(name, []byte(tt.document), openAPIOptions{})
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("error %v", err)
			}
			if got := all[0].Error(); !strings.Contains(got, tt.want) {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

// TestOpenAPIBombs holds that no document takes memory or time out of proportion.
func TestOpenAPIBombs(t *testing.T) {
	responses := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d: {}, ", 100+i)
		}
		return "{" + b.String() + "}"
	}
	merges := "a0: &a0 {x: 1}\n"
	for i := 1; i < 30; i++ {
		merges += fmt.Sprintf("a%d: &a%d {<<: [%s]}\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	lists := "a0: &a0 [x]\n"
	for i := 1; i < 30; i++ {
		lists += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	paths := ""
	for i := range 5000 {
		paths += fmt.Sprintf("  /p%d: *item\n", i)
	}
	refs := ""
	for i := range 500 {
		refs += fmt.Sprintf(`"/p%d": {"get": {"responses": {"200": {"$ref": "#"}}}},`, i)
	}
	tests := []struct{ name, document, want string }{
		{"aliases that nobody follows", lists + "openapi: 3.0.0\npaths: {/a: {get: {tags: [b]}}}", ""},
		{"merge keys", merges + "openapi: 3.0.0\npaths: *a29", "more than 5000000 values"},
		{"responses", "openapi: 3.0.0\nx: &item {get: {responses: " + responses(400) + "}}\npaths:\n" + paths, "more than 200000 responses"},
		{"references to everything", `{"openapi": "3.0.0", "x": "` + strings.Repeat("x", 20<<20) + `", "paths": {` + strings.TrimSuffix(refs, ",") + "}}", "more than 5000000 values"},
		{"50 MB", "openapi: 3.0.0\nx: " + strings.Repeat("x", 50<<20), "the OpenAPI document is too large: at most 32 MiB in one file"},
		{"YAML of 20 MB", "openapi: 3.0.0\nx: " + strings.Repeat("x", 20<<20), "the YAML document is too large: at most 16 MiB"},
		{"many small values", "openapi: 3.0.0\nx: [" + strings.Repeat("[],", 3<<20) + "]", "the YAML document is too large: at most 16 MiB and 2.5 million values"},
		{"deep YAML", "openapi: 3.0.0\nx: " + strings.Repeat("[", 1<<20), "not YAML"},
		{"deep JSON", `{"openapi": "3.0.0", "x": ` + strings.Repeat("[", 1<<20), "nested deeper than 10000 levels"},
		{"deep JSON that is never read", `{"openapi": "3.0.0", "paths": {"/a": {"get": {"tags": [1]}}}, "x": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := "d.yaml"
			if tt.document[0] == '{' {
				name = "d.json"
			}
			_, err := parseOpenAPI(name, []byte(tt.document), openAPIOptions{})
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%.300v", err)
			}
		})
	}
}

func TestIsOpenAPI(t *testing.T) {
	tests := []struct {
		document string
		want     bool
	}{
		{"openapi: 3.0.0\n", true},
		{"# comment\n---\n\"swagger\" : '2.0'\n", true},
		{"info: {}\nopenapi: 3.1.0", true},
		{"{openapi: 3.1.0, paths: {}}", true},
		{"\ufeffopenapi: 3.1.0", true},
		{"\n {\"info\": {\"openapi\": 1}, \"swagger\": \"2.0\"}", true},
		{"{\n  \"info\": {},\n  \"swagger\": 2.0\n}", true},
		{"contract: v1\nopenapi:\n  - file: a.yaml\n", false},
		{"contract: v1\nopenapi: [{file: a.yaml}]", false},
		{"{\"contract\": \"v1\", \"openapi\": [{\"file\": \"3.yaml\"}]}", false},
		{"codes:\n  200:\n    description: |\n      openapi: 3.0.0\n", false},
		{"{\"a\"", false},
		{"{", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := IsOpenAPI([]byte(tt.document)); got != tt.want {
			t.Errorf("%q: %v", tt.document, got)
		}
	}
}

// TestOpenAPIDigest holds that the digest changes with any file that was read, and with nothing else.
func TestOpenAPIDigest(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	digest := func() string {
		t.Helper()
		c, err := Load(filepath.Join(dir, "a.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return c.Digest
	}
	write("a.yaml", "openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {$ref: b.yaml}}}}}")
	write("b.yaml", "description: b")
	write("c.yaml", "description: c")
	first := digest()
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(first) || digest() != first {
		t.Errorf("digest %s, then %s", first, digest())
	}
	write("c.yaml", "description: d")
	if digest() != first {
		t.Error("changes with a file that was not read")
	}
	write("b.yaml", "description: d")
	second := digest()
	write("a.yaml", "openapi: 3.0.1\npaths: {/a: {get: {responses: {200: {$ref: b.yaml}}}}}")
	if second == first || digest() == second {
		t.Error("does not change with a file that was read")
	}
}
