package contract

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"httpstatus_exporter/classify/route"
)

// realDocuments are public documents, with what a script on another YAML and JSON reader counted in them.
var realDocuments = []struct {
	file                  string
	operations, responses int
	bases                 int
}{
	{"api.github.com.json", 1223, 3437, 1},
	{"twilio_api_v2010.json", 197, 199, 1},
	{"twilio_messaging_v1.yaml", 58, 64, 1},
	{"digitalocean/specification/DigitalOcean-public.v2.yaml", 659, 3885, 1},
	{"redocly/oas2.yaml", 3, 8, 1},
	{"redocly/oas3.1.yaml", 6, 10, 2},
	{"redocly/oas3.2.yaml", 5, 3, 1},
}

// realDocument returns the place of a public document, and skips the test where it is missing.
func realDocument(t testing.TB, file string) string {
	t.Helper()
	name := filepath.Join("..", "..", "..", "shared", "openapi", filepath.FromSlash(file))
	if _, err := os.Stat(name); err != nil {
		t.Skipf("no %s beside the repository: %v", file, err)
	}
	return name
}

// TestRealDocuments loads public documents, within the memory that a small machine has, and sends every operation's path
// back to it.
func TestRealDocuments(t *testing.T) {
	const mostMemory = 200 << 20 // all that is allocated, garbage included
	for _, tt := range realDocuments {
		t.Run(tt.file, func(t *testing.T) {
			name := realDocument(t, tt.file)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c, err := Load(name)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory {
				t.Errorf("%d MiB allocated", used>>20)
			}
			responses := 0
			for _, r := range c.Routes {
				responses += len(r.Codes)
				if r.Pos.Line == 0 || r.Pos.Column == 0 {
					t.Errorf("%v %s: no position", r.Methods, r.Template)
				}
				for _, code := range r.Codes {
					if code.Pos.Line == 0 || code.Pos.File == "" {
						t.Errorf("%v %s %s: no position", r.Methods, r.Template, code.Pattern)
					}
				}
			}
			if len(c.Routes) != tt.operations*tt.bases || responses != tt.responses*tt.bases {
				t.Errorf("%d routes, %d responses; want %d, %d", len(c.Routes), responses, tt.operations*tt.bases, tt.responses*tt.bases)
			}
			thereAndBack(t, c)
		})
	}
}

// thereAndBack fills every template with values, and asks the matcher for the template.
func thereAndBack(t *testing.T, c *Contract) {
	t.Helper()
	ids := map[string]int{}
	var patterns []route.Pattern
	for _, r := range c.Routes {
		if _, again := ids[r.Template]; !again {
			ids[r.Template] = len(patterns)
			patterns = append(patterns, route.Pattern{Template: r.Template, ID: len(patterns)})
		}
	}
	m, err := route.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	var s route.Scratch
	for i, r := range c.Routes {
		n := 0
		path := variable.ReplaceAllStringFunc(r.Template, func(string) string { n++; return fmt.Sprintf("Zq%d%d", i, n) })
		for _, target := range []string{path, path + "?page=2", "https://api.example" + path, strings.ReplaceAll(path, "Zq", "%5Aq")} {
			if id, ok := m.Match([]byte(target), &s); !ok || id != ids[r.Template] {
				t.Errorf("%s: %d, %v, want %d (%s)", target, id, ok, ids[r.Template], r.Template)
			}
		}
	}
}

func BenchmarkLoadOpenAPI(b *testing.B) {
	for _, tt := range realDocuments {
		b.Run(filepath.Base(tt.file), func(b *testing.B) {
			name := realDocument(b, tt.file)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Load(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
