package classify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"httpstatus_exporter/classify/contract"
)

// A made contract is one that nobody would write, in parts that can be left out and put into another order.
type made struct {
	head   string
	codes  []madeCode
	routes []madeRoute
}

type madeRoute struct {
	match, fields string
	codes         []madeCode
	always        []madeCondition
}

type madeCode struct {
	key, fields string // null where the fields are "null"
	conditions  []madeCondition
}

type madeCondition struct{ list, id, severity, asks string }

// severities are what render writes instead of a condition's own severity; "" leaves the condition out.
type severities func(c madeCondition) string

func asMade(c madeCondition) string { return c.severity }

func (m *made) render(s severities) string {
	var b strings.Builder
	b.WriteString("contract: v1\n" + m.head)
	if len(m.codes) > 0 {
		b.WriteString("codes:\n" + renderCodes(m.codes, "  ", s))
	}
	if len(m.routes) > 0 {
		b.WriteString("routes:\n")
	}
	for _, r := range m.routes {
		fmt.Fprintf(&b, "  - match: %q\n%s", r.match, r.fields)
		if len(r.codes) > 0 {
			b.WriteString("    codes:\n" + renderCodes(r.codes, "      ", s))
		}
		b.WriteString(renderList("    ", "always_when", r.always, s))
	}
	return b.String()
}

func renderCodes(codes []madeCode, indent string, s severities) string {
	var b strings.Builder
	for _, c := range codes {
		if c.fields == "null" {
			fmt.Fprintf(&b, "%s%s: null\n", indent, c.key)
			continue
		}
		fmt.Fprintf(&b, "%s%s:\n%s  deprecated: false\n%s", indent, c.key, indent, strings.ReplaceAll(c.fields, "@", indent+"  "))
		for _, list := range []string{"only_when", "always_when", "sends"} {
			b.WriteString(renderList(indent+"  ", list, c.conditions, s))
		}
	}
	return b.String()
}

func renderList(indent, list string, all []madeCondition, s severities) string {
	text := ""
	for _, c := range all {
		if severity := s(c); c.list == list && severity != "" {
			text += fmt.Sprintf("%s  - {id: %s, severity: '%s', %s}\n", indent, c.id, severity, c.asks)
		}
	}
	if text == "" {
		return ""
	}
	return indent + list + ":\n" + text
}

// A maker makes contracts.
type maker struct {
	*rand.Rand
	ids int
}

func (m *maker) pick(of ...string) string { return of[m.IntN(len(of))] }

func (m *maker) contract() *made {
	c := &made{head: m.pick("", "undocumented: info\n", "source: {standard: none}\n", "no_response: ['499', '503', '-']\n", "vendor: [nginx]\n")}
	if m.IntN(4) > 0 {
		c.codes = m.codes(1 + m.IntN(6))
	}
	taken := map[string]bool{}
	for range m.IntN(5) {
		template := m.pick("/", "/jobs/{id}", "/jobs/{other}", "/jobs/1", "/{a}/{b}", "/{a}/1", "/any/{x}", "/a", "/{x}", "/static/{f}.css", "/hosted")
		methods, host := m.pick("", "GET ", "HEAD ", "GET|POST ", "PUT|DELETE|LINK ", "OPTIONS "), m.pick("", "", "", "api.example.org")
		free := true
		for method := range strings.SplitSeq(strings.TrimSpace(methods), "|") {
			key := host + method + strings.ReplaceAll(template, "other", "id")
			free, taken[key] = free && !taken[key], true
		}
		if free {
			r := madeRoute{match: methods + template, fields: m.pick("", "    inherit: false\n", "    name: same\n")}
			if host != "" {
				r.fields += "    host: " + host + "\n"
			}
			r.codes = m.codes(m.IntN(4))
			for range m.IntN(2) {
				always := m.condition("always_when")
				always.asks += ", code: " + m.pick("200", "202", "404", "5XX")
				r.always = append(r.always, always)
			}
			c.routes = append(c.routes, r)
		}
	}
	if len(c.codes)+len(c.routes) == 0 {
		c.codes = m.codes(1)
	}
	if m.IntN(3) == 0 {
		c.head += "unmatched: {expect: [" + m.pick("404", "3XX, 4XX", "200, 500") + "], label: nowhere}\n"
	}
	return c
}

// codes are n codes or fewer: no two keys have a code in common.
func (m *maker) codes(n int) []madeCode {
	var codes []madeCode
	taken := map[string]bool{}
	for range n {
		c := madeCode{key: m.pick("200", "201", "206", "304", "401", "404", "405", "499", "503", "20X", "40X", "50X", "2XX", "4XX", "5XX", "default", "500, 502, 504", "301, 302")}
		if taken[c.key] {
			continue
		}
		taken[c.key] = true
		c.fields = m.pick("", "", "", "@slo: bad\n", "@slo: ignore\n", "@meaning: Some\n", "null")
		for range m.IntN(4) {
			c.conditions = append(c.conditions, m.condition(m.pick("only_when", "always_when", "sends")))
		}
		codes = append(codes, c)
	}
	return codes
}

