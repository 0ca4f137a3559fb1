package contract

import "strings"

// node is a value of a document, YAML or JSON. Nodes are comparable: two are equal where they are the same value.
type node interface {
	document() *document
	place() (line, column int)
	kind() kind
	text() string      // of a scalar; "" for null
	members() []member // of a mapping, in the order of the file; nil for anything else
	elements() []node  // of a sequence; nil for anything else
}

// A member is one entry of a mapping.
type member struct {
	key          string
	line, column int // of the key
	value        node
}

// nodeAt is a node that messages place somewhere else: at its key.
type nodeAt struct {
	node
	line, column int
}

func (n nodeAt) place() (line, column int) { return n.line, n.column }

type kind uint8

const (
	scalar kind = iota
	null
	mapping
	sequence
)

func (k kind) String() string {
	return [...]string{"a single value", "nothing", "a mapping", "a list"}[k]
}

// text returns a node's text, "" where there is none.
func text(n node) string {
	if n == nil || n.kind() != scalar {
		return ""
	}
	return n.text()
}

// isTrue reports whether n is the boolean true, which YAML lets begin with a capital too.
func isTrue(n node) bool { return strings.EqualFold(text(n), "true") }
