package contract

import (
	"io"
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Defaults of a contract that is silent about them.
const (
	DefaultObjective = 0.999
	DefaultMinErrors = 10
	UnmatchedLabel   = "unmatched"
)

// defaultNoResponse lists what servers log where no client received a status: nginx 444 and 499, AWS 460, and the tokens
// that are no status at all.
var defaultNoResponse = []string{"-", "0", "000", "-1", "444", "460", "499"}

var (
	nameSyntax = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	idSyntax   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
)

var contractKeys = []string{"contract", "name", "source", "undocumented", "codes", "routes", "unmatched", "no_response",
	"openapi", "vendor", "objective", "min_errors"}

// empty returns a contract that documents nothing, with every default filled in.
func empty() *Contract {
	return &Contract{
		Source:     Source{Standard: "rfc9110"},
		Unmatched:  Unmatched{Expect: []string{"3XX", "4XX"}, Label: UnmatchedLabel},
		NoResponse: slices.Clone(defaultNoResponse),
		Objective:  DefaultObjective,
		MinErrors:  DefaultMinErrors,
		MaxRatio:   map[string]float64{},
	}
}

// contract reads the whole document. The text of files that it refers to goes into digest as well.
func (r *reader) contract(n *yaml.Node, digest io.Writer) *Contract {
	c := empty()
	if !r.looksLikeContract(n) {
		r.errorf(n, "this is neither a contract, which has contract: v1, nor an OpenAPI document, which has openapi: 3.1.0 or swagger: '2.0'")
		return c
	}
	seen := map[string]bool{}
	var openapi *yaml.Node
	for key, v := range r.mapping(n, "the contract", contractKeys) {
		seen[key.Value] = true
		switch key.Value {
		case "contract":
			r.enum(v, "contract", "v1")
		case "name":
			c.Name = r.name(v)
		case "source":
			r.source(v, &c.Source)
		case "undocumented":
			c.Undocumented, _ = r.severity(v, "undocumented")
		case "codes":
			c.Codes = r.codes(v, "", pageCodes)
		case "routes":
			c.Routes = r.routes(v)
		case "unmatched":
			r.unmatched(v, &c.Unmatched)
		case "no_response":
			c.NoResponse = r.noResponse(v)
		case "openapi":
			openapi = v
		case "vendor":
			c.Vendors = r.words(v, "vendor", Vendors())
		case "objective":
			if f, ok := r.number(v, "objective"); ok {
				if !(f > 0 && f < 1) {
					r.errorf(v, "objective is the promised share of good responses, between 0 and 1 such as 0.999; found %v", f)
				}
				c.Objective = f
			}
		case "min_errors":
			if f, ok := r.number(v, "min_errors"); ok {
				if !(f >= 0 && f <= 1e12) {
					r.errorf(v, "min_errors is a number of responses, 0 to 1e12; found %v", f)
				}
				c.MinErrors = f
			}
		}
	}
	if !seen["contract"] {
		r.errorf(n, "the line \"contract: v1\" is missing: it says that this file is a contract")
	}
	if !seen["codes"] && !seen["routes"] && !seen["openapi"] {
		r.errorf(n, "the contract documents nothing: it needs codes, routes or openapi")
	}
	if openapi != nil {
		r.openapi(openapi, c, digest)
	}
	r.checkLabels(c)
	for _, code := range c.Codes {
		if code.MaxRatio > 0 {
			c.MaxRatio[code.Pattern] = code.MaxRatio
		}
	}
	return c
}

// looksLikeContract reports whether a mapping has one of the keys that a contract cannot be without: the keys of any other
// document are not worth a message each.
func (r *reader) looksLikeContract(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if slices.Contains([]string{"contract", "codes", "routes", "openapi"}, n.Content[i].Value) {
			return true
		}
	}
	return false
}

func (r *reader) name(n *yaml.Node) string {
	s, ok := r.text(n, "name")
	if ok && !nameSyntax.MatchString(s) {
		r.errorf(n, "name %q must start with a-z and go on with a-z, 0-9, _ and -", clip(s))
	}
	return s
}

