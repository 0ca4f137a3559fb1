package classify

import (
	"fmt"
	"slices"
	"strings"

	"httpstatus_exporter/classify/contract"
)

// Explain is Classify in plain steps, straight from the contract and without the tables: it may allocate, and it keeps why.
// The tests hold both against each other, so each is the other's proof.

// An Explanation is a verdict with everything that led to it.
type Explanation struct {
	Verdict Verdict

	Route    string // value of the route label
	RouteWhy string // why this route, or why none
	Method   string // value of the method label
	Code     string // value of the code label
	Class    string // value of the class label
	Meaning  string // value of the meaning label

	Entry    *contract.Code // nil where the contract has none, or none was looked up
	EntryWhy string         // how it was found, or why there is none

	Conditions []Explained // asked ones, then those that do not speak of this response
	Unknown    []string    // facts that conditions asked for and the log does not have: "req.range", "body"
	Notes      []string    // what else decided: "CORS preflight ..."
	Origin     Origin      // who answered
}

// Explained is one condition with what was found. Its Standard is also what the standard has instead of a documented
// condition that goes beyond it.
type Explained struct {
	ConditionInfo
	Asked  bool   // else it does not speak of this response, and Fact says why
	Result Result // where Asked
	Fact   string // "method is GET, documented: PUT, POST"
}

// Explain gives the verdict of Classify on one response, and why.
func (c *Classifier) Explain(f *Facts) Explanation {
	x := explainer{c: c, f: f, certain: true}
	x.Verdict.Condition = -1
	x.explainMethod()
	x.explainRoute()
	x.decide()
	v := &x.Verdict
	x.Route, x.Method = c.Routes()[v.Route], c.Methods()[v.Method]
	x.Code, x.Meaning = CodeLabel(v.Code), c.Meaning(v.Route, v.Method, v.Code)
	x.Class = Class(v.Code)
	if v.Kind == NoResponse {
		x.Class = "none"
	}
	if v.Kind != NoResponse {
		x.Origin = c.Origin(f)
	}
	if v.Kind == Undocumented && x.Origin == OriginUnknown && !c.tellsOrigin(f) {
		x.Unknown = append(x.Unknown, upstreamStatus)
	}
	return x.Explanation
}

type explainer struct {
	Explanation
	c       *Classifier
	f       *Facts
	group   *group          // nil where no route matches
	route   *contract.Route // nil where none has the method
	certain bool            // the request belongs to this route and no other
	method  string          // "" where unknown
}

func (x *explainer) explainMethod() {
	x.method = string(x.f.Method)
	i := slices.Index(x.c.methods.names, x.method)
	if i < 0 {
		i = x.c.methods.other()
		if x.method != "" {
			x.method = OtherMethod
		}
	}
	x.Verdict.Method = i
}

// decide follows the steps of the verdict.
func (x *explainer) decide() {
	v, c := &x.Verdict, x.c.contract
	token := string(x.f.Status)
	v.Code = status(x.f.Status)
	looked := x.view()
	entry := looked.find(v.Code)
	listed := entry != nil && contract.Precision(entry.Pattern) == 3
	pseudo := v.Code == CodeNone || slices.ContainsFunc(c.NoResponse, func(t string) bool { return t == token })
	switch {
	case pseudo && !listed: // step 1
		v.Kind, v.SLO = NoResponse, contract.SLOIgnore
		x.EntryWhy = fmt.Sprintf("status %q means that no client received a response", clip(x.f.Status))
		return
	case v.Code == CodeOther: // step 2
		x.undocumented(ReasonInvalid, contract.SLOBad, "status "+clip(x.f.Status)+" is outside 100..599")
		return
	}
	v.SLO = sloOf(v.Code)
	if x.step3() {
		return
	}
	if entry == nil {
		x.undocumented(ReasonCode, v.SLO, x.missing(looked))
		return
	}
	x.Entry, x.EntryWhy = entry, x.found(looked, entry)
	if entry.SLO != contract.SLOUnset {
		v.SLO = entry.SLO
	}
	x.ask(looked, entry)
}

func (f *Facts) code() string { return clip(f.Status) }

