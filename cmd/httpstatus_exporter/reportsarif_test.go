package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"httpstatus_exporter/classify/contract"
)

func someReport() *report {
	return &report{
		distribution: &distribution{API: "shop", Contract: "shop_v1", Objective: 0.999, Responses: 1400, SLOResponses: 1390, SLOErrors: 2,
			Codes: []codeRow{{"200", "OK", "2xx", 100, 0.0714, "documented"}, {"404", "Not <found> | gone", "4xx", 0, 0, "documented"}, {"429", "Too Many Requests", "4xx", 1284, 0.917, "undocumented"}}},
		From: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Drift: someRows,
	}
}

func TestReportMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := someReport().writeMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "drift.md", b.String())
}

func TestReportSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := someReport().writeSARIF(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "drift.sarif", b.String())
	checkSARIF(t, b.Bytes(), len(someRows))
}

// checkSARIF holds what the standard requires, and what code hosts refuse a log for.
func checkSARIF(t *testing.T, data []byte, results int) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/sarif.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	written, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(written); err != nil {
		t.Error(err)
	}
	var log sarif
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != results {
		t.Fatalf("version %s, %d runs, %d results, want %d", log.Version, len(log.Runs), len(log.Runs[0].Results), results)
	}
	rules := log.Runs[0].Tool.Driver.Rules
	prints := map[string]bool{}
	for _, r := range log.Runs[0].Results {
		if r.RuleIndex < 0 || r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("rule %d is not %s", r.RuleIndex, r.RuleID)
		}
		if r.Level != "error" && r.Level != "warning" && r.Level != "note" {
			t.Errorf("level %q", r.Level)
		}
		if r.Message.Text == "" {
			t.Error("a result without a message")
		}
		for _, at := range r.Locations {
			if at.PhysicalLocation.ArtifactLocation.URI == "" || at.PhysicalLocation.Region != nil && at.PhysicalLocation.Region.StartLine < 1 {
				t.Errorf("location %+v", at)
			}
		}
		id := r.PartialFingerprints["finding/v1"]
		if prints[id] || id == "" {
			t.Errorf("%s %q: fingerprint %q is missing or taken", r.RuleID, r.Message.Text, id)
		}
		prints[id] = true
	}
}

func TestLocationAt(t *testing.T) {
	for _, r := range []struct {
		at           string
		uri          string
		line, column int
	}{
		{"access.log:17", "access.log", 17, 0},
		{"a/c.yaml:22:9", "a/c.yaml", 22, 9},
		{"c.yaml", "c.yaml", 0, 0},
		{"/var/log/a b.log:2", "file:///var/log/a%20b.log", 2, 0},
		{"a:b.log:2", "./a:b.log", 2, 0},
		{"-:4", "", 0, 0},
		{"builtin:agave:81", "", 0, 0},
		{"", "", 0, 0},
	} {
		at := locationAt(r.at).PhysicalLocation
		line, column := 0, 0
		if at.Region != nil {
			line, column = at.Region.StartLine, at.Region.StartColumn
		}
		if at.ArtifactLocation.URI != r.uri || line != r.line || column != r.column {
			t.Errorf("%s: %q %d %d, want %q %d %d", r.at, at.ArtifactLocation.URI, line, column, r.uri, r.line, r.column)
		}
	}
}

const shopContract = "contract: v1\ncodes:\n  200: OK\n  404: No\nroutes:\n- match: GET /a\n  codes: {default: Whatever, 202: Yes}\n- match: PUT /a\n"

// TestDefaultOnly: a code that only default covers is named, by route and method.
func TestDefaultOnly(t *testing.T) {
	r, c := reportOf(t, write(t, "c.yaml", shopContract), "GET /a 200", "GET /a 418", "GET /a 418", "HEAD /a 500", "GET /a 202", "PUT /a 418", "GET /x 404")
	seen, err := seenRows(r.gatherer, r.API)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range defaultOnly(c, seen) {
		if row.Kind != "default_only" || row.Documents == "" {
			t.Errorf("%+v", row)
		}
		got = append(got, row.Method+" "+row.Route+" "+row.Code+" "+thousands(row.Count))
	}
	if len(got) != 2 || got[0] != "GET /a 418 2" || got[1] != "HEAD /a 500 1" {
		t.Errorf("%q", got)
	}
}

// TestUnseenOnce: a code that no method of a route answered is one row, and one that any method answered is none.
func TestUnseenOnce(t *testing.T) {
	r, _ := reportOf(t, write(t, "c.yaml", "contract: v1\nroutes:\n- match: GET|POST|PUT /a\n  codes: {200: OK, 404: No, 410: Gone, 5XX: Ours}\n"), "GET /a 200", "PUT /a 404", "GET /a 503")
	var got []string
	for _, row := range r.Drift {
		if row.Kind == "unseen" {
			got = append(got, row.Code+" "+row.Route)
		}
	}
	if len(got) != 1 || got[0] != "410 /a" {
		t.Errorf("%q", got)
	}
}

func TestDocumentedAt(t *testing.T) {
	c, err := contract.Parse("c.yaml", []byte(shopContract))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ route, code, want string }{
		{"/a", "202", "c.yaml:7"},
		{"/a", "418", "c.yaml:7"},
		{"/a", "200", "c.yaml:3"},
		{"unmatched", "404", "c.yaml:4"},
		{"unmatched", "500", ""},
		{"/a", "none", ""},
	} {
		if got := documentedAt(c, r.route, r.code); got != r.want {
			t.Errorf("%s %s: %q, want %q", r.route, r.code, got, r.want)
		}
	}
}
