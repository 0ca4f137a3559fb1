package contract

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) *Contract {
	t.Helper()
	c, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Everything that a contract can say arrives in the model.
func TestDecode(t *testing.T) {
	c := parsed(t, `contract: v1
name: web
source: {title: Status, url: https://example.org, path: a/b.rst, standard: none}
undocumented: warning
objective: 0.99
min_errors: 3
vendor: [cloudflare, nginx]
no_response: ["-", "499"]
unmatched: {expect: [404], label: nowhere}
codes:
  201:
    meaning: Created
    description: Made
    category: success
    owner: me
    slo: good
    deprecated: true
    max_ratio: 0.25
    only_when:
      - id: a
        severity: warning
        method: [PUT]
        request_header: {X-A: present, X-B: absent, X-C: /^c/}
        auth: absent
        documented_method: false
        status: [2XX, 404]
    sends:
      - {id: b, response_header: {Location: present}, body: present}
`)
	no := false
	want := &Contract{
		Name: "web", File: "test.yaml", Digest: c.Digest, Source: Source{"Status", "https://example.org", "a/b.rst", "none"},
		Undocumented: SeverityWarning, Objective: 0.99, MinErrors: 3, Vendors: []string{"cloudflare", "nginx"},
		NoResponse: []string{"-", "499"}, Unmatched: Unmatched{[]string{"404"}, "nowhere"}, MaxRatio: map[string]float64{"201": 0.25},
		Codes: []Code{{
			Pattern: "201", Meaning: "Created", Description: "Made", Category: "success", Owner: "me", SLO: SLOGood, Deprecated: true,
			MaxRatio: 0.25, Pos: Position{"test.yaml", 11, 3},
			OnlyWhen: []Check{{
				ID: "a", Severity: SeverityWarning, Methods: []string{"PUT"}, Auth: Absent, DocumentedMethod: &no,
				RequestHeaders: []Header{{"x-a", Present, ""}, {"x-b", Absent, ""}, {"x-c", Matches, "^c"}},
				Status:         []string{"2XX", "404"}, Pos: Position{"test.yaml", 20, 9},
			}},
			Sends: []Check{{
				ID: "b", ResponseHeaders: []Header{{"location", Present, ""}}, Body: Present, Pos: Position{"test.yaml", 28, 9},
			}},
		}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

// The codes of a comma list share what is said of them, and always_when demands any of them.
func TestCommaList(t *testing.T) {
	c := parsed(t, "contract: v1\ncodes:\n  500 ,502,50X: {slo: bad, always_when: [{id: down, auth: absent}, {method: [GET]}]}\n  404:\n")
	var patterns []string
	for _, code := range c.Codes {
		patterns = append(patterns, code.Pattern)
	}
	if !slices.Equal(patterns, []string{"500", "502", "50X", "404"}) || !c.Codes[3].Removed {
		t.Fatalf("codes %q", patterns)
	}
	for _, code := range c.Codes[:3] {
		if code.SLO != SLOBad || len(code.AlwaysWhen) != 2 || code.AlwaysWhen[0].Code != "500, 502, 50X" ||
			code.AlwaysWhen[1].ID != "500-502-50x-always-when-2" {
			t.Errorf("%s: %+v", code.Pattern, code)
		}
	}
}

// Conditions without a name get one that says where they stand, and no two the same.
func TestUnnamedConditions(t *testing.T) {
	c := parsed(t, `contract: v1
codes: {200: {only_when: [{id: 200-sends-1, auth: present}], sends: [{body: present}]}}
routes:
  - match: POST|PUT /jobs/{id}
    codes: {200: {only_when: [{auth: present}]}}
    always_when: [{code: 202}]
  - match: GET /`+strings.Repeat("a-very-long-path/", 10)+`
    codes: {200: {sends: [{body: present}, {body: empty}]}}
`)
	for _, row := range []struct{ got, want string }{
		{c.Codes[0].Sends[0].ID, "200-sends-2"},
		{c.Routes[0].Codes[0].OnlyWhen[0].ID, "post-put-jobs-id-200-only-when-1"},
		{c.Routes[0].AlwaysWhen[0].ID, "post-put-jobs-id-always-when-1"},
	} {
		if row.got != row.want {
			t.Errorf("got %s, want %s", row.got, row.want)
		}
	}
	for i, check := range c.Routes[1].Codes[0].Sends {
		if !idSyntax.MatchString(check.ID) || i > 0 && check.ID == c.Routes[1].Codes[0].Sends[0].ID {
			t.Errorf("id %q", check.ID)
		}
	}
}

func TestRoutes(t *testing.T) {
	c := parsed(t, "contract: v1\nroutes:\n  - match: GET|HEAD /a/{x}\n    inherit: false\n    host: H\n    deprecated: true\n  - match: /b\n    name: B\n    owner: me\n")
	want := []Route{
		{Methods: []string{"GET", "HEAD"}, Template: "/a/{x}", Host: "H", Deprecated: true, Pos: Position{"test.yaml", 3, 12}},
		{Template: "/b", Name: "B", Owner: "me", Inherit: true, Pos: Position{"test.yaml", 7, 12}},
	}
	if !reflect.DeepEqual(c.Routes, want) {
		t.Errorf("got %+v", c.Routes)
	}
}

// A contract beside an OpenAPI document: the document's operations are added, and where both have one, the contract wins.
func TestMergesOpenAPI(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("api.yaml", `openapi: 3.0.3
info: {title: Jobs, version: "1"}
servers: [{url: https://example.org/v1}]
paths:
  /jobs:
    get: {deprecated: true, x-owner: readers, responses: {"200": {description: All jobs}, "503": {description: Later}}}
    put: {responses: {"200": {description: Changed}}}
  /jobs/{id}:
    get: {responses: {default: {description: A job}}}
`)
	path := write("contract.yaml", `contract: v1
codes: {429: Slow down}
openapi: [{file: api.yaml}]
routes:
  - match: GET|POST /v1/jobs
    codes: {200: Our jobs}
`)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range c.Routes {
		line := strings.Join(r.Methods, "|") + " " + r.Template + ":"
		for _, code := range r.Codes {
			line += " " + code.Pattern + " " + code.Meaning
		}
		got = append(got, line)
	}
	want := []string{
		"POST /v1/jobs: 200 Our jobs",
		"GET /v1/jobs: 200 Our jobs 503 Service Unavailable",
		"PUT /v1/jobs: 200 OK",
		"GET /v1/jobs/{id}: default ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !c.Routes[1].Deprecated || c.Routes[0].Deprecated || c.Routes[1].Owner != "readers" || c.Routes[0].Owner != "" {
		t.Errorf("what the document says of GET /v1/jobs is lost: %+v", c.Routes[:2])
	}
	before := c.Digest
	write("api.yaml", "openapi: 3.0.3\ninfo: {title: Jobs, version: \"2\"}\npaths: {/jobs: {get: {responses: {\"200\": {description: All}}}}}\n")
	if c, err = Load(path); err != nil || c.Digest == before {
		t.Errorf("the digest does not cover the OpenAPI document: %v", err)
	}
	for name, want := range map[string]string{
		"openapi: [{file: nothing.yaml}]":  "cannot be read",
		"openapi: [{file: contract.yaml}]": "is no OpenAPI document",
		"openapi: [{file: .}]":             "a directory: name a file in it",
	} {
		if _, err := Load(write("bad.yaml", "contract: v1\n"+name+"\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	keys := []string{"meaning", "description", "only_when", "always_when", "sends"}
	for found, want := range map[string]string{
		"meening": "meaning", "desciption": "description", "onlywhen": "only_when", "send": "sends", "Meaning": "meaning",
		"desc": "description", "zzz": "", "": "", "mean": "meaning",
	} {
		got := suggest(found, keys)
		if want != "" {
			want = ` (did you mean "` + want + `"?)`
		}
		if got != want {
			t.Errorf("%s: %q, want %q", found, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string][3]int{
		"404": {3, 404, 404}, "50X": {2, 500, 509}, "5XX": {1, 500, 599}, "default": {0, 100, 599},
	} {
		first, last := Range(pattern)
		if got := [3]int{Precision(pattern), first, last}; got != want {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
	if !Covers([]string{"404", "500, 50X"}, 503) || Covers([]string{"404", "500, 50X"}, 510) || Covers(nil, 200) {
		t.Error("Covers")
	}
}

// TestConditionsOfSeveralDocuments: conditions that ask the same share an id across documents; others never do, nor with
// the contract's own, for nobody could change an id that nobody wrote.
func TestConditionsOfSeveralDocuments(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml":        "openapi: 3.0.3\npaths: {/a: {post: {responses: {201: {headers: {X_A: {required: true}, Location: {required: true}}}}}}}\n",
		"b.yaml":        "openapi: 3.0.3\npaths: {/b: {post: {responses: {201: {headers: {X-A: {required: true}, Location: {required: true}}}}}}}\n",
		"contract.yaml": "contract: v1\ncodes: {202: {sends: [{id: openapi-201-sends-x-a, body: empty}]}}\nopenapi: [{file: a.yaml}, {file: b.yaml}]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(filepath.Join(dir, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range c.Routes {
		for _, s := range r.Codes[0].Sends {
			got = append(got, r.Template+" "+s.ResponseHeaders[0].Name+" "+s.ID)
		}
	}
	want := []string{
		"/a x_a openapi-201-sends-x-a-2", "/a location openapi-201-sends-location",
		"/b x-a openapi-201-sends-x-a-3", "/b location openapi-201-sends-location",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMergedRoutesShareNothing: what a document adds to one method of a route is not seen at another one.
func TestMergedRoutesShareNothing(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml":        "openapi: 3.0.3\npaths: {/a: {get: {responses: {503: {}}}, put: {responses: {504: {}}}}}\n",
		"contract.yaml": "contract: v1\nopenapi: [{file: a.yaml}]\nroutes:\n- {match: GET|POST|PUT /a, codes: {200: a, 201: b, 202: c}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(filepath.Join(dir, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for method, last := range map[string]string{"GET": "503", "POST": "202", "PUT": "504"} {
		if r := c.Operation("/a", method); r == nil || r.Codes[len(r.Codes)-1].Pattern != last {
			t.Errorf("%s: %+v", method, r)
		}
	}
}
