package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"httpstatus_exporter/ingest/accesslog"
)

// TestReasonText: whatever makes a line no entry, explain says what it means.
func TestReasonText(t *testing.T) {
	for _, r := range accesslog.Reasons() {
		if reasonText(r.String()) == "" {
			t.Errorf("reason %s has no explanation", r)
		}
	}
}

// TestExplainDrivesNoTerminal: of no part of a line that explain quotes do control characters, or such as turn the direction
// of writing, reach the terminal.
func TestExplainDrivesNoTerminal(t *testing.T) {
	name := filepath.Join(t.TempDir(), "orders.yaml")
	const text = "contract: v1\nroutes:\n  - match: GET|POST /orders/{id}\n    codes: {201: {sends: [{response_header: {Location: /x/}}]}}\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	api := apiFlags{contract: name, format: `json status=s method=m target=u time=t host=h resp.location=l`, maxLine: 1 << 20}
	x, err := newExplainer(&api)
	if err != nil {
		t.Fatal(err)
	}
	const wild = `\u001b[31m\u0007\u202e\u0000\u009b`
	for _, line := range []string{
		`{"s": 201, "m": "GET", "u": "/nowhere/` + wild + `"}`,
		`{"s": 201, "m": "POST", "u": "/orders/` + wild + `", "h": "` + wild + `", "l": "` + wild + `"}`,
		`{"s": 201, "m": "` + wild + `", "u": "/orders/1", "t": "` + wild + `"}`,
		`{"s": "2` + wild + `", "m": "GET", "u": "/orders/1"}`,
		"\x1b[31m{\x00\x9b\xff",
	} {
		var b strings.Builder
		x.explain(line).writeText(&b)
		for _, r := range b.String() {
			if r != '\n' && !strconv.IsPrint(r) {
				t.Errorf("%s: %q in\n%q", line, r, b.String())
				break
			}
		}
	}
}
