package contract

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed show.html
var showHTML string

var showTemplate = template.Must(template.New("show.html").Funcs(template.FuncMap{
	"count": (*LastSeen).count,
	"last":  (*LastSeen).last,
	"never": func(n *LastSeen) bool { return n != nil && n.Count == 0 },
}).Parse(showHTML))

// WriteHTML prints the sheet as a documentation page that needs no other file.
func (s *Sheet) WriteHTML(w io.Writer) error {
	type section struct {
		*Section
		Heading, About string
	}
	page := struct {
		*Sheet
		Heading  string
		Sections []section
	}{Sheet: s, Heading: s.title()}
	for i := range s.Sections {
		page.Sections = append(page.Sections, section{&s.Sections[i], s.heading(&s.Sections[i]), s.Sections[i].about()})
	}
	return showTemplate.Execute(w, page)
}
