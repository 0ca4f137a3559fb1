package metrics_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/metrics"
	"httpstatus_exporter/metrics/promtest"
)

type ruleGroup struct {
	Name     string
	Interval string
	Rules    []rule
}

type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

// id tells alerts of one name apart: by the window of a burn rate, else by severity.
func (r rule) id() string {
	if r.Labels["long"] != "" {
		return r.Alert + "/" + r.Labels["long"]
	}
	return r.Alert + "/" + r.Labels["severity"]
}

func loadRules(t testing.TB) []ruleGroup {
	t.Helper()
	var file struct{ Groups []ruleGroup }
	if err := yaml.Unmarshal([]byte(metrics.AlertRules()), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups
}

func alerts(t testing.TB) (all []rule) {
	for _, g := range loadRules(t) {
		for _, r := range g.Rules {
			if r.Alert != "" {
				all = append(all, r)
			}
		}
	}
	return all
}

func TestPromtoolAcceptsTheRules(t *testing.T) {
	tool := promtest.Require(t, "promtool")
	if out, err := exec.Command(tool.Path, "check", "rules", "--lint=all", "--lint-fatal", "alerts.yml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRulesAlertAsWritten(t *testing.T) {
	tool := promtest.Require(t, "promtool")
	files, err := filepath.Glob("alerts_*_test.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no rule tests", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			if file == "alerts_slo_test.yml" && !tool.V3 {
				promtest.Missing(t, "its exact values are those of Prometheus 3 (PROMETHEUS3_DIR names the folder of its promtool)")
			}
			t.Parallel()
			if out, err := exec.Command(tool.Path, "test", "rules", file).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestEveryAlertHasAFiringAndAQuietTest(t *testing.T) {
	var fires, quiet []string
	files, _ := filepath.Glob("alerts_*_test.yml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct {
			Tests []struct {
				AlertRuleTest []struct {
					Alertname string
					ExpAlerts []struct {
						ExpLabels map[string]string `yaml:"exp_labels"`
					} `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		if err := yaml.Unmarshal(text, &suite); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, test := range suite.Tests {
			for _, c := range test.AlertRuleTest {
				if len(c.ExpAlerts) == 0 {
					quiet = append(quiet, c.Alertname)
				}
				for _, a := range c.ExpAlerts {
					fires = append(fires, rule{Alert: c.Alertname, Labels: a.ExpLabels}.id())
				}
			}
		}
	}
	for _, a := range alerts(t) {
		if !slices.Contains(fires, a.id()) {
			t.Errorf("no test in which %s fires", a.id())
		}
		if !slices.Contains(quiet, a.Alert) {
			t.Errorf("no test in which %s stays quiet", a.Alert)
		}
	}
}

func TestAlertsSayWhatTheyMust(t *testing.T) {
	for _, a := range alerts(t) {
		if s := a.Labels["severity"]; s != "critical" && s != "warning" && s != "info" {
			t.Errorf("%s: severity %q", a.id(), s)
		}
		for name, value := range a.Labels {
			if strings.Contains(value, "{{") {
				t.Errorf("%s: the label %s holds a template: a value in it would make a new alert each time", a.id(), name)
			}
		}
		// A summary without variables is the same for all, so notifications can be grouped by it.
		if s := a.Annotations["summary"]; s == "" || strings.Contains(s, "{{") || !strings.HasSuffix(s, ".") {
			t.Errorf("%s: summary %q", a.id(), s)
		}
		if a.Annotations["description"] == "" {
			t.Errorf("%s: no description", a.id())
		}
		for _, value := range regexp.MustCompile(`{{ *\$value[^}]*}}`).FindAllString(a.Annotations["description"], -1) {
			if !strings.Contains(value, "| humanize") {
				t.Errorf("%s: %s is no value for people", a.id(), value)
			}
		}
		if want := "metrics/runbook.md#" + strings.ToLower(a.Alert); a.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url %q, want %q", a.id(), a.Annotations["runbook_url"], want)
		}
		if !strings.HasPrefix(a.Annotations["dashboard_url"], "/d/httpstatus-") {
			t.Errorf("%s: dashboard_url %q", a.id(), a.Annotations["dashboard_url"])
		}
		if !regexp.MustCompile(`[<>]|==|absent\(`).MatchString(a.Expr) {
			t.Errorf("%s: compares with nothing", a.id())
		}
	}
}

func TestRunbookHasEveryAlert(t *testing.T) {
	sections := regexp.MustCompile(`(?m)^## `).Split(metrics.Runbook(), -1)[1:]
	written := map[string]string{}
	for _, s := range sections {
		name, body, _ := strings.Cut(s, "\n")
		written[name] = body
	}
	for _, a := range alerts(t) {
		body, ok := written[a.Alert]
		if !ok {
			t.Errorf("the runbook has no heading %s", a.Alert)
			continue
		}
		for _, part := range []string{"**What it means.**", "**How to look.**", "```promql", "**What to do.**"} {
			if !strings.Contains(body, part) {
				t.Errorf("the runbook of %s lacks %s", a.Alert, part)
			}
		}
	}
	for name := range written {
		if !slices.ContainsFunc(alerts(t), func(a rule) bool { return a.Alert == name }) {
			t.Errorf("the runbook explains %s, which is no alert", name)
		}
	}
}
