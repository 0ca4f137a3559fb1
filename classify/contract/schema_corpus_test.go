package contract

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// schema is the JSON Schema of the contract language, for editors. The decoder accepts what it accepts, but for what a schema
// cannot say: repeated codes and ids, conflicting routes, regular expressions that do not compile.
//
//go:embed contract.schema.json
var schema []byte

// annotations are the keywords of a schema that refuse nothing.
var annotations = []string{"$schema", "$id", "title", "description", "default", "format"}

// TestCorpusNeedsEveryKeyword takes each keyword out of the schema: some contract that is bad must then be accepted, or a
// good one refused, else no row of the corpus speaks of it.
func TestCorpusNeedsEveryKeyword(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]any{}
	for _, f := range corpus(t) {
		var node yaml.Node
		if err := yaml.Unmarshal(f.Data, &node); err != nil {
			t.Fatal(err)
		}
		rows[f.Name] = plainJSON(t, &node)
	}
	eachKeyword(doc.(map[string]any), "", func(in map[string]any, keyword, path string) {
		if slices.Contains(annotations, keyword) {
			return
		}
		was := in[keyword]
		delete(in, keyword)
		defer func() { in[keyword] = was }()
		compiled, err := compileSchema(doc)
		if err != nil {
			return // another keyword refers to it
		}
		for name, row := range rows {
			kind, _, _ := strings.Cut(name, ":")
			if err := compiled.Validate(row); kind == "bad" && err == nil || kind == "good" && err != nil {
				return
			}
		}
		t.Errorf("no contract of the corpus needs %s", path)
	})
}

// eachKeyword calls f with every keyword of a schema and of the schemas in it. A property, and a definition, counts as one.
func eachKeyword(schema map[string]any, path string, f func(in map[string]any, keyword, path string)) {
	for keyword, v := range schema {
		at := path + "/" + keyword
		switch v := v.(type) {
		case map[string]any:
			if slices.Contains([]string{"properties", "$defs", "patternProperties"}, keyword) {
				for name, sub := range v {
					if sub, ok := sub.(map[string]any); ok {
						eachKeyword(sub, at+"/"+name, f)
					}
				}
				continue
			}
			f(schema, keyword, at)
			eachKeyword(v, at, f)
		case []any:
			f(schema, keyword, at)
			for i, sub := range v {
				if sub, ok := sub.(map[string]any); ok {
					eachKeyword(sub, fmt.Sprintf("%s/%d", at, i), f)
				}
			}
		default:
			f(schema, keyword, at)
		}
	}
}
