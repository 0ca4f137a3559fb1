package main

import (
	"fmt"
	"regexp"
	"strings"

	"httpstatus_exporter/classify/contract"
)

// A target is the place of a document that an action updates.
type target struct {
	path      string   // key of paths
	keys      []string // of the path item, to the operation
	operation bool     // the path item has the operation
	responses bool     // the operation has responses
}

// document returns the place in an OpenAPI document of the operation that m is about, or of one on the same path; nil where
// the route is the contract's own.
func (m *missing) document() *contract.Operation {
	switch {
	case m.route != nil:
		return m.route.Operation
	case m.beside != nil:
		return m.beside.Operation
	}
	return nil
}

// target returns the place that an action has to update. The problem says why an overlay cannot reach it, "" where it can.
func (m *missing) target() (t target, problem string) {
	at := m.document()
	switch {
	case m.place() == "":
		return t, "the contract's page is no part of an OpenAPI document"
	case at == nil:
		return t, "the route is the contract's own and in no OpenAPI document"
	case at.PathRef:
		return t, fmt.Sprintf("%s has a $ref for the path %s, which an overlay does not follow", at.File, at.Path)
	case m.route == nil:
		key := contract.OperationKey(m.method)
		if key == "" {
			return t, fmt.Sprintf("%s has no key for the method in the path %s", at.File, at.Path)
		}
		return target{path: at.Path, keys: []string{key}}, ""
	case at.Ref:
		return t, fmt.Sprintf("%s has a $ref for %s of the path %s, which an overlay does not follow", at.File, strings.Join(at.Keys, "."), at.Path)
	}
	return target{at.Path, at.Keys, true, at.Responses}, ""
}

// split returns the JSONPath of the deepest place that is there, and the keys that lead on from it to the responses.
func (t *target) split() (path string, keys []string) {
	path, keys = fmt.Sprintf("$.paths['%s']", quoted(t.path)), append(t.keys[:len(t.keys):len(t.keys)], "responses")
	there := 0
	if t.operation {
		there = len(t.keys)
	}
	if t.responses {
		there++
	}
	for _, key := range keys[:there] {
		if plainName.MatchString(key) {
			path += "." + key
		} else {
			path += fmt.Sprintf("['%s']", quoted(key))
		}
	}
	return path, keys[there:]
}

var plainName = regexp.MustCompile(`^[A-Za-z]+$`)

// quoted escapes a name for '...' in a JSONPath.
func quoted(s string) string { return strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) }
