package accesslog

import (
	"slices"

	"httpstatus_exporter/ingest/container"
)

// unwrap returns the content of a line that a container runtime wrapped, and any other line as it is. It reports whether the
// line is a piece of one.
func (p *Parser) unwrap(line []byte) (content []byte, partial bool) {
	l, ok := container.Split(line)
	switch {
	case !ok || !p.unwraps:
		return line, false
	case l.Escaped && !l.Partial:
		p.wrapped = appendUnescaped(p.wrapped[:0], l.Content)
		return p.wrapped, false
	}
	return l.Content, l.Partial
}

// wraps reports whether lines of the template themselves look like those of a container runtime.
func (t *template) wraps() bool {
	if t.columns {
		return false
	}
	if t.object {
		return slices.ContainsFunc(t.fields, func(f field) bool { return len(f.path.steps) == 1 && f.path.steps[0] == "log" })
	}
	return container.Wraps([]byte(t.literals[0]))
}
