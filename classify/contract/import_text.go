package contract

import (
	"encoding/csv"
	"regexp"
	"strings"
)

// text adds the tables of a reStructuredText or Markdown page. The two do not get in each other's way, so that nobody has
// to say which one it is.
func (p *page) text(text string) {
	s := &lines{page: p, all: strings.Split(text, "\n")}
	for s.at < len(s.all) {
		if !s.fence() && !s.html() && !s.directive() && !s.heading() && !s.gridTable() && !s.simpleTable() && !s.pipeTable() {
			s.at++
		}
	}
}

// lines reads a page line by line. Each of its methods looks at the line that is next, and reports whether it took it and
// what belongs to it.
type lines struct {
	page *page
	all  []string
	at   int
}

// line returns a line that may be past the end.
func (s *lines) line(i int) string {
	if i < 0 || i >= len(s.all) {
		return ""
	}
	return s.all[i]
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

// fence skips a code block of Markdown.
func (s *lines) fence() bool {
	mark := strings.TrimSpace(s.line(s.at))
	if !strings.HasPrefix(mark, "```") && !strings.HasPrefix(mark, "~~~") {
		return false
	}
	for s.at++; s.at < len(s.all); s.at++ {
		if strings.HasPrefix(strings.TrimSpace(s.line(s.at)), mark[:3]) {
			s.at++
			break
		}
	}
	return true
}

// html takes a table of HTML in the middle of the text.
func (s *lines) html() bool {
	if !strings.Contains(strings.ToLower(s.line(s.at)), "<table") {
		return false
	}
	start := s.at
	for ; s.at < len(s.all); s.at++ {
		if strings.Contains(strings.ToLower(s.all[s.at]), "</table") {
			s.at++
			break
		}
	}
	s.page.html(strings.Join(s.all[start:s.at], "\n"), start+1)
	return true
}

var directive = regexp.MustCompile(`^(\s*)\.\.\s+(raw|list-table|csv-table|table|code-block|code|sourcecode)::\s*(.*)$`)

// directive takes a directive of reStructuredText with its body. That of a table directive is left to be read on.
func (s *lines) directive() bool {
	m := directive.FindStringSubmatch(s.line(s.at))
	if m == nil || m[2] == "table" {
		return false
	}
	start := s.at + 1
	for s.at++; s.at < len(s.all); s.at++ {
		if line := s.all[s.at]; !isBlank(line) && indentOf(line) <= len(m[1]) {
			break
		}
	}
	body := s.all[start:s.at]
	switch m[2] {
	case "raw":
		if strings.Contains(m[3], "html") {
			s.page.html(strings.Join(body, "\n"), start+1)
		}
	case "list-table":
		s.page.add(table{line: start, rows: listRows(body, start)})
	case "csv-table":
		s.page.add(table{line: start, rows: csvRows(body, start)})
	}
	return true
}

var option = regexp.MustCompile(`^\s*:([a-z-]+):\s*(.*)$`)

// listRows reads the items of a list-table: "* - cell" starts a row, "  - cell" goes on with it.
func listRows(body []string, line int) []row {
	var rows []row
	for i, text := range body {
		s := strings.TrimSpace(text)
		cell, starts := s, false
		if after, ok := strings.CutPrefix(s, "* -"); ok {
			rows = append(rows, row{line: line + i + 1})
			cell, starts = after, true
		} else if after, ok := strings.CutPrefix(s, "- "); ok || s == "-" {
			cell, starts = after, true
		}
		if len(rows) == 0 {
			continue // an option
		}
		r := &rows[len(rows)-1]
		if starts {
			r.cells = append(r.cells, "")
		}
		if n := len(r.cells); n > 0 {
			extend(&r.cells[n-1], " "+cell)
		}
	}
	return cleanRows(rows)
}

func csvRows(body []string, line int) []row {
	var rows []row
	for i, text := range body {
		if m := option.FindStringSubmatch(text); m != nil {
			if m[1] == "header" {
				rows = append(rows, csvRow(m[2], line+i+1)...)
			}
			continue
		}
		rows = append(rows, csvRow(text, line+i+1)...)
	}
	return cleanRows(rows)
}

func csvRow(text string, line int) []row {
	r := csv.NewReader(strings.NewReader(strings.TrimSpace(text)))
	r.LazyQuotes, r.TrimLeadingSpace, r.FieldsPerRecord = true, true, -1
	cells, err := r.Read()
	if err != nil {
		return nil
	}
	return []row{{cells, line}}
}

var (
	hashes    = regexp.MustCompile(`^ {0,3}(#{1,6})\s+(.+?)\s*#*$`)
	underline = regexp.MustCompile("^([=~^\"'`#*+.:_-])+\\s*$")
)

// heading takes "# Heading", and a heading with a line of marks below it. One may be above it too; that is skipped as text.
func (s *lines) heading() bool {
	line := s.line(s.at)
	if m := hashes.FindStringSubmatch(line); m != nil {
		s.page.headline(withoutMarkup(m[2]))
		s.at++
		return true
	}
	below := strings.TrimSpace(s.line(s.at + 1))
	if isBlank(line) || len(below) < 3 || !underline.MatchString(below) || strings.Trim(below, below[:1]) != "" ||
		underline.MatchString(line) || strings.Contains(line, "|") {
		return false
	}
	s.page.headline(withoutMarkup(line))
	s.at += 2
	return true
}
