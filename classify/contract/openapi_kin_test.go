//go:build !race

// Nothing here runs concurrently, and under the race detector the library alone takes a minute.

package contract

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// TestAgainstKin holds the reader against a whole OpenAPI library: the same path, method, code and promised header everywhere.
func TestAgainstKin(t *testing.T) {
	for _, tt := range realDocuments {
		t.Run(tt.file, func(t *testing.T) {
			name := realDocument(t, tt.file)
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := loadKin(name, data)
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
		operation := r.Methods[0] + " " + Shape(r.Template)
		list = append(list, operation)
		for _, code := range r.Codes {
			list = append(list, operation+" "+code.Pattern)
			for _, check := range code.Sends {
				list = append(list, operation+" "+code.Pattern+" sends "+check.ResponseHeaders[0].Name)
			}
		}
	}
	slices.Sort(list)
	return list
}

func kinTriples(doc *openapi3.T) []string {
	var list []string
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			operation := method + " " + Shape(path)
			list = append(list, operation)
			for code, response := range op.Responses.Map() {
				list = append(list, operation+" "+code)
				for header, h := range response.Value.Headers {
					if h.Value.Required {
						list = append(list, operation+" "+code+" sends "+strings.ToLower(header))
					}
				}
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
	if strings.Contains(name, "digitalocean") {
		return loadOperationFiles(loader, name, data)
	}
	return loader.LoadFromFile(name)
}

// loadOperationFiles loads a document whose operations are files of their own. The library follows no $ref there, but does
// follow that of a path item, so each path becomes a file that holds its operations, beside them. It also refuses schemas
// that are none, and tags whose description is a $ref: they are left out.
func loadOperationFiles(loader *openapi3.Loader, name string, data []byte) (*openapi3.T, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	delete(doc, "tags")
	items := map[string][]byte{} // by file
	paths := doc["paths"].(map[string]any)
	for path, item := range paths {
		whole, dir := map[string]any{}, ""
		for method, v := range item.(map[string]any) {
			operation, _ := v.(map[string]any)
			ref, _ := operation["$ref"].(string)
			text, err := os.ReadFile(filepath.Join(filepath.Dir(name), ref))
			if err != nil {
				return nil, err
			}
			if dir != "" && dir != filepath.Dir(ref) {
				return nil, fmt.Errorf("the operations of %s are in %s and %s", path, dir, filepath.Dir(ref))
			}
			var one any
			if err := yaml.Unmarshal(text, &one); err != nil {
				return nil, err
			}
			whole[method], dir = withoutSchemas(one), filepath.Dir(ref)
		}
		asJSON, err := json.Marshal(whole)
		if err != nil {
			return nil, err
		}
		file := fmt.Sprintf("%s/path-item-%d.json", dir, len(items))
		items[filepath.ToSlash(filepath.Join(filepath.Dir(name), file))] = asJSON
		paths[path] = map[string]any{"$ref": file}
	}
	loader.ReadFromURIFunc = func(l *openapi3.Loader, location *url.URL) ([]byte, error) {
		if text, ok := items[location.Path]; ok {
			return text, nil
		}
		text, err := os.ReadFile(filepath.FromSlash(location.Path))
		if err != nil {
			return nil, err
		}
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			return nil, err
		}
		return json.Marshal(withoutSchemas(v))
	}
	delete(doc, "components")
	asJSON, err := json.Marshal(stringKeys(doc))
	if err != nil {
		return nil, err
	}
	return loader.LoadFromDataWithPath(asJSON, &url.URL{Path: filepath.ToSlash(name)})
}

// withoutSchemas returns what an OpenAPI file says beside its schemas.
func withoutSchemas(v any) any {
	switch v := stringKeys(v).(type) {
	case map[string]any:
		for _, key := range []string{"schema", "content", "parameters", "requestBody", "x-codeSamples"} {
			delete(v, key)
		}
		for k := range v {
			v[k] = withoutSchemas(v[k])
		}
		return v
	default:
		return v
	}
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
