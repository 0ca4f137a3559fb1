package accesslog

import "bytes"

// parseObject reads a line that holds an object, from its brace on. An entry has a status and a part of the request.
func (p *Parser) parseObject(g *program, line []byte, e *Entry) Reason {
	o := g.object
	at := o.begin(line)
	if at < 0 {
		return Malformed
	}
	if p.line++; p.line == 0 { // once in four thousand million lines
		clear(p.found)
		p.line = 1
	}
	p.found[0].line = p.line
	end := p.members(&o.root, line, at+1)
	switch {
	case end == cut:
		return Truncated
	case end < 0, blanks(line, end) < len(line):
		return Malformed
	case p.isOfCaddy(o, line[:at]):
		return Message
	}
	for i := 0; i < len(o.keys); {
		k := &o.keys[i]
		if v := p.at(k.place); v != nil && p.claim(g, k, v, e) {
			i = k.next
		} else {
			i++
		}
	}
	p.settle(g, e)
	switch {
	case e.Status != nil && (!o.asks || e.Method != nil || e.Target != nil):
		if statusLength(e.Status) < len(e.Status) {
			return Status
		}
		return None
	case at > 0, p.any(o.messages):
		return Message
	}
	return Malformed
}

// isOfCaddy reports whether a line is a message of Caddy's, although it may have all that an entry has: its loggers
// http.log.error and http.handlers.* name request and status, too.
func (p *Parser) isOfCaddy(o *object, before []byte) bool {
	for _, place := range o.loggers {
		if v := p.at(place); v != nil && v.kind == foundString && isCaddyMessage(v.text) {
			return true
		}
	}
	return len(before) > 0 && isCaddyMessage(before)
}

func (p *Parser) any(places []int) bool {
	for _, place := range places {
		if p.at(place) != nil {
			return true
		}
	}
	return false
}

// claim gives what stands at a key's place to its slot, and reports whether that is a value: an absent one stays only where no
// other key has any.
func (p *Parser) claim(g *program, k *key, v *found, e *Entry) bool {
	if k.slot >= slotValue {
		return p.claimFact(k, v)
	}
	if v.kind >= foundEmptyList {
		return false
	}
	switch k.slot {
	case slotBytes:
		e.BodyBytes = size(v.text)
		return e.BodyBytes >= 0
	case slotDuration:
		e.Duration = span(v.text, k.unit)
		return e.Duration >= 0
	case slotPath:
		p.claimPath(p.text(v), e)
		return len(e.Target) > 0
	case slotRequest:
		p.claimRequest(p.text(v), e)
		return true
	}
	to := p.target(k.slot, e)
	if *to = p.text(v); k.slot != slotStatus {
		*to = present(*to)
	}
	return len(*to) > 0
}

func (p *Parser) claimPath(text []byte, e *Entry) {
	if text = present(text); len(e.Target) == 0 {
		e.Target, p.path = text, text
	}
}

// claimRequest takes a request line apart for what has no value of its own. Some loggers give the name to the path.
func (p *Parser) claimRequest(text []byte, e *Entry) {
	if len(text) > 0 && text[0] == '/' {
		p.claimPath(text, e)
		return
	}
	s := &p.spare
	s.Method, s.Target, s.Protocol = nil, nil, nil
	p.request(&noEscapes, text, s)
	e.Method = either(e.Method, s.Method)
	e.Target = either(e.Target, s.Target)
	e.Protocol = either(e.Protocol, s.Protocol)
}

// noEscapes is a part whose values hold no escapes.
var noEscapes = part{escape: escapeNone}

// either returns a where it is a value, else b.
func either(a, b []byte) []byte {
	if len(a) > 0 {
		return a
	}
	return b
}

// settle does what can only be done when all places have been asked.
func (p *Parser) settle(g *program, e *Entry) {
	if len(p.query) > 0 && p.path != nil {
		start := len(p.scratch)
		p.scratch = append(p.scratch, p.path...)
		if p.query[0] != '?' {
			p.scratch = append(p.scratch, '?')
		}
		p.scratch = append(p.scratch, p.query...)
		e.Target = p.scratch[start:]
	}
	for i := range g.object.besides {
		k := &g.object.besides[i]
		if to := &p.values[k.slot-slotValue]; *to == nil && p.at(k.beside) != nil {
			*to, p.dirty = nothing, true
		}
	}
	for _, c := range g.copies {
		p.values[c.to] = p.value(e, c.from)
		p.dirty = true
	}
}

// nothing is the value that is absent without a place in the line.
var nothing = []byte{}

// target returns where the text of a slot is kept.
func (p *Parser) target(s slot, e *Entry) *[]byte {
	switch s {
	case slotStatus:
		return &e.Status
	case slotMethod:
		return &e.Method
	case slotTarget:
		return &e.Target
	case slotQuery:
		return &p.query
	case slotProtocol:
		return &e.Protocol
	case slotHost:
		return &e.Host
	}
	return &e.Time
}

// claimFact is claim for a condition's fact. A list without an element is how Caddy before 2.7 hides a header's value: there
// was one.
func (p *Parser) claimFact(k *key, v *found) bool {
	text := oneByte
	switch {
	case v.kind == foundOther && !k.sent:
		return false
	case v.kind == foundOther:
	case k.sent && string(v.text) == "false":
		text = zeroByte
	default:
		text = present(p.text(v))
	}
	p.values[k.slot-slotValue], p.dirty = text, true
	return len(text) > 0
}

var oneByte, zeroByte = []byte("1"), []byte("0")

// text returns what a string or a token says; empty for null.
func (p *Parser) text(v *found) []byte {
	if v.kind != foundString || bytes.IndexByte(v.text, '\\') < 0 {
		return v.text
	}
	return p.unescaped(v.text)
}
