package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"httpstatus_exporter/classify/contract"
)

func contractShow() *command {
	return &command{
		name:    "contract show",
		args:    "[CONTRACT]",
		summary: "print every code in every place, after inheritance",
		long: `Print the effective table of a contract: for the page and for every route the codes that apply, with meaning, class,
category, owner, effect on the error budget, and conditions in words. With a report, every row says when it was last seen.

  httpstatus_exporter contract show -c openapi.yaml
  httpstatus_exporter report -c api.yaml --output=json access.log > report.json
  httpstatus_exporter contract show -c api.yaml --output=html --from-report=report.json > codes.html`,
		run: runContractShow,
	}
}

func runContractShow(_ context.Context, c *command, args []string, s std) error {
	var (
		api                apiFlags
		output, fromReport string
	)
	fs := newFlags(c, s)
	api.addContractOnly(fs)
	fs.StringVarP(&output, "output", "o", "text", "text, markdown, html or json")
	fs.StringVar(&fromReport, "from-report", "", "output of report --output=json: adds how often and when each code was last seen")
	if err := parse(fs, args); err != nil {
		return err
	}
	write := map[string]func(*contract.Sheet, io.Writer) error{
		"text": (*contract.Sheet).WriteText, "markdown": (*contract.Sheet).WriteMarkdown, "html": (*contract.Sheet).WriteHTML,
		"json": func(sheet *contract.Sheet, w io.Writer) error { return writeIndented(w, sheet) },
	}[output]
	if write == nil {
		return fmt.Errorf("--output: found %q; use text, markdown, html or json", output)
	}
	k, err := loadNamed(&api, fs)
	if err != nil {
		return err
	}
	var seen map[contract.SeenKey]contract.LastSeen
	if fromReport != "" {
		if seen, err = readSeen(fromReport, k); err != nil {
			return fmt.Errorf("--from-report: %w", err)
		}
	}
	return write(k.Sheet(seen), s.out)
}

// writeIndented writes v as JSON for people.
func writeIndented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// readSeen reads the responses out of a report. A report of another contract would put counts beside codes that they have
// nothing to do with.
func readSeen(name string, k *contract.Contract) (map[contract.SeenKey]contract.LastSeen, error) {
	data, err := readFile(name, maxReport)
	if err != nil {
		return nil, plain(err)
	}
	var r struct {
		Contract string    `json:"contract"`
		Digest   string    `json:"digest"`
		Seen     []seenRow `json:"seen"`
		Codes    []struct {
			Code  string `json:"code"`
			Count int64  `json:"count"`
		} `json:"codes"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s: %w; make it with report --output=json", name, err)
	}
	if r.Digest == "" || r.Codes == nil && r.Seen == nil {
		return nil, fmt.Errorf("%s is no report; make it with report --output=json", name)
	}
	if r.Contract != k.Name {
		return nil, fmt.Errorf("%s was made with the contract %q, this one is %q", name, r.Contract, k.Name)
	}
	seen := map[contract.SeenKey]contract.LastSeen{}
	add := func(key contract.SeenKey, n int64, last time.Time) {
		if n > 0 {
			old := seen[key]
			seen[key] = contract.LastSeen{Count: old.Count + n, Last: later(old.Last, last)}
		}
	}
	for _, row := range r.Seen {
		add(contract.SeenKey{Route: row.Route, Code: row.Code}, row.Count, row.Last)
	}
	if r.Seen != nil {
		return seen, nil
	}
	if len(k.Routes) > 0 {
		return nil, errors.New(name + " does not tell the routes apart, and the contract has some; make the report anew")
	}
	for _, row := range r.Codes {
		add(contract.SeenKey{Code: row.Code}, row.Count, time.Time{})
	}
	return seen, nil
}
