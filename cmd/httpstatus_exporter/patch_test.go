package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/classify/contract"
)

// reportOf reads a combined log of "METHOD PATH STATUS" entries against a contract.
func reportOf(t *testing.T, name string, entries ...string) (*report, *contract.Contract) {
	t.Helper()
	var log bytes.Buffer
	for i, e := range entries {
		f := strings.Fields(e)
		fmt.Fprintf(&log, "192.0.2.1 - - [22/Nov/2026:10:%02d:%02d +0000] \"%s %s HTTP/1.1\" %s 0 \"-\" \"-\"\n", i/60%60, i%60, f[0], f[1], f[2])
	}
	api := apiFlags{contract: name, format: "combined", maxLine: 1 << 20, workers: 1}
	inputs, err := openInputs([]string{"-"}, &log)
	if err != nil {
		t.Fatal(err)
	}
	r, err := readFiles(context.Background(), &api, inputs, std{in: &log, out: io.Discard, err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

// open returns the undocumented rows of a report that a patch can document.
func open(r *report) []string {
	var rows []string
	for _, row := range r.Drift {
		if row.Kind == "undocumented" && row.Reason != "route" && row.Reason != "invalid" {
			rows = append(rows, row.Reason+" "+row.Method+" "+row.Route+" "+row.Code)
		}
	}
	return rows
}

var patchedContracts = []struct {
	name, text string
	entries    []string
	keeps      []string // lines of the text that the patch must not touch
}{
	{"page", "contract: v1\nname: p\n# the page\ncodes:\n  200: OK # fine\n  404:\n    description: |\n      gone\n\n      # not a comment\n# the end\n",
		[]string{"GET / 200", "GET / 429", "GET / 429", "POST / 503"}, []string{"# the page", "  200: OK # fine", "      # not a comment", "# the end"}},
	{"codes before routes", "contract: v1\ncodes:\n    200: OK\n    4XX: Yours\n    # about the codes\n\n# about the routes\nroutes:\n    - match: GET /a\n",
		[]string{"GET /a 500", "GET /x 404"}, []string{"    # about the codes", "# about the routes"}},
	{"routes without codes", "contract: v1\nroutes:\n- match: GET /a/{id}\n  owner: x # somebody\n- match: PUT /a/{id}\n  codes: {200: OK}\n",
		[]string{"GET /a/1 200", "HEAD /a/1 200", "GET /a/1 404", "GET /x 404", "GET /x 200"}, []string{"  owner: x # somebody", "  codes: {200: OK}"}},
	{"braces", "contract: v1\n# kept\nroutes:\n- {match: GET /a, codes: {200: OK}} # kept too\n", []string{"GET /a 500", "GET /a 404"}, []string{"# kept"}},
	{"codes in braces", "contract: v1\ncodes: {200: OK}\n", []string{"GET /a 500"}, nil},
	{"an operation that is not there", "contract: v1\nroutes:\n  - match: GET /a\n    codes:\n      200: OK\n",
		[]string{"GET /a 200", "DELETE /a 204", "DELETE /a 405", "DELETE /a 404", "OPTIONS /a 200", "OPTIONS /a 403"}, []string{"      200: OK"}},
	{"an operation beside a page", "contract: v1\ncodes:\n  200: OK\n  405: No\nroutes:\n  - match: GET /a\n\n# last words\n", []string{"PUT /a 201", "PUT /a 405", "GET /a 418"}, []string{"# last words"}},
	{"several routes and the last line", "contract: v1\nroutes:\n  - match: GET /a\n    codes:\n      200: OK\n  - match: GET /b\n    codes:\n      200: OK",
		[]string{"GET /a 500", "GET /b 500", "POST /b 500", "GET /b 404"}, nil},
	{"routes before codes", "contract: v1\nroutes:\n- match: GET /b\n  codes:\n    202: x\ncodes:\n  200: OK\nname: z\n", []string{"GET /b 404", "POST /b 500", "GET /zzz 404"}, []string{"name: z"}},
	{"taken away", "contract: v1\ncodes:\n  200: OK\n  404: No\nroutes:\n  - match: GET /a\n    codes:\n      404: null\n", []string{"GET /a 404", "GET /a 500"}, nil},
	{"taken away with others", "contract: v1\ncodes:\n  200: OK\n  404, 410: No\nroutes:\n  - match: GET /a\n    codes:\n      404, 410: null\n", []string{"GET /a 404", "GET /a 500"}, nil},
	{"a page for what no route has", "contract: v1\ncodes:\n  405: No\nroutes:\n  - match: GET /a\n    inherit: false\n    codes: {200: OK}\n",
		[]string{"PUT /a 501", "GET /x 404", "GET /a 200"}, nil},
	{"hosts and names", "contract: v1\nroutes:\n  - match: GET /a\n    host: one.example.org\n    name: one\n    codes: {200: OK}\n  - match: /b\n    name: bee\n    codes: {200: OK}\n",
		[]string{"GET /b 404", "BREW /b 418", "GET /a 500", "PUT /a 200"}, nil},
	{"windows", "contract: v1\r\ncodes:\r\n  200: OK\r\n", []string{"GET / 404"}, nil},
	{"vendor", "contract: v1\nvendor: [cloudflare]\ncodes:\n  200: OK\n", []string{"GET / 521", "GET / 599"}, nil},
}

// writtenAnew are the rows whose text cannot take lines: mappings in braces, a null for several codes, and a literal text with
// a line that looks like a comment.
var writtenAnew = []string{"page", "braces", "codes in braces", "taken away with others", "hosts and names"}

// TestPatchContract: what the patch prints is a contract, and the same traffic finds nothing undocumented in it that can
// be documented.
func TestPatchContract(t *testing.T) {
	for _, row := range patchedContracts {
		t.Run(row.name, func(t *testing.T) {
			name := write(t, "c.yaml", row.text)
			r, c := reportOf(t, name, row.entries...)
			if len(open(r)) == 0 {
				t.Fatal("the row shows nothing: all is documented")
			}
			patched := patchOf(t, r, c, "contract")
			for _, line := range row.keeps {
				if !strings.Contains("\n"+patched, "\n"+line+"\n") {
					t.Errorf("lost %q in\n%s", line, patched)
				}
			}
			p := newPatch(c, r.Drift, r.Seen)
			inserted, err := p.insert([]byte(row.text))
			if err == nil {
				err = p.verify(inserted)
			}
			if (err != nil) != slices.Contains(writtenAnew, row.name) {
				t.Errorf("the text is written anew: %v\n%s", err, inserted)
			}
			after, _ := reportOf(t, write(t, "c.yaml", patched), row.entries...)
			if rows := open(after); len(rows) > 0 {
				t.Errorf("still undocumented: %q\nafter\n%s", rows, patched)
			}
		})
	}
}

func patchOf(t *testing.T, r *report, c *contract.Contract, kind string) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.writePatch(&b, kind, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPatchPromisesNoResponse: an operation that is added gets the codes that were answered, not those that no client received.
func TestPatchPromisesNoResponse(t *testing.T) {
	name := write(t, "c.yaml", "contract: v1\nroutes:\n- match: GET /a\n  codes: {200: OK}\n")
	r, c := reportOf(t, name, "DELETE /a 204", "DELETE /a 499", "DELETE /a 405")
	patched := patchOf(t, r, c, "contract")
	if strings.Contains(patched, "499") || !strings.Contains(patched, "204:") || !strings.Contains(patched, "405:") {
		t.Error(patched)
	}
}

func TestPatchBuiltin(t *testing.T) {
	entries := []string{"GET / 429", "GET / 500", "POST /jobs 503", "PUT /jobs 204", "GET / 599"}
	r, c := reportOf(t, "agave", entries...)
	patched := patchOf(t, r, c, "contract")
	text, err := contract.Builtin("agave")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(patched, line) {
			t.Errorf("lost %q", line)
		}
	}
	if n := strings.Count(patched, "\n") - strings.Count(string(text), "\n"); n != len(entries) {
		t.Errorf("%d more lines, want one for each of %d codes", n, len(entries))
	}
	after, _ := reportOf(t, write(t, "agave.yaml", patched), entries...)
	if rows := open(after); len(rows) > 0 {
		t.Errorf("still undocumented: %q", rows)
	}
	golden(t, "patch/agave.diff", added(string(text), patched))
}

// added returns the lines of after that before does not have.
func added(before, after string) string {
	var b strings.Builder
	for line := range strings.Lines(after) {
		if !strings.Contains(before, line) {
			b.WriteString(line)
		}
	}
	return b.String()
}

const petOpenAPI = `openapi: 3.0.3
info: {title: Pets, version: "1"}
servers: [{url: "https://example.org/v2"}]
paths:
  /pets:
    get:
      responses:
        "200": {description: All of them}
  /pets/{id}:
    get:
      responses:
        "200": {description: One}
        "404": {description: None}
  "/o'hara/{x}":
    put:
      responses:
        default: {description: Whatever}
  /other/{y}.json:
    $ref: other.yaml#/item
`

var petEntries = []string{"GET /v2/pets 200", "GET /v2/pets 429", "GET /v2/pets/7 500", "GET /v2/pets/7 404", "DELETE /v2/pets/7 204", "DELETE /v2/pets/7 405",
	"PUT /v2/o'hara/1 418", "GET /x 200", "GET /x 404", "GET /v2/other/a.json 500"}

func petDocument(t *testing.T) string {
	t.Helper()
	name := write(t, "pets.yaml", petOpenAPI)
	other := "item:\n  get:\n    responses:\n      \"200\": {description: Fine}\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(name), "other.yaml"), []byte(other), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestPatchAroundOpenAPI: for an OpenAPI document the contract patch is a contract that names it.
func TestPatchAroundOpenAPI(t *testing.T) {
	name := petDocument(t)
	r, c := reportOf(t, name, petEntries...)
	patched := patchOf(t, r, c, "contract")
	golden(t, "patch/pets.contract.yaml", patched)
	beside := filepath.Join(filepath.Dir(name), "contract.yaml")
	if err := os.WriteFile(beside, []byte(patched), 0o644); err != nil {
		t.Fatal(err)
	}
	after, _ := reportOf(t, beside, petEntries...)
	if rows := open(after); len(rows) > 0 {
		t.Errorf("still undocumented: %q\nafter\n%s", rows, patched)
	}
}

// TestPatchAroundWithoutInheritance: a route that takes nothing from the page is patched as one.
func TestPatchAroundWithoutInheritance(t *testing.T) {
	name := write(t, "api.yaml", "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths:\n  /a: {get: {responses: {200: {description: x}}}}\n")
	around := filepath.Join(filepath.Dir(name), "contract.yaml")
	if err := os.WriteFile(around, []byte("contract: v1\nopenapi:\n  - {file: api.yaml, inherit: false}\ncodes:\n  503: Later\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	entries := []string{"GET /a 418"}
	r, c := reportOf(t, around, entries...)
	patched := patchOf(t, r, c, "contract")
	if err := os.WriteFile(around, []byte(patched), 0o600); err != nil {
		t.Fatal(err)
	}
	after, _ := reportOf(t, around, append(entries, "GET /a 503")...)
	if rows := open(after); !slices.Equal(rows, []string{"code GET /a 503"}) {
		t.Errorf("undocumented: %q\n%s", rows, patched)
	}
}

// TestPatchOverlay applies the overlay to the document and runs the report again.
func TestPatchOverlay(t *testing.T) {
	name := petDocument(t)
	r, c := reportOf(t, name, petEntries...)
	overlay := patchOf(t, r, c, "openapi-overlay")
	golden(t, "patch/pets.overlay.yaml", strings.ReplaceAll(overlay, filepath.ToSlash(filepath.Dir(name)), "DIR"))
	applied := applyOverlay(t, petOpenAPI, overlay)
	if err := os.WriteFile(name, []byte(applied), 0o644); err != nil {
		t.Fatal(err)
	}
	after, _ := reportOf(t, name, petEntries...)
	// The path item in another file is out of an overlay's reach, which the overlay says.
	if rows := open(after); len(rows) != 1 || rows[0] != "code GET /v2/other/{y}.json 500" {
		t.Errorf("still undocumented: %q\nafter\n%s", rows, applied)
	}
	if !strings.Contains(overlay, "# Not in this overlay: 500 Internal Server Error GET /v2/other/{y}.json: ") {
		t.Error("the overlay does not say what it leaves out")
	}
}

// TestPatchOverlayReach: an overlay follows no $ref and updates nothing that is not there. What it cannot say it leaves out,
// with the reason; the rest is documented once it is applied.
func TestPatchOverlayReach(t *testing.T) {
	const text = `openapi: 3.1.0
info: {title: Reach, version: "1"}
paths:
  /elsewhere: {get: {$ref: '#/components/x-operation'}}
  /shared: {get: {responses: {$ref: '#/components/x-responses'}}}
  /silent: {get: {summary: Says nothing}}
  /item: {$ref: '#/components/pathItems/Item'}
components:
  x-operation: {responses: {"200": {description: Fine}}}
  x-responses: {"200": {description: Fine}}
  pathItems: {Item: {get: {responses: {"200": {description: Fine}}}}}
`
	entries := []string{"GET /elsewhere 418", "GET /shared 418", "GET /silent 418", "POST /silent 418", "GET /item 418"}
	name := write(t, "reach.yaml", text)
	r, c := reportOf(t, name, entries...)
	overlay := patchOf(t, r, c, "openapi-overlay")
	after, _ := reportOf(t, write(t, "reach.yaml", applyOverlay(t, text, overlay)), entries...)
	want := []string{"code GET /elsewhere 418", "code GET /item 418", "code GET /shared 418"}
	if rows := open(after); !slices.Equal(rows, want) {
		t.Errorf("still undocumented: %q, want %q\n%s", rows, want, overlay)
	}
	for _, line := range []string{"$ref for get of the path /elsewhere", "$ref for get of the path /shared", "$ref for the path /item", "$.paths['/silent'].get\n"} {
		if !strings.Contains(overlay, line) {
			t.Errorf("no %q in\n%s", line, overlay)
		}
	}
}

// TestPatchOverlayAround: of a contract that names a document the routes of the document are patched, also where the
// contract adds to them; its own are in no document.
func TestPatchOverlayAround(t *testing.T) {
	const text = "openapi: 3.1.0\ninfo: {title: x, version: '1'}\nservers: [{url: /v1}]\npaths:\n  /a: {get: {responses: {\"200\": {description: x}}}}\n  /b: {get: {responses: {\"200\": {description: x}}}}\n"
	name := write(t, "api.yaml", text)
	around := filepath.Join(filepath.Dir(name), "contract.yaml")
	if err := os.WriteFile(around, []byte("contract: v1\nopenapi: [{file: api.yaml}]\nroutes:\n  - match: GET /v1/b\n    codes: {404: No}\n  - match: GET /own\n    codes: {404: No}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	entries := []string{"GET /v1/a 418", "GET /v1/b 418", "GET /own 418"}
	r, c := reportOf(t, around, entries...)
	overlay := patchOf(t, r, c, "openapi-overlay")
	if !strings.Contains(overlay, "GET /own: the route is the contract's own and in no OpenAPI document") || !strings.Contains(overlay, "extends: "+filepath.ToSlash(name)) {
		t.Error(overlay)
	}
	if err := os.WriteFile(name, []byte(applyOverlay(t, text, overlay)), 0o600); err != nil {
		t.Fatal(err)
	}
	after, _ := reportOf(t, around, entries...)
	if rows := open(after); !slices.Equal(rows, []string{"code GET /own 418"}) {
		t.Errorf("still undocumented: %q\n%s", rows, overlay)
	}
}

// TestPatchOverlayJSON: in a document of one line, the place of an operation is its column.
func TestPatchOverlayJSON(t *testing.T) {
	const text = `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"servers":[{"url":"/b"}],"paths":{"/b/c":{"get":{"responses":{"200":{"description":"x"}}}},` +
		`"/c":{"get":{"responses":{"200":{"description":"x"}}}},"/d/{x}":{"get":{"responses":{"200":{"description":"x"}}}},"/d/{y}":{"put":{"responses":{"200":{"description":"x"}}}}}}`
	entries := []string{"GET /b/b/c 404", "GET /b/c 404", "PUT /b/d/1 404", "DELETE /b/c 200", "DELETE /b/b/c 200"}
	name := write(t, "a.json", text)
	r, c := reportOf(t, name, entries...)
	overlay := patchOf(t, r, c, "openapi-overlay")
	for _, target := range []string{"$.paths['/b/c'].get.responses", "$.paths['/c'].get.responses", "$.paths['/d/{y}'].put.responses",
		"$.paths['/c']\n", "$.paths['/b/c']\n"} {
		if !strings.Contains(overlay, target) {
			t.Errorf("no target %s in\n%s", target, overlay)
		}
	}
	after, _ := reportOf(t, write(t, "a.yaml", applyOverlay(t, text, overlay)), entries...)
	if rows := open(after); len(rows) > 0 {
		t.Errorf("still undocumented: %q", rows)
	}
}

// TestPatchOverlayTargets: JSON as PHP writes it, with \/ and escaped surrogates, which YAML does not know; text before it that
// is not ASCII; several servers; a path with a query; methods that have no key of their own.
func TestPatchOverlayTargets(t *testing.T) {
	for _, row := range []struct {
		name, text string
		entries    []string
		want       []string // parts of the overlay
	}{
		{"escapes of JSON", `{"openapi":"3.1.0","info":{"title":"\ud83d\ude00 é"},"servers":[{"url":"\/b"}],"paths":{"\/b\/c":{"get":{"responses":{"200":{}}}},"\/c":{"get":{"responses":{"200":{}}}}}}`,
			[]string{"GET /b/c 404", "GET /b/b/c 409"}, []string{"$.paths['/b/c'].get.responses\n    update:\n      \"409\"", "$.paths['/c'].get.responses\n    update:\n      \"404\""}},
		{"several servers", "openapi: 3.1.0\nservers: [{url: /v1}, {url: /v2}]\npaths: {/a: {get: {responses: {200: {}}}}}",
			[]string{"GET /v1/a 404", "GET /v2/a 409"}, []string{"$.paths['/a'].get.responses\n    update:\n      \"404\"", "$.paths['/a'].get.responses\n    update:\n      \"409\""}},
		{"paths are elsewhere", "openapi: 3.1.0\npaths: {$ref: '#/x-paths'}\nx-paths: {/a: {get: {responses: {200: {}}}}}\n", []string{"GET /a 404"}, []string{"has a $ref for the path /a"}},
		{"a query", "openapi: 3.1.0\npaths: {'/a?x=1': {get: {responses: {200: {}}}}}", []string{"GET /a 404"}, []string{"$.paths['/a?x=1'].get.responses"}},
		{"methods without a key", "openapi: 3.2.0\npaths: {/a: {get: {responses: {200: {}}}, additionalOperations: {M-SEARCH: {responses: {200: {}}}}}, /b: {query: {responses: {200: {}}}}}",
			[]string{"M-SEARCH /a 404", "QUERY /b 404", "M-SEARCH /b 200", "QUERY /a 200"},
			[]string{"$.paths['/a'].additionalOperations['M-SEARCH'].responses", "$.paths['/b'].query.responses", "$.paths['/a']\n    update:\n      query:", "has no key for the method in the path /b"}},
	} {
		r, c := reportOf(t, write(t, "a.json", row.text), row.entries...)
		var overlay strings.Builder
		if err := r.writePatch(&overlay, "openapi-overlay", c); err != nil {
			overlay.WriteString(err.Error())
		}
		for _, want := range row.want {
			if !strings.Contains(overlay.String(), want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, overlay.String())
			}
		}
	}
}

// applyOverlay is the Overlay specification for the targets that we write: $.paths['name'] with two steps at most after it.
func applyOverlay(t *testing.T, document, overlay string) string {
	t.Helper()
	var doc map[string]any
	var o struct {
		Overlay string
		Info    struct{ Title, Version string }
		Extends string
		Actions []struct {
			Target string
			Update map[string]any
		}
	}
	if err := yaml.Unmarshal([]byte(document), &doc); err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(strings.NewReader(overlay))
	dec.KnownFields(true)
	if err := dec.Decode(&o); err != nil {
		t.Fatalf("%v\n%s", err, overlay)
	}
	if o.Overlay != "1.0.0" || o.Info.Title == "" || o.Info.Version == "" || len(o.Actions) == 0 {
		t.Fatalf("no overlay: %+v", o)
	}
	for _, a := range o.Actions {
		rest, ok := strings.CutPrefix(a.Target, "$.paths['")
		end := strings.LastIndex(rest, "']")
		if !ok || end < 0 {
			t.Fatalf("target %s", a.Target)
		}
		path := strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(rest[:end])
		at, ok := doc["paths"].(map[string]any)[path].(map[string]any)
		for _, step := range strings.FieldsFunc(rest[end+2:], func(r rune) bool { return r == '.' }) {
			at, ok = at[step].(map[string]any)
		}
		if !ok {
			t.Fatalf("target %s matches nothing", a.Target)
		}
		merge(at, a.Update)
	}
	out, err := yaml.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func merge(into, from map[string]any) {
	for key, v := range from {
		old, isMap := into[key].(map[string]any)
		if m, ok := v.(map[string]any); ok && isMap {
			merge(old, m)
			continue
		}
		into[key] = v
	}
}

func TestPatchMarkdown(t *testing.T) {
	r, c := reportOf(t, petDocument(t), petEntries...)
	golden(t, "patch/pets.md", patchOf(t, r, c, "markdown"))
}

// TestPatchMarkdownIsImported puts the rows below the page that they belong to, and reads it as a contract again.
func TestPatchMarkdownIsImported(t *testing.T) {
	entries := []string{"GET / 429", "GET / 200", "POST /jobs 503", "PUT /jobs 204", "GET / 599", "GET / 404"}
	for _, name := range []string{"agave", write(t, "c.yaml", "contract: v1\ncodes: {200: Fine | all, 4XX: '<Yours>', 404: null}\n")} {
		r, c := reportOf(t, name, entries...)
		if len(open(r)) == 0 {
			t.Fatal("the traffic shows nothing: all is documented")
		}
		var page bytes.Buffer
		if err := c.Sheet(nil).WriteMarkdown(&page); err != nil {
			t.Fatal(err)
		}
		page.WriteString("\n" + patchOf(t, r, c, "markdown"))
		imported, err := contract.Import("page.md", page.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		after, _ := reportOf(t, write(t, "imported.yaml", string(imported.YAML)), entries...)
		if rows := open(after); len(rows) > 0 {
			t.Errorf("%s: still undocumented: %q\nafter\n%s", name, rows, page.String())
		}
	}
}

func TestPatchNothing(t *testing.T) {
	r, c := reportOf(t, "agave", "GET / 200")
	for _, kind := range []string{"contract", "openapi-overlay", "markdown"} {
		var b bytes.Buffer
		if err := r.writePatch(&b, kind, c); !errors.Is(err, errNothing) || b.Len() > 0 {
			t.Errorf("%s: %v, %q", kind, err, b.String())
		}
	}
	if err := r.writePatch(io.Discard, "html", c); err == nil || !strings.Contains(err.Error(), "openapi-overlay") {
		t.Error(err)
	}
	r, c = reportOf(t, "agave", "GET / 429")
	if err := r.writePatch(io.Discard, "openapi-overlay", c); err == nil || !strings.Contains(err.Error(), "the contract's page is no part of an OpenAPI document") {
		t.Error(err)
	}
}

// TestPatchAnything holds the promise for random traffic over every contract of the tables.
func TestPatchAnything(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(s ...string) string { return s[random.IntN(len(s))] }
	for _, row := range patchedContracts {
		for range 5 {
			var entries []string
			for range 1 + random.IntN(40) {
				entries = append(entries, pick("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW")+" "+pick("/a", "/b", "/a/1", "/x")+" "+
					pick("200", "201", "204", "304", "400", "404", "405", "410", "429", "499", "500", "501", "503"))
			}
			r, c := reportOf(t, write(t, "c.yaml", row.text), entries...)
			var b bytes.Buffer
			if err := r.writePatch(&b, "contract", c); errors.Is(err, errNothing) {
				continue
			} else if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, row.name, err)
			}
			after, _ := reportOf(t, write(t, "c.yaml", b.String()), entries...)
			rows := open(after)
			for _, line := range rows {
				if !strings.Contains(line, "_OTHER") {
					t.Errorf("seed %d: %s: still undocumented: %q\nbefore\n%s\nafter\n%s\ntraffic %q", seed, row.name, rows, row.text, b.String(), entries)
					break
				}
			}
		}
	}
}
