package classify

import (
	"cmp"
	"regexp"
	"slices"

	"httpstatus_exporter/classify/contract"
)

// role is the direction of a condition.
type role uint8

const (
	onlyWhen role = iota
	alwaysWhen
	sends
)

// condition is one condition of the contract, or a note of the standard, ready for the rules to refer to.
type condition struct {
	check *contract.Check
	role  role
	parts []part
	note  *contract.Note // nil for the contract's own
}

// numberConditions gives every condition that is not off its number, in the order of the file, the standard's notes last.
// It returns the numbers by id.
func (c *Classifier) numberConditions() (map[string]int, error) {
	var all []condition
	codes := map[string][]string{} // patterns by id
	first := map[string]*contract.Check{}
	var conflict error
	add := func(checks []contract.Check, role role, patterns ...string) {
		for i := range checks {
			check := &checks[i]
			if other := first[check.ID]; other != nil && !other.Equal(check) && conflict == nil {
				conflict = conflictError(other.Pos, check.Pos, check.ID)
			}
			for _, p := range patterns {
				if !slices.Contains(codes[check.ID], p) {
					codes[check.ID] = append(codes[check.ID], p)
				}
			}
			if first[check.ID] == nil {
				first[check.ID] = check
				all = append(all, condition{check: check, role: role})
			}
		}
	}
	addCodes := func(list []contract.Code) {
		for i := range list {
			e := &list[i]
			add(e.OnlyWhen, onlyWhen, e.Pattern)
			add(e.AlwaysWhen, alwaysWhen, e.Pattern)
			add(e.Sends, sends, e.Pattern)
		}
	}
	addCodes(c.contract.Codes)
	for i := range c.contract.Routes {
		r := &c.contract.Routes[i]
		addCodes(r.Codes)
		for j := range r.AlwaysWhen {
			add(r.AlwaysWhen[j:j+1], alwaysWhen, r.AlwaysWhen[j].Code)
		}
	}
	if conflict != nil {
		return nil, conflict
	}
	files := fileOrder(all)
	slices.SortStableFunc(all, func(a, b condition) int {
		p, q := a.check.Pos, b.check.Pos
		return cmp.Or(cmp.Compare(files[p.File], files[q.File]), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
	})
	notes := c.contract.Notes()
	for i := range notes {
		n := &notes[i]
		if first[n.Check.ID] == nil { // else the contract says it in its own way
			role := onlyWhen
			if n.Sends {
				role = sends
			}
			codes[n.Check.ID] = n.Codes
			all = append(all, condition{check: &n.Check, role: role, note: n})
		}
	}
	numbers := map[string]int{}
	for _, cond := range all {
		if cond.check.Severity == contract.SeverityOff {
			continue
		}
		numbers[cond.check.ID] = len(c.conds)
		c.conds = append(c.conds, cond)
		c.infos = append(c.infos, describe(&cond, codes[cond.check.ID]))
	}
	c.numberFields()
	return numbers, nil
}

// fileOrder numbers the files that conditions come from: the contract's own first, as it stands first.
func fileOrder(all []condition) map[string]int {
	files := map[string]int{}
	for _, cond := range all {
		if _, known := files[cond.check.Pos.File]; !known {
			files[cond.check.Pos.File] = len(files)
		}
	}
	return files
}

func describe(cond *condition, codes []string) ConditionInfo {
	info := ConditionInfo{
		ID:       cond.check.ID,
		Severity: cond.check.Severity,
		Pos:      cond.check.Pos,
		Fields:   fieldsOf(cond.check),
		Body:     cond.check.Body != contract.Any,
		Method:   len(cond.check.Methods) > 0 || cond.check.DocumentedMethod != nil,
		Routes:   cond.check.DocumentedMethod != nil,
		Codes:    codes,
	}
	if cond.note != nil {
		info.Standard = cond.note.Why
	}
	return info
}

// fieldsOf names the facts that a condition asks for.
func fieldsOf(check *contract.Check) []string {
	var fields []string
	for _, h := range check.RequestHeaders {
		fields = append(fields, "req."+h.Name)
	}
	if check.Auth != contract.Any {
		fields = append(fields, "auth")
	}
	for _, h := range check.ResponseHeaders {
		fields = append(fields, "resp."+h.Name)
	}
	return fields
}

// numberFields lists the facts of all conditions, and compiles their questions.
func (c *Classifier) numberFields() {
	for i := range c.conds {
		c.fields = append(c.fields, fieldsOf(c.conds[i].check)...)
	}
	c.fields = append(c.fields, originFacts[:]...)
	slices.Sort(c.fields)
	c.fields = slices.Compact(c.fields)
	for i := range c.conds {
		c.conds[i].parts = c.questions(c.conds[i].check)
	}
}

func (c *Classifier) questions(check *contract.Check) []part {
	field := func(name string) int { return slices.Index(c.fields, name) }
	var parts []part
	for _, h := range check.RequestHeaders {
		parts = append(parts, headerPart(h, field("req."+h.Name)))
	}
	for _, h := range check.ResponseHeaders {
		parts = append(parts, headerPart(h, field("resp."+h.Name)))
	}
	switch check.Auth {
	case contract.Present:
		parts = append(parts, part{ask: askCredentials, field: field("auth")})
	case contract.Absent:
		parts = append(parts, part{ask: askNoCredentials, field: field("auth")})
	}
	switch check.Body {
	case contract.Present:
		parts = append(parts, part{ask: askBody})
	case contract.Absent:
		parts = append(parts, part{ask: askNoBody})
	}
	return parts
}

func headerPart(h contract.Header, field int) part {
	switch h.Presence {
	case contract.Absent:
		return part{ask: askAbsent, field: field}
	case contract.Matches:
		return part{ask: askMatch, field: field, match: regexp.MustCompile(h.Pattern)}
	}
	return part{ask: askPresent, field: field}
}

// place is where a condition is asked: what is known of every entry that leads to the rule.
type place struct {
	method     string // "" where unknown
	code       int
	documented Result // whether the route has the method: Pass, Fail, Unknown
}

// known returns what the place alone says of a condition's method, documented_method and status.
func (p *place) known(check *contract.Check) Result {
	result := Pass
	also := func(r Result) {
		if r == Fail || r == Unknown && result == Pass {
			result = r
		}
	}
	if len(check.Methods) > 0 {
		if p.method == "" {
			also(Unknown)
		} else {
			also(holds(slices.Contains(check.Methods, p.method)))
		}
	}
	if check.DocumentedMethod != nil {
		switch {
		case p.documented == Unknown:
			also(Unknown)
		default:
			also(holds((p.documented == Pass) == *check.DocumentedMethod))
		}
	}
	if len(check.Status) > 0 {
		also(holds(contract.Covers(check.Status, p.code)))
	}
	return result
}

// at returns what a rule holds of the condition in one place; ok is false where it does not speak of that place. Demanded
// says, for always_when, whether the code is the one that it demands.
func (cond *condition) at(number int, p *place, demanded bool) (d dynamic, ok bool) {
	d = dynamic{
		cond:  int32(number),
		fatal: cond.check.Severity == contract.SeverityError,
		any:   cond.check.AnyHeader,
		parts: cond.parts,
	}
	known := p.known(cond.check)
	switch cond.role {
	case onlyWhen:
		d.result, d.decided = known, known == Fail || len(cond.parts) == 0
	case alwaysWhen:
		d.antecede = true
		d.result, d.decided = known, len(cond.parts) == 0
		if known == Pass {
			d.result = holds(demanded)
		}
		return d, known != Fail
	case sends:
		if cond.check.Body == contract.Present { // the answer to HEAD never has a body
			switch p.method {
			case "HEAD":
				return d, false
			case "":
				known = and(known, Unknown)
			}
		}
		if known == Fail {
			return d, false
		}
		d.result, d.decided = known, known == Unknown || len(cond.parts) == 0
	}
	return d, true
}
