package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The contract of the shop. At its objective a budget alert needs 43 % errors in an hour: more than there are when the
// outage is known, and soon after.
const shopContract = `
contract: v1
name: shop
objective: 0.97
codes:
  200: OK
  503: Overloaded
routes:
  - match: GET /app/items/{id}
  - match: GET /app/teapot
  - match: POST /app/orders
    codes:
      201:
        meaning: Ordered
        sends:
          - {id: ordered-has-location, response_header: {Location: present}}
`

const alertingConfig = `
apis:
  - name: shop
    contract: shop.yaml
    access_logs:
      - {path: DIR/contract.log, format: contract}
  - name: files
    contract: agave
    access_logs:
      - {path: DIR/files.log, format: combined}
`

// TestAlerting breaks things behind a real nginx and beside it, and reads what the real Prometheus and the real
// Alertmanager say about them. Time runs 30 times as fast: scrapes every half second, and all else in proportion.
func TestAlerting(t *testing.T) {
	t.Parallel()
	const speed = 30
	binary, s := build(t, "."), startShop(t)
	files := filepath.Join(s.dir, "files.log")
	writeFile(t, files, "")
	writeFile(t, filepath.Join(s.dir, "shop.yaml"), shopContract)
	writeFile(t, filepath.Join(s.dir, "exporter.yaml"), strings.ReplaceAll(alertingConfig, "DIR", s.dir))
	e := startExporter(t, binary, "--config.file="+filepath.Join(s.dir, "exporter.yaml")).ready(t)
	w := startWatch(t, e, speed)
	s.sell(t, 25*time.Millisecond)

	// The zeros too, and often: what comes next is then an increase, and extrapolated by little.
	w.hasSeen(t, "min(count_over_time(httpstatus_undocumented_responses_total[30s])) >= 12")
	for range 3 {
		s.ask(t, "GET", "/app/teapot")
	}
	writeFile(t, files, strings.Repeat(filesLine("200"), 90)+strings.Repeat("no entry\n", 10)+strings.Repeat(filesLine("418"), 3))
	w.ticket(t, "HTTPStatusUndocumentedCode", "shop", "reason=code job=httpstatus",
		`^[1-3] responses of shop in 15 minutes had a status code that is not documented\. Most frequent: 418 on GET /app/teapot$`)

	s.ill.Store(true)
	outage := w.outageIsPaged(t)
	s.ill.Store(false)
	for range 2 { // what is broken now is no news while the page is open
		s.ask(t, "POST", "/app/orders")
	}
	s.ill.Store(true)
	for _, name := range []string{"HTTPStatusConditionBroken", "HTTPStatusErrorBudgetBurn"} {
		await(t, name+" to be inhibited", func() bool {
			return slices.Contains(w.inhibitors(t, name, "shop"), outage.fingerprint)
		}, func() string { return fmt.Sprint(w.inhibitors(t, name, "shop"), w.inbox) })
	}
	if a, ok := w.inbox.find("HTTPStatusConditionBroken", "firing"); ok {
		t.Errorf("%v was told although the shop is down", a.labels)
	}

	// Nothing of this concerns another API or the exporter.
	w.ticket(t, "HTTPStatusUndocumentedCode", "files", "reason=code", `^[1-3] responses of files in 15 minutes .* Most frequent: 418 on GET$`)
	w.ticket(t, "HTTPStatusParseFailures", "", "source="+files, `^\d+(\.\d+)?% of the lines of `+regexp.QuoteMeta(files)+` on 127\.0\.0\.1:\d+ do not parse`)
	if err := os.Remove(files); err != nil {
		t.Fatal(err)
	}
	down := w.inbox.wait(t, "HTTPStatusSourceDown", "firing", "source", files)
	down.says(t, "page", "severity=critical job=httpstatus", `^127\.0\.0\.1:\d+ cannot read the source `+regexp.QuoteMeta(files)+`\.$`)

	s.ill.Store(false)
	writeFile(t, files, filesLine("200"))
	w.inbox.wait(t, "HTTPStatusOutage", "resolved", "api", "shop")
	w.inbox.wait(t, "HTTPStatusSourceDown", "resolved", "source", files)
	w.inbox.waitLetter(t, "[over] A log source cannot be read.")
	e.stop(t)
	gone := w.inbox.wait(t, "HTTPStatusExporterDown", "firing")
	gone.says(t, "page", "instance="+strings.TrimPrefix(e.url, "http://"), `does not answer; nobody watches its APIs\.$`)
	t.Log(w.inbox)
}

func filesLine(status string) string {
	return fmt.Sprintf("192.0.2.1 - - [%s] \"GET /files/v2/x HTTP/1.1\" %s 12 \"-\" \"curl/8\"\n", time.Now().Format("02/Jan/2006:15:04:05 -0700"), status)
}

