package metrics

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest/accesslog"
)

// TestCellKey shows that a key keeps every field.
func TestCellKey(t *testing.T) {
	for _, v := range []classify.Verdict{
		{},
		{Kind: classify.NoResponse, Code: classify.CodeNone},
		{Kind: classify.Undocumented, Reason: classify.ReasonInvalid, Code: classify.CodeOther},
		{Kind: classify.Violation, Route: 1<<31 - 1, Method: 1<<16 - 1, Code: 599, Reason: classify.Reasons},
		{Kind: classify.Kinds, Route: 70_000, Method: 300, Code: 100},
	} {
		key := cellKey(&v)
		got := classify.Verdict{Kind: keyKind(key), Reason: keyReason(key), Route: keyRoute(key), Method: keyMethod(key), Code: keyCode(key)}
		if key == 0 || !reflect.DeepEqual(got, v) {
			t.Errorf("key %#x gives %+v, want %+v", key, got, v)
		}
	}
}

// oracle counts as plainly as it goes: one map entry for each name and label set.
type oracle map[string]uint64

func (o oracle) count(s *sets, v *classify.Verdict, bodyBytes int64) {
	add := func(n uint64, name string, labels ...string) { o[fmt.Sprintf("%s%q", name, labels)] += n }
	route, class := s.routes[v.Route], classify.Class(v.Code)
	if v.Kind == classify.NoResponse {
		class = "none"
	}
	meaning := s.Meaning(v.Route, v.Method, v.Code)
	for _, d := range s.documented {
		if d.Route == v.Route && d.Method == v.Method && d.Code == v.Code {
			meaning = d.Meaning
		}
	}
	add(1, ResponsesTotal, "jobs", route, s.methods[v.Method], classify.CodeLabel(v.Code), class, meaning, v.Kind.String())
	if v.Kind == classify.Undocumented {
		add(1, UndocumentedResponsesTotal, "jobs", v.Reason.String())
	}
	if v.SLO != contract.SLOIgnore {
		add(1, SLOResponsesTotal, "jobs", route)
	}
	if v.SLO == contract.SLOBad {
		add(1, SLOErrorsTotal, "jobs", route)
	}
	if bodyBytes >= 0 {
		add(uint64(bodyBytes), ResponseBodyBytesTotal, "jobs", route)
	}
	for _, c := range v.Checks {
		info := s.conditions[c.Condition]
		add(1, ConditionChecksTotal, "jobs", info.ID, info.Severity.String(), c.Result.String())
	}
}

