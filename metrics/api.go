package metrics

import (
	"iter"
	"maps"
	"slices"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
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
	Meaning(route, method, code int) string
	Documented() iter.Seq[classify.Series]
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
