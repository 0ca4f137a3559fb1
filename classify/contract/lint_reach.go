package contract

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"httpstatus_exporter/classify/route"
)

// reach finds the entries of a place that no response is ever held against.
func (l *linter) reach(p *Place) {
	used := map[*Code]bool{}
	l.mark(p, used)
	if p.Route == nil && len(l.contract.Routes) > 0 {
		// The page speaks of what no route matches, of methods that a route does not have, and through inheritance.
		expected := slices.Concat(l.contract.Unmatched.Expect, []string{"404", "405", "501"})
		for code := range used {
			if first, last := Range(code.Pattern); !overlaps(expected, first, last) {
				delete(used, code)
			}
		}
		for i := range l.contract.Routes {
			place := l.contract.Place(&l.contract.Routes[i])
			l.mark(&place, used)
		}
	}
	for _, e := range p.Entries {
		switch {
		case e.Inherited:
		case e.Removed:
			first, _ := Range(e.Pattern)
			if p.Route == nil || !l.takesAway(p.Route, e.Pattern) {
				if p.narrowest(first, e.Code) == nil {
					l.add(e.Pos, ruleUnreachable, SeverityWarning, e.Pattern+": null takes nothing away: there is nothing to inherit", "drop the line")
				}
			}
		case !used[e.Code] && !(e.Pattern[0] == '1' && e.Pattern != "101"):
			l.add(e.Pos, ruleUnreachable, SeverityWarning, "the entry "+e.Pattern+" is never looked up: narrower entries cover all of its codes, or no route inherits it",
				"drop it")
		}
	}
}

// takesAway reports whether a route inherits something of that pattern.
func (l *linter) takesAway(r *Route, pattern string) bool {
	return r.Inherit && hasPattern(l.contract.Codes, pattern)
}

// mark notes the entries that win for at least one code that a server can answer.
func (l *linter) mark(p *Place, used map[*Code]bool) {
	var winner [600]*Entry
	for i := range p.Entries {
		e := &p.Entries[i]
		first, last := Range(e.Pattern)
		for code := first; code <= last; code++ {
			if winner[code] == nil || Precision(e.Pattern) > Precision(winner[code].Pattern) {
				winner[code] = e
			}
		}
	}
	for code := 100; code < 600; code++ {
		e := winner[code]
		if e == nil || used[e.Code] || code < 200 && code != 101 && Precision(e.Pattern) < 3 {
			continue
		}
		if Precision(e.Pattern) < 3 && slices.Contains(l.contract.NoResponse, fmt.Sprint(code)) {
			continue
		}
		used[e.Code] = true
	}
}

func overlaps(patterns []string, first, last int) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		a, b := Range(p)
		return a <= last && first <= b
	})
}

// always looks at the always_when conditions that belong to the place: can the demanded code be answered at all?
func (l *linter) always(p *Place) {
	for _, k := range p.AlwaysWhen() {
		if p.Route == nil && len(l.contract.Routes) > 0 {
			continue // the routes decide
		}
		if !p.covers(k.Code) && (p.Route == nil || p.Route.answers(k.Methods)) {
			where := "here"
			if p.Route != nil {
				where = "on " + p.Route.describe()
			}
			l.add(k.Pos, ruleNever, SeverityWarning, fmt.Sprintf("always %s: but %s is not documented %s", k.Code, k.Code, where), "document "+k.Code+", or drop the condition")
		}
		if len(k.Status) > 0 && !patternsMeet(k.Status, k.Code) {
			l.add(k.Pos, ruleNever, SeverityWarning, fmt.Sprintf("always %s among %s answers: %s is not among them", k.Code, list(k.Status), k.Code),
				"add "+k.Code+" to status, or drop status")
		}
		if p.Route != nil {
			l.methodsOf(k, p.Route, ruleUnasked, "the condition "+k.ID+" is never asked")
		}
	}
}

// covers reports whether one of the codes of a comma list of patterns has an entry here.
func (p *Place) covers(patterns string) bool {
	for pattern := range strings.SplitSeq(patterns, ", ") {
		first, last := Range(pattern)
		for code := first; code <= last; code++ {
			if p.Find(code) != nil {
				return true
			}
		}
	}
	return false
}

// patternsMeet reports whether a code of the comma list is covered by one of the patterns.
func patternsMeet(patterns []string, list string) bool {
	for p := range strings.SplitSeq(list, ", ") {
		if first, last := Range(p); overlaps(patterns, first, last) {
			return true
		}
	}
	return false
}

// methodsOf finds methods of a route's own condition that the route does not have. What says what follows where it has
// none of them. Conditions of the page speak of all routes.
func (l *linter) methodsOf(k *Check, r *Route, rule, what string) {
	if len(k.Methods) == 0 || len(r.Methods) == 0 || !l.owns(r, k) {
		return
	}
	var outside []string
	for _, m := range k.Methods {
		if !slices.Contains(r.Methods, m) && !(m == "HEAD" && slices.Contains(r.Methods, "GET")) {
			outside = append(outside, m)
		}
	}
	if len(outside) == 0 {
		return
	}
	s, message := SeverityInfo, fmt.Sprintf("%s asks for %s, which %s does not have", k.ID, list(outside), r.describe())
	if len(outside) == len(k.Methods) {
		s, message = SeverityWarning, message+": "+what
	} else {
		rule = ruleUnasked
	}
	l.add(k.Pos, rule, s, message, "name methods of the route: "+list(r.Methods))
}

// owns reports whether the condition stands at the route.
func (l *linter) owns(r *Route, k *Check) bool {
	same := func(o Check) bool { return o.ID == k.ID }
	if slices.ContainsFunc(r.AlwaysWhen, same) {
		return true
	}
	return slices.ContainsFunc(r.Codes, func(c Code) bool {
		return slices.ContainsFunc(c.OnlyWhen, same) || slices.ContainsFunc(c.AlwaysWhen, same) || slices.ContainsFunc(c.Sends, same)
	})
}

// shadowed finds routes that match what an earlier one matches, though they are written differently: /a//b and /a/b.
func (l *linter) shadowed() {
	seen := map[string]bool{}
	var patterns []route.Pattern
	for i := range l.contract.Routes {
		r := &l.contract.Routes[i]
		if key := strings.ToLower(r.Host) + " " + Shape(r.Template); !seen[key] && r.Host == "" {
			seen[key] = true
			patterns = append(patterns, route.Pattern{Template: r.Template, ID: i})
		}
	}
	for {
		_, err := route.New(patterns)
		var e *route.Error
		if !errors.As(err, &e) {
			return
		}
		r := &l.contract.Routes[patterns[e.Index].ID]
		l.add(r.Pos, ruleShadowed, SeverityWarning, e.Msg, "write one route for both")
		patterns = slices.Delete(patterns, e.Index, e.Index+1)
	}
}

// foreign is a wildcard or a parameter as routers and gateways write it: /*, /:id, {proxy+}, {*rest}, {id:[0-9]+}, {name=**}.
var foreign = regexp.MustCompile(`/(\*+|:\w+)(/|$)|\{[^{}]*[+*:=][^{}]*\}`)

// notation finds them, for what they stand for elsewhere is not what they stand for here.
func (l *linter) notation(r *Route) {
	part := strings.Trim(foreign.FindString(r.Template), "/")
	if part == "" {
		return
	}
	what := "is taken as it is written"
	if part[0] == '{' {
		what = "stands for any one segment, whatever its name says"
	}
	l.add(r.Pos, ruleNotation, SeverityWarning, fmt.Sprintf("%s: %s %s", r.describe(), part, what),
		"a parameter is {name} within one segment; nothing stands for several")
}
