package contract

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzOpenAPI holds that any document is read or refused with a position, and that JSON says the same to both readers.
func FuzzOpenAPI(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "openapi", "*.*"))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"swagger":"2.0","basePath":"/a","paths":{"/b/{c}":{"get":{"responses":{"default":{"headers":{"X":{"required":true}}}}}}}}`))
	f.Add([]byte("openapi: 3.1.0\npaths: &p {/a: {$ref: '#/paths/~1a'}, <<: *p}"))
	f.Add([]byte("openapi: 3.1.0\nservers: [{url: '{a}/{b}', variables: {a: {default: x//y}, b: {enum: [1, 2]}}}]\npaths: {/: {get: {a: 1}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseOpenAPI("d.yaml", data, openAPIOptions{})
		if err != nil {
			checkErrors(t, err)
			return
		}
		if len(c.Routes) == 0 || len(c.Digest) != 64 || c.Name == "" {
			t.Fatalf("%d routes, digest %q, name %q", len(c.Routes), c.Digest, c.Name)
		}
		for _, r := range c.Routes {
			if !strings.HasPrefix(r.Template, "/") || len(r.Methods) != 1 || r.Pos.Line == 0 {
				t.Fatalf("%+v", r)
			}
			for _, code := range r.Codes {
				if wrong := checkPattern(code.Pattern); code.Pattern != "default" && wrong != "" {
					t.Fatalf("%+v: %s", code, wrong)
				}
			}
		}
		bothReaders(t, data)
	})
}

func checkErrors(t *testing.T, err error) {
	t.Helper()
	all, ok := err.(Errors)
	if !ok || len(all) == 0 {
		t.Fatalf("%#v", err)
	}
	for _, e := range all {
		if e.Msg == "" {
			t.Fatalf("%#v", e)
		}
	}
}

// bothReaders reads JSON as YAML as well, where both mean the same by it.
func bothReaders(t *testing.T, data []byte) {
	same := func(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' }
	if !json.Valid(data) || bytes.Contains(data, []byte("<<")) || bytes.Contains(data, []byte(`\u`)) ||
		slices.ContainsFunc(data, func(c byte) bool { return !same(c) }) {
		return
	}
	read := func(parse func(*document, []byte) (node, *Error)) (*Contract, error) {
		l := newLoader()
		doc := &document{loader: l, name: "d.yaml", at: map[string]map[string]node{}}
		l.docs["d.yaml"] = doc
		var wrong *Error
		if doc.root, wrong = parse(doc, data); wrong != nil {
			return nil, Errors{wrong}
		}
		o := newOpenAPI(l, openAPIOptions{})
		o.document(doc.root)
		if len(l.errs) > 0 {
			return nil, l.errs
		}
		return o.contract, nil
	}
	a, errA := read(parseJSONDocument)
	b, errB := read(parseYAMLDocument)
	if errA != nil || errB != nil {
		return
	}
	if got, want := describeRoutes(a), describeRoutes(b); got != want {
		t.Fatalf("as JSON\n%s\nas YAML\n%s", got, want)
	}
}
