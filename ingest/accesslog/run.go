package accesslog

import "bytes"

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
		default:
			// A size may end the line, as in a common line; another value there may be cut.
			if fits && (end == len(line) && f.slot == slotBytes || end < len(line) && f.literal != "" && line[end] == f.literal[0]) {
				p.store(g, f, value, e)
			}
			return -1, None
		}
		if f.slot != slotNone {
			p.store(g, f, value, e)
		}
		pos = end + len(f.literal)
	}
	return pos, None
}

// storeStamp stores the time that a step ends with where the words before it are others than the format has, as in a combined
// line that is read as auto.
func (p *Parser) storeStamp(g *program, s *step, text []byte, e *Entry) {
	last := &s.parts[len(s.parts)-1]
	at := bytes.LastIndexByte(text, '[') + 1
	if last.kind == kindStamp && last.slot != slotNone && at > 0 && stampLength(text[at:]) == len(text)-at {
		p.store(g, last, text[at:], e)
	}
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
	case kindSigned:
		return signedLength(b)
	case kindPhrase:
		return until(b, '"')
	case kindPiece:
		return pieceLength(b)
	case kindBlocks:
		return blocksLength(b)
	case kindDate:
		return dateLength(b)
	case kindClock:
		return clockLength(b)
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
