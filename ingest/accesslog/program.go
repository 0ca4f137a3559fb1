package accesslog

import "time"

// A program is how a Parser reads lines of one template: steps from left to right, up to the last field that somebody
// uses. Each step ends at a byte that no value can hold (template.exact), or at the end of the line.
type program struct {
	text    bool   // lines have prefix and steps; else object or columns says how to read them
	prefix  string // what each line begins with
	steps   []step
	copies  []alias
	raw     bool    // values have no escapes to undo
	isUsual bool    // see usual
	client  bool    // each line begins with a word, the client's address in most formats, and more before the first mark
	finish  bool    // something is to be done when all fields are read
	joins   bool    // the target is to be made of path and query
	query   bool    // and the "?" is to be set between them
	header  bool    // a syslog header may stand before each line
	spare   bool    // see template.spare
	object  *object // of lines that hold a JSON object
	columns []part  // of lines that consist of columns; not nil, though there may be none
	family  family
}

// A mode is how a step reads its fields.
type mode uint8

const (
	modeSkip   mode = iota // no field of it is used: go to its end
	modeSingle             // one field, all there is up to the end
	modeRun                // fields that show themselves where they end
	modeMatch              // any fields: see program.match
)

type step struct {
	mode   mode
	stop   byte   // the byte that ends the step; 0 is the end of the line
	pre    string // what stands between the last field and stop
	rest   string // what stands from stop on, up to the next field
	parts  []part
	result bool // it begins with status, blank, size: see step.readResult
	pairs  bool // two quotes in it may be a value: see field.pairs
	bare   bool // no backslash escapes stop; one that does not fit pre and rest is part of a value

	// needed says that a line that does not fit here is no entry; otherwise the fields of this step are unknown. final says
	// that no step from here on is needed.
	needed, final bool
}

// A part is a field in a step, with the literal behind it.
type part struct {
	kind        kind
	slot        slot
	final       bool // neither this nor a later field is needed for an entry
	conditional bool
	aborted     bool
	hosted      bool
	adds        bool
	clip        uint8
	escape      escaping
	literal     string
	find        []byte // literal
	unit        time.Duration
}

// A slot is where a value goes.
type slot int

const (
	slotNone slot = iota
	slotStatus
	slotBytes
	slotDuration
	slotRequest
	slotMethod
	slotTarget
	slotPath
	slotQuery
	slotProtocol
	slotHost
	slotTime
	slotMessage // see object.messages
	slotLogger  // see object.loggers
	slotValue   // and those above it: Entry.Values
)

// An alias gives Entry.Values[to] what another slot has.
type alias struct {
	from slot
	to   int
}

// compile plans how to read the fields that each entry has and the ones asked for.
func (t *template) compile(fields []string) program {
	if t.object {
		return t.compileObject(fields)
	}
	if t.columns {
		return t.compileColumns(fields)
	}
	p := program{text: true, prefix: t.literals[0], raw: !t.exact, family: t.family, header: t.family.hasHeader(), spare: t.spare}
	p.client = t.family <= apache && p.prefix == "" && t.fields[0].kind == kindWord && t.fields[0].role != roleTime && t.mark(t.literals[1]) < 0
	slots := make([]slot, len(t.fields))
	p.base(t, slots)
	for i, name := range fields {
		p.want(t, slots, name, i)
	}
	lastNeeded, lastUsed := -1, -1
	for i, s := range slots {
		switch s {
		case slotStatus, slotRequest, slotMethod, slotTarget, slotPath, slotQuery:
			lastNeeded = i
		}
		if s != slotNone {
			lastUsed = i
		}
	}
	lastNeeded = max(lastNeeded, t.strict-1)
	for from := 0; from <= max(lastUsed, lastNeeded); {
		to := t.group(from)
		p.steps = append(p.steps, t.step(slots, from, to, lastNeeded))
		from = to
	}
	p.isUsual = t.family <= apache && p.usual()
	p.finish = p.joins || len(p.copies) > 0 || t.family == haproxy || t.family == aws
	return p
}

