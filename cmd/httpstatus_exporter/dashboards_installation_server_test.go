package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"httpstatus_exporter/cmd/loggen/traffic"
	"httpstatus_exporter/metrics"
	"httpstatus_exporter/metrics/promtest"
)

// A contract with routes for the traffic that the generator makes up.
const platformContract = `
contract: v1
name: platform
objective: 0.98
codes:
  200: OK
  301: {meaning: Moved, sends: [{id: moved-has-location, response_header: {Location: present}}]}
  304: Not modified
  400: Not understood
  401: {meaning: Log in first, max_ratio: 0.05, only_when: [{id: login-means-no-credentials, auth: absent, severity: warning}]}
  403: Not yours
  404: {meaning: Not found, max_ratio: 0.02}
  405: Not with this method
  503: {meaning: Overloaded, owner: platform}
routes:
  - match: GET|POST|PUT /jobs/v2
    codes:
      201: {meaning: Queued, only_when: [{id: queued-on-post, method: [POST]}]}
      202: Accepted
  - match: GET|HEAD|OPTIONS /jobs/v2/{id}
  - match: GET|HEAD|OPTIONS /jobs/v2/{id}/history
  - match: /files/v2/media/out/{name}
    codes:
      201: Uploaded
      202: Accepted
      206: {meaning: Part of a file, only_when: [{id: part-needs-range, request_header: {Range: present}}]}
  - match: GET|HEAD|OPTIONS /files/v2/listings/{user}/{id}
  - match: /meta/v2/data/{id}
    codes: {201: Created}
  - match: GET|HEAD|OPTIONS /systems/v2/{id}
  - match: POST /token
`

const dashboardsConfig = `
apis:
  - name: platform
    contract: platform.yaml
    access_logs:
      - {path: DIR/platform.log, format: contract, from: beginning}
  - name: agave
    contract: agave
    access_logs:
      - {path: DIR/agave.log, format: combined, from: beginning}
`

// An installation is two logs that grow, an exporter that follows them, and a Prometheus that scrapes it every second.
type installation struct {
	dir        string
	prometheus *promtest.Server
}

func startInstallation(t *testing.T) *installation {
	t.Helper()
	prometheus, promtool := promtest.Require(t, "prometheus"), promtest.Require(t, "promtool")
	binary, in := build(t, "."), &installation{dir: t.TempDir()}
	data := filepath.Join(in.dir, "data")
	writeFile(t, filepath.Join(in.dir, "platform.yaml"), platformContract)
	writeFile(t, filepath.Join(in.dir, "exporter.yaml"), strings.ReplaceAll(dashboardsConfig, "DIR", in.dir))
	begin := time.Now().Add(-26 * time.Hour).Truncate(time.Minute)
	histories := in.histories(t, binary, begin)
	e := startExporter(t, binary, "--config.file="+filepath.Join(in.dir, "exporter.yaml")).ready(t)
	target := strings.TrimPrefix(e.url, "http://")
	for i, history := range histories {
		text := filepath.Join(in.dir, fmt.Sprintf("history%d.txt", i))
		writeFile(t, text, asScraped(t, history, `job="httpstatus",instance="`+target+`"`))
		promtest.CreateBlocks(t, promtool, text, data)
	}
	promtest.BackfillRules(t, prometheus, promtool, metrics.AlertRules(), data, begin, time.Now())
	in.prometheus = promtest.Start(t, prometheus, promtest.Config{DataDir: data, Rules: metrics.AlertRules(),
		Targets: []string{target}, ScrapeInterval: time.Second})
	live := time.Now()
	rotate := in.grow(t)
	w := &watch{prometheus: in.prometheus}
	w.hasSeen(t, `sum(httpstatus_log_source_up) == 2`)
	rotate()
	w.hasSeen(t, fmt.Sprintf(`min(timestamp(api:httpstatus_responses:rate5m{job="httpstatus"})) > %d`, live.Unix()))
	w.hasSeen(t, `sum(rate(httpstatus_log_lines_failed_total{source=~".+/platform.log"}[20s])) > 0 and sum(httpstatus_log_rotations_total) >= 2`)
	w.hasSeen(t, `min(count_over_time(httpstatus_log_lines_total[20s])) >= 5`)
	return in
}

