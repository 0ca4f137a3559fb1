package accesslog

import "strings"

// A layout is a format that its server cannot change: text with the fields' names in angle brackets.
type layout struct {
	family family
	text   string
	exact  bool // see template.exact
	fields map[string]field
	cuts   []string // the fields that a step ends with: see template.cuts
	strict string   // the last field that must fit: see template.strict
}

// template makes the layout's template.
func (l layout) template() *template {
	b := &builder{t: template{exact: l.exact, family: l.family}}
	rest := l.text
	for {
		before, after, more := strings.Cut(rest, "<")
		b.literal = append(b.literal, before...)
		if !more {
			break
		}
		name, behind, _ := strings.Cut(after, ">")
		f := l.fields[name]
		f.name = name
		if !l.exact || l.family == traefik {
			f.escape = escapeNone
		}
		b.field(f)
		rest = behind
		for _, cut := range l.cuts {
			if cut == name {
				b.t.cuts = append(b.t.cuts, len(b.t.fields))
			}
		}
		if name == l.strict {
			b.t.strict = len(b.t.fields)
		}
	}
	return b.done()
}

// layouts are the presets that are no format string of a language.
var layouts = map[string]layout{"traefik": traefikLayout, "alb": albLayout, "elb": elbLayout}
