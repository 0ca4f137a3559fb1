package classify

import (
	"iter"
	"slices"

	"httpstatus_exporter/classify/contract"
)

// Documented yields every documented (route, method, exact code): the series that exist, at 0, before the first response.
// Pairs that an error condition on the method rules out are left out. A route without methods, or a contract without
// routes, stands for GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS.
func (c *Classifier) Documented() iter.Seq[Series] { return slices.Values(c.series) }

func (c *Classifier) documented() []Series {
	var all []Series
	seen := map[[3]int]bool{}
	add := func(group, label, method int, r *contract.Route, v view) {
		for _, codes := range [...][]contract.Code{v.route, v.page} {
			for i := range codes {
				code, _ := contract.Range(codes[i].Pattern)
				if contract.Precision(codes[i].Pattern) != 3 || seen[[3]int{label, method, code}] {
					continue
				}
				rule := c.rule(group, method, code, nil)
				if rule.kind != Documented || rule.reason != ReasonNone || v.find(code) == nil {
					continue
				}
				seen[[3]int{label, method, code}] = true
				all = append(all, c.seriesOf(label, method, code, v.find(code), r, rule))
			}
		}
	}
	if c.routing == nil {
		for m := range methodsOfAll {
			add(0, 0, m, nil, view{page: c.contract.Codes})
		}
		return all
	}
	for g := range c.routing.groups {
		group := &c.routing.groups[g]
		for _, r := range group.routes {
			for m, name := range c.methods.names {
				if slices.Contains(r.Methods, name) || len(r.Methods) == 0 && m < methodsOfAll && group.of(name) == r {
					add(g, int(c.routing.labelOf[g]), m, r, viewOf(c.contract, r))
				}
			}
		}
	}
	return all
}

// methodsOfAll is how many of knownMethods stand for "every method": the first ones, up to OPTIONS.
const methodsOfAll = methodOPTIONS + 1

func (c *Classifier) seriesOf(label, method, code int, e *contract.Code, r *contract.Route, rule *rule) Series {
	s := Series{
		Route: label, Method: method, Code: code,
		Meaning:  c.Meaning(label, method, code),
		Category: e.CategoryOf(),
		Owner:    e.Owner,
		SLO:      rule.slo,
	}
	if s.Owner == "" && r != nil {
		s.Owner = r.Owner
	}
	return s
}
