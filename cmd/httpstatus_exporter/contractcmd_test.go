package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"httpstatus_exporter/classify/contract"
)

// contractRun runs a contract command and returns its exit code and what it printed.
func contractRun(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	c := contractCommand()
	err := c.run(context.Background(), c, args, std{in: strings.NewReader("| Code | Meaning |\n| --- | --- |\n| 404 | Not found |\n"), out: &o, err: &e})
	var exit exitCode
	switch {
	case errors.As(err, &exit):
		code = int(exit)
	case err != nil:
		code = exitUsage
		e.WriteString(err.Error())
	}
	return code, o.String(), e.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestContractShow(t *testing.T) {
	for _, output := range []string{"text", "markdown", "html", "json"} {
		code, out, errs := contractRun(t, "show", "--output="+output)
		if code != exitOK || errs != "" {
			t.Fatalf("%s: %d %s", output, code, errs)
		}
		golden(t, "contract/show."+output, out)
	}
	_, out, _ := contractRun(t, "show", "-o", "json", "rfc9110")
	var sheet contract.Sheet
	if err := json.Unmarshal([]byte(out), &sheet); err != nil || sheet.Name != "rfc9110" || len(sheet.Sections[0].Rows) < 60 {
		t.Errorf("%v: %+v", err, sheet)
	}
}

func TestContractShowSeen(t *testing.T) {
	k, err := contract.Load("agave")
	if err != nil {
		t.Fatal(err)
	}
	head := `{"contract": "agave", "digest": "` + k.Digest + `", `
	byRoute := write(t, "a.json", head+`"codes": [{"code": "200", "count": 9}], "seen": [
		{"route": "", "method": "GET", "code": "200", "verdict": "documented", "count": 5, "last": "2026-11-22T10:00:00Z"},
		{"route": "", "method": "PUT", "code": "200", "verdict": "documented", "count": 4, "last": "2026-11-21T10:00:00Z"}]}`)
	_, out, errs := contractRun(t, "show", "--from-report="+byRoute)
	if !strings.Contains(out, "9     2026-11-22 10:00") || !strings.Contains(out, "never") || errs != "" {
		t.Errorf("%s%s", out, errs)
	}
	byCode := write(t, "b.json", head+`"codes": [{"code": "200", "count": 7}]}`)
	if _, out, _ := contractRun(t, "show", "--from-report="+byCode); !strings.Contains(out, "good    7\n") {
		t.Errorf("%s", out)
	}
	for name, text := range map[string]string{
		"is no report":                      `{}`,
		"was made with the contract":        `{"contract": "other", "digest": "x", "codes": []}`,
		"make it with report --output=json": `code,count`,
	} {
		code, _, errs := contractRun(t, "show", "--from-report="+write(t, "c.json", text))
		if code != exitUsage || !strings.Contains(errs, name) {
			t.Errorf("%s: %d %s", name, code, errs)
		}
	}
}

func TestContractLint(t *testing.T) {
	for _, output := range []string{"text", "json", "sarif"} {
		code, out, _ := contractRun(t, "lint", "--output="+output)
		if code != exitFinding {
			t.Errorf("%s: exit code %d, want %d: the page has warnings", output, code, exitFinding)
		}
		golden(t, "contract/lint."+output, out)
	}
	clean := write(t, "c.yaml", "contract: v1\ncodes: {200: OK, 4XX: Yours, 5XX: Ours, 206: {only_when: [{method: [GET]}]}, 207: {only_when: [{method: [PUT]}]}}\n")
	for _, r := range []struct {
		want int
		args []string
	}{
		{exitOK, []string{clean}},
		{exitFinding, []string{"--fail-on=info", clean}},
		{exitOK, []string{"--fail-on=none", "agave"}},
		{exitFinding, []string{"-c", "agave"}},
	} {
		if code, out, errs := contractRun(t, append([]string{"lint"}, r.args...)...); code != r.want {
			t.Errorf("%v: %d, want %d\n%s%s", r.args, code, r.want, out, errs)
		}
	}
	_, out, _ := contractRun(t, "lint", "-o", "sarif", clean)
	if !strings.Contains(out, `"startLine": 2`) || !strings.Contains(out, `/c.yaml"`) {
		t.Errorf("no location:\n%s", out)
	}
}

func TestContractDiff(t *testing.T) {
	a := write(t, "a.yaml", "contract: v1\nname: x\ncodes: {200: OK, 201: Created}\n")
	b := write(t, "b.yaml", "contract: v1\nname: x\ncodes: {200: Success, 429: Slow}\n")
	for _, r := range []struct {
		want int
		args []string
		out  string
	}{
		{exitOK, []string{a, b}, "  200: meaning Success, was OK; the meaning label changes: its series begin anew\n! 201 removed (Created); clients may wait for it\n! 429 added (Slow); an error that clients were not told of\n3 changes, 2 breaking\n"},
		{exitFinding, []string{"--fail-on=breaking", a, b}, ""},
		{exitOK, []string{"--fail-on=breaking", a, a}, "0 changes, 0 breaking\n"},
		{exitFinding, []string{"--fail-on=any", a, b}, ""},
		{exitUsage, []string{a}, ""},
		{exitUsage, []string{"--fail-on=broken", a, b}, ""},
		{exitUsage, []string{a, "nothing.yaml"}, ""},
	} {
		code, out, errs := contractRun(t, append([]string{"diff"}, r.args...)...)
		if code != r.want || r.out != "" && out != r.out {
			t.Errorf("%v: %d, want %d\n%s%s", r.args, code, r.want, out, errs)
		}
	}
	_, out, _ := contractRun(t, "diff", "-o", "json", a, b)
	var rows []diffChange
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 3 || !rows[1].Breaking || rows[1].At == "" {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestContractImport(t *testing.T) {
	code, out, errs := contractRun(t, "import", "-")
	if code != exitOK {
		t.Fatalf("%d %s", code, errs)
	}
	c, err := contract.Parse("imported.yaml", []byte(out))
	if err != nil || len(c.Codes) != 1 || c.Codes[0].Meaning != "Not found" {
		t.Errorf("%v: %+v\n%s", err, c, out)
	}
	if code, _, errs := contractRun(t, "import", write(t, "empty.md", "nothing\n")); code != exitUsage || !strings.Contains(errs, "no table") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestContractUsage(t *testing.T) {
	for _, r := range []struct{ want, args string }{
		{"no command is named", ""},
		{"did you mean contract lint?", "lintt"},
		{"the commands are show, import, lint, diff", "publish"},
		{"use text, markdown, html or json", "show --output=pdf"},
		{"use text, json or sarif", "lint --output=xml"},
		{"use warning, info or none", "lint --fail-on=error"},
		{"did you mean --fail-on?", "lint --fail-no=error"},
		{"name one contract", "lint -c agave rfc9110"},
		{"found 2 contracts", "show agave rfc9110"},
		{"there is no such file", "show nothing.yaml"},
		{"name one page", "import"},
		{"name two", "diff agave"},
	} {
		code, _, errs := contractRun(t, strings.Fields(r.args)...)
		if code != exitUsage || !strings.Contains(errs, r.want) {
			t.Errorf("contract %s: %d %q, want %q", r.args, code, errs, r.want)
		}
	}
	_, out, _ := contractRun(t, "--help")
	golden(t, "contract/help", out)
}
