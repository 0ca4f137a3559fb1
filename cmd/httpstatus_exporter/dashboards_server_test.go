package main_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/dashboards"
	"httpstatus_exporter/metrics/promtest"
)

// TestDashboardsShowData asks a real Prometheus every query of every dashboard, on two APIs whose logs a real exporter
// follows, one with routes and durations and one without. Their history since before yesterday comes from rotated logs.
func TestDashboardsShowData(t *testing.T) {
	t.Parallel()
	in := startInstallation(t)
	end := time.Now()
	for _, d := range dashboards.All() {
		for _, api := range []string{"platform", "agave"} {
			values := map[string]string{"job": ".*", "instance": ".*", "route": ".*", "api": ".*", "__rate_interval": "20s", "__range": "1h"}
			if d.Name == "api" { // which shows exactly one
				values["api"] = api
			} else if api == "agave" {
				continue
			}
			for _, q := range d.Queries {
				for _, code := range in.codes(t, q, values, end) {
					values["code"] = code
					in.shows(t, fmt.Sprintf("%s of %s: %s", d.Name, values["api"], q.Panel), q, values, end)
				}
			}
		}
	}
}

// codes returns the values of the variable code for a panel that is repeated for each, and otherwise one empty text.
func (in *installation) codes(t *testing.T, q dashboards.Query, values map[string]string, end time.Time) (codes []string) {
	t.Helper()
	if !strings.Contains(q.Expr, `"$code"`) {
		return []string{""}
	}
	expr := dashboards.Query{Expr: `sum by (code) (sum_over_time(api_code:httpstatus_responses:rate5m{api="$api"}[1d])) > 0`}.With(values)
	results, err := in.prometheus.Query(t.Context(), expr, end)
	if err != nil || len(results) < 5 {
		t.Fatalf("%s: %d codes, %v", expr, len(results), err)
	}
	for _, r := range results {
		codes = append(codes, r.Metric["code"])
	}
	return codes
}

// shows holds one query to an answer with numbers in it and without warnings.
func (in *installation) shows(t *testing.T, what string, q dashboards.Query, values map[string]string, end time.Time) {
	t.Helper()
	expr := q.With(values)
	if strings.Contains(expr, "$") {
		t.Errorf("%s: a variable without a value in %s", what, expr)
		return
	}
	a := in.ask(t, expr, q.Instant, end)
	if a.Error != "" {
		t.Errorf("%s: %s: %s", what, a.Error, expr)
		return
	}
	if notes := slices.Concat(a.Warnings, a.Infos); len(notes) > 0 {
		t.Errorf("%s: %s: %s", what, notes, expr)
	}
	// The only thing that cannot be shown: how long it took, where the combined format does not log it.
	empty := values["api"] == "agave" && strings.Contains(expr, "httpstatus_response_duration_seconds")
	if n := a.numbers(); (n == 0) != empty {
		t.Errorf("%s: %d values for %s", what, n, expr)
	}
}

// An answer is what the HTTP API of Prometheus says to a query.
type answer struct {
	Error           string
	Warnings, Infos []string
	Data            struct{ Result []promtest.Result }
}

// ask asks for one moment, or for the hour before.
func (in *installation) ask(t *testing.T, expr string, instant bool, end time.Time) (a answer) {
	t.Helper()
	unix := func(at time.Time) string { return fmt.Sprintf("%.3f", float64(at.UnixMilli())/1000) }
	path, values := "/api/v1/query_range?", url.Values{"query": {expr}, "start": {unix(end.Add(-time.Hour))}, "end": {unix(end)}, "step": {"10"}}
	if instant {
		path, values = "/api/v1/query?", url.Values{"query": {expr}, "time": {unix(end)}}
	}
	_, body, err := fetch(in.prometheus.URL + path + values.Encode())
	if err == nil {
		err = json.Unmarshal([]byte(body), &a)
	}
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return a
}

// numbers counts the values that are numbers.
func (a answer) numbers() (n int) {
	for _, r := range a.Data.Result {
		for _, sample := range append(r.Values, r.Value) {
			text, _ := sample[1].(string)
			if v, err := strconv.ParseFloat(text, 64); err == nil && v == v {
				n++
			}
		}
	}
	return n
}
