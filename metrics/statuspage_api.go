package metrics

import (
	"cmp"
	"fmt"
	"slices"

	"httpstatus_exporter/classify"
)

// An apiView is the section of one API.
type apiView struct {
	Name, Anchor, Title string
	Contract            string // its name, where that is another than Name
	Level               string
	Window              string // "last hour"
	Empty               string // why no response has been counted; "" when one has
	Tiles               []tile
	Traffic, Errors     *chart
	Mix                 []share // shares of the classes
	Codes               []codeView
	CodesMore           string
	Unseen              int // documented codes without a single response
	Undocumented        []driftView
	UndocumentedMore    string
	Conditions          []conditionView
	ConditionsNote      []string
	Routes              []routeView
	RoutesMore          string
	Entries             []entryView
	EntriesMore         string
	HasOwner, HasMax    bool // some entry has one
	ShowContract        bool
	OpenContract        bool
	problems            []string
}

// A tile is one figure that answers one question.
type tile struct{ Name, Value, Note, Level string }

// A share is a class with its part of the responses; X and Width are percentages.
type share struct{ Class, Name, X, Width, Text string }

// A codeView is one code with one verdict.
type codeView struct {
	Code, Class, Meaning, Verdict string
	Lately, Total, Share, Width   string
	Max                           string // the documented maximum, where there is one
	Over                          bool
	Spark                         spark
	lately, total                 uint64
}

// A routeView is one route with its errors.
type routeView struct {
	Name, Responses, Errors, Ratio, Width string
	Level                                 string
	responses, errors                     uint64
}

// How many rows the longest tables show.
const (
	mostCodes  = 50
	mostRoutes = 20
	mostDrift  = 15
)

// charted is the order of the classes in charts, from below.
var charted = []string{"1xx", "2xx", "3xx", "4xx", "5xx", classNone}

func (b *viewBuilder) api(a *API, i int) *apiView {
	c := a.Classifier.Contract()
	v := &apiView{Name: a.Name, Anchor: fmt.Sprint("api-", i+1), Title: c.Source.Title, Window: b.window.label()}
	if c.Name != a.Name {
		v.Contract = c.Name
	}
	b.codes(v, a)
	b.undocumented(v, a)
	b.conditions(v, a)
	b.routes(v, a)
	b.entries(v, a)
	b.summary(v, a)
	return v
}

// codes fills the distribution: every code that was seen, and the charts that are made from the same counts.
func (b *viewBuilder) codes(v *apiView, a *API) {
	var all uint64
	byClass := map[string][]float64{}
	classes := map[string]uint64{}
	rows := map[[2]string]*codeView{}
	trends := map[[2]string][]float64{}
	for key, total := range b.totals {
		if key.family != famResponses || key.api != a.Name {
			continue
		}
		id := [2]string{key.a, key.b}
		row := rows[id]
		if row == nil {
			row = &codeView{Code: key.a, Class: classOf(key.a, key.b), Meaning: b.traffic.meaning(a.Name, key.a, key.b), Verdict: key.b}
			rows[id] = row
		}
		lately, counts := b.window.sum(key), b.window.counts(key)
		row.lately, row.total, all = row.lately+lately, row.total+total, all+lately
		classes[row.Class] += lately
		trends[id], byClass[row.Class] = plus(trends[id], counts), plus(byClass[row.Class], counts)
	}
	for id, row := range rows {
		share := ratioOf(row.lately, all)
		row.Lately, row.Total, row.Share, row.Width = count(row.lately), count(row.total), percent(share), fmt.Sprintf("%.1f%%", share*100)
		if limit, ok := a.Classifier.Contract().MaxRatio[row.Code]; ok {
			row.Max, row.Over = percent(limit), share > limit
		}
		row.Spark = b.window.spark(trends[id])
		v.Codes = append(v.Codes, *row)
	}
	if more := len(v.Codes) - mostCodes; more > 0 {
		slices.SortFunc(v.Codes, func(x, y codeView) int {
			return cmp.Or(cmp.Compare(y.lately, x.lately), cmp.Compare(y.total, x.total), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Verdict, y.Verdict))
		})
		v.Codes, v.CodesMore = v.Codes[:mostCodes], "And "+number(more, "more code")+" that came less often; /metrics has them all."
	}
	slices.SortFunc(v.Codes, func(x, y codeView) int {
		return cmp.Or(cmp.Compare(codeNumber(x.Code), codeNumber(y.Code)), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Verdict, y.Verdict)) // documented first
	})
	if len(v.Codes) == 0 {
		v.Empty = b.whyEmpty(a.Name)
	}
	v.Mix = mix(classes, all)
	v.Traffic = b.trafficChart(v, byClass)
}

// plus adds b to a, which it makes if need be.
func plus(a, b []float64) []float64 {
	if a == nil {
		a = make([]float64, len(b))
	}
	for i := range b {
		a[i] += b[i]
	}
	return a
}

// classOf is the class of a code label under a verdict.
func classOf(code, verdict string) string {
	if verdict == classify.NoResponse.String() {
		return classNone
	}
	return classify.Class(codeNumber(code))
}

// routes fills the tile of the error ratio, its chart, and the table of routes.
func (b *viewBuilder) routes(v *apiView, a *API) {
	var responses, errors uint64
	perStep, bad := make([]float64, len(b.window.steps)), make([]float64, len(b.window.steps))
	var rows []routeView
	for _, route := range a.Classifier.Routes() {
		all := tallyKey{family: famSLOResponses, api: a.Name, a: route}
		wrong := tallyKey{family: famSLOErrors, api: a.Name, a: route}
		n, e := b.window.sum(all), b.window.sum(wrong)
		if b.totals[all] == 0 {
			continue
		}
		responses, errors = responses+n, errors+e
		b.window.each(all, func(i int, n uint32) { perStep[i] += float64(n) })
		b.window.each(wrong, func(i int, n uint32) { bad[i] += float64(n) })
		if n > 0 {
			rows = append(rows, routeView{Name: route, responses: n, errors: e})
		}
	}
	allowed := 1 - a.Classifier.Contract().Objective
	ratio := ratioOf(errors, responses)
	b.errorTile(v, responses, ratio, allowed)
	v.Errors = b.errorChart(v, bad, perStep, ratio, allowed)
	if len(a.Classifier.Contract().Routes) > 0 {
		v.routeRows(rows, allowed)
	}
}

func (v *apiView) routeRows(rows []routeView, allowed float64) {
	slices.SortFunc(rows, func(x, y routeView) int {
		return cmp.Or(cmp.Compare(ratioOf(y.errors, y.responses), ratioOf(x.errors, x.responses)), cmp.Compare(y.responses, x.responses), cmp.Compare(x.Name, y.Name))
	})
	if more := len(rows) - mostRoutes; more > 0 {
		var responses, errors uint64
		for _, r := range rows[mostRoutes:] {
			responses, errors = responses+r.responses, errors+r.errors
		}
		v.RoutesMore = fmt.Sprintf("And %s with %s and %s.", number(more, "more route"), number(int(responses), "response"), number(int(errors), "error"))
		rows = rows[:mostRoutes]
	}
	for i := range rows {
		r := &rows[i]
		ratio := ratioOf(r.errors, r.responses)
		r.Responses, r.Errors, r.Ratio, r.Width = count(r.responses), count(r.errors), percent(ratio), fmt.Sprintf("%.1f%%", ratio*100)
		if ratio > allowed {
			r.Level = "bad"
		}
	}
	v.Routes = rows
}
