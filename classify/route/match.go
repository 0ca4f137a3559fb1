package route

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Scratch is the memory that Match works in. One goroutine owns it; the zero value is ready.
type Scratch struct {
	segments []span
	decoded  []byte
}

// span is a segment's place in the path, in bytes, and what it begins with.
type span struct {
	from, to int
	head     uint64 // see headOf
}

// Match returns the ID of the template that target belongs to. The target is what the request line says, as logged, in
// origin-form or absolute-form (RFC 9112 section 3.2); its query does not count. The target of OPTIONS * and that of
// CONNECT have no path, so they match nothing. Where the target as it is matches no template, it is percent-decoded once
// and tried again; %2F stays as it is, for it is no separator. Match keeps no part of target, and allocates nothing once
// s has grown.
func (m *Matcher) Match(target []byte, s *Scratch) (id int, ok bool) {
	path, ok := pathOf(target)
	if !ok {
		return 0, false
	}
	if id, ok = m.match(path, s); ok || bytes.IndexByte(path, '%') < 0 {
		return id, ok
	}
	if s.decode(path) {
		id, ok = m.match(s.decoded, s)
	}
	if cap(s.decoded) > maxKept {
		s.decoded = nil
	}
	return id, ok
}

// maxKept is the longest decoded target whose memory is kept for the next one, in bytes.
const maxKept = 64 << 10

func (m *Matcher) match(path []byte, s *Scratch) (int, bool) {
	if !s.split(path, m.depth, m.strict) {
		return 0, false
	}
	end := m.root.find(path, s.segments)
	if end == nil {
		return 0, false
	}
	slash := !m.strict && path[len(path)-1] == '/'
	return end.end(slash), true
}

// pathOf cuts the path out of target, and reports whether it has one. It starts with a slash.
func pathOf(target []byte) ([]byte, bool) {
	if len(target) == 0 {
		return nil, false
	}
	if target[0] != '/' {
		return absolute(target)
	}
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	return target, true
}

var root = []byte("/")

// absolute is pathOf for what does not start with a slash: scheme://authority/path, or nothing with a path.
func absolute(target []byte) ([]byte, bool) {
	colon := bytes.IndexByte(target, ':')
	if colon < 1 || !bytes.HasPrefix(target[colon:], []byte("://")) || !scheme(target[:colon]) {
		return nil, false
	}
	target = target[colon+3:]
	i := bytes.IndexAny(target, "/?")
	switch {
	case i == 0 && target[0] == '/', len(target) == 0:
		return nil, false // no authority
	case i < 0 || target[i] == '?':
		return root, i != 0
	}
	return pathOf(target[i:])
}

// scheme reports whether s is a URI scheme (RFC 3986 section 3.1).
func scheme(s []byte) bool {
	for i, c := range s {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		other := '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return true
}

// split fills s.segments with the segments of path. It gives up, and reports false, once there are more than most: no
// template has so many. Eight bytes are looked at in one step, for segments are short; a slash is put behind the last.
func (s *Scratch) split(path []byte, most int, strict bool) bool {
	segments, from := s.segments[:0], 1
	for at, last := 1, false; !last; at += 8 {
		word := wordAt(path, at)
		if last = at+8 > len(path); last {
			word |= '/' << (8 * (len(path) - at))
		}
		for found := slashes(word); found != 0; found &= found - 1 {
			to := at + bits.TrailingZeros64(found)/8
			if to > from || strict {
				if len(segments) == most {
					return false
				}
				segments = append(segments, span{from, to, wordAt(path, from) & headMask(to-from)})
			}
			from = to + 1
		}
	}
	s.segments = segments
	return true
}

// wordAt returns the eight bytes at i, the first one lowest; bytes behind the end are 0. Where i is the length there is
// nothing but the end.
func wordAt(b []byte, i int) uint64 {
	if i+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[i:])
	}
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b[len(b)-8:]) >> (8 * (i + 8 - len(b)))
	}
	var word uint64
	for j := len(b) - 1; j >= i; j-- {
		word = word<<8 | uint64(b[j])
	}
	return word
}

// headMask keeps the first n bytes of a word.
func headMask(n int) uint64 {
	if n >= 8 {
		return ^uint64(0)
	}
	return 1<<(8*n) - 1
}

// headOf returns the first eight bytes of a segment as a word, zeros behind a shorter one.
func headOf[T string | []byte](text T) uint64 { return wordAt([]byte(text), 0) }

// slashes sets the high bit of every byte of eight that is a slash, and no other.
func slashes(eight uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	eight ^= 0x2f2f2f2f2f2f2f2f // of a slash a zero
	return ^(eight&low + low | eight | low)
}

// decode writes path to s.decoded with its percent-encodings decoded once, %2F and malformed ones left as they are. It
// reports whether there was anything to decode.
func (s *Scratch) decode(path []byte) bool {
	out, changed := s.decoded[:0], false
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			hi, lo := unhex(path[i+1]), unhex(path[i+2])
			if c := hi<<4 | lo; hi|lo <= 15 && c != '/' {
				out, changed = append(out, c), true
				i += 2
				continue
			}
		}
		out = append(out, path[i])
	}
	s.decoded = out
	return changed
}

// unhex returns the value of a hexadecimal digit, 255 for any other byte.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
