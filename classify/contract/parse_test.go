package contract

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the golden files")

// corpus returns the contracts of testdata/corpus.txtar by kind and name.
func corpus(t testing.TB) []txtar.File {
	archive, err := txtar.ParseFile("testdata/corpus.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return archive.Files
}

func TestCorpus(t *testing.T) {
	for _, f := range corpus(t) {
		_, err := Parse("contract.yaml", f.Data)
		if good := strings.HasPrefix(f.Name, "good"); good != (err == nil) {
			t.Errorf("%s: %v\n%s", f.Name, err, f.Data)
		}
	}
}

// The schema and the decoder accept and refuse the same, but for what a schema cannot say.
func TestSchemaAgrees(t *testing.T) {
	compiled := compiledSchema(t)
	files := corpus(t)
	for _, name := range Builtins() {
		data, _ := Builtin(name)
		files = append(files, txtar.File{Name: "good: " + name, Data: data})
	}
	for _, f := range files {
		kind, _, _ := strings.Cut(f.Name, ":")
		var node yaml.Node
		if err := yaml.Unmarshal(f.Data, &node); err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		err := compiled.Validate(plainJSON(t, &node))
		if kind == "good" && err != nil || kind == "bad" && err == nil {
			t.Errorf("%s: the schema says %v\n%s", f.Name, err, f.Data)
		}
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := compileSchema(doc)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func compileSchema(doc any) (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("contract.schema.json", doc); err != nil {
		return nil, err
	}
	return compiler.Compile("contract.schema.json")
}

// plainJSON turns YAML into what a JSON reader would give.
func plainJSON(t *testing.T, n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plainJSON(t, n.Content[0])
	case yaml.AliasNode:
		return plainJSON(t, n.Alias)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainJSON(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, plainJSON(t, item))
		}
		return list
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!int", "!!float":
		var number any
		if err := n.Decode(&number); err != nil {
			t.Fatal(err)
		}
		return number
	case "!!bool":
		return n.Value == "true"
	}
	return n.Value
}

// Every refusal, as people see it.
func TestErrorsGolden(t *testing.T) {
	var b strings.Builder
	for _, f := range corpus(t) {
		if _, err := Parse("contract.yaml", f.Data); err != nil {
			fmt.Fprintf(&b, "%s\n", f.Name)
			for line := range strings.Lines(err.Error() + "\n") {
				b.WriteString("    " + line)
			}
		}
	}
	for _, raw := range rawErrors {
		_, err := Parse("contract.yaml", []byte(raw.text))
		fmt.Fprintf(&b, "%s\n    %v\n", raw.name, err)
	}
	const golden = "testdata/errors.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the messages changed; run with -update and read the difference:\n%s", b.String())
	}
}

// rawErrors are documents that do not get as far as the language.
var rawErrors = []struct{ name, text string }{
	{"empty", ""},
	{"only a comment", "# nothing here\n"},
	{"tab", "contract: v1\ncodes:\n\t200: OK\n"},
	{"two documents", "contract: v1\ncodes: {200: OK}\n---\ncontract: v1\n"},
	{"latin-1", "contract: v1\ncodes: {200: \xe9t\xe9}\n"},
	{"UTF-16", "\xff\xfec\x00o\x00"},
	{"UTF-16, the other end first", "\xfe\xff\x00c\x00o"},
	{"UTF-16 without a mark", "c\x00o\x00"},
	{"NUL", "contract: v1\ncodes: {200: \x00}\n"},
	{"DEL", "contract: v1\ncodes: {200: a\x7fb}\n"},
	{"control character of Latin-1", "contract: v1\ncodes: {200: a\u0092b}\n"},
	{"gzip", "\x1f\x8b\x08\x00"},
	{"ZIP", "PK\x03\x04\x14\x00"},
	{"open bracket", "contract: v1\ncodes: {200: OK\n"},
	{"unknown alias", "contract: v1\ncodes: {200: *ok}\n"},
	{"open list", "contract: v1\ncodes:\n  200: {only_when: [\n"},
	{"open quote", "contract: v1\ncodes:\n  200: \"OK\n"},
	{"text behind a quote", "contract: v1\ncodes:\n  200: \"OK\" then\n"},
	{"escape", "contract: v1\ncodes: {200: \"a\\qb\"}\n"},
	{"colon in a value", "contract: v1\ncodes:\n  200: OK: fine\n  404: No\n  410: Gone\n"},
	{"at sign", "contract: v1\nname: @x\ncodes:\n  200: OK\n"},
	{"missing value", "contract: v1\nroutes: [,]\n"},
	{"list out of line", "contract: v1\nroutes:\n  - match: /a\n - match: /b\n"},
	{"key of two words", "contract: v1\ncodes:\n  200\n  404: No\n"},
	{"binary", "\x7fELF\x02\x01\xd0"},
	{"HTML", "<!DOCTYPE html>\n<p>404</p>\n"},
	{"Swagger 1.2", "{\"swaggerVersion\": \"1.2\", \"apis\": []}"},
	{"bad indentation", "contract: v1\ncodes:\n  200: OK\n 404: No\n"},
}

