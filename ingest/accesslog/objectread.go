package accesslog

import "bytes"

// A found is what stands at a place of an object.
type found struct {
	text []byte // borrowed from the line; of a string what stands between its quotes
	line uint32 // the number of the line, by Parser.line, that it was found in
	kind foundKind
}

type foundKind uint8

const (
	foundNothing foundKind = iota
	foundString
	foundToken // a number, true, false; servers also write - and 009, which are no JSON
	foundNull
	foundEmptyList
	foundOther // an object, or an array whose first element is one
)

// What the reading functions return instead of an offset.
const (
	cut    = -1 // the line ends within the object
	broken = -2 // it goes on as no object does
)

// begin returns the offset of the object in line, -1 where there is none. What a syslog daemon or a container's runtime puts
// before it has no quote: text with quotes before a brace is a request or a message in which a client wrote the object.
func (o *object) begin(line []byte) int {
	at := bytes.IndexByte(line, '{')
	if at <= 0 {
		return at
	}
	for {
		next := blanks(line, at+1)
		if next < len(line) && (line[next] == '"' || line[next] == '}') {
			break
		}
		i := bytes.IndexByte(line[at+1:], '{')
		if i < 0 {
			return -1
		}
		at += 1 + i
	}
	if bytes.IndexByte(line[:at], '"') >= 0 || bytes.IndexByte(line[:at], '\\') >= 0 {
		return -1
	}
	return at
}

// members reads the members of the object whose brace stands before pos, and notes the values that are used. It returns the
// offset behind the closing brace.
func (p *Parser) members(n *node, line []byte, pos int) int {
	for i := 0; ; i++ {
		m := &n.order[min(i, len(n.order)-1)]
		if m.is(line, pos) {
			pos += int(m.length)
		} else if at := objectEnd(line, pos); at > 0 {
			return at
		} else if pos = p.name(n, m, line, pos, i == 0); pos < 0 {
			return pos
		}
		if line[pos] <= ' ' {
			if pos = blanks(line, pos); pos == len(line) {
				return cut
			}
		}
		switch {
		case m.edge != nil:
			pos = p.note(m.edge, line, pos)
		case line[pos] == '"':
			end := stringEnd(line, pos+1)
			if end < 0 {
				return end
			}
			pos = end + 1
		default:
			pos = skip(line, pos)
		}
		if pos < 0 {
			return pos
		}
	}
}

// objectEnd returns the offset behind the brace that ends the object at pos, 0 if it goes on.
func objectEnd(line []byte, pos int) int {
	if pos = blanks(line, pos); pos < len(line) && line[pos] == '}' {
		return pos + 1
	}
	return 0
}

// name reads what stands before a value, of the first member from the brace on, of others from the end of the last value on,
// makes m of it and returns the offset of the value.
func (p *Parser) name(n *node, m *member, line []byte, from int, first bool) int {
	pos := blanks(line, from)
	if !first {
		if pos < len(line) && line[pos] != ',' {
			return broken
		}
		pos = blanks(line, pos+1)
	}
	if pos >= len(line) {
		return cut
	}
	if line[pos] != '"' {
		return broken
	}
	end := stringEnd(line, pos+1)
	if end < 0 {
		return end
	}
	name := line[pos+1 : end]
	if pos = blanks(line, end+1); pos < len(line) && line[pos] != ':' {
		return broken
	}
	if pos = blanks(line, pos+1); pos >= len(line) {
		return cut
	}
	if bytes.IndexByte(name, '\\') >= 0 {
		m.length, m.edge = 0, n.find(p.unescaped(name))
	} else {
		m.learn(line[from:pos], n.find(name))
	}
	return pos
}

// unescaped returns text with its escapes undone.
func (p *Parser) unescaped(text []byte) []byte {
	start := len(p.scratch)
	p.scratch = appendUnescaped(p.scratch, text)
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// at returns what the line has at a place, nil if nothing.
func (p *Parser) at(place int) *found {
	if v := &p.found[place]; v.line == p.line {
		return v
	}
	return nil
}

// note notes the value at pos, and those within it, and returns the offset behind it. A name that stands there again
// makes undone what it first held.
func (p *Parser) note(e *edge, line []byte, pos int) int {
	v := &p.found[e.place]
	if e.inner != nil && v.line == p.line {
		clear(p.found[e.place:e.last])
	}
	v.line = p.line
	switch line[pos] {
	case '{':
		v.kind = foundOther
		if e.inner != nil {
			return p.members(e.inner, line, pos+1)
		}
		return skipNested(line, pos)
	case '[':
		return v.list(line, pos)
	}
	return v.scalar(line, pos)
}

// list notes the first element of the array at pos and returns the offset behind the array.
func (v *found) list(line []byte, pos int) int {
	first := blanks(line, pos+1)
	if first == len(line) {
		return cut
	}
	end := skipNested(line, pos)
	switch c := line[first]; {
	case end < 0:
	case c == ']':
		v.kind, v.text = foundEmptyList, line[pos:end]
	case c == '{' || c == '[':
		v.kind = foundOther
	case v.scalar(line, first) < 0:
		return broken
	}
	return end
}

// scalar notes the string, number or word at pos and returns the offset behind it.
func (v *found) scalar(line []byte, pos int) int {
	if line[pos] == '"' {
		end := stringEnd(line, pos+1)
		if end < 0 {
			return end
		}
		v.kind, v.text = foundString, line[pos+1:end]
		return end + 1
	}
	end := tokenEnd(line, pos)
	if end < 0 {
		return end
	}
	v.kind, v.text = foundToken, line[pos:end]
	if string(v.text) == "null" {
		v.kind, v.text = foundNull, line[pos:pos]
	}
	return end
}
