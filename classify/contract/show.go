package contract

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Sheet is the effective table of a contract: every code in every place, after inheritance. It is what the renderings
// in show_text.go and show_html.go print.
type Sheet struct {
	Name      string    `json:"name"`
	Title     string    `json:"title,omitempty"`
	URL       string    `json:"url,omitempty"`
	File      string    `json:"file"`
	Standard  string    `json:"standard"`
	Digest    string    `json:"digest"`
	Objective float64   `json:"objective"`
	WithSeen  bool      `json:"-"` // traffic is known: every row says when it was last seen
	Sections  []Section `json:"places"`
}

// A Section is one place of the Sheet.
type Section struct {
	Route      string   `json:"route,omitempty"` // "GET /jobs/{id}"; "" for the page
	Label      string   `json:"label,omitempty"` // value of the route label, where it is not the template
	Host       string   `json:"host,omitempty"`
	Owner      string   `json:"owner,omitempty"`
	Deprecated bool     `json:"deprecated,omitempty"`
	Conditions []string `json:"conditions,omitempty"` // of the route itself
	At         string   `json:"at,omitempty"`         // file:line:column
	Rows       []Row    `json:"codes"`
}

// A Row is one code in one place.
type Row struct {
	Code        string   `json:"code"`
	Meaning     string   `json:"meaning,omitempty"`
	Description string   `json:"description,omitempty"`
	Class       string   `json:"class,omitempty"`
	Category    string   `json:"category,omitempty"`
	Owner       string   `json:"owner,omitempty"`
	SLO         string   `json:"slo,omitempty"`
	Conditions  []string `json:"conditions,omitempty"`
	Inherited   bool     `json:"inherited,omitempty"` // from the page
	Removed     bool     `json:"removed,omitempty"`   // taken out of a range that covers it
	Deprecated  bool     `json:"deprecated,omitempty"`
	At          string   `json:"at,omitempty"` // file:line:column

	Seen *LastSeen `json:"seen,omitempty"` // nil where no traffic is known, and for removed rows
}

// LastSeen is what traffic says about a code: how often it came, and when last.
type LastSeen struct {
	Count int64     `json:"count"`
	Last  time.Time `json:"last,omitzero"` // zero where unknown
}

// A SeenKey is a value of the route label with an exact code: "404".
type SeenKey struct{ Route, Code string }

// Sheet returns the effective table. Seen tells what traffic there was; nil leaves that out. Methods are not told apart in
// it, so each operation of one path shows the traffic of them all.
func (c *Contract) Sheet(seen map[SeenKey]LastSeen) *Sheet {
	s := &Sheet{
		Name: c.Name, Title: c.Source.Title, URL: c.Source.URL, File: c.File, Standard: c.Source.Standard, Digest: c.Digest,
		Objective: c.Objective, WithSeen: seen != nil,
	}
	traffic := c.attribute(seen)
	for _, p := range c.Places() {
		section := Section{At: firstOf(c.Codes)}
		label := ""
		if r := p.Route; r != nil {
			section = Section{Route: r.describe(), Host: r.Host, Owner: r.Owner, Deprecated: r.Deprecated, Conditions: r.Words(), At: r.Pos.String()}
			if label = r.Label(); label != r.Template {
				section.Label = label
			}
		}
		for _, e := range p.Table() {
			row := c.row(&e, p.Route)
			if seen != nil && !e.Removed {
				n := traffic[attribution{label, p.Route == nil, e.Code}]
				row.Seen = &n
			}
			section.Rows = append(section.Rows, row)
		}
		s.Sections = append(s.Sections, section)
	}
	return s
}

// firstOf is where the page begins, "" without one.
func firstOf(codes []Code) string {
	if len(codes) == 0 {
		return ""
	}
	return codes[0].Pos.String()
}

func (c *Contract) row(e *Entry, r *Route) Row {
	row := Row{Code: e.Pattern, Inherited: e.Inherited, Removed: e.Removed, At: e.Pos.String()}
	if e.Pattern != DefaultPattern {
		row.Class = strings.ToLower(e.Pattern[:1] + "XX")
	}
	if e.Removed {
		return row
	}
	row.Meaning, row.Description, row.Category = c.MeaningOf(e.Code), e.Description, e.CategoryOf()
	row.SLO, row.Conditions, row.Deprecated = e.SLOOf().String(), e.Words(), e.Deprecated
	if row.Owner = e.Owner; row.Owner == "" && r != nil {
		row.Owner = r.Owner
	}
	return row
}

// An attribution is an entry in the routes of one label, or, on the page, in all of them.
type attribution struct {
	label string
	page  bool
	code  *Code
}

// attribute finds the entries that the codes seen were held against.
func (c *Contract) attribute(seen map[SeenKey]LastSeen) map[attribution]LastSeen {
	page := c.Page()
	places := map[string][]Place{}
	for i := range c.Routes {
		label := c.Routes[i].Label()
		places[label] = append(places[label], c.Place(&c.Routes[i]))
	}
	all := map[attribution]LastSeen{}
	for key, n := range seen {
		code, err := strconv.Atoi(key.Code)
		if err != nil {
			continue
		}
		found := map[attribution]bool{}
		for _, p := range places[key.Route] {
			if e := p.Find(code); e != nil {
				found[attribution{key.Route, false, e.Code}] = true
				if e.Inherited {
					found[attribution{"", true, e.Code}] = true
				}
			}
		}
		if e := page.Find(code); e != nil && len(found) == 0 {
			found[attribution{"", true, e.Code}] = true
		}
		for a := range found {
			sum := all[a]
			sum.Count += n.Count
			if n.Last.After(sum.Last) {
				sum.Last = n.Last
			}
			all[a] = sum
		}
	}
	return all
}

// head is the names of the columns.
func (s *Sheet) head() []string {
	columns := []string{"Code", "Meaning", "Class", "Category", "Owner", "SLO", "Conditions"}
	if s.WithSeen {
		columns = append(columns, "Seen", "Last seen")
	}
	return columns
}

// cells is one row as text, in the order of head.
func (s *Sheet) cells(r *Row) []string {
	if r.Removed {
		cells := make([]string, len(s.head()))
		cells[0], cells[1], cells[2] = r.Code, "(not documented here)", r.Class
		return cells
	}
	meaning := r.Meaning
	if r.Deprecated {
		meaning = strings.TrimSpace(meaning + " (deprecated)")
	}
	cells := []string{r.Code, meaning, r.Class, r.Category, r.Owner, r.SLO, strings.Join(r.Conditions, "; ")}
	if s.WithSeen {
		cells = append(cells, r.Seen.count(), r.Seen.last())
	}
	return cells
}

func (n *LastSeen) count() string { return strconv.FormatInt(n.Count, 10) }

func (n *LastSeen) last() string {
	switch {
	case n.Count == 0:
		return "never"
	case n.Last.IsZero():
		return ""
	}
	return n.Last.UTC().Format("2006-01-02 15:04")
}

// heading names a section for people.
func (s *Sheet) heading(section *Section) string {
	switch {
	case section.Route != "" && section.Host != "":
		return section.Route + " on " + section.Host
	case section.Route != "":
		return section.Route
	case slices.ContainsFunc(s.Sections, func(o Section) bool { return o.Route != "" }):
		return "Every route"
	}
	return "Status codes"
}

// title names the sheet for people.
func (s *Sheet) title() string {
	if s.Title != "" {
		return s.Title
	}
	return s.Name
}
