package accesslog

import "bytes"

// A Parser reads lines of one format. It is not safe for concurrent use; any number of Parsers may share a Format.
type Parser struct {
	programs []program
	current  int // the program that the last entry fitted
	values   [][]byte
	scratch  []byte // values with their escapes undone; valid until the next Parse
	path     []byte // see program.joins
	query    []byte
	ends     []int // of match: where the value of each part begins and ends
}

// NewParser returns a Parser that reads, beside what every entry has, the fields named: see Format.Fields. A field that
// the format does not log is unknown in every entry.
func (f *Format) NewParser(fields []string) *Parser {
	p := &Parser{values: make([][]byte, len(fields))}
	parts := 0
	for _, t := range f.templates {
		p.programs = append(p.programs, t.compile(fields))
		parts = max(parts, len(t.fields))
	}
	p.ends = make([]int, 2*parts)
	return p
}

// Parse reads one line, without its '\n', into e and allocates nothing. With a reason other than None the line is no entry
// and e holds nothing of use.
//
// From the status on a line is read as far as it fits: fields behind that point are unknown where it is cut or goes on in
// another way. Before it, and up to method and target, it must fit.
func (p *Parser) Parse(line []byte, e *Entry) Reason {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	reason := p.parse(&p.programs[p.current], line, e)
	if reason == None {
		return None
	}
	for i := range p.programs {
		if i != p.current && p.parse(&p.programs[i], line, e) == None {
			p.current = i
			return None
		}
	}
	return p.failed(line, e, reason)
}

