package accesslog

// headerLength returns the length of the syslog header that b begins with, as a syslog daemon, Docker's syslog driver or
// HAProxy itself (`log ... format`) writes it before a message: 0 where there is none.
//
//	<134>Nov 22 13:43:54 lb1 haproxy[2545]: message        RFC 3164, as sent
//	Nov 22 13:43:54 lb1 haproxy[2545]: message             as rsyslog's traditional file has it
//	2026-11-22T13:43:54.230+00:00 lb1 haproxy[2545]: ...   as its present one has it
//	<134>1 2026-11-22T13:43:54Z lb1 haproxy 2545 - - ...   RFC 5424
//	<134>message                                           format short
func headerLength(b []byte) int {
	if len(b) == 0 || b[0] != '<' && b[0]-'A' >= 26 && b[0]-'0' > 9 {
		return 0
	}
	n := priorityLength(b)
	rest := b[n:]
	if n > 0 && hasPrefix(rest, "1 ") {
		if m := structuredLength(rest); m > 0 {
			return n + m
		}
	}
	m := timestampLength(rest)
	if m == 0 {
		return n
	}
	return n + m + tagLength(rest[m:])
}

// priorityLength returns the length of the <134> that b begins with.
func priorityLength(b []byte) int {
	if b[0] != '<' {
		return 0
	}
	n := 1 + digits(b[1:])
	if n == 1 || n > 4 || n == len(b) || b[n] != '>' {
		return 0
	}
	return n + 1
}

// timestampLength returns the length of the time, with the blank behind it, that b begins with: "Nov 22 13:43:54" or RFC 3339.
func timestampLength(b []byte) int {
	const short, long = len("Nov 22 13:43:54 "), len("2026-11-22T13:43:54")
	switch {
	case len(b) >= short && b[3] == ' ' && b[6] == ' ' && b[9] == ':' && b[12] == ':' && b[short-1] == ' ':
		return short
	case len(b) > long && b[4] == '-' && b[7] == '-' && b[10] == 'T' && b[13] == ':':
		if n := until(b, ' '); n < len(b) {
			return n + 1
		}
	}
	return 0
}

// tagLength returns the length of the host's name and the tag, "lb1 haproxy[2545]: ", or of the tag alone; 0 where b does not
// begin with them.
func tagLength(b []byte) int {
	n := until(b, ' ')
	if isTag(b[:n]) {
		return min(n+1, len(b))
	}
	if n == len(b) {
		return 0
	}
	m := n + 1 + until(b[n+1:], ' ')
	if isTag(b[n+1 : m]) {
		return min(m+1, len(b))
	}
	return 0
}

// isTag reports whether b is the name of a program, with its pid in brackets or not, and a colon.
func isTag(b []byte) bool {
	n := len(b) - 1
	if n < 1 || b[n] != ':' {
		return false
	}
	if b[n-1] == ']' {
		for n -= 2; n > 0 && b[n]-'0' < 10; n-- {
		}
		if n < 1 || b[n] != '[' {
			return false
		}
	}
	for _, c := range b[:n] {
		if !isNameByte(c) && c != '-' && c != '.' && c != '/' {
			return false
		}
	}
	return true
}

// structuredLength returns the length of RFC 5424's version, time, host, program, pid, message id and structured data.
func structuredLength(b []byte) int {
	n := 0
	for range 6 {
		m := until(b[n:], ' ')
		if m == 0 || n+m == len(b) {
			return 0
		}
		n += m + 1
	}
	if hasPrefix(b[n:], "- ") {
		return n + len("- ")
	}
	for n < len(b) && b[n] == '[' {
		m := until(b[n:], ']')
		if n+m == len(b) {
			return 0
		}
		n += m + 1
	}
	if n == len(b) || b[n] != ' ' {
		return 0
	}
	return n + 1
}

// hasHeader reports whether a syslog header is looked for before lines of the family. nginx's and Apache's need no looking: what
// stands before their request line is not read unless somebody asks for it.
func (f family) hasHeader() bool { return f == haproxy || f == envoy || f == traefik }