// TestCount holds shards against the oracle.
func TestCount(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	s := small()
	r, _ := recorder(s, 3, 0, time.Now)
	want, durations := oracle{}, make([]histogram, len(s.routes))
	for i := range 20_000 {
		v, bodyBytes, d := randomVerdict(rnd, s), rnd.Int64N(5000)-1, randomDuration(rnd)
		want.count(s, v, bodyBytes)
		r.Shard(i%3).Count(0, v, bodyBytes, d)
		if d >= 0 {
			durations[v.Route].observe(d)
		}
		if i%5000 == 0 {
			r.Snapshot() // must not change anything
		}
	}
	snapshot := r.Snapshot()
	got := oracle{}
	for i, series := range snapshot.series {
		if n := snapshot.values[i]; n > 0 {
			got[fmt.Sprintf("%s%q", families[series.family].Name, series.labels)] = n
		}
	}
	for key, n := range want {
		if got[key] != n {
			t.Errorf("%s is %d, want %d", key, got[key], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d series above 0, want %d", len(got), len(want))
	}
	for i := range snapshot.histograms {
		if got, want := snapshot.histograms[i].dto().String(), durations[i].dto().String(); got != want {
			t.Errorf("durations of %s: %s, want %s", s.routes[i], got, want)
		}
	}
}

// TestStartsAtZero shows that everything closed is there before the first line.
func TestStartsAtZero(t *testing.T) {
	r, _ := recorder(small(), 1, 0, time.Now)
	s := r.Snapshot()
	for _, want := range [][]string{
		{ResponsesTotal, "jobs", "/jobs/{id}", "GET", "500", "5xx", "Internal\nerror", "documented"},
		{ResponsesTotal, "jobs", "/jobs", "POST", "409", "4xx", `Duplicate "job"`, "documented"},
		{UndocumentedResponsesTotal, "jobs", "invalid"},
		{ConditionChecksTotal, "jobs", "moved-has-location", "warning", "unknown"},
		{SLOResponsesTotal, "jobs", "unmatched"},
		{SLOErrorsTotal, "jobs", "/jobs"},
		{ResponseBodyBytesTotal, "jobs", "/jobs"},
		{SeriesOverflowTotal, "jobs", "route"},
		{LogLinesTotal, "/var/log/nginx/access.log"},
		{LogLinesFailedTotal, "/var/log/nginx/access.log", "malformed"},
		{LogLinesSkippedTotal, "/var/log/nginx/access.log", "blank"},
		{LogLostBytesTotal, "/var/log/nginx/access.log"},
		{StorageWriteErrorsTotal},
	} {
		if n := value(t, s, want[0], want[1:]...); n != 0 {
			t.Errorf("%q is %d at the start", want, n)
		}
	}
	if len(s.histograms) != 3 {
		t.Errorf("%d histograms, want one for each route", len(s.histograms))
	}
}

// TestOverflow shows that a client that makes up routes, methods and codes gets no more series than the limit and two for
// each code, while what is documented counts as ever.
func TestOverflow(t *testing.T) {
	const limit, workers, lines = 20, 2, 10_000
	rnd := rand.New(rand.NewPCG(9, 10))
	s := wide(50)
	r, _ := recorder(s, workers, limit, time.Now)
	before := len(r.Snapshot().series)
	codes := map[int]bool{}
	for i := range lines {
		v := &classify.Verdict{Kind: classify.Undocumented, Reason: classify.ReasonCode, Route: rnd.IntN(len(s.routes)), Method: rnd.IntN(3), Code: 400 + rnd.IntN(100), SLO: contract.SLOClient}
		codes[v.Code] = true
		r.Shard(i%workers).Count(0, v, 1, -1)
	}
	late := &classify.Verdict{Route: 49, Method: 0, Code: 404, SLO: contract.SLOClient}
	r.Shard(0).Count(0, late, 1, -1)

	got := r.Snapshot()
	if n := len(got.series) - before; n > limit+2*len(codes) {
		t.Errorf("%d series more, want %d at most", n, limit+2*len(codes))
	}
	if n := value(t, got, ResponsesTotal, "jobs", s.routes[49], "GET", "404", "4xx", "Meaning of it", "documented"); n != 1 {
		t.Errorf("the documented response counts %d times", n)
	}
	var overflow, responses uint64
	for i, series := range got.series {
		if series.family == famResponses {
			responses += got.values[i]
			if series.labels[1] == overflowRoute {
				overflow += got.values[i]
			}
		}
	}
	if responses != lines+1 {
		t.Errorf("%d responses, want %d", responses, lines+1)
	}
	if n := value(t, got, SeriesOverflowTotal, "jobs", "route"); n != overflow || n < lines/2 {
		t.Errorf("%d overflown, %d under %s", n, overflow, overflowRoute)
	}
	for name, want := range map[string]uint64{SLOResponsesTotal: lines + 1, ResponseBodyBytesTotal: lines + 1, UndocumentedResponsesTotal: lines} {
		if n := total(got, name); n != want {
			t.Errorf("%s is %d, want %d", name, n, want)
		}
	}
	for i := range workers {
		if n := r.shards[i].apis[0].cells.used; n > limit+1+2*len(codes) {
			t.Errorf("shard %d has %d cells", i, n)
		}
	}
}

// TestInvariant shows that lines are responses, failed and skipped lines together in every quiet moment.
func TestInvariant(t *testing.T) {
	const workers, blocks, lines = 4, 200, 50
	s := small()
	r, _ := recorder(s, workers, 30, time.Now)
	var quiet sync.RWMutex
	var counting sync.WaitGroup
	for i := range workers {
		counting.Go(func() {
			rnd := rand.New(rand.NewPCG(11, uint64(i)))
			for range blocks {
				quiet.RLock()
				countLines(rnd, s, r.Shard(i), lines)
				quiet.RUnlock()
			}
		})
	}
	done := make(chan struct{})
	go func() { counting.Wait(); close(done) }()
	var last *Snapshot
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		quiet.Lock()
		next := r.Snapshot()
		quiet.Unlock()
		checkInvariant(t, next)
		if last != nil {
			for i, n := range last.values {
				if next.values[i] < n || next.series[i] != last.series[i] {
					t.Fatalf("%v went from %d to %d", next.series[i].labels, n, next.values[i])
				}
			}
		}
		last = next
	}
	if n := total(last, LogLinesTotal); n != workers*blocks*lines {
		t.Errorf("%d lines", n)
	}
}

func checkInvariant(t *testing.T, s *Snapshot) {
	t.Helper()
	lines := total(s, LogLinesTotal)
	if sum := total(s, ResponsesTotal) + total(s, LogLinesFailedTotal) + total(s, LogLinesSkippedTotal); lines != sum {
		t.Fatalf("%d lines, %d responses, failed and skipped", lines, sum)
	}
}

func TestCountAllocatesNothing(t *testing.T) {
	s := small()
	r, _ := recorder(s, 1, 5, time.Now)
	shard := r.Shard(0)
	rnd := rand.New(rand.NewPCG(13, 14))
	var verdicts []*classify.Verdict
	for range 500 { // many more than there may be series
		verdicts = append(verdicts, randomVerdict(rnd, s))
	}
	all := func() {
		for i, v := range verdicts {
			shard.Count(0, v, 100, time.Duration(i)*time.Millisecond)
			shard.Lines(0, 1)
			shard.Reject(0, accesslog.Malformed, 1)
			shard.LastEntry(0, epoch)
		}
	}
	all()
	if n := testing.AllocsPerRun(10, all); n != 0 {
		t.Errorf("%v allocations for %d lines", n, len(verdicts))
	}
}
