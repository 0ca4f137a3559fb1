package metrics

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"httpstatus_exporter/ingest/accesslog"
)

func TestStatusPageGolden(t *testing.T) {
	w := newWorld(t, jobsContract, strings.Replace(jobsContract, "name: jobs", "name: idle", 1))
	busy(w)
	w.sources[0].Stats.Rotations.Add(2)
	w.sources[0].Stats.UnreadBytes.Store(1500)
	golden(t, "statuspage.html", []byte(w.html(t, "")))
}

func TestStatusPageBeforeTheFirstEntry(t *testing.T) {
	w := newWorld(t, jobsContract)
	for _, wait := range []time.Duration{0, time.Second, 7 * time.Second} {
		w.at = epoch.Add(wait)
		w.page.Sample(w.at)
		page := w.html(t, "")
		for _, want := range []string{"Nothing has been counted yet", "No response has been counted yet", "no line yet", "never seen"} {
			if !strings.Contains(page, want) {
				t.Errorf("after %v: %q is missing", wait, want)
			}
		}
		if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Errorf("after %v: a figure without a value", wait)
		}
	}
}

// TestStatusPageFirstMinute looks at the page after 7 seconds of traffic, between two samples.
func TestStatusPageFirstMinute(t *testing.T) {
	w := newWorld(t, jobsContract)
	w.pass(5*time.Second, func() { w.count(0, pageEntry{"GET", "/jobs", "200"}, 50) })
	w.at = w.at.Add(2 * time.Second)
	w.count(0, pageEntry{"GET", "/jobs", "200"}, 7)
	page := w.html(t, "")
	for _, want := range []string{"<b>10/s</b>", "57 in the last 5 s", "5 s ago", `class="area"`, "Everything is in order."} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(page, "NaN") {
		t.Error("a figure without a value")
	}
}

func TestStatusPageStates(t *testing.T) {
	for _, c := range []struct {
		name    string
		arrange func(*world)
		want    []string // in the page
		level   string
	}{
		{"in order", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "200"}, 1000) }, []string{"Everything is in order."}, "good"},
		{"errors", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "500"}, 10) }, []string{"jobs: more errors than the objective allows.", "100 times what the objective allows"}, "bad"},
		{"undocumented code", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "418"}, 1) }, []string{"jobs: undocumented answers.", "the contract has no entry for this code", "GET /jobs"}, "warn"},
		{"undocumented route", func(w *world) { w.count(0, pageEntry{"GET", "/x", "200"}, 1) }, []string{"no route of the contract matches the request"}, "warn"},
		{"undocumented method", func(w *world) { w.count(0, pageEntry{"DELETE", "/jobs", "200"}, 1) }, []string{"the route has no such method", "DELETE /jobs"}, "warn"},
		{"invalid", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "999"}, 1) }, []string{"this is no status code"}, "bad"},
		{"violation", func(w *world) { w.count(0, pageEntry{"POST", "/jobs", "201"}, 3) }, []string{"jobs: broken conditions.", "201 sends Location", "created-has-location"}, "warn"},
		{"above the maximum", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "400"}, 10) }, []string{"above 1.00%"}, "good"},
		{"source down", func(w *world) { w.sources[0].Stats.Up.Store(0) }, []string{"The source /var/log/nginx/0.log cannot be read.", "Its log /var/log/nginx/0.log cannot be read."}, "bad"},
		{"format that does not fit", func(w *world) { w.fail(0, 2) },
			[]string{"No line of /var/log/nginx/0.log fits its format: is it the one that the server writes?", "no entry", "No line of its log fits the format"}, "bad"},
		{"only messages", func(w *world) { w.recorder.Shard(0).Lines(0, 2); w.recorder.Shard(0).Reject(0, accesslog.Message, 2) }, []string{"no entry yet"}, "wait"},
		{"few failed", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "200"}, 990); w.fail(0, 10) },
			[]string{"Everything is in order."}, "good"},
		{"many failed", func(w *world) { w.count(0, pageEntry{"GET", "/jobs", "200"}, 980); w.fail(0, 11) },
			[]string{"Lines of /var/log/nginx/0.log do not fit its format", "failing"}, "warn"},
		{"source behind", func(w *world) { w.sources[0].Stats.UnreadBytes.Store(5 << 20) }, []string{"is written faster than it is read.", "5 MiB"}, "warn"},
		{"source silent", func(w *world) {
			w.count(0, pageEntry{"GET", "/jobs", "200"}, 1)
			w.at = w.at.Add(16 * time.Minute)
		}, []string{"has gone silent.", "16 min ago", "stale"}, "warn"},
		{"reload failed", func(w *world) { w.reload.Failed(); w.state.ReloadError = "jobs.yaml:3:1: what?" }, []string{"the last reload failed", "jobs.yaml:3:1: what?"}, "bad"},
		{"backlog", func(w *world) { w.state.Ready = false }, []string{"being read"}, "wait"},
		{"damaged state", func(w *world) { w.state.Behind = true }, []string{"the newest saved state was damaged"}, "warn"},
		{"storage", func(w *world) { w.state.Storage = "/var/lib/x"; w.recorder.StorageWriteErrors.Add(2) }, []string{"/var/lib/x, 2 failed writes"}, "wait"},
		{"storage full", func(w *world) { w.state.Storage, w.state.Unsaved = "/var/lib/x", true }, []string{"Storage: cannot be written, the next start counts from 0."}, "bad"},
	} {
		w := newWorld(t, jobsContract)
		w.at = w.at.Add(6 * time.Second)
		c.arrange(w)
		page := w.html(t, "")
		for _, want := range append(c.want, `class="state `+c.level+`"`) {
			if !strings.Contains(page, html.EscapeString(want)) && !strings.Contains(page, want) {
				t.Errorf("%s: %q is missing", c.name, want)
			}
		}
	}
}

