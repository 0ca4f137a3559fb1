package contract

import (
	"cmp"
	"slices"
	"strings"
)

// A Place is where codes apply: the whole page, or one route after inheritance.
type Place struct {
	Route   *Route  // nil: the page
	Entries []Entry // the route's own in the order of the file, then the inherited ones
}

// An Entry is a code as it applies in one place.
type Entry struct {
	*Code
	Inherited bool // from the page
}

// Page returns the codes that apply where no route says otherwise.
func (c *Contract) Page() Place {
	p := Place{}
	for i := range c.Codes {
		p.Entries = append(p.Entries, Entry{Code: &c.Codes[i]})
	}
	return p
}

// Place returns the codes that apply on a route of c.
func (c *Contract) Place(r *Route) Place {
	p := Place{Route: r}
	for i := range r.Codes {
		p.Entries = append(p.Entries, Entry{Code: &r.Codes[i]})
	}
	if r.Inherit {
		for i := range c.Codes {
			if !hasPattern(r.Codes, c.Codes[i].Pattern) {
				p.Entries = append(p.Entries, Entry{Code: &c.Codes[i], Inherited: true})
			}
		}
	}
	return p
}

// Places returns the page, unless a contract with routes has none, and then every route in the order of the contract.
func (c *Contract) Places() []Place {
	var all []Place
	if len(c.Codes) > 0 || len(c.Routes) == 0 {
		all = append(all, c.Page())
	}
	for i := range c.Routes {
		all = append(all, c.Place(&c.Routes[i]))
	}
	return all
}

func hasPattern(codes []Code, pattern string) bool {
	return slices.ContainsFunc(codes, func(c Code) bool { return c.Pattern == pattern })
}

// Find returns the entry that covers a code: the most precise one, of the route rather than of the page. It is nil where
// there is none or where null took it away.
func (p *Place) Find(code int) *Entry {
	if e := p.narrowest(code, nil); e != nil && !e.Removed {
		return e
	}
	return nil
}

// narrowest returns the most precise entry that covers code, a removed one too, but never except.
func (p *Place) narrowest(code int, except *Code) *Entry {
	var best *Entry
	for i := range p.Entries {
		e := &p.Entries[i]
		first, last := Range(e.Pattern)
		if e.Code == except || code < first || code > last {
			continue
		}
		if best == nil || Precision(e.Pattern) > Precision(best.Pattern) {
			best = e
		}
	}
	return best
}

// Table returns the entries in the order in which people read codes: ranges after the codes that they cover, default
// last. Of the removed ones it has those that make a hole into a range.
func (p *Place) Table() []Entry {
	var rows []Entry
	for _, e := range p.Entries {
		if e.Removed {
			first, _ := Range(e.Pattern)
			if under := p.narrowest(first, e.Code); under == nil || under.Removed {
				continue
			}
		}
		rows = append(rows, e)
	}
	slices.SortStableFunc(rows, func(a, b Entry) int {
		_, i := Range(a.Pattern)
		_, j := Range(b.Pattern)
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(Precision(b.Pattern), Precision(a.Pattern)))
	})
	return rows
}

// AlwaysWhen returns the always_when conditions that apply in the place: of the route, and of every entry.
func (p *Place) AlwaysWhen() []*Check {
	var all []*Check
	if p.Route != nil {
		for i := range p.Route.AlwaysWhen {
			all = append(all, &p.Route.AlwaysWhen[i])
		}
	}
	for _, e := range p.Entries {
		for i := range e.AlwaysWhen {
			all = append(all, &e.AlwaysWhen[i])
		}
	}
	return all
}

// Label returns the value of the route label.
func (r *Route) Label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Template
}

// Operations returns the routes that requests with this route label and method belong to, one for each path of the
// label: HEAD falls back to GET, and a route without methods has them all. It is empty where the label is that of no route,
// or its routes have no such method.
func (c *Contract) Operations(label, method string) []*Route {
	var paths []string
	byPath := map[string][]*Route{}
	for i := range c.Routes {
		r := &c.Routes[i]
		if r.Label() != label {
			continue
		}
		path := strings.ToLower(r.Host) + " " + Shape(r.Template)
		if byPath[path] == nil {
			paths = append(paths, path)
		}
		byPath[path] = append(byPath[path], r)
	}
	var all []*Route
	for _, path := range paths {
		if r := OfMethod(byPath[path], method); r != nil {
			all = append(all, r)
		}
	}
	return all
}

// Operation returns the route that requests with this route label and method belong to: the first one, where several paths
// share the label; nil where there is none.
func (c *Contract) Operation(label, method string) *Route {
	if routes := c.Operations(label, method); len(routes) > 0 {
		return routes[0]
	}
	return nil
}

// OfMethod returns the one of the routes of a path that has the method, nil where none has: HEAD falls back to GET (RFC 9110
// section 9.3.2), and a route without methods has them all.
func OfMethod(routes []*Route, method string) *Route {
	var get, all *Route
	for _, r := range routes {
		switch {
		case slices.Contains(r.Methods, method):
			return r
		case len(r.Methods) == 0:
			all = r
		case method == "HEAD" && slices.Contains(r.Methods, "GET"):
			get = r
		}
	}
	if get != nil {
		return get
	}
	return all
}

// MeaningOf returns what an entry calls a code: its own words, else the registered phrase of an exact code.
func (c *Contract) MeaningOf(e *Code) string {
	if e.Meaning != "" || Precision(e.Pattern) < 3 {
		return e.Meaning
	}
	code, _ := Range(e.Pattern)
	return Phrase(code, c.Vendors)
}

// CategoryOf returns the category of an entry, else that of its class.
func (e *Code) CategoryOf() string {
	if e.Category != "" || e.Pattern == DefaultPattern {
		return e.Category
	}
	return [...]string{"informational", "success", "redirect", "client_error", "server_error"}[e.Pattern[0]-'1']
}

// SLOOf returns how an entry counts against the error budget: as it says, else by its class. For default it is SLOUnset:
// that depends on the code.
func (e *Code) SLOOf() SLO {
	switch {
	case e.SLO != SLOUnset || e.Pattern == DefaultPattern:
		return e.SLO
	case e.Pattern[0] == '5':
		return SLOBad
	case e.Pattern[0] == '4':
		return SLOClient
	}
	return SLOGood
}
