//go:build !race

// Nothing here runs concurrently, and under the race detector the library alone takes a minute.

package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// TestAgainstKin holds the reader against a whole OpenAPI library: the same path, method and code everywhere.
func TestAgainstKin(t *testing.T) {
	for _, tt := range realDocuments {
		t.Run(tt.file, func(t *testing.T) {
			name := realDocument(t, tt.file)
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := loadKin(name, data)
			if strings.HasPrefix(tt.file, "digitalocean/") && err != nil {
				t.Skipf("kin-openapi refuses it, for a tag whose description is a $ref: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			c, err := parseOpenAPI(name, data, openAPIOptions{HasBasePath: true})
			if err != nil {
				t.Fatal(err)
			}
			ours, theirs := triples(c), kinTriples(doc)
			for _, s := range ours {
				if _, found := slices.BinarySearch(theirs, s); !found {
					t.Errorf("only here: %s", s)
				}
			}
			for _, s := range theirs {
				if _, found := slices.BinarySearch(ours, s); !found {
					t.Errorf("only there: %s", s)
				}
			}
			t.Logf("%d triples", len(theirs))
		})
	}
}

func triples(c *Contract) []string {
	var list []string
	for _, r := range c.Routes {
		operation := r.Methods[0] + " " + variable.ReplaceAllString(r.Template, "{}")
		list = append(list, operation)
		for _, code := range r.Codes {
			list = append(list, operation+" "+code.Pattern)
		}
	}
	slices.Sort(list)
	return list
}

func kinTriples(doc *openapi3.T) []string {
	var list []string
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			operation := method + " " + variable.ReplaceAllString(path, "{}")
			list = append(list, operation)
			for code := range op.Responses.Map() {
				list = append(list, operation+" "+code)
			}
		}
	}
	slices.Sort(list)
	return list
}

func loadKin(name string, data []byte) (*openapi3.T, error) {
	if strings.Contains(string(data[:min(len(data), 100)]), "swagger") {
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			return nil, err
		}
		asJSON, err := json.Marshal(stringKeys(v))
		if err != nil {
			return nil, err
		}
		var doc openapi2.T
		if err := json.Unmarshal(asJSON, &doc); err != nil {
			return nil, err
		}
		return openapi2conv.ToV3(&doc)
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	return loader.LoadFromFile(name)
}

// stringKeys makes what YAML decodes into what JSON encodes.
func stringKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = stringKeys(v[k])
		}
	case map[any]any:
		m := make(map[string]any, len(v))
		for k := range v {
			m[fmt.Sprint(k)] = stringKeys(v[k])
		}
		return m
	case []any:
		for i := range v {
			v[i] = stringKeys(v[i])
		}
	}
	return v
}
