package accesslog

import (
	"fmt"
	"strings"
	"time"
)

// apacheFields has the %-directives that take no argument, by letter. Values and escaping are those of
// https://httpd.apache.org/docs/2.4/mod/mod_log_config.html; lighttpd's mod_accesslog and varnishncsa use the same letters.
var apacheFields = map[byte]field{
	's': {role: roleStatus, kind: kindStatus, rank: 1},
	'b': {role: roleBytes, kind: kindInteger, rank: 3},
	'B': {role: roleBytes, kind: kindInteger, rank: 3},
	'O': {role: roleBytes, kind: kindInteger, rank: 2, gross: true},
	'D': {role: roleDuration, kind: kindInteger, unit: time.Microsecond, rank: 3},
	'T': {role: roleDuration, kind: kindDecimal, unit: time.Second, rank: 1},
	'r': {role: roleRequest},
	'm': {role: roleMethod, kind: kindMethod},
	'U': {role: rolePath},
	'q': {role: roleQuery},
	'H': {role: roleProtocol, kind: kindProtocol},
	'v': {role: roleHost, kind: kindWord, rank: 1},
	'V': {role: roleHost, kind: kindWord, rank: 2},
	'X': {role: roleFact, kind: kindWord, fact: "completion", aborted: true},
	'h': {kind: kindWord},
	'a': {kind: kindWord},
	'A': {kind: kindWord},
	'p': {kind: kindInteger},
	'P': {kind: kindInteger},
	'k': {kind: kindInteger},
	'I': {kind: kindInteger},
	'S': {kind: kindInteger},
	'l': {},
	'u': {pairs: true},
	'f': {},
	'F': {},
	'L': {},
	'R': {},
	'W': {},
}

// apacheArguments are the letters that need a {name} before them.
const apacheArguments = "ioenCxc"

// A directive is one %-directive: %!200,304{Name}x.
type directive struct {
	argument  string // what the braces hold
	braces    bool
	condition bool // a list of status codes for which alone, or for all but which, the value is logged
	original  bool // '<': of the original request, where an internal redirect took place
	final     bool // '>': of the final one
	letter    byte
	length    int
}

// apacheTemplate reads an Apache LogFormat string (mod_log_config.c, parse_log_string).
func apacheTemplate(d declaration, source string) (*template, error) {
	b := &builder{t: template{name: d.name, exact: true}}
	fail := failure(source)
	text := d.text
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	for i := 0; i < len(text); {
		switch {
		case text[i] != '%':
			b.byteText(text[i])
			i++
			continue
		case i+1 < len(text) && text[i+1] == '%':
			b.byteText('%')
			i += 2
			continue
		}
		v, problem := parseDirective(text[i:])
		if problem != "" {
			return nil, fail(d.at[i], "%s", problem)
		}
		f, problem := apacheField(v)
		f.name, f.at = string(text[i:i+v.length]), d.at[i]
		if problem != "" {
			return nil, fail(f.at, "%s: %s", f.name, problem)
		}
		// %t writes its own brackets.
		brackets := v.letter == 't' && !v.braces
		if brackets {
			b.byteText('[')
		}
		if clash := b.field(f); clash != nil {
			return nil, fail(f.at, "%s follows %s without a separator: no reader can tell where one ends; put a blank or a quote between them", f.name, clash.name)
		}
		if brackets {
			b.byteText(']')
		}
		i += v.length
	}
	return b.done(), nil
}

// parseDirective reads the directive that b begins with.
func parseDirective(b []byte) (v directive, problem string) {
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '!' || c == ',' || c-'0' < 10:
			v.condition = true
		case c == '<':
			v.original = true
		case c == '>':
			v.final = true
		case c == '{':
			end := strings.IndexByte(string(b[i:]), '}')
			if end < 0 {
				return v, "the { in this directive has no closing }"
			}
			v.argument, v.braces = string(b[i+1:i+end]), true
			i += end
		case c == '^' && i+2 < len(b):
			// ^ti and ^to, trailers, and ^FU and ^FB, times until the first byte: two letters more.
			v.letter, v.length = c, i+3
			return v, ""
		case isNameByte(c) && c != '_':
			v.letter, v.length = c, i+1
			return v, ""
		default:
			return v, fmt.Sprintf("%q is no directive: expected a letter after the %%; a percent sign itself is %%%%", b[:i+1])
		}
	}
	return v, "the format ends in the middle of a directive; a percent sign itself is %%"
}

