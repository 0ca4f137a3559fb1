package classify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"httpstatus_exporter/classify/contract"
)

// judge asks one condition. Its parts are ANDed: one that fails decides, else one that is unknown.
func (x *explainer) judge(cond *condition, entry *contract.Code) (result Result, asked bool, fact string) {
	check, code := cond.check, x.Verdict.Code
	scope, scopeFact := x.place(check)
	if cond.role == sends {
		return x.judgeSent(check, scope, scopeFact)
	}
	result, fact = x.facts(check)
	switch {
	case scope == Fail || scope == Unknown && result == Pass || fact == "":
		fact = scopeFact
	case scope == Pass && result == Pass && scopeFact != "":
		fact = scopeFact + "; " + fact
	}
	result = and(scope, result)
	if cond.role == onlyWhen {
		return result, true, fact
	}
	switch {
	case result == Fail:
		return Pass, false, fact
	case result == Unknown:
		return Unknown, true, fact
	}
	answer := fmt.Sprintf("status is %d, documented: always %s", code, check.Code)
	if fact != "" {
		answer = fact + "; " + answer
	}
	return holds(demands(check.Code, code, entry)), true, answer
}

// judgeSent asks a condition of what the response carries: nothing where the place rules it out, and of an unknown place
// nobody can say.
func (x *explainer) judgeSent(check *contract.Check, scope Result, scopeFact string) (result Result, asked bool, fact string) {
	switch {
	case check.Body == contract.Present && x.method == "HEAD":
		return Pass, false, "the response to HEAD has no body"
	case scope == Fail:
		return Pass, false, scopeFact
	case scope == Unknown:
		return Unknown, true, scopeFact
	case check.Body == contract.Present && x.method == "":
		return Unknown, true, "method is unknown, and the response to HEAD has no body"
	}
	result, fact = x.facts(check)
	return result, true, fact
}

func and(a, b Result) Result {
	switch {
	case a == Fail || b == Fail:
		return Fail
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return Pass
}

// place judges the parts that ask for the method, for its being documented, and for the status.
func (x *explainer) place(check *contract.Check) (result Result, fact string) {
	tell := func(r Result, format string, args ...any) {
		if and(result, r) != result || fact == "" {
			fact = fmt.Sprintf(format, args...)
		}
		result = and(result, r)
	}
	if len(check.Methods) > 0 {
		switch x.method {
		case "":
			tell(Unknown, "the method is unknown, documented: %s", strings.Join(check.Methods, ", "))
		default:
			tell(holds(slices.Contains(check.Methods, x.method)), "method is %s, documented: %s", x.method, strings.Join(check.Methods, ", "))
		}
	}
	if check.DocumentedMethod != nil {
		switch {
		case x.group == nil || x.route == nil && x.method == "":
			tell(Unknown, "which methods are documented is unknown without a route")
		default:
			tell(holds((x.route != nil) == *check.DocumentedMethod), "the route documents %s: %v", x.method, x.route != nil)
		}
	}
	if len(check.Status) > 0 {
		tell(holds(contract.Covers(check.Status, x.Verdict.Code)), "status is %d, among: %s", x.Verdict.Code, strings.Join(check.Status, ", "))
	}
	return result, fact
}

// facts judges the parts that ask for what the entry carries.
func (x *explainer) facts(check *contract.Check) (result Result, fact string) {
	oneHolds, oneUnknown := false, false
	tell := func(r Result, format string, args ...any) {
		oneHolds = oneHolds || r == Pass
		oneUnknown = oneUnknown || r == Unknown
		if and(result, r) != result || fact == "" {
			fact = fmt.Sprintf(format, args...)
		}
		result = and(result, r)
	}
	for _, h := range check.RequestHeaders {
		r, what := x.header("req", h)
		tell(r, "%s", what)
	}
	if check.AnyHeader {
		switch {
		case oneHolds:
			result = Pass
		case oneUnknown:
			result = Unknown
		}
	}
	for _, h := range check.ResponseHeaders {
		r, what := x.header("resp", h)
		tell(r, "%s", what)
	}
	if check.Auth != contract.Any {
		value, known := x.value("auth")
		sent := value != "" && value != "0"
		switch {
		case !known:
			tell(Unknown, "whether credentials were sent is not logged")
		default:
			tell(holds(sent == (check.Auth == contract.Present)), "credentials are %s, documented: %s", presence(sent), presence(check.Auth == contract.Present))
		}
	}
	if check.Body != contract.Any {
		switch {
		case x.f.BodyBytes < 0:
			tell(Unknown, "the size of the body is not logged")
		default:
			want := map[contract.Presence]string{contract.Present: "a body", contract.Absent: "no body"}[check.Body]
			tell(holds((x.f.BodyBytes > 0) == (check.Body == contract.Present)), "the body has %d bytes, documented: %s", x.f.BodyBytes, want)
		}
	}
	return result, fact
}

func (x *explainer) header(kind string, h contract.Header) (Result, string) {
	name := contract.HeaderName(h.Name)
	value, known := x.value(kind + "." + h.Name)
	if !known {
		return Unknown, name + " is not logged"
	}
	switch h.Presence {
	case contract.Matches:
		matches, _ := regexp.MatchString(h.Pattern, value)
		return holds(value != "" && matches), fmt.Sprintf("%s is %q, documented: /%s/", name, clip([]byte(value)), h.Pattern)
	case contract.Absent:
		return holds(value == ""), fmt.Sprintf("%s is %s, documented: absent", name, presence(value != ""))
	}
	return holds(value != ""), fmt.Sprintf("%s is %s, documented: present", name, presence(value != ""))
}

func presence(is bool) string {
	if is {
		return "present"
	}
	return "absent"
}

func (x *explainer) value(field string) (value string, known bool) {
	i := slices.Index(x.c.fields, field)
	if i < 0 || i >= len(x.f.Values) || x.f.Values[i] == nil {
		return "", false
	}
	return string(x.f.Values[i]), true
}

// unknown remembers which facts would answer a condition.
func (x *explainer) unknown(cond *condition) {
	add := func(name string) {
		if !slices.Contains(x.Unknown, name) {
			x.Unknown = append(x.Unknown, name)
		}
	}
	for _, field := range fieldsOf(cond.check) {
		if _, known := x.value(field); !known {
			add(field)
		}
	}
	if cond.check.Body != contract.Any && x.f.BodyBytes < 0 {
		add("body")
	}
}
