package contract

import (
	"regexp"
	"strings"
)

// maxColumns and maxCell bound what a table of text is taken for one.
const (
	maxColumns = 64
	maxCell    = 64 << 10 // bytes
)

// extend adds a line to a cell, as long as the cell is one that people read.
func extend(cell *string, text string) {
	if len(*cell)+len(text) <= maxCell {
		*cell += text
	}
}

var gridBorder = regexp.MustCompile(`^\s*\+([-=]+\+)+\s*$`)

// gridTable takes a table that is drawn with +---+ and |.
func (s *lines) gridTable() bool {
	border := s.line(s.at)
	if !gridBorder.MatchString(border) {
		return false
	}
	var edges []int
	for i := range border {
		if border[i] == '+' {
			edges = append(edges, i)
		}
	}
	if len(edges) > maxColumns {
		return false
	}
	t := table{line: s.at + 1}
	var cells []string
	for s.at++; s.at < len(s.all); s.at++ {
		line := s.all[s.at]
		trimmed := strings.TrimSpace(line)
		if !strings.HasPrefix(trimmed, "|") && !strings.HasPrefix(trimmed, "+") {
			break
		}
		if gridBorder.MatchString(line) {
			if cells != nil {
				t.rows = append(t.rows, row{cells, s.at})
			}
			cells = nil
			continue
		}
		if cells == nil {
			cells = make([]string, len(edges)-1)
		}
		column := 0 // where the text goes: a cell may span several columns
		for i := range cells {
			from, to := columnAt(line, edges[i]), columnAt(line, edges[i+1])
			if from < to && (line[from] == '|' || line[from] == '+') {
				column, from = i, from+1
			}
			if from < to {
				extend(&cells[column], line[from:to])
			}
		}
		for i := range cells {
			extend(&cells[i], " ")
		}
	}
	t.rows = cleanRows(t.rows)
	s.page.add(t)
	return true
}

// columnAt returns the byte where the character number n of a line starts: tables are drawn in characters.
func columnAt(line string, n int) int {
	for i := range line {
		if n == 0 {
			return i
		}
		n--
	}
	return len(line)
}

var simpleBorder = regexp.MustCompile(`^\s*={2,}(\s+={2,})+\s*$`)

// simpleTable takes a table whose columns are told by ==== ====. A row whose first cell is empty goes on with the one
// above it.
func (s *lines) simpleTable() bool {
	border := s.line(s.at)
	if !simpleBorder.MatchString(border) {
		return false
	}
	var starts []int
	for i := range border {
		if border[i] == '=' && (i == 0 || border[i-1] != '=') {
			starts = append(starts, i)
		}
	}
	if len(starts) > maxColumns {
		return false
	}
	t := table{line: s.at + 1}
	borders := 1
	for s.at++; s.at < len(s.all) && borders < 3; s.at++ {
		line := s.all[s.at]
		switch {
		case simpleBorder.MatchString(line):
			if borders++; borders == 2 && isBlank(s.line(s.at+1)) {
				borders = 3 // a table without a heading row
			}
			continue
		case isBlank(line) || strings.Trim(line, " -") == "":
			continue
		}
		cells := make([]string, len(starts))
		for i, from := range starts {
			to := len(line)
			if i+1 < len(starts) {
				to = columnAt(line, starts[i+1])
			}
			cells[i] = strings.TrimSpace(line[min(columnAt(line, from), to):to])
		}
		if n := len(t.rows); n > 0 && cells[0] == "" && borders == 2 {
			for i := range cells {
				extend(&t.rows[n-1].cells[i], " "+cells[i])
			}
			continue
		}
		t.rows = append(t.rows, row{cells, s.at + 1})
	}
	t.rows = cleanRows(t.rows)
	s.page.add(t)
	return true
}

var pipeBorder = regexp.MustCompile(`^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$`)

// pipeTable takes a table of Markdown: a heading row, |---|---|, rows until a line without a pipe.
func (s *lines) pipeTable() bool {
	below := s.line(s.at + 1)
	if !strings.Contains(s.line(s.at), "|") || !strings.Contains(below, "-") || !pipeBorder.MatchString(below) {
		return false
	}
	t := table{line: s.at + 1}
	for i := s.at; i < len(s.all) && strings.Contains(s.all[i], "|"); i++ {
		if i != s.at+1 {
			t.rows = append(t.rows, row{pipeCells(s.all[i]), i + 1})
		}
	}
	s.at += len(t.rows) + 1
	t.rows = cleanRows(t.rows)
	s.page.add(t)
	return true
}

// pipeCells cuts a line at its pipes. An escaped one, and one between backticks, is text.
func pipeCells(line string) []string {
	line = strings.TrimPrefix(strings.TrimSpace(line), "|")
	var cells []string
	var cell strings.Builder
	code := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && line[i+1] == '|':
			cell.WriteByte('|')
			i++
		case c == '|' && !code:
			cells = append(cells, cell.String())
			cell.Reset()
		default:
			code = code != (c == '`')
			cell.WriteByte(c)
		}
	}
	if !isBlank(cell.String()) {
		cells = append(cells, cell.String())
	}
	return cells
}

// cleanRows takes the markup out of all cells.
func cleanRows(rows []row) []row {
	for _, r := range rows {
		for i := range r.cells {
			r.cells[i] = withoutMarkup(r.cells[i])
		}
	}
	return rows
}

var (
	markdownLink = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	rstLink      = regexp.MustCompile("`([^`<]+?)\\s*<[^>`]*>`_{0,2}")
	rstRole      = regexp.MustCompile(":[a-zA-Z0-9:_-]+:`([^`<]*?)(?:\\s*<[^>`]*>)?`")
	emphasis     = regexp.MustCompile(`(^|[\s(])(\*\*|__|\*|_)([^\s*_](?:[^*_]*[^\s*_])?)(\*\*|__|\*|_)($|[\s.,;:!?)])`)
	tag          = regexp.MustCompile(`</?[a-zA-Z][^>]*>`)
)

// withoutMarkup returns the text of a cell as a reader sees it.
func withoutMarkup(s string) string {
	s = markdownLink.ReplaceAllString(s, "$1")
	s = rstRole.ReplaceAllString(s, "$1")
	s = rstLink.ReplaceAllString(s, "$1")
	s = strings.ReplaceAll(s, "`", "")
	s = emphasis.ReplaceAllString(s, "$1$3$5")
	s = tag.ReplaceAllString(s, " ")
	return clean(unescape(s))
}

var escaped = regexp.MustCompile(`\\([\\*_{}\[\]()#+.!|-])`)

// unescape resolves backslashes before marks, and the entities of HTML.
func unescape(s string) string {
	return htmlUnescape(escaped.ReplaceAllString(s, "$1"))
}
