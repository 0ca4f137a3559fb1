package promtest

import (
	"fmt"
	"strings"
)

// Refs is what a PromQL expression refers to.
type Refs struct {
	Selectors []Selector
	Grouping  []string // labels of by, without, on, ignoring, group_left and group_right
	By        bool     // something is aggregated by labels, so nothing but these are left of what is selected
}

// A Selector is one metric as a query names it.
type Selector struct {
	Metric string
	Labels []string // labels that its matchers name
	Func   string   // the function or aggregation right around it, "" if none
}

// Scan finds the selectors and labels of a valid expression. It is a scanner and no parser: what is not PromQL gives an
// error or nonsense, so let a promtool see the expression first.
func Scan(expr string) (Refs, error) {
	toks, err := lex(expr)
	if err != nil {
		return Refs{}, err
	}
	s := scanner{toks: toks}
	for s.pos < len(s.toks) {
		s.step()
	}
	return s.refs, nil
}

type scanner struct {
	toks  []string
	pos   int
	calls []string // of the parentheses around pos, the name before each
	refs  Refs
}

func (s *scanner) peek(ahead int) string {
	if s.pos+ahead < len(s.toks) {
		return s.toks[s.pos+ahead]
	}
	return ""
}

// step takes one token, and what belongs to it.
func (s *scanner) step() {
	tok := s.peek(0)
	s.pos++
	switch {
	case tok == "(":
		s.calls = append(s.calls, "")
	case tok == ")":
		s.calls = s.calls[:max(0, len(s.calls)-1)]
	case tok == "[":
		for s.pos < len(s.toks) && s.peek(0) != "]" {
			s.pos++
		}
	case tok == "{":
		s.selector("")
	case !isName(tok):
	case tok == "by" || tok == "without" || tok == "on" || tok == "ignoring" || tok == "group_left" || tok == "group_right":
		s.refs.By = s.refs.By || tok == "by"
		s.refs.Grouping = append(s.refs.Grouping, s.names()...)
		if tok == "by" || tok == "without" { // sum by (a) (x): the parenthesis that follows is the sum's
			s.call("aggregation")
		}
	case s.peek(0) == "(":
		s.call(tok)
	case s.peek(0) == "by" || s.peek(0) == "without" || keywords[tok]:
	default:
		if s.peek(0) == "{" {
			s.pos++
			s.selector(tok)
		} else {
			s.add(Selector{Metric: tok})
		}
	}
}

// call notes that a parenthesis, if one follows, belongs to name.
func (s *scanner) call(name string) {
	if s.peek(0) == "(" {
		s.pos++
		s.calls = append(s.calls, name)
	}
}

// names takes a list of labels in parentheses.
func (s *scanner) names() (labels []string) {
	if s.peek(0) != "(" {
		return nil
	}
	for s.pos++; s.pos < len(s.toks) && s.peek(0) != ")"; s.pos++ {
		if isName(s.peek(0)) {
			labels = append(labels, s.peek(0))
		}
	}
	s.pos++
	return labels
}

// selector takes matchers up to and with the brace that closes them.
func (s *scanner) selector(metric string) {
	sel := Selector{Metric: metric}
	for ; s.pos < len(s.toks) && s.peek(0) != "}"; s.pos++ {
		if isName(s.peek(0)) {
			sel.Labels = append(sel.Labels, s.peek(0))
		}
	}
	s.pos++
	s.add(sel)
}

func (s *scanner) add(sel Selector) {
	if len(s.calls) > 0 {
		sel.Func = s.calls[len(s.calls)-1]
	}
	s.refs.Selectors = append(s.refs.Selectors, sel)
}

var keywords = map[string]bool{"and": true, "or": true, "unless": true, "offset": true, "bool": true, "atan2": true,
	"inf": true, "nan": true}

func isName(tok string) bool { return tok != "" && isNameByte(tok[0]) && !isDigit(tok[0]) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameByte(c byte) bool {
	return c == '_' || c == ':' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// lex cuts an expression into names, numbers with their units, strings and single characters.
func lex(expr string) (toks []string, err error) {
	for i := 0; i < len(expr); {
		c, start := expr[i], i
		switch {
		case c == '#':
			for i < len(expr) && expr[i] != '\n' {
				i++
			}
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case c == '"' || c == '\'' || c == '`':
			for i++; i < len(expr) && expr[i] != c; i++ {
				if expr[i] == '\\' && c != '`' {
					i++
				}
			}
			if i++; i > len(expr) {
				return nil, fmt.Errorf("string without end at byte %d", start)
			}
			toks = append(toks, expr[start:i])
		case isNameByte(c):
			for i < len(expr) && (isNameByte(expr[i]) || isDigit(c) && expr[i] == '.') {
				i++
			}
			toks = append(toks, expr[start:i])
		default:
			i++
			toks = append(toks, expr[start:i])
		}
	}
	return toks, nil
}
