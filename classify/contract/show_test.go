package contract

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const shown = `source: {title: "Jobs <API> & more", url: "https://example.org/x?a=1&b=2"}
codes:
  200: Success
  4XX: {meaning: Yours, owner: edge}
  5XX: {meaning: "a | b", slo: bad}
  201:
    meaning: Created
    description: "<script>alert(1)</script>"
    only_when: [{id: c, method: [PUT, POST]}]
    sends: [{id: l, response_header: {location: present}, severity: warning}]
routes:
- match: POST /jobs
  owner: jobs
  deprecated: true
  always_when: [{id: async, code: 202, status: [2XX]}]
  codes: {202: Accepted, 200: null, 404: null}
- match: GET /jobs/{id}
  name: job
  host: api.example.org
  inherit: false
  codes: {200: {meaning: OK, deprecated: true}, default: Error}
- match: GET /empty
  inherit: false
`

var traffic = map[SeenKey]LastSeen{
	{"/jobs", "202"}:     {12, time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)},
	{"/jobs", "500"}:     {2, time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)},
	{"/jobs", "503"}:     {1, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)},
	{"job", "200"}:       {7, time.Time{}},
	{"job", "none"}:      {7, time.Time{}},
	{"unmatched", "404"}: {1000, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
}

func TestShow(t *testing.T) {
	c := mustParse(t, shown)
	for _, f := range []struct {
		file  string
		seen  map[SeenKey]LastSeen
		write func(*Sheet, io.Writer) error
	}{
		{"show.txt", nil, (*Sheet).WriteText},
		{"show_seen.txt", traffic, (*Sheet).WriteText},
		{"show.md", nil, (*Sheet).WriteMarkdown},
		{"show_seen.md", traffic, (*Sheet).WriteMarkdown},
		{"show.html", nil, (*Sheet).WriteHTML},
		{"show_seen.html", traffic, (*Sheet).WriteHTML},
	} {
		var b bytes.Buffer
		if err := f.write(c.Sheet(f.seen), &b); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join("testdata", "show", f.file)
		if *update {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s: run go test -update and look at the difference; got\n%s", name, b.String())
		}
	}
}

// TestShowAttribution: a code counts for the entry that it was held against, and for the page where that is inherited.
// TestTableOfHoles: null is shown where it makes a hole into a range that applies, and nowhere else.
func TestTableOfHoles(t *testing.T) {
	for codes, want := range map[string]string{
		"404: null":              "404 4XX",
		"404: null, 4XX: null":   "",
		"404: null, 40X: null":   "40X 4XX", // 404 is no hole of its own
		"200: null":              "4XX",
		"404: null, 4XX: Others": "404 4XX",
	} {
		c := mustParse(t, "codes: {200: OK, 4XX: Yours}\nroutes: [{match: GET /a, codes: {"+codes+"}}]")
		place := c.Place(&c.Routes[0])
		var got []string
		for _, e := range place.Table() {
			if e.Pattern != "200" || e.Removed {
				got = append(got, e.Pattern)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", codes, got, want)
		}
	}
}

func TestShowAttribution(t *testing.T) {
	got := map[string]LastSeen{}
	for _, section := range mustParse(t, shown).Sheet(traffic).Sections {
		for _, row := range section.Rows {
			if row.Seen != nil {
				got[section.Route+" "+row.Code] = *row.Seen
			}
		}
	}
	for key, want := range map[string]LastSeen{
		" 200":                   {},
		" 4XX":                   {1000, traffic[SeenKey{"unmatched", "404"}].Last},
		" 5XX":                   {3, traffic[SeenKey{"/jobs", "503"}].Last},
		"POST /jobs 5XX":         {3, traffic[SeenKey{"/jobs", "503"}].Last},
		"POST /jobs 202":         {12, traffic[SeenKey{"/jobs", "202"}].Last},
		"POST /jobs 201":         {},
		"GET /jobs/{id} 200":     {Count: 7},
		"GET /jobs/{id} default": {},
	} {
		if n, ok := got[key]; !ok || n != want {
			t.Errorf("%s: %v (%v), want %v", key, n, ok, want)
		}
	}
}

// TestShowHTML: the page parses, and nothing of a contract becomes markup.
func TestShowHTML(t *testing.T) {
	var b bytes.Buffer
	if err := mustParse(t, shown).Sheet(traffic).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := html.Parse(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "Jobs <API>", "&amp;amp;"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	rows := strings.Count(b.String(), "<tr><td>")
	if rows != 4+5+2 {
		t.Errorf("%d rows", rows)
	}
}

// A page that was made of a contract gives its codes back: columns that say something else are not taken for a description.
func TestShownPageIsImported(t *testing.T) {
	c := parsed(t, "contract: v1\ncodes:\n  200: Fine\n  404: {meaning: Not there, owner: web, slo: ignore}\n  5XX: {meaning: Ours, sends: [{body: present}]}\n")
	for name, write := range map[string]func(*Sheet, io.Writer) error{"page.md": (*Sheet).WriteMarkdown, "page.html": (*Sheet).WriteHTML} {
		var page bytes.Buffer
		if err := write(c.Sheet(nil), &page); err != nil {
			t.Fatal(err)
		}
		r, err := Import(name, page.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got := parsed(t, string(r.YAML))
		for i, want := range c.Codes {
			if i >= len(got.Codes) || got.Codes[i].Pattern != want.Pattern || got.Codes[i].Meaning != want.Meaning || got.Codes[i].Description != "" {
				t.Errorf("%s: %s\n%s", name, r.YAML, page.String())
				break
			}
		}
	}
}