// outageIsPaged waits for the page and reads both of its forms.
func (w *watch) outageIsPaged(t *testing.T) arrived {
	t.Helper()
	a := w.inbox.wait(t, "HTTPStatusOutage", "firing", "api", "shop")
	a.says(t, "page", "severity=critical job=httpstatus", `^\d+(\.\d+)?% of the responses of shop in the last 2 minutes were errors\.$`)
	for name, want := range map[string]string{
		"summary":       "Most responses of an API are errors.",
		"runbook_url":   "metrics/runbook.md#httpstatusoutage",
		"dashboard_url": "/d/httpstatus-overview?var-api=shop",
	} {
		if a.annotations[name] != want {
			t.Errorf("%s is %q, want %q", name, a.annotations[name], want)
		}
	}
	l := w.inbox.waitLetter(t, "[critical] shop: Most responses of an API are errors.")
	if l.to != "page@example.org" {
		t.Errorf("the page went to %s", l.to)
	}
	for _, part := range []string{"<b>Most responses of an API are errors.</b>", "of the responses of shop in the last 2 minutes were errors.",
		`href="http://localhost:3000/d/httpstatus-overview?var-api=shop"`,
		`href="https://git.example.org/httpstatus_exporter/blob/main/metrics/runbook.md#httpstatusoutage"`, "/graph?g0.expr="} {
		if !strings.Contains(l.html, part) {
			t.Errorf("the e-mail lacks %s:\n%s", part, l.html)
		}
	}
	return a
}

// ticket waits for a warning about an API, or about none.
func (w *watch) ticket(t *testing.T, name, api, labels, description string) {
	t.Helper()
	w.inbox.wait(t, name, "firing", "api", api).says(t, "ticket", "severity=warning "+labels, description)
}

// says holds an alert against its receiver, labels as "name=value name=value" and a pattern of its description.
func (a arrived) says(t *testing.T, receiver, labels, description string) {
	t.Helper()
	if a.receiver != receiver {
		t.Errorf("%s went to %s, want %s", a.labels["alertname"], a.receiver, receiver)
	}
	for pair := range strings.FieldsSeq(labels) {
		name, value, _ := strings.Cut(pair, "=")
		if a.labels[name] != value {
			t.Errorf("%s: %s is %q, want %q", a.labels["alertname"], name, a.labels[name], value)
		}
	}
	if !regexp.MustCompile(description).MatchString(a.annotations["description"]) {
		t.Errorf("%s says %q, want %s", a.labels["alertname"], a.annotations["description"], description)
	}
}

// TestFirstPageInTime lets an API that has been well for a while answer with nothing but errors, in real time and with
// the configuration as it is, and measures until the page is there: for an objective where the error budget is spent
// within a minute, and for one that no outage ever spends too fast.
func TestFirstPageInTime(t *testing.T) {
	if !*long {
		t.Skip("takes 10 minutes; -long runs it")
	}
	t.Parallel()
	binary, s := build(t, "."), startShop(t)
	config := "apis:\n"
	for name, objective := range map[string]string{"combined": "0.9", "contract": "0.999"} {
		writeFile(t, filepath.Join(s.dir, name+".yaml"), "contract: v1\nname: "+name+"\nobjective: "+objective+"\ncodes: {200: OK, 503: Overloaded}\n")
		config += fmt.Sprintf("  - {contract: %[1]s.yaml, access_logs: [{path: %[2]s/%[1]s.log, format: %[1]s}]}\n", name, s.dir)
	}
	writeFile(t, filepath.Join(s.dir, "exporter.yaml"), config)
	e := startExporter(t, binary, "--config.file="+filepath.Join(s.dir, "exporter.yaml")).ready(t)
	w := startWatch(t, e, 1)
	s.sell(t, 500*time.Millisecond)
	time.Sleep(6 * time.Minute) // so that the windows of the page are full of good responses

	const limit = 4 * time.Minute
	s.ill.Store(true)
	for waiting := []string{"combined", "contract"}; len(waiting) > 0; time.Sleep(20 * time.Millisecond) {
		for _, api := range waiting {
			a, ok := w.inbox.firstPage(api)
			if !ok {
				continue
			}
			waiting = slices.DeleteFunc(waiting, func(x string) bool { return x == api })
			took := a.at.Sub(time.Unix(0, s.failed.Load()))
			t.Logf("%s: %s %v after the first bad response", api, a.labels["alertname"], took.Round(100*time.Millisecond))
			if took > limit {
				t.Errorf("%s: that is more than %v", api, limit)
			}
			break
		}
		if failed := s.failed.Load(); failed > 0 && time.Since(time.Unix(0, failed)) > limit+time.Minute {
			t.Fatalf("no page for %v; %v", waiting, w.inbox)
		}
	}
	t.Log(w.inbox)
}
