package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"httpstatus_exporter/classify"
)

// A driftRow is one difference between traffic and documentation.
type driftRow struct {
	Kind      string    `json:"kind"` // undocumented, violation, contradicted, default_only, unseen
	Code      string    `json:"code,omitempty"`
	Meaning   string    `json:"meaning,omitempty"`
	Route     string    `json:"route,omitempty"`
	Method    string    `json:"method,omitempty"`
	Reason    string    `json:"reason,omitempty"` // code, route, method, invalid, or the id of the condition
	Count     int64     `json:"count"`
	Asked     int64     `json:"asked,omitempty"` // of a contradicted condition: how often its facts were known
	Origin    origins   `json:"origin,omitzero"` // of undocumented ones and violations: the count by who answered
	First     time.Time `json:"first,omitzero"`
	Last      time.Time `json:"last,omitzero"`
	Sample    string    `json:"sample,omitempty"` // FILE:LINE of the first one, as explain takes it
	Documents string    `json:"documented_at,omitempty"`
}

// rows turns what the workers saw into rows: most frequent first, documented ones that were never seen last.
func (d *drift) rows(c *classify.Classifier, dist *distribution) []driftRow {
	rows := []driftRow{}
	for key, f := range d.findings {
		if key.kind == classify.NoResponse {
			continue
		}
		r := driftRow{Kind: key.kind.String(), Code: classify.CodeLabel(key.code), Meaning: c.Meaning(key.route, key.method, key.code), Route: c.Routes()[key.route],
			Method: c.Methods()[key.method], Reason: key.reason.String(), Count: f.count, Origin: originsOf(f), First: f.first, Last: f.last,
			Sample: fmt.Sprintf("%s:%d", f.sample.source.Name, d.line(f.sample))}
		if key.condition >= 0 {
			info := c.Conditions()[key.condition]
			r.Reason, r.Documents = info.ID, position(info.Pos)
		}
		rows = append(rows, r)
	}
	rows = append(rows, contradicted(c, dist)...)
	slices.SortFunc(rows, func(a, b driftRow) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Reason, b.Reason))
	})
	return append(rows, unseen(c, dist)...)
}

// contradicted returns the warning conditions that failed: no verdict changes, yet the sentence is wrong that often.
func contradicted(c *classify.Classifier, dist *distribution) []driftRow {
	severity := map[string]classify.ConditionInfo{}
	for _, info := range c.Conditions() {
		severity[info.ID] = info
	}
	var rows []driftRow
	for _, ch := range dist.Checks {
		if ch.Severity == "warning" && ch.Fail > 0 {
			rows = append(rows, driftRow{Kind: "contradicted", Reason: ch.Condition, Count: ch.Fail, Asked: ch.Pass + ch.Fail,
				Documents: position(severity[ch.Condition].Pos)})
		}
	}
	return rows
}

// unseen returns the documented codes without a single response, one row for each code and route.
func unseen(c *classify.Classifier, dist *distribution) []driftRow {
	seen := map[string]bool{}
	for _, r := range dist.documented {
		seen[r.route+" "+r.code] = true
	}
	var rows []driftRow
	for s := range c.Documented() {
		key := c.Routes()[s.Route] + " " + classify.CodeLabel(s.Code)
		if !seen[key] {
			seen[key] = true
			rows = append(rows, driftRow{Kind: "unseen", Code: classify.CodeLabel(s.Code), Meaning: s.Meaning, Route: c.Routes()[s.Route],
				Documents: documentedAt(c.Contract(), c.Routes()[s.Route], classify.CodeLabel(s.Code))})
		}
	}
	slices.SortFunc(rows, func(a, b driftRow) int { return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Code, b.Code)) })
	return rows
}

// driftColumns names what cells returns for rows of a kind.
func driftColumns(kind string) []string {
	switch kind {
	case "unseen":
		return []string{"Code", "Meaning", "Route"}
	case "contradicted":
		return []string{"Condition", "Broken", "Documented at"}
	}
	return []string{"Code", "Meaning", "Count", "Reason", "Answered", "Methods", "Route", "When", "Sample"}
}

// cells is the row as columns of text.
func (r *driftRow) cells() []string {
	switch r.Kind {
	case "unseen":
		return []string{r.Code, r.Meaning, r.Route}
	case "contradicted":
		return []string{r.Reason, fmt.Sprintf("%s of %s (%s)", thousands(r.Count), thousands(r.Asked), percent(float64(r.Count)/float64(r.Asked))), r.Documents}
	}
	when := ""
	if !r.First.IsZero() {
		when = r.First.Format(time.DateTime)
		if r.Last.After(r.First) {
			when += " to " + r.Last.Format(time.DateTime)
		}
	}
	return []string{r.Code, r.Meaning, thousands(r.Count), r.Reason, r.Origin.String(), r.Method, r.Route, when, r.Sample}
}
