package contract

import (
	"fmt"
	"slices"
	"strings"
)

// contradictions finds conditions of an entry that nothing can fulfil.
func (l *linter) contradictions(e *Code, r *Route) {
	first, last := Range(e.Pattern)
	var methods []string
	limited := false
	for i := range e.OnlyWhen {
		k := &e.OnlyWhen[i]
		if len(k.Status) > 0 && !overlaps(k.Status, first, last) && e.Pattern[0] != '1' {
			l.add(k.Pos, ruleNever, SeverityWarning, fmt.Sprintf("%s only when the status is %s: it never is", e.Pattern, list(k.Status)),
				"status belongs to always_when")
		}
		if k.DocumentedMethod != nil {
			l.documentedMethod(k, e, r)
		}
		if r != nil {
			l.methodsOf(k, r, ruleNever, e.Pattern+" always breaks it")
		}
		if len(k.Methods) > 0 {
			if limited && len(common(methods, k.Methods)) == 0 {
				l.add(k.Pos, ruleNever, SeverityWarning, fmt.Sprintf("%s only on %s, but also only on %s", e.Pattern, list(methods), list(k.Methods)), "all conditions of only_when must hold: put the methods into one")
			}
			if !limited {
				methods, limited = k.Methods, true
			} else {
				methods = common(methods, k.Methods)
			}
		}
	}
	l.oppositeHeaders(e.OnlyWhen, func(k *Check) []Header { return k.RequestHeaders })
	l.oppositeHeaders(e.Sends, func(k *Check) []Header { return k.ResponseHeaders })
	for i := range e.Sends {
		if k := &e.Sends[i]; k.Body == Present && slices.Contains([]string{"204", "205", "304"}, e.Pattern) {
			l.add(k.Pos, ruleNever, SeverityWarning, e.Pattern+" sends a body: it never has one", "body: empty (RFC 9110, 15.3.5, 15.3.6, 15.4.5)")
		}
	}
}

func (l *linter) documentedMethod(k *Check, e *Code, r *Route) {
	switch {
	case len(l.contract.Routes) == 0:
		l.add(k.Pos, ruleUnasked, SeverityInfo, fmt.Sprintf("%s asks whether the route documents the method, but the contract has no routes: the answer is never known", k.ID),
			"add routes, or openapi: [{file: openapi.yaml}]")
	case r != nil && !*k.DocumentedMethod:
		l.add(k.Pos, ruleNever, SeverityWarning, fmt.Sprintf("%s of %s only when the method is not documented, but these are the codes of documented methods", e.Pattern, r.describe()),
			"move "+e.Pattern+" to the codes of the page")
	}
}

// oppositeHeaders finds a header that two conditions of one list want present and absent.
func (l *linter) oppositeHeaders(checks []Check, of func(*Check) []Header) {
	want := map[string]Presence{}
	for i := range checks {
		for _, h := range of(&checks[i]) {
			was, known := want[h.Name]
			if known && (was == Absent) != (h.Presence == Absent) {
				l.add(checks[i].Pos, ruleNever, SeverityWarning, fmt.Sprintf("%s is asked for and ruled out", HeaderName(h.Name)), "all conditions of one list must hold: drop one")
			}
			want[h.Name] = h.Presence
		}
	}
}

