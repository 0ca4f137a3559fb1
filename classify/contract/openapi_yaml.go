package contract

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// maxYAML and maxMarks bound the memory that the nodes of one YAML document take: about 200 bytes each, and each needs one
// of the bytes that separate values. The GitHub API's document has 9 MB and 1 million such bytes as YAML.
const (
	maxYAML  = 16 << 20
	maxMarks = 2_500_000
)

// yamlNode is a node of a YAML document.
type yamlNode struct {
	doc *document
	n   *yaml.Node // never an alias
}

// parseYAMLDocument reads data, whose UTF-8 is checked.
func parseYAMLDocument(doc *document, data []byte) (node, *Error) {
	marks := 0
	for _, mark := range []string{"\n", ",", ":", "[", "{"} {
		marks += bytes.Count(data, []byte(mark))
	}
	if len(data) > maxYAML || marks > maxMarks {
		return nil, &Error{Position{doc.name, 1, 1}, "the YAML document is too large: at most 16 MiB and 2.5 million values " +
			"are read; JSON may have 32 MiB"}
	}
	var top yaml.Node
	if err := yaml.Unmarshal(data, &top); err != nil {
		return nil, yamlError(doc.name, data, err)
	}
	if len(top.Content) == 0 {
		return nil, &Error{Position{doc.name, 1, 1}, "the document is empty"}
	}
	return newYAMLNode(doc, top.Content[0]), nil
}

// newYAMLNode follows aliases. One that leads to itself ends at the loader's limits.
func newYAMLNode(doc *document, n *yaml.Node) yamlNode {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return yamlNode{doc, n}
}

func (n yamlNode) document() *document       { return n.doc }
func (n yamlNode) place() (line, column int) { return n.n.Line, n.n.Column }

func (n yamlNode) kind() kind {
	switch {
	case n.n.Kind == yaml.MappingNode:
		return mapping
	case n.n.Kind == yaml.SequenceNode:
		return sequence
	case n.n.ShortTag() == "!!null":
		return null
	}
	return scalar
}

func (n yamlNode) text() string {
	if n.kind() != scalar {
		return ""
	}
	return n.n.Value
}

// members puts what merge keys bring in (<<: *other) behind the mapping's own entries, which win.
func (n yamlNode) members() []member {
	if n.n.Kind != yaml.MappingNode {
		return nil
	}
	if !n.doc.loader.spend(len(n.n.Content)/2 + 1) {
		n.doc.loader.exhausted(n)
		return nil
	}
	list := make([]member, 0, len(n.n.Content)/2)
	var merged []node
	for i := 0; i+1 < len(n.n.Content); i += 2 {
		key, value := newYAMLNode(n.doc, n.n.Content[i]).n, newYAMLNode(n.doc, n.n.Content[i+1])
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		list = append(list, member{key.Value, key.Line, key.Column, value})
	}
	if merged == nil {
		return list
	}
	own := make(map[string]bool, len(list))
	for _, m := range list {
		own[m.key] = true
	}
	for _, m := range n.doc.loader.merge(merged) {
		if !own[m.key] {
			own[m.key] = true
			list = append(list, m)
		}
	}
	return list
}

func (n yamlNode) elements() []node {
	if n.n.Kind != yaml.SequenceNode {
		return nil
	}
	if !n.doc.loader.spend(len(n.n.Content) + 1) {
		n.doc.loader.exhausted(n)
		return nil
	}
	list := make([]node, len(n.n.Content))
	for i, c := range n.n.Content {
		list[i] = newYAMLNode(n.doc, c)
	}
	return list
}
