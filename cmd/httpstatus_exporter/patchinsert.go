package main

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// errBraces says that lines cannot be put into the text, because a mapping is written in braces, is an alias, or shares a
// null with other codes.
var errBraces = errors.New("a mapping is written in braces, or is an alias")

// An edit puts text after a line of the contract, in place of the drop lines before it.
type edit struct {
	after int // line, counting from 1; 0: before the first
	drop  int
	depth int // of edits after the same line the deepest comes first
	text  string
}

// insert puts the missing codes into the text: behind the last code of their table, or in a table or route of their own.
func (p *patch) insert(text []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 || !block(doc.Content[0]) {
		return nil, errBraces
	}
	root := doc.Content[0]
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(bytes.Clone(text), '\n')
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	var edits []edit
	var appended strings.Builder // routes that go behind the last one
	for _, group := range p.groups() {
		var own []edit
		var err error
		switch element := routeNode(root, &group[0]); {
		case group[0].place() == "":
			own, err = tableEdits(lines, root, group, 0)
		case element != nil:
			if !block(element) {
				return nil, errBraces
			}
			own, err = tableEdits(lines, element, group, element.Content[0].Column-1)
		default:
			appended.WriteString(routeLines(group, routesIndent(root)))
		}
		if err != nil {
			return nil, err
		}
		edits = append(edits, own...)
	}
	if appended.Len() > 0 {
		e, err := routesEdit(lines, root, appended.String())
		if err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	return apply(lines, edits), nil
}

// apply makes the edits from the end to the beginning, so that line numbers hold. What is inserted last comes first.
func apply(lines [][]byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(b.after, a.after), cmp.Compare(a.depth, b.depth)) })
	for _, e := range edits {
		lines = slices.Replace(lines, e.after-e.drop, e.after, []byte(e.text))
	}
	return bytes.Join(lines, nil)
}

// tableEdits puts codes into the table that owner has under the key codes, or makes that table at the end of owner, whose
// keys are indented by indent.
func tableEdits(lines [][]byte, owner *yaml.Node, codes []missing, indent int) ([]edit, error) {
	table := value(owner, "codes")
	if table == nil {
		text := strings.Repeat(" ", indent) + "codes:\n"
		for _, m := range codes {
			text += m.row(indent + 2)
		}
		return []edit{{after: end(lines, owner.Content[0].Line, indent), depth: indent, text: text}}, nil
	}
	if !block(table) {
		return nil, errBraces
	}
	var edits []edit
	var text strings.Builder
	in := table.Content[0].Column - 1
	for _, m := range codes {
		old, shared := nullOf(table, m.code)
		switch {
		case shared:
			return nil, errBraces
		case old > 0:
			edits = append(edits, edit{after: old, drop: 1, depth: in + 1, text: m.row(in)})
		default:
			text.WriteString(m.row(in))
		}
	}
	if text.Len() > 0 {
		edits = append(edits, edit{after: end(lines, table.Content[0].Line, in), depth: in, text: text.String()})
	}
	return edits, nil
}

// nullOf returns the line where a table takes exactly this code away, 0 where it does not. Shared says that the line
// takes others away too.
func nullOf(table *yaml.Node, code int) (line int, shared bool) {
	for i := 0; i+1 < len(table.Content); i += 2 {
		key, v := table.Content[i], table.Content[i+1]
		if v.Kind != yaml.ScalarNode || v.Tag != "!!null" {
			continue
		}
		for word := range strings.SplitSeq(key.Value, ",") {
			if strings.TrimSpace(word) == strconv.Itoa(code) {
				return key.Line, strings.Contains(key.Value, ",")
			}
		}
	}
	return 0, false
}

// routesEdit puts routes behind the last one, or makes the list at the end of the contract.
func routesEdit(lines [][]byte, root *yaml.Node, text string) (edit, error) {
	routes := value(root, "routes")
	if routes == nil {
		return edit{after: end(lines, root.Content[0].Line, 0), text: "routes:\n" + text}, nil
	}
	if routes.Kind != yaml.SequenceNode || routes.Style&yaml.FlowStyle != 0 || len(routes.Content) == 0 {
		return edit{}, errBraces
	}
	// What belongs to the list begins with its dash or is indented further; a key of the contract at the same column is not
	// part of it.
	in := routesIndent(root)
	last := end(lines, routes.Content[len(routes.Content)-1].Line, in+1)
	return edit{after: last, depth: in + 1, text: text}, nil
}

// routesIndent returns the column of the dashes, counting from 0.
func routesIndent(root *yaml.Node) int {
	if routes := value(root, "routes"); routes != nil && routes.Kind == yaml.SequenceNode {
		return routes.Column - 1
	}
	return 2
}

// routeNode returns the node of the route in the contract's own list, nil where the route comes from elsewhere.
func routeNode(root *yaml.Node, m *missing) *yaml.Node {
	routes := value(root, "routes")
	if m.route == nil || routes == nil {
		return nil
	}
	for _, element := range routes.Content {
		if element.Kind != yaml.MappingNode {
			continue
		}
		match := value(element, "match")
		if match != nil && match.Value == m.heading() && hostOf(element) == m.route.Host {
			return element
		}
	}
	return nil
}

func hostOf(element *yaml.Node) string {
	if host := value(element, "host"); host != nil {
		return host.Value
	}
	return ""
}

// block reports whether a mapping is written line by line.
func block(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0
}

// end returns the last line of a block that begins in line first and whose lines are indented by indent or more. Comments
// that are indented less belong to what follows, unless more of the block comes after them.
func end(lines [][]byte, first, indent int) int {
	last := first
	for i := first; i < len(lines); i++ {
		line := strings.TrimRight(string(lines[i]), "\r\n \t")
		in := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case line == "":
		case in >= indent:
			if comment := strings.HasPrefix(line[in:], "#"); !comment || last == i {
				last = i + 1
			}
		case !strings.HasPrefix(line[in:], "#"):
			return last
		}
	}
	return last
}
