package route

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// node is a place in the tree of segments. Each is reached from the root in one way only, so that a search, with all its
// turning back, never sees a node twice: its cost is bounded by the number of nodes.
//
// What a search reads comes first and side by side. Between two targets the caches have held a few hundred other bytes of
// the log, so what a step costs is the number of cache lines that it touches.
type node struct {
	statics   []slot // a hash table by the text of the segment, half of it or more empty; a list while the tree is built
	shift     uint8  // of a hash, which leaves as many bits as statics needs
	hasID     bool
	hasSlash  bool
	longest   uint32 // bytes of the longest static segment
	templated []edge // in the order in which they are tried
	any       *node  // behind a segment that is one expression; tried last

	id, slashed int              // of the templates that end here, without and with a trailing slash
	children    map[string]*node // by shape, while the tree is built
	_           [40]byte         // a node is two cache lines, of which a search reads the first
}

// slot is a static segment. The contract says which there are, so no client can make their hashes collide.
type slot struct {
	head uint64 // see headOf
	text string
	to   *node // nil where the slot is empty
}

// edge is a templated segment.
type edge struct {
	segment segment
	to      *node
}

// add makes the path of t, and lets it end in id.
func (n *node) add(t template, id int) {
	for _, s := range t.segments {
		n = n.child(s)
	}
	if t.slash {
		n.slashed, n.hasSlash = id, true
	} else {
		n.id, n.hasID = id, true
	}
}

func (n *node) child(s segment) *node {
	shape := s.shape()
	if c := n.children[shape]; c != nil {
		return c
	}
	if n.children == nil {
		n.children = map[string]*node{}
	}
	c := new(node)
	n.children[shape] = c
	switch {
	case s.whole():
		n.any = c
	case s.static():
		n.statics = append(n.statics, slot{headOf(shape), shape, c})
		n.longest = max(n.longest, uint32(len(shape)))
	default:
		n.templated = append(n.templated, edge{s, c})
	}
	return c
}

// seal makes the hash table of the static segments, and puts the others into the order in which they are tried.
func (n *node) seal() {
	slices.SortFunc(n.templated, func(a, b edge) int { return a.segment.before(&b.segment) })
	for _, c := range n.children {
		c.seal()
	}
	n.children = nil
	list := n.statics
	if len(list) == 0 {
		return
	}
	size := 2
	for size < 2*len(list) {
		size *= 2
	}
	n.statics, n.shift = make([]slot, size), uint8(64-bits.TrailingZeros(uint(size)))
	for _, s := range list {
		i := n.first([]byte(s.text), s.head)
		for n.statics[i].to != nil {
			i = (i + 1) & (size - 1)
		}
		n.statics[i] = s
	}
}

// first is the slot where the search for a static segment begins. All of it is hashed: a contract may have thousands that
// begin and end alike.
func (n *node) first(text []byte, head uint64) int {
	const odd = 0x9e3779b97f4a7c15
	if size := len(text); size > 8 {
		for i := 8; i+8 < size; i += 8 {
			head = bits.RotateLeft64(head*odd, 23) ^ binary.LittleEndian.Uint64(text[i:])
		}
		head ^= bits.RotateLeft64(binary.LittleEndian.Uint64(text[size-8:]), 23)
	}
	return int(head * odd >> n.shift)
}

// static returns the node behind the static segment text, nil where there is none.
func (n *node) static(text []byte, head uint64) *node {
	if len(text) > int(n.longest) || len(n.statics) == 0 {
		return nil
	}
	for i := n.first(text, head); ; i = (i + 1) & (len(n.statics) - 1) {
		if s := &n.statics[i]; s.to == nil || s.is(text, head) {
			return s.to
		}
	}
}

func (s *slot) is(text []byte, head uint64) bool {
	return s.head == head && len(s.text) == len(text) && (len(text) <= 8 || s.text == string(text))
}

// find returns the node where the best template for the segments ends, nil where there is none. It calls itself only where
// it may have to turn back.
func (n *node) find(path []byte, segments []span) *node {
	for i := range segments {
		s := &segments[i]
		text := path[s.from:s.to]
		next := n.static(text, s.head)
		if n.any == nil && n.templated == nil {
			if next == nil {
				return nil
			}
			n = next
			continue
		}
		if next != nil {
			if end := next.find(path, segments[i+1:]); end != nil {
				return end
			}
		}
		for j := range n.templated {
			if e := &n.templated[j]; e.segment.match(text) {
				if end := e.to.find(path, segments[i+1:]); end != nil {
					return end
				}
			}
		}
		if n.any == nil {
			return nil
		}
		n = n.any
	}
	if n.hasID || n.hasSlash {
		return n
	}
	return nil
}

// end returns the number of the template that ends here: where only the trailing slash tells two apart, it decides.
func (n *node) end(slash bool) int {
	if n.hasSlash && (slash || !n.hasID) {
		return n.slashed
	}
	return n.id
}
