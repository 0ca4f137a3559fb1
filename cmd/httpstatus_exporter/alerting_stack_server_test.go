package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"httpstatus_exporter/metrics"
	"httpstatus_exporter/metrics/promtest"
)

const alertmanagerDir = "../../deploy/compose/alertmanager"

var (
	durationWord = regexp.MustCompile(`\b(?:\d+[smhd])+\b`)
	durationPart = regexp.MustCompile(`(\d+)([smhd])`)
	// Lengths of time that the rules need as a number of seconds.
	secondsWord = regexp.MustCompile(`(\* )(30|300|900)\b|\b(120)( \*)`)
)

// faster makes the time of a rule file or an Alertmanager configuration run speed times as fast: every duration and every
// number of seconds that stands for one is divided, and nothing else is changed. The names of recorded series stay, and
// so do labels, comments and words.
func faster(config string, speed int) string {
	if speed == 1 {
		return config
	}
	var b strings.Builder
	for line := range strings.Lines(config) {
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "#") || strings.HasPrefix(text, "labels:") {
			b.WriteString(line)
			continue
		}
		line = durationWord.ReplaceAllStringFunc(line, func(d string) string {
			return fmt.Sprintf("%dms", (duration(d) / time.Duration(speed)).Milliseconds())
		})
		line = secondsWord.ReplaceAllStringFunc(line, func(s string) string {
			m := secondsWord.FindStringSubmatch(s)
			n, _ := strconv.Atoi(m[2] + m[3])
			return m[1] + fmt.Sprint(float64(n)/float64(speed)) + m[4]
		})
		b.WriteString(line)
	}
	return b.String()
}

func duration(text string) (d time.Duration) {
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	for _, m := range durationPart.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		d += time.Duration(n) * units[m[2]]
	}
	return d
}

func TestFaster(t *testing.T) {
	for _, row := range []struct{ in, want string }{
		{"    interval: 30s\n", "    interval: 1000ms\n"},
		{"a:b:rate5m * 300 >= c:max", "a:b:rate5m * 10 >= c:max"},
		{"rate(x_total[2m]) > 14.4 * b", "rate(x_total[4000ms]) > 14.4 * b"},
		{"sum_over_time(e:rate5m[1h] offset 23h30m) * 30", "sum_over_time(e:rate5m[120000ms] offset 2820000ms) * 1"},
		{"x > 120 * rate(y[5m])", "x > 4 * rate(y[10000ms])"},
		{"labels: {severity: critical, long: 1h}\n", "labels: {severity: critical, long: 1h}\n"},
		{"in 5 minutes, a 30-day budget", "in 5 minutes, a 30-day budget"},
	} {
		if got := faster(row.in, 30); got != row.want {
			t.Errorf("%s: got %s, want %s", row.in, got, row.want)
		}
	}
}

