package accesslog

import "time"

// A template is a format string taken apart: literals and fields in turn,
//
//	literals[0] fields[0] literals[1] fields[1] ... literals[n]
//
// Two neighbouring fields always have a literal between them.
type template struct {
	name     string // the name that the directive gives it; empty for a bare string
	literals []string
	fields   []field

	// exact says that no value ever holds a raw '"' or a raw control character, because the server escapes them. Such a
	// byte in a literal then marks one place in a line, whatever a client sends.
	exact bool

	family family
	cuts   []int // where the steps end, as indexes of the fields behind; nil where the marks alone say so
	spare  bool  // for single lines: the next one is first held against the other templates again
	strict int   // so many fields must fit, those behind the last needed one included: it tells formats with one beginning apart
	// object says that lines hold a JSON object: fields have a path, in the order in which they are asked where several fill one
	// role, and there are no literals. headers are where it has every header, kept says that the server's configuration decides
	// which facts it logs.
	object  bool
	headers []headers
	kept    bool

	columns bool // lines consist of one column for each field, and there are no literals: see Parser.parseColumns
}

// A field is one variable or directive of a format.
type field struct {
	name string // as the user wrote it: "$status", "%>s"
	at   int    // offset in the format string
	role role
	kind kind
	rank int    // between fields of one role, the highest wins, then the first
	fact string // the name by which conditions ask for it: "req.range", "upstream_status"

	unit        time.Duration // of roleDuration: what 1 is
	layout      string        // of roleTime: for ParseTime
	conditional bool          // a "-" may mean that the server did not look: unknown, not absent
	separator   bool          // of roleQuery: the value lacks the "?" that belongs before it
	aborted     bool          // of roleFact: the value is "X" where the request was not completed
	pairs       bool          // an empty value is logged as two quotes, as Apache's %u does
	gross       bool          // of roleBytes: the size includes the header of the response
	adds        bool          // of roleDuration: to be added to the one before it
	clip        uint8         // of roleFact: only so many bytes of the value count; 0 is all
	escape      escaping
	hosted      bool // of roleTarget and roleRequest: the host stands before it, as in "$host$request_uri"
	path        path // of a template of objects: where the value stands
}

// A role is what a field is good for.
type role uint8

const (
	roleNone     role = iota
	roleStatus        // the final status
	roleBytes         // size of the response
	roleDuration      // time to serve the request
	roleRequest       // the request line
	roleMethod        // its method
	roleTarget        // its target, query included
	rolePath          // its path
	roleQuery         // its query
	roleProtocol      // its protocol
	roleHost
	roleTime
	roleFact    // a fact that a condition may ask for
	roleMessage // a program's message: a line that has one and no status is no entry
	roleLogger  // the name of the program's logger, by which Caddy's messages are told from its entries
	roles
)

// A kind is what a field's value looks like; it decides how the end of the value is found.
type kind uint8

const (
	kindText     kind = iota // anything that the escaping leaves
	kindWord                 // no blank
	kindMethod               // a method: letters, digits, '-', '_'
	kindStatus               // digits, with a sign or none, or "-"
	kindInteger              // digits or "-"
	kindDecimal              // digits with one point or none, or "-"
	kindStamp                // 10/Oct/2000:13:55:36 -0700, or a word without ']'
	kindProtocol             // HTTP/1.1, "-" or nothing
	kindList                 // words with ", " or " : " between them: nginx upstream variables
	kindSigned               // a decimal number with a sign or none, or "-"
	kindPhrase               // no quote
	kindPiece                // no '|' and no '}': HAProxy's captured header
	kindBlocks               // any number of HAProxy's {...} with a blank behind each
	kindWords                // at most maxTailWords words without quotes, with a blank between two
	kindDate                 // 2006-01-02
	kindClock                // 15:04, 15:04:05 or 15:04:05.999
)

// An escaping is how a server writes the bytes of a value that would not be text, or would look like the format's own.
type escaping uint8

const (
	escapeBackslash escaping = iota // \xHH, \", \\, ...
	escapeNone                      // as they are
	escapeHash                      // #HH
	escapePercent                   // %HH
)

// best returns the index of the field that fills a role, or -1.
func (t *template) best(r role) int {
	found := -1
	for i := range t.fields {
		if t.fields[i].role == r && (found < 0 || t.fields[i].rank > t.fields[found].rank) {
			found = i
		}
	}
	return found
}

// fact returns the index of the first field with that fact name, or -1.
func (t *template) fact(name string) int {
	for i := range t.fields {
		if t.fields[i].fact == name {
			return i
		}
	}
	return -1
}

// marks reports whether c, in a literal, cannot be part of a value.
func (t *template) marks(c byte) bool { return t.exact && (c == '"' || c < 0x20) }

// mark returns the offset of the first byte of a literal that no value can hold, or -1.
func (t *template) mark(literal string) int {
	for i := range len(literal) {
		if t.marks(literal[i]) {
			return i
		}
	}
	return -1
}

// A builder makes a template from left to right.
type builder struct {
	t       template
	literal []byte
}

func (b *builder) byteText(c byte) { b.literal = append(b.literal, c) }

// field adds a field. A second field without a literal before it joins the first where one value can be read from both
// ("$uri$is_args$args" is a target), else the pair is reported, for only the server knows where one ends.
func (b *builder) field(f field) (clash *field) {
	n := len(b.t.fields)
	if n == 0 || len(b.literal) > 0 {
		b.t.literals = append(b.t.literals, string(b.literal))
		b.t.fields = append(b.t.fields, f)
		b.literal = b.literal[:0]
		return nil
	}
	last := &b.t.fields[n-1]
	joined, ok := join(*last, f)
	if !ok {
		return last
	}
	*last = joined
	return nil
}

func (b *builder) done() *template {
	b.t.literals = append(b.t.literals, string(b.literal))
	return &b.t
}

// join returns the one field that two adjacent ones make.
func join(a, b field) (field, bool) {
	a.name += b.name
	a.kind = kindText
	switch {
	case a.role == rolePath && b.role == roleQuery, a.role == rolePath && b.name == "$is_args":
		a.role, a.rank = roleTarget, 0
	case a.role == roleTarget && b.role == roleQuery:
	case a.role == roleHost && (b.role == roleTarget || b.role == rolePath):
		a.role, a.rank, a.hosted = roleTarget, b.rank, true
	case a.role == roleTarget && b.name == "$is_args":
	case needed(a.role) || needed(b.role):
		return a, false
	default:
		a.role, a.fact = roleNone, ""
	}
	return a, true
}

// needed reports whether a role's value must be read from every line.
func needed(r role) bool {
	switch r {
	case roleStatus, roleBytes, roleDuration, roleRequest, roleMethod, roleTarget, rolePath, roleQuery:
		return true
	}
	return false
}