// TestStatusPageStaysSmall holds the size with 300 routes that all fail, and with many APIs.
func TestStatusPageStaysSmall(t *testing.T) {
	const most = 100 << 10
	page := wideWorld(t, 300).html(t, "")
	t.Logf("300 routes: %d bytes", len(page))
	if len(page) > most {
		t.Errorf("300 routes: %d bytes, more than %d", len(page), most)
	}
	for _, want := range []string{"more routes with", "on every operation", "and 297 more", "more codes"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestStatusPageOfSeveralAPIs(t *testing.T) {
	var contracts []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		contracts = append(contracts, strings.Replace(jobsContract, "name: jobs", "name: "+name, 1))
	}
	w := newWorld(t, contracts...)
	w.pass(10*time.Second, func() { w.count(4, pageEntry{"GET", "/jobs", "418"}, 1) })
	all, one := w.html(t, ""), w.html(t, "e")
	for _, want := range []string{`href="#api-1"`, `href="#api-5" class="bad"`, `<section id="api-5"`, `href="?api=e"`} {
		if !strings.Contains(all, want) && !strings.Contains(all, strings.Replace(want, "bad", "warn", 1)) {
			t.Errorf("all: %q is missing", want)
		}
	}
	if strings.Contains(all, "<details") || strings.Count(all, `class="api"`) != 5 {
		t.Error("all: five sections without contract tables were wanted")
	}
	if !strings.Contains(one, "<details") || strings.Count(one, `class="api"`) != 1 {
		t.Error("one: its section with its contract table was wanted")
	}
	if got := w.html(t, "nobody"); strings.Count(got, `class="api"`) != 5 {
		t.Error("an API that does not exist: all were wanted")
	}
}

func get(w *world, path string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	w.page.Register(mux)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec
}

func TestStatusPageHeaders(t *testing.T) {
	w := newWorld(t, jobsContract)
	for _, c := range []struct {
		path, contentType, cache string
		status                   int
	}{
		{"/", "text/html; charset=utf-8", "no-store", 200},
		{"/?api=jobs", "text/html; charset=utf-8", "no-store", 200},
		{"/statuspage.css", "text/css; charset=utf-8", "no-cache", 200},
		{"/statuspage.js", "text/javascript; charset=utf-8", "no-cache", 200},
		{"/statuspage.svg", "image/svg+xml", "no-cache", 200},
		{"/favicon.ico", "image/svg+xml", "no-cache", 200},
		{"/contract", "text/plain; charset=utf-8", "no-store", 200},
		{"/contract?api=jobs", "text/plain; charset=utf-8", "no-store", 200},
		{"/contract?api=%3Cscript%3E", "text/plain; charset=utf-8", "no-store", 404},
	} {
		res := get(w, c.path).Result()
		for name, want := range map[string]string{
			"Content-Type": c.contentType, "Content-Security-Policy": contentSecurityPolicy, "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, got, want)
			}
		}
		if got := res.Header.Get("Cache-Control"); got != c.cache && c.status == 200 {
			t.Errorf("%s: Cache-Control is %q", c.path, got)
		}
		if res.StatusCode != c.status {
			t.Errorf("%s: status %d", c.path, res.StatusCode)
		}
	}
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"} {
		if !strings.Contains(contentSecurityPolicy, directive) {
			t.Errorf("the policy lacks %s", directive)
		}
	}
	if strings.Contains(contentSecurityPolicy, "unsafe") {
		t.Error("the policy allows something unsafe")
	}
}

func TestStatusPageServesTheContract(t *testing.T) {
	w := newWorld(t, jobsContract)
	w.count(0, pageEntry{"GET", "/jobs/8", "404"}, 3)
	text := get(w, "/contract?api=jobs").Body.String()
	for _, want := range []string{"# Jobs API", "| 404 | Not found | There is no such job |", "GET /jobs/{id}", "| 3 |"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// TestStatusPageCostsNothingUnseen holds that a full history asks for one state in a minute.
func TestStatusPageCostsNothingUnseen(t *testing.T) {
	w := newWorld(t, jobsContract)
	w.pass(2*time.Hour, func() {})
	asked, state := 0, w.page.state
	w.page.state = func() *PageState { asked++; return state() }
	w.pass(time.Hour, func() {})
	if asked > 61 {
		t.Errorf("%d states in an hour", asked)
	}
}

func BenchmarkStatusPage300Routes(b *testing.B) {
	w := wideWorld(b, 300)
	var page bytes.Buffer
	for b.Loop() {
		page.Reset()
		if err := w.page.render(&page, ""); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(page.Len()))
}

func BenchmarkStatusPageSample300Routes(b *testing.B) {
	w := wideWorld(b, 300)
	for b.Loop() {
		w.at = w.at.Add(time.Minute)
		w.page.Sample(w.at)
	}
}
