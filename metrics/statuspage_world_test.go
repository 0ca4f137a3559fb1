package metrics

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

// jobsContract has what the page shows: routes, conditions, owners, maxima, a range.
const jobsContract = `contract: v1
name: jobs
source: {title: Jobs API}
objective: 0.99
codes:
  400: {meaning: Bad request, max_ratio: 0.01}
  404: {meaning: Not found, description: There is no such job, owner: frontend}
  5XX: {meaning: Our fault, owner: backend}
routes:
  - match: GET /jobs
    codes: {200: The jobs}
  - match: POST /jobs
    codes: {201: {meaning: Created, sends: [{id: created-has-location, response_header: {Location: present}}]}}
  - match: GET /jobs/{id}
    codes: {200: {meaning: The job, only_when: [{id: not-in-parts, request_header: {Range: absent}, severity: warning}]}, 304: Not modified}
`

// pageEntry is one request as the tests' traffic has it.
type pageEntry struct{ method, target, status string }

// A world is a status page over a recorder, with a clock that the test moves.
type world struct {
	clock
	page     *StatusPage
	recorder *Recorder
	state    PageState
	reload   Reload
	sources  []*ingest.Source
	verdict  classify.Verdict
}

// newWorld has an API for each contract, with the contract's name.
func newWorld(t testing.TB, contracts ...string) *world { return newWorldOf(t, "", contracts...) }

// newWorldOf gives the first API another name.
func newWorldOf(t testing.TB, first string, contracts ...string) *world {
	t.Helper()
	w := &world{clock: clock{epoch}}
	var sets []closedSets
	for i, text := range contracts {
		c, err := contract.Parse("contract.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		k, err := classify.New(c)
		if err != nil {
			t.Fatal(err)
		}
		src := &ingest.Source{Name: fmt.Sprintf("/var/log/nginx/%d.log", i), ID: i}
		src.Stats.Up.Store(1)
		w.sources = append(w.sources, src)
		name := c.Name
		if i == 0 && first != "" {
			name = first
		}
		w.state.APIs = append(w.state.APIs, API{Name: name, Classifier: k})
		w.state.Sources = append(w.state.Sources, PageSource{Name: src.Name, API: name, Format: "combined"})
		sets = append(sets, k)
	}
	w.recorder = newRecorder(w.state.APIs, sets, w.sources, 1, w.now)
	w.reload.Succeeded(epoch)
	w.state.Started, w.state.Ready, w.state.Reload, w.state.MetricsPath = epoch, true, &w.reload, "/metrics"
	w.state.Version, w.state.Revision, w.state.GoVersion = "1.2.3", "abcdef0", "go1.26"
	w.page = NewStatusPage(func() *PageState {
		s := w.state
		s.Snapshot, s.At = w.recorder.Snapshot(), w.at
		return &s
	})
	w.page.Sample(w.at)
	return w
}

// count counts one response n times, as a line of the API's source.
func (w *world) count(api int, e pageEntry, n int) {
	k := w.state.APIs[api].Classifier
	f := classify.Facts{Method: []byte(e.method), Target: []byte(e.target), Status: []byte(e.status), Values: make([][]byte, len(k.Fields()))}
	for i, name := range k.Fields() {
		if name == "resp.location" && e.status == "201" {
			f.Values[i] = []byte{} // logged, and never sent
		}
	}
	k.Classify(&f, &w.verdict)
	shard := w.recorder.Shard(0)
	for range n {
		shard.Count(api, &w.verdict, -1, -1)
	}
	shard.Lines(api, n)
	shard.LastEntry(api, w.at)
}

// fail counts n lines of a source that do not fit its format, and a blank one.
func (w *world) fail(source, n int) {
	shard := w.recorder.Shard(0)
	shard.Lines(source, n+1)
	shard.Reject(source, accesslog.Malformed, n)
	shard.Reject(source, accesslog.Blank, 1)
}

// pass lets time go by in ticks of the sampler, with traffic before each.
func (w *world) pass(d time.Duration, traffic func()) {
	for end := w.at.Add(d); w.at.Before(end); {
		w.at = w.at.Add(SampleInterval)
		traffic()
		w.page.Sample(w.at)
	}
}

// busy is 70 minutes of traffic to the jobs API.
func busy(w *world) {
	rnd := rand.New(rand.NewPCG(1, 2))
	w.pass(70*time.Minute, func() {
		w.count(0, pageEntry{"GET", "/jobs", "200"}, 20+rnd.IntN(10))
		w.count(0, pageEntry{"GET", "/jobs/7?full=1", "200"}, 40+rnd.IntN(20))
		w.count(0, pageEntry{"GET", "/jobs/7", "304"}, 5)
		w.count(0, pageEntry{"POST", "/jobs", "201"}, rnd.IntN(3))
		w.count(0, pageEntry{"GET", "/jobs/8", "404"}, rnd.IntN(4))
		w.count(0, pageEntry{"GET", "/jobs", "503"}, rnd.IntN(40)/39*3)
		w.count(0, pageEntry{"GET", "/jobs/9", "418"}, rnd.IntN(100)/99)
		w.count(0, pageEntry{"GET", "/admin", "200"}, rnd.IntN(60)/59)
		w.count(0, pageEntry{"GET", "/jobs", "400"}, rnd.IntN(3))
		w.count(0, pageEntry{"GET", "/jobs", "499"}, rnd.IntN(30)/29)
		w.recorder.Shard(0).Reject(0, accesslog.TooLong, rnd.IntN(300)/299)
	})
}

func (w *world) html(t testing.TB, only string) string {
	t.Helper()
	var b bytes.Buffer
	if err := w.page.render(&b, only); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// manyRoutes is a contract with that many routes, each with codes and an owner of its own.
func manyRoutes(routes int) string {
	var b strings.Builder
	b.WriteString("contract: v1\nname: wide\ncodes: {400: Bad request, 404: Not found, 500: Internal error}\nroutes:\n")
	for i := range routes {
		fmt.Fprintf(&b, "  - {match: 'GET /v2/tenants/{tenant}/resources%d/{id}', owner: team %d, codes: {200: The resource number %d, 304: Not modified, 409: 'Conflict of resource %d'}}\n", i, i, i, i)
	}
	return b.String()
}

// wideWorld has every code on every route, and what no contract has besides.
func wideWorld(t testing.TB, routes int) *world {
	w := newWorld(t, manyRoutes(routes))
	round := 0
	w.pass(65*time.Minute, func() {
		for i := range routes {
			code := []string{"200", "304", "404", "409", "500", "418", "200"}[(i+round)%7]
			w.count(0, pageEntry{"GET", fmt.Sprintf("/v2/tenants/a/resources%d/1", i), code}, 1+i%5)
		}
		w.count(0, pageEntry{"DELETE", fmt.Sprintf("/v2/tenants/a/resources%d/1", round%routes), fmt.Sprint(200 + round%370)}, 1)
		round++
	})
	return w
}
