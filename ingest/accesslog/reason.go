package accesslog

import (
	"bytes"
	"regexp"
	"unicode/utf8"
)

// failed returns why a line that does not fit the format is no entry.
func (p *Parser) failed(line []byte, e *Entry, reason Reason) Reason {
	switch {
	case len(bytes.TrimSpace(line)) == 0:
		return Blank
	case p.programs[0].object == nil && p.programs[0].columns == nil && p.allAbsent(line, e):
		return None
	case line[0] == '#':
		return Comment
	case p.readsColumns() && dateLength(line) > 0:
		return reason
	case reason == Message:
		return Message
	case isBinary(line):
		return Encoding
	case isMessage(line), p.logsHAProxy() && isHAProxyMessage(line):
		return Message
	}
	return reason
}

// logsHAProxy reports whether lines of HAProxy's are expected.
func (p *Parser) logsHAProxy() bool {
	for i := range p.programs {
		if p.programs[i].family == haproxy {
			return true
		}
	}
	return false
}

// allAbsent reads the line that has "-" for each field and no punctuation around them: an entry of which nothing is known.
func (p *Parser) allAbsent(line []byte, e *Entry) bool {
	if len(line) < 3 || len(line)%2 == 0 {
		return false
	}
	for i, c := range line {
		if c != "- "[i%2] {
			return false
		}
	}
	*e = Entry{Method: line[:0], Target: line[:0], Status: line[:1], BodyBytes: 0, Duration: -1, Values: p.values}
	clear(p.values)
	return true
}

// messages are how lines of error logs begin: nginx (2021/12/01 13:53:33 [error] 31#31: ...), with syslog's header or not,
// Caddy's console (2021/12/01 13:53:33.120, a tab, the level, ...), Apache ([Thu Oct 13 12:24:49.880562 2022]
// [auth_basic:error] ...) and others that write a level in brackets.
var messages = regexp.MustCompile(`^(?:\S+ +\S*\[\d+\]: |\S* ?)\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]+\] ` +
	`|^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+\t` +
	`|^\[\w{3} \w{3} +\d+ \d\d:\d\d:\d\d(?:\.\d+)? \d{4}\] \[` +
	`|^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)? \[?[A-Za-z]+\]? `)

// caddyEntry is what Caddy has before the object of an entry for people, and not of a message.
var caddyEntry = []byte("\thttp.log.access")

// isMessage reports whether a line is a message. Garbage by the gigabyte must not cost a regular expression a line, so
// the expression sees only lines that have a date where it looks for one.
func isMessage(line []byte) bool {
	line = line[:min(len(line), 200)]
	return (line[0] == '[' || len(line) > 4 && line[4] == '-' || hasSlashDate(line)) && messages.Match(line) && !bytes.Contains(line, caddyEntry)
}

// hasSlashDate reports whether the first slash of a line is that of 2021/12/01.
func hasSlashDate(line []byte) bool {
	i := bytes.IndexByte(line, '/')
	return i >= 4 && len(line) > i+5 && line[i+3] == '/' && line[i-1] >= '0' && line[i-1] <= '9' && line[i+1] >= '0' && line[i+1] <= '9'
}

// isBinary reports whether a line has NUL bytes or is has more than a third of bytes that UTF-8 text does not have.
func isBinary(line []byte) bool {
	line = line[:min(len(line), 4096)]
	if bytes.IndexByte(line, 0) >= 0 {
		return true
	}
	odd := 0 // bytes
	for rest := line; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f || r == utf8.RuneError && size == 1 {
			odd++
		}
		rest = rest[size:]
	}
	return odd > len(line)/3
}
