package main_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/metrics/promtest"
)

// startFinished starts an exporter on a log that nobody writes any more, and waits until it is read.
func startFinished(t *testing.T) *exporter {
	t.Helper()
	const lines = 2000
	g, text := generator(t, "platform", time.Now(), 100), []byte(nil)
	for range lines {
		text = g.AppendLine(text)
	}
	dir := t.TempDir()
	log, contract := filepath.Join(dir, "access.log"), filepath.Join(dir, "platform.yaml")
	writeFile(t, log, string(text))
	writeFile(t, contract, platformContract)
	e := startExporter(t, build(t, "."), "--api.contract="+contract, "--access-log.path="+log, "-f", "contract", "--access-log.from=beginning").ready(t)
	e.counted(t, lines)
	return e
}

// TestCheckMetrics lets promtool lint what the exporter exposes.
func TestCheckMetrics(t *testing.T) {
	t.Parallel()
	promtool := promtest.Require(t, "promtool")
	_, body, err := fetch(startFinished(t).url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command(promtool.Path, "check", "metrics")
	check.Stdin = strings.NewReader(body)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %v\n%s", check, err, out)
	}
}

const scrapeFormats = `
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - {job_name: text, scrape_protocols: [PrometheusText0.0.4], static_configs: [{targets: [TARGET]}]}
  - {job_name: openmetrics, scrape_protocols: [OpenMetricsText1.0.0], static_configs: [{targets: [TARGET]}]}
  - {job_name: native, scrape_protocols: [PrometheusProto], scrape_native_histograms: true, static_configs: [{targets: [TARGET]}]}
`

// TestScrapeFormats lets Prometheus scrape one exporter in each format: the same series with the same values, and native
// histograms that agree with the classic ones.
func TestScrapeFormats(t *testing.T) {
	t.Parallel()
	prometheus := promtest.RequireV3(t, "prometheus")
	e, dir := startFinished(t), t.TempDir()
	writeFile(t, filepath.Join(dir, "prometheus.yml"), strings.ReplaceAll(scrapeFormats, "TARGET", strings.TrimPrefix(e.url, "http://")))
	address := "127.0.0.1:" + freePort(t)
	server := start(t, prometheus.Path, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--log.level=warn")
	w := &watch{prometheus: &promtest.Server{URL: "http://" + address}}
	await(t, "Prometheus", func() bool {
		status, _, err := fetch("http://" + address + "/-/ready")
		return err == nil && status == 200
	}, server.said.String)
	w.hasSeen(t, "count(up == 1) == 3")

	const counters = `{__name__=~"httpstatus_.+_total"}`
	for _, expr := range []string{
		"count(TEXT) > 100 == count(OTHER)",
		"sum(TEXT) > 0 == sum(OTHER)",
	} {
		for _, job := range []string{"openmetrics", "native"} {
			of := func(job string) string { return strings.Replace(counters, "}", fmt.Sprintf(`,job=%q}`, job), 1) }
			w.holds(t, strings.NewReplacer("TEXT", "("+of("text")+")", "OTHER", "("+of(job)+")").Replace(expr))
		}
	}
	for _, job := range []string{"openmetrics", "native"} {
		w.holds(t, fmt.Sprintf(`count(httpstatus_responses_total{job="text"}) == count(httpstatus_responses_total{job="text"} == ignoring (job) httpstatus_responses_total{job=%q})`, job))
	}
	const seconds = "httpstatus_response_duration_seconds"
	w.holds(t, `sum(histogram_count(`+seconds+`{job="native"})) > 0 == sum(`+seconds+`_count{job="text"})`)
	w.holds(t, `count(`+seconds+`_bucket{job="openmetrics"}) == count(`+seconds+`_bucket{job="text"})`)
	w.holds(t, `absent(`+seconds+`_bucket{job="native"})`)
	// A native bucket is at most 10 % wide, so its quantile lies in the classic bucket, or a little beside.
	w.holds(t, `abs(histogram_quantile(0.9, sum(`+seconds+`{job="native"})) / histogram_quantile(0.9, sum by (le) (`+seconds+`_bucket{job="text"})) - 1) < 1`)
	if said := server.said.String(); said != "" {
		t.Errorf("Prometheus wrote:\n%s", said)
	}
	e.stop(t)
}

// holds fails the test when a comparison has no answer.
func (w *watch) holds(t *testing.T, expr string) {
	t.Helper()
	if results, err := w.prometheus.Query(t.Context(), expr, time.Now()); err != nil || len(results) == 0 {
		t.Errorf("does not hold (%v): %s", err, expr)
	}
}
