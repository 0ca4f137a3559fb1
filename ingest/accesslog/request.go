package accesslog

// request takes a request line apart: method, target, protocol. Where it does not begin with a method and a blank it is
// unreadable (TLS bytes, a cut line) and all three are empty; a target may hold blanks, a protocol may be missing.
func (p *Parser) request(f *part, line []byte, e *Entry) {
	n := tokenLength(line)
	none := line[:0]
	method := line[:n]
	if f.escape == escapeHash { // '#' may stand in a method
		method = p.unescape(f, method)
	}
	if n == 0 || n == len(line) || line[n] != ' ' || f.escape == escapeHash && tokenLength(method) < len(method) {
		e.Protocol = none
		if e.Method == nil {
			e.Method = none
		}
		if e.Target == nil {
			e.Target = none
		}
		return
	}
	target, protocol := line[n+1:], none
	if at := protocolAt(target); at >= 0 {
		target, protocol = target[:at], target[at+1:]
	}
	for len(target) > 0 && target[0] == ' ' {
		target = target[1:]
	}
	for len(target) > 0 && target[len(target)-1] == ' ' {
		target = target[:len(target)-1]
	}
	if f.hosted {
		target = originForm(target)
	}
	e.Method = method
	e.Target = p.unescape(f, target)
	e.Protocol = protocol
}

// protocolAt returns the offset of the blank before the HTTP version, as in HTTP/1.1 or HTTP/2, that b ends with; -1 where
// there is none.
func protocolAt(b []byte) int {
	if n := len(b) - len(" HTTP/1.1"); n >= 0 && isVersion(b[n:]) {
		return n
	}
	if n := len(b) - len(" HTTP/2"); n >= 0 && b[n+6]-'0' < 10 && string(b[n:n+6]) == " HTTP/" {
		return n
	}
	return -1
}

// isVersion reports whether b, of nine bytes, is " HTTP/" and two digits with a point between.
func isVersion(b []byte) bool {
	return string(b[:6]) == " HTTP/" && b[6]-'0' < 10 && b[7] == '.' && b[8]-'0' < 10
}

// isToken has the characters of a token (RFC 9110, section 5.6.2), of which methods are made.
var isToken = func() (t [256]bool) {
	for c := range t {
		t[c] = isNameByte(byte(c))
	}
	for _, c := range "!#$%&'*+-.^`|~" {
		t[c] = true
	}
	return t
}()

// tokenLength returns the number of leading bytes that may stand in a method.
func tokenLength(b []byte) int {
	for i, c := range b {
		if !isToken[c] {
			return i
		}
	}
	return len(b)
}

// protocolLength returns the length of the "-", or of the name, slash and version (INCLUDED, in a subrequest, has neither),
// that b begins with; 0 if there is neither.
func protocolLength(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= 'A' && b[n] <= 'Z' {
		n++
	}
	switch {
	case n == 0 && len(b) > 0 && b[0] == '-':
		return 1
	case n == 0 || n == len(b) || b[n] != '/':
		return n
	}
	for n++; n < len(b) && (b[n]-'0' < 10 || b[n] == '.'); n++ {
	}
	return n
}

// methodLength returns the length of the method that b begins with, where it stands by itself: a method with a character of
// its own that separates fields, such as '|', is not worth a line that cannot be read.
func methodLength(b []byte) int {
	n := 0
	for n < len(b) && isMethodByte(b[n]) {
		n++
	}
	return n
}

func isMethodByte(c byte) bool { return isNameByte(c) || c == '-' }
