package accesslog

import (
	"bytes"
	"slices"
)

// A Parser reads lines of one format. It is not safe for concurrent use; any number of Parsers may share a Format.
type Parser struct {
	programs []program
	current  int // the program that the last entry fitted
	values   [][]byte
	dirty    bool   // values holds some
	scratch  []byte // values with their escapes undone; valid until the next Parse
	path     []byte // see program.joins
	query    []byte
	ends     []int   // of match: where the value of each part begins and ends
	wrapped  []byte  // content of a line that Docker wrapped, its escapes undone; valid until the next Parse
	unwraps  bool    // the format itself is not what a container runtime writes
	found    []found // of parseObject: what stands at each place
	line     uint32  // the number of the line in found, so that nothing of the last one counts
	spare    Entry   // of claimRequest
	w3c      *w3cState
}

// NewParser returns a Parser that reads, beside what every entry has, the fields named: see Format.Fields. A field that
// the format does not log is unknown in every entry.
func (f *Format) NewParser(fields []string) *Parser {
	p := &Parser{values: make([][]byte, len(fields))}
	parts, places := 0, 0
	for _, t := range slices.Concat(f.templates, f.also) {
		g := t.compile(fields)
		p.programs = append(p.programs, g)
		parts = max(parts, len(t.fields))
		if g.object != nil {
			places = max(places, g.object.places)
		}
	}
	p.ends, p.found = make([]int, 2*parts), make([]found, places)
	p.unwraps = !slices.ContainsFunc(f.templates, (*template).wraps)
	if f.ReadsColumns() {
		p.w3c = &w3cState{format: f, asked: fields, given: p.programs}
	}
	return p
}

// Parse reads one line, without its '\n', into e and allocates nothing. With a reason other than None the line is no entry
// and e holds nothing of use.
//
// From the status on a line is read as far as it fits: fields behind that point are unknown where it is cut or goes on in
// another way. Before it, and up to method and target, it must fit.
//
// A line that a container runtime wrapped is read by its content; a piece of one is Partial, for a container.Joiner puts
// the whole into the last piece.
//
// The #Fields directive of a W3C log is a comment, and the lines behind it are read by it: see Begin.
func (p *Parser) Parse(line []byte, e *Entry) Reason {
	if len(line) > 4 && (line[4] == '-' || line[4] == 'g' && line[0] == '{') { // 2006-, {"log
		content, partial := p.unwrap(line)
		if partial {
			return Partial
		}
		if p.w3c != nil && len(content) < len(line) && hasPrefix(content, fieldsDirective) {
			return Comment // see ingest.Header
		}
		line = content
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	reason := p.parse(&p.programs[p.current], line, e)
	if reason == None {
		return None
	}
	for i := range p.programs {
		if i == p.current {
			continue
		}
		switch r := p.parse(&p.programs[i], line, e); {
		case r == None:
			if !p.programs[i].spare {
				p.current = i
			}
			return None
		case p.programs[i].object != nil && r != Malformed: // there is an object, and it says why it is no entry
			reason = r
		}
	}
	if p.w3c != nil && hasPrefix(line, fieldsDirective) {
		p.Begin(line)
		return Comment
	}
	return p.failed(line, e, reason)
}

// parseOther reads a line that is not made of a format's text and fields in turn.
func (p *Parser) parseOther(g *program, line []byte, e *Entry) Reason {
	if g.object != nil {
		return p.parseObject(g, line, e)
	}
	return p.parseColumns(g, line, e)
}

// parse is one long function on purpose: a line costs no more than a handful of calls.
func (p *Parser) parse(g *program, line []byte, e *Entry) Reason {
	p.reset(e)
	if !g.text {
		return p.parseOther(g, line, e)
	}
	if g.header {
		line = line[headerLength(line):]
	}
	if !hasPrefix(line, g.prefix) {
		return Malformed
	}
	if g.client && len(line) > 0 && line[0] == '[' && beginsWithTime(line) {
		return Malformed
	}
	pos, done := len(g.prefix), 0
	if g.isUsual {
		if n := g.readUsual(line, e); n > 0 {
			pos, done = n, usualSteps
		}
	}
	for i := done; i < len(g.steps); i++ {
		s := &g.steps[i]
		if s.mode == modeRun {
			next, reason := p.run(g, s, line, pos, e)
			if next >= 0 {
				pos = next
				continue
			}
			if reason == None {
				break
			}
			if s.needed {
				return reason
			}
		}
		end := s.end(line, pos)
		if end < 0 || !hasPrefix(line[end:], s.rest) || !hasSuffix(line[pos:end], s.pre) {
			if s.final {
				break
			}
			if end < 0 && i > 0 {
				return Truncated
			}
			return Malformed
		}
		switch s.mode {
		case modeSingle:
			p.store(g, &s.parts[0], line[pos:end-len(s.pre)], e)
		case modeMatch:
			if !p.match(g, s.parts, line[pos:end], e) {
				if s.needed {
					return Malformed
				}
				p.storeStamp(g, s, line[pos:end-len(s.pre)], e)
			}
		}
		pos = end + len(s.rest)
	}
	if g.finish {
		p.finish(g, e)
	}
	return None
}

// reset makes e an entry of which nothing is known. It sets each field by itself, which takes a third of the time that
// assigning a whole Entry does.
func (p *Parser) reset(e *Entry) {
	e.Method, e.Target, e.Status = nil, nil, nil
	e.Protocol, e.Host, e.Time = nil, nil, nil
	e.BodyBytes, e.Duration = -1, -1
	e.Values = p.values
	if p.dirty {
		clear(p.values)
		p.dirty = false
	}
	p.scratch, p.path, p.query = p.scratch[:0], nil, nil
}

// end returns the offset of the byte that ends the step, from pos on: the first s.stop that is not escaped. Negative if
// there is none.
func (s *step) end(line []byte, pos int) int {
	if s.stop == 0 {
		return len(line)
	}
	for at := pos; ; {
		i := bytes.IndexByte(line[at:], s.stop)
		if i < 0 {
			return -1
		}
		at += i
		switch {
		case s.bare:
			if hasSuffix(line[pos:at], s.pre) && hasPrefix(line[at:], s.rest) {
				return at
			}
			at++
		case at > pos && line[at-1] == '\\' && escaped(line[pos:at]):
			at++
		case s.pairs && at+1 < len(line) && line[at+1] == '"' && !(hasSuffix(line[pos:at], s.pre) && hasPrefix(line[at:], s.rest)):
			at += 2
		default:
			return at
		}
	}
}

// beginsWithTime reports whether a line that begins with '[' has a time in it and then the request, as Envoy's have, of which
// no format that begins with the client's address knows the fields.
func beginsWithTime(line []byte) bool {
	return hasPrefix(line[until(line, ']'):], `] "`)
}

// escaped reports whether the byte behind b has a backslash that is not itself escaped before it.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}

// hasPrefix and hasSuffix compare short literals, which most are, without a call.
func hasPrefix(b []byte, s string) bool {
	if len(b) < len(s) {
		return false
	}
	if len(s) > 4 {
		return string(b[:len(s)]) == s
	}
	for i := range len(s) {
		if b[i] != s[i] {
			return false
		}
	}
	return true
}

func hasSuffix(b []byte, s string) bool { return len(b) >= len(s) && hasPrefix(b[len(b)-len(s):], s) }
