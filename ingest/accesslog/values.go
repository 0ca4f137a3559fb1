package accesslog

import "bytes"

// store puts a value where it belongs.
func (p *Parser) store(g *program, f *part, value []byte, e *Entry) {
	switch f.slot {
	case slotNone:
	case slotStatus:
		e.Status = value
	case slotBytes:
		e.BodyBytes = size(unsigned(value))
	case slotDuration:
		d := duration(unsigned(value), f.unit)
		if f.adds {
			d = sum(e.Duration, d)
		}
		e.Duration = d
	case slotRequest:
		p.request(f, value, e)
	case slotMethod:
		e.Method = present(value)
		if f.escape == escapeHash {
			e.Method = p.unescape(f, e.Method)
		}
	case slotTarget:
		if f.hosted {
			value = value[until(value, '/'):]
		}
		e.Target = p.unescape(f, present(value))
	case slotPath:
		p.path = p.unescape(f, present(value))
		e.Target = p.path
	case slotQuery:
		p.query = p.unescape(f, present(value))
	case slotProtocol:
		e.Protocol = present(value)
	case slotHost:
		e.Host = p.unescape(f, present(value))
	case slotTime:
		e.Time = present(value)
	default:
		p.values[f.slot-slotValue] = p.fact(f, value)
		p.dirty = true
	}
}

// fact returns the value of a condition's fact: nil where the server did not look.
func (p *Parser) fact(f *part, value []byte) []byte {
	switch {
	case f.aborted:
		if len(value) == 1 && value[0] == 'X' {
			return value[:0]
		}
		return value
	case f.conditional && len(value) == 1 && value[0] == '-':
		return nil
	case f.clip > 0:
		return value[:min(int(f.clip), len(value))]
	}
	return p.unescape(f, present(value))
}

// present returns value, empty where the server wrote "-" for an absent one.
func present(value []byte) []byte {
	if len(value) == 1 && value[0] == '-' {
		return value[:0]
	}
	return value
}

// unescape returns value with the server's escapes undone: value itself where there are none.
func (p *Parser) unescape(f *part, value []byte) []byte {
	if f.escape == escapeNone || f.escape == escapeBackslash && bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	return p.undo(f, value)
}

func (p *Parser) undo(f *part, value []byte) []byte {
	start := len(p.scratch)
	switch {
	case f.escape == escapeBackslash:
		p.scratch = appendUnescaped(p.scratch, value)
	case f.escape == escapePercent && bytes.IndexByte(value, '%') >= 0:
		p.scratch = appendDecoded(p.scratch, value)
	case f.escape == escapePercent, bytes.IndexByte(value, '#') < 0:
		return value
	default:
		p.scratch = appendUnhashed(p.scratch, value)
	}
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
	switch g.family {
	case haproxy:
		withoutBadRequest(e)
	case aws:
		asSent(e)
	}
	for _, c := range g.copies {
		p.values[c.to] = p.value(e, c.from)
		p.dirty = true
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
