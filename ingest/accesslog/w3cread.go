package accesslog

import (
	"bytes"
	"slices"
	"time"
)

// Layouts of the two columns date and time, with the separator between them.
const (
	w3cLayout = "2006-01-02 15:04:05"
	w3cTabbed = "2006-01-02\t15:04:05"
	w3cDate   = len("2006-01-02")
)

// A w3cState is what a Parser needs to follow the directives in a log.
type w3cState struct {
	format    *Format
	asked     []string // see Format.NewParser
	given     []program
	directive []byte // in force; empty where the log has none, and the format's columns count
}

// Begin says by which #Fields directive the next lines are to be read, those of another stretch of the log or of another log:
// ingest.Block.Fields; nil is none, and the columns count that the format names. With other columns than those of the last
// directive it allocates. Formats that are no W3C log do not care.
//
// Lines behind a directive that cannot be read, or has no sc-status, are no entries.
func (p *Parser) Begin(directive []byte) {
	s := p.w3c
	if s == nil {
		return
	}
	directive = bytes.TrimSuffix(directive, []byte("\r"))
	if bytes.Equal(directive, s.directive) {
		return
	}
	s.directive = append(s.directive[:0], directive...)
	p.programs, p.current = s.given, 0
	if len(directive) == 0 {
		return
	}
	p.programs = slices.DeleteFunc(slices.Clone(s.given), func(g program) bool { return g.columns != nil })
	p.current = len(p.programs)
	own := program{columns: []part{}}
	if t, err := w3cTemplate(string(directive)); err == nil {
		if s.format.name == "auto" {
			t.withoutAmounts()
		}
		own = t.compileColumns(s.asked)
	}
	p.programs = append(p.programs, own)
}

// Directive returns the #Fields directive in force, for Begin; it is valid until the next one.
func (p *Parser) Directive() []byte {
	if p.w3c == nil {
		return nil
	}
	return p.w3c.directive
}

// Time returns the time of a line that is an entry, for Format.ParseTime: of a W3C log the date and time that it begins with,
// whichever directive was in force there. It is nil where the line does not tell.
func (p *Parser) Time(line []byte, e *Entry) []byte {
	if p.w3c != nil && dateLength(line) > 0 && len(line) > w3cDate && (line[w3cDate] == ' ' || line[w3cDate] == '\t') {
		if n := clockLength(line[w3cDate+1:]); n > 0 {
			return line[:w3cDate+1+n]
		}
	}
	if p.Parse(line, e) != None {
		return nil
	}
	return e.Time
}

// readsColumns reports whether the lines are expected to be those of a W3C log.
func (p *Parser) readsColumns() bool {
	return p.w3c != nil && (len(p.w3c.directive) > 0 || p.programs[0].columns != nil)
}

// compileColumns plans how to read the fields that each entry has and the ones asked for from lines that consist of columns.
func (t *template) compileColumns(fields []string) program {
	p := program{family: t.family, raw: true}
	slots := make([]slot, len(t.fields))
	p.base(t, slots)
	for i, name := range fields {
		p.want(t, slots, name, i)
	}
	p.columns = make([]part, len(t.fields))
	for i, f := range t.fields {
		p.columns[i] = part{kind: f.kind, slot: slots[i], unit: f.unit, escape: f.escape}
	}
	p.finish = p.joins || len(p.copies) > 0
	return p
}

// parseColumns reads a line that has exactly the program's columns, with one tab or one blank between two of them, as the first
// separator in the line is. Servers write neither into a value but in quotes: IIS writes a plus for a blank, CloudFront %20. So a
// line in which the separators alone make the right number of columns is read by them, quotes or not, and a client's quote
// changes nothing; where they make more, what is in quotes is looked at.
//
// A line with another number of columns, or with something else in a column of dates or numbers, is none of these columns.
func (p *Parser) parseColumns(g *program, line []byte, e *Entry) Reason {
	separator := byte(' ')
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		separator = line[i]
	}
	reason := p.readColumns(g, line, separator, false, e)
	if reason != None && bytes.IndexByte(line, '"') >= 0 {
		p.reset(e)
		reason = p.readColumns(g, line, separator, true, e)
	}
	if reason == None && g.finish {
		p.finish(g, e)
	}
	return reason
}

