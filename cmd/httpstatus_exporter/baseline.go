package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A baseline is findings that are accepted: a report leaves them out, so that only new ones count. It is YAML, one finding a
// line, sorted, without counts and times: two baselines differ only where the findings do.
type baseline struct {
	findings []accepted
}

// A baselineFile is a baseline as it is written.
type baselineFile struct {
	Baseline string     `yaml:"baseline"`
	Findings []accepted `yaml:"findings"`
}

// accepted is one finding. An empty field stands for an empty field, not for anything.
type accepted struct {
	Kind   string `yaml:"kind"`
	Code   string `yaml:"code"`
	Route  string `yaml:"route"`
	Method string `yaml:"method"`
	Reason string `yaml:"reason"`
}

func acceptedOf(r *driftRow) accepted {
	return accepted{Kind: r.Kind, Code: r.Code, Route: r.Route, Method: r.Method, Reason: r.Reason}
}

func (a accepted) compare(b accepted) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Reason, b.Reason))
}

// loadBaseline reads a baseline. A file that does not exist is an error: whoever names one means it.
func loadBaseline(name string) (*baseline, error) {
	data, err := readFile(name, maxText)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; make it with --write-baseline=%s", plain(err), name)
	}
	if err != nil {
		return nil, plain(err)
	}
	var file baselineFile
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && err != io.EOF {
		return nil, yamlError(name, data, err, keysOf{"baselineFile": "the keys are baseline and findings", "accepted": "the keys of a finding are kind, code, route, method, reason"})
	}
	if file.Baseline != "v1" {
		return nil, fmt.Errorf("%s: found baseline %q; a baseline begins with \"baseline: v1\"", name, file.Baseline)
	}
	kinds := make([]string, len(driftKinds))
	for i, k := range driftKinds {
		kinds[i] = k.kind
	}
	for i, a := range file.Findings {
		if !slices.Contains(kinds, a.Kind) {
			return nil, fmt.Errorf("%s: finding %d has the kind %q; use %s", name, i+1, a.Kind, strings.Join(kinds, ", "))
		}
	}
	b := &baseline{file.Findings}
	slices.SortFunc(b.findings, accepted.compare)
	return b, nil
}

// writeBaseline prints the baseline that accepts rows.
func writeBaseline(w io.Writer, rows []driftRow) error {
	findings := make([]accepted, len(rows))
	for i := range rows {
		findings[i] = acceptedOf(&rows[i])
	}
	slices.SortFunc(findings, accepted.compare)
	var b bytes.Buffer
	fmt.Fprint(&b, "# Findings of report that are accepted. Take a line out to hear of it again.\nbaseline: v1\nfindings:")
	if len(findings) == 0 {
		fmt.Fprint(&b, " []")
	}
	fmt.Fprintln(&b)
	for _, a := range slices.Compact(findings) {
		fmt.Fprintf(&b, "  - {kind: %s, code: %q, route: %q, method: %q, reason: %q}\n", a.Kind, a.Code, a.Route, a.Method, a.Reason)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// filter returns the rows that are not accepted, how many were, and the accepted findings that did not occur.
func (b *baseline) filter(rows []driftRow) (rest []driftRow, known int, stale []accepted) {
	used := make([]bool, len(b.findings))
	rest = []driftRow{}
	for i := range rows {
		at, found := slices.BinarySearchFunc(b.findings, acceptedOf(&rows[i]), accepted.compare)
		if !found {
			rest = append(rest, rows[i])
			continue
		}
		known++
		for j := at; j < len(used) && b.findings[j] == b.findings[at]; j++ {
			used[j] = true
		}
	}
	for i, u := range used {
		if !u {
			stale = append(stale, b.findings[i])
		}
	}
	return rest, known, stale
}