// startAlertmanager starts Debian's Alertmanager with the example configuration: its e-mails go to the inbox, and each
// receiver that has one gets a webhook beside it. When time runs faster its waits are shortened once more, fivefold, for
// a test that knows no patience for news of a group.
func startAlertmanager(t *testing.T, in *inbox, speed int) (address string) {
	t.Helper()
	program, dir := need(t, "prometheus-alertmanager"), t.TempDir()
	if speed > 1 {
		speed *= 5
	}
	config := faster(readFile(t, filepath.Join(alertmanagerDir, "alertmanager.yml")), speed)
	for _, change := range [][2]string{
		{"smtp_smarthost: inbox:1025", "smtp_smarthost: " + in.smtp},
		{"- name: page\n", "- name: page\n    webhook_configs: [{url: 'http://" + in.webhook + "/'}]\n"},
		{"- name: ticket\n", "- name: ticket\n    webhook_configs: [{url: 'http://" + in.webhook + "/'}]\n"},
	} {
		if strings.Count(config, change[0]) != 1 {
			t.Fatalf("%s stands %d times in the configuration of Alertmanager", change[0], strings.Count(config, change[0]))
		}
		config = strings.Replace(config, change[0], change[1], 1)
	}
	writeFile(t, filepath.Join(dir, "alertmanager.yml"), config)
	writeFile(t, filepath.Join(dir, "httpstatus.tmpl"), readFile(t, filepath.Join(alertmanagerDir, "httpstatus.tmpl")))
	address = "127.0.0.1:" + freePort(t)
	p := start(t, program, "--config.file="+filepath.Join(dir, "alertmanager.yml"), "--storage.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--cluster.listen-address=", "--log.level=warn")
	await(t, "Alertmanager", func() bool {
		if p.ended() {
			t.Fatalf("Alertmanager ended: %v\n%s", p.err, &p.said)
		}
		status, _, err := fetch("http://" + address + "/-/ready")
		return err == nil && status == http.StatusOK
	}, p.said.String)
	return address
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A shop is an application behind nginx that the test makes ill, with its clients.
type shop struct {
	ill     atomic.Bool
	failed  atomic.Int64 // when it first answered 503, in Unix ns; 0 = never
	address string       // of nginx
	dir     string       // of nginx: combined.log and contract.log
}

// startShop starts the application and nginx. GET /app/items/ID answers 200, and 503 while the shop is ill; POST
// /app/orders 201 without a Location; GET /app/teapot 418.
func startShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/teapot"):
			w.WriteHeader(http.StatusTeapot)
		case s.ill.Load():
			s.failed.CompareAndSwap(0, time.Now().UnixNano())
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusCreated)
		}
	}))
	t.Cleanup(app.Close)
	server := startNginx(t, &upstream{Server: app}, "")
	s.address, s.dir = server.address, server.dir
	return s
}

func (s *shop) ask(t *testing.T, method, path string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+s.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
}

// sell lets a client ask for items every so often until the test ends.
func (s *shop) sell(t *testing.T, every time.Duration) {
	var done sync.WaitGroup
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop); done.Wait() })
	done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if res, err := client.Get("http://" + s.address + "/app/items/7"); err == nil {
					res.Body.Close()
				}
			}
		}
	})
}

// A watch is the stack that watches an exporter.
type watch struct {
	prometheus   *promtest.Server
	alertmanager string // host:port
	inbox        *inbox
}

// startWatch starts Alertmanager and Prometheus with the repository's configuration, in a time that runs speed times as
// fast as the real one.
func startWatch(t *testing.T, e *exporter, speed int) *watch {
	t.Helper()
	w := &watch{inbox: startInbox(t)}
	w.alertmanager = startAlertmanager(t, w.inbox, speed)
	w.prometheus = promtest.Start(t, promtest.Require(t, "prometheus"), promtest.Config{
		Rules: faster(metrics.AlertRules(), speed), Targets: []string{strings.TrimPrefix(e.url, "http://")},
		ScrapeInterval: 15 * time.Second / time.Duration(speed), Alertmanager: w.alertmanager,
	})
	return w
}

// inhibitors returns the fingerprints of the alerts for whose sake Alertmanager keeps quiet about an alert.
func (w *watch) inhibitors(t *testing.T, name, api string) []string {
	t.Helper()
	_, body, err := fetch("http://" + w.alertmanager + "/api/v2/alerts")
	if err != nil {
		t.Fatal(err)
	}
	var alerts []struct {
		Labels map[string]string
		Status struct{ InhibitedBy []string }
	}
	if err := json.Unmarshal([]byte(body), &alerts); err != nil {
		t.Fatal(err)
	}
	for _, a := range alerts {
		if a.Labels["alertname"] == name && a.Labels["api"] == api {
			return a.Status.InhibitedBy
		}
	}
	return nil
}

// hasSeen waits until Prometheus has an answer to a query.
func (w *watch) hasSeen(t *testing.T, expr string) {
	t.Helper()
	await(t, expr, func() bool {
		results, err := w.prometheus.Query(t.Context(), expr, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return len(results) > 0
	}, func() string { return "there is no answer" })
}
