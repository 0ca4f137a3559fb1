package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestArrows holds the picture of the house: who may import whom.
//
//	cmd -> all.   metrics -> ingest, classify.   dashboards -> metrics.
//	ingest and classify -> their own sub-packages only, never each other, never client_golang.
//	accesslog, route and classify are pure: no file, no clock, no network, no logger.
//	What the tests compare with stays out of the binary.
func TestArrows(t *testing.T) {
	const module = "httpstatus_exporter/"
	allowed := map[string][]string{
		"cmd":        {"cmd", "ingest", "classify", "metrics", "dashboards", "deploy"},
		"metrics":    {"metrics", "ingest", "classify"},
		"dashboards": {"dashboards", "metrics"},
		"ingest":     {"ingest"},
		"classify":   {"classify"},
		"deploy":     {"deploy", "metrics", "dashboards"},
	}
	pure := map[string]bool{"ingest/accesslog": true, "classify/route": true, "classify": true}
	impure := map[string]bool{"os": true, "net": true, "net/http": true, "log": true, "log/slog": true, "io/fs": true, "path/filepath": true}
	testOnly := []string{"github.com/getkin/kin-openapi", "github.com/santhosh-tekuri/jsonschema", "github.com/rogpeppe/go-internal"}
	files := 0
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != "." || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, name)
		pkg := path.Dir(filepath.ToSlash(rel))
		if pkg == "." {
			t.Errorf("%s: there is no Go file at the root", rel)
			return nil
		}
		room, _, _ := strings.Cut(pkg, "/")
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			if inner, ok := strings.CutPrefix(imp, module); ok {
				to, _, _ := strings.Cut(inner, "/")
				if !contains(allowed[room], to) {
					t.Errorf("%s imports %s: %s may import only %v", rel, imp, room, allowed[room])
				}
				continue
			}
			if (room == "ingest" || room == "classify") && strings.HasPrefix(imp, "github.com/prometheus/") {
				t.Errorf("%s imports %s: %s knows nothing of Prometheus", rel, imp, room)
			}
			if contains(testOnly, module3(imp)) {
				t.Errorf("%s imports %s: only tests may", rel, imp)
			}
			if pure[pkg] && impure[imp] {
				t.Errorf("%s imports %s: %s is pure", rel, imp, pkg)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("looked at %d files; the walk has lost its way", files)
	}
}

// module3 is the host, owner and name that an import path begins with.
func module3(imp string) string {
	return strings.Join(strings.SplitN(imp, "/", 4)[:min(3, strings.Count(imp, "/")+1)], "/")
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
