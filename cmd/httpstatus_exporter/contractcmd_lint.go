package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"httpstatus_exporter/classify/contract"
)

// addContractOnly is addContract for commands without traffic: no api label.
func (a *apiFlags) addContractOnly(fs *pflag.FlagSet) {
	fs.StringVarP(&a.contract, "api.contract", "c", "agave", "a built-in contract (agave, rfc9110) or a file (contract YAML, OpenAPI 2.0/3.x)")
}

func contractLint() *command {
	return &command{
		name:    "contract lint",
		args:    "[CONTRACT]",
		summary: "find what is probably not meant as the contract says it",
		long: `Find missing codes, phrases of other codes, obsolete standards, entries and conditions that never apply, and where the
documentation and the HTTP standard part.

  httpstatus_exporter contract lint openapi.yaml
  httpstatus_exporter contract lint --fail-on=none --output=sarif contract.yaml > lint.sarif

Exit code: 0 in order, 1 with a finding at or above --fail-on, 2 when the contract cannot be read.`,
		run: runContractLint,
	}
}

func runContractLint(_ context.Context, c *command, args []string, s std) error {
	var (
		api            apiFlags
		output, failOn string
	)
	fs := newFlags(c, s)
	api.addContractOnly(fs)
	fs.StringVarP(&output, "output", "o", "text", "text, json or sarif")
	fs.StringVar(&failOn, "fail-on", "warning", "exit 1 with a finding of this severity or above: warning, info or none")
	if err := parse(fs, args); err != nil {
		return err
	}
	write := map[string]func(io.Writer, []contract.Finding) error{"text": lintText, "json": lintJSON, "sarif": lintSARIF}[output]
	if write == nil {
		return fmt.Errorf("--output: found %q; use text, json or sarif", output)
	}
	limit, ok := map[string]int{"warning": int(contract.SeverityWarning), "info": int(contract.SeverityInfo), "none": -1}[failOn]
	if !ok {
		return fmt.Errorf("--fail-on: found %q; use warning, info or none", failOn)
	}
	k, err := loadNamed(&api, fs)
	if err != nil {
		return err
	}
	findings := contract.Lint(k)
	if err := write(s.out, findings); err != nil {
		return err
	}
	for _, f := range findings {
		if int(f.Severity) <= limit {
			return exitCode(exitFinding)
		}
	}
	return nil
}

func lintText(w io.Writer, findings []contract.Finding) error {
	tally := map[contract.Severity]int64{}
	for _, f := range findings {
		tally[f.Severity]++
		fmt.Fprintf(w, "%s: %s: %s [%s]\n    %s\n", f.Pos, f.Severity, f.Message, f.Rule, f.Suggestion)
	}
	_, err := fmt.Fprintf(w, "%s, %s\n", count(tally[contract.SeverityWarning], "warning"), count(tally[contract.SeverityInfo], "note"))
	return err
}

// A lintFinding is one finding as JSON.
type lintFinding struct {
	File       string `json:"file"`
	Line       int    `json:"line,omitempty"`
	Column     int    `json:"column,omitempty"`
	Rule       string `json:"rule"`
	Severity   string `json:"severity"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion"`
}

func lintJSON(w io.Writer, findings []contract.Finding) error {
	rows := []lintFinding{}
	for _, f := range findings {
		rows = append(rows, lintFinding{f.Pos.File, f.Pos.Line, f.Pos.Column, f.Rule, f.Severity.String(), f.Message, f.Suggestion})
	}
	return writeIndented(w, rows)
}

func lintSARIF(w io.Writer, findings []contract.Finding) error {
	log := newSARIF("contract lint")
	for _, r := range contract.LintRules() {
		log.rule(r.ID, r.Summary)
	}
	for _, f := range findings {
		level := "note"
		if f.Severity == contract.SeverityWarning {
			level = "warning"
		}
		log.result(f.Rule, level, f.Message+". "+f.Suggestion, f.Rule+"|"+f.Message, locationOf(f.Pos.File, f.Pos.Line, f.Pos.Column))
	}
	return log.write(w)
}
