package contract

// A sentence is a condition in words, with what makes it a promise.
type sentence struct {
	id, text string
	promise  bool // clients may rely on it: an error-severity sends or always_when
	pos      Position
}

func conditionsOf(e *Code) []sentence {
	var all []sentence
	add := func(k *Check, text string, promise bool) {
		all = append(all, sentence{k.ID, text, promise && k.Severity == SeverityError, k.Pos})
	}
	for i := range e.OnlyWhen {
		add(&e.OnlyWhen[i], "only when "+e.OnlyWhen[i].words()+e.OnlyWhen[i].weight(), false)
	}
	for i := range e.AlwaysWhen {
		add(&e.AlwaysWhen[i], e.AlwaysWhen[i].demand(), true)
	}
	for i := range e.Sends {
		add(&e.Sends[i], "sends "+e.Sends[i].words()+e.Sends[i].weight(), true)
	}
	return all
}

func alwaysOf(checks []Check) []sentence {
	var all []sentence
	for i := range checks {
		all = append(all, sentence{checks[i].ID, checks[i].demand(), checks[i].Severity == SeverityError, checks[i].Pos})
	}
	return all
}

// conditions compares two lists of conditions. What asks the same under another id is no change; what asks otherwise
// under the same id is one.
func (d *differ) conditions(route, code string, before, after []sentence, pos Position) {
	find := func(list []sentence, same func(sentence) bool) *sentence {
		for i := range list {
			if same(list[i]) {
				return &list[i]
			}
		}
		return nil
	}
	for _, x := range before {
		if find(after, func(y sentence) bool { return y.text == x.text }) != nil {
			continue
		}
		c := Change{Kind: "removed", Route: route, Code: code, What: "condition", Old: x.text, Breaking: x.promise, Pos: pos}
		if y := find(after, func(y sentence) bool { return y.id == x.id }); y != nil {
			c.Kind, c.New, c.Pos = "changed", y.text, y.pos
		}
		if c.Breaking {
			c.Why = "clients may rely on it"
		}
		d.add(c)
	}
	for _, y := range after {
		same := func(x sentence) bool { return x.text == y.text || x.id == y.id }
		if find(before, same) == nil {
			d.add(Change{Kind: "added", Route: route, Code: code, What: "condition", New: y.text, Pos: y.pos})
		}
	}
}
