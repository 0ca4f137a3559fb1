package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// writeOverlay prints an OpenAPI Overlay 1.0.0 (https://spec.openapis.org/overlay/v1.0.0) that adds the missing responses to
// the document, without touching its text.
func (p *patch) writeOverlay(w io.Writer) error {
	var actions bytes.Buffer
	left := append([]string(nil), p.left...)
	extends := map[string]bool{}
	for _, group := range p.groups() {
		t, problem := group[0].target()
		if problem != "" {
			for _, m := range group {
				left = append(left, fmt.Sprintf("%s: %s; %s", strings.TrimSpace(fmt.Sprintf("%d %s %s", m.code, m.meaning, m.heading())), problem, m.evidence))
			}
			continue
		}
		extends[group[0].document().File] = true
		t.write(&actions, group)
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
	_, err := fmt.Fprintf(w, "actions:\n%s", actions.Bytes())
	return err
}

// write adds one action: to the responses of an operation, to the operation where it has none, or to the path where that
// has no such operation.
func (t *target) write(w io.Writer, group []missing) {
	path, keys := t.split()
	fmt.Fprintf(w, "  - target: %s\n    update:\n", scalar(path))
	in := "      "
	for _, key := range keys {
		fmt.Fprintf(w, "%s%s:\n", in, key)
		in += "  "
	}
	for _, m := range group {
		// OpenAPI wants a description, and a phrase is better than none.
		description := cmp.Or(m.meaning, fmt.Sprintf("Status %d", m.code))
		fmt.Fprintf(w, "%s\"%d\": {description: %s} # %s\n", in, m.code, flowScalar(description), m.evidence)
	}
}

// flowScalar is scalar for use within braces.
func flowScalar(s string) string {
	if strings.ContainsAny(s, ",[]{}") {
		return fmt.Sprintf("%q", s)
	}
	return scalar(s)
}
