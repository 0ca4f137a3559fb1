package route

import (
	"fmt"
	"strings"
	"testing"
)

// TestEachNodeOnce proves the bound of a search: nodes make a tree, so that no search comes to one twice, and there is at
// most one for each segment of the templates.
func TestEachNodeOnce(t *testing.T) {
	templates := everyWay(12)
	segments := 1
	for _, s := range templates {
		segments += strings.Count(s, "/")
	}
	seen := map[*node]bool{}
	var walk func(*node)
	walk = func(n *node) {
		if seen[n] {
			t.Fatal("two ways to one node")
		}
		seen[n] = true
		for _, s := range n.statics {
			if s.to != nil {
				walk(s.to)
			}
		}
		for _, e := range n.templated {
			walk(e.to)
		}
		if n.any != nil {
			walk(n.any)
		}
	}
	m := mustNew(t, templates)
	walk(m.root)
	if len(seen) > segments {
		t.Errorf("%d nodes for %d segments", len(seen), segments)
	}
	target := strings.Repeat("/ab", 12) + "/nothing"
	if id, ok := m.Match([]byte(target), new(Scratch)); ok {
		t.Errorf("matched %s", templates[id])
	}
}

// everyWay returns templates of n segments and a last one, such that /ab/ab/ab/... is of the form of each but for the last.
func everyWay(n int) []string {
	list := []string{""}
	for range n {
		var longer []string
		for _, t := range list {
			longer = append(longer, t+"/ab", t+"/{x}")
		}
		list = longer
	}
	for i := range list {
		list[i] += "/end"
	}
	return list
}

// TestHostileTargets would not end before the test's time limit if any of these took more than a few passes.
func TestHostileTargets(t *testing.T) {
	const size = 1 << 20
	var letters, dashes []string
	for i := range 60 {
		letters = append(letters, fmt.Sprintf("{p%d}", i))
		dashes = append(dashes, fmt.Sprintf("{p%d}", i), "{q}a")
	}
	m := mustNew(t, []string{
		"/" + strings.Join(letters, "a") + "b",
		"/" + strings.Join(letters, "aab") + "b",
		"/" + strings.Join(letters, ""),
		"/" + strings.Join(letters, "/") + "/end",
		"/" + strings.Join(dashes, "/") + "/end",
		"/" + strings.Join(letters, strings.Repeat("a", 100)+"c"),
	})
	tests := []struct {
		target string
		want   bool
	}{
		{"/" + strings.Repeat("a", size), true},
		{"/" + strings.Repeat("a", size) + "b", true},
		{strings.Repeat("/a", size), false},
		{strings.Repeat("/", size), false},
		{strings.Repeat("/%61a", 60) + "/nothing", false},
		{"/" + strings.Repeat("%61", size), true},
		{"/" + strings.Repeat("%2F", size) + "/x", false},
		{"http://" + strings.Repeat("a", size), false},
		{strings.Repeat("a", size) + "://h/", false},
		{"/" + strings.Repeat("%zz", size/3), true},
		{"/" + strings.Repeat("%", size), true},
		{"/" + strings.Repeat("%2", size/2), true},
		{"/" + strings.Repeat("-", size) + "/" + strings.Repeat("-", size), false},
		{strings.Repeat("//", size/2) + "a", false},
		{strings.Repeat("*", size), false},
		{"/?" + strings.Repeat("/", size), false},
		{"\x00" + strings.Repeat("/", size), false},
	}
	var s Scratch
	for _, tt := range tests {
		if _, ok := m.Match([]byte(tt.target), &s); ok != tt.want {
			t.Errorf("%.20s... (%d bytes): %v", tt.target, len(tt.target), ok)
		}
		if cap(s.decoded) > maxKept {
			t.Errorf("%.20s... (%d bytes): %d bytes kept", tt.target, len(tt.target), cap(s.decoded))
		}
	}
}

// TestAlikeSegmentsSpread holds that names which begin and end alike do not crowd the hash table, as they do where only the
// ends are hashed.
func TestAlikeSegmentsSpread(t *testing.T) {
	var templates []string
	for i := range 5000 {
		templates = append(templates, fmt.Sprintf("/customer-%05d-settings", i), fmt.Sprintf("/organisation-%05d-of-the-invoices", i))
	}
	root := mustNew(t, templates).root
	worst, total := 0, 0
	for _, s := range root.statics {
		if s.to == nil {
			continue
		}
		steps := 1
		for i := root.first([]byte(s.text), s.head); root.statics[i].text != s.text; i = (i + 1) & (len(root.statics) - 1) {
			steps++
		}
		worst, total = max(worst, steps), total+steps
	}
	if worst > 100 || total > 3*len(templates) {
		t.Errorf("%d steps to the farthest segment, %d to all %d", worst, total, len(templates))
	}
}

// TestManyTemplates builds a matcher of thousands of templates that share all but their last segment, and searches it.
func TestManyTemplates(t *testing.T) {
	prefix := strings.Repeat("/{a}-{b}-{c}", 20)
	var templates []string
	for i := range 5000 {
		templates = append(templates, fmt.Sprintf("%s/x%d", prefix, i))
	}
	m := mustNew(t, templates)
	target := strings.Repeat("/1-2-3", 20)
	for i, want := range map[int]bool{0: true, 4999: true, 5000: false} {
		if id, ok := m.Match(fmt.Appendf(nil, "%s/x%d", target, i), new(Scratch)); ok != want || ok && id != i {
			t.Errorf("x%d: %d %v", i, id, ok)
		}
	}
}