// base gives slots to the fields that are read from every line. Of the request line and the target by itself the first in
// the format counts.
func (p *program) base(t *template, slots []slot) {
	set := func(r role, s slot) bool {
		i := t.best(r)
		if i >= 0 {
			slots[i] = s
		}
		return i >= 0
	}
	set(roleStatus, slotStatus)
	set(roleBytes, slotBytes)
	if set(roleDuration, slotDuration) {
		for i := range t.fields {
			if t.fields[i].adds {
				slots[i] = slotDuration
			}
		}
	}
	request, target := t.best(roleRequest), t.best(roleTarget)
	switch {
	case request >= 0 && (target < 0 || request < target):
		set(roleRequest, slotRequest)
		return
	case !set(roleMethod, slotMethod):
		set(roleRequest, slotRequest)
	}
	if !set(roleTarget, slotTarget) && set(rolePath, slotPath) {
		p.joins = set(roleQuery, slotQuery)
		p.query = p.joins && t.fields[t.best(roleQuery)].separator
	}
}

// want gives a slot to the field that Values[i] is to have.
func (p *program) want(t *template, slots []slot, name string, i int) {
	special := func(r role, s slot) {
		if at := t.best(r); at >= 0 && slots[at] == slotNone {
			slots[at] = s
		}
		p.copies = append(p.copies, alias{s, i})
	}
	switch name {
	case "host":
		special(roleHost, slotHost)
	case "time":
		special(roleTime, slotTime)
	case "protocol":
		if t.best(roleProtocol) < 0 && t.best(roleRequest) >= 0 {
			slots[t.best(roleRequest)] = slotRequest
		}
		special(roleProtocol, slotProtocol)
	default:
		at := t.fact(name)
		switch {
		case at < 0:
		case slots[at] == slotNone && at == t.best(roleHost): // may be asked for as the host, too
			special(roleHost, slotHost)
		case slots[at] == slotNone:
			slots[at] = slotValue + slot(i)
		default:
			p.copies = append(p.copies, alias{slots[at], i})
		}
	}
}

// group returns the index behind the last field of the step that begins with field from.
func (t *template) group(from int) int {
	for _, cut := range t.cuts {
		if cut > from {
			return cut
		}
	}
	if t.cuts != nil {
		return len(t.fields)
	}
	for i := from; i < len(t.fields); i++ {
		if t.mark(t.literals[i+1]) >= 0 {
			return i + 1
		}
	}
	return len(t.fields)
}

// step makes the step for the fields from up to, not including, to.
func (t *template) step(slots []slot, from, to, lastNeeded int) step {
	s := step{final: from > lastNeeded, bare: t.family == haproxy || t.family == traefik}
	closing := t.literals[to]
	s.pre = closing
	if at := t.mark(closing); at >= 0 {
		s.stop, s.pre, s.rest = closing[at], closing[:at], closing[at:]
	}
	used := 0
	runs := true
	for i := from; i < to; i++ {
		f := t.fields[i]
		if !t.exact {
			f.escape = escapeNone
		}
		literal := t.literals[i+1]
		if slots[i] != slotNone {
			used++
			s.needed = s.needed || i <= lastNeeded && slots[i] <= slotQuery && slots[i] != slotBytes && slots[i] != slotDuration
		}
		s.needed = s.needed || i < t.strict
		s.bare = s.bare && f.escape != escapeBackslash
		s.pairs = s.pairs || f.pairs
		runs = runs && f.shows(literal)
		if i == to-1 {
			literal = s.pre
		}
		s.parts = append(s.parts, part{
			kind: f.kind, slot: slots[i], literal: literal, find: []byte(literal), unit: f.unit, final: i > lastNeeded,
			conditional: f.conditional, aborted: f.aborted, hosted: f.hosted, adds: f.adds, clip: f.clip, escape: f.escape,
		})
	}
	switch last := &s.parts[len(s.parts)-1]; {
	case used == 0 && from >= t.strict:
		s.mode = modeSkip
	case len(s.parts) == 1 && s.stop != 0 && s.pre == "" && !last.kind.number():
		s.mode = modeSingle
	case runs:
		s.mode = modeRun
		last.literal = closing
		s.result = len(s.parts) == 2 && s.parts[0].slot == slotStatus && s.parts[0].literal == " " && s.parts[1].slot == slotBytes
	case len(s.parts) == 1:
		s.mode = modeSingle
	default:
		s.mode = modeMatch
	}
	return s
}

// shows reports whether the end of the field's value can be told from the value alone, given the literal behind it.
func (f *field) shows(literal string) bool {
	switch f.kind {
	case kindStatus, kindInteger, kindDecimal, kindStamp, kindProtocol, kindSigned, kindPiece, kindBlocks:
		return true
	case kindPhrase:
		return literal != "" && literal[0] == '"'
	case kindMethod:
		return literal != "" && !isMethodByte(literal[0])
	case kindWord, kindList:
		return literal != "" && (literal[0] == ' ' || literal[0] == '\t')
	}
	return false
}
