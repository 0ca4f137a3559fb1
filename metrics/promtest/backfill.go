package promtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// CreateBlocks turns samples in the OpenMetrics format, each with its time, into blocks that a Server can start with.
func CreateBlocks(t testing.TB, promtool Tool, openMetrics, dataDir string) {
	t.Helper()
	cmd := exec.Command(promtool.Path, "tsdb", "create-blocks-from", "openmetrics", "--quiet", openMetrics, dataDir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// BackfillRules adds to the blocks of dataDir what the recording rules of a rule file would have recorded from one time to
// another. A rule that reads another's series comes a round later, for promtool evaluates each rule on what is stored.
func BackfillRules(t testing.TB, prometheus, promtool Tool, rules, dataDir string, from, to time.Time) {
	t.Helper()
	for _, round := range rounds(t, rules) {
		text, err := yaml.Marshal(round)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "rules.yml")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		s := Start(t, prometheus, Config{DataDir: dataDir})
		cmd := exec.Command(promtool.Path, "tsdb", "create-blocks-from", "rules", "--url="+s.URL, "--output-dir="+dataDir,
			fmt.Sprintf("--start=%d", from.Unix()), fmt.Sprintf("--end=%d", to.Unix()), file)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
		s.Stop() // the next one finds the new blocks
	}
}

type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name     string          `yaml:"name"`
	Interval string          `yaml:"interval,omitempty"`
	Rules    []recordingRule `yaml:"rules"`
}

type recordingRule struct {
	Record string `yaml:"record"`
	Expr   string `yaml:"expr"`
}

// rounds gives the recording rules in rule files, so that each reads only what was recorded by those before.
func rounds(t testing.TB, rules string) (files []ruleFile) {
	var all ruleFile
	if err := yaml.Unmarshal([]byte(rules), &all); err != nil {
		t.Fatal(err)
	}
	var waiting []string // names that are not recorded yet
	for _, g := range all.Groups {
		for _, r := range g.Rules {
			if r.Record != "" {
				waiting = append(waiting, r.Record)
			}
		}
	}
	for len(waiting) > 0 {
		var file ruleFile
		var done []string
		for _, g := range all.Groups {
			var ready []recordingRule
			for _, r := range g.Rules {
				if slices.Contains(waiting, r.Record) && !reads(t, r.Expr, waiting) {
					ready, done = append(ready, r), append(done, r.Record)
				}
			}
			if ready != nil {
				file.Groups = append(file.Groups, ruleGroup{g.Name, g.Interval, ready})
			}
		}
		if done == nil {
			t.Fatalf("recording rules that wait for each other: %v", waiting)
		}
		waiting = slices.DeleteFunc(waiting, func(name string) bool { return slices.Contains(done, name) })
		files = append(files, file)
	}
	return files
}

func reads(t testing.TB, expr string, names []string) bool {
	refs, err := Scan(expr)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(refs.Selectors, func(s Selector) bool { return slices.Contains(names, s.Metric) })
}
