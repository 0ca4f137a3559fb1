package contract

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// beyondSchema are the refusals that a schema cannot know: they compare two places of the file, read another file, ask how
// a number is written, or compile a regular expression.
var beyondSchema = regexp.MustCompile(`is listed twice|twice, first in line|is taken in line|conflicts with the route|names \S+ twice|` +
	`no regular expression|must be a plain number|is the label of requests that match no route|cannot be read|is an address|is no OpenAPI document`)

// TestSchemaAgreesOnMutations holds the decoder against the schema on contracts that differ from those of the corpus in a
// place or two: a key has another name, a value is another one, something is missing or stands elsewhere.
func TestSchemaAgreesOnMutations(t *testing.T) {
	compiled := compiledSchema(t)
	seed := rand.Uint64()
	m := newMutator(t, seed)
	rounds, accepted := 10_000, 0
	if testing.Short() {
		rounds = 2_000
	}
	for range rounds {
		text := m.contract(t)
		var node yaml.Node
		if err := yaml.Unmarshal(text, &node); err != nil || node.Kind == 0 {
			continue // an alias whose anchor is gone
		}
		_, err := Parse("contract.yaml", text)
		wrong := compiled.Validate(plainJSON(t, &node))
		switch {
		case err == nil && wrong == nil:
			accepted++
		case err == nil:
			t.Fatalf("seed %d: only the schema refuses it: %v\n%s", seed, wrong, text)
		case wrong == nil && !isBeyondSchema(err):
			t.Fatalf("seed %d: only the decoder refuses it: %v\n%s", seed, err, text)
		}
	}
	if accepted < rounds/20 || accepted > rounds*9/10 {
		t.Errorf("seed %d: %d of %d accepted: this shows little", seed, accepted, rounds)
	}
	t.Logf("%d of %d accepted", accepted, rounds)
}

// isBeyondSchema reports whether a schema cannot know of any of the errors. Of a key that is there twice it sees the last
// value alone, and of an OpenAPI document nothing, so nothing can be said about the others.
func isBeyondSchema(err error) bool {
	return strings.Contains(err.Error(), " appears twice in ") || strings.Contains(err.Error(), "the OpenAPI document is refused") ||
		!slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool { return !beyondSchema.MatchString(line) })
}

// A mutator makes contracts out of those of the corpus.
type mutator struct {
	*rand.Rand
	texts  [][]byte
	keys   []string     // of every mapping
	values []*yaml.Node // of every place
}

func newMutator(t *testing.T, seed uint64) *mutator {
	m := &mutator{Rand: rand.New(rand.NewPCG(seed, 0))}
	for _, f := range corpus(t) {
		if !strings.HasPrefix(f.Name, "good") {
			continue
		}
		m.texts = append(m.texts, f.Data)
		var node yaml.Node
		if err := yaml.Unmarshal(f.Data, &node); err != nil {
			t.Fatal(err)
		}
		for _, p := range spots(&node) {
			m.values = append(m.values, *p.value)
			if p.key != nil {
				m.keys = append(m.keys, p.key.Value)
			}
		}
	}
	for _, s := range []string{"", "~", "true", "false", "yes", "0", "1", "-1", "0.5", "1.0", "1e3", "99", "100", "599", "600", "2XX", "50X", "default", "present", "absent", "/a", "/a/",
		"/(/", "GET", "get", "GET /a/{b}", "A B", "_x", "x\ty", "é", "error", "off", "0x10", "0o17", "1_000", strings.Repeat("ä", 64), strings.Repeat("a", 65)} {
		m.values = append(m.values, &yaml.Node{Kind: yaml.ScalarNode, Value: s}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s})
	}
	m.values = append(m.values, &yaml.Node{Kind: yaml.MappingNode}, &yaml.Node{Kind: yaml.SequenceNode})
	m.keys = append(m.keys, "501", "2X", "X-New", "x y", "404, 410", "404,", "", "5xx")
	return m
}

// contract returns a contract with one to three changes.
func (m *mutator) contract(t *testing.T) []byte {
	var node yaml.Node
	if err := yaml.Unmarshal(m.texts[m.IntN(len(m.texts))], &node); err != nil {
		t.Fatal(err)
	}
	for range 1 + m.IntN(3) {
		m.change(&node)
	}
	text, err := yaml.Marshal(&node)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// change makes one change at a place that is as likely to be deep as not.
func (m *mutator) change(doc *yaml.Node) {
	all := spots(doc)
	p := all[m.IntN(len(all))]
	switch m.IntN(6) {
	case 0:
		p.remove()
	case 1:
		p.repeat(m.keys[m.IntN(len(m.keys))])
	case 2:
		if p.key != nil {
			p.key.Value, p.key.Tag, p.key.Style = m.keys[m.IntN(len(m.keys))], "!!str", yaml.DoubleQuotedStyle
		}
	default:
		*p.value = copyOf(m.values[m.IntN(len(m.values))])
	}
}

// A spot is where a value stands: in a mapping, in a list, or as the document.
type spot struct {
	in    *yaml.Node
	at    int // of the value in in.Content
	key   *yaml.Node
	value **yaml.Node
}

// spots returns every spot of a document, aliases left out.
func spots(n *yaml.Node) []spot {
	var all []spot
	for i := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		p := spot{in: n, at: i, value: &n.Content[i]}
		if n.Kind == yaml.MappingNode {
			p.key = n.Content[i-1]
		}
		all = append(all, p)
		all = append(all, spots(n.Content[i])...)
	}
	return all
}

func (p *spot) remove() {
	switch p.in.Kind {
	case yaml.MappingNode:
		p.in.Content = slices.Delete(p.in.Content, p.at-1, p.at+1)
	case yaml.SequenceNode:
		p.in.Content = slices.Delete(p.in.Content, p.at, p.at+1)
	}
}

// repeat puts the value there once more, in a mapping under another key.
func (p *spot) repeat(key string) {
	switch p.in.Kind {
	case yaml.MappingNode:
		p.in.Content = append(p.in.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: key}, copyOf(*p.value))
	case yaml.SequenceNode:
		p.in.Content = append(p.in.Content, copyOf(*p.value))
	}
}

// copyOf returns a copy that shares nothing with n: an alias becomes what it stands for.
func copyOf(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	c := *n
	c.Anchor, c.Content = "", nil
	for _, child := range n.Content {
		c.Content = append(c.Content, copyOf(child))
	}
	return &c
}
