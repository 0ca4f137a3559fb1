package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/classify/contract"
)

// writeOverlay prints an OpenAPI Overlay 1.0.0 (https://spec.openapis.org/overlay/v1.0.0) that adds the missing responses to
// the document, without touching its text.
func (p *patch) writeOverlay(w io.Writer) error {
	text, err := contractText(p.contract)
	if err != nil {
		return err
	}
	p.isDocument = contract.IsOpenAPI(text)
	docs := map[string]*document{}
	var actions bytes.Buffer
	left := append([]string(nil), p.left...)
	extends := map[string]bool{}
	for _, group := range p.groups() {
		path, problem := "", "the contract's page is no part of an OpenAPI document"
		if group[0].place() != "" {
			if path, problem, err = p.pathKey(docs, &group[0]); err != nil {
				return err
			}
		}
		if problem != "" {
			for _, m := range group {
				left = append(left, fmt.Sprintf("%s: %s; %s", strings.TrimSpace(fmt.Sprintf("%d %s %s", m.code, m.meaning, m.heading())), problem, m.evidence))
			}
			continue
		}
		if file := p.documentOf(&group[0]); file != "" {
			extends[file] = true
		}
		writeAction(&actions, path, group)
	}
	if actions.Len() == 0 {
		return fmt.Errorf("--patch=openapi-overlay: nothing of this can be said in an overlay:\n  %s", strings.Join(left, "\n  "))
	}
	fmt.Fprintln(w, "overlay: 1.0.0")
	fmt.Fprintf(w, "info:\n  title: %s\n  version: 0.0.1\n", scalar(strings.TrimSpace("Status codes seen, but not documented "+p.when)))
	if len(extends) == 1 {
		for file := range extends {
			fmt.Fprintf(w, "extends: %s\n", scalar(filepath.ToSlash(file)))
		}
	}
	for _, line := range left {
		fmt.Fprintf(w, "# Not in this overlay: %s\n", line)
	}
	_, err = fmt.Fprintf(w, "actions:\n%s", actions.Bytes())
	return err
}

// writeAction adds one action: the responses of an operation, or the operation itself where the document has none.
func writeAction(w io.Writer, path string, group []missing) {
	m := &group[0]
	method := strings.ToLower(m.method)
	if m.route != nil && len(m.route.Methods) == 1 {
		method = strings.ToLower(m.route.Methods[0]) // HEAD is documented as GET
	}
	in := 6
	if m.route != nil {
		fmt.Fprintf(w, "  - target: %s\n    update:\n", scalar(fmt.Sprintf("$.paths['%s'].%s.responses", quoted(path), method)))
	} else {
		fmt.Fprintf(w, "  - target: %s\n    update:\n      %s:\n        responses:\n", scalar(fmt.Sprintf("$.paths['%s']", quoted(path))), method)
		in = 10
	}
	for _, m := range group {
		// OpenAPI wants a description, and a phrase is better than none.
		description := cmp.Or(m.meaning, fmt.Sprintf("Status %d", m.code))
		fmt.Fprintf(w, "%s\"%d\": {description: %s} # %s\n", strings.Repeat(" ", in), m.code, flowScalar(description), m.evidence)
	}
}

// quoted escapes a name for '...' in a JSONPath.
func quoted(s string) string { return strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) }

// flowScalar is scalar for use within braces.
func flowScalar(s string) string {
	if strings.ContainsAny(s, ",[]{}") {
		return fmt.Sprintf("%q", s)
	}
	return scalar(s)
}

// documentOf returns the OpenAPI document that a route comes from, "" where it is the contract's own.
func (p *patch) documentOf(m *missing) string {
	if p.isDocument {
		return p.contract.File
	}
	r := m.route
	if r == nil {
		for i := range p.contract.Routes {
			if o := &p.contract.Routes[i]; o.Template == m.template && o.Host == m.host {
				r = o
			}
		}
	}
	if r == nil || r.Pos.File == p.contract.File {
		return ""
	}
	return r.Pos.File
}

// A document is the paths of an OpenAPI document.
type document struct {
	paths map[string]pathItem
	order []string
}

// A pathItem is what matters here of a path item: where its operations stand, and whether it is a reference.
type pathItem struct {
	at        map[string][2]int // line and column by method
	reference bool
}

// pathKey returns the key of paths that a route comes from. A template has the base path before it, and the name of a
// parameter may be that of another path of the same shape; the place of the operation settles it. The problem says why the
// route cannot be reached by an overlay, "" where it can.
func (p *patch) pathKey(docs map[string]*document, m *missing) (key, problem string, err error) {
	template := m.template
	if m.route != nil {
		template = m.route.Template
	}
	file := p.documentOf(m)
	if file == "" {
		return template, "", nil
	}
	doc := docs[file]
	if doc == nil {
		if doc, err = readDocument(file); err != nil {
			return "", "", err
		}
		docs[file] = doc
	}
	best := ""
	for _, path := range doc.order {
		if !strings.HasSuffix(shape(template), shape(path)) {
			continue
		}
		item := doc.paths[path]
		if m.route != nil && m.route.Pos.File == file && len(m.route.Methods) == 1 &&
			item.at[strings.ToLower(m.route.Methods[0])] == [2]int{m.route.Pos.Line, m.route.Pos.Column} {
			return path, "", nil
		}
		if len(path) > len(best) {
			best = path
		}
	}
	switch {
	case best == "":
		return "", file + " has no path for it", nil
	case doc.paths[best].reference:
		return "", fmt.Sprintf("%s refers to another file for the path %s, which an overlay does not reach", file, best), nil
	}
	return best, "", nil
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
		item := pathItem{at: map[string][2]int{}, reference: value(v, "$ref") != nil}
		for j := 0; j+1 < len(v.Content); j += 2 {
			item.at[v.Content[j].Value] = [2]int{v.Content[j].Line, v.Content[j].Column}
		}
		doc.paths[key] = item
		doc.order = append(doc.order, key)
	}
	return doc, nil
}
