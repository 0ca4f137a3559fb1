package accesslog

import (
	"slices"
	"strings"
	"time"
)

// Layouts beside those of package time.
const (
	stampLayout        = "02/Jan/2006:15:04:05 -0700"
	secondsLayout      = "s"
	millisecondsLayout = "ms"
	haproxyLayout      = "02/Jan/2006:15:04:05.000"
	microsecondsLayout = "us"
)

// stampLength returns the length of the time in stampLayout or haproxyLayout that b begins with, or of a word without ']' where other
// programs write another time.
func stampLength(b []byte) int {
	if n := len(stampLayout); len(b) >= n && b[2] == '/' && b[6] == '/' && b[11] == ':' && b[14] == ':' && b[17] == ':' && b[20] == ' ' {
		return n
	}
	if n := len(haproxyLayout); len(b) >= n && b[2] == '/' && b[6] == '/' && b[11] == ':' && b[20] == '.' {
		return n
	}
	n := 0
	for n < len(b) && b[n] != ']' && b[n] != ' ' {
		n++
	}
	return n
}

// ParseTime reads Entry.Time. A time without a zone is taken for UTC. It reports whether b was a time of this format.
func (f *Format) ParseTime(b []byte) (time.Time, bool) {
	for _, t := range slices.Concat(f.templates, f.also) {
		if i := t.best(roleTime); i >= 0 {
			if at, ok := parseTime(b, t.fields[i].layout); ok {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

func parseTime(b []byte, layout string) (time.Time, bool) {
	unit := time.Duration(0)
	switch layout {
	case "":
		return time.Time{}, false
	case anyLayout:
		return parseAnyTime(b)
	case w3cLayout:
		if len(b) > w3cDate && b[w3cDate] == '\t' {
			layout = w3cTabbed
		}
	case secondsLayout:
		unit = time.Second
	case millisecondsLayout:
		unit = time.Millisecond
	case microsecondsLayout:
		unit = time.Microsecond
	}
	if unit != 0 {
		d := duration(b, unit)
		return time.Unix(0, int64(d)).UTC(), d >= 0
	}
	t, err := time.Parse(layout, string(b))
	return t, err == nil
}

// strftimeLayout translates a strftime format into a layout of package time; "" where that is not possible.
func strftimeLayout(format string) string {
	var layout strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			layout.WriteByte(format[i])
			continue
		}
		if i++; i == len(format) {
			return ""
		}
		if format[i] == 's' && format == "%s" {
			return secondsLayout
		}
		part, ok := strftime[format[i]]
		if !ok {
			return ""
		}
		layout.WriteString(part)
	}
	return layout.String()
}

var strftime = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'e': "_2", 'j': "002",
	'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'a': "Mon", 'A': "Monday", 'z': "-0700", 'Z': "MST",
	'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'r': "03:04:05 PM", 'c': "Mon Jan _2 15:04:05 2006",
	'n': "\n", 't': "\t", '%': "%",
}
