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
	if len(target) == 0 || target[0] != '/' {
		if target, ok = absolute(target); !ok {
			return 0, false
		}
	}
	if id, ok = m.match(target, untilQuery, s); ok {
		return id, true
	}
	return m.matchDecoded(target, s)
}

// matchDecoded is Match for a target that as it is matches nothing.
func (m *Matcher) matchDecoded(target []byte, s *Scratch) (id int, ok bool) {
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	if bytes.IndexByte(target, '%') < 0 {
		return 0, false
	}
	if s.decode(target) {
		id, ok = m.match(s.decoded, allOfIt, s)
	}
	if cap(s.decoded) > maxKept {
		s.decoded = nil
	}
	return id, ok
}

// maxKept is the longest decoded target whose memory is kept for the next one, in bytes.
const maxKept = 64 << 10

func (m *Matcher) match(target []byte, e extent, s *Scratch) (int, bool) {
	path := s.split(target, e, m.depth)
	if path == nil {
		return 0, false
	}
	end := m.root.find(path, s.segments)
	if end == nil {
		return 0, false
	}
	return end.end(path[len(path)-1] == '/'), true
}

var root = []byte("/")

// absolute cuts the path, and its query, out of what does not start with a slash: scheme://authority/path, or nothing with
// a path.
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
	return target[i:], true
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

// An extent says how far a path goes: the bits that make every byte which ends a segment the same one.
type extent uint64

const (
	allOfIt    extent = 0
	untilQuery extent = 0x1010101010101010 // '?' is '/' with this bit
)

// split fills s.segments with the segments of the path that target starts with, and returns that path. It gives up, and
// returns nil, once there are more than most: no template has so many. Eight bytes are looked at in one step, for segments
// are short; a slash is put behind the last.
func (s *Scratch) split(target []byte, e extent, most int) []byte {
	segments, from := s.segments[:0], 1
	for at, last := 1, false; !last; at += 8 {
		word := wordAt(target, at)
		if last = at+8 > len(target); last {
			word |= '/' << (8 * (len(target) - at))
		}
		for found := e.ends(word); found != 0; found &= found - 1 {
			to := at + bits.TrailingZeros64(found)/8
			if to > from {
				if len(segments) == most {
					return nil
				}
				segments = append(segments, span{from, to, wordAt(target, from) & headMask(to-from)})
			}
			if to < len(target) && target[to] == '?' {
				s.segments = segments
				return target[:to]
			}
			from = to + 1
		}
	}
	s.segments = segments
	return target
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

// ends sets the high bit of every byte of eight that ends a segment, and of no other.
func (e extent) ends(eight uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	eight = (eight | uint64(e)) ^ (0x2f2f2f2f2f2f2f2f | uint64(e)) // of an end a zero
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
