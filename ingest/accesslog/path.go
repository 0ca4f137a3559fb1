package accesslog

import "strings"

// A path says where in an object a value stands: the names on the way to it.
type path struct {
	steps []string // a dot in a step is a dot in the name, or the way into an object

	// optional says that the server leaves the name out where there is no value: a fact is absent then, not unknown, where the
	// object around it is in the line, or else what beside leads to. Without a status a line is no entry, optional or not.
	optional bool
	beside   []string
}

// maxDots is how many dots a path may have: a path with n of them can be taken in 2 to the power of n ways.
const maxDots = 6

// parsePath reads a path as users write it: request>headers>Range, http.response.status_code, $.http.code, .http.code; an
// array on the way is its first element, said or not ([0]). A "?" behind it makes it optional, a name behind that names
// what it stands beside.
func parsePath(s string) (p path, problem string) {
	s, beside, optional := strings.Cut(s, "?")
	p.optional = optional && beside == ""
	if beside != "" {
		if p.beside, problem = splitPath(beside); problem != "" {
			return p, problem
		}
	}
	p.steps, problem = splitPath(s)
	return p, problem
}

func splitPath(s string) (steps []string, problem string) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "$"), ".")
	if strings.Count(s, ".") > maxDots {
		return nil, "the path has too many dots: write > between the names"
	}
	for step := range strings.SplitSeq(s, ">") {
		step = strings.ReplaceAll(step, "[0]", "")
		switch {
		case step == "" || strings.HasPrefix(step, ".") || strings.HasSuffix(step, ".") || strings.Contains(step, ".."):
			return nil, "a name is missing in the path: expected one such as status, http.code or request>headers>Range"
		case strings.ContainsAny(step, `[]*"'`):
			return nil, "the path is more than names with . or > between them: of an array the first element counts, other places cannot be named"
		}
		steps = append(steps, step)
	}
	return steps, ""
}

// ways returns the names on each of the ways that the path can be taken, nested objects first: a.b is the member b of a, or
// the member a.b.
func (p *path) ways() [][]string {
	all := [][]string{nil}
	for _, step := range p.steps {
		var longer [][]string
		for _, names := range splits(step) {
			for _, way := range all {
				longer = append(longer, append(way[:len(way):len(way)], names...))
			}
		}
		all = longer
	}
	return all
}

func splits(step string) [][]string {
	first, rest, found := strings.Cut(step, ".")
	if !found {
		return [][]string{{step}}
	}
	var all [][]string
	for _, names := range splits(rest) {
		all = append(all, append([]string{first}, names...))
	}
	for _, names := range splits(rest) {
		all = append(all, append([]string{first + "." + names[0]}, names[1:]...))
	}
	return all
}

// headers is a place for every header: its name stands behind the prefix of the last step.
type headers struct {
	facts  string // "req." or "resp."
	prefix path
}

func (h *headers) of(name string) path {
	p := h.prefix
	last := len(p.steps) - 1
	p.steps = append(p.steps[:last:last], p.steps[last]+name)
	return p
}