func TestBOMAndCRLF(t *testing.T) {
	c, err := Parse("contract.yaml", []byte("\ufeffcontract: v1\r\ncodes:\r\n  200: OK\r\n  404:\r\n    meaning: Not found\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Codes) != 2 || c.Codes[1].Meaning != "Not found" || c.Codes[1].Pos != (Position{"contract.yaml", 4, 3}) {
		t.Errorf("got %+v", c.Codes)
	}
}

// What would take time or memory is refused before it does.
func TestBoundedRefusals(t *testing.T) {
	bomb := "contract: v1\na: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10))
	}
	conditions := "contract: v1\ncodes:\n  200: &c {only_when: &o [" + strings.Repeat("{method: &m ["+strings.Repeat("GET, ", 1000)+"]}, ", 10) + "]}\n"
	for i := 300; i < 600; i++ {
		conditions += fmt.Sprintf("  %d: *c\n", i)
	}
	for _, row := range []struct{ name, text, want string }{
		{"aliases of aliases", bomb, "unknown key"},
		{"aliases that multiply", conditions, "aliases are expanded"},
		{"50 MB", "contract: v1\ncodes: {200: OK}\n#" + strings.Repeat("x", 50<<20), "at most"},
		{"2 MB of values", "contract: v1\nno_response: [" + strings.Repeat("a, ", 700_000) + "]\n", "at most"},
		{"50 MB of values", "contract: v1\nno_response: [" + strings.Repeat("a, ", 16<<20) + "]\n", "at most"},
		{"as many values as fit", "contract: v1\nno_response:\n" + strings.Repeat("- a\n", 262_000), "lists \"a\" twice"},
		{"deep nesting", "contract: v1\ncodes: " + strings.Repeat("[", 100_000), "nested deeper than 10000 levels"},
		{"an alias of itself", "contract: v1\ncodes: &c {200: *c}\n", "unknown key"},
	} {
		start := time.Now()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse("contract.yaml", []byte(row.text))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %.300v, want %q", row.name, err, row.want)
		}
		t.Logf("%s: %d MiB, %v", row.name, (after.TotalAlloc-before.TotalAlloc)>>20, time.Since(start))
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 400 {
			t.Errorf("%s: allocated %d MiB", row.name, grown)
		}
	}
}

func TestErrorsAreInOrder(t *testing.T) {
	_, err := Parse("contract.yaml", []byte("contract: v1\nb: 1\nc: 2\ncodes: {600: a, 42: b}\n"))
	var all Errors
	if !errors.As(err, &all) || len(all) != 4 {
		t.Fatalf("got %v", err)
	}
	for i := range all[1:] {
		if p, q := all[i].Pos, all[i+1].Pos; p.Line > q.Line || p.Line == q.Line && p.Column >= q.Column {
			t.Errorf("%v before %v", p, q)
		}
	}
	var one *Error
	if !errors.As(err, &one) || one.Pos.Line != 2 {
		t.Errorf("the first is %v", one)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "My API v2.yaml")
	if err := os.WriteFile(path, []byte("contract: v1\ncodes: {200: OK}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "my-api-v2" || c.File != path || c.Objective != 0.999 || c.MinErrors != 10 || c.Unmatched.Label != "unmatched" ||
		c.Source.Standard != "rfc9110" || len(c.NoResponse) != 7 {
		t.Errorf("got %+v", c)
	}
	for name, want := range map[string]string{
		"agve":     `contract agve: there is no such file, and the built-in contracts are agave and rfc9110 (did you mean "agave"?)`,
		dir + "/x": "there is no such file",
		dir:        "a directory: name a file in it",
	} {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(string(file.Data))
	}
	for _, raw := range rawErrors {
		f.Add(raw.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("contract.yaml", []byte(text))
		if (c == nil) == (err == nil) {
			t.Fatalf("contract %v, error %v", c, err)
		}
		var all Errors
		if errors.As(err, &all) {
			for _, e := range all {
				if e.Msg == "" || strings.HasPrefix(e.Msg, "%!") {
					t.Errorf("%v", e)
				}
			}
		}
	})
}
