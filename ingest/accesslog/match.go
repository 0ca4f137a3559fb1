package accesslog

import "bytes"

// match reads parts from the whole of b, of which the last ends with its literal. A value that does not show where it ends
// is as short as can be: the first place where the literal behind it and all fields up to the next such value fit, and the
// last of them must end with b. That place is never looked at again, so the time is that of one search.
func (p *Parser) match(g *program, parts []part, b []byte, e *Entry) bool {
	pos, i, ok := p.fixed(parts, 0, b, 0)
	for ok && i < len(parts) {
		pos, i, ok = p.open(parts, i, b, pos)
	}
	if !ok {
		return false
	}
	for i := range parts {
		if parts[i].slot != slotNone {
			p.store(g, &parts[i], b[p.ends[2*i]:p.ends[2*i+1]], e)
		}
	}
	return true
}

// fixed reads, from part i at pos on, the parts that show where they end, and returns the index of the first that does not
// and the position there. All of b must be used up where there is no such part.
func (p *Parser) fixed(parts []part, i int, b []byte, pos int) (int, int, bool) {
	for ; i < len(parts) && parts[i].shows(); i++ {
		f := &parts[i]
		n := f.length(b[pos:])
		end := pos + n
		if n == 0 && f.kind.number() || !hasPrefix(b[end:], f.literal) {
			return 0, 0, false
		}
		p.ends[2*i], p.ends[2*i+1] = pos, end
		pos = end + len(f.literal)
	}
	return pos, i, i < len(parts) || pos == len(b)
}

// open reads part i, which does not show where it ends, at pos, and those behind it that do.
func (p *Parser) open(parts []part, i int, b []byte, pos int) (int, int, bool) {
	f := &parts[i]
	p.ends[2*i] = pos
	if i == len(parts)-1 {
		end := len(b) - len(f.literal)
		p.ends[2*i+1] = end
		return len(b), i + 1, end >= pos && hasSuffix(b, f.literal) && f.may(b[pos:end])
	}
	for at, checked := pos, pos; ; at++ {
		n := bytes.Index(b[at:], f.find)
		if n < 0 || !f.may(b[checked:at+n]) {
			return 0, 0, false
		}
		checked = at + n
		at += n
		p.ends[2*i+1] = at
		if next, j, ok := p.fixed(parts, i+1, b, at+len(f.literal)); ok {
			return next, j, true
		}
	}
}

// may reports whether the part's value can be b.
func (f *part) may(b []byte) bool {
	switch f.kind {
	case kindWord:
		return bytes.IndexByte(b, ' ') < 0
	case kindMethod:
		return methodLength(b) == len(b)
	case kindWords:
		return bytes.IndexByte(b, '"') < 0 && bytes.Count(b, blank) < maxTailWords
	}
	return true
}

func (f *part) shows() bool { return (&field{kind: f.kind}).shows(f.literal) }

// number reports whether a value of this kind has at least one byte.
func (k kind) number() bool {
	return k == kindStatus || k == kindInteger || k == kindDecimal || k == kindSigned
}

// maxTailWords is how many words may stand behind the quoted values of a line of Envoy's: Istio writes five or six.
const maxTailWords = 6

var blank = []byte(" ")
