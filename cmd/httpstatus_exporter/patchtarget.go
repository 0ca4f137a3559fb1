package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/classify/contract"
)

// known returns the operation of the contract that m is about, or that is on the same path.
func (m *missing) known() *contract.Route {
	if m.route != nil {
		return m.route
	}
	return m.beside
}

// documentOf returns the OpenAPI document that a route comes from, "" where it is the contract's own. A route of the contract
// that has more codes from a document is that document's as well.
func (p *patch) documentOf(m *missing) string {
	r := m.known()
	if p.isDocument {
		return p.contract.File
	}
	if r.Pos.File != p.contract.File {
		return r.Pos.File
	}
	for _, code := range r.Codes {
		if code.Pos.File != p.contract.File {
			return code.Pos.File
		}
	}
	return ""
}

// A document is the paths of an OpenAPI document.
type document struct {
	paths map[string]pathItem
	order []string
}

// A pathItem is what matters here of a path item: its operations by method, and whether it is a reference.
type pathItem struct {
	operations map[string]operation
	reference  bool
}

// An operation is where it stands, and what an overlay can reach of it.
type operation struct {
	line, column         int
	reference, responses bool // it, or its responses, are elsewhere; it has responses
}

// target returns the place that an action has to update. A template has the base path before it, and the name of a parameter
// may be that of another path of the same shape; the place of the operation settles it. The problem says why the route cannot
// be reached by an overlay, "" where it can.
func (p *patch) target(docs map[string]*document, m *missing) (t target, problem string, err error) {
	file := p.documentOf(m)
	if file == "" {
		return t, "the route is the contract's own and in no OpenAPI document", nil
	}
	doc := docs[file]
	if doc == nil {
		if doc, err = readDocument(file); err != nil {
			return t, "", err
		}
		docs[file] = doc
	}
	r := m.known()
	t.path = doc.pathOf(r, file)
	t.method = strings.ToLower(m.method)
	if m.route != nil && len(r.Methods) == 1 {
		t.method = strings.ToLower(r.Methods[0]) // HEAD is documented as GET
	}
	item := doc.paths[t.path]
	op, known := item.operations[t.method]
	switch {
	case t.path == "":
		return t, file + " has no path for it", nil
	case item.reference:
		return t, fmt.Sprintf("%s has a $ref for the path %s, which an overlay does not follow", file, t.path), nil
	case op.reference:
		return t, fmt.Sprintf("%s has a $ref for %s of the path %s, which an overlay does not follow", file, t.method, t.path), nil
	}
	t.operation, t.responses = known, op.responses
	return t, "", nil
}

// pathOf returns the key of the path that a route is about: the one whose operation stands where the route does, else the
// longest that its template ends in, else "".
func (d *document) pathOf(r *contract.Route, file string) string {
	best := ""
	for _, path := range d.order {
		if !strings.HasSuffix(shape(r.Template), shape(path)) {
			continue
		}
		if r.Pos.File == file && len(r.Methods) == 1 {
			op, has := d.paths[path].operations[strings.ToLower(r.Methods[0])]
			if has && r.Pos.Line == op.line && r.Pos.Column == op.column {
				return path
			}
		}
		if len(path) > len(best) {
			best = path
		}
	}
	return best
}

var templateVariable = regexp.MustCompile(`\{[^{}]*\}`)

func shape(template string) string { return templateVariable.ReplaceAllString(template, "{}") }

func readDocument(file string) (*document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, plain(err)
	}
	var top struct {
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(data, &top); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	doc := &document{paths: map[string]pathItem{}}
	for i := 0; i+1 < len(top.Paths.Content); i += 2 {
		key, v := top.Paths.Content[i].Value, top.Paths.Content[i+1]
		item := pathItem{operations: map[string]operation{}, reference: value(v, "$ref") != nil}
		for j := 0; j+1 < len(v.Content); j += 2 {
			method, op := v.Content[j], v.Content[j+1]
			responses := value(op, "responses")
			item.operations[method.Value] = operation{method.Line, method.Column,
				value(op, "$ref") != nil || value(responses, "$ref") != nil, responses != nil}
		}
		doc.paths[key] = item
		doc.order = append(doc.order, key)
	}
	return doc, nil
}
