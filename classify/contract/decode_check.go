package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The keys of a condition, by where it stands.
var (
	onlyWhenKeys   = []string{"id", "severity", "method", "request_header", "auth", "documented_method", "status"}
	alwaysWhenKeys = append(slices.Clone(onlyWhenKeys), "code")
	sendsKeys      = []string{"id", "severity", "response_header", "body"}
)

// checks reads a list of conditions. The scope begins the ids of the unnamed ones.
func (r *reader) checks(n *yaml.Node, what, scope string, keys []string) []Check {
	var checks []Check
	for i, item := range r.sequence(n, what) {
		c := r.check(item, "a condition of "+what, keys)
		if c.ID == "" {
			c.ID = r.unusedID(slug(scope, what), i+1)
			r.ids[c.ID] = c.Pos
		}
		checks = append(checks, c)
	}
	return checks
}

func (r *reader) check(n *yaml.Node, what string, keys []string) Check {
	c := Check{Pos: r.pos(n)}
	before, parts := len(r.errs), 0
	for key, v := range r.mapping(n, what, keys) {
		parts++
		switch key.Value {
		case "id":
			c.ID = r.id(v)
			parts--
		case "severity":
			c.Severity, _ = r.severity(v, "severity")
			parts--
		case "method":
			c.Methods = r.methods(v)
		case "request_header":
			c.RequestHeaders = r.headers(v, key.Value)
		case "response_header":
			c.ResponseHeaders = r.headers(v, key.Value)
		case "auth":
			c.Auth = r.presence(v, "auth", "present", "absent")
		case "body":
			c.Body = r.presence(v, "body", "present", "empty")
		case "documented_method":
			if b, ok := r.boolean(v, key.Value); ok {
				c.DocumentedMethod = &b
			}
		case "status":
			c.Status = r.statusList(v, key.Value)
		case "code":
			c.Code, _ = r.statusPattern(v, key.Value)
		}
	}
	if parts == 0 && len(r.errs) == before {
		r.errorf(n, "%s asks nothing: give it %s", what, list(keys[2:]))
	}
	return c
}

func (r *reader) presence(n *yaml.Node, what, present, absent string) Presence {
	switch s, _ := r.enum(n, what, present, absent); s {
	case present:
		return Present
	case absent:
		return Absent
	}
	return Any
}

func (r *reader) id(n *yaml.Node) string {
	s, ok := r.text(n, "id")
	switch {
	case !ok:
	case !idSyntax.MatchString(s):
		r.errorf(n, "id %q must be a-z, 0-9 and -, at most 63 characters", clip(s))
	default:
		if first, again := r.ids[s]; again {
			r.errorf(n, "the condition id %q is taken in line %d: ids are unique", s, first.Line)
		} else {
			r.ids[s] = r.pos(n)
		}
		return s
	}
	return "" // gets one of its own
}

func (r *reader) methods(n *yaml.Node) []string {
	var methods []string
	count := 0
	for _, item := range r.sequence(n, "method") {
		count++
		s, ok := r.text(item, "a method")
		if !ok {
			continue
		}
		if wrong := checkMethod(s); wrong != "" {
			r.errorf(item, "%s", wrong)
			continue
		}
		methods = append(methods, s)
	}
	r.notEmpty(n, "method", count)
	return methods
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

func (r *reader) headers(n *yaml.Node, what string) []Header {
	first := map[string]*yaml.Node{}
	var headers []Header
	count := 0
	for key, v := range r.mapping(n, what, nil) {
		count++
		name := strings.ToLower(key.Value)
		if !headerName.MatchString(key.Value) {
			r.errorf(key, "%q is no header name", clip(key.Value))
			continue
		}
		if other := first[name]; other != nil {
			r.errorf(key, "the header %s appears twice in %s, first in line %d", key.Value, what, other.Line)
			continue
		}
		first[name] = key
		if h, ok := r.header(name, v); ok {
			headers = append(headers, h)
		}
	}
	r.notEmpty(n, what, count)
	return headers
}

func (r *reader) header(name string, n *yaml.Node) (Header, bool) {
	h := Header{Name: name}
	s, ok := r.scalar(n, "the header "+name, "present, absent or a /regular expression/", "!!str")
	if !ok {
		return h, false
	}
	switch {
	case s == "present":
		h.Presence = Present
	case s == "absent":
		h.Presence = Absent
	case len(s) > 2 && s[0] == '/' && s[len(s)-1] == '/':
		h.Presence, h.Pattern = Matches, s[1:len(s)-1]
		if _, err := regexp.Compile(h.Pattern); err != nil {
			r.errorf(n, "the header %s: no regular expression: %s", name, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			return h, false
		}
	default:
		r.errorf(n, "the header %s must be present, absent or a /regular expression/, found %q%s", name, clip(s),
			suggest(s, []string{"present", "absent"}))
		return h, false
	}
	return h, true
}

// slug joins words to the beginning of a condition id.
func slug(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		for _, c := range strings.ToLower(w) {
			switch {
			case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
				b.WriteRune(c)
			case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
				b.WriteByte('-')
			}
		}
		if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// unusedID numbers a condition that has no id of its own.
func (r *reader) unusedID(scope string, number int) string {
	const longest = 56 // leaves room for the number
	if len(scope) > longest {
		scope = scope[len(scope)-longest:]
	}
	scope = strings.TrimLeft(scope, "-")
	for ; ; number++ {
		id := fmt.Sprintf("%s-%d", scope, number)
		if _, taken := r.ids[id]; !taken {
			return id
		}
	}
}
