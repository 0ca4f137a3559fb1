package metrics

import (
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest/accesslog"
)

// A Shard holds what one worker counted. The worker is the only one that writes to it, without atomics; the recorder
// reads it in a quiet moment. Each table has room around it, or whole cache lines as cells have, so that no two shards
// share one.
type Shard struct {
	apis    []shardAPI
	sources []shardSource
	now     func() time.Time
}

// shardAPI are the counts of one API.
type shardAPI struct {
	cells  cells
	routes []routeCounts
	hists  []histogram // by route; nil when the format has no durations
	checks []uint64    // condition * classify.Results + result

	api   *apiSeries // what of it a worker reads never changes: overflow, otherMethod, documented
	extra int        // how many more cells may be made for what is not documented
	_     [64]byte
}

// routeCounts are the counts of one route that cells do not tell.
type routeCounts struct {
	slo       [contract.SLOIgnore + 1]uint64
	bodyBytes uint64
	_         [16]byte
}

// shardSource are the counts of one source.
type shardSource struct {
	lines     uint64
	rejects   []uint64 // by accesslog.Reason
	lastEntry int64    // Unix nanoseconds; 0 = none
	_         [64]byte
}

func newShard(r *Recorder) *Shard {
	s := &Shard{apis: apart[shardAPI](len(r.apis)), sources: apart[shardSource](len(r.sources)), now: r.now}
	for i, a := range r.apis {
		routes := len(a.sloResponses)
		s.apis[i] = shardAPI{cells: newCells(minCells), routes: apart[routeCounts](routes), checks: apart[uint64](len(a.checks)), api: a, extra: a.limit}
		if a.durations != nil {
			s.apis[i].hists = apart[histogram](routes)
		}
	}
	for i, src := range r.sources {
		s.sources[i].rejects = apart[uint64](len(src.rejects))
	}
	return s
}

// apart returns n zero values with at least 64 bytes of nothing on both sides.
func apart[T any](n int) []T {
	const room = 8 // every T here has 8 bytes or more
	return make([]T, n+2*room)[room : room+n : room+n]
}

// Count counts one response. bodyBytes and d are -1 where unknown.
func (s *Shard) Count(api int, v *classify.Verdict, bodyBytes int64, d time.Duration) {
	a := &s.apis[api]
	key := cellKey(v)
	c := a.cells.find(key)
	if c.key == 0 {
		c = a.newCell(key, s.now)
	}
	c.count++
	route := &a.routes[v.Route]
	route.slo[v.SLO]++
	if bodyBytes > 0 {
		route.bodyBytes += uint64(bodyBytes)
	}
	if d >= 0 && a.hists != nil {
		a.hists[v.Route].observe(d)
	}
	for _, check := range v.Checks {
		a.checks[check.Condition*int(classify.Results)+int(check.Result)]++
	}
}

// newCell makes the cell of a key that did not occur before; beyond the limit, and unless the key is documented, it finds
// or makes the one that the key folds into.
func (a *shardAPI) newCell(key uint64, now func() time.Time) *cell {
	if _, documented := a.api.documented[key]; documented {
		return a.cells.insert(key, now().UnixMilli())
	}
	if a.extra > 0 {
		a.extra--
		return a.cells.insert(key, now().UnixMilli())
	}
	key = a.api.fold(key)
	if c := a.cells.find(key); c.key != 0 {
		return c
	}
	return a.cells.insert(key, now().UnixMilli())
}

// Lines counts n lines that were read from a source.
func (s *Shard) Lines(source, n int) { s.sources[source].lines += uint64(n) }

// Reject counts n lines of a source that are no entry. They count as Lines too.
func (s *Shard) Reject(source int, reason accesslog.Reason, n int) {
	s.sources[source].rejects[reason] += uint64(n)
}

// LastEntry says when an entry of a source was logged. The newest one is exposed.
func (s *Shard) LastEntry(source int, t time.Time) {
	src := &s.sources[source]
	src.lastEntry = max(src.lastEntry, t.UnixNano())
}
