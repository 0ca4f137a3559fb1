package metrics_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/metrics"
	"httpstatus_exporter/metrics/promtest"
)

// What one static rule file must carry: 20 APIs of 200 routes.
const (
	scaleAPIs   = 20
	scaleRoutes = 200
)

var scaleCodes = []string{"200", "201", "204", "304", "400", "401", "403", "404", "409", "500"}

// TestRulesAreCheap starts a real Prometheus on 30 days of recorded rates and a scrape of some 50 000 series, lets it
// evaluate the rules, and holds the time that each group takes against a tenth of its interval. It takes 6 minutes and
// 1 GiB, so it runs only where HTTPSTATUS_LONG is set.
func TestRulesAreCheap(t *testing.T) {
	if os.Getenv("HTTPSTATUS_LONG") == "" {
		t.Skip("takes 6 minutes; HTTPSTATUS_LONG=1 runs it")
	}
	prometheus, promtool := promtest.RequireV3(t, "prometheus"), promtest.RequireV3(t, "promtool")
	dir := t.TempDir()
	now := time.Now().Truncate(30 * time.Second)
	text, data := filepath.Join(dir, "history.txt"), filepath.Join(dir, "data")
	if err := writeHistory(text, now); err != nil {
		t.Fatal(err)
	}
	promtest.CreateBlocks(t, promtool, text, data)
	began := time.Now()
	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		out := bufio.NewWriter(w)
		defer out.Flush()
		counters(out, "", func() float64 { return 1000 + time.Since(began).Seconds() })
	}))
	defer exporter.Close()
	server := promtest.Start(t, prometheus, promtest.Config{DataDir: data, Rules: metrics.AlertRules(),
		Targets: []string{strings.TrimPrefix(exporter.URL, "http://")}})
	time.Sleep(5*time.Minute + 30*time.Second) // the slowest group is evaluated once, and 5 minutes are full

	var answer struct {
		Groups []struct {
			Name                     string
			Interval, EvaluationTime float64 // seconds
			Rules                    []struct {
				Name, Health   string
				EvaluationTime float64
			}
		}
	}
	if err := server.Get(t.Context(), "/api/v1/rules", &answer); err != nil {
		t.Fatal(err)
	}
	for _, g := range answer.Groups {
		t.Logf("%-22s every %4.0f s: %7.1f ms, %.2f %% of its interval", g.Name, g.Interval, g.EvaluationTime*1000, 100*g.EvaluationTime/g.Interval)
		if g.EvaluationTime > g.Interval/10 {
			t.Errorf("%s takes %.1f s, more than a tenth of its %.0f s", g.Name, g.EvaluationTime, g.Interval)
		}
		for _, r := range g.Rules {
			if r.Health != "ok" {
				t.Errorf("%s is %s", r.Name, r.Health)
			}
			if r.EvaluationTime > 0.1 {
				t.Logf("    %s: %.1f ms", r.Name, r.EvaluationTime*1000)
			}
		}
	}
	for expr, want := range map[string]string{
		"count(httpstatus_responses_total)":                                         fmt.Sprint(scaleAPIs * scaleRoutes * len(scaleCodes)),
		"count(api:httpstatus_slo_errors_per_responses:ratio_rate3d)":               fmt.Sprint(scaleAPIs),
		"count(api:httpstatus_slo_error_budget_left:ratio_rate30d)":                 fmt.Sprint(scaleAPIs),
		"max(count_over_time(api:httpstatus_slo_errors:rate5m[30d])) > bool 80000":  "1",
		"count(api_route:httpstatus_slo_errors:rate5m)":                             fmt.Sprint(scaleAPIs * scaleRoutes),
		"count(count_over_time(httpstatus_responses_total[5m]) >= 18) > bool 30000": "1",
	} {
		results, err := server.Query(t.Context(), expr, time.Now())
		if err != nil || len(results) != 1 || results[0].Value[1] != want {
			t.Errorf("%s is %v, %v, want %s", expr, results, err, want)
		}
	}
}