// apacheField returns what the directive logs.
func apacheField(v directive) (f field, problem string) {
	switch f, known := apacheFields[v.letter]; {
	case v.letter == '^':
		return field{}, ""
	case v.letter == 't':
		return timeField(v), ""
	case strings.IndexByte(apacheArguments, v.letter) >= 0 && !v.braces:
		return f, fmt.Sprintf("needs a name, as in %%{Name}%c", v.letter)
	case v.letter == 'i':
		return field{role: roleFact, fact: "req." + strings.ToLower(v.argument), conditional: v.condition}, ""
	case v.letter == 'o':
		return field{role: roleFact, fact: "resp." + strings.ToLower(v.argument), conditional: v.condition}, ""
	case v.letter == 'e' || v.letter == 'n':
		return environmentField(v), ""
	case strings.IndexByte(apacheArguments, v.letter) >= 0:
		return field{}, ""
	case !known:
		return f, unknownLetter(v)
	case v.letter == 's' && !v.original:
		f.rank++
		if v.final {
			f.rank++
		}
		return f, ""
	case v.letter == 'T' && v.braces:
		return durationField(f, v)
	case v.letter == 'a' && v.braces, v.letter == 'p' && v.braces, v.letter == 'h', v.letter == 'P' && v.braces:
		return f, ""
	default:
		f.conditional = v.condition
		return f, ""
	}
}

// environmentField is %{name}e or %{name}n: a variable or a note that the configuration sets.
func environmentField(v directive) field {
	switch name := strings.ToLower(v.argument); name {
	case "auth", "upstream_status":
		return field{role: roleFact, fact: name, conditional: v.condition}
	}
	return field{}
}

// durationField is %{unit}T.
func durationField(f field, v directive) (field, string) {
	f.kind = kindInteger
	switch v.argument {
	case "s":
	case "ms":
		f.unit, f.rank = time.Millisecond, 2
	case "us":
		f.unit, f.rank = time.Microsecond, 3
	default:
		return f, fmt.Sprintf("unknown unit %q: expected %%{s}T, %%{ms}T or %%{us}T", v.argument)
	}
	return f, ""
}

// timeField is %t with or without a format for strftime, in which begin: and end: choose the moment.
func timeField(v directive) field {
	f := field{role: roleTime, kind: kindStamp, layout: stampLayout, rank: 2}
	if !v.braces {
		return f
	}
	format := strings.TrimPrefix(strings.TrimPrefix(v.argument, "begin:"), "end:")
	f.rank = 1
	switch format {
	case "":
		f.kind, f.layout = kindText, "["+stampLayout+"]"
	case "sec":
		f.kind, f.layout = kindInteger, secondsLayout
	case "msec":
		f.kind, f.layout = kindInteger, millisecondsLayout
	case "usec":
		f.kind, f.layout = kindInteger, microsecondsLayout
	case "msec_frac", "usec_frac":
		return field{kind: kindInteger}
	default:
		f.kind, f.layout = kindWord, strftimeLayout(format)
		if f.layout == "" || strings.Contains(f.layout, " ") {
			f.kind = kindText
		}
	}
	return f
}

func unknownLetter(v directive) string {
	other := v.letter ^ 0x20
	if _, ok := apacheFields[other]; ok || strings.IndexByte(apacheArguments, other) >= 0 || other == 't' {
		return fmt.Sprintf("unknown directive: did you mean %%%c?", other)
	}
	return "unknown directive: expected one of Apache's mod_log_config, such as %>s, %r or %{Referer}i"
}

func failure(source string) func(at int, format string, args ...any) error {
	return func(at int, format string, args ...any) error {
		return &formatError{source, at, fmt.Sprintf(format, args...)}
	}
}
