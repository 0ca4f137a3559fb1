package classify

import "slices"

// Knowing returns a classifier for logs that hold the given fields and no other, and the size of the body or not. It
// gives the same verdicts on their entries as c, and sooner: whatever a condition asks of a field that is not logged is
// unknown before any entry is seen. It shares all but the rules with c.
func (c *Classifier) Knowing(fields []string, body bool) *Classifier {
	logged := make([]bool, len(c.fields))
	for i, name := range c.fields {
		logged[i] = slices.Contains(fields, name)
	}
	k := *c
	k.rules = make([]rule, len(c.rules))
	for i := range c.rules {
		k.rules[i] = c.rules[i].knowing(logged, body)
	}
	return &k
}

func (r rule) knowing(logged []bool, body bool) rule {
	if r.dynamic == nil {
		return r
	}
	r.dynamic = slices.Clone(r.dynamic)
	asks := false
	for i := range r.dynamic {
		d := &r.dynamic[i]
		if !d.decided && d.unanswerable(logged, body) {
			d.decided, d.result = true, Unknown
		}
		asks = asks || !d.decided
	}
	if !asks {
		r.checks = r.static()
		r.dynamic = nil
	}
	return r
}

// unanswerable reports whether every part of a condition asks for what is not logged.
func (d *dynamic) unanswerable(logged []bool, body bool) bool {
	for i := range d.parts {
		p := &d.parts[i]
		if p.ask >= askBody && body || p.ask < askBody && logged[p.field] {
			return false
		}
	}
	return true
}
