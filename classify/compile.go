package classify

import (
	"errors"
	"slices"
	"strings"

	"httpstatus_exporter/classify/contract"
)

// How the tables come about: every (group, method) is a column. What a column means is its context: which code entries
// apply, and which codes need none. For each of the 500 codes the context gives a rule. Equal rules are kept once, and so
// are equal tables: a thousand routes with the same codes share a handful.

// context is what the verdict depends on besides code and facts.
type context struct {
	view       view
	route      []contract.Check // always_when of the route itself
	method     string           // "" where unknown
	documented Result           // whether the route has the method
	limit      []string         // status patterns that may be looked up, nil for all
	beyond     Reason           // of the other codes
	unreadable bool             // the method is unknown and the route wants to know it: no condition may fail
	preflight  bool             // 200 and 204 answer a CORS preflight
	always     []*contract.Check
}

// shared is a context's key where several columns have the same one.
type shared struct {
	codes      int // see compiler.alike; 0 where there is no route
	method     int
	documented Result
	unmatched  bool
}

// compiler holds what is only needed while tables are built.
type compiler struct {
	*Classifier
	numbers    map[string]int // of conditions by id
	rules      map[string]int
	tables     map[table]uint32
	contexts   map[shared]uint32
	likes      map[string]int // see alike
	noResponse map[int]bool   // codes that no client received
	notes      [600][]int     // conditions that are notes, by code
	key        []byte
}

func (c *Classifier) compile() error {
	numbers, err := c.numberConditions()
	if err != nil {
		return err
	}
	k := &compiler{
		Classifier: c, numbers: numbers,
		rules: map[string]int{}, tables: map[table]uint32{}, contexts: map[shared]uint32{}, likes: map[string]int{}, noResponse: map[int]bool{},
	}
	for _, token := range c.contract.NoResponse {
		k.noResponse[status([]byte(token))] = true
	}
	for i := range c.conds {
		if n := c.conds[i].note; n != nil {
			for code := 100; code < 600; code++ {
				if contract.Covers(n.Codes, code) {
					k.notes[code] = append(k.notes[code], i)
				}
			}
		}
	}
	groups := 1
	if c.routing != nil {
		groups = len(c.routing.groups)
	}
	for g := range groups {
		for m := range c.width {
			c.columns = append(c.columns, k.column(g, m))
		}
	}
	if len(c.rules) > 1<<16 {
		return errors.New("the contract has more than 65536 different (code, conditions) pairs: " +
			"move conditions from the routes to the page")
	}
	c.dropUnused()
	return nil
}

// column returns the index of the table for a group and a method.
func (k *compiler) column(g, m int) uint32 {
	s, ctx := k.context(g, m)
	if t, known := k.contexts[s]; known {
		return t
	}
	ctx.always = ctx.alwaysWhen()
	var t table
	painted := ctx.view.paint()
	for i := range t {
		t[i] = uint16(k.intern(k.ruleOf(&ctx, i+100, painted[i])))
	}
	index, known := k.tables[t]
	if !known {
		index = uint32(len(k.Classifier.tables))
		k.tables[t] = index
		k.Classifier.tables = append(k.Classifier.tables, t)
	}
	k.contexts[s] = index
	return index
}

// context says what applies to a group and a method (step 3 of the verdict).
func (k *compiler) context(g, m int) (shared, context) {
	c := k.contract
	ctx := context{view: view{page: c.Codes}, documented: Unknown, beyond: ReasonCode}
	if m < k.methods.unknown() {
		ctx.method = k.methods.names[m]
	}
	if k.routing == nil {
		return shared{method: m}, ctx
	}
	if g == k.routing.unmatched() {
		ctx.limit, ctx.beyond = c.Unmatched.Expect, ReasonRoute
		return shared{method: m, unmatched: true}, ctx
	}
	group := &k.routing.groups[g]
	if r := group.of(ctx.method); r != nil {
		ctx.view, ctx.route, ctx.documented = viewOf(c, r), r.AlwaysWhen, Pass
		return shared{codes: k.alike(r), method: m, documented: Pass}, ctx
	}
	if ctx.method == "" {
		ctx.unreadable = true
		return shared{method: m}, ctx
	}
	ctx.documented, ctx.limit, ctx.beyond = Fail, []string{"405", "404", "501"}, ReasonMethod
	ctx.preflight = m == methodOPTIONS
	return shared{method: m, documented: Fail}, ctx
}

// alike returns the same number for routes whose codes and conditions give the same verdicts: most operations of a large
// API answer the same codes. A condition's id says all about it.
func (k *compiler) alike(r *contract.Route) int {
	key := k.key[:0]
	add := func(checks []contract.Check) {
		for i := range checks {
			key = append(append(key, checks[i].ID...), ' ')
		}
		key = append(key, '|')
	}
	for i := range r.Codes {
		e := &r.Codes[i]
		key = append(append(key, e.Pattern...), byte(e.SLO))
		if e.Removed {
			key = append(key, '-')
		}
		add(e.OnlyWhen)
		add(e.AlwaysWhen)
		add(e.Sends)
	}
	add(r.AlwaysWhen)
	if r.Inherit {
		key = append(key, '+')
	}
	k.key = key
	number, known := k.likes[string(key)]
	if !known {
		number = len(k.likes) + 1
		k.likes[string(key)] = number
	}
	return number
}