func (r *reader) source(n *yaml.Node, s *Source) {
	for key, v := range r.mapping(n, "source", []string{"title", "url", "path", "standard"}) {
		switch key.Value {
		case "title":
			s.Title, _ = r.text(v, "title")
		case "url":
			s.URL, _ = r.text(v, "url")
		case "path":
			s.Path, _ = r.text(v, "path")
		case "standard":
			s.Standard, _ = r.enum(v, "standard", "rfc9110", "rfc2616", "none")
		}
	}
}

var severities = map[string]Severity{
	"error": SeverityError, "warning": SeverityWarning, "info": SeverityInfo, "off": SeverityOff,
}

func (r *reader) severity(n *yaml.Node, what string) (Severity, bool) {
	s, ok := r.enum(n, what, "error", "warning", "info", "off")
	return severities[s], ok
}

func (r *reader) unmatched(n *yaml.Node, u *Unmatched) {
	for key, v := range r.mapping(n, "unmatched", []string{"expect", "label"}) {
		switch key.Value {
		case "expect":
			u.Expect = r.statusList(v, "expect")
		case "label":
			u.Label = r.label(v, "label")
		}
	}
}

func (r *reader) noResponse(n *yaml.Node) []string {
	first := map[string]int{}
	var tokens []string
	for _, item := range r.sequence(n, "no_response") {
		s, ok := r.text(item, "a status token of no_response")
		if !ok {
			continue
		}
		if line, again := first[s]; again {
			r.errorf(item, "no_response lists %q twice, first in line %d", clip(s), line)
			continue
		}
		first[s] = item.Line
		tokens = append(tokens, s)
	}
	return tokens
}

// words reads a list of distinct words out of a closed set.
func (r *reader) words(n *yaml.Node, what string, known []string) []string {
	var found []string
	for _, item := range r.sequence(n, what) {
		s, ok := r.enum(item, what, known...)
		if ok && slices.Contains(found, s) {
			r.errorf(item, "%s lists %s twice", what, s)
		} else if ok {
			found = append(found, s)
		}
	}
	return found
}

// statusList reads a list of status patterns.
func (r *reader) statusList(n *yaml.Node, what string) []string {
	var patterns []string
	count := 0
	for _, item := range r.sequence(n, what) {
		count++
		if p, ok := r.statusPattern(item, what); ok {
			patterns = append(patterns, p)
		}
	}
	r.notEmpty(n, what, count)
	return patterns
}

func (r *reader) statusPattern(n *yaml.Node, what string) (string, bool) {
	s, ok := r.scalar(n, what, "a status code such as 404 or 4XX", "!!str", "!!int")
	if !ok {
		return "", false
	}
	if wrong := checkPattern(s); wrong != "" {
		r.errorf(n, "%s: %s", what, wrong)
		return "", false
	}
	return s, true
}

func (r *reader) notEmpty(n *yaml.Node, what string, count int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if count == 0 && len(n.Content) == 0 && (n.Kind == yaml.SequenceNode || n.Kind == yaml.MappingNode) {
		r.errorf(n, "%s is empty: fill it or leave it out", what)
	}
}

// label reads text that becomes a value of the route label.
func (r *reader) label(n *yaml.Node, what string) string {
	s, ok := r.text(n, what)
	switch {
	case !ok:
	case s == "":
		r.errorf(n, "%s is empty: it becomes the value of the route label", what)
	case s[0] == '_' || slices.ContainsFunc([]rune(s), isLabelControl):
		r.errorf(n, "%s %q must not start with _ or contain line breaks: it becomes the value of the route label", what, clip(s))
	}
	return s
}

func isLabelControl(c rune) bool { return c < ' ' || c == 0x7f }

// checkLabels refuses a route whose label is the one of requests that match no route.
func (r *reader) checkLabels(c *Contract) {
	for i := range c.Routes {
		if c.Routes[i].Name == c.Unmatched.Label {
			r.errorAt(c.Routes[i].Pos, "the name %q is the label of requests that match no route: choose another", c.Routes[i].Name)
		}
	}
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
