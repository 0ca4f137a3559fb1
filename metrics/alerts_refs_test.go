package metrics_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"httpstatus_exporter/metrics"
	"httpstatus_exporter/metrics/promtest"
)

// target are the labels that a scrape configuration sets, not the exporter.
var target = []string{"cluster", "namespace", "job", "instance"}

// known says what may stand in a query: the type and the labels of each metric.
type known map[string]metrics.Metric

func exposed() known {
	k := known{
		"up":                        {Type: "gauge"},
		"process_cpu_seconds_total": {Type: "counter"},
	}
	for _, m := range metrics.Names() {
		if m.Type != "histogram" {
			k[m.Name] = m
			continue
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			k[m.Name+suffix] = metrics.Metric{Type: "counter", Labels: append(slices.Clone(m.Labels), "le")}
		}
	}
	return k
}

// check reports what is wrong with an expression, and which labels its result can have.
func (k known) check(t *testing.T, what, expr string) []string {
	t.Helper()
	refs, err := promtest.Scan(expr)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return nil
	}
	labels := slices.Clone(target)
	for _, sel := range refs.Selectors {
		m, ok := k[sel.Metric]
		if !ok {
			t.Errorf("%s: nothing exposes or records %s", what, sel.Metric)
			continue
		}
		for _, l := range sel.Labels {
			if !slices.Contains(m.Labels, l) && !slices.Contains(target, l) {
				t.Errorf("%s: %s has no label %s", what, sel.Metric, l)
			}
		}
		counter := m.Type == "counter"
		if fn := sel.Func; (fn == "rate" || fn == "increase" || fn == "irate") != counter && (counter || fn != "") &&
			!aggregates(fn) && !boundByTime(fn) {
			t.Errorf("%s: %s of the %s %s", what, fn, m.Type, sel.Metric)
		}
		labels = append(labels, m.Labels...)
	}
	for _, l := range refs.Grouping {
		if !slices.Contains(labels, l) {
			t.Errorf("%s: groups by %s, which nothing in it has", what, l)
		}
	}
	if refs.By {
		return refs.Grouping
	}
	return labels
}

// aggregates reports whether fn reads single samples, which makes sense of a counter and of a gauge.
func aggregates(fn string) bool {
	return slices.Contains([]string{"", "aggregation", "count", "absent", "max", "sum", "sort_desc", "topk"}, fn)
}

func boundByTime(fn string) bool { return strings.HasSuffix(fn, "_over_time") }

// recorded is exposed with what the rules record. A rule may read what stands below it, so two rounds.
func recorded(t *testing.T) known {
	k := exposed()
	for range 2 {
		for _, g := range loadRules(t) {
			for _, r := range g.Rules {
				if r.Record != "" {
					k[r.Record] = metrics.Metric{Type: "gauge", Labels: k.check(&testing.T{}, "", r.Expr)}
				}
			}
		}
	}
	return k
}

func TestRulesReferToWhatIsExposed(t *testing.T) {
	k := recorded(t)
	for _, g := range loadRules(t) {
		for _, r := range g.Rules {
			if r.Record != "" {
				k.check(t, r.Record, r.Expr)
			} else {
				k.checkAlert(t, r)
			}
		}
	}
}

// checkAlert checks the expression, the labels that the texts name, and the queries in the texts.
func (k known) checkAlert(t *testing.T, r rule) {
	labels := k.check(t, r.id(), r.Expr)
	for _, text := range r.Annotations {
		for _, m := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(text, -1) {
			if !slices.Contains(labels, m[1]) {
				t.Errorf("%s: the text names the label %s, which the alert does not have", r.id(), m[1])
			}
		}
		for _, m := range regexp.MustCompile(`printf "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			k.check(t, r.id()+" (annotation)", strings.ReplaceAll(m[1], "%q", `"x"`))
		}
	}
}

func TestRunbookRefersToWhatIsExposed(t *testing.T) {
	k := recorded(t)
	for _, m := range regexp.MustCompile("(?s)```promql\n(.*?)```").FindAllStringSubmatch(metrics.Runbook(), -1) {
		k.check(t, "runbook", m[1])
	}
}

// The check itself must be able to fail.
func TestCheckFindsFaults(t *testing.T) {
	for _, expr := range []string{
		`httpstatus_nothing_total`,
		`rate(httpstatus_responses_total{endpoint="x"}[5m])`,
		`sum by (endpoint) (rate(httpstatus_responses_total[5m]))`,
		`rate(httpstatus_log_unread_bytes[5m])`,
		`deriv(httpstatus_log_bytes_total[5m])`,
	} {
		probe := &testing.T{}
		exposed().check(probe, "probe", expr)
		if !probe.Failed() {
			t.Errorf("no fault found in %s", expr)
		}
	}
}