// parse is one long function on purpose: a line costs no more than a handful of calls.
func (p *Parser) parse(g *program, line []byte, e *Entry) Reason {
	p.reset(e)
	if !hasPrefix(line, g.prefix) {
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
			if !p.match(g, s.parts, line[pos:end], e) && s.needed {
				return Malformed
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
	for i := range p.values {
		p.values[i] = nil
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
		case at > pos && line[at-1] == '\\' && escaped(line[pos:at]):
			at++
		case s.pairs && at+1 < len(line) && line[at+1] == '"' && !(hasSuffix(line[pos:at], s.pre) && hasPrefix(line[at:], s.rest)):
			at += 2
		default:
			return at
		}
	}
}

// escaped reports whether the byte behind b has a backslash that is not itself escaped before it.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}

// run reads fields whose values show where they end. It returns where the next step begins: negative without a reason
// where the line is an entry but goes on in another way than the format does.
func (p *Parser) run(g *program, s *step, line []byte, pos int, e *Entry) (next int, reason Reason) {
	if s.result {
		if n := s.readResult(line[pos:], e); n > 0 {
			return pos + n, None
		}
	}
	for i := range s.parts {
		f := &s.parts[i]
		end := pos + f.length(line[pos:])
		value := line[pos:end]
		fits := len(value) > 0 || !f.kind.number()
		whole := fits && hasPrefix(line[end:], f.literal) && (f.literal != "" || end == len(line) || line[end] == ' ')
		switch {
		case whole:
		case end == len(line) && !f.final:
			return -1, Truncated
		case f.slot == slotStatus:
			return -1, Status
		case !f.final:
			return -1, Malformed
		case fits && (end == len(line) || f.literal != "" && line[end] == f.literal[0]):
			p.store(g, f, value, e)
			return -1, None
		default:
			return -1, None
		}
		if f.slot != slotNone {
			p.store(g, f, value, e)
		}
		pos = end + len(f.literal)
	}
	return pos, None
}

// readResult is run for the usual beginning of a step, a status of three digits, a blank and a size, and for nothing else:
// it returns the length of both with the literals behind them, and 0, having done nothing, where run must look closer.
func (s *step) readResult(b []byte, e *Entry) int {
	if len(b) < 5 || b[0]-'0' > 9 || b[1]-'0' > 9 || b[2]-'0' > 9 || b[3] != ' ' {
		return 0
	}
	size, n := int64(0), 4
	for ; n < len(b) && n < 4+18; n++ {
		c := b[n] - '0'
		if c > 9 {
			break
		}
		size = size*10 + int64(c)
	}
	literal := s.parts[1].literal
	if n == 4 || literal == "" || !hasPrefix(b[n:], literal) {
		return 0
	}
	e.Status, e.BodyBytes = b[:3], size
	return n + len(literal)
}

// length returns how many bytes of b are the part's value.
func (f *part) length(b []byte) int {
	switch f.kind {
	case kindStatus:
		return statusLength(b)
	case kindInteger:
		return integerLength(b)
	case kindDecimal:
		return decimalLength(b)
	case kindMethod:
		return methodLength(b)
	case kindList:
		return listLength(b)
	case kindStamp:
		return stampLength(b)
	case kindProtocol:
		return protocolLength(b)
	}
	return until(b, ' ')
}

func until(b []byte, c byte) int {
	if i := bytes.IndexByte(b, c); i >= 0 {
		return i
	}
	return len(b)
}

// maxListWords is how many words a list may have: as many as upstreams that one request is tried with. Without it a value
// that a client made of commas and blanks would be looked through from each of its blanks.
const maxListWords = 64

// listLength returns the length of the words with ", " or " : " between them that b begins with.
func listLength(b []byte) int {
	n := until(b, ' ')
	for range maxListWords - 1 {
		rest := b[n:]
		switch {
		case n > 0 && b[n-1] == ',' && len(rest) > 0:
			n++
		case hasPrefix(rest, " : "):
			n += len(" : ")
		default:
			return n
		}
		n += until(b[n:], ' ')
	}
	return n
}

// store puts a value where it belongs.
func (p *Parser) store(g *program, f *part, value []byte, e *Entry) {
	switch f.slot {
	case slotNone:
	case slotStatus:
		e.Status = value
	case slotBytes:
		e.BodyBytes = size(value)
	case slotDuration:
		e.Duration = duration(value, f.unit)
	case slotRequest:
		p.request(g, value, e)
	case slotMethod:
		e.Method = present(value)
	case slotTarget:
		if f.hosted {
			value = value[until(value, '/'):]
		}
		e.Target = p.unescape(g, present(value))
	case slotPath:
		p.path = p.unescape(g, present(value))
		e.Target = p.path
	case slotQuery:
		p.query = p.unescape(g, present(value))
	case slotProtocol:
		e.Protocol = present(value)
	case slotHost:
		e.Host = p.unescape(g, present(value))
	case slotTime:
		e.Time = present(value)
	default:
		p.values[f.slot-slotValue] = p.fact(g, f, value)
	}
}

// fact returns the value of a condition's fact: nil where the server did not look.
func (p *Parser) fact(g *program, f *part, value []byte) []byte {
	switch {
	case f.aborted:
		if len(value) == 1 && value[0] == 'X' {
			return value[:0]
		}
		return value
	case f.conditional && len(value) == 1 && value[0] == '-':
		return nil
	}
	return p.unescape(g, present(value))
}

// present returns value, empty where the server wrote "-" for an absent one.
func present(value []byte) []byte {
	if len(value) == 1 && value[0] == '-' {
		return value[:0]
	}
	return value
}

// unescape returns value with the server's escapes undone: value itself where there are none.
func (p *Parser) unescape(g *program, value []byte) []byte {
	if g.raw || bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	start := len(p.scratch)
	p.scratch = appendUnescaped(p.scratch, value)
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// finish does what can only be done when all fields are read: it makes the target of path and query, and gives a value to
// each name that shares a field with another.
func (p *Parser) finish(g *program, e *Entry) {
	if g.joins && len(p.query) > 0 {
		start := len(p.scratch)
		p.scratch = append(p.scratch, p.path...)
		if g.query {
			p.scratch = append(p.scratch, '?')
		}
		p.scratch = append(p.scratch, p.query...)
		e.Target = p.scratch[start:]
	}
	for _, c := range g.copies {
		p.values[c.to] = p.value(e, c.from)
	}
}

func (p *Parser) value(e *Entry, s slot) []byte {
	switch s {
	case slotHost:
		return e.Host
	case slotTime:
		return e.Time
	case slotProtocol:
		return e.Protocol
	case slotStatus:
		return e.Status
	}
	if s >= slotValue {
		return p.values[s-slotValue]
	}
	return nil
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
