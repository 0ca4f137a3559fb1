package accesslog

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// envoyObject reads Envoy's json_format: what a key that is missing in a line says is absent, for Envoy leaves out what is
// empty where omit_empty_values is set, and writes null or "-" elsewhere.
func envoyObject(n *yaml.Node, source string) (*template, error) {
	t := &template{object: true}
	last := n
	var problem error
	eachLeaf(n, nil, func(steps []string, value *yaml.Node) {
		f, length, wrong := envoyOperator([]byte(value.Value))
		if length != len(value.Value) {
			f = field{}
		}
		switch {
		case wrong != "" && problem == nil:
			problem = &formatError{source, offsetOf(source, value), value.Value + ": " + wrong}
		case f.role == roleTime:
			f.layout = anyLayout
		case strings.HasPrefix(value.Value, "%REQ(:METHOD)% ") && strings.Contains(value.Value, ":PATH)%"):
			f.role = roleRequest
		case length == 0 && strings.HasPrefix(value.Value, "%") && problem == nil:
			problem = &formatError{source, offsetOf(source, value), fmt.Sprintf("%q is no command operator of Envoy's: expected one such as %%RESPONSE_CODE%% or %%REQ(:METHOD)%%", value.Value)}
		}
		if last = value; f.role == roleNone {
			return
		}
		f.name, f.at, f.path = value.Value, max(offsetOf(source, value), 1), path{steps: slices.Clone(steps), optional: true}
		t.fields = append(t.fields, f)
	})
	if problem != nil {
		return nil, problem
	}
	if t.best(roleStatus) < 0 {
		return nil, &formatError{source, offsetOf(source, last), `the format has no status: add a key with "%RESPONSE_CODE%"`}
	}
	return t, nil
}

// eachLeaf calls f for each value of a mapping that is none itself, with the keys on the way to it.
func eachLeaf(n *yaml.Node, steps []string, f func(steps []string, value *yaml.Node)) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		way, value := append(steps[:len(steps):len(steps)], n.Content[i].Value), n.Content[i+1]
		if value.Kind == yaml.ScalarNode {
			f(way, value)
		} else {
			eachLeaf(value, way, f)
		}
	}
}

// offsetOf returns the offset in source at which the YAML has a node.
func offsetOf(source string, n *yaml.Node) int {
	at := 0
	for range n.Line - 1 {
		at += strings.IndexByte(source[at:], '\n') + 1
	}
	return min(at+max(n.Column-1, 0), len(source))
}