// step3 reports whether the route alone decides.
func (x *explainer) step3() bool {
	v, c := &x.Verdict, x.c.contract
	if x.c.routing == nil || x.route != nil || x.group != nil && x.method == "" {
		return false
	}
	expect, reason := c.Unmatched.Expect, ReasonRoute
	if x.group != nil {
		expect, reason = []string{"404", "405", "501"}, ReasonMethod
		if x.method == "OPTIONS" && (v.Code == 200 || v.Code == 204) {
			x.EntryWhy = "not looked up"
			x.Notes = append(x.Notes, "an OPTIONS request answered 200 or 204 is taken for a CORS preflight, which needs no documentation")
			return true
		}
	}
	switch {
	case !contract.Covers(expect, v.Code):
		why := fmt.Sprintf("%s; such requests are expected to get %s", x.RouteWhy, strings.Join(expect, ", "))
		x.undocumented(reason, v.SLO, why)
		return true
	case len(c.Codes) == 0:
		x.EntryWhy = fmt.Sprintf("%s is expected of such requests, and the contract has no codes of the whole page", x.f.code())
		return true
	}
	return false
}

func (x *explainer) undocumented(reason Reason, slo contract.SLO, why string) {
	v := &x.Verdict
	v.Kind, v.Reason, v.SLO = Undocumented, reason, slo
	x.EntryWhy = why
	if s := x.c.contract.Undocumented; s != contract.SeverityError {
		v.Kind = Documented
		x.Notes = append(x.Notes, "the contract says undocumented: "+s.String())
		if s == contract.SeverityOff {
			v.Reason = ReasonNone
		}
	}
}

// missing says why there is no entry.
func (x *explainer) missing(looked view) string {
	if e := looked.lookup(x.Verdict.Code); e != nil {
		return fmt.Sprintf("%s takes %s away with null", e.Pos, e.Pattern)
	}
	return "the contract has no entry for " + x.f.code()
}

// found says how an entry was found.
func (x *explainer) found(looked view, entry *contract.Code) string {
	where := "the page"
	for i := range looked.route {
		if &looked.route[i] == entry {
			where = "the route"
		}
	}
	if contract.Precision(entry.Pattern) == 3 {
		return "exact, in the codes of " + where
	}
	return fmt.Sprintf("by %s, in the codes of %s", entry.Pattern, where)
}

// ask asks every condition that applies, and makes a violation of the first error condition that fails.
func (x *explainer) ask(looked view, entry *contract.Code) {
	v := &x.Verdict
	var silent []Explained
	for number := range x.c.conds {
		cond := &x.c.conds[number]
		if !x.applies(cond, looked, entry) {
			continue
		}
		e := Explained{ConditionInfo: x.c.infos[number], Asked: true}
		e.Result, e.Asked, e.Fact = x.judge(cond, entry)
		if !e.Asked {
			silent = append(silent, e)
			continue
		}
		e.Standard = x.standard(cond, entry)
		if !x.certain || x.group != nil && x.route == nil && x.method == "" {
			e.Result = Unknown
		}
		x.Conditions = append(x.Conditions, e)
		v.Checks = append(v.Checks, Check{number, e.Result})
		if e.Result == Fail && e.Severity == contract.SeverityError && v.Kind != Violation {
			v.Kind, v.Condition = Violation, number
		}
		if e.Result == Unknown {
			x.unknown(cond)
		}
	}
	x.Conditions = append(x.Conditions, silent...)
}

// standard says what the HTTP standard has beside a condition: the sentence that a note is made of, or what it has instead
// of a condition that goes beyond it.
func (x *explainer) standard(cond *condition, entry *contract.Code) string {
	switch {
	case cond.note != nil:
		return "RFC 9110: " + cond.note.Why
	case cond.role == sends || x.c.contract.Source.Standard == "none":
		return ""
	}
	return contract.Laxer(entry.Pattern, cond.check)
}

// applies reports whether a condition belongs to the entry, is an always_when that reaches it, or is a note on its code.
func (x *explainer) applies(cond *condition, looked view, entry *contract.Code) bool {
	id := cond.check.ID
	has := func(checks []contract.Check) bool {
		return slices.ContainsFunc(checks, func(c contract.Check) bool { return c.ID == id })
	}
	switch {
	case cond.note != nil:
		return contract.Covers(cond.note.Codes, x.Verdict.Code) && !entry.States(cond.note)
	case cond.role == onlyWhen:
		return has(entry.OnlyWhen)
	case cond.role == sends:
		return has(entry.Sends)
	case x.route != nil && has(x.route.AlwaysWhen):
		return true
	}
	for _, code := range looked.route {
		if has(code.AlwaysWhen) {
			return true
		}
	}
	for _, code := range looked.page {
		overridden := slices.ContainsFunc(looked.route, func(r contract.Code) bool { return r.Pattern == code.Pattern })
		if has(code.AlwaysWhen) && !overridden {
			return true
		}
	}
	return false
}

// clip shortens what is quoted.
func clip(b []byte) string {
	const longest = 100 // bytes
	if len(b) > longest {
		return string(b[:longest]) + "..."
	}
	return string(b)
}
