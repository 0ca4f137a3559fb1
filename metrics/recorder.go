// Package metrics counts verdicts and exposes them. The workers count, each into its own Shard; the Recorder merges the
// shards into a Snapshot; a Snapshot is saved, restored, and exposed by the Collector.
//
// How it is arranged: names.go says which metrics there are. A shard (shard.go) counts into tables that small ints index
// (cells.go, histogram.go) and knows no label. The directory (series.go) numbers every series with its labels; a snapshot
// is one value for each of these numbers.
package metrics

import (
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

// DefaultSeriesLimit is how many series of responses_total one API may have beyond those that its contract documents.
const DefaultSeriesLimit = 10_000

// overflowRoute is the value of the route label for responses beyond the series limit.
const overflowRoute = "_overflow"

// An API is one contract with what the sources held against it can tell.
type API struct {
	Name         string // value of the api label; no two have the same
	Classifier   *classify.Classifier
	HasDuration  bool // the format logs the time to serve a request
	HasBodyBytes bool // the format logs the size of a response
	SeriesLimit  int  // 0 is DefaultSeriesLimit
}

// closedSets is what the recorder asks of a classifier: where label values come from.
type closedSets interface {
	Contract() *contract.Contract
	Routes() []string
	Methods() []string
	Conditions() []classify.ConditionInfo
	Meaning(route, code int) string
	Documented() iter.Seq[classify.Series]
}

// A Recorder holds the counts of all APIs and sources. Its Shards count; everything else belongs in a quiet moment, when
// no shard counts and no source changes its Stats.
type Recorder struct {
	// StorageWriteErrors counts failed attempts to save a snapshot, since NewRecorder. Any goroutine may add to it.
	StorageWriteErrors atomic.Int64

	mu         sync.Mutex // Snapshot and Restore
	dir        *directory
	apis       []*apiSeries
	sources    []*sourceSeries
	shards     []*Shard
	histograms []histogramSeries
	pulled     []pulled
	static     []gauge // what the contracts say
	now        func() time.Time
}

// apiSeries are the directory's numbers of one API's series.
type apiSeries struct {
	API
	closedSets
	routes, methods []string // label values; routes has overflowRoute beyond those of the classifier
	overflow        int      // index of overflowRoute
	otherMethod     int
	documented      map[uint64]int32 // by seriesKey
	limit           int              // how many more series the directory may get for this API
	undocumented    [classify.Reasons]int32
	checks          []int32 // condition * classify.Results + result
	sloResponses    []int32 // by route
	sloErrors       []int32
	bodyBytes       []int32 // nil without HasBodyBytes
	durations       []int   // indexes into Recorder.histograms; nil without HasDuration
	overflowed      []int32 // series of overflowRoute
	overflowTotal   int32
}

// sourceSeries are the directory's numbers of one source's series. Sources of one name share them.
type sourceSeries struct {
	*ingest.Source
	lines     int32
	rejects   []int32 // by accesslog.Reason; None unused
	name      string  // value of the source label
	lastEntry int64   // Unix nanoseconds, from a restored snapshot; 0 = none
}

// A histogramSeries is one histogram of the directory with its observations from before this process.
type histogramSeries struct {
	series int32
	base   histogram
}

// pulled is a counter that something else counts.
type pulled struct {
	series int32
	count  *atomic.Int64
}

// NewRecorder returns a recorder with the given number of shards, whose documented series all start at 0.
func NewRecorder(apis []API, sources []*ingest.Source, workers int) *Recorder {
	sets := make([]closedSets, len(apis))
	for i := range apis {
		sets[i] = apis[i].Classifier
	}
	return newRecorder(apis, sets, sources, workers, time.Now)
}

func newRecorder(apis []API, sets []closedSets, sources []*ingest.Source, workers int, now func() time.Time) *Recorder {
	r := &Recorder{dir: newDirectory(), now: now}
	created := now().UnixMilli()
	for i, api := range apis {
		r.apis = append(r.apis, r.addAPI(api, sets[i], created))
	}
	for _, src := range sources {
		r.sources = append(r.sources, r.addSource(src, created))
	}
	r.pulled = append(r.pulled, pulled{r.dir.add(famStorageErrors, created), &r.StorageWriteErrors})
	for range workers {
		r.shards = append(r.shards, newShard(r))
	}
	return r
}

// Shard returns the shard of worker i. Only that worker may use it.
func (r *Recorder) Shard(i int) *Shard { return r.shards[i] }

func (r *Recorder) addAPI(api API, set closedSets, created int64) *apiSeries {
	a := &apiSeries{API: api, closedSets: set, routes: slices.Clone(set.Routes()), methods: set.Methods(), documented: map[uint64]int32{}}
	a.otherMethod = len(a.methods) - 1
	known := len(a.routes)
	if a.overflow = slices.Index(a.routes, overflowRoute); a.overflow < 0 {
		a.overflow = known
		a.routes = append(a.routes, overflowRoute)
	}
	if a.limit = api.SeriesLimit; a.limit == 0 {
		a.limit = DefaultSeriesLimit
	}
	for s := range set.Documented() {
		key := seriesKey(s.Route, s.Method, s.Code, classify.Documented)
		a.documented[key] = r.dir.add(famResponses, created, a.responseLabels(key, s.Meaning)...)
	}
	for reason := classify.ReasonCode; reason < classify.Reasons; reason++ {
		a.undocumented[reason] = r.dir.add(famUndocumented, created, api.Name, reason.String())
	}
	for _, c := range set.Conditions() {
		for result := classify.Pass; result < classify.Results; result++ {
			a.checks = append(a.checks, r.dir.add(famChecks, created, api.Name, c.ID, c.Severity.String(), result.String()))
		}
	}
	for _, route := range a.routes[:known] {
		a.sloResponses = append(a.sloResponses, r.dir.add(famSLOResponses, created, api.Name, route))
		a.sloErrors = append(a.sloErrors, r.dir.add(famSLOErrors, created, api.Name, route))
		if api.HasBodyBytes {
			a.bodyBytes = append(a.bodyBytes, r.dir.add(famBodyBytes, created, api.Name, route))
		}
		if api.HasDuration {
			a.durations = append(a.durations, r.addHistogram(r.dir.add(famDuration, created, api.Name, route)))
		}
	}
	a.overflowTotal = r.dir.add(famOverflow, created, api.Name, "route")
	r.addContractGauges(a)
	return a
}

// addHistogram returns the index of the histogram of a series.
func (r *Recorder) addHistogram(series int32) int {
	for i := range r.histograms {
		if r.histograms[i].series == series {
			return i
		}
	}
	r.histograms = append(r.histograms, histogramSeries{series: series})
	return len(r.histograms) - 1
}

func (r *Recorder) addSource(src *ingest.Source, created int64) *sourceSeries {
	s := &sourceSeries{Source: src, lines: r.dir.add(famLines, created, src.Name)}
	s.rejects = make([]int32, len(accesslog.Reasons())+1)
	for _, reason := range accesslog.Reasons() {
		f := famFailed
		if reason.Skipped() {
			f = famSkipped
		}
		s.rejects[reason] = r.dir.add(f, created, src.Name, reason.String())
	}
	for _, p := range []struct {
		family family
		count  *atomic.Int64
	}{
		{famBytes, &src.Stats.Bytes}, {famRotations, &src.Stats.Rotations}, {famTruncations, &src.Stats.Truncations},
		{famReadErrors, &src.Stats.ReadErrors}, {famLostBytes, &src.Stats.LostBytes},
	} {
		r.pulled = append(r.pulled, pulled{r.dir.add(p.family, created, src.Name), p.count})
	}
	s.name = r.dir.series[s.lines].labels[0]
	return s
}

// meaningLabel is the place of meaning among the labels of responses_total.
const meaningLabel = 5

// responseLabels returns the labels of a series of responses_total, in the order of the documentation.
func (a *apiSeries) responseLabels(key uint64, meaning string) []string {
	code, kind := keyCode(key), keyKind(key)
	class := classify.Class(code)
	if kind == classify.NoResponse {
		class = classify.Class(classify.CodeNone)
	}
	return []string{a.Name, a.routes[keyRoute(key)], a.methods[keyMethod(key)], classify.CodeLabel(code), class, meaning, kind.String()}
}

// response returns the number of the series of responses_total that a cell's key belongs to. It makes the series if there
// is room, and else folds the response into a series of overflowRoute.
func (r *Recorder) response(a *apiSeries, key uint64, created int64) int32 {
	key &^= reasonMask
	if i, ok := a.documented[key]; ok {
		return i
	}
	if keyRoute(key) != a.overflow {
		labels := a.responseLabels(key, r.meaning(a, key))
		if i, ok := r.dir.find(famResponses, labels...); ok {
			r.dir.created[i] = min(r.dir.created[i], created)
			return i
		}
		if a.limit > 0 {
			a.limit--
			return r.dir.add(famResponses, created, labels...)
		}
		key = a.fold(key)
	}
	next := int32(len(r.dir.series))
	i := r.dir.add(famResponses, created, a.responseLabels(key, r.meaning(a, key))...)
	if i == next {
		a.overflowed = append(a.overflowed, i)
	}
	return i
}

// fold returns the key of the series that stands for key beyond the series limit: two for each code at most, as no method
// is told apart.
func (a *apiSeries) fold(key uint64) uint64 {
	return seriesKey(a.overflow, a.otherMethod, keyCode(key), keyKind(key)) | uint64(keyReason(key))
}

// meaning returns the meaning of a series that is not documented as such: that of the documented response with the same
// route, method and code, else what the classifier knows of the code.
func (r *Recorder) meaning(a *apiSeries, key uint64) string {
	route, code := keyRoute(key), keyCode(key)
	if i, ok := a.documented[seriesKey(route, keyMethod(key), code, classify.Documented)]; ok {
		return r.dir.series[i].labels[meaningLabel]
	}
	if route >= len(a.Routes()) {
		route = len(a.Routes()) - 1 // page level
	}
	return a.Meaning(route, code)
}

// addContractGauges adds what the contract says: one documented_code_info for each route and code, so that a query can
// join on these, even where methods differ.
func (r *Recorder) addContractGauges(a *apiSeries) {
	add := func(f family, value float64, labels ...string) {
		r.static = append(r.static, gauge{f, r.dir.labelPairs(f, valid(labels)), value})
	}
	seen := map[[2]int]bool{}
	for s := range a.Documented() {
		if at := [2]int{s.Route, s.Code}; !seen[at] {
			seen[at] = true
			add(famCodeInfo, 1, a.Name, a.routes[s.Route], classify.CodeLabel(s.Code), classify.Class(s.Code), s.Meaning, s.Category, s.Owner, s.SLO.String())
		}
	}
	c := a.Contract()
	add(famContractInfo, 1, a.Name, c.Name, c.Digest)
	add(famObjective, c.Objective, a.Name)
	add(famMinErrors, c.MinErrors, a.Name)
	for _, code := range slices.Sorted(maps.Keys(c.MaxRatio)) {
		add(famMaxRatio, c.MaxRatio[code], a.Name, code)
	}
}
