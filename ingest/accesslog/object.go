package accesslog

import (
	"slices"
	"strings"
	"time"
)

// An object is how a Parser reads lines that hold a JSON object: the names that somebody uses, as a tree, and what is done
// with what stands there. Names are found in any order; of one that stands there twice the last counts, as in encoding/json.
type object struct {
	root     node
	places   int   // how many names the tree has, the root counted as one
	keys     []key // by slot in the order in which they are asked: the first that has a value gives it
	besides  []key // those of keys that may be absent without being there
	messages []int // places that lines have which are no entries: a program's message
	loggers  []int // places of the name of the logger that wrote the line
	asks     bool  // the request is among the keys: an entry has at least a part of it
}

// A key is a place whose value goes to a slot.
type key struct {
	slot   slot
	place  int
	next   int           // the first key of another slot
	beside int           // of a fact: one that is not there is absent where this place is, else unknown; -1: always unknown
	unit   time.Duration // of slotDuration: what 1 is; 0 where only a value that names its unit is one
	sent   bool          // the value tells whether something was sent: see credentials
}

// A node is an object within the line: the names in it that are used.
type node struct {
	edges []edge // by hash
	start [hashes + 1]uint8
	order [32]member // what the last line had here
}

// A member is what stood before a value of the last line: `,"name":` with its blanks. Most loggers write the same names in the
// same order, and then one comparison tells where the value begins and what it is used for.
type member struct {
	text   [32]byte
	length uint8 // of text; 0 where that is longer, or the name has escapes
	edge   *edge // nil where the name is not used
}

// is reports whether the member stands at pos of line, with a value behind it.
func (m *member) is(line []byte, pos int) bool {
	end := pos + int(m.length)
	return m.length > 0 && end < len(line) && string(line[pos:end]) == string(m.text[:m.length])
}

// learn makes m the member with the text.
func (m *member) learn(text []byte, e *edge) {
	m.length, m.edge = 0, e
	if len(text) <= len(m.text) {
		m.length = uint8(copy(m.text[:], text))
	}
}

// An edge is a name in a node.
type edge struct {
	name  string
	fold  bool // the name is that of a header: case does not matter
	place int
	last  int   // the places from place+1 up to last are within the value
	inner *node // nil where nothing within the value is used
}

// hashes is the number of values that hash has.
const hashes = 32

// hash spreads the names of a node; case does not change it.
func hash[T string | []byte](name T) int {
	if len(name) == 0 {
		return 0
	}
	return (len(name) + 7*int(name[0]|0x20) + 3*int(name[len(name)-1]|0x20)) % hashes
}

// find returns the edge of a name as it stands in the line, nil where the name is not used.
func (n *node) find(name []byte) *edge {
	h := hash(name)
	for i := n.start[h]; i < n.start[h+1]; i++ {
		e := &n.edges[i]
		if len(e.name) == len(name) && (e.name == string(name) || e.fold && equalFold(e.name, name)) {
			return e
		}
	}
	return nil
}

// equalFold reports whether a and b, of one length, differ only in the case of ASCII letters.
func equalFold(a string, b []byte) bool {
	for i := range len(a) {
		c, d := a[i], b[i]
		if c != d && (c|0x20 != d|0x20 || c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// compileObject plans how to read the fields that each entry has and the ones asked for.
func (t *template) compileObject(asked []string) program {
	b := &tree{object: &object{}}
	p := program{raw: true, object: b.object}
	for i := range t.fields {
		if s := t.fields[i].slot(asked); s != slotNone {
			b.add(&t.fields[i], s)
		}
	}
	for i, name := range asked {
		s, first := slotValue+slot(i), slices.Index(asked, name)
		switch {
		case first < i:
			p.copies = append(p.copies, alias{slotValue + slot(first), i})
		case name == "host":
			p.copies = append(p.copies, alias{slotHost, i})
		case name == "time":
			p.copies = append(p.copies, alias{slotTime, i})
		case name == "protocol":
			p.copies = append(p.copies, alias{slotProtocol, i})
		case t.fact(name) < 0:
			for _, path := range t.headerPaths(name) {
				b.add(&field{role: roleFact, fact: name, path: path}, s)
			}
		}
	}
	b.finish()
	return p
}

// slot returns where the field's value goes: nowhere unless every entry has it or it is asked for.
func (f *field) slot(asked []string) slot {
	optional := func(name string, s slot) slot {
		if slices.Contains(asked, name) {
			return s
		}
		return slotNone
	}
	switch f.role {
	case roleHost:
		return optional("host", slotHost)
	case roleTime:
		return optional("time", slotTime)
	case roleProtocol:
		return optional("protocol", slotProtocol)
	case roleFact:
		return optional(f.fact, slotValue+slot(slices.Index(asked, f.fact)))
	case roleMessage:
		return slotMessage
	case roleLogger:
		return slotLogger
	}
	return [...]slot{roleStatus: slotStatus, roleBytes: slotBytes, roleDuration: slotDuration, roleRequest: slotRequest,
		roleMethod: slotMethod, roleTarget: slotTarget, rolePath: slotPath, roleQuery: slotQuery}[f.role]
}

// headerPaths returns where the header that a fact such as "req.range" names may stand, in a format that has a place for
// every header.
func (t *template) headerPaths(fact string) []path {
	var all []path
	for _, h := range t.headers {
		if name, ok := strings.CutPrefix(fact, h.facts); ok && name != "" {
			all = append(all, h.of(name))
		}
	}
	return all
}