// paint returns the entry of every code: what view.find says, for all codes at once.
func (v view) paint() (entries [500]*contract.Code) {
	for precision := range 4 {
		for _, codes := range [...][]contract.Code{v.page, v.route} {
			for i := range codes {
				if contract.Precision(codes[i].Pattern) != precision {
					continue
				}
				first, last := contract.Range(codes[i].Pattern)
				for code := first; code <= last; code++ {
					entries[code-100] = &codes[i]
				}
			}
		}
	}
	return entries
}

// ruleOf follows the steps of the verdict for one code. The entry is nil where the contract has none.
func (k *compiler) ruleOf(ctx *context, code int, entry *contract.Code) rule {
	if entry != nil && entry.Removed {
		entry = nil
	}
	slo := sloOf(code)
	listed := entry != nil && contract.Precision(entry.Pattern) == 3
	if k.noResponse[code] && !listed {
		return rule{kind: NoResponse, slo: contract.SLOIgnore, condition: -1}
	}
	if ctx.preflight && (code == 200 || code == 204) {
		return rule{kind: Documented, slo: slo, condition: -1}
	}
	if ctx.limit != nil {
		if !contract.Covers(ctx.limit, code) {
			return undocumented(k.contract, ctx.beyond, slo)
		}
		if len(ctx.view.page) == 0 { // no page to look it up in: that it is expected documents it
			return rule{kind: Documented, slo: slo, condition: -1}
		}
	}
	if entry == nil {
		return undocumented(k.contract, ReasonCode, slo)
	}
	if entry.SLO != contract.SLOUnset {
		slo = entry.SLO
	}
	r := rule{kind: Documented, slo: slo, dynamic: k.ask(ctx, code, entry)}
	if ctx.unreadable {
		for i := range r.dynamic {
			d := &r.dynamic[i]
			d.result, d.decided = Unknown, d.decided || !d.antecede
		}
	}
	r.finish()
	return r
}

// ask gathers the conditions on one code: only_when and sends of its entry, always_when of every entry that applies and
// of the route, and the standard's notes.
func (k *compiler) ask(ctx *context, code int, entry *contract.Code) []dynamic {
	p := place{ctx.method, code, ctx.documented}
	var asked []dynamic
	add := func(id string, demanded bool) {
		number, on := k.numbers[id]
		if !on || slices.ContainsFunc(asked, func(d dynamic) bool { return int(d.cond) == number }) {
			return
		}
		if d, ok := k.conds[number].at(number, &p, demanded); ok {
			asked = append(asked, d)
		}
	}
	for i := range entry.OnlyWhen {
		add(entry.OnlyWhen[i].ID, false)
	}
	for i := range entry.Sends {
		add(entry.Sends[i].ID, false)
	}
	for _, check := range ctx.always {
		add(check.ID, demands(check.Code, code, entry))
	}
	for _, number := range k.notes[code] {
		if n := k.conds[number].note; !entry.States(n) {
			add(n.Check.ID, false)
		}
	}
	return asked
}

// alwaysWhen returns every always_when that applies: of the route, of its codes, and of the page's codes that the route
// does not replace.
func (ctx *context) alwaysWhen() []*contract.Check {
	var all []*contract.Check
	add := func(checks []contract.Check) {
		for i := range checks {
			all = append(all, &checks[i])
		}
	}
	add(ctx.route)
	for i := range ctx.view.route {
		add(ctx.view.route[i].AlwaysWhen)
	}
	for i := range ctx.view.page {
		e := &ctx.view.page[i]
		if len(e.AlwaysWhen) > 0 && !ctx.view.replaces(e.Pattern) {
			add(e.AlwaysWhen)
		}
	}
	return all
}

// replaces reports whether the route has an entry of its own for a pattern of the page.
func (v view) replaces(pattern string) bool {
	for i := range v.route {
		if v.route[i].Pattern == pattern {
			return true
		}
	}
	return false
}

// demands reports whether a code is the one that always_when demands. "default" demands a code that only the default
// entry covers.
func demands(patterns string, code int, entry *contract.Code) bool {
	if strings.Contains(patterns, contract.DefaultPattern) {
		return entry.Pattern == contract.DefaultPattern
	}
	return contract.Covers([]string{patterns}, code)
}

// intern returns the index of the rule, which it keeps once.
func (k *compiler) intern(r rule) int {
	k.key = r.key(k.key)
	if i, known := k.rules[string(k.key)]; known {
		return i
	}
	i := len(k.Classifier.rules)
	k.rules[string(k.key)] = i
	k.Classifier.rules = append(k.Classifier.rules, r)
	return i
}

// dropUnused takes away the notes that no rule asks: they are about codes that the contract does not have.
func (c *Classifier) dropUnused() {
	used := make([]bool, len(c.conds))
	for i := range c.rules {
		for _, check := range c.rules[i].checks {
			used[check.Condition] = true
		}
		for j := range c.rules[i].dynamic {
			used[c.rules[i].dynamic[j].cond] = true
		}
	}
	number := make([]int, len(c.conds))
	conds, infos := c.conds[:0], c.infos[:0]
	for i := range c.conds {
		number[i] = len(conds)
		if used[i] || c.conds[i].note == nil {
			conds, infos = append(conds, c.conds[i]), append(infos, c.infos[i])
		}
	}
	c.conds, c.infos = conds, infos
	for i := range c.rules {
		r := &c.rules[i]
		if r.condition >= 0 {
			r.condition = int32(number[r.condition])
		}
		for j := range r.checks {
			r.checks[j].Condition = number[r.checks[j].Condition]
		}
		for j := range r.dynamic {
			r.dynamic[j].cond = int32(number[r.dynamic[j].cond])
		}
	}
}
