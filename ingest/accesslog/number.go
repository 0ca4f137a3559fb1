package accesslog

import (
	"math"
	"time"
)

// digits returns the number of leading ASCII digits.
func digits(b []byte) int {
	n := 0
	for n < len(b) && b[n]-'0' < 10 {
		n++
	}
	return n
}

// statusLength returns the length of the status token that b begins with: digits, a signed number as HAProxy's -1, or "-";
// 0 if there is none.
func statusLength(b []byte) int {
	if len(b) > 0 && b[0] == '-' {
		return 1 + digits(b[1:])
	}
	return digits(b)
}

// integerLength returns the length of the digits or the "-" that b begins with, 0 if there is neither.
func integerLength(b []byte) int {
	n := digits(b)
	if n == 0 && len(b) > 0 && b[0] == '-' {
		return 1
	}
	return n
}

// decimalLength is integerLength with a fraction allowed.
func decimalLength(b []byte) int {
	n := integerLength(b)
	if n > 0 && b[0] != '-' && n+1 < len(b) && b[n] == '.' {
		if f := digits(b[n+1:]); f > 0 {
			n += 1 + f
		}
	}
	return n
}

// signedLength is decimalLength with a sign allowed: HAProxy writes -1 for a time that did not come to be, and a plus before
// what grew on after the line was written (option logasap).
func signedLength(b []byte) int {
	if len(b) > 1 && (b[0] == '-' || b[0] == '+') && b[1]-'0' < 10 {
		return 1 + decimalLength(b[1:])
	}
	return decimalLength(b)
}

// unsigned returns b without a leading plus.
func unsigned(b []byte) []byte {
	if len(b) > 1 && b[0] == '+' {
		return b[1:]
	}
	return b
}

// size returns the number that b is: 0 for "-" (Apache's %b for no body), -1 where b is no number or overflows.
func size(b []byte) int64 {
	if len(b) == 1 && b[0] == '-' {
		return 0
	}
	if len(b) == 0 || len(b) > 19 {
		return -1
	}
	var n uint64
	for _, c := range b {
		if c -= '0'; c > 9 {
			return -1
		}
		n = n*10 + uint64(c)
	}
	if n > math.MaxInt64 {
		return -1
	}
	return int64(n)
}

// duration returns the decimal number b in units of unit: -1 where b is no number or beyond what a Duration holds.
// Digits below a nanosecond are dropped.
func duration(b []byte, unit time.Duration) time.Duration {
	n := digits(b)
	whole := size(b[:n])
	if n == 0 || whole < 0 || whole > math.MaxInt64/int64(unit)-1 {
		return -1
	}
	d := time.Duration(whole) * unit
	if n == len(b) {
		return d
	}
	fraction := b[n+1:]
	if b[n] != '.' || digits(fraction) != len(fraction) {
		return -1
	}
	for _, c := range fraction {
		unit /= 10
		d += time.Duration(c-'0') * unit
	}
	return d
}
