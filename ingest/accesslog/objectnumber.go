package accesslog

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// span returns the duration that b says: a number of units, with an exponent or none, or numbers with their units as Go
// writes a duration ("1m2.5s", "69.474µs"); -1 where b is neither.
func span(b []byte, unit time.Duration) time.Duration {
	if len(b) == 0 || len(b) > 32 {
		return -1
	}
	if last := b[len(b)-1]; last-'0' > 9 {
		return units(b)
	}
	if unit == 0 {
		return -1
	}
	if d := duration(b, unit); d >= 0 {
		return d
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if f *= float64(unit); err != nil || !(f >= 0 && f < math.MaxInt64) {
		return -1
	}
	return time.Duration(math.Round(f))
}

// units reads numbers with units behind them.
func units(b []byte) time.Duration {
	total := time.Duration(0)
	for len(b) > 0 {
		n := decimalLength(b)
		unit, length := unitOf(b[n:])
		d := duration(b[:n], max(unit, 1))
		if n == 0 || unit == 0 || d < 0 || total > math.MaxInt64-d {
			return -1
		}
		total += d
		b = b[n+length:]
	}
	return total
}

// unitOf returns the unit that b begins with and its length, zeros if there is none.
func unitOf(b []byte) (time.Duration, int) {
	if len(b) > 1 && b[1] == 's' {
		switch b[0] {
		case 'm':
			return time.Millisecond, 2
		case 'u':
			return time.Microsecond, 2
		case 'n':
			return time.Nanosecond, 2
		}
	}
	if micro, n := utf8.DecodeRune(b); (micro == 'µ' || micro == 'μ') && len(b) > n && b[n] == 's' {
		return time.Microsecond, n + 1
	}
	if len(b) > 0 {
		switch b[0] {
		case 's':
			return time.Second, 1
		case 'm':
			return time.Minute, 1
		case 'h':
			return time.Hour, 1
		}
	}
	return 0, 0
}

// anyLayout stands for the times that loggers of objects write: seconds, milliseconds, microseconds or nanoseconds since
// 1970, told apart by their size, or one of timeLayouts.
const anyLayout = "any"

// timeLayouts are those of Go's RFC 3339, of zap's ISO 8601 and Caddy's wall clock, of Python's logging and of the common log.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", stampLayout, "2006/01/02 15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "02/Jan/2006:15:04:05", time.RFC1123Z, time.RFC1123}

func parseAnyTime(b []byte) (time.Time, bool) {
	n := digits(b)
	if n == len(b) || n > 0 && b[n] == '.' {
		unit := time.Second
		for ; n > 11 && unit > time.Nanosecond; n -= 3 {
			unit /= 1000
		}
		d := duration(b, unit)
		return time.Unix(0, int64(d)).UTC(), d >= 0
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, string(b)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
