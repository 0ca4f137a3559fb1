package metrics

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// mostEntries is how many codes the contract table shows; mostWords how many different words one cell lists.
const (
	mostEntries = 80
	mostWords   = 3
)

// An entryView is one code of the contract, on all routes together.
type entryView struct {
	Code, Class, Meaning, Description string
	Category, Owner, SLO, Max, Where  string
	Conditions                        []string
	ConditionsMore                    string
	Lately, Total                     string
	Never                             bool

	meanings, descriptions, categories, owners, slos, conditions []string
	places                                                       int
	lately, total                                                uint64
}

// entries fills the contract table.
func (b *viewBuilder) entries(v *apiView, a *API) {
	c := a.Classifier.Contract()
	rows := entriesOf(c)
	for key, total := range b.totals {
		if key.family != famResponses || key.api != a.Name || key.b == classify.Undocumented.String() || key.b == classify.NoResponse.String() {
			continue
		}
		if row := covering(rows, key.a); row != nil {
			row.lately, row.total = row.lately+b.window.sum(key), row.total+total
		}
	}
	for _, row := range rows {
		row.Lately, row.Total, row.Never = count(row.lately), count(row.total), row.total == 0
		if limit, ok := c.MaxRatio[row.Code]; ok {
			row.Max = percent(limit)
		}
		if row.Never && contract.Precision(row.Code) == 3 {
			v.Unseen++
		}
		row.join(len(c.Routes))
		v.HasOwner, v.HasMax = v.HasOwner || row.Owner != "", v.HasMax || row.Max != ""
		v.Entries = append(v.Entries, *row)
	}
	if more := len(v.Entries) - mostEntries; more > 0 {
		v.Entries, v.EntriesMore = v.Entries[:mostEntries], "And "+number(more, "more code")+" in the whole contract."
	}
}

// entriesOf merges the entries of all places by their code, in the order in which people read codes.
func entriesOf(c *contract.Contract) []*entryView {
	byPattern := map[string]*entryView{}
	for _, p := range c.Places() {
		for _, e := range p.Table() {
			if e.Removed {
				continue
			}
			row := byPattern[e.Pattern]
			if row == nil {
				row = &entryView{Code: e.Pattern, Class: classNone}
				if e.Pattern != contract.DefaultPattern {
					row.Class = e.Pattern[:1] + "xx"
				}
				byPattern[e.Pattern] = row
			}
			row.add(c, &e, p.Route)
		}
	}
	var rows []*entryView
	for _, row := range byPattern {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y *entryView) int {
		_, i := contract.Range(x.Code)
		_, j := contract.Range(y.Code)
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(contract.Precision(y.Code), contract.Precision(x.Code)))
	})
	return rows
}

func (row *entryView) add(c *contract.Contract, e *contract.Entry, r *contract.Route) {
	owner := e.Owner
	if r != nil {
		row.places++
		if owner == "" {
			owner = r.Owner
		}
	}
	remember(&row.meanings, c.MeaningOf(e.Code))
	remember(&row.descriptions, e.Description)
	remember(&row.categories, e.CategoryOf())
	remember(&row.owners, owner)
	remember(&row.slos, e.SLOOf().String())
	for _, words := range e.Words() {
		remember(&row.conditions, words)
	}
}

func remember(list *[]string, word string) {
	if word != "" && !slices.Contains(*list, word) {
		*list = append(*list, word)
	}
}

// join writes what was remembered, cut where routes differ too much to show it all.
func (row *entryView) join(routes int) {
	row.Meaning, row.Category, row.Owner, row.SLO = several(row.meanings, mostWords), several(row.categories, mostWords), several(row.owners, mostWords), several(row.slos, mostWords)
	if len(row.descriptions) == 1 {
		row.Description = row.descriptions[0]
	}
	row.Conditions = row.conditions
	if more := len(row.Conditions) - mostWords; more > 0 && routes > 0 {
		row.Conditions, row.ConditionsMore = row.Conditions[:mostWords], "and "+number(more, "more condition")
	}
	switch {
	case routes == 0:
	case row.places == 0:
		row.Where = "where no operation matches"
	case row.places == routes:
		row.Where = "on every operation"
	default:
		row.Where = fmt.Sprintf("on %d of %d operations", row.places, routes)
	}
}

// covering returns the row that a code belongs to: its own, else the narrowest range.
func covering(rows []*entryView, code string) *entryView {
	n := parseCode(code)
	if n < 100 {
		return nil
	}
	var best *entryView
	for _, row := range rows {
		if first, last := contract.Range(row.Code); first <= n && n <= last && (best == nil || contract.Precision(row.Code) > contract.Precision(best.Code)) {
			best = row
		}
	}
	return best
}

// serveContract serves the contract in force as Markdown, with what was seen of it.
func (p *StatusPage) serveContract(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	state, name := p.state(), r.URL.Query().Get("api")
	var names []string
	for i := range state.APIs {
		a := &state.APIs[i]
		names = append(names, a.Name)
		if a.Name == name || name == "" && len(state.APIs) == 1 {
			var text bytes.Buffer
			if err := a.Classifier.Contract().Sheet(seenOf(state.Snapshot, a.Name)).WriteMarkdown(&text); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8") // browsers save text/markdown instead of showing it
			w.Write(text.Bytes())
			return
		}
	}
	http.Error(w, "found api="+name+"; use one of: "+strings.Join(names, ", "), http.StatusNotFound)
}

// seenOf returns how often each code came on each route as the contract has it.
func seenOf(s *Snapshot, api string) map[contract.SeenKey]contract.LastSeen {
	seen := map[contract.SeenKey]contract.LastSeen{}
	for i, series := range s.series {
		l := series.labels
		if n := s.values[i]; n > 0 && series.family == famResponses && l[0] == api && l[6] != classify.Undocumented.String() {
			key := contract.SeenKey{Route: l[1], Code: l[3]}
			at := seen[key]
			at.Count += int64(n)
			seen[key] = at
		}
	}
	return seen
}
