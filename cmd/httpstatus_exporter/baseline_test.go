package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var someRows = []driftRow{
	{Kind: "undocumented", Code: "429", Meaning: "Too Many Requests", Route: "/jobs", Method: "GET", Reason: "code", Count: 1284, Origin: origins{App: 1200, Proxy: 80, Unknown: 4},
		First: time.Date(2026, 11, 16, 3, 12, 9, 0, time.UTC), Last: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC), Sample: "logs/access.log:17"},
	{Kind: "undocumented", Code: "200", Meaning: "OK", Route: "unmatched", Method: "GET", Reason: "route", Count: 3, Origin: origins{Proxy: 3}, Sample: "-:4"},
	{Kind: "undocumented", Code: "other", Route: "/a|b", Method: "_OTHER", Reason: "invalid", Count: 1, Origin: origins{Unknown: 1}, Sample: "/var/log/a b.log:2"},
	{Kind: "undocumented", Code: "204", Meaning: "No Content", Route: "/jobs", Method: "DELETE", Reason: "method", Count: 2, Sample: "logs/access.log:18"},
	{Kind: "violation", Code: "201", Meaning: "Created", Route: "/jobs", Method: "GET", Reason: "created-only-on-put-post", Count: 9,
		Sample: "logs/access.log:3", Documents: "api/contract.yaml:22:9"},
	{Kind: "contradicted", Reason: "unauthorized-means-no-credentials", Count: 93, Asked: 100, Documents: "builtin:agave:81"},
	{Kind: "default_only", Code: "418", Meaning: "(Unused)", Route: "/jobs", Method: "GET", Reason: "default", Count: 4, Documents: "api/contract.yaml:7"},
	{Kind: "unseen", Code: "406", Meaning: "Not Acceptable", Documents: "api/contract.yaml:107"},
	{Kind: "unseen", Code: "404", Meaning: "Not <found>", Route: "/jobs"},
}

func TestBaseline(t *testing.T) {
	var b bytes.Buffer
	if err := writeBaseline(&b, someRows); err != nil {
		t.Fatal(err)
	}
	golden(t, "baseline.yaml", b.String())

	shuffled := slices.Clone(someRows)
	slices.Reverse(shuffled)
	for i := range shuffled {
		shuffled[i].Count += 7
		shuffled[i].Last = time.Now()
	}
	var again bytes.Buffer
	if err := writeBaseline(&again, append(shuffled, someRows[0])); err != nil {
		t.Fatal(err)
	}
	if again.String() != b.String() {
		t.Errorf("order, counts, times and repetitions change the baseline:\n%s", again.String())
	}

	loaded, err := loadBaseline(write(t, "baseline.yaml", b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if rest, known, stale := loaded.filter(shuffled); len(rest) != 0 || known != len(someRows) || len(stale) != 0 {
		t.Errorf("%v %d %v: all is accepted", rest, known, stale)
	}
	other := []driftRow{someRows[4], {Kind: "undocumented", Code: "429", Route: "/jobs", Method: "POST", Reason: "code"}}
	rest, known, stale := loaded.filter(other)
	if len(rest) != 1 || rest[0].Method != "POST" || known != 1 || len(stale) != len(someRows)-1 {
		t.Errorf("%v %d %v", rest, known, stale)
	}
}

func TestBaselineEmpty(t *testing.T) {
	var b bytes.Buffer
	if err := writeBaseline(&b, nil); err != nil {
		t.Fatal(err)
	}
	loaded, err := loadBaseline(write(t, "b.yaml", b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if rest, known, stale := loaded.filter(someRows); len(rest) != len(someRows) || known != 0 || stale != nil {
		t.Errorf("%v %d %v: nothing is accepted", rest, known, stale)
	}
}

func TestBaselineMistakes(t *testing.T) {
	for _, r := range []struct{ text, want string }{
		{"", `a baseline begins with "baseline: v1"`},
		{"baseline: v2\nfindings: []\n", `found baseline "v2"`},
		{"baseline: v1\nfindings: [{kind: undocumentd}]\n", `finding 1 has the kind "undocumentd"; use undocumented, violation`},
		{"baseline: v1\nfindings: [{knd: violation}]\n", `b.yaml:2:13: unknown key "knd"; the keys of a finding are kind, code, route, method, reason`},
		{"baseline: v1\nfindigs: []\n", `b.yaml:2:1: unknown key "findigs"; the keys are baseline and findings`},
		{"\t", "b.yaml: "},
	} {
		if _, err := loadBaseline(write(t, "b.yaml", r.text)); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%q: %v, want %q", r.text, err, r.want)
		}
	}
	if _, err := loadBaseline("nothing.yaml"); err == nil || !strings.Contains(err.Error(), "--write-baseline=nothing.yaml") {
		t.Error(err)
	}
	if _, err := loadBaseline(os.TempDir()); err == nil {
		t.Error("a directory is no baseline")
	}
}

// TestBaselineJSON: JSON is YAML.
func TestBaselineJSON(t *testing.T) {
	b, err := loadBaseline(write(t, "b.json", `{"baseline": "v1", "findings": [{"kind": "unseen", "code": "404", "route": "/jobs"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if rest, known, _ := b.filter(someRows); known != 1 || len(rest) != len(someRows)-1 {
		t.Errorf("%d %v", known, rest)
	}
}

// TestBaselineInAnyOrder: people add lines where they like.
func TestBaselineInAnyOrder(t *testing.T) {
	name := write(t, "baseline.yaml", `baseline: v1
findings:
  - {kind: violation, code: "201", route: "/b", method: "GET", reason: "made"}
  - {kind: undocumented, code: "500", route: "/b", method: "GET", reason: "code"}
  - {kind: undocumented, code: "500", route: "/a", method: "GET", reason: "code"}
  - {kind: undocumented, code: "404", route: "/z", method: "PUT", reason: "method"}
`)
	b, err := loadBaseline(name)
	if err != nil {
		t.Fatal(err)
	}
	rows := []driftRow{
		{Kind: "undocumented", Code: "500", Route: "/b", Method: "GET", Reason: "code"},
		{Kind: "violation", Code: "201", Route: "/b", Method: "GET", Reason: "made"},
		{Kind: "undocumented", Code: "500", Route: "/a", Method: "GET", Reason: "code"},
		{Kind: "undocumented", Code: "500", Route: "/c", Method: "GET", Reason: "code"},
	}
	rest, known, stale := b.filter(rows)
	if len(rest) != 1 || rest[0].Route != "/c" || known != 3 || len(stale) != 1 || stale[0].Route != "/z" {
		t.Errorf("rest %+v, %d known, stale %+v", rest, known, stale)
	}
}
