package contract

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// This is how a documentation page becomes a contract: import_html.go and import_text.go find its tables,
// import_repair.go mends its text, this file tells codes, meanings and descriptions apart, and import_write.go writes
// them down, with the conditions that import_suggest.go reads out of the descriptions as comments.

// An ImportResult is a documentation page as a contract.
type ImportResult struct {
	YAML     []byte   // a contract, ready for Parse
	Codes    int      // entries of the contract
	Warnings []string // what was left out or mended: a line each, with the place where there is one
}

// maxPage is the size beyond which no page is read, in bytes.
const maxPage = 8 << 20

// Import makes a contract of the tables of status codes in a documentation page: HTML, reStructuredText (raw HTML, grid,
// simple, list and CSV tables) or Markdown (pipe tables, HTML). Headings above a table become categories. Conditions are
// only suggested, as comments. The result depends on nothing but the arguments, and is sorted by code.
func Import(filename string, data []byte) (*ImportResult, error) {
	if len(data) > maxPage {
		return nil, Errors{{Position{filename, 1, 1}, fmt.Sprintf("the page has %d bytes; at most %d are read", len(data), maxPage)}}
	}
	var r ImportResult
	text := string(data)
	if !utf8.Valid(data) {
		text = fromWindows(data)
		r.warn(filename, 0, "the page is not UTF-8; it was read as Windows-1252")
	}
	text, mended := mend(text)
	if mended > 0 {
		r.warn(filename, 0, "text that was encoded twice (â€™ for ’) is mended in %d %s", mended, plural(mended, "place"))
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", byteOrderMark, "").Replace(text)
	var p page
	if isHTML(filename, text) {
		p.html(text, 1)
	} else {
		p.text(text)
	}
	entries := r.entries(filename, &p)
	if len(entries) == 0 {
		return nil, Errors{{Position{filename, 1, 1}, "no table of status codes found: the first column of a row must be a code " +
			"(404), a range (4XX) or a list of codes (500, 503)"}}
	}
	r.Codes = len(entries)
	r.YAML = write(header(filename, text, &p), entries)
	return &r, nil
}

// maxText is how long a description may be, in bytes.
const maxText = 4 << 10

func (r *ImportResult) warn(file string, line int, format string, args ...any) {
	if len(r.Warnings) == maxErrors {
		r.Warnings = append(r.Warnings, file+": and more")
	}
	if len(r.Warnings) > maxErrors {
		return
	}
	r.Warnings = append(r.Warnings, Position{file, line, 1}.String()+": "+fmt.Sprintf(format, args...))
}

// A page is what was found in a document.
type page struct {
	title  string
	tables []table
}

// A table is rows of cells, whose text has no markup, under a heading.
type table struct {
	heading string
	line    int // 0 where it is not known
	rows    []row
}

type row struct {
	cells []string
	line  int // 0 where it is not known
}

// An entry is one code of the contract to be, or several with the same words.
type entry struct {
	patterns             []string
	meaning, description string
	category             string
}

// entries returns what all rows of all tables say, sorted by code. A code that is there twice keeps its first row.
func (r *ImportResult) entries(file string, p *page) []entry {
	var entries []entry
	first := map[string]string{}
	for _, t := range p.tables {
		columns := columnsOf(t.rows)
		for _, row := range t.rows {
			e, ok := columns.entry(row.cells)
			if !ok {
				if s := strings.Join(row.cells, " "); leadingDigits.MatchString(s) {
					r.warn(file, cmp.Or(row.line, t.line), "left out: %s", clip(s))
				}
				continue
			}
			if len(e.description) > maxText {
				r.warn(file, cmp.Or(row.line, t.line), "the description of %s is cut after %d bytes", e.patterns[0], maxText)
				e.description = clean(e.description[:maxText])
			}
			e.category = categoryOfHeading(t.heading)
			words := e.meaning + "\n" + e.description
			e.patterns = slices.DeleteFunc(e.patterns, func(pattern string) bool {
				before, again := first[pattern]
				if again && before != words {
					r.warn(file, cmp.Or(row.line, t.line), "left out: %s is there already, in other words", pattern)
				}
				first[pattern] = cmp.Or(before, words)
				return again
			})
			if len(e.patterns) > 0 {
				entries = append(entries, e)
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return comparePatterns(a.patterns[0], b.patterns[0]) })
	return entries
}

// comparePatterns sorts 404 before 40X before 4XX before 500, and default last.
func comparePatterns(a, b string) int {
	key := func(s string) string { return strings.NewReplacer("default", "~", "X", "~").Replace(s) }
	return strings.Compare(key(a), key(b))
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// leadingDigits tells a row that means to be about a code from one that does not.
var leadingDigits = regexp.MustCompile(`^\d{3}\b`)

// columns says which cell of a row is what; -1 where the table does not tell. The others are about neither of them.
type columns struct {
	code, meaning, description int
	others                     []int
}

var (
	codeHeading        = regexp.MustCompile(`(?i)\b(code|status|http)\b`)
	meaningHeading     = regexp.MustCompile(`(?i)\b(meaning|name|phrase|title|reason|message|text|summary)\b`)
	descriptionHeading = regexp.MustCompile(`(?i)\b(description|explanation|details?|notes?|comments?|when|cause)\b`)
	otherHeading       = regexp.MustCompile(`(?i)^(class|category|type|owner|team|slo|conditions?|seen|last seen|first seen|count|share|since|version)$`)
)

// columnsOf reads the heading row: the first one, where that is not about a code.
func columnsOf(rows []row) columns {
	c := columns{0, -1, -1, nil}
	if len(rows) == 0 || len(codesOf(first(rows[0].cells))) > 0 {
		return c
	}
	code := -1
	for i, cell := range rows[0].cells {
		switch {
		case c.description < 0 && descriptionHeading.MatchString(cell):
			c.description = i
		case c.meaning < 0 && meaningHeading.MatchString(cell):
			c.meaning = i
		case code < 0 && codeHeading.MatchString(cell):
			code = i
		case otherHeading.MatchString(cell):
			c.others = append(c.others, i)
		}
	}
	c.code = max(code, 0)
	if c.meaning == c.code {
		c.meaning = -1
	}
	if c.description == c.code {
		c.description = -1
	}
	return c
}

func first(cells []string) string {
	if len(cells) == 0 {
		return ""
	}
	return cells[0]
}

// entry reads one row. It reports false where the row is not about a code.
func (c columns) entry(cells []string) (entry, bool) {
	if c.code >= len(cells) {
		return entry{}, false
	}
	list, rest := splitCode(cells[c.code])
	e := entry{patterns: codesOf(list), meaning: rest}
	if len(e.patterns) == 0 {
		return entry{}, false
	}
	var others []string
	for i, cell := range cells {
		switch {
		case i == c.code, slices.Contains(c.others, i):
		case i == c.meaning:
			e.meaning = cell
		case i == c.description:
			e.description = cell
		case cell != "":
			others = append(others, cell)
		}
	}
	if e.meaning == "" && c.meaning < 0 && len(others) > 0 && (len(others) > 1 || e.description != "") {
		e.meaning, others = others[0], others[1:]
	}
	if e.description == "" && c.description < 0 && len(others) > 0 {
		e.description = others[0]
	}
	if e.meaning == "" {
		e.meaning, e.description = splitText(e.description)
	}
	if e.meaning == "" && c.description < 0 && isPhrase(e.description) {
		e.meaning, e.description = e.description, ""
	}
	if utf8.RuneCountInString(e.meaning) > maxMeaning {
		e.meaning, e.description = "", strings.TrimSpace(e.meaning+". "+e.description)
	}
	return e, true
}

// isPhrase reports whether text is short enough to be a meaning by itself.
func isPhrase(s string) bool { return len(strings.Fields(s)) <= 5 && !strings.HasSuffix(s, ".") }

// splitText takes "OK - all went well" and "OK: all went well" apart. Text without a mark is a description.
func splitText(s string) (meaning, description string) {
	for _, mark := range []string{" - ", " – ", " — ", ": "} {
		if before, after, ok := strings.Cut(s, mark); ok && isPhrase(before) {
			return strings.TrimSpace(before), strings.TrimSpace(after)
		}
	}
	return "", s
}

const onePattern = `(?i:[1-5](?:[0-9][0-9]|[0-9]x|xx))`

var (
	codeCell   = regexp.MustCompile(`^(?:HTTP(?:/[0-9.]+)?\s+)?(` + onePattern + `(?:\s*(?:,|/|\||;|or|and|&)\s*` + onePattern + `)*)(?:\s*[-–—:.]\s*|\s+|$)(.*)$`)
	oneCode    = regexp.MustCompile(onePattern)
	wholeClass = regexp.MustCompile(`^([1-5])00\s*(?:-|–|—|to|\.\.)\s*([1-5])99$`)
)

// splitCode takes "201 Created" apart.
func splitCode(cell string) (codes, rest string) {
	if m := wholeClass.FindStringSubmatch(cell); m != nil && m[1] == m[2] {
		return m[1] + "XX", ""
	}
	if strings.EqualFold(cell, DefaultPattern) {
		return DefaultPattern, ""
	}
	m := codeCell.FindStringSubmatch(cell)
	if m == nil {
		return "", ""
	}
	return m[1], strings.Trim(strings.TrimSpace(m[2]), "()")
}

// codesOf returns the patterns that a cell lists, each once.
func codesOf(cell string) []string {
	list, _ := splitCode(cell)
	if list == DefaultPattern {
		return []string{list}
	}
	var patterns []string
	for _, p := range oneCode.FindAllString(list, -1) {
		if p = strings.ToUpper(p); !slices.Contains(patterns, p) {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// categoryOfHeading returns the category that a heading names, "" for any other heading.
func categoryOfHeading(heading string) string {
	h := strings.ToLower(heading)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(h, w) })
	}
	switch {
	case has("client", "4xx"):
		return "client_error"
	case has("server", "5xx"):
		return "server_error"
	case has("redirect", "3xx"):
		return "redirect"
	case has("informational", "1xx", "provisional"):
		return "informational"
	case has("unsuccessful", "error", "failure"):
		return "error"
	case has("success", "2xx"):
		return "success"
	}
	return ""
}

// fileHeader is what the contract says about the page.
type fileHeader struct{ name, title, path, standard string }

var citedStandard = regexp.MustCompile(`(?i)rfc[\s_-]?(2616|7231|9110)`)

func header(filename, text string, p *page) fileHeader {
	h := fileHeader{name: nameOf(filename), title: p.title, path: clean(filepath.ToSlash(filename))}
	if filepath.IsAbs(filename) {
		h.path = clean(filepath.Base(filename))
	}
	if m := citedStandard.FindStringSubmatch(text); m != nil {
		h.standard = "rfc9110"
		if m[1] == "2616" {
			h.standard = "rfc2616"
		}
	}
	return h
}
