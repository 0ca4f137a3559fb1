package accesslog

import (
	"cmp"
	"slices"
	"strings"
)

// A tree makes an object.
type tree struct {
	*object
	top    branch
	leaves []leaf
}

// A branch is a name while its tree is made.
type branch struct {
	name     string
	fold     bool
	place    int
	branches []*branch
}

type leaf struct {
	key
	at     *branch
	beside *branch
}

// add puts a field's places into the tree: one for each way in which the dots of its path can be taken.
func (b *tree) add(f *field, s slot) {
	isHeader := strings.HasPrefix(f.fact, "req.") || strings.HasPrefix(f.fact, "resp.")
	for _, steps := range f.path.ways() {
		last := len(steps) - 1
		around := b.top.branch(steps[:last])
		l := leaf{key: key{slot: s, unit: f.unit, sent: f.fact == "auth"}, at: around.inner(steps[last], isHeader)}
		switch {
		case f.path.optional:
			l.beside = around
		case len(f.path.beside) > 0:
			l.beside = b.top.branch(f.path.beside)
		}
		b.leaves = append(b.leaves, l)
	}
}

func (b *branch) branch(steps []string) *branch {
	for _, name := range steps {
		b = b.inner(name, false)
	}
	return b
}

func (b *branch) inner(name string, fold bool) *branch {
	for _, inner := range b.branches {
		if inner.name == name || (fold || inner.fold) && strings.EqualFold(inner.name, name) {
			inner.fold = inner.fold || fold
			return inner
		}
	}
	inner := &branch{name: name, fold: fold}
	b.branches = append(b.branches, inner)
	return inner
}

// finish numbers the places, so that those within another follow it, and sorts the leaves by how they are asked.
func (b *tree) finish() {
	b.places = 1
	b.root = *b.node(&b.top)
	slices.SortStableFunc(b.leaves, func(x, y leaf) int { return cmp.Or(x.slot.turn()-y.slot.turn(), int(x.slot-y.slot)) })
	for _, l := range b.leaves {
		k := l.key
		k.place, k.beside = l.at.place, -1
		switch k.slot {
		case slotMessage:
			b.messages = append(b.messages, k.place)
			continue
		case slotLogger:
			b.loggers = append(b.loggers, k.place)
			continue
		case slotMethod, slotRequest, slotTarget, slotPath:
			b.asks = true
		}
		if l.beside != nil && k.slot >= slotValue {
			k.beside = l.beside.place
			b.besides = append(b.besides, k)
		}
		b.keys = append(b.keys, k)
	}
	for i := range b.keys {
		b.keys[i].next = i + 1
		for b.keys[i].next < len(b.keys) && b.keys[b.keys[i].next].slot == b.keys[i].slot {
			b.keys[i].next++
		}
	}
}

// turn says when a slot's keys are asked: the request line gives what method and target did not, a path what neither did.
func (s slot) turn() int {
	switch s {
	case slotRequest:
		return 1
	case slotPath:
		return 2
	case slotQuery:
		return 3
	}
	return 0
}

func (b *tree) node(from *branch) *node {
	n := &node{}
	for _, inner := range from.branches {
		inner.place = b.places
		b.places++
		e := edge{name: inner.name, fold: inner.fold, place: inner.place}
		if len(inner.branches) > 0 {
			e.inner = b.node(inner)
		}
		e.last = b.places
		n.edges = append(n.edges, e)
	}
	slices.SortStableFunc(n.edges, func(x, y edge) int { return hash(x.name) - hash(y.name) })
	for h := range hashes {
		n.start[h+1] = n.start[h]
		for _, e := range n.edges {
			if hash(e.name) == h {
				n.start[h+1]++
			}
		}
	}
	return n
}