func common(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

type codeMethod struct {
	pattern string
	methods []string
	why     string
}

// codeMethods are the methods that the standard limits a code to. Every other code may answer every method.
var codeMethods = []codeMethod{
	{"206", []string{"GET"}, "Range is defined for GET alone (RFC 9110, 14.2)"},
	{"304", bodyless, "304 answers a conditional GET or HEAD (RFC 9110, 15.4.5)"},
}

// stricter notes conditions that a server may break without breaking the standard: the documented condition holds, but
// somebody should mean it.
func (l *linter) stricter(e *Code) {
	if l.contract.Source.Standard == "none" {
		return
	}
	for i := range e.OnlyWhen {
		k := &e.OnlyWhen[i]
		if k.Severity > SeverityWarning {
			continue
		}
		if what, standard, advice := strictness(e.Pattern, k); what != "" {
			l.add(k.Pos, ruleStricter, SeverityInfo, what+": "+standard, advice)
		}
	}
	for i := range e.AlwaysWhen {
		l.alwaysPartial(&e.AlwaysWhen[i])
	}
}

// strictness says what a condition of only_when limits beyond the standard, what the standard has instead, and what to do
// about it; all are "" where it limits nothing beyond.
func strictness(pattern string, k *Check) (what, standard, advice string) {
	limit := slices.ContainsFunc(codeMethods, func(m codeMethod) bool { return m.pattern == pattern })
	row, registered := registeredPattern(pattern)
	switch {
	case pattern == "401" && k.Auth == Absent:
		return "401 only without credentials", "RFC 9110, 15.5.2 has it for refused credentials too",
			"an expired token breaks the condition: severity: warning, or drop it"
	case pattern == "403" && k.Auth == Present:
		return "403 only with credentials", "RFC 9110, 15.5.4 allows other reasons", "severity: warning, or drop it"
	case registered && len(k.Methods) > 0 && !limit:
		return fmt.Sprintf("%s only on %s", pattern, list(k.Methods)), row.Source + " has no such limit",
			"fine where the documentation means it; else severity: info"
	}
	return "", "", ""
}

// Laxer says what the standard has instead of a condition that goes beyond it: always_when where k demands codes, else
// only_when of the pattern. It is "" where the condition is the standard's own.
func Laxer(pattern string, k *Check) string {
	if k.Code == "" {
		_, standard, _ := strictness(pattern, k)
		return standard
	}
	if demandsPartial(k) {
		return mayIgnoreRange
	}
	return ""
}

const mayIgnoreRange = "a server may ignore Range (RFC 9110, 14.2)"

func registeredPattern(pattern string) (Registration, bool) {
	if Precision(pattern) < 3 {
		return Registration{}, false
	}
	code, _ := Range(pattern)
	return Registered(code)
}

// alwaysPartial notes "always 206 when the request has Range".
func (l *linter) alwaysPartial(k *Check) {
	if !demandsPartial(k) {
		return
	}
	what := "always 206 when the request has Range: " + mayIgnoreRange
	switch k.Severity {
	case SeverityError:
		l.add(k.Pos, ruleStricter, SeverityWarning, what+", and 304, 404, 412, 416 are right answers too", "severity: warning, and status: [2XX]")
	case SeverityWarning:
		l.add(k.Pos, ruleStricter, SeverityInfo, what, "fine where the documentation means it; else severity: info")
	}
}

// demandsPartial reports whether an always_when demands 206 of requests with Range.
func demandsPartial(k *Check) bool {
	return k.Code != DefaultPattern && Covers([]string{k.Code}, 206) &&
		slices.ContainsFunc(k.RequestHeaders, func(h Header) bool { return h.Name == "range" && h.Presence != Absent })
}

// laxer notes 206 and 304 where the standard rules them out.
func (l *linter) laxer(e *Code, r *Route) {
	if l.contract.Source.Standard == "none" {
		return
	}
	for _, m := range codeMethods {
		if m.pattern != e.Pattern {
			continue
		}
		limited := false
		for i := range e.OnlyWhen {
			k := &e.OnlyWhen[i]
			if len(k.Methods) > 0 {
				limited = true
				if outside := slices.DeleteFunc(slices.Clone(k.Methods), func(s string) bool { return slices.Contains(m.methods, s) }); len(outside) > 0 {
					l.add(k.Pos, ruleLaxer, SeverityWarning, fmt.Sprintf("%s is documented for %s", e.Pattern, list(outside)), m.why)
				}
			}
		}
		switch {
		case limited:
		case r == nil || len(r.Methods) == 0:
			l.add(e.Pos, ruleLaxer, SeverityInfo, e.Pattern+" is documented for every method", fmt.Sprintf("only_when: [{method: [%s]}]: %s", strings.Join(m.methods, ", "), m.why))
		case len(common(append(slices.Clone(m.methods), "HEAD"), r.Methods)) == 0:
			l.add(e.Pos, ruleLaxer, SeverityWarning, fmt.Sprintf("%s documents %s", r.describe(), e.Pattern), m.why)
		}
	}
}
