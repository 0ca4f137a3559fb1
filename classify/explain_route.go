package classify

import (
	"fmt"
	"slices"
	"strings"

	"httpstatus_exporter/classify/route"
)

// explainRoute finds the route, and says why this one: what it matches, and what else would have.
func (x *explainer) explainRoute() {
	r := x.c.routing
	if r == nil {
		x.RouteWhy = "the contract has no routes"
		return
	}
	index, certain := r.find(x.f, &x.Verdict.scratch)
	x.certain = certain
	x.Verdict.Route = int(r.labelOf[index])
	switch {
	case len(x.f.Target) == 0:
		x.RouteWhy = "the entry has no request target"
		return
	case index == r.unmatched():
		x.RouteWhy = "no route matches " + clip(x.f.Target)
		return
	}
	x.group = &r.groups[index]
	x.route = x.group.of(x.method)
	template := x.group.routes[0].Template
	switch {
	case x.route == nil && x.method == "":
		x.RouteWhy = fmt.Sprintf("%s matches %s; the method is unknown", template, clip(x.f.Target))
	case x.route == nil:
		x.RouteWhy = fmt.Sprintf("%s matches %s, but documents %s, not %s", template, clip(x.f.Target),
			strings.Join(x.group.methods(), ", "), x.method)
	default:
		x.RouteWhy = x.matches() + x.rivals(index)
	}
	if !certain {
		x.Notes = append(x.Notes, "the log does not name the host, so no condition of this route can be called broken")
	}
}

// matches says how the route that was found matches.
func (x *explainer) matches() string {
	why := fmt.Sprintf("%s (%s) matches %s", x.route.Template, x.route.Pos, clip(x.f.Target))
	if !strings.Contains(x.route.Template, "{") {
		why = fmt.Sprintf("%s (%s) is the path itself", x.route.Template, x.route.Pos)
	}
	if len(x.route.Methods) > 0 && !slices.Contains(x.route.Methods, x.method) {
		why += "; HEAD is answered as GET is"
	}
	return why
}

// rivals names the other routes that match alone, and why they lost.
func (x *explainer) rivals(won int) string {
	const most = 3
	var others []string
	var scratch route.Scratch
	alone := x.c.routing.alone()
	for i, g := range x.c.routing.groups {
		if i == won || len(g.routes) == 0 || g.host != "" && g.host != x.group.host {
			continue
		}
		if _, matches := alone[i].Match(x.f.Target, &scratch); matches {
			others = append(others, g.routes[0].Template)
		}
	}
	if len(others) == 0 {
		return ""
	}
	if len(others) > most {
		others = append(others[:most], "...")
	}
	return fmt.Sprintf("; %s would match, too: in the first segment that differs, more literal text wins", strings.Join(others, ", "))
}

// methods names what the routes of a group document.
func (g *group) methods() []string {
	var all []string
	for _, r := range g.routes {
		all = append(all, r.Methods...)
	}
	return all
}

// view is the entries that are looked up: the route's and the page's, or the page's alone.
func (x *explainer) view() view {
	if x.route != nil {
		return viewOf(x.c.contract, x.route)
	}
	return view{page: x.c.contract.Codes}
}
