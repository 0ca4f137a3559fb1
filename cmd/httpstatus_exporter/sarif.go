package main

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/common/version"
)

// A sarif is a SARIF 2.1.0 log with one run (https://docs.oasis-open.org/sarif/sarif/v2.1.0): what code hosts show beside
// a change.
type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	AutomationDetails sarifID       `json:"automationDetails"` // keeps the runs of different commands apart
	ColumnKind        string        `json:"columnKind"`
	Results           []sarifResult `json:"results"`
}

type sarifID struct {
	ID string `json:"id"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Level               string            `json:"level"` // error, warning or note
	Message             sarifText         `json:"message"`
	Locations           []sarifLocation   `json:"locations,omitempty"`
	PartialFingerprints map[string]string `json:"partialFingerprints"`
	Properties          map[string]any    `json:"properties,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	ArtifactLocation struct {
		URI string `json:"uri"`
	} `json:"artifactLocation"`
	Region *sarifRegion `json:"region,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

// newSARIF returns a log without rules and results. The command names the run.
func newSARIF(command string) *sarif {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}, AutomationDetails: sarifID{"httpstatus_exporter " + command + "/"}}
	run.Tool.Driver = sarifDriver{Name: "httpstatus_exporter", Version: version.Version}
	return &sarif{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

func (l *sarif) rule(id, summary string) {
	d := &l.Runs[0].Tool.Driver
	d.Rules = append(d.Rules, sarifRule{id, sarifText{summary}})
}

// result adds a result of a rule that was added before. The identity says that two results of different runs are the same,
// wherever they moved.
func (l *sarif) result(rule, level, message, identity string, at ...sarifLocation) *sarifResult {
	run := &l.Runs[0]
	index := -1
	for i, r := range run.Tool.Driver.Rules {
		if r.ID == rule {
			index = i
		}
	}
	h := fnv.New128a()
	io.WriteString(h, identity)
	r := sarifResult{RuleID: rule, RuleIndex: index, Level: level, Message: sarifText{message},
		PartialFingerprints: map[string]string{"finding/v1": hex.EncodeToString(h.Sum(nil))}}
	for _, a := range at {
		if a.PhysicalLocation.ArtifactLocation.URI != "" {
			r.Locations = append(r.Locations, a)
		}
	}
	run.Results = append(run.Results, r)
	return &run.Results[len(run.Results)-1]
}

func (l *sarif) write(w io.Writer) error { return writeIndented(w, l) }

// locationOf is a place in a file; a built-in contract and standard input have none.
func locationOf(file string, line, column int) sarifLocation {
	var at sarifLocation
	if file == "" || file == "-" || strings.HasPrefix(file, "builtin:") {
		return at
	}
	at.PhysicalLocation.ArtifactLocation.URI = (&url.URL{Path: filepath.ToSlash(file)}).String()
	if filepath.IsAbs(file) {
		at.PhysicalLocation.ArtifactLocation.URI = (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
	}
	if line > 0 {
		at.PhysicalLocation.Region = &sarifRegion{line, column}
	}
	return at
}

// locationAt reads FILE:LINE and FILE:LINE:COLUMN.
func locationAt(s string) sarifLocation {
	file, line, column := s, 0, 0
	for range 2 {
		i := strings.LastIndexByte(file, ':')
		if i < 0 {
			break
		}
		n, err := strconv.Atoi(file[i+1:])
		if err != nil {
			break
		}
		file, line, column = file[:i], n, line
	}
	return locationOf(file, line, column)
}

// identityOf is what stays the same about a row from one report to the next.
func identityOf(r *driftRow) string {
	return fmt.Sprintf("%s|%s|%s|%s|%s", r.Kind, r.Code, r.Route, r.Method, r.Reason)
}
