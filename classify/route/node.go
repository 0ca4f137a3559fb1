package route

import (
	"slices"
)

// node is a place in the tree of segments. Each is reached from the root in one way only, so that a search, with all its
// turning back, never sees a node twice: its cost is bounded by the number of nodes.
type node struct {
	statics   []edge
	table     map[string]*node // of statics, where there are more than a few
	templated []edge           // in the order in which they are tried
	any       *node            // behind a segment that is one expression; tried last

	id, slashed       int // of the templates that end here, without and with a trailing slash
	hasID, hasSlashed bool
}

type edge struct {
	text    string  // of a static segment
	segment segment // of a templated one
	to      *node
}

// few is how many static segments are compared one by one before a map is faster.
const few = 6

func newNode() *node { return new(node) }

// add makes the path of t, and lets it end in id.
func (n *node) add(t template, id int) {
	for _, s := range t.segments {
		n = n.child(s)
	}
	if t.slash {
		n.slashed, n.hasSlashed = id, true
	} else {
		n.id, n.hasID = id, true
	}
}

func (n *node) child(s segment) *node {
	if s.whole() {
		if n.any == nil {
			n.any = newNode()
		}
		return n.any
	}
	list := &n.templated
	if s.static() {
		list = &n.statics
	}
	shape := s.shape()
	for i := range *list {
		if (*list)[i].text == shape {
			return (*list)[i].to
		}
	}
	*list = append(*list, edge{text: shape, segment: s, to: newNode()})
	return (*list)[len(*list)-1].to
}

// seal puts the edges into the order in which they are tried.
func (n *node) seal() {
	slices.SortFunc(n.templated, func(a, b edge) int { return a.segment.before(&b.segment) })
	if len(n.statics) > few {
		n.table = make(map[string]*node, len(n.statics))
	}
	for _, e := range n.statics {
		if n.table != nil {
			n.table[e.text] = e.to
		}
		e.to.seal()
	}
	for _, e := range n.templated {
		e.to.seal()
	}
	if n.any != nil {
		n.any.seal()
	}
}

// static returns the node behind the static segment text, nil where there is none.
func (n *node) static(text []byte) *node {
	if n.table != nil {
		return n.table[string(text)]
	}
	for i := range n.statics {
		if n.statics[i].text == string(text) {
			return n.statics[i].to
		}
	}
	return nil
}

// find returns the node where the best template for the segments ends, nil where there is none.
func (n *node) find(path []byte, segments []span) *node {
	if len(segments) == 0 {
		if n.hasID || n.hasSlashed {
			return n
		}
		return nil
	}
	text, rest := path[segments[0].from:segments[0].to], segments[1:]
	if next := n.static(text); next != nil {
		if end := next.find(path, rest); end != nil {
			return end
		}
	}
	for i := range n.templated {
		if e := &n.templated[i]; e.segment.match(text) {
			if end := e.to.find(path, rest); end != nil {
				return end
			}
		}
	}
	if n.any != nil && len(text) > 0 {
		return n.any.find(path, rest)
	}
	return nil
}

// end returns the number of the template that ends here: where only the trailing slash tells two apart, it decides.
func (n *node) end(slash bool) int {
	if n.hasSlashed && (slash || !n.hasID) {
		return n.slashed
	}
	return n.id
}
