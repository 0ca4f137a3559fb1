package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/classify/contract"
)

// writeContract prints the whole contract with the missing codes: the text that is there, with lines put in, so that it
// keeps its comments and its order. Where the text cannot take lines (a mapping in braces), it is written anew from its
// YAML nodes. For an OpenAPI document it prints a contract that refers to the document.
func (p *patch) writeContract(w io.Writer) error {
	text, err := contractText(p.contract)
	if err != nil {
		return err
	}
	if contract.IsOpenAPI(text) {
		text = p.around()
	}
	patched, err := p.insert(text)
	if err == nil {
		err = p.verify(patched)
	}
	if err != nil {
		if patched, err = p.rewrite(text); err == nil {
			err = p.verify(patched)
		}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be patched by a program: %w; use --patch=markdown and add the rows by hand", p.contract.File, err)
	}
	if len(p.left) > 0 {
		var b bytes.Buffer
		fmt.Fprintln(&b, "# Not documented by this patch:")
		for _, line := range p.left {
			fmt.Fprintf(&b, "#   %s\n", line)
		}
		patched = append(b.Bytes(), patched...)
	}
	_, err = w.Write(patched)
	return err
}

// around is a contract that takes everything from an OpenAPI document. It belongs into the same directory.
func (p *patch) around() []byte {
	file := filepath.Base(p.contract.File)
	return fmt.Appendf(nil, "# Save this beside %s.\ncontract: v1\nname: %s\nopenapi:\n  - file: %s\n", file, scalar(p.contract.Name), scalar(file))
}

// verify holds the patched text against what it should say: it reads as a contract, has every missing code, and nothing
// else of it changed.
func (p *patch) verify(text []byte) error {
	c, err := contract.Parse(p.contract.File, text)
	if err != nil {
		return err
	}
	for _, m := range p.missing {
		page := c.Page()
		places := []contract.Place{page}
		if m.template != "" || m.route != nil {
			places = nil
			for i := range c.Routes {
				if m.is(&c.Routes[i]) {
					places = append(places, c.Place(&c.Routes[i]))
				}
			}
		}
		if len(places) != 1 || places[0].Find(m.code) == nil {
			return fmt.Errorf("%d is still missing in %s", m.code, m.heading())
		}
	}
	for _, ch := range contract.Diff(p.contract, c) {
		if ch.What == "name" || ch.Kind == "added" && (ch.What == "route" || ch.What == "code") {
			continue
		}
		return fmt.Errorf("it would change more: %v", ch)
	}
	return nil
}

// is reports whether a route of the patched contract is the place of m.
func (m *missing) is(r *contract.Route) bool {
	template, host, methods := m.template, m.host, []string{m.method}
	if m.route != nil {
		template, host, methods = m.route.Template, m.route.Host, m.route.Methods
	}
	return r.Template == template && r.Host == host && strings.Join(r.Methods, "|") == strings.Join(methods, "|")
}

// scalar writes s as YAML, in quotes where it needs some.
func scalar(s string) string {
	out, err := yaml.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%q", s)
	}
	line := strings.TrimSuffix(string(out), "\n")
	if strings.Contains(line, "\n") {
		return fmt.Sprintf("%q", s)
	}
	return line
}

// row is the line of a code.
func (m *missing) row(indent int) string {
	value := "{}"
	if m.meaning != "" {
		value = scalar(m.meaning)
	}
	return fmt.Sprintf("%s%d: %s # %s\n", strings.Repeat(" ", indent), m.code, value, m.evidence)
}

// routeLines is the lines of a route with the codes, the dash at indent.
func routeLines(codes []missing, indent int) string {
	var b strings.Builder
	pad := strings.Repeat(" ", indent)
	fmt.Fprintf(&b, "%s- match: %s\n", pad, scalar(codes[0].heading()))
	host := codes[0].host
	if r := codes[0].route; r != nil {
		host = r.Host
		if !r.Inherit {
			fmt.Fprintf(&b, "%s  inherit: false\n", pad)
		}
		if r.Name != "" {
			fmt.Fprintf(&b, "%s  name: %s\n", pad, scalar(r.Name))
		}
	}
	if host != "" {
		fmt.Fprintf(&b, "%s  host: %s\n", pad, scalar(host))
	}
	fmt.Fprintf(&b, "%s  codes:\n", pad)
	for _, m := range codes {
		b.WriteString(m.row(indent + 4))
	}
	return b.String()
}

// groups returns the missing codes by place, in their order.
func (p *patch) groups() [][]missing {
	var groups [][]missing
	for i, m := range p.missing {
		if i == 0 || m.place() != p.missing[i-1].place() {
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], m)
	}
	return groups
}
