package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/cmd/loggen/traffic"
	"httpstatus_exporter/ingest"
)

// What routes cost: the same file held against a page without routes, and against that page with 300 operations and their
// conditions, by the whole program with one worker. Both take turns, and CPU time is what counts, so a busy machine falls on
// both alike. The ratio must stay below 1.6.
//
//	go test -run '^$' -bench Routes -benchtime 3s ./cmd/httpstatus_exporter

func BenchmarkRoutesCombined(b *testing.B) { benchRoutes(b, "combined") }
func BenchmarkRoutesContract(b *testing.B) { benchRoutes(b, "contract") }

func benchRoutes(b *testing.B, format string) {
	file := filepath.Join(b.TempDir(), "access.log")
	writeLines(b, file, format, 200_000)
	page, routes := newBenchLane(b, "page", pageText(b), format), newBenchLane(b, "routes", pageText(b)+operations300(), format)
	for b.Loop() {
		page.pass(b, file)
		routes.pass(b, file)
	}
	page.report(b)
	routes.report(b)
	b.ReportMetric(float64(routes.used)/float64(page.used), "ratio")
	b.ReportMetric(0, "ns/op")
}

// The paths of the generated traffic are the first templates; the rest is what an API of that size has beside them.
func operations300() string {
	var b strings.Builder
	b.WriteString("routes:\n")
	n := 0
	add := func(methods, template string) {
		for _, m := range strings.Split(methods, " ") {
			if n == 300 {
				return
			}
			n++
			fmt.Fprintf(&b, "  - match: %s %s\n    owner: team%d\n    codes:\n", m, template, n%5)
			fmt.Fprintf(&b, "      200: {meaning: Fine, sends: [{response_header: {Content-Type: present}}]}\n")
			fmt.Fprintf(&b, "      404: {meaning: Not here, only_when: [{method: [GET, PUT, POST, DELETE, PATCH, HEAD]}]}\n      429: Slow down\n      5XX: Ours\n")
			if m == "POST" {
				b.WriteString("    always_when:\n      - {code: 202, status: [2XX], request_header: {Accept: present}, severity: warning}\n")
			}
		}
	}
	for _, t := range []string{"GET POST /jobs/v2", "GET DELETE POST /jobs/v2/{id}", "GET /jobs/v2/{id}/history", "GET PUT POST DELETE /files/v2/media/out/{name}.dat",
		"GET /files/v2/listings/u/{user}", "GET POST DELETE /systems/v2/{id}", "GET POST DELETE /apps/v2/{id}", "GET PUT POST DELETE /meta/v2/data/{uuid}",
		"GET /profiles/v2/me", "POST /token", "GET /", "GET /v1/{any}", "GET /health"} {
		methods, template := t[:strings.LastIndexByte(t, ' ')], t[strings.LastIndexByte(t, ' ')+1:]
		add(methods, template)
	}
	for i := 0; n < 300; i++ {
		area := []string{"jobs", "files", "systems", "apps", "meta", "profiles", "monitors", "notifications", "tags", "postits"}[i%10]
		add("GET POST DELETE", fmt.Sprintf("/%s/v2/{id}/%s%d", area, []string{"pems", "outputs", "roles", "schemas"}[i%4], i))
	}
	return b.String()
}

func pageText(b *testing.B) string {
	text, err := contract.Builtin("agave")
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func writeLines(b *testing.B, file, format string, n int) {
	b.Helper()
	gen, err := traffic.New(1, benchOptions(format))
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	for range n {
		buf = gen.AppendLine(buf)
	}
	if err := os.WriteFile(file, buf, 0o600); err != nil {
		b.Fatal(err)
	}
}

// A benchLane is one contract with a worker of its own, and the CPU time that its passes over the file used.
type benchLane struct {
	name   string
	table  atomic.Pointer[table]
	queue  *ingest.Queue
	source *ingest.Source
	used   time.Duration
}

func newBenchLane(b *testing.B, name, text, format string) *benchLane {
	b.Helper()
	file := filepath.Join(b.TempDir(), name+".yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	api := apiFlags{contract: file}
	cfg, err := api.load()
	if err != nil {
		b.Fatal(err)
	}
	lc, err := compileLog(fileLog{Path: "-", Format: format}, 0, func(key string) string { return key })
	if err != nil {
		b.Fatal(err)
	}
	cfg.logs = []logConfig{lc}
	l := &benchLane{name: name, queue: ingest.NewQueue(), source: &ingest.Source{Name: name}}
	l.table.Store((&engine{workers: 1, maxSeries: 100_000}).newTable(cfg, []*ingest.Source{l.source}))
	w := &worker{table: &l.table}
	go w.run(b.Context(), l.queue)
	return l
}

func (l *benchLane) pass(b *testing.B, file string) {
	before := cpuTime()
	f, err := ingest.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := ingest.NewFinite(l.source, f, l.queue, 0).Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	l.queue.Quiet(func() {})
	l.used += cpuTime() - before
}

func (l *benchLane) report(b *testing.B) {
	d, err := distributionOf(gathererOf(l.table.Load().recorder.Snapshot()), "agave")
	if err != nil {
		b.Fatal(err)
	}
	if unmatched := d.routeCount("unmatched"); float64(unmatched) > 0.1*float64(d.Responses) {
		b.Fatalf("%d of %d responses match no route: the contract does not fit the traffic", unmatched, d.Responses)
	}
	b.ReportMetric(float64(l.used.Nanoseconds())/float64(d.Responses), l.name+"-cpu-ns/line")
}

// routeCount is the number of responses that count for the objective on a route.
func (d *distribution) routeCount(route string) int64 {
	for _, r := range d.Routes {
		if r.Route == route {
			return r.Responses
		}
	}
	return 0
}
