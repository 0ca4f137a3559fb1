package contract

import (
	"fmt"
	"strconv"
	"strings"
)

// DefaultPattern is the pattern of a code entry that covers whatever no other entry covers.
const DefaultPattern = "default"

// Precision says how narrow a status pattern is: 3 for "404", 2 for "50X", 1 for "5XX", 0 for "default".
func Precision(pattern string) int {
	if pattern == DefaultPattern {
		return 0
	}
	return 3 - strings.Count(pattern, "X")
}

// Range returns the codes that a status pattern covers, first and last included.
func Range(pattern string) (first, last int) {
	if pattern == DefaultPattern {
		return 100, 599
	}
	first, _ = strconv.Atoi(strings.ReplaceAll(pattern, "X", "0"))
	last, _ = strconv.Atoi(strings.ReplaceAll(pattern, "X", "9"))
	return first, last
}

// Covers reports whether one of the patterns covers the code. A pattern may be a comma list.
func Covers(patterns []string, code int) bool {
	for _, list := range patterns {
		for p := range strings.SplitSeq(list, ", ") {
			if first, last := Range(p); first <= code && code <= last {
				return true
			}
		}
	}
	return false
}

// checkPattern says what is wrong with a status pattern: "404", "50X" or "5XX". Empty: nothing.
func checkPattern(p string) string {
	if len(p) == 3 && p[0] >= '1' && p[0] <= '5' {
		tens, ones := isDigit(p[1]), isDigit(p[2])
		if (tens || p[1] == 'X') && (ones || p[2] == 'X') && !(p[1] == 'X' && ones) {
			return ""
		}
	}
	upper := strings.ToUpper(p)
	switch {
	case upper != p && checkPattern(upper) == "":
		return fmt.Sprintf("%q is no status code (did you mean %q?)", p, upper)
	case len(p) == 3 && isDigit(p[0]) && (p[0] == '0' || p[0] > '5') && strings.Trim(upper[1:], "0123456789X") == "":
		return fmt.Sprintf("%q is no status code: they go from 100 to 599", p)
	case p != "" && strings.Trim(p, "0123456789-") == "":
		return fmt.Sprintf("%q is no status code: they have three digits, 100 to 599", clip(p))
	}
	return fmt.Sprintf("%q is no status code: write 404, 50X, 5XX", clip(p))
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// checkMethod says what is wrong with a method name. Empty: nothing.
func checkMethod(m string) string {
	for i := range len(m) {
		if upper := 'A' <= m[i] && m[i] <= 'Z'; !upper && (m[i] != '-' || i == 0) {
			if u := strings.ToUpper(m); u != m && checkMethod(u) == "" {
				return fmt.Sprintf("method %q must be in capitals (did you mean %q?)", m, u)
			}
			return fmt.Sprintf("%q is no method: write GET, POST, ...", clip(m))
		}
	}
	if m == "" {
		return "a method is empty: write GET, POST, ..."
	}
	return ""
}
