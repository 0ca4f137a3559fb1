package accesslog

import "bytes"

// maxDepth is how deep objects and arrays that nobody asks for may be nested.
const maxDepth = 64

// skip returns the offset behind the value at pos.
func skip(line []byte, pos int) int {
	switch line[pos] {
	case '"':
		if pos = stringEnd(line, pos+1); pos >= 0 {
			pos++
		}
		return pos
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
			if pos = stringEnd(line, pos+1); pos < 0 {
				return pos
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

// stringEnd returns the offset of the quote that ends the string whose content begins at pos, cut if there is none.
func stringEnd(line []byte, pos int) int {
	for at := pos; ; at++ {
		i := bytes.IndexByte(line[at:], '"')
		if i < 0 {
			return cut
		}
		if at += i; line[at-1] != '\\' || !escaped(line[pos:at]) {
			return at
		}
	}
}

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
