package contract

import (
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var routeKeys = []string{"match", "host", "name", "owner", "inherit", "deprecated", "codes", "always_when"}

func (r *reader) routes(n *yaml.Node) []Route {
	first := map[string]Position{}
	var routes []Route
	for _, item := range r.sequence(n, "routes") {
		route, ok := r.route(item)
		if !ok {
			continue
		}
		for _, key := range operations(&route) {
			if other, again := first[key]; again {
				method, _, _ := strings.Cut(key, " ")
				r.errorAt(route.Pos, "%s conflicts with the route in line %d: same method and same path, whatever the parameters are called; make them one route",
					strings.TrimSpace(method+" "+route.Template), other.Line)
				break
			}
			first[key] = route.Pos
		}
		routes = append(routes, route)
	}
	return routes
}

// operations returns one key for each method of a route: host, method, and the template with its names taken out, so that
// two routes that match the same requests share a key.
func operations(route *Route) []string {
	methods := route.Methods
	if len(methods) == 0 {
		methods = []string{""}
	}
	shape := Shape(route.Template)
	keys := make([]string, len(methods))
	for i, m := range methods {
		keys[i] = m + " " + strings.ToLower(route.Host) + " " + shape
	}
	return keys
}

// Shape returns a template without the names of its variables: what two templates for the same paths share.
func Shape(template string) string { return variable.ReplaceAllString(template, "{}") }

func describeOperation(key string) string {
	method, rest, _ := strings.Cut(key, " ")
	_, path, _ := strings.Cut(rest, " ")
	return strings.TrimSpace(method + " " + path)
}

var (
	variable       = regexp.MustCompile(`\{[^{}]*\}`)
	templateSyntax = regexp.MustCompile(`^/([^\s{}?#]|\{[^\s{}/?#]+\})*$`)
)

func (r *reader) route(n *yaml.Node) (Route, bool) {
	route := Route{Inherit: true, Pos: r.pos(n)}
	var codes, always, match *yaml.Node
	for key, v := range r.mapping(n, "a route", routeKeys) {
		switch key.Value {
		case "match":
			match = v
		case "host":
			route.Host, _ = r.text(v, "host")
		case "name":
			route.Name = r.label(v, "name")
		case "owner":
			route.Owner, _ = r.text(v, "owner")
		case "inherit":
			if b, ok := r.boolean(v, "inherit"); ok {
				route.Inherit = b
			}
		case "deprecated":
			route.Deprecated, _ = r.boolean(v, "deprecated")
		case "codes":
			codes = v
		case "always_when":
			always = v
		}
	}
	ok := false
	if match == nil {
		if rn := r.resolve(n); rn != nil && rn.Kind == yaml.MappingNode {
			r.errorf(n, "the route has no match: write match: GET /path/{id}")
		}
	} else if route.Methods, route.Template, ok = r.match(match); ok {
		route.Pos = r.pos(match)
	}
	scope := slug(strings.Join(route.Methods, " "), route.Host, route.Template)
	if codes != nil {
		route.Codes = r.codes(codes, scope, routeCodes)
	}
	if always != nil {
		route.AlwaysWhen = r.checks(always, "always_when", scope, alwaysWhenKeys)
		for i := range route.AlwaysWhen {
			if c := &route.AlwaysWhen[i]; c.Code == "" {
				r.errorAt(c.Pos, "always_when of a route says which code it demands: add code: 202")
			}
		}
	}
	return route, ok
}

// match reads "[METHOD[|METHOD] ]/path/{template}".
func (r *reader) match(n *yaml.Node) (methods []string, template string, ok bool) {
	s, ok := r.text(n, "match")
	if !ok {
		return nil, "", false
	}
	template = s
	if before, after, found := strings.Cut(s, " "); found {
		template = after
		for m := range strings.SplitSeq(before, "|") {
			if wrong := checkMethod(m); wrong != "" {
				r.errorf(n, "match %q: %s", clip(s), wrong)
				return nil, "", false
			}
			if slices.Contains(methods, m) {
				r.errorf(n, "match %q names %s twice", clip(s), m)
				return nil, "", false
			}
			methods = append(methods, m)
		}
	}
	switch {
	case !strings.HasPrefix(template, "/"):
		r.errorf(n, "match %q: the path must start with /, after at most one blank: GET|HEAD /path/{id}", clip(s))
	case strings.ContainsAny(template, "?#"):
		r.errorf(n, "match %q: a path ends before ? and #: a query tells no routes apart", clip(s))
	case !templateSyntax.MatchString(template):
		r.errorf(n, "match %q: a variable is {name} within one segment, and a path has no blanks", clip(s))
	default:
		return methods, template, true
	}
	return nil, "", false
}

var openAPIKeys = []string{"file", "base_path", "inherit", "default"}

// openapi reads the OpenAPI documents that a contract names and adds their routes.
func (r *reader) openapi(n *yaml.Node, c *Contract, digest io.Writer) {
	taken := map[string]string{}
	for id := range r.ids {
		taken[id] = "the contract's own" // no header is called that
	}
	for _, item := range r.sequence(n, "openapi") {
		opts := openAPIOptions{Inherit: true, Default: "documents-all", IDs: taken}
		var file string
		var at *yaml.Node
		before := len(r.errs)
		for key, v := range r.mapping(item, "an openapi entry", openAPIKeys) {
			switch key.Value {
			case "file":
				file, _ = r.text(v, "file")
				at = v
			case "base_path":
				opts.BasePath, opts.HasBasePath = r.text(v, "base_path")
			case "inherit":
				if b, ok := r.boolean(v, "inherit"); ok {
					opts.Inherit = b
				}
			case "default":
				opts.Default, _ = r.enum(v, "default", "documents-all", "documents-errors", "ignore")
			}
		}
		if at == nil && len(r.errs) == before {
			r.errorf(item, "the openapi entry names no file: add file: openapi.yaml")
		}
		if len(r.errs) == before {
			r.merge(at, file, opts, c, digest)
		}
	}
}

// merge adds the routes of one OpenAPI document. Where contract and document have the same operation, the contract's
// codes win and the document's other codes are added.
func (r *reader) merge(at *yaml.Node, file string, opts openAPIOptions, c *Contract, digest io.Writer) {
	if strings.Contains(file, "://") {
		r.errorf(at, "%s is an address: download the document and name the file", clip(file))
		return
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(r.file), file)
	}
	data, err := readFile(file, maxDocument)
	if err != nil {
		r.errorf(at, "%s cannot be read: %v", file, cause(err))
		return
	}
	if !IsOpenAPI(data) {
		r.errorf(at, "%s is no OpenAPI document: it has no openapi or swagger version at its top", file)
		return
	}
	doc, err := parseOpenAPI(file, data, opts)
	if err != nil {
		r.errorf(at, "the OpenAPI document is refused:\n%v", err)
		return
	}
	_, _ = io.WriteString(digest, doc.Digest)
	own := map[string]int{}
	for i := range c.Routes {
		for _, key := range operations(&c.Routes[i]) {
			own[key] = i
		}
	}
	for _, route := range doc.Routes { // each has one method
		key := operations(&route)[0]
		at, known := own[key]
		if !known {
			c.Routes = append(c.Routes, route)
			continue
		}
		if len(c.Routes[at].Methods) > 1 { // only this one of its methods is in the document
			split := c.Routes[at]
			split.Methods = route.Methods
			rest := func(m string) bool { return m == route.Methods[0] }
			c.Routes[at].Methods = slices.DeleteFunc(slices.Clone(c.Routes[at].Methods), rest)
			at = len(c.Routes)
			c.Routes = append(c.Routes, split)
			own[key] = at
		}
		mergeRoute(&c.Routes[at], &route)
	}
}

func mergeRoute(own, other *Route) {
	own.Codes = mergeCodes(own.Codes, other.Codes)
	own.AlwaysWhen = slices.Concat(own.AlwaysWhen, other.AlwaysWhen)
	if own.Owner == "" {
		own.Owner = other.Owner
	}
	own.Deprecated = own.Deprecated || other.Deprecated
	if own.Operation == nil {
		own.Operation = other.Operation
	}
}

func mergeCodes(own, other []Code) []Code {
	own = slices.Clip(own) // two routes may share it
	for _, code := range other {
		if !slices.ContainsFunc(own, func(c Code) bool { return c.Pattern == code.Pattern }) {
			own = append(own, code)
		}
	}
	return own
}
