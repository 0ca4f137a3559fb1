// Package route finds the path template that a request target belongs to. Templates are written as OpenAPI writes them:
// /jobs/{id}, /files/{name}.json, /range/{from}-{to}. Pure: bytes in, number out.
//
// Where several templates match a target, the first segment in which they differ decides: a static segment goes before a
// templated one, a templated one with more literal text before one with less. An expression stands for one character or
// more, never for a slash. Empty segments are ignored, and a trailing slash only decides between two templates that differ
// in nothing else.
package route

import "fmt"

// A Pattern is one path template, with the number that Match returns for it. Several patterns may share a number, as one
// route below several base paths does.
type Pattern struct {
	Template string // starts with a slash, base path included
	ID       int
}

// An Error says which pattern New refused.
type Error struct {
	Index int // into the patterns
	Other int // the earlier pattern that it conflicts with, -1 where there is none
	Msg   string
}

func (e *Error) Error() string { return e.Msg }

// A Matcher holds the templates of one contract. It is immutable and safe for concurrent use.
type Matcher struct {
	root  *node
	depth int // most segments that a template has
}

// New builds the Matcher of patterns. It refuses malformed templates and such as match exactly the same targets; the
// error is an *Error. The order of patterns has no influence on what matches.
func New(patterns []Pattern) (*Matcher, error) {
	m := &Matcher{root: new(node)}
	seen := make(map[string]int, len(patterns))
	for i, p := range patterns {
		t, err := parse(p.Template)
		if err != nil {
			return nil, &Error{i, -1, fmt.Sprintf("%s: %v", p.Template, err)}
		}
		if j, ok := seen[t.key]; ok {
			if err := conflict(patterns[j], p); err != "" {
				return nil, &Error{i, j, err}
			}
			continue
		}
		seen[t.key] = i
		m.root.add(t, p.ID)
		m.depth = max(m.depth, len(t.segments))
	}
	m.root.seal()
	return m, nil
}

// conflict tells two patterns of the same shape apart: "" where they are one and the same.
func conflict(old, p Pattern) string {
	switch {
	case old.Template != p.Template:
		return fmt.Sprintf("%s matches the same paths as %s: write both alike, or drop one",
			p.Template, old.Template)
	case old.ID != p.ID:
		return fmt.Sprintf("%s: there twice", p.Template)
	}
	return ""
}
