package main

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"httpstatus_exporter/classify/contract"
)

// A seenRow is one kind of response that a report counted.
type seenRow struct {
	Route   string    `json:"route"`
	Method  string    `json:"method"`
	Code    string    `json:"code"`
	Verdict string    `json:"verdict"`
	Count   int64     `json:"count"`
	Last    time.Time `json:"last,omitzero"` // zero where unknown
}

// seenRows returns the responses of one API that were counted at least once, by route, code and method.
func seenRows(g prometheus.Gatherer, api string) ([]seenRow, error) {
	families, err := g.Gather()
	if err != nil {
		return nil, err
	}
	rows := []seenRow{}
	for _, f := range families {
		if f.GetName() != "httpstatus_responses_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			l, n := labelsOf(m), int64(valueOf(m))
			if l["api"] == api && n > 0 {
				rows = append(rows, seenRow{Route: l["route"], Method: l["method"], Code: l["code"], Verdict: l["verdict"], Count: n})
			}
		}
	}
	slices.SortFunc(rows, func(a, b seenRow) int {
		return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Verdict, b.Verdict))
	})
	return rows, nil
}

// entryFor returns the entry that a response was held against: of its route, or of the page where no route has it.
func entryFor(c *contract.Contract, route, method, code string) *contract.Entry {
	number, err := strconv.Atoi(code)
	if err != nil || number < 100 || number > 599 {
		return nil
	}
	place := c.Page()
	if r := c.Operation(route, method); r != nil {
		place = c.Place(r)
	}
	return place.Find(number)
}

// defaultOnly returns the responses that nothing but "default" documents: the contract is kept, but nobody wrote down what
// the code means.
func defaultOnly(c *contract.Contract, seen []seenRow) []driftRow {
	var rows []driftRow
	for _, s := range seen {
		if s.Verdict != "documented" {
			continue
		}
		if e := entryFor(c, s.Route, s.Method, s.Code); e != nil && e.Pattern == contract.DefaultPattern {
			code, _ := strconv.Atoi(s.Code)
			meaning := contract.Phrase(code, c.Vendors)
			rows = append(rows, driftRow{Kind: "default_only", Code: s.Code, Meaning: meaning, Route: s.Route, Method: s.Method, Reason: contract.DefaultPattern,
				Count: s.Count, Last: s.Last, Documents: position(e.Pos)})
		}
	}
	slices.SortStableFunc(rows, func(a, b driftRow) int { return cmp.Compare(b.Count, a.Count) })
	return rows
}

// documentedAt returns where a code of a route is documented, by any of its methods; "" where it is not.
func documentedAt(c *contract.Contract, route, code string) string {
	for i := range c.Routes {
		if r := &c.Routes[i]; r.Label() == route {
			number, _ := strconv.Atoi(code)
			place := c.Place(r)
			if e := place.Find(number); e != nil {
				return position(e.Pos)
			}
		}
	}
	if e := entryFor(c, route, "", code); e != nil {
		return position(e.Pos)
	}
	return ""
}
