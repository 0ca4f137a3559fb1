package contract

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteText prints the sheet as tables for a terminal.
func (s *Sheet) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s  %s", s.Name, s.File)
	if s.Title != "" && s.Title != s.Name {
		fmt.Fprintf(b, "  (%s)", s.Title)
	}
	fmt.Fprintf(b, "\nobjective %v  standard %s  digest %.12s\n", s.Objective, s.Standard, s.Digest)
	for i := range s.Sections {
		section := &s.Sections[i]
		fmt.Fprintf(b, "\n%s%s\n", s.heading(section), section.about())
		for _, c := range section.Conditions {
			fmt.Fprintf(b, "  %s\n", c)
		}
		s.textTable(b, section)
	}
	return b.Flush()
}

// about is what a section says beside its codes.
func (s *Section) about() string {
	var parts []string
	if s.Label != "" {
		parts = append(parts, "route label "+s.Label)
	}
	if s.Owner != "" {
		parts = append(parts, "owner "+s.Owner)
	}
	if s.Deprecated {
		parts = append(parts, "deprecated")
	}
	if len(parts) == 0 {
		return ""
	}
	return "  (" + strings.Join(parts, ", ") + ")"
}

// textTable leaves out the columns that are empty in every row, and puts each condition on a line of its own.
func (s *Sheet) textTable(w io.Writer, section *Section) {
	const conditions = 6 // index of the column
	head := s.head()
	rows := make([][]string, len(section.Rows))
	width := make([]int, len(head))
	for i := range section.Rows {
		rows[i] = s.cells(&section.Rows[i])
		rows[i][conditions] = ""
		for j, cell := range rows[i] {
			width[j] = max(width[j], utf8.RuneCountInString(cell))
		}
	}
	line := func(cells []string) string {
		var b strings.Builder
		for j, cell := range cells {
			if width[j] > 0 {
				fmt.Fprintf(&b, "  %-*s", max(width[j], len(head[j])), cell)
			}
		}
		return strings.TrimRight(b.String(), " ")
	}
	if len(rows) == 0 {
		fmt.Fprintln(w, "  no codes")
		return
	}
	for j := range head {
		head[j] = strings.ToUpper(head[j])
	}
	fmt.Fprintln(w, line(head))
	for i, cells := range rows {
		fmt.Fprintln(w, line(cells))
		for _, c := range section.Rows[i].Conditions {
			fmt.Fprintf(w, "           %s\n", c)
		}
	}
}

// WriteMarkdown prints the sheet as a documentation page.
func (s *Sheet) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n", markdown(s.title()))
	for i := range s.Sections {
		section := &s.Sections[i]
		fmt.Fprintf(b, "\n## %s\n\n", markdown(s.heading(section)))
		if about := section.about(); about != "" {
			fmt.Fprintf(b, "%s\n\n", markdown(strings.Trim(about, " ()")))
		}
		for _, c := range section.Conditions {
			fmt.Fprintf(b, "- %s\n", markdown(c))
		}
		if len(section.Conditions) > 0 {
			fmt.Fprintln(b)
		}
		if len(section.Rows) == 0 {
			fmt.Fprintln(b, "No codes.")
			continue
		}
		head := s.head()
		head = append(head[:2:2], append([]string{"Description"}, head[2:]...)...)
		fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
		for j := range section.Rows {
			row := &section.Rows[j]
			cells := s.cells(row)
			cells = append(cells[:2:2], append([]string{row.Description}, cells[2:]...)...)
			for k, cell := range cells {
				cells[k] = markdown(cell)
			}
			fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	return b.Flush()
}

// markdown writes text so that it stays text: in a cell, a heading or a paragraph.
func markdown(s string) string {
	return markdownEscapes.Replace(strings.Join(strings.Fields(s), " "))
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`)
