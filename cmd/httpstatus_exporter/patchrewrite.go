package main

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rewrite puts the missing codes into the YAML nodes of the text and writes these anew.
func (p *patch) rewrite(text []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errBraces
	}
	root := doc.Content[0]
	for _, group := range p.groups() {
		owner := root
		if group[0].place() != "" {
			if owner = routeNode(root, &group[0]); owner == nil {
				var list yaml.Node
				if err := yaml.Unmarshal([]byte(routeLines(group, 0)), &list); err != nil {
					return nil, err
				}
				routes := child(root, "routes", yaml.SequenceNode)
				routes.Content = append(routes.Content, list.Content[0].Content...)
				continue
			}
		}
		table := child(owner, "codes", yaml.MappingNode)
		if table.Kind != yaml.MappingNode {
			return nil, errBraces
		}
		for _, m := range group {
			dropNull(table, m.code)
			v := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: m.meaning}
			if m.meaning == "" {
				v = &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
			}
			table.Content = append(table.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(m.code)}, v)
		}
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// child returns the value of a key, which it makes if need be.
func child(n *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	v := value(n, key)
	if v == nil {
		v = &yaml.Node{Kind: kind}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, v)
	}
	return v
}

// dropNull takes a code out of the keys whose value is null.
func dropNull(table *yaml.Node, code int) {
	for i := 0; i+1 < len(table.Content); i += 2 {
		key, v := table.Content[i], table.Content[i+1]
		if v.Tag != "!!null" {
			continue
		}
		words := strings.Split(key.Value, ",")
		rest := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.TrimSpace(w) == strconv.Itoa(code) })
		switch {
		case len(rest) == len(words):
		case len(rest) == 0:
			table.Content = slices.Delete(table.Content, i, i+2)
			return
		default:
			key.Value, key.Tag, key.Style = strings.TrimSpace(strings.Join(rest, ",")), "", 0
			return
		}
	}
}
