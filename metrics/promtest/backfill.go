package promtest

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// promtool reads the whole input again for every block, so months of samples want few blocks.
const longBlocks = "--max-block-duration=1488h"

// CreateBlocks turns samples in the OpenMetrics format, each with its time, into blocks that a Server can start with.
func CreateBlocks(t testing.TB, promtool Tool, openMetrics, dataDir string) {
	t.Helper()
	cmd := exec.Command(promtool.Path, "tsdb", "create-blocks-from", "openmetrics", "--quiet", longBlocks, openMetrics, dataDir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// BackfillRules adds to the blocks of dataDir what the recording rules of a rule file would have recorded from one time to
// another. A rule that reads another's series comes a round later.
func BackfillRules(t testing.TB, prometheus, promtool Tool, rules, dataDir string, from, to time.Time) {
	t.Helper()
	for _, round := range rounds(t, rules) {
		file := filepath.Join(t.TempDir(), "recorded.txt")
		s := Start(t, prometheus, Config{DataDir: dataDir})
		if err := record(t, s, round, file, from, to); err != nil {
			t.Fatal(err)
		}
		s.Stop()
		CreateBlocks(t, promtool, file, dataDir) // which the next server finds
	}
}

// record writes the results of rules to a file in the OpenMetrics format.
func record(t testing.TB, s *Server, rules []recordingRule, path string, from, to time.Time) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	for _, r := range rules {
		results, err := s.QueryRange(t.Context(), r.Expr, from, to, r.interval)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "# TYPE %s gauge\n", r.Record)
		for _, result := range results {
			delete(result.Metric, "__name__")
			labels := ""
			for _, name := range slices.Sorted(maps.Keys(result.Metric)) {
				labels += fmt.Sprintf("%s=%q,", name, result.Metric[name])
			}
			for _, v := range result.Values {
				fmt.Fprintf(w, "%s{%s} %s %.3f\n", r.Record, labels[:max(0, len(labels)-1)], v[1], v[0])
			}
		}
	}
	fmt.Fprintln(w, "# EOF")
	return w.Flush()
}

type recordingRule struct {
	Record, Expr string
	interval     time.Duration
}

// rounds gives the recording rules in such an order that each reads only what was recorded in a round before.
func rounds(t testing.TB, rules string) (all [][]recordingRule) {
	var file struct {
		Groups []struct {
			Interval time.Duration
			Rules    []recordingRule
		}
	}
	if err := yaml.Unmarshal([]byte(rules), &file); err != nil {
		t.Fatal(err)
	}
	var waiting []recordingRule
	var names []string
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Record != "" {
				r.interval = g.Interval
				waiting, names = append(waiting, r), append(names, r.Record)
			}
		}
	}
	for len(waiting) > 0 {
		var ready, rest []recordingRule
		var left []string
		for _, r := range waiting {
			if reads(t, r.Expr, names) {
				rest, left = append(rest, r), append(left, r.Record)
			} else {
				ready = append(ready, r)
			}
		}
		if ready == nil {
			t.Fatalf("recording rules that wait for each other: %v", names)
		}
		all, waiting, names = append(all, ready), rest, left
	}
	return all
}

func reads(t testing.TB, expr string, names []string) bool {
	refs, err := Scan(expr)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(refs.Selectors, func(s Selector) bool { return slices.Contains(names, s.Metric) })
}
