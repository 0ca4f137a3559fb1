package contract

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Where a table of codes stands: max_ratio belongs to the page alone.
const (
	pageCodes  = false
	routeCodes = true
)

var codeKeys = []string{"meaning", "description", "category", "owner", "slo", "deprecated", "max_ratio", "only_when",
	"always_when", "sends"}

var slos = map[string]SLO{"good": SLOGood, "bad": SLOBad, "client": SLOClient, "ignore": SLOIgnore}

// codes reads a table of codes. The scope is the beginning of the ids of its unnamed conditions.
func (r *reader) codes(n *yaml.Node, scope string, onRoute bool) []Code {
	first := map[string]*yaml.Node{}
	var codes []Code
	count := 0
	for key, v := range r.mapping(n, "codes", nil) {
		count++
		patterns := r.codeKey(key)
		if len(patterns) == 0 {
			continue
		}
		code := r.code(key, v, strings.Join(patterns, ", "), scope, onRoute)
		for _, p := range patterns {
			if other := first[p]; other != nil {
				r.errorf(key, "%s is listed twice, first in line %d", p, other.Line)
				continue
			}
			first[p] = key
			code.Pattern = p
			codes = append(codes, code)
		}
	}
	r.notEmpty(n, "codes", count)
	return codes
}

// codeKey reads the key of a table of codes: "404", "500, 502, 503", "50X", "5XX" or "default".
func (r *reader) codeKey(key *yaml.Node) []string {
	if key.Value == DefaultPattern {
		return []string{DefaultPattern}
	}
	var patterns []string
	for p := range strings.SplitSeq(key.Value, ",") {
		p = strings.Trim(p, " ")
		if wrong := checkPattern(p); wrong != "" {
			if p == DefaultPattern {
				wrong = "default covers what no other entry covers: give it a line of its own"
			} else if near := suggest(p, []string{DefaultPattern}); near != "" {
				wrong = fmt.Sprintf("%q is no status code%s", p, near)
			}
			r.errorf(key, "codes: %s", wrong)
			return nil
		}
		patterns = append(patterns, p)
	}
	return patterns
}

func (r *reader) code(key, n *yaml.Node, patterns, scope string, onRoute bool) Code {
	c := Code{Pos: r.pos(key)}
	if r.isNull(n) {
		c.Removed = true
		return c
	}
	if v := r.resolve(n); v == nil {
		return c
	} else if v.Kind == yaml.ScalarNode {
		c.Meaning = r.meaning(n)
		return c
	}
	what := "code " + patterns
	for k, v := range r.mapping(n, what, codeKeys) {
		switch k.Value {
		case "meaning":
			c.Meaning = r.meaning(v)
		case "description":
			c.Description, _ = r.text(v, "description")
		case "category":
			c.Category, _ = r.enum(v, "category", "informational", "success", "redirect", "client_error", "server_error", "error")
		case "owner":
			c.Owner, _ = r.text(v, "owner")
		case "slo":
			s, _ := r.enum(v, "slo", "good", "bad", "client", "ignore")
			c.SLO = slos[s]
		case "deprecated":
			c.Deprecated, _ = r.boolean(v, "deprecated")
		case "max_ratio":
			c.MaxRatio = r.maxRatio(k, v, patterns, onRoute)
		case "only_when":
			c.OnlyWhen = r.checks(v, k.Value, slug(scope, patterns), onlyWhenKeys)
		case "always_when":
			c.AlwaysWhen = r.checks(v, k.Value, slug(scope, patterns), alwaysWhenKeys)
			for i := range c.AlwaysWhen {
				if c.AlwaysWhen[i].Code == "" {
					c.AlwaysWhen[i].Code = patterns
				}
			}
		case "sends":
			c.Sends = r.checks(v, k.Value, slug(scope, patterns), sendsKeys)
		}
	}
	return c
}

func (r *reader) meaning(n *yaml.Node) string {
	s, ok := r.text(n, "meaning")
	if length := len([]rune(s)); ok && length > maxMeaning {
		r.errorf(n, "meaning has %d characters, at most %d: it becomes a label value; put the rest into description", length, maxMeaning)
	}
	return s
}

func (r *reader) maxRatio(key, n *yaml.Node, patterns string, onRoute bool) float64 {
	f, ok := r.number(n, "max_ratio")
	switch {
	case !ok:
	case onRoute:
		r.errorf(key, "max_ratio belongs to the codes of the whole contract, not of a route")
	case strings.Trim(patterns, "0123456789, ") != "":
		r.errorf(key, "max_ratio needs an exact code such as 503, not %s", patterns)
	case !(f > 0 && f <= 1):
		r.errorf(n, "max_ratio is a share of all responses, above 0 and at most 1; found %v", f)
	default:
		return f
	}
	return 0
}
