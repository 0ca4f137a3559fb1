package main

import (
	"os"
	"strings"
	"testing"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest/accesslog"
	"httpstatus_exporter/metrics"
)

// TestREADME keeps the README's metric table, log format and contract the ones of the program.
func TestREADME(t *testing.T) {
	const name = "../../README.md"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	before, rest, ok := strings.Cut(text, "-update -->\n")
	_, after, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok || !ok2 {
		t.Fatal("the README has lost the marks of its metric table")
	}
	var table strings.Builder
	if err := metrics.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	want := before + "-update -->\n" + table.String() + "<!-- end -->" + after
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != want {
		t.Error("the README's metric table is not the program's; go test -run README -update writes it anew")
	}
	if !strings.Contains(text, accesslog.ContractFormat) {
		t.Error("the README's contract log_format is not the demo's")
	}
	_, example, _ := strings.Cut(text, "```yaml\ncontract: v1\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := contract.Parse("README.md", []byte("contract: v1\n"+example))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := classify.New(c); err != nil {
		t.Error(err)
	}
}
