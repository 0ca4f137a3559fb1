package contract

import (
	"fmt"
	"iter"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds how many nodes one contract is read as, aliases expanded: a document of a few kilobytes whose aliases
// multiply ends here instead of filling the memory.
const maxNodes = 200_000

// A reader walks the YAML nodes of one contract file and gathers everything that is wrong with them.
type reader struct {
	file    string
	errs    Errors
	nodes   int // visited so far, aliases expanded
	ids     map[string]Position
	overrun bool // maxNodes was passed: the rest is not read
}

func (r *reader) pos(n *yaml.Node) Position {
	return Position{File: r.file, Line: n.Line, Column: n.Column}
}

func (r *reader) errorf(n *yaml.Node, format string, args ...any) {
	r.errorAt(r.pos(n), format, args...)
}

func (r *reader) errorAt(p Position, format string, args ...any) {
	if len(r.errs) < maxErrors {
		r.errs = append(r.errs, &Error{Pos: p, Msg: fmt.Sprintf(format, args...)})
	} else if len(r.errs) == maxErrors {
		r.errs = append(r.errs, &Error{Pos: p, Msg: "and more: only the first " + strconv.Itoa(maxErrors) + " errors are shown"})
	}
}

// resolve follows an alias and counts the visit. A nil result means that the document is too large to go on.
func (r *reader) resolve(n *yaml.Node) *yaml.Node {
	if r.overrun {
		return nil
	}
	if r.nodes++; r.nodes > maxNodes {
		r.overrun = true
		r.errorf(n, "the contract has more than %d values when its aliases are expanded: write it without nested aliases", maxNodes)
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// mapping yields the entries of a mapping whose keys are all known and none repeated; it reports the others. A nil known
// accepts every key.
func (r *reader) mapping(n *yaml.Node, what string, known []string) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		m := r.resolve(n)
		if m == nil {
			return
		}
		if m.Kind != yaml.MappingNode {
			r.errorf(n, "%s must be a mapping (key: value), found %s", what, describe(m))
			return
		}
		seen := make(map[string]*yaml.Node, len(m.Content)/2)
		for i := 0; i+1 < len(m.Content); i += 2 {
			key := r.resolve(m.Content[i])
			switch {
			case key == nil:
				return
			case key.Kind != yaml.ScalarNode:
				r.errorf(m.Content[i], "a key of %s must be plain text, found %s", what, describe(key))
				continue
			case key.ShortTag() == "!!merge":
				r.errorf(m.Content[i], "merge keys (<<) are not part of the contract language: write the keys out")
				continue
			}
			if first := seen[key.Value]; first != nil {
				r.errorf(m.Content[i], "%s appears twice in %s, first in line %d", key.Value, what, first.Line)
				continue
			}
			seen[key.Value] = m.Content[i]
			if known != nil && !slices.Contains(known, key.Value) {
				r.errorf(m.Content[i], "unknown key %q in %s%s; it has %s", clip(key.Value), what, suggest(key.Value, known), list(known))
				continue
			}
			if !yield(key, m.Content[i+1]) {
				return
			}
		}
	}
}

// sequence yields the items of a list.
func (r *reader) sequence(n *yaml.Node, what string) iter.Seq2[int, *yaml.Node] {
	return func(yield func(int, *yaml.Node) bool) {
		s := r.resolve(n)
		if s == nil {
			return
		}
		if s.Kind != yaml.SequenceNode {
			r.errorf(n, "%s must be a list, found %s", what, describe(s))
			return
		}
		for i, item := range s.Content {
			if r.overrun || !yield(i, item) {
				return
			}
		}
	}
}

// scalar returns the text of a scalar with one of the given tags.
func (r *reader) scalar(n *yaml.Node, what, want string, tags ...string) (string, bool) {
	s := r.resolve(n)
	if s == nil {
		return "", false
	}
	if s.Kind != yaml.ScalarNode || !slices.Contains(tags, s.ShortTag()) {
		hint := ""
		if s.Kind == yaml.ScalarNode && want == "text" && s.ShortTag() != "!!null" {
			hint = fmt.Sprintf("; quote it: %q", clip(s.Value))
		}
		r.errorf(n, "%s must be %s, found %s%s", what, want, describe(s), hint)
		return "", false
	}
	return s.Value, true
}

func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	return r.scalar(n, what, "text", "!!str")
}

func (r *reader) boolean(n *yaml.Node, what string) (value, ok bool) {
	s, ok := r.scalar(n, what, "true or false", "!!bool")
	var b bool
	if ok {
		b = s[0] == 't' || s[0] == 'T'
	}
	return b, ok
}

func (r *reader) number(n *yaml.Node, what string) (float64, bool) {
	s, ok := r.scalar(n, what, "a number", "!!int", "!!float")
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f {
		r.errorf(n, "%s must be a plain number, found %s", what, clip(s))
		return 0, false
	}
	return f, true
}

// enum returns one of the given words.
func (r *reader) enum(n *yaml.Node, what string, words ...string) (string, bool) {
	s, ok := r.scalar(n, what, list(words), "!!str")
	if !ok {
		return "", false
	}
	if !slices.Contains(words, s) {
		if near := suggest(s, words); near != "" && len(words) > 10 {
			r.errorf(n, "%s has no %q%s", what, s, near)
			return "", false
		}
		r.errorf(n, "%s must be %s, found %q%s", what, list(words), clip(s), suggest(s, words))
		return "", false
	}
	return s, true
}

// isNull reports whether a node holds nothing.
func (r *reader) isNull(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// describe names what a node is, for a message.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + clip(n.Value)
	case "!!bool":
		return clip(n.Value)
	case "!!timestamp":
		return "the date " + clip(n.Value)
	}
	return fmt.Sprintf("the text %q", clip(n.Value))
}

// clip shortens what is quoted in a message.
func clip(s string) string {
	const longest = 60 // bytes
	if len(s) <= longest {
		return s
	}
	return s[:longest] + "..."
}
