package classify

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"

	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/classify/route"
)

// A group is all routes with one template: what a request target leads to before its method is looked at. The last group
// has no template: it is the requests that match no route.
type group struct {
	host   string
	routes []*contract.Route
}

// routing finds the group of a request.
type routing struct {
	labels  []string // values of the route label
	groups  []group
	labelOf []int32   // by group, into labels: all that a line asks of its group
	ofLabel [][]int32 // the groups of each label

	all    *route.Matcher            // every template; for logs that do not name the host
	common *route.Matcher            // templates of every host; all of them where no route names a host
	hosts  map[string]*route.Matcher // by host that a route names: its templates and the common ones; else nil
	alone  func() []*route.Matcher   // by group, each of its one template; made when a line is first explained
}

// newRouting returns nil for a contract without routes.
func newRouting(c *contract.Contract) (*routing, error) {
	if len(c.Routes) == 0 {
		return nil, nil
	}
	r := &routing{}
	byShape, byLabel := map[string]int{}, map[string]int{}
	var templates []string // by group
	for i := range c.Routes {
		cr := &c.Routes[i]
		host := strings.ToLower(cr.Host)
		key := host + " " + contract.Shape(cr.Template)
		g, known := byShape[key]
		if !known {
			g = len(r.groups)
			byShape[key] = g
			r.add(group{host: host}, cr.Label(), byLabel)
			templates = append(templates, cr.Template)
		}
		r.groups[g].routes = append(r.groups[g].routes, cr)
	}
	if _, taken := byLabel[c.Unmatched.Label]; taken {
		return nil, fmt.Errorf("%s: a route is called %q, as are the requests that match none", c.File, c.Unmatched.Label)
	}
	r.add(group{}, c.Unmatched.Label, byLabel)
	r.alone = sync.OnceValue(func() []*route.Matcher { return matchersOf(templates) })
	return r, r.build(templates)
}

// matchersOf returns a matcher for each template, all of which are known to be right.
func matchersOf(templates []string) []*route.Matcher {
	all := make([]*route.Matcher, len(templates))
	for i, t := range templates {
		all[i], _ = route.New([]route.Pattern{{Template: t}})
	}
	return all
}

// add appends a group with its label. Groups may share one.
func (r *routing) add(g group, label string, known map[string]int) {
	i, ok := known[label]
	if !ok {
		i = len(r.labels)
		known[label] = i
		r.labels, r.ofLabel = append(r.labels, label), append(r.ofLabel, nil)
	}
	r.ofLabel[i] = append(r.ofLabel[i], int32(len(r.groups)))
	r.groups, r.labelOf = append(r.groups, g), append(r.labelOf, int32(i))
}

func (r *routing) build(templates []string) (err error) {
	hosts := map[string]bool{}
	for _, g := range r.groups {
		if g.host != "" {
			hosts[g.host] = true
		}
	}
	if r.common, err = r.matcher(templates, ""); err != nil || len(hosts) == 0 {
		return err
	}
	if r.all, err = r.matcher(templates, anyHost); err != nil {
		return err
	}
	r.hosts = make(map[string]*route.Matcher, len(hosts))
	for host := range hosts {
		if r.hosts[host], err = r.matcher(templates, host); err != nil {
			return err
		}
	}
	return nil
}

const anyHost = "*"

// matcher holds the templates of one host and those of every host; of two with the same shape the host's own.
func (r *routing) matcher(templates []string, host string) (*route.Matcher, error) {
	var patterns []route.Pattern
	var from []int
	taken := map[string]bool{}
	for _, own := range [...]bool{true, false} {
		for i, t := range templates {
			g := &r.groups[i]
			if own == (g.host == "") || g.host != "" && g.host != host && host != anyHost {
				continue
			}
			if shape := contract.Shape(t); !taken[shape] {
				taken[shape] = true
				patterns = append(patterns, route.Pattern{Template: t, ID: i})
				from = append(from, i)
			}
		}
	}
	m, err := route.New(patterns)
	if wrong := (*route.Error)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s: %w", r.groups[from[wrong.Index]].routes[0].Pos, err)
	}
	return m, err
}

// unmatched is the group of requests that match no route.
func (r *routing) unmatched() int { return len(r.groups) - 1 }

// find returns the group of a request. It is not certain where the target is unknown, or where it depends on a host that
// the log does not name: then no condition may be called broken.
func (r *routing) find(f *Facts, s *route.Scratch) (group int, certain bool) {
	if len(f.Target) == 0 {
		return r.unmatched(), false
	}
	if r.hosts == nil {
		return r.match(r.common, f.Target, s), true
	}
	if f.Host != nil {
		return r.match(r.ofHost(f.Host), f.Target, s), true
	}
	group = r.match(r.all, f.Target, s)
	certain = r.match(r.common, f.Target, s) == group
	for _, m := range r.hosts {
		certain = certain && r.match(m, f.Target, s) == group
	}
	return group, certain
}

func (r *routing) match(m *route.Matcher, target []byte, s *route.Scratch) int {
	if id, ok := m.Match(target, s); ok {
		return id
	}
	return r.unmatched()
}

// ofHost returns the matcher of a host as logged, which may carry a port and capitals.
func (r *routing) ofHost(host []byte) *route.Matcher {
	if m := r.hosts[string(host)]; m != nil {
		return m
	}
	if i := bytes.LastIndexByte(host, ':'); i >= 0 && bytes.IndexByte(host[i:], ']') < 0 {
		host = host[:i]
	}
	var lower [255]byte // the longest host name (RFC 1035 section 2.3.4)
	if len(host) > len(lower) {
		return r.common
	}
	for i, b := range host {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	if m := r.hosts[string(lower[:len(host)])]; m != nil {
		return m
	}
	return r.common
}

// of returns the route of a group that has the method, see contract.OfMethod; nil where the method is unknown and decides.
func (g *group) of(method string) *contract.Route {
	if method == "" && len(g.routes) > 1 {
		return nil
	}
	return contract.OfMethod(g.routes, method)
}
