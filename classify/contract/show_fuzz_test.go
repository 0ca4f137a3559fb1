package contract

import (
	"io"
	"strings"
	"testing"
)

// FuzzContract: whatever can be read can be linted, shown and compared; every finding has a place and a way out; nothing
// differs from itself.
func FuzzContract(f *testing.F) {
	f.Add("contract: v1\n" + shown)
	f.Add("contract: v1\ncodes:\n" + quiet + "  404, 410: null\n  default: x\nroutes: [{match: '/a/{b}', codes: {5XX: null}}]\n")
	f.Add("contract: v1\ncodes: {206: {only_when: [{method: [GET]}, {method: [PUT]}], always_when: [{request_header: {range: present}, status: [4XX]}], sends: [{body: present}]}}\n")
	for _, name := range Builtins() {
		text, err := Builtin(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "openapi") {
			t.Skip("no files are read here")
		}
		c, err := Parse("c.yaml", []byte(text))
		if err != nil {
			t.Skip()
		}
		for _, finding := range Lint(c) {
			if finding.Pos.Line < 1 || finding.Message == "" || finding.Suggestion == "" || finding.Severity != SeverityWarning && finding.Severity != SeverityInfo {
				t.Errorf("%+v", finding)
			}
		}
		if changes := Diff(c, c); len(changes) > 0 {
			t.Errorf("differs from itself: %v", changes)
		}
		sheet := c.Sheet(map[SeenKey]LastSeen{{"", "200"}: {Count: 1}, {"unmatched", "404"}: {Count: 1}})
		for _, write := range []func(io.Writer) error{sheet.WriteText, sheet.WriteMarkdown, sheet.WriteHTML} {
			if err := write(io.Discard); err != nil {
				t.Error(err)
			}
		}
	})
}
