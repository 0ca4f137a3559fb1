package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// A patch documents what a report found undocumented. patch.go says which codes are missing where; patchcontract.go
// writes them into the contract, patchoverlay.go into an OpenAPI Overlay, and patchdocs.go as rows of a page.

// errNothing says that there is nothing to patch.
var errNothing = errors.New("nothing to patch: every response that can be documented is documented")

// A patch is everything that is missing.
type patch struct {
	contract *contract.Contract
	missing  []missing
	left     []string // what no patch can document, a line each
	when     string   // of the traffic, "" where unknown
}

// missing is a code that one place does not document. Of route and template at most one is set; neither: the page.
type missing struct {
	route    *contract.Route // an operation of the contract
	method   string          // of the responses; of several the first
	template string          // of an operation that the contract does not have
	beside   *contract.Route // with template: an operation of that path that it does have
	host     string
	code     int
	meaning  string
	evidence string // "1,284 responses, 2026-11-16 03:12:09 to 2026-11-22 10:00:00, e.g. access.log:17"
}

// writePatch prints the patch of the kind contract, openapi-overlay or markdown. The error is errNothing where nothing is
// missing; then nothing is printed.
func (r *report) writePatch(w io.Writer, kind string, c *contract.Contract) error {
	write := map[string]func(*patch, io.Writer) error{
		"contract": (*patch).writeContract, "openapi-overlay": (*patch).writeOverlay, "markdown": (*patch).writeDocs,
	}[kind]
	if write == nil {
		return fmt.Errorf("--patch: found %q; use contract, openapi-overlay or markdown", kind)
	}
	var seen []seenRow
	if r.gatherer != nil {
		var err error
		if seen, err = seenRows(r.gatherer, r.API); err != nil {
			return err
		}
	}
	p := newPatch(c, r.Drift, seen)
	if !r.From.IsZero() {
		p.when = r.From.Format(time.DateOnly)
		if to := r.To.Format(time.DateOnly); to != p.when {
			p.when += ".." + to
		}
	}
	if len(p.missing) == 0 {
		return errNothing
	}
	return write(p, w)
}

// newPatch finds what is missing. Seen is all traffic: an operation that is added must have all of its codes, those too
// that were no finding while the operation was unknown.
func newPatch(c *contract.Contract, rows []driftRow, seen []seenRow) *patch {
	p := &patch{contract: c}
	for i := range rows {
		if rows[i].Kind == classify.Undocumented.String() {
			p.row(&rows[i], seen)
		}
	}
	slices.SortStableFunc(p.missing, func(a, b missing) int {
		return cmp.Or(cmp.Compare(a.place(), b.place()), cmp.Compare(a.code, b.code))
	})
	p.missing = slices.CompactFunc(p.missing, func(a, b missing) bool { return a.place() == b.place() && a.code == b.code })
	return p
}

// place names where the code is missing, in the order of the patch: the page first.
func (m *missing) place() string {
	switch {
	case m.route != nil:
		return m.route.Template + " " + strings.Join(m.route.Methods, "|") + " " + m.route.Host
	case m.template != "":
		return m.template + " " + m.method + " " + m.host
	}
	return ""
}

// heading names the place for people.
func (m *missing) heading() string {
	switch {
	case m.route != nil:
		return strings.TrimSpace(strings.Join(m.route.Methods, "|") + " " + m.route.Template)
	case m.template != "":
		return m.method + " " + m.template
	}
	return ""
}

func (p *patch) row(r *driftRow, seen []seenRow) {
	leave := func(why string) {
		p.left = append(p.left, fmt.Sprintf("%s: %s; %s", strings.Join(strings.Fields(r.Code+" "+r.Meaning+" "+r.Method+" "+r.Route), " "), why, evidence(r)))
	}
	code, err := strconv.Atoi(r.Code)
	m := missing{method: r.Method, code: code, meaning: r.Meaning, evidence: evidence(r)}
	switch {
	case err != nil || r.Reason == classify.ReasonInvalid.String():
		leave("no status code can be documented outside 100..599")
	case r.Reason == classify.ReasonRoute.String():
		leave("no route matches; the sample shows the path")
	case r.Reason == classify.ReasonMethod.String():
		p.operation(r, m, seen, leave)
	default:
		routes := p.contract.Operations(r.Route, r.Method)
		for _, route := range routes {
			m.route = route
			p.missing = append(p.missing, m)
		}
		switch {
		case len(routes) > 0:
		case len(p.contract.Routes) > 0 && len(p.contract.Codes) == 0:
			// The first code of the page would turn every expected answer to an unknown path into a finding.
			leave("the method cannot be told, and the contract has no codes of the whole page")
		default:
			p.missing = append(p.missing, m)
		}
	}
}

// operation adds the operation of a method that a route does not have, with every code that it was seen with.
func (p *patch) operation(r *driftRow, m missing, seen []seenRow, leave func(string)) {
	var paths []*contract.Route
	for i := range p.contract.Routes {
		route := &p.contract.Routes[i]
		known := slices.ContainsFunc(paths, func(o *contract.Route) bool { return o.Template == route.Template && o.Host == route.Host })
		if route.Label() == r.Route && !known {
			paths = append(paths, route)
		}
	}
	switch {
	case r.Method == classify.OtherMethod:
		leave("the method has no name here; the sample shows it")
		return
	case len(paths) != 1:
		leave(fmt.Sprintf("%d paths have this route label; the sample shows which it is", len(paths)))
		return
	}
	m.template, m.host, m.beside = paths[0].Template, paths[0].Host, paths[0]
	p.missing = append(p.missing, m)
	page := p.contract.Page()
	for _, s := range seen {
		code, err := strconv.Atoi(s.Code)
		if err == nil && s.Route == r.Route && s.Method == r.Method && s.Verdict == classify.Documented.String() && page.Find(code) == nil {
			also := m
			also.code, also.meaning, also.evidence = code, contract.Phrase(code, p.contract.Vendors), count(s.Count, "response")
			p.missing = append(p.missing, also)
		}
	}
}

func evidence(r *driftRow) string {
	s := count(r.Count, "response")
	if !r.First.IsZero() {
		s += ", " + r.First.Format(time.DateTime)
		if r.Last.After(r.First) {
			s += " to " + r.Last.Format(time.DateTime)
		}
	}
	if by := r.Origin.String(); by != "" {
		s += ", " + by
	}
	if r.Sample != "" {
		s += ", e.g. " + r.Sample
	}
	return strings.Join(strings.Fields(s), " ")
}

// contractText returns the text that a contract was read from.
func contractText(c *contract.Contract) ([]byte, error) {
	if name, ok := strings.CutPrefix(c.File, "builtin:"); ok {
		return contract.Builtin(name)
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return nil, plain(err)
	}
	return data, nil
}
