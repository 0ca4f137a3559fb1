package accesslog

import (
	"regexp"
	"strings"
)

// haproxyFlags are those of %{+Q,+E}...: quotes around, backslash escapes, hexadecimal.
type haproxyFlags struct{ quote, escape, hex bool }

func (f haproxyFlags) with(list string) haproxyFlags {
	for flag := range strings.SplitSeq(list, ",") {
		flag = strings.TrimSpace(flag)
		on := strings.HasPrefix(flag, "+")
		switch strings.TrimLeft(flag, "+-") {
		case "Q":
			f.quote = on
		case "E":
			f.escape = on
		case "X":
			f.hex = on
		}
	}
	return f
}

// A logVariable is one %(name){flags}variable or %(name){flags}[expression].
type logVariable struct {
	flags      string
	name       string
	expression bool
	length     int
}

// parseLogVariable reads the variable that b begins with.
func parseLogVariable(b []byte) (v logVariable, problem string) {
	s := string(b)
	i := 1
	if strings.HasPrefix(s[i:], "(") { // a name for it, which only JSON and CBOR show
		i += strings.IndexByte(s[i:], ')') + 1
	}
	if strings.HasPrefix(s[i:], "{") {
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return v, "the { in this variable has no closing }"
		}
		v.flags = s[i+1 : i+end]
		i += end + 1
	}
	if strings.HasPrefix(s[i:], "[") {
		end := closingBracket(s, i)
		if end < 0 {
			return v, "the [ of this expression has no closing ]"
		}
		v.name, v.expression, v.length = s[i+1:end], true, end+1
		return v, ""
	}
	n := i
	for n < len(s) && isNameByte(s[n]) && s[n] != '_' {
		n++
	}
	if n == i {
		return v, "a % without a variable's name behind it; a percent sign itself is %%"
	}
	v.name, v.length = s[i:n], n
	return v, ""
}

// closingBracket returns the offset of the ] that closes the [ at start, quotes and brackets in between left out, or -1.
func closingBracket(s string, start int) int {
	depth, quote := 0, byte(0)
	for i := start; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// haproxySigns are what only HAProxy's formats have: flags, expressions, and variables that are no directive of Apache's.
var haproxySigns = regexp.MustCompile(`%(?:\([\w:.-]*\))?(?:\{[+-][\w,+-]*\})?(?:\[|(?:ST|HM|HU|HPO?|HQ|HV|ci|tsc|ts)\b)|%\{[+-]`)

// isHAProxyFormat reports whether s is a log-format string.
func isHAProxyFormat(s string) bool { return !hasVariable(s) && haproxySigns.MatchString(s) }
