package contract

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"httpstatus_exporter/classify/route"
)

// This is how OpenAPI documents are read: openapi.go turns paths into routes, openapi_operation.go an operation into what
// a route says, openapi_server.go servers into base paths. They walk nodes (openapi_node.go), which are the same for YAML
// (openapi_yaml.go) and JSON (openapi_json.go), and openapi_document.go follows $ref to wherever it leads. Schemas,
// parameters, examples and callbacks are never looked at, so no defect in one of them matters.

// openAPIOptions is how a contract file wants an OpenAPI document to be read.
type openAPIOptions struct {
	BasePath    string            // goes before every path instead of what servers or basePath say
	HasBasePath bool              // BasePath is meant, the empty one too
	Default     string            // what a default response covers: "documents-all" (also ""), "documents-errors" or "ignore"
	Inherit     bool              // page-level codes apply to the operations too
	IDs         map[string]string // of conditions that are taken, with what each is about; joined by those of the document
}

// version finds the version line of a YAML document. A contract's own openapi key holds a list, never a version.
var version = regexp.MustCompile(`(?m)^(?:\{\s*)?["']?(?:openapi|swagger)["']?\s*:\s*["']?\d`)

// IsOpenAPI reports whether data is an OpenAPI document and no contract: cheap on documents of any size, because a
// contract file has to be told from an OpenAPI document before either is parsed.
func IsOpenAPI(data []byte) bool {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte(byteOrderMark)))
	if bytes.HasPrefix(data, []byte("{")) {
		keys, _ := jsonKeys(data)
		for _, key := range keys {
			if (key.name == "openapi" || key.name == "swagger") && (data[key.value] == '"' || isDigit(data[key.value])) {
				return true
			}
		}
	}
	return version.Match(data)
}

// parseOpenAPI reads an OpenAPI document, 2.0 to 3.2, YAML or JSON, and the files that it refers to. The result has
// Routes only, one for each operation and base path: no page-level Codes. Its Digest covers every file that was read.
// The error is an Errors.
func parseOpenAPI(filename string, data []byte, opts openAPIOptions) (*Contract, error) {
	l := newLoader()
	doc, err := l.add(filename, data)
	if err != nil {
		return nil, Errors{err}
	}
	o := newOpenAPI(l, opts)
	o.document(doc.root)
	if len(l.errs) > 0 {
		return nil, l.errs.sort()
	}
	o.contract.File = filename
	o.contract.Digest = l.digest()
	return o.contract, nil
}

// openAPI is the reading of one document.
type openAPI struct {
	*loader
	opts      openAPIOptions
	contract  *Contract
	elsewhere bool // paths is a $ref
	security  node // the root's
	owner     string
	responses map[node]response // read once, however many operations refer to them
	codes     int               // how many so far
	ids       map[string]string // of conditions, with what each is about
	shapes    map[string]string // the first path of each shape
	several   map[string]bool   // templates that stand for paths with a query or a fragment
	first     map[string]int    // the first route of each operation
}

func newOpenAPI(l *loader, opts openAPIOptions) *openAPI {
	if opts.IDs == nil {
		opts.IDs = map[string]string{}
	}
	return &openAPI{
		loader: l, opts: opts, contract: empty(), responses: map[node]response{},
		ids: opts.IDs, shapes: map[string]string{}, several: map[string]bool{}, first: map[string]int{},
	}
}

// supported are the versions whose paths, operations and responses have the form that is read here.
var supported = regexp.MustCompile(`^(2\.0|3\.[012](\.\d+.*)?)$`)

func (o *openAPI) document(root node) {
	if root.kind() != mapping {
		o.errorf(root, "an OpenAPI document is a mapping with openapi or swagger at its top, found %s", root.kind())
		return
	}
	f := o.fields(root)
	v := f["openapi"]
	if v == nil {
		v = f["swagger"]
	}
	if v == nil {
		o.errorf(root, "no OpenAPI document: it has no openapi or swagger version at its top")
		return
	}
	if !supported.MatchString(v.text()) {
		o.errorf(v, "OpenAPI %s is not known: 2.0, 3.0, 3.1 and 3.2 are", clip(v.text()))
		return
	}
	o.info(root, f)
	o.security = f["security"]
	bases := o.bases(f)
	paths := f["paths"]
	if paths == nil {
		o.errorf(root, "the document has no paths: nothing to hold a request against")
		return
	}
	o.elsewhere = refers(paths)
	for _, m := range o.members(paths, "paths") {
		if o.overrun {
			return
		}
		if !strings.HasPrefix(m.key, "x-") {
			o.pathItem(m, bases)
		}
	}
	o.conflicts()
	if len(o.contract.Routes) == 0 && len(o.errs) == 0 {
		o.errorf(paths, "no path has an operation: nothing to hold a request against")
	}
}

