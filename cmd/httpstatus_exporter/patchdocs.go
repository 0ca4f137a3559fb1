package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// writeDocs prints rows for the tables of a documentation page, in Markdown. What was seen stands in comments: it is for the
// writer, not for the reader. The descriptions are left to somebody who knows the API.
func (p *patch) writeDocs(w io.Writer) error {
	b := bufio.NewWriter(w)
	for i, group := range p.groups() {
		if i > 0 {
			fmt.Fprintln(b)
		}
		if heading := group[0].heading(); heading != "" {
			fmt.Fprintf(b, "### %s\n\n", cell(heading))
		}
		for _, m := range group {
			fmt.Fprintf(b, "<!-- %d: %s -->\n", m.code, comment(m.evidence))
		}
		fmt.Fprintln(b, "\n| Code | Meaning | Description |\n| --- | --- | --- |")
		for _, m := range group {
			fmt.Fprintf(b, "| %d | %s | |\n", m.code, cell(m.meaning))
		}
	}
	for _, line := range p.left {
		fmt.Fprintf(b, "\n<!-- Not documented by this patch: %s -->\n", comment(line))
	}
	return b.Flush()
}

// comment writes text so that it does not end a comment.
func comment(s string) string { return strings.ReplaceAll(s, ">", "&gt;") }