func (p *Parser) readColumns(g *program, line []byte, separator byte, quotes bool, e *Entry) Reason {
	pos := 0
	for i := range g.columns {
		f := &g.columns[i]
		if pos > len(line) { // the line has ended
			if e.Status == nil {
				return Truncated
			}
			return Malformed
		}
		end := pos + columnLength(line[pos:], separator, quotes)
		value, quoted := unquoted(line[pos:end])
		if !f.holds(value) {
			if f.slot == slotStatus && bytes.Count(line, []byte{separator}) == len(g.columns)-1 {
				return Status
			}
			return Malformed
		}
		switch f.slot {
		case slotNone:
		case slotTime: // of two columns
			e.Time = line[pos:min(len(line), end+1+clockLength(line[min(len(line), end+1):]))]
		case slotDuration:
			e.Duration = duration(value, f.unitOf(value))
		default:
			if quoted {
				value = p.withoutPairs(value)
			}
			p.store(g, f, value, e)
		}
		pos = end + 1
	}
	if pos != len(line)+1 || len(g.columns) == 0 {
		return Malformed
	}
	return None
}

// columnLength returns the length of the column that b begins with. In quotes a separator is part of the value, and two quotes
// stand for one.
func columnLength(b []byte, separator byte, quotes bool) int {
	if !quotes || len(b) == 0 || b[0] != '"' {
		return until(b, separator)
	}
	for n := 1; n < len(b); n++ {
		if b[n] != '"' {
			continue
		}
		if n+1 == len(b) || b[n+1] == separator {
			return n + 1
		}
		if b[n+1] == '"' {
			n++
		}
	}
	return len(b)
}

// unquoted returns a value without the quotes around it.
func unquoted(b []byte) (value []byte, quoted bool) {
	if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' {
		return b[1 : n-1], true
	}
	return b, false
}

// withoutPairs returns what stood in quotes with one quote for each two.
func (p *Parser) withoutPairs(b []byte) []byte {
	if bytes.IndexByte(b, '"') < 0 {
		return b
	}
	start := len(p.scratch)
	for i := 0; i < len(b); i++ {
		p.scratch = append(p.scratch, b[i])
		if b[i] == '"' && i+1 < len(b) && b[i+1] == '"' {
			i++
		}
	}
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// holds reports whether all of b is what the column has: any text, or a number, a status, a date.
func (f *part) holds(b []byte) bool {
	switch f.kind {
	case kindText, kindWord, kindProtocol:
		return true
	}
	return len(b) > 0 && f.length(b) == len(b)
}

// unitOf returns what 1 is in a duration: a fraction is one of seconds, as the draft wants them, for IIS writes none.
func (f *part) unitOf(value []byte) time.Duration {
	if bytes.IndexByte(value, '.') >= 0 {
		return time.Second
	}
	return f.unit
}

// dateLength returns the length of the date, as in 2006-01-02, that b begins with; 0 if there is none.
func dateLength(b []byte) int {
	if len(b) < w3cDate || digits(b[:4]) != 4 || b[4] != '-' || digits(b[5:7]) != 2 || b[7] != '-' || digits(b[8:w3cDate]) != 2 {
		return 0
	}
	return w3cDate
}

// clockLength returns the length of the time of day that b begins with, as in 15:04, 15:04:05 or 15:04:05.999; 0 if there is none.
func clockLength(b []byte) int {
	const short, long = len("15:04"), len("15:04:05")
	if len(b) < short || digits(b[:2]) != 2 || b[2] != ':' || digits(b[3:short]) != 2 {
		return 0
	}
	if len(b) < long || b[short] != ':' || digits(b[short+1:long]) != 2 {
		return short
	}
	if len(b) > long+1 && b[long] == '.' {
		if n := digits(b[long+1:]); n > 0 {
			return long + 1 + n
		}
	}
	return long
}