// counters writes every counter that the recording rules read. The names of families end in total.
func counters(w io.Writer, stamp string, value func() float64) {
	for api := range scaleAPIs {
		for route := range scaleRoutes {
			for _, code := range scaleCodes {
				fmt.Fprintf(w, "httpstatus_responses_total{api=\"api%d\",route=\"/r%d/{id}\",method=\"GET\",code=%q,class=\"%cxx\",meaning=\"m%s\",verdict=\"documented\"} %g%s\n",
					api, route, code, code[0], code, value(), stamp)
			}
			fmt.Fprintf(w, "httpstatus_slo_responses_total{api=\"api%d\",route=\"/r%d/{id}\"} %g%s\n", api, route, 10*value(), stamp)
			fmt.Fprintf(w, "httpstatus_slo_errors_total{api=\"api%d\",route=\"/r%d/{id}\"} %g%s\n", api, route, value(), stamp)
		}
		for _, reason := range []string{"code", "route", "method", "invalid"} {
			fmt.Fprintf(w, "httpstatus_undocumented_responses_total{api=\"api%d\",reason=%q} %g%s\n", api, reason, value(), stamp)
		}
		for condition := range 20 {
			for _, result := range []string{"pass", "fail", "unknown"} {
				fmt.Fprintf(w, "httpstatus_condition_checks_total{api=\"api%d\",condition=\"c%d\",severity=\"error\",result=%q} %g%s\n", api, condition, result, value(), stamp)
			}
		}
		fmt.Fprintf(w, "httpstatus_slo_objective_ratio{api=\"api%d\"} 0.999%s\n", api, stamp)
		fmt.Fprintf(w, "httpstatus_slo_min_errors{api=\"api%d\"} 10%s\n", api, stamp)
		fmt.Fprintf(w, "httpstatus_code_max_ratio{api=\"api%d\",code=\"404\"} 0.05%s\n", api, stamp)
		for _, metric := range []string{"lines_total", "bytes_total", "lost_bytes_total", "unread_bytes", "source_up"} {
			fmt.Fprintf(w, "httpstatus_log_%s{source=\"/var/log/api%d.log\"} %g%s\n", metric, api, value(), stamp)
		}
		fmt.Fprintf(w, "httpstatus_log_lines_failed_total{source=\"/var/log/api%d.log\",reason=\"malformed\"} %g%s\n", api, value(), stamp)
	}
	fmt.Fprintf(w, "httpstatus_exporter_build_info{version=\"1\"} 1%s\n", stamp)
}

// writeHistory writes 30 days of what the rules have recorded and read again over long windows.
func writeHistory(path string, now time.Time) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	series := func(name, labels string, days int, value float64) {
		for at := now.Add(-time.Duration(days) * 24 * time.Hour); at.Before(now); at = at.Add(30 * time.Second) {
			fmt.Fprintf(w, "%s{%s} %g %d\n", name, labels, value+float64(at.Unix()%77)/7, at.Unix())
		}
	}
	for _, r := range []struct {
		name  string
		days  int
		value float64
	}{{"api:httpstatus_slo_responses:rate5m", 30, 2000}, {"api:httpstatus_slo_errors:rate5m", 30, 1}, {"api:httpstatus_responses:rate5m", 2, 2000}} {
		fmt.Fprintf(w, "# TYPE %s gauge\n", r.name)
		for api := range scaleAPIs {
			series(r.name, fmt.Sprintf("api=\"api%d\",job=\"httpstatus\"", api), r.days, r.value)
		}
	}
	fmt.Fprintln(w, "# TYPE api_class:httpstatus_responses:rate5m gauge")
	for api := range scaleAPIs {
		for _, class := range []string{"2xx", "3xx", "4xx", "5xx"} {
			series("api_class:httpstatus_responses:rate5m", fmt.Sprintf("api=\"api%d\",class=%q,job=\"httpstatus\"", api, class), 2, 500)
		}
	}
	fmt.Fprintln(w, "# EOF")
	return w.Flush()
}
