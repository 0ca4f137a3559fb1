package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"httpstatus_exporter/cmd/loggen/traffic"
)

// TestBackfill turns last week's rotated logs into OpenMetrics, loads them into a real Prometheus, and asks it for last
// week's error ratio.
func TestBackfill(t *testing.T) {
	promtool, prometheus := need(t, "promtool"), need(t, "prometheus")
	dir := t.TempDir()
	begin := time.Now().Add(-7 * 24 * time.Hour).Truncate(time.Hour).Add(7 * time.Second)
	gen, err := traffic.New(7, traffic.Options{Odd: 0.01, Errors: 0.02, Violations: 0.01, Start: begin, PerSecond: 2})
	if err != nil {
		t.Fatal(err)
	}
	const lines = 3 * 3600 * 2 // three hours
	args := []string{"report", "-f", "combined", "--output=openmetrics", "--timestamps"}
	for i := range 3 { // rotated twice
		var log []byte
		for range lines / 3 {
			log = gen.AppendLine(log)
		}
		name := filepath.Join(dir, fmt.Sprintf("access.log.%d", 3-i))
		writeFile(t, name, string(log))
		args = append(args, name)
	}
	history, err := exec.Command(build(t, "."), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "history.txt")
	writeFile(t, text, string(history))
	data := filepath.Join(dir, "data")
	if msg, err := exec.Command(promtool, "tsdb", "create-blocks-from", "openmetrics", text, data).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v\n%s", err, msg)
	}
	writeFile(t, filepath.Join(dir, "prometheus.yml"), "global: {}\n")
	address := "127.0.0.1:" + freePort(t)
	server := start(t, prometheus, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+data,
		"--storage.tsdb.retention.time=30d", "--web.listen-address="+address)
	base := "http://" + address
	await(t, "Prometheus to be ready", func() bool {
		resp, err := http.Get(base + "/-/ready")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	}, server.said.String)

	end := begin.Add(3*time.Hour + time.Minute)
	truth := gen.Truth()
	if got := query(t, base, "sum(httpstatus_log_lines_total)", end); got != float64(truth.Lines) {
		t.Errorf("%v lines at the end, %d were written", got, truth.Lines)
	}
	for _, code := range []string{"200", "404", "500"} {
		if got := query(t, base, fmt.Sprintf("sum(httpstatus_responses_total{code=%q})", code), end); got != float64(truth.Statuses[code]) {
			t.Errorf("%v responses with %s at the end, %d were written", got, code, truth.Statuses[code])
		}
	}
	all := query(t, base, "sum(httpstatus_slo_responses_total)", end)
	bad := query(t, base, "sum(httpstatus_slo_errors_total)", end)
	ratio := query(t, base, "sum(increase(httpstatus_slo_errors_total[4h])) / sum(increase(httpstatus_slo_responses_total[4h]))", end)
	if all == 0 || ratio < bad/all*0.98 || ratio > bad/all*1.02 {
		t.Errorf("last week's error ratio is %v, %v of %v were bad", ratio, bad, all)
	}
	middle := query(t, base, "sum(httpstatus_log_lines_total)", begin.Add(90*time.Minute))
	if middle < lines*0.48 || middle > lines*0.52 {
		t.Errorf("%v of %d lines after half of the time", middle, lines)
	}
}

// query asks Prometheus for one value at one time.
func query(t *testing.T, base, expr string, at time.Time) float64 {
	t.Helper()
	resp, err := http.Get(fmt.Sprintf("%s/api/v1/query?query=%s&time=%d", base, url.QueryEscape(expr), at.Unix()))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
		Error string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Data.Result) != 1 {
		t.Fatalf("%s gives %d series %s", expr, len(answer.Data.Result), answer.Error)
	}
	v, err := strconv.ParseFloat(answer.Data.Result[0].Value[1].(string), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
