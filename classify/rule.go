package classify

import (
	"regexp"
	"slices"

	"httpstatus_exporter/classify/contract"
)

// A rule is the verdict on one (route, method, code), but for what only the entry can tell.
type rule struct {
	kind      Kind // before the dynamic conditions are asked
	reason    Reason
	slo       contract.SLO
	condition int32     // the first error condition that fails whatever else the entry says, -1 where there is none
	checks    []Check   // results of all conditions where none is dynamic, in the order of the file
	dynamic   []dynamic // all conditions where one or more is dynamic, else nil
	_         [8]byte   // a rule is a cache line
}

// dynamic is one condition of a rule, with what is already known of it.
type dynamic struct {
	cond     int32
	decided  bool   // result holds whatever the entry says
	antecede bool   // of always_when: parts are the "if", and result is the outcome where they hold
	fatal    bool   // severity error
	result   Result // where all parts hold: Pass, or Unknown where a fact is unknown for every entry
	any      bool   // one part that holds is enough
	parts    []part
}

// part is one question to the entry.
type part struct {
	ask   ask
	field int // index into Facts.Values
	match *regexp.Regexp
}

type ask uint8

const (
	askPresent ask = iota
	askAbsent
	askMatch
	askCredentials // present, and not "0"
	askNoCredentials
	askBody
	askNoBody
)

// evaluate asks every condition, and makes a violation of the first error condition that fails.
func (r *rule) evaluate(f *Facts, v *Verdict) {
	checks := v.own[:0]
	for i := range r.dynamic {
		d := &r.dynamic[i]
		result := d.result
		if !d.decided {
			holds := d.ask(f)
			switch {
			case d.antecede && holds == Fail:
				continue // the condition does not speak of this response
			case holds == Fail:
				result = Fail
			case holds == Unknown:
				result = Unknown
			}
		}
		checks = append(checks, Check{int(d.cond), result})
		if result == Fail && d.fatal && (v.Kind != Violation || int(d.cond) < v.Condition) {
			v.Kind, v.Condition = Violation, int(d.cond)
		}
	}
	v.own, v.Checks = checks, checks
}

// doubt gives the verdict where it is not certain which route the request belongs to: nothing can be called broken.
func (r *rule) doubt(f *Facts, v *Verdict) {
	checks := v.own[:0]
	for _, c := range r.checks {
		checks = append(checks, Check{c.Condition, Unknown})
	}
	for i := range r.dynamic {
		d := &r.dynamic[i]
		if d.decided || !d.antecede || d.ask(f) != Fail {
			checks = append(checks, Check{int(d.cond), Unknown})
		}
	}
	v.own, v.Checks = checks, checks
	if v.Kind == Violation {
		v.Kind, v.Condition = Documented, -1
	}
}

// ask returns Pass where all parts hold, Fail where one does not, else Unknown.
func (d *dynamic) ask(f *Facts) Result {
	result := Pass
	if d.any {
		result = Fail
	}
	for i := range d.parts {
		switch d.parts[i].ask1(f) {
		case Fail:
			if !d.any {
				return Fail
			}
		case Pass:
			if d.any {
				return Pass
			}
		case Unknown:
			result = Unknown
		}
	}
	return result
}

func (p *part) ask1(f *Facts) Result {
	if p.ask >= askBody {
		if f.BodyBytes < 0 {
			return Unknown
		}
		return holds((f.BodyBytes > 0) == (p.ask == askBody))
	}
	if p.field >= len(f.Values) || f.Values[p.field] == nil {
		return Unknown
	}
	value := f.Values[p.field]
	switch p.ask {
	case askPresent:
		return holds(len(value) > 0)
	case askAbsent:
		return holds(len(value) == 0)
	case askMatch:
		return holds(len(value) > 0 && p.match.Match(value))
	}
	none := len(value) == 0 || len(value) == 1 && value[0] == '0'
	return holds(none == (p.ask == askNoCredentials))
}

func holds(b bool) Result {
	if b {
		return Pass
	}
	return Fail
}

// key appends to b[:0] what tells this rule from every other rule of the contract.
func (r *rule) key(b []byte) []byte {
	b = append(b[:0], byte(r.kind), byte(r.reason), byte(r.slo))
	for _, check := range r.checks {
		b = append(b, byte(check.Condition), byte(check.Condition>>8), byte(check.Condition>>16), byte(check.Result))
	}
	b = append(b, 0xff)
	for i := range r.dynamic {
		d := &r.dynamic[i]
		flags := byte(d.result)
		if d.decided {
			flags |= 4
		}
		b = append(b, byte(d.cond), byte(d.cond>>8), byte(d.cond>>16), flags)
	}
	return b
}

// finish settles what needs no entry, and puts the conditions into the order of the file.
func (r *rule) finish() {
	slices.SortFunc(r.dynamic, func(a, b dynamic) int { return int(a.cond - b.cond) })
	r.condition = -1
	asks := false
	for i := range r.dynamic {
		d := &r.dynamic[i]
		asks = asks || !d.decided
		if d.decided && d.result == Fail && d.fatal && r.condition < 0 {
			r.condition = d.cond
			r.kind = Violation
		}
	}
	if asks {
		return
	}
	r.checks, r.dynamic = r.static(), nil
}

// static returns the results of conditions that are all decided.
func (r *rule) static() []Check {
	checks := make([]Check, len(r.dynamic))
	for i := range r.dynamic {
		checks[i] = Check{int(r.dynamic[i].cond), r.dynamic[i].result}
	}
	return checks
}
