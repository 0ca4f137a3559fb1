package main

import (
	"os"
	"strings"
	"testing"

	"httpstatus_exporter/ingest/accesslog"
	"httpstatus_exporter/metrics"
)

// TestREADME keeps the README's metric table and log format the ones of the program.
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
}
