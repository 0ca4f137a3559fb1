package contract

import (
	"fmt"
	"slices"
	"strings"
)

// Expected codes: what the "Response Code Missing" rule of KICS asks for, with what Spectral's OWASP set takes instead.
var expectedCodes = []struct {
	codes    []int    // one of them is enough; the first one is suggested
	methods  []string // of the routes; nil for all that have a body of their own to answer
	secured  bool     // only where credentials are asked for
	severity Severity
	why      string
}{
	{codes: []int{400, 422}, severity: SeverityWarning, why: "every API gets requests that it cannot read"},
	{codes: []int{401}, secured: true, severity: SeverityWarning, why: "credentials are asked for, so they can be missing"},
	{codes: []int{403}, secured: true, severity: SeverityInfo, why: "credentials are asked for, so they can be insufficient"},
	{codes: []int{404, 410}, methods: []string{"GET", "PUT", "HEAD", "DELETE"}, severity: SeverityWarning, why: "what is asked for can be missing"},
	{codes: []int{415}, methods: []string{"POST", "PUT", "PATCH"}, severity: SeverityInfo, why: "a body can be of a type that is not understood"},
	{codes: []int{429}, severity: SeverityWarning, why: "whoever limits the rate of requests answers it, a gateway too"},
	{codes: []int{500}, severity: SeverityWarning, why: "every server fails at times"},
}

// manyRoutes is how many routes may lack a code, more than half of all, before that is one finding rather than one for
// each of them.
const manyRoutes = 10

// plainMethods are those whose answers nobody documents in full.
var plainMethods = []string{"HEAD", "OPTIONS", "TRACE", "CONNECT"}

// expected looks for codes that should be documented: on the page where there is one, and on the routes for what the page
// leaves open. What no route documents, or hardly any, is one finding.
func (l *linter) expected() {
	c := l.contract
	page := c.Page()
	onPage := len(c.Codes) > 0 || len(c.Routes) == 0
	for _, x := range expectedCodes {
		missing := onPage && !page.documents(x.codes) && (!x.secured || page.secured())
		if missing {
			at := Position{File: c.File, Line: 1, Column: 1}
			if len(c.Codes) > 0 {
				at = c.Codes[0].Pos
			}
			l.add(at, ruleMissing, x.severity, fmt.Sprintf("%s is not documented: %s", name(x.codes[0]), x.why), "add "+rowFor(x.codes[0]))
		}
		var without []*Route
		asked := 0
		for i := range c.Routes {
			r := &c.Routes[i]
			place := c.Place(r)
			if !r.answers(x.methods) || x.secured && !place.secured() {
				continue
			}
			asked++
			if !place.documents(x.codes) && !(missing && r.Inherit) {
				without = append(without, r)
			}
		}
		if len(without) > 1 && len(without) == asked {
			l.add(Position{File: c.File, Line: 1, Column: 1}, ruleMissing, x.severity,
				fmt.Sprintf("none of %d routes documents %s: %s", asked, name(x.codes[0]), x.why), "document it once for all of them; in a contract: codes: {"+rowFor(x.codes[0])+"}")
			continue
		}
		if len(without) > manyRoutes && len(without) > asked/2 {
			l.add(without[0].Pos, ruleMissing, x.severity, fmt.Sprintf("%d of %d routes do not document %s, from %s on: %s", len(without), asked,
				name(x.codes[0]), without[0].describe(), x.why), "document it once for all of them; in a contract: codes: {"+rowFor(x.codes[0])+"}")
			continue
		}
		for _, r := range without {
			severity := x.severity
			if x.codes[0] == 404 && !strings.Contains(r.Template, "{") {
				severity = SeverityInfo // a fixed path is there, or the route is not
			}
			l.add(r.Pos, ruleMissing, severity, fmt.Sprintf("%s does not document %s: %s", r.describe(), name(x.codes[0]), x.why), "add "+rowFor(x.codes[0]))
		}
	}
}

// documents reports whether one of the codes has an entry.
func (p *Place) documents(codes []int) bool {
	return slices.ContainsFunc(codes, func(code int) bool { return p.Find(code) != nil })
}

// secured reports whether credentials play a role: a condition asks for them, or 401 or 403 is documented by itself.
func (p *Place) secured() bool {
	for _, e := range p.Entries {
		if !e.Removed && (e.Pattern == "401" || e.Pattern == "403") {
			return true
		}
		if slices.ContainsFunc(e.OnlyWhen, asksAuth) || slices.ContainsFunc(e.AlwaysWhen, asksAuth) {
			return true
		}
	}
	return p.Route != nil && slices.ContainsFunc(p.Route.AlwaysWhen, asksAuth)
}

func asksAuth(k Check) bool { return k.Auth != Any }

// answers reports whether the route has one of the methods, nil standing for all but the plain ones.
func (r *Route) answers(methods []string) bool {
	return len(r.Methods) == 0 || slices.ContainsFunc(r.Methods, func(m string) bool {
		if methods == nil {
			return !slices.Contains(plainMethods, m)
		}
		return slices.Contains(methods, m)
	})
}

// describe names a route in a message: "GET /jobs/{id}".
func (r *Route) describe() string {
	return strings.TrimSpace(strings.Join(r.Methods, "|") + " " + r.Template)
}

// name is a code with its registered phrase: "404 Not Found".
func name(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, Phrase(code, nil)))
}

// rowFor is a line of a contract that documents a code.
func rowFor(code int) string {
	if code == 429 {
		return "429: {meaning: Too Many Requests, sends: [{response_header: {Retry-After: present}}]}"
	}
	return fmt.Sprintf("%d: %s", code, Phrase(code, nil))
}

// retryAfter asks 429 to say when to come back.
func (l *linter) retryAfter(e *Code) {
	if e.Pattern != "429" {
		return
	}
	for _, k := range e.Sends {
		if slices.ContainsFunc(k.ResponseHeaders, func(h Header) bool { return h.Name == "retry-after" }) {
			return
		}
	}
	l.add(e.Pos, ruleRetryAfter, SeverityInfo, "429 does not promise Retry-After: clients can only guess when to come back",
		"sends: [{response_header: {Retry-After: present}}]")
}