// generator makes up traffic with everything in it that a dashboard can show.
func generator(t *testing.T, api string, from time.Time, perSecond float64) *traffic.Generator {
	t.Helper()
	format := map[string]string{"platform": "contract", "agave": "combined"}[api]
	g, err := traffic.New(7, traffic.Options{Format: format, Odd: 0.01, Errors: 0.03, Violations: 0.02, Start: from, PerSecond: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// histories turns the logs of the time since begin, which are rotated by now, into samples.
func (in *installation) histories(t *testing.T, binary string, begin time.Time) (texts []string) {
	t.Helper()
	for api, contract := range map[string]string{"platform": filepath.Join(in.dir, "platform.yaml"), "agave": "agave"} {
		const perSecond = 1.0
		const lag = 2 * time.Minute // the last sample is in the future otherwise, and Prometheus refuses what is older
		g, log := generator(t, api, begin, perSecond), filepath.Join(in.dir, api+".log")
		var lines []byte
		for range int(time.Since(begin.Add(lag)).Seconds() * perSecond) {
			lines = g.AppendLine(lines)
		}
		writeFile(t, log, string(lines))
		format := map[string]string{"platform": "contract", "agave": "combined"}[api]
		report := exec.Command(binary, "report", "-c", contract, "--api.name="+api, "-f", format, "--output=openmetrics", "--timestamps", log)
		var said strings.Builder
		report.Stderr = &said
		text, err := report.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", report, err, &said)
		}
		if err := os.Rename(log, log+".1"); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// asScraped gives every sample the labels that a scrape would have given it. It keeps what the dashboards look at, the last
// two hours and the same ones of yesterday with some before.
func asScraped(t *testing.T, openMetrics, labels string) string {
	t.Helper()
	var b strings.Builder
	now := time.Now()
	for line := range strings.Lines(openMetrics) {
		if line[0] == '#' {
			b.WriteString(line)
			continue
		}
		at, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, ' '):]), 64)
		if err != nil {
			t.Fatal(err)
		}
		if ago := now.Sub(time.Unix(int64(at), 0)); ago > 2*time.Hour && ago < 23*time.Hour {
			continue
		}
		end := strings.IndexAny(line, "{ ") // of the name
		b.WriteString(line[:end] + "{" + labels)
		if line[end] == '{' {
			b.WriteString("," + line[end+1:])
		} else {
			b.WriteString("}" + line[end:])
		}
	}
	return b.String()
}

// grow appends to both logs until the test ends and breaks a line of each second. It returns a function that rotates both.
func (in *installation) grow(t *testing.T) (rotate func()) {
	t.Helper()
	var done sync.WaitGroup
	stop, turn := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(stop); done.Wait() })
	const perTick, tick = 5, 100 * time.Millisecond
	for _, api := range []string{"platform", "agave"} {
		g, path := generator(t, api, time.Now(), perTick*float64(time.Second/tick)), filepath.Join(in.dir, api+".log")
		done.Go(func() {
			ticks, turn := time.NewTicker(tick), turn
			defer ticks.Stop()
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				case <-turn:
					turn = nil // once
					if err := os.Rename(path, path+".2"); err != nil {
						t.Error(err)
						return
					}
				case <-ticks.C:
				}
				var lines []byte
				for range perTick {
					lines = g.AppendLine(lines)
				}
				if n%10 == 0 {
					lines = append(lines, "no entry\n\n"...)
				}
				if err := appendFile(path, lines); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() { close(turn) }
}

func appendFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(text)
	return err
}
