package classify

import (
	"fmt"

	"httpstatus_exporter/classify/contract"
)

// A Classifier is a contract compiled to tables: (route, method, code) leads to a rule, which says the verdict but for the
// conditions that ask what only the entry can tell. It is immutable and safe for concurrent use.
type Classifier struct {
	contract *contract.Contract
	methods  methods
	routing  *routing // nil where the contract has no routes
	fields   []string
	conds    []condition
	infos    []ConditionInfo

	tables  []table  // each one once, however many columns share it
	columns []uint32 // indexes into tables, by group*width + method
	width   int      // methods, and one for the unknown method
	rules   []rule

	noResponse rule            // tokens that are no status, or a number outside 100..599 in the contract's no_response
	invalid    rule            // other numbers outside 100..599
	odd        map[string]bool // numbers outside 100..599 that are in no_response
	series     []Series
}

// table holds for each code from 100 on the index of its rule.
type table [500]uint16

// New compiles a contract. It fails where a route's template cannot be matched, or where one condition id has two
// meanings; contract.Parse has refused everything else.
func New(c *contract.Contract) (*Classifier, error) {
	k := &Classifier{contract: c, methods: newMethods(c), odd: map[string]bool{}}
	k.width = len(k.methods.names) + 1
	routing, err := newRouting(c)
	if err != nil {
		return nil, err
	}
	k.routing = routing
	if err := k.compile(); err != nil {
		return nil, err
	}
	for _, token := range c.NoResponse {
		if status([]byte(token)) == CodeOther {
			k.odd[token] = true
		}
	}
	k.noResponse = rule{kind: NoResponse, slo: contract.SLOIgnore, condition: -1}
	k.invalid = undocumented(c, ReasonInvalid, contract.SLOBad) // RFC 9110 section 15: to be treated as a 5XX
	k.series = k.documented()
	return k, nil
}

// Classify gives the verdict on one response. It allocates nothing once v has grown.
func (c *Classifier) Classify(f *Facts, v *Verdict) {
	method := c.methods.find(f.Method)
	group, certain := 0, true
	if c.routing != nil {
		group, certain = c.routing.find(f, &v.scratch)
		v.Route = int(c.routing.labelOf[group])
	} else {
		v.Route = 0
	}
	v.Method = min(method, c.methods.other())
	v.Code = status(f.Status)
	r := c.rule(group, method, v.Code, f.Status)
	v.Kind, v.Reason, v.SLO, v.Condition = r.kind, r.reason, r.slo, int(r.condition)
	switch {
	case !certain:
		r.doubt(f, v)
	case r.dynamic == nil:
		v.Checks = r.checks
	default:
		r.evaluate(f, v)
	}
}

func (c *Classifier) rule(group, method, code int, token []byte) *rule {
	if code > CodeOther {
		return &c.rules[c.tables[c.columns[group*c.width+method]][code-100]]
	}
	if code == CodeNone || len(c.odd) > 0 && c.odd[string(token)] {
		return &c.noResponse
	}
	return &c.invalid
}

// Contract returns what was compiled.
func (c *Classifier) Contract() *contract.Contract { return c.contract }

// Fields names the facts that Facts.Values holds, in its order.
func (c *Classifier) Fields() []string { return c.fields }

// Conditions describes the conditions that can be asked, in the order of the file, then the standard's notes. Those that
// are off are not among them.
func (c *Classifier) Conditions() []ConditionInfo { return c.infos }

// Methods returns the values of the method label, OtherMethod last.
func (c *Classifier) Methods() []string { return c.methods.names }

// Routes returns the values of the route label: "" alone where the contract has no routes, else one for each template or
// name, and last the one of requests that match none.
func (c *Classifier) Routes() []string {
	if c.routing == nil {
		return []string{""}
	}
	return c.routing.labels
}

// Meaning returns what a code is called where requests of that method on a route get it: in the words of the contract, else
// by its registered phrase, else in the vendor packs that the contract chose; "" where nobody has a name for it.
func (c *Classifier) Meaning(route, method, code int) string {
	if code < 100 || code > 599 {
		return ""
	}
	if c.routing != nil {
		for _, g := range c.routing.ofLabel[route] {
			r := contract.OfMethod(c.routing.groups[g].routes, c.methods.names[method])
			if r == nil {
				continue
			}
			if e := viewOf(c.contract, r).find(code); e != nil && e.Meaning != "" {
				return e.Meaning
			}
		}
	}
	page := view{page: c.contract.Codes}
	if e := page.find(code); e != nil && e.Meaning != "" {
		return e.Meaning
	}
	return contract.Phrase(code, c.contract.Vendors)
}

// view is the code entries that apply in one place: those of a route and those of the page.
type view struct {
	route, page []contract.Code
}

func viewOf(c *contract.Contract, r *contract.Route) view {
	if r.Inherit {
		return view{r.Codes, c.Codes}
	}
	return view{r.Codes, nil}
}

// find returns the entry of a code; nil where there is none or where null removed it.
func (v view) find(code int) *contract.Code {
	if e := v.lookup(code); e != nil && !e.Removed {
		return e
	}
	return nil
}

// lookup returns the entry of a code, a null as well: the most precise one, of the route rather than of the page.
func (v view) lookup(code int) *contract.Code {
	for precision := 3; precision >= 0; precision-- {
		for _, codes := range [...][]contract.Code{v.route, v.page} {
			for i := range codes {
				e := &codes[i]
				first, last := contract.Range(e.Pattern)
				if contract.Precision(e.Pattern) != precision || code < first || code > last {
					continue
				}
				return e
			}
		}
	}
	return nil
}

// sloOf is how a code counts where the contract is silent.
func sloOf(code int) contract.SLO {
	switch code / 100 {
	case 5:
		return contract.SLOBad
	case 4:
		return contract.SLOClient
	}
	return contract.SLOGood
}

// undocumented is the rule of responses that the contract does not have.
func undocumented(c *contract.Contract, reason Reason, slo contract.SLO) rule {
	r := rule{kind: Undocumented, reason: reason, slo: slo, condition: -1}
	switch c.Undocumented {
	case contract.SeverityError:
	case contract.SeverityOff:
		r.kind, r.reason = Documented, ReasonNone
	default:
		r.kind = Documented
	}
	return r
}

func conflictError(a, b contract.Position, id string) error {
	return fmt.Errorf("%s: the condition id %q is taken at %s: ids are unique", b, id, a)
}
