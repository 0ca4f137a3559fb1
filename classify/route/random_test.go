package route

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRandomTemplateSets holds the matcher against the oracle where sets are too large to try all: up to 40 templates of up
// to four segments, and targets that are made of them, with slashes, queries, hosts and encodings that say the same.
func TestRandomTemplateSets(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	segment := func() string {
		return pick("a", "b", "ab", "ba", "a.b", "{x}", "{x}", "{x}", "{x}.b", "a{x}", "{x}-{y}", "{x}-{y}-{z}", "{x}{y}", "{x}a{y}b{z}", "a-{x}{y}", "{x}ab", "%61", "é", "averylongsegment", "averylongsegmint")
	}
	sets, matched, targets := 1500, 0, 0
	if testing.Short() {
		sets = 300
	}
	for range sets {
		var templates []string
		shapes := map[string]bool{}
		for range 1 + r.IntN(40) {
			template := ""
			for range r.IntN(5) {
				template += "/" + segment()
			}
			template += pick("", "", "/")
			if template == "" {
				template = "/"
			}
			if parsed, err := parse(template); err != nil || shapes[parsed.key] {
				continue
			} else {
				shapes[parsed.key] = true
			}
			templates = append(templates, template)
		}
		m, oracle := mustNew(t, templates), newScan(templates)
		var s Scratch
		for range 60 {
			target := templates[r.IntN(len(templates))]
			if r.IntN(4) == 0 {
				target += "/" + segment()
			}
			target = expression.ReplaceAllStringFunc(target, func(string) string { return pick("a", "b", "1", "ab", "a-b", "-", "ba", "%2F", "%3F", "a.b", "aab") })
			target = strings.NewReplacer("/", pick("/", "/", "//"), "b", pick("b", "%62"), "-", pick("-", "%2d"), "é", pick("é", "%C3%A9")).Replace(target)
			target = pick("", "", "http://h", "https://h:1") + target + pick("", "", "/", "?a/b", "?", "%", "%zz", "#/a")
			got, ok := m.Match([]byte(target), &s)
			if !ok {
				got = -1
			} else {
				matched++
			}
			targets++
			if want := oracle.match(target); got != want {
				t.Fatalf("seed %d: %s in %q: %s, want %s", seed, target, templates, nameOf(templates, got), nameOf(templates, want))
			}
		}
	}
	if matched < targets/4 || matched > targets*9/10 {
		t.Errorf("seed %d: %d of %d targets matched: this shows little", seed, matched, targets)
	}
}

func nameOf(templates []string, i int) string {
	if i < 0 {
		return "none"
	}
	return templates[i]
}

// BenchmarkAlike is the cost of a line where thousands of static segments begin and end alike, and where thousands of
// templated ones stand side by side: what a contract can do to its own matcher.
func BenchmarkAlike(b *testing.B) {
	for name, form := range map[string]string{"static": "/v1/customer-%05d-settings/{id}", "suffixes": "/v1/{id}.type%05d"} {
		var templates []string
		for i := range 5000 {
			templates = append(templates, fmt.Sprintf(form, i))
		}
		m := mustNew(b, templates)
		for what, target := range map[string]string{"hit": expression.ReplaceAllString(templates[2500], "7"), "miss": "/v1/customer-x2500-settings/7"} {
			b.Run(name+"/"+what, func(b *testing.B) {
				var s Scratch
				for b.Loop() {
					m.Match([]byte(target), &s)
				}
			})
		}
	}
}
