package route

import (
	"fmt"
	"testing"
)

// BenchmarkMatch is what one line of a log costs with a contract of 200 templates: half of the targets match one, in the
// last segment or near it, half match none.
func BenchmarkMatch(b *testing.B) {
	m, targets := twoHundred(b)
	var s Scratch
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Match(targets[i%len(targets)], &s)
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	m, targets := twoHundred(t)
	targets = append(targets, []byte("/v2/r07/%31/items"), []byte("http://h/v2/r07/1?q"))
	var s Scratch
	all := func() {
		for _, target := range targets {
			m.Match(target, &s)
		}
	}
	if n := testing.AllocsPerRun(100, all); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// twoHundred returns the matcher of 200 templates, and 800 targets.
func twoHundred(t testing.TB) (*Matcher, [][]byte) {
	var templates []string
	var targets [][]byte
	hit := func(format string, args ...any) { targets = append(targets, fmt.Appendf(nil, format, args...)) }
	for i := range 40 {
		r := fmt.Sprintf("/v2/r%02d", i)
		templates = append(templates, r, r+"/{id}", r+"/{id}/items", r+"/{id}/items/{item}.json", r+"/{from}-{to}/range")
		hit("%s?limit=%d", r, i)
		hit("%s/%d", r, 1000+i)
		hit("%s/%d/items/7.json?pretty=true", r, i)
		hit("%s/%d-%d/range", r, i, i+9)
		hit("%s/%d/nothing", r, i)
		hit("/v2/x%02d/1", i)
		hit("/v1%s/", r)
		hit("/wp-login.php?%d", i)
	}
	return mustNew(t, templates), targets
}