// info takes over what the document says about itself.
func (o *openAPI) info(root node, f map[string]node) {
	info := o.fields(f["info"])
	title := words(text(info["title"]))
	o.contract.Source.Title = title
	o.contract.Source.Path = root.document().name
	o.contract.Source.URL = text(o.fields(f["externalDocs"])["url"])
	o.contract.Name = slug(title)
	if o.contract.Name = strings.TrimLeft(o.contract.Name, "0123456789-"); o.contract.Name == "" {
		o.contract.Name = nameOf(root.document().name)
	}
	o.owner = owner(f)
	if o.owner == "" {
		o.owner = owner(info)
	}
}

// operationMethods are the keys of a path item that hold operations. Swagger 2.0 has no trace, and only 3.2 has query.
var operationMethods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// pathItem adds a route for each operation of one path.
func (o *openAPI) pathItem(m member, bases []string) {
	f := o.fields(m.value)
	if servers := f["servers"]; servers != nil {
		bases = o.bases(f)
	}
	template, reference := o.template(m.key), o.elsewhere || refers(m.value)
	add := func(method string, op member, keys ...string) {
		at := &Operation{File: o.name, Path: m.key, Keys: keys, PathRef: reference}
		o.operation(template, method, op, f, bases, at)
	}
	for _, op := range o.members(m.value, "a path item") {
		switch {
		case slices.Contains(operationMethods, op.key):
			add(strings.ToUpper(op.key), op, op.key)
		case op.key == "additionalOperations":
			for _, more := range o.members(op.value, op.key) {
				if !headerName.MatchString(more.key) { // RFC 9110: both are tokens
					o.errorf(nodeAt{more.value, more.line, more.column}, "%q is no method", clip(more.key))
					continue
				}
				add(more.key, more, op.key, more.key)
			}
		}
	}
}

// OperationKey returns the key of a path item for a method, "" where OpenAPI has none.
func OperationKey(method string) string {
	if key := strings.ToLower(method); slices.Contains(operationMethods, key) && strings.ToUpper(key) == method {
		return key
	}
	return ""
}

// template returns a path as a template. Documents have paths that differ in nothing but the names of their parameters, one
// for each method (the GitHub API has); they are one route, under the name of the first. Others tell operations of one path
// apart by a query or a fragment (those that describe AWS): what follows ? or # is no part of a route.
func (o *openAPI) template(path string) string {
	cut := strings.IndexAny(path, "?#")
	if cut >= 0 {
		path = strings.TrimSuffix(path[:cut], "{") // RFC 6570 writes a query as {?name}
	}
	shape := Shape(path)
	first, again := o.shapes[shape]
	if !again {
		first, o.shapes[shape] = path, path
	}
	o.several[first] = o.several[first] || cut >= 0
	return first
}

// add adds a route for one base path. Where only a query or a fragment tells two operations apart, they are one route with the
// codes of both.
func (o *openAPI) add(path string, r Route) {
	key := operations(&r)[0]
	if i, again := o.first[key]; again && o.several[path] {
		mergeRoute(&o.contract.Routes[i], &r)
		return
	} else if !again {
		o.first[key] = len(o.contract.Routes)
	}
	o.contract.Routes = append(o.contract.Routes, r)
}

// conflicts reports operations that match the same requests as another, and paths that are no path templates.
func (o *openAPI) conflicts() {
	var patterns []route.Pattern
	for i, r := range o.contract.Routes {
		if first := o.first[operations(&r)[0]]; first != i {
			o.errs = append(o.errs, &Error{r.Pos, fmt.Sprintf("%s %s is there already, at %s, whatever the parameters are called: make them one operation",
				r.Methods[0], r.Template, o.contract.Routes[first].Pos)})
		}
		patterns = append(patterns, route.Pattern{Template: r.Template, ID: i})
	}
	slices.SortStableFunc(patterns, func(a, b route.Pattern) int { return strings.Compare(a.Template, b.Template) })
	patterns = slices.CompactFunc(patterns, func(a, b route.Pattern) bool { return a.Template == b.Template })
	_, err := route.New(patterns)
	if e := (*route.Error)(nil); errors.As(err, &e) {
		o.errs = append(o.errs, &Error{o.contract.Routes[patterns[e.Index].ID].Pos, e.Msg})
	}
}

// words returns s with every run of white space made one blank: what labels and names are made of.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }
