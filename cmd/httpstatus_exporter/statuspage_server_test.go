package main_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestStatusPageInChromium looks at the page of a running demo as people do.
func TestStatusPageInChromium(t *testing.T) {
	need(t, "chromium")
	address := "127.0.0.1:" + freePort(t)
	demo := &exporter{start(t, build(t, "."), "demo", "--web.listen-address="+address), "http://" + address}
	demo.ready(t)
	demo.counted(t, 500)
	b := openBrowser(t)
	b.open(demo.url + "/")

	t.Run("content", func(t *testing.T) {
		text := b.eval(`document.body.innerText`)
		for _, want := range []string{"httpstatus_exporter", "agave", "What does it answer?", "What does the contract say?", "Not found", "Sources", "up", "Exporter", "Error ratio"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
		await(t, "charts to be drawn", func() bool { // when the first step of the history is long enough
			return b.eval(`document.querySelectorAll('svg .area').length > 0 && document.querySelectorAll('.spark path').length > 0`) == "true"
		}, demo.said.String)
		if colour := b.eval(`getComputedStyle(document.querySelector('tr.c4 th')).color`); colour == b.eval(`getComputedStyle(document.body).color`) {
			t.Error("the style is not in force: 4xx has the colour of text")
		}
	})
	t.Run("update", func(t *testing.T) { liveUpdate(t, b) })
	t.Run("keyboard", func(t *testing.T) {
		b.open(demo.url + "/")
		b.press("Tab", 9)
		if got := b.eval(`document.activeElement.textContent + ' ' + (document.activeElement.getBoundingClientRect().left >= 0)`); got != "Skip to the content true" {
			t.Errorf("the first tab stop is %q", got)
		}
		b.press("Tab", 9)
		if got := b.eval(`document.activeElement.id + ' ' + getComputedStyle(document.activeElement).outlineStyle`); got != "pause solid" {
			t.Errorf("the second tab stop is %q", got)
		}
		b.press("Enter", 13)
		b.eval(`document.activeElement.click()`)
		if got := b.eval(`document.activeElement.textContent`); got != "Resume" {
			t.Errorf("the button that pauses says %q", got)
		}
	})
	t.Run("screen reader", func(t *testing.T) {
		if tables := b.named("table"); !slices.Contains(tables, "What does it answer?") || slices.Contains(tables, "") {
			t.Errorf("tables are named %q", tables)
		}
		for _, role := range []string{"image", "link", "button", "navigation"} {
			if names := b.named(role); len(names) == 0 || slices.Contains(names, "") {
				t.Errorf("%s: named %q", role, names)
			}
		}
		if regions := b.named("status"); len(regions) != 1 {
			t.Errorf("%d live regions", len(regions))
		}
	})
	t.Run("width", func(t *testing.T) {
		fits(t, b)
	})
	t.Run("dark", func(t *testing.T) {
		grounds := map[string]bool{}
		for _, scheme := range []string{"light", "dark"} {
			b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
			grounds[b.eval(`getComputedStyle(document.body).backgroundColor`)] = true
		}
		if len(grounds) != 2 {
			t.Errorf("light and dark have the ground %v", grounds)
		}
	})
	said, requests := b.messages()
	if len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
	for _, url := range requests {
		if !strings.HasPrefix(url, demo.url+"/") {
			t.Errorf("an external request: %s", url)
		}
	}
	t.Run("without JavaScript", func(t *testing.T) {
		plain := openBrowser(t)
		plain.call("Emulation.setScriptExecutionDisabled", map[string]bool{"value": true}, nil)
		plain.open(demo.url + "/")
		page := plain.html()
		for _, want := range []string{"What does it answer?", `<noscript><meta http-equiv="refresh" content="30"></noscript>`, `id="pause" hidden`} {
			if !strings.Contains(page, want) {
				t.Errorf("%q is missing", want)
			}
		}
		if said, _ := plain.messages(); len(said) > 0 {
			t.Errorf("the console says %q", said)
		}
	})
	t.Run("exporter gone", func(t *testing.T) {
		b.open(demo.url + "/")
		demo.end(syscall.SIGTERM)
		await(t, "the page to say so", func() bool { return b.eval(`document.getElementById('live').textContent`) == "no answer, trying again" }, demo.said.String)
		if got := b.eval(`document.querySelectorAll('table').length > 2`); got != "true" {
			t.Error("what was shown is gone")
		}
	})
	demo.noRace(t)
}

// fits holds that nothing scrolls sideways, on a small telephone either.
func fits(t *testing.T, b *browser) {
	t.Helper()
	for _, width := range []int{320, 400, 700, 768, 1280} {
		b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
		if got := b.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); got != "0" {
			t.Errorf("at %d pixels the page is wider by %s", width, got)
		}
	}
}

// TestStatusPageOfRoutesInChromium looks at a contract with long routes, more of them than the page shows, of which most fail.
func TestStatusPageOfRoutesInChromium(t *testing.T) {
	need(t, "chromium")
	dir := t.TempDir()
	contract, log := filepath.Join(dir, "wide.yaml"), filepath.Join(dir, "access.log")
	var routes, lines strings.Builder
	routes.WriteString("contract: v1\nname: wide\ncodes: {404: Not found, 500: {meaning: Internal error, max_ratio: 0.01}}\nroutes:\n")
	for i := range 60 {
		fmt.Fprintf(&routes, "  - {match: 'GET /a/rather/long/path/of/resources%d/{identifier}/with/a/tail', owner: 'team %d', codes: {200: 'Resource %d'}}\n", i, i, i)
		for j, code := range []int{200, 200, 404, 500, 418} {
			fmt.Fprintf(&lines, "127.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"GET /a/rather/long/path/of/resources%d/%d/with/a/tail HTTP/1.1\" %d 5 \"-\" \"-\"\n", i, j, code)
		}
	}
	writeFile(t, contract, routes.String())
	writeFile(t, log, lines.String())
	e := startExporter(t, build(t, "."), "-c", contract, "--access-log.path="+log, "-f", "combined", "--access-log.from=beginning", "--storage.path="+filepath.Join(dir, "state"))
	e.ready(t)
	e.counted(t, 300)
	b := openBrowser(t)
	b.open(e.url + "/")
	text := b.eval(`document.body.innerText`)
	for _, want := range []string{"Which routes fail?", "And 40 more routes", "team 0, team 1, team 2 and 57 more", "on every operation", "above 1.00%", "stale", "saved before it is shown"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	fits(t, b)
	b.open(e.url + "/contract?api=wide")
	if text := b.eval(`document.body.innerText`); !strings.Contains(text, "GET /a/rather/long/path/of/resources59/{identifier}/with/a/tail") {
		t.Errorf("the contract says\n%s", text)
	}
	if said, _ := b.messages(); len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
	e.stop(t)
}

// TestStatusPageGrowsInChromium: what appears above the reader's place, such as a first answer that is not documented, leaves it
// where it is.
func TestStatusPageGrowsInChromium(t *testing.T) {
	need(t, "chromium")
	log := filepath.Join(t.TempDir(), "access.log")
	appendLines(t, log, "200", 10)
	e := startExporter(t, build(t, "."), "--access-log.path="+log, "-f", "combined", "--access-log.from=beginning").ready(t)
	e.counted(t, 10)
	b := openBrowser(t)
	b.open(e.url + "/")
	was := b.eval(settle)
	for _, code := range []string{"404", "418", "500"} {
		appendLines(t, log, code, 10)
		await(t, code, func() bool { return strings.Contains(b.eval(`document.querySelector('table.codes').innerText`), code) }, e.said.String)
	}
	if text := b.eval(`document.body.innerText`); !strings.Contains(text, "What does it answer that is not documented?") {
		t.Errorf("no table of what is not documented in\n%s", text)
	}
	if is := b.eval(place); is != was || !strings.HasPrefix(is, "true SUMMARY false agave") {
		t.Errorf("the reader was at %q and is at %q", was, is)
	}
	e.stop(t)
}

// How the tests leave and find the place of a reader: scrolled, with the focus on details that are closed, with a selection. A browser scrolls
// on by what appears above, so that the reader sees the same.
const (
	place  = `[scrollY >= 300, document.activeElement.nodeName, document.activeElement.parentNode.open, getSelection().toString()].join(' ')`
	settle = `scrollTo(0, 300); d = document.querySelector('details'); d.open = false; s = d.querySelector('summary'); s.focus({preventScroll: true});
		getSelection().selectAllChildren(document.querySelector('h2'));
		marked = document.querySelector('tr.c2'); ` + place
)

// liveUpdate holds that figures change by themselves and that the reader's place stays.
func liveUpdate(t *testing.T, b *browser) {
	const total = `document.querySelector('tr.c2 td:last-child').textContent`
	before, was := b.eval(total), b.eval(settle)
	for round := range 2 {
		await(t, "the figures to change", func() bool { return b.eval(total) != before }, func() string { return "200 stays at " + before })
		now := b.eval(total)
		if number(t, now) <= number(t, before) {
			t.Errorf("round %d: %s after %s", round, now, before)
		}
		before = now
		if is := b.eval(place); is != was || !strings.HasPrefix(is, "true SUMMARY false agave") {
			t.Errorf("round %d: the reader was at %q and is at %q", round, was, is)
		}
	}
	if b.eval(`marked.isConnected`) != "true" {
		t.Error("the table was built anew")
	}
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
