package accesslog

import (
	"bytes"
	"unicode/utf8"
)

// appendUnescaped appends b to dst with the server's escapes undone: \xHH of nginx and Apache, \" and \\ and \n of Apache,
// lighttpd, varnish and JSON, \uHHHH of JSON. One decoder serves all, since no server writes one of them to mean something
// else: nginx's default escaping writes a backslash itself as \x5C, the others write it twice. What is no escape stays.
func appendUnescaped(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 == len(b) {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		n := 2
		switch c := b[1]; c {
		case '"', '\\', '/', '\'':
			dst = append(dst, c)
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'v':
			dst = append(dst, '\v')
		case 'x':
			v, ok := hex(b[2:], 2)
			if ok {
				dst, n = append(dst, byte(v)), 4
			} else {
				dst = append(dst, b[:2]...)
			}
		case 'u':
			dst, n = appendUnicode(dst, b)
		default:
			dst = append(dst, b[:2]...)
		}
		b = b[n:]
	}
}

// appendUnicode appends the rune that b's leading \uHHHH, or pair of them, stands for and returns its length in b.
func appendUnicode(dst, b []byte) ([]byte, int) {
	v, ok := hex(b[2:], 4)
	if !ok {
		return append(dst, b[:2]...), 2
	}
	if v>>10 == 0xd800>>10 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if low, ok := hex(b[8:], 4); ok && low>>10 == 0xdc00>>10 {
			return utf8.AppendRune(dst, 0x10000+(v&0x3ff)<<10+low&0x3ff), 12
		}
	}
	return utf8.AppendRune(dst, v), 6
}

// appendDecoded appends b to dst with each %HH decoded. What is no escape stays.
func appendDecoded(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '%')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		if v, ok := hex(b[1:], 2); ok {
			dst, b = append(dst, byte(v)), b[3:]
		} else {
			dst, b = append(dst, '%'), b[1:]
		}
	}
}

// hex returns the number that the first n bytes of b, hexadecimal digits, make.
func hex(b []byte, n int) (v rune, ok bool) {
	if len(b) < n {
		return 0, false
	}
	for _, c := range b[:n] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}