func (m *maker) condition(list string) madeCondition {
	m.ids++
	c := madeCondition{list: list, id: fmt.Sprintf("c%d", m.ids), severity: m.pick("error", "error", "warning", "info", "off")}
	header := func() string {
		return "{" + m.pick("Range", "X-A", "Accept") + ": " + m.pick("present", "absent", "'/^[a-z]+$/'") + "}"
	}
	var asks []string
	if list == "sends" {
		asks = []string{"response_header: " + header(), "body: " + m.pick("empty", "present")}
	} else {
		asks = []string{"method: [" + m.pick("GET", "GET, HEAD", "POST, LINK", "OPTIONS") + "]", "request_header: " + header(), "auth: " + m.pick("present", "absent"),
			"documented_method: " + m.pick("true", "false"), "status: [" + m.pick("2XX", "404, 50X", "200") + "]"}
	}
	m.Shuffle(len(asks), func(i, j int) { asks[i], asks[j] = asks[j], asks[i] })
	c.asks = strings.Join(asks[:1+m.IntN(2)], ", ")
	return c
}

// shuffled is the contract with its routes, and all of its codes, in another order.
func (m *maker) shuffled(c *made) *made {
	mixed := func(codes []madeCode) []madeCode {
		codes = slices.Clone(codes)
		m.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		return codes
	}
	other := &made{head: c.head, codes: mixed(c.codes), routes: slices.Clone(c.routes)}
	for i := range other.routes {
		other.routes[i].codes = mixed(other.routes[i].codes)
	}
	return other
}

// TestPropertiesOfMadeContracts holds what is true of every contract and every entry.
func TestPropertiesOfMadeContracts(t *testing.T) {
	seed := rand.Uint64()
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 5))}
	contracts, kinds := 120, [Kinds]int{}
	if testing.Short() {
		contracts = 40
	}
	compile := func(text string) *Classifier {
		parsed, err := contract.Parse("made.yaml", []byte(text))
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		c, err := New(parsed)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		return c
	}
	for range contracts {
		one := m.contract()
		text := one.render(asMade)
		c := compile(text)
		errors := compile(one.render(func(c madeCondition) string { return map[string]string{"error": "error"}[c.severity] }))
		softer := compile(one.render(func(c madeCondition) string { return map[string]string{"error": "info", "warning": "off"}[c.severity] }))
		bare := compile(one.render(func(madeCondition) string { return "" }))
		other := compile(m.shuffled(one).render(asMade))
		for range 200 {
			f := randomFacts(m.Rand, c)
			v := classify(c, f)
			kinds[v.Kind]++
			for _, problem := range []string{
				disagreement(c, f), m.removedFact(c, f, &v), m.addedField(c, f, &v), sameVerdict(c, c, errors, f, "without its warnings and notes"),
				sameVerdict(c, bare, softer, f, "with every error an info"), sameInAnyOrder(c, other, f),
			} {
				if problem != "" {
					t.Fatalf("seed %d: %s\n%s", seed, problem, text)
				}
			}
		}
	}
	for k, n := range kinds {
		if n == 0 {
			t.Errorf("seed %d: nothing was %v", seed, Kind(k))
		}
	}
	t.Logf("documented, undocumented, violation, no_response: %v", kinds)
}

// sameVerdict says where two contracts that differ in conditions alone give different verdicts on an entry of c.
func sameVerdict(c, a, b *Classifier, f *Facts, how string) string {
	u, v := classify(a, remapped(f, c, a)), classify(b, remapped(f, c, b))
	if verdict(a, &u) != verdict(b, &v) || u.Reason != v.Reason || u.SLO != v.SLO {
		return fmt.Sprintf("%s is %s, %s %s", f.show(), verdict(a, &u), how, verdict(b, &v))
	}
	return ""
}

// sameInAnyOrder says where two contracts that differ in the order of their codes give different verdicts: which of several
// broken conditions is named may differ, no more.
func sameInAnyOrder(a, b *Classifier, f *Facts) string {
	g := remapped(f, a, b)
	u, v := classify(a, f), classify(b, g)
	if u.Kind != v.Kind || u.Reason != v.Reason || u.SLO != v.SLO || a.Routes()[u.Route] != b.Routes()[v.Route] || results(a, &u) != results(b, &v) {
		return fmt.Sprintf("%s is %s, with the codes in another order %s", f.show(), verdict(a, &u), verdict(b, &v))
	}
	return ""
}

// remapped is an entry of a log with the fields of one classifier as another one wants it.
func remapped(f *Facts, from, to *Classifier) *Facts {
	g := *f
	g.Values = make([][]byte, len(to.Fields()))
	for i, name := range to.Fields() {
		if at := slices.Index(from.Fields(), name); at >= 0 {
			g.Values[i] = f.Values[at]
		}
	}
	return &g
}
