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
