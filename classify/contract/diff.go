package contract

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Change is one difference between two contracts of an API.
type Change struct {
	Kind     string // "added", "removed" or "changed"
	Route    string // "GET /jobs/{id}"; "" for the page and the contract as a whole
	Code     string // pattern; "" where it is not about a code
	What     string // "code", "route", "meaning", "slo", "condition", ...
	Old, New string
	Breaking bool   // a client that relied on the old contract can be wrong now
	Why      string // what follows, where that is not plain
	Pos      Position
}

// String is the change as one line.
func (c Change) String() string {
	subject := strings.TrimSpace(c.Route + " " + c.Code)
	if subject == "" {
		subject = "contract"
	}
	var b strings.Builder
	switch {
	case c.What == "route" || c.What == "code":
		fmt.Fprintf(&b, "%s %s", subject, c.Kind)
		if text := c.Old + c.New; text != "" {
			fmt.Fprintf(&b, " (%s)", text)
		}
	case c.Kind == "changed":
		fmt.Fprintf(&b, "%s: %s %s, was %s", subject, c.What, orNone(c.New), orNone(c.Old))
	default:
		fmt.Fprintf(&b, "%s: %s %s: %s", subject, c.What, c.Kind, c.Old+c.New)
	}
	if c.Why != "" {
		b.WriteString("; " + c.Why)
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// Diff returns what changed from a to b: the contract as a whole first, then the page, then the routes by path and method.
// Codes are compared as they apply, so that a code that moves from a route to the page is no change of the route.
//
// Breaking is: a route is gone; a success or redirection is gone that clients wait for; an error can come that nothing
// covered before; a header, or an answer that was always the same, is no longer promised.
func Diff(a, b *Contract) []Change {
	d := &differ{a: a, b: b}
	d.contract()
	pageA, pageB := a.Page(), b.Page()
	d.place("", &pageA, &pageB)
	d.routes()
	return d.changes
}

type differ struct {
	a, b    *Contract
	changes []Change
}

func (d *differ) add(c Change) { d.changes = append(d.changes, c) }

// field adds a change of one field, unless nothing changed.
func (d *differ) field(route, code, what, before, after, why string, pos Position) {
	switch {
	case before == after:
	case before == "":
		d.add(Change{Kind: "added", Route: route, Code: code, What: what, New: after, Why: why, Pos: pos})
	case after == "":
		d.add(Change{Kind: "removed", Route: route, Code: code, What: what, Old: before, Why: why, Pos: pos})
	default:
		d.add(Change{Kind: "changed", Route: route, Code: code, What: what, Old: before, New: after, Why: why, Pos: pos})
	}
}

func (d *differ) contract() {
	at := Position{File: d.b.File, Line: 1, Column: 1}
	for _, f := range []struct{ what, before, after, why string }{
		{"name", d.a.Name, d.b.Name, "the api label changes: its series begin anew"},
		{"source.standard", d.a.Source.Standard, d.b.Source.Standard, ""},
		{"undocumented", d.a.Undocumented.String(), d.b.Undocumented.String(), ""},
		{"unmatched.expect", strings.Join(d.a.Unmatched.Expect, ", "), strings.Join(d.b.Unmatched.Expect, ", "), ""},
		{"unmatched.label", d.a.Unmatched.Label, d.b.Unmatched.Label, "the route label changes: its series begin anew"},
		{"no_response", strings.Join(d.a.NoResponse, ", "), strings.Join(d.b.NoResponse, ", "), ""},
		{"vendor", strings.Join(d.a.Vendors, ", "), strings.Join(d.b.Vendors, ", "), ""},
		{"objective", fmt.Sprint(d.a.Objective), fmt.Sprint(d.b.Objective), ""},
		{"min_errors", fmt.Sprint(d.a.MinErrors), fmt.Sprint(d.b.MinErrors), ""},
	} {
		d.field("", "", f.what, f.before, f.after, f.why, at)
	}
}

// routes pairs the operations of both contracts. A pair of routes with several methods is compared once.
func (d *differ) routes() {
	before, after := operationsOf(d.a), operationsOf(d.b)
	done := map[[2]*Route]bool{}
	all := maps.Clone(before)
	maps.Copy(all, after)
	keys := sortedKeys(all)
	slices.SortStableFunc(keys, func(a, b string) int {
		_, p, _ := strings.Cut(a, " ")
		_, q, _ := strings.Cut(b, " ")
		return cmp.Compare(p, q)
	})
	for _, key := range keys {
		old, now := before[key], after[key]
		switch {
		case now == nil:
			d.add(Change{Kind: "removed", Route: describeOperation(key), What: "route", Breaking: true, Why: "requests for it are no longer documented", Pos: old.Pos})
		case old == nil:
			d.add(Change{Kind: "added", Route: describeOperation(key), What: "route", Pos: now.Pos})
		case !done[[2]*Route{old, now}]:
			done[[2]*Route{old, now}] = true
			d.route(old, now)
		}
	}
}

// operationsOf returns the route of each method, host and shape of path: "GET  /jobs/{}".
func operationsOf(c *Contract) map[string]*Route {
	all := map[string]*Route{}
	for i := range c.Routes {
		for _, key := range operations(&c.Routes[i]) {
			all[key] = &c.Routes[i]
		}
	}
	return all
}

func (d *differ) route(old, now *Route) {
	name := now.describe()
	d.field(name, "", "label", old.Label(), now.Label(), "the route label changes: its series begin anew", now.Pos)
	d.field(name, "", "owner", old.Owner, now.Owner, "", now.Pos)
	d.field(name, "", "deprecated", yes(old.Deprecated), yes(now.Deprecated), "", now.Pos)
	d.conditions(name, "", alwaysOf(old.AlwaysWhen), alwaysOf(now.AlwaysWhen), now.Pos)
	before, after := d.a.Place(old), d.b.Place(now)
	d.place(name, &before, &after)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// place compares the entries of the page or of one route. What is inherited on both sides is the page's change.
func (d *differ) place(route string, before, after *Place) {
	old, now := entriesOf(before), entriesOf(after)
	all := maps.Clone(old)
	maps.Copy(all, now)
	order := sortedKeys(all)
	slices.SortStableFunc(order, func(p, q string) int {
		_, i := Range(p)
		_, j := Range(q)
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(Precision(q), Precision(p)))
	})
	for _, p := range order {
		x, y := old[p], now[p]
		switch {
		case x != nil && y != nil:
			if !x.Inherited || !y.Inherited {
				d.entry(route, x, y)
			}
		case y == nil:
			if !x.Inherited || hasPattern(d.b.Codes, p) {
				d.removed(route, x, after)
			}
		case !y.Inherited || hasPattern(d.a.Codes, p):
			d.added(route, y, before)
		}
	}
}

// entriesOf returns the entries of a place by pattern, without the removed ones.
func entriesOf(p *Place) map[string]*Entry {
	all := map[string]*Entry{}
	for i := range p.Entries {
		if e := &p.Entries[i]; !e.Removed {
			all[e.Pattern] = e
		}
	}
	return all
}

func (d *differ) removed(route string, e *Entry, now *Place) {
	c := Change{Kind: "removed", Route: route, Code: e.Pattern, What: "code", Old: d.a.MeaningOf(e.Code), Pos: e.Pos}
	first, _ := Range(e.Pattern)
	switch under := now.Find(first); {
	case under != nil:
		c.Why = under.Pattern + " covers it"
	case e.Pattern[0] < '4' || e.Pattern == DefaultPattern:
		c.Breaking, c.Why = true, "clients may wait for it"
	}
	d.add(c)
}

func (d *differ) added(route string, e *Entry, was *Place) {
	c := Change{Kind: "added", Route: route, Code: e.Pattern, What: "code", New: d.b.MeaningOf(e.Code), Pos: e.Pos}
	first, _ := Range(e.Pattern)
	switch under := was.Find(first); {
	case under != nil:
		c.Why = under.Pattern + " covered it"
	case e.Pattern[0] >= '4' || e.Pattern == DefaultPattern:
		c.Breaking, c.Why = true, "an error that clients were not told of"
	}
	d.add(c)
}

// entry compares two entries of one pattern.
func (d *differ) entry(route string, x, y *Entry) {
	for _, f := range []struct{ what, before, after, why string }{
		{"meaning", d.a.MeaningOf(x.Code), d.b.MeaningOf(y.Code), "the meaning label changes: its series begin anew"},
		{"description", x.Description, y.Description, ""},
		{"category", x.CategoryOf(), y.CategoryOf(), ""},
		{"owner", x.Owner, y.Owner, ""},
		{"slo", x.SLOOf().String(), y.SLOOf().String(), "it counts otherwise against the error budget"},
		{"deprecated", yes(x.Deprecated), yes(y.Deprecated), ""},
		{"max_ratio", ratio(x.MaxRatio), ratio(y.MaxRatio), ""},
	} {
		d.field(route, y.Pattern, f.what, f.before, f.after, f.why, y.Pos)
	}
	d.conditions(route, y.Pattern, conditionsOf(x.Code), conditionsOf(y.Code), y.Pos)
}

func ratio(f float64) string {
	if f == 0 {
		return ""
	}
	return fmt.Sprint(f)
}
