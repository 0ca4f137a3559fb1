package accesslog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// maxDepth is how deep objects and arrays that nobody asks for may be nested.
const maxDepth = 64

// skip returns the offset behind the value at pos.
func skip(line []byte, pos int) int {
	switch line[pos] {
	case '"':
		if end, _ := stringEnd(line, pos+1); end >= 0 {
			return end + 1
		}
		return cut
	case '{', '[':
		return skipNested(line, pos)
	}
	return tokenEnd(line, pos)
}

// skipNested returns the offset behind the object or array that begins at pos. Of what is in it only strings and brackets
// are looked at.
func skipNested(line []byte, pos int) int {
	depth, objects := 0, uint64(0) // a bit for each open bracket, the lowest for the last: set for an object's
	for pos < len(line) {
		switch c := line[pos]; c {
		case '"':
			if pos, _ = stringEnd(line, pos+1); pos < 0 {
				return cut
			}
		case '{', '[':
			if depth++; depth > maxDepth {
				return broken
			}
			if objects <<= 1; c == '{' {
				objects |= 1
			}
		case '}', ']':
			if objects&1 == 1 != (c == '}') {
				return broken
			}
			objects >>= 1
			if depth--; depth == 0 {
				return pos + 1
			}
		}
		pos++
	}
	return cut
}

// stringEnd returns the offset of the quote that ends the string whose content begins at pos, negative if there is none, and
// whether the string may have escapes. Most strings are short: it looks at eight bytes at once before it leaves the rest to
// bytes.IndexByte.
func stringEnd(line []byte, pos int) (end int, escapes bool) {
	start := pos
	for n := 0; n < 4 && pos+8 <= len(line); n++ {
		word := binary.LittleEndian.Uint64(line[pos:])
		if m := zeros(word^eight*'"') | zeros(word^eight*'\\'); m == 0 {
			pos += 8
		} else if pos += bits.TrailingZeros64(m) / 8; line[pos] == '"' {
			return pos, escapes
		} else {
			escapes = true
			pos += 2
		}
	}
	for pos < len(line) {
		i := bytes.IndexByte(line[pos:], '"')
		if i < 0 {
			break
		}
		pos += i
		if line[pos-1] != '\\' || pos == start || !escaped(line[start:pos]) {
			return pos, true
		}
		pos++
	}
	return -1, true
}

// eight times a byte is a word of eight such bytes.
const eight = 0x0101010101010101

// zeros returns a word whose lowest set bit is the highest bit of the first zero byte of w; 0 if there is none. Bits above
// that one may be set without meaning anything.
func zeros(w uint64) uint64 { return (w - eight) &^ w & (eight << 7) }

// tokenEnd returns the offset behind the number or word at pos.
func tokenEnd(line []byte, pos int) int {
	for at := pos; at < len(line); at++ {
		switch c := line[at]; {
		case c == ',' || c == '}' || c == ']' || c <= ' ':
			if at == pos {
				return broken
			}
			return at
		case c == '"' || c == '{' || c == '[' || c == ':':
			return broken
		}
	}
	return cut
}

// blanks returns the offset of the first byte from pos on that is no white space.
func blanks(line []byte, pos int) int {
	for pos < len(line) && line[pos] <= ' ' {
		pos++
	}
	return pos
}
