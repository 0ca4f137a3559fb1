package route

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// template is a Pattern's template taken apart.
type template struct {
	segments []segment
	slash    bool   // ends in a slash
	key      string // the same for two templates that match the same targets
}

// segment is the text between two slashes: literal, expression, literal, expression, ..., literal.
type segment struct {
	literals [][]byte // one more than expressions; empty at the ends, where an expression is first or last
	least    []int    // characters that each expression stands for at least: n for n expressions side by side
}

func (s *segment) static() bool { return len(s.least) == 0 }

// whole reports whether s is nothing but one expression.
func (s *segment) whole() bool {
	return len(s.least) == 1 && s.least[0] == 1 && len(s.literals[0])+len(s.literals[1]) == 0
}

// shape writes s down without the names of its expressions.
func (s *segment) shape() string {
	var b strings.Builder
	for i, l := range s.literals {
		b.Write(l)
		if i < len(s.least) {
			b.WriteString(strings.Repeat("{}", s.least[i]))
		}
	}
	return b.String()
}

// before orders templated segments: most literal text first, then the one that asks for more characters. What is left
// is a tie, settled by the text so that the order of the file never decides.
func (s *segment) before(t *segment) int {
	size := func(s *segment) (literal, least int) {
		for _, l := range s.literals {
			literal += len(l)
		}
		for _, n := range s.least {
			least += n
		}
		return literal, least
	}
	sl, sn := size(s)
	tl, tn := size(t)
	return cmp.Or(cmp.Compare(tl, sl), cmp.Compare(tn, sn), cmp.Compare(s.shape(), t.shape()))
}

// parse takes text apart. Empty segments fall away.
func parse(text string) (template, error) {
	var t template
	if text == "" || text[0] != '/' {
		return t, errors.New("a path template starts with a slash")
	}
	if i := strings.IndexAny(text, "?# \t\r\n"); i >= 0 {
		return t, fmt.Errorf("%q has no place in a path template: no request path would ever match", text[i])
	}
	var key strings.Builder
	for part := range strings.SplitSeq(text[1:], "/") {
		if part == "" {
			continue
		}
		s, err := parseSegment(part)
		if err != nil {
			return t, err
		}
		t.segments = append(t.segments, s)
		key.WriteString("/" + s.shape())
	}
	if t.slash = strings.HasSuffix(text, "/"); t.slash {
		key.WriteByte('/')
	}
	t.key = key.String()
	return t, nil
}

func parseSegment(text string) (segment, error) {
	var s segment
	literal := "" // text since the last expression
	for text != "" {
		open := strings.IndexAny(text, "{}")
		if open < 0 {
			literal, text = text, ""
			break
		}
		if text[open] == '}' {
			return s, errors.New("} without {")
		}
		length := strings.IndexAny(text[open+1:], "{}")
		switch {
		case length < 0:
			return s, errors.New("{ without } in the same segment")
		case text[open+1+length] == '{':
			return s, errors.New("{ inside of an expression")
		case length == 0:
			return s, errors.New("{} has no name")
		}
		literal, text = text[:open], text[open+length+2:]
		if n := len(s.least); n > 0 && literal == "" {
			s.least[n-1]++
		} else {
			s.literals = append(s.literals, []byte(literal))
			s.least = append(s.least, 1)
		}
		literal = ""
	}
	s.literals = append(s.literals, []byte(literal))
	return s, nil
}

// match reports whether text, which has no slash, is of the form of s. Taking the leftmost place for every literal in the
// middle is enough: an expression stands for any character, so a later place never makes room that an earlier one lacks.
func (s *segment) match(text []byte) bool {
	last := len(s.least)
	first, end := s.literals[0], s.literals[last]
	if len(text) < len(first)+len(end)+last || !bytes.HasPrefix(text, first) || !bytes.HasSuffix(text, end) {
		return false
	}
	text = text[len(first) : len(text)-len(end)]
	for i, least := range s.least[:last-1] {
		if len(text) < least {
			return false
		}
		at := bytes.Index(text[least:], s.literals[i+1])
		if at < 0 {
			return false
		}
		text = text[least+at+len(s.literals[i+1]):]
	}
	return len(text) >= s.least[last-1]
}
