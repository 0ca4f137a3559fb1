package metrics

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// traffic is what the labels of responses_total tell beyond the tally.
type traffic struct {
	responses map[[3]string]map[string]uint64 // by api, code and verdict: the meanings
	places    map[tallyKey]map[string]uint64  // of the undocumented: "GET /jobs/{id}"
}

func newTraffic(s *PageState, reasons *reasons) *traffic {
	t := &traffic{map[[3]string]map[string]uint64{}, map[tallyKey]map[string]uint64{}}
	for i, series := range s.Snapshot.series {
		n := s.Snapshot.values[i]
		if series.family != famResponses || n == 0 {
			continue
		}
		l := series.labels
		code := [3]string{l[0], l[3], l[6]}
		if t.responses[code] == nil {
			t.responses[code] = map[string]uint64{}
		}
		t.responses[code][l[meaningLabel]] += n
		if l[6] == classify.Undocumented.String() {
			key, _ := keyOf(series, reasons)
			if t.places[key] == nil {
				t.places[key] = map[string]uint64{}
			}
			t.places[key][strings.TrimSpace(l[2]+" "+l[1])] += n
		}
	}
	return t
}

// meaning returns the meaning that most responses with a code and verdict had, and how many others there are.
func (t *traffic) meaning(api, code, verdict string) string {
	if most := mostFrequent(t.responses[[3]string{api, code, verdict}]); len(most) > 0 && most[0] != "" {
		return several(most, 1)
	}
	switch code {
	case classify.CodeLabel(classify.CodeNone):
		return "No status was logged"
	case classify.CodeLabel(classify.CodeOther):
		return "Not a status code"
	}
	return ""
}

func mostFrequent(all map[string]uint64) []string {
	return slices.SortedFunc(maps.Keys(all), func(x, y string) int {
		return cmp.Or(cmp.Compare(all[y], all[x]), cmp.Compare(x, y))
	})
}

// A driftView is one way in which answers leave the contract.
type driftView struct {
	Code, Class, Meaning, Reason string
	Where                        []string // the most frequent methods and routes
	Lately, Total                string
	lately, total                uint64
}

// reasonWords explain the reasons of undocumented responses.
var reasonWords = map[string]string{
	classify.ReasonCode.String():    "the contract has no entry for this code",
	classify.ReasonRoute.String():   "no route of the contract matches the request",
	classify.ReasonMethod.String():  "the route has no such method",
	classify.ReasonInvalid.String(): "this is no status code",
	"":                              "not known any more",
}

// undocumented fills the table of answers that the contract does not have, most frequent first.
func (b *viewBuilder) undocumented(v *apiView, a *API) {
	routed := len(a.Classifier.Contract().Routes) > 0
	for key, total := range b.totals {
		if key.family != famResponses || key.api != v.Name || key.b != classify.Undocumented.String() {
			continue
		}
		row := driftView{Code: key.a, Class: classOf(key.a, key.b), Meaning: b.traffic.meaning(v.Name, key.a, key.b), Reason: reasonWords[key.c],
			lately: b.window.sum(key), total: total}
		row.Where = mostFrequent(b.traffic.places[key])
		if !routed {
			row.Where = []string{several(row.Where, 2*mostWords)}
		}
		if more := len(row.Where) - mostWords; more > 1 {
			row.Where = append(row.Where[:mostWords], fmt.Sprintf("and %d more", more))
		}
		row.Lately, row.Total = count(row.lately), count(row.total)
		v.Undocumented = append(v.Undocumented, row)
	}
	slices.SortFunc(v.Undocumented, func(x, y driftView) int {
		return cmp.Or(cmp.Compare(y.lately, x.lately), cmp.Compare(y.total, x.total), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Reason, y.Reason))
	})
	if more := len(v.Undocumented) - mostDrift; more > 0 {
		v.Undocumented = v.Undocumented[:mostDrift]
		v.UndocumentedMore = "And " + number(more, "more row") + "; /metrics has them all."
	}
}

// A conditionView is a documented condition that does not hold.
type conditionView struct {
	ID, Words, Severity  string
	Lately, Total, Asked string
	severity             contract.Severity
	lately, total        uint64
}

// conditions fills the table of broken conditions, and says how many hold and which cannot be asked.
func (b *viewBuilder) conditions(v *apiView, a *API) {
	words := conditionWords(a.Classifier.Contract())
	holding, unasked := 0, 0
	blind := map[string]bool{} // facts that the log lacks
	for _, info := range a.Classifier.Conditions() {
		row := conditionView{ID: info.ID, severity: info.Severity, Severity: info.Severity.String(), Words: words[info.ID]}
		if row.Words == "" {
			row.Words = info.Standard
		}
		row.Words = strings.TrimSuffix(row.Words, " ("+row.Severity+")")
		lately, failed := b.sum(famChecks, a.Name, info.ID, classify.Fail.String())
		_, passed := b.sum(famChecks, a.Name, info.ID, classify.Pass.String())
		_, unknown := b.sum(famChecks, a.Name, info.ID, classify.Unknown.String())
		switch {
		case failed > 0:
			row.lately, row.total = lately, failed
			row.Lately, row.Total, row.Asked = count(lately), count(failed), count(failed+passed)
			v.Conditions = append(v.Conditions, row)
		case passed > 0:
			holding++
		case unknown > 0:
			for _, f := range info.Fields {
				blind[f] = true
			}
		default:
			unasked++
		}
	}
	slices.SortStableFunc(v.Conditions, func(x, y conditionView) int {
		return cmp.Or(cmp.Compare(x.severity, y.severity), cmp.Compare(y.lately, x.lately), cmp.Compare(y.total, x.total))
	})
	if holding > 0 {
		v.ConditionsNote = append(v.ConditionsNote, fmt.Sprintf("%s never broken.", number(holding, "condition")))
	}
	if unasked > 0 {
		v.ConditionsNote = append(v.ConditionsNote, fmt.Sprintf("%s not asked yet.", number(unasked, "condition")))
	}
	if len(blind) > 0 {
		v.ConditionsNote = append(v.ConditionsNote, "Others cannot be judged, because the log does not have "+several(slices.Sorted(maps.Keys(blind)), 6)+".")
	}
}

// conditionWords are the conditions of a contract as sentences, by id.
func conditionWords(c *contract.Contract) map[string]string {
	all := map[string]string{}
	add := func(id, sentence string) {
		if all[id] == "" {
			all[id] = sentence
		}
	}
	code := func(e *contract.Code) {
		words := e.Words()
		i := 0
		for _, checks := range [][]contract.Check{e.OnlyWhen, e.AlwaysWhen, e.Sends} {
			for j := range checks {
				add(checks[j].ID, e.Pattern+" "+words[i])
				i++
			}
		}
	}
	for i := range c.Codes {
		code(&c.Codes[i])
	}
	for i := range c.Routes {
		r := &c.Routes[i]
		for j := range r.Codes {
			code(&r.Codes[j])
		}
		for j, sentence := range r.Words() {
			add(r.AlwaysWhen[j].ID, sentence)
		}
	}
	return all
}
