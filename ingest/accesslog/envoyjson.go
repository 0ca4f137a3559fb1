package accesslog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// envoyFields has Envoy's command operators without an argument of which this package knows more than the name
// (docs: configuration/observability/access_log/usage). Durations are in milliseconds.
var envoyFields = map[string]field{
	"RESPONSE_CODE":       {role: roleStatus, kind: kindStatus},
	"BYTES_SENT":          {role: roleBytes, kind: kindInteger},
	"DURATION":            {role: roleDuration, kind: kindInteger, unit: time.Millisecond},
	"PROTOCOL":            {role: roleProtocol, kind: kindProtocol},
	"START_TIME":          {role: roleTime, layout: anyLayout},
	"RESPONSE_FLAGS":      {role: roleFact, fact: "response_flags"},
	"UPSTREAM_HOST":       {role: roleFact, fact: "upstream_host"},
	"RESPONSE_FLAGS_LONG": {},
}

// An envoyOperator is one command operator: %NAME(ARGUMENT):LIMIT%.
type envoyOperator struct {
	name, argument, limit string
	length                int
}

// parseEnvoyOperator reads the operator that s begins with; its length is 0 where s begins with none.
func parseEnvoyOperator(s string) (op envoyOperator) {
	at := 1
	for at < len(s) && (s[at] >= 'A' && s[at] <= 'Z' || s[at] == '_' || at > 1 && s[at]-'0' < 10) {
		at++
	}
	if s == "" || s[0] != '%' || at == 1 {
		return op
	}
	op.name = s[1:at]
	if at < len(s) && s[at] == '(' {
		n := strings.IndexByte(s[at:], ')')
		if n < 0 {
			return op
		}
		op.argument = s[at+1 : at+n]
		at += n + 1
	}
	if at < len(s) && s[at] == ':' {
		n := strings.IndexByte(s[at:], '%')
		if n < 0 {
			return op
		}
		op.limit = s[at+1 : at+n]
		at += n
	}
	if at < len(s) && s[at] == '%' {
		op.length = at + 1
	}
	return op
}

// envoyField returns what an operator logs. Of %REQ(A?B)% it is A, or B where there is no A.
func envoyField(op envoyOperator) field {
	names := strings.Split(strings.ToLower(op.argument), "?")
	has := func(name string) bool { return slices.Contains(names, name) }
	switch {
	case op.name == "REQ" && has(":method"):
		return field{role: roleMethod, kind: kindMethod}
	case op.name == "REQ" && has(":path"):
		return field{role: roleTarget}
	case op.name == "REQ_WITHOUT_QUERY" && has(":path"), op.name == "PATH" && strings.HasPrefix(op.argument, "NQ"):
		return field{role: rolePath}
	case op.name == "PATH":
		return field{role: roleTarget}
	case op.name == "REQ" && has(":authority"):
		return field{role: roleHost}
	case op.name == "REQ" && has("authorization") && len(op.limit) == 1:
		return field{role: roleFact, fact: "auth"} // the first bytes are the scheme's
	case len(names) > 1:
		return field{}
	case op.name == "REQ":
		return field{role: roleFact, fact: "req." + names[0]}
	case op.name == "RESP":
		return field{role: roleFact, fact: "resp." + names[0]}
	case op.argument != "" && op.name != "START_TIME":
		return field{}
	}
	return envoyFields[op.name]
}

// isEnvoy reports whether a value of a mapping has an operator of Envoy's in it.
func isEnvoy(value string) bool {
	for at := strings.IndexByte(value, '%'); at >= 0; {
		op := parseEnvoyOperator(value[at:])
		if _, known := envoyFields[op.name]; op.length > 0 && (known || envoyField(op).role != roleNone) {
			return true
		}
		next := strings.IndexByte(value[at+1:], '%')
		if next < 0 {
			return false
		}
		at += 1 + next
	}
	return false
}

// envoyTemplate reads Envoy's json_format: what a key that is missing in a line says is absent, for Envoy leaves out what is
// empty where omit_empty_values is set, and writes null or "-" elsewhere.
func envoyTemplate(n *yaml.Node, source string) (*template, error) {
	t := &template{object: true}
	last := n
	var problem error
	eachLeaf(n, nil, func(steps []string, value *yaml.Node) {
		f := field{}
		op := parseEnvoyOperator(value.Value)
		switch {
		case op.length > 0 && op.length == len(value.Value):
			f = envoyField(op)
		case strings.HasPrefix(value.Value, "%REQ(:METHOD)% ") && strings.Contains(value.Value, ":PATH)%"):
			f.role = roleRequest
		case op.length == 0 && strings.HasPrefix(value.Value, "%") && problem == nil:
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
