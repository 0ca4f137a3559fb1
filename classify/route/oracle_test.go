package route

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// scan is the oracle: it holds a path against every template and keeps the best.
type scan struct {
	templates []string
	parts     [][]string
	ranks     [][]rank
}

// rank says how early a segment is tried: higher first, in the order of the fields.
type rank struct {
	static, literal, least int
	text                   string // lower first
}

var expression = regexp.MustCompile(`\{[^{}/]+\}`)

func newScan(templates []string) *scan {
	s := &scan{templates: templates}
	for _, t := range templates {
		parts := nonEmpty(t)
		var ranks []rank
		for _, part := range parts {
			literal, least := expression.ReplaceAllString(part, ""), len(expression.FindAllString(part, -1))
			ranks = append(ranks, rank{btoi(least == 0), len(literal), least, expression.ReplaceAllString(part, "{}")})
		}
		s.parts = append(s.parts, parts)
		s.ranks = append(s.ranks, ranks)
	}
	return s
}

func nonEmpty(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
}

// fits tries every way in which text can be of the form of part.
func fits(part, text string) bool {
	switch at := expression.FindStringIndex(part); {
	case part == "" || text == "":
		return part == text
	case at == nil || at[0] > 0:
		return part[0] == text[0] && fits(part[1:], text[1:])
	default:
		for i := 1; i <= len(text); i++ {
			if fits(part[at[1]:], text[i:]) {
				return true
			}
		}
		return false
	}
}

// match returns the index of the best template for the target, -1 for none.
func (s *scan) match(target string) int {
	if i := strings.Index(target, "://"); i > 0 && !strings.HasPrefix(target, "/") {
		rest := target[i+3:]
		target = rest[min(len(rest), strings.IndexAny(rest+"/", "/?")):]
		if !strings.HasPrefix(target, "/") {
			target = "/" + target
		}
	}
	path, _, _ := strings.Cut(target, "?")
	if best := s.matchPath(path); best >= 0 {
		return best
	}
	return s.matchPath(decodeOnce(path))
}

func (s *scan) matchPath(path string) int {
	segments, best := nonEmpty(path), -1
	for i, parts := range s.parts {
		if strings.HasPrefix(path, "/") && slices.EqualFunc(parts, segments, fits) &&
			(best < 0 || s.better(i, best, strings.HasSuffix(path, "/"))) {
			best = i
		}
	}
	return best
}

func (s *scan) better(i, j int, slash bool) bool {
	for k := range s.ranks[i] {
		a, b := s.ranks[i][k], s.ranks[j][k]
		if c := cmp.Or(cmp.Compare(a.static, b.static), cmp.Compare(a.literal, b.literal), cmp.Compare(a.least, b.least),
			cmp.Compare(b.text, a.text)); c != 0 {
			return c > 0
		}
	}
	return strings.HasSuffix(s.templates[i], "/") == slash
}

// decodeOnce is url.PathUnescape that leaves %2F and malformed encodings as they are.
func decodeOnce(path string) string {
	return regexp.MustCompile(`%[0-9A-Fa-f]{2}`).ReplaceAllStringFunc(path, func(code string) string {
		if c, _ := url.PathUnescape(code); c != "/" {
			return c
		}
		return code
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestEveryTemplateSet holds the matcher against the oracle: every set of up to three templates of up to two segments out
// of a small alphabet, every path of up to five characters.
func TestEveryTemplateSet(t *testing.T) {
	segments := []string{"a", "b", "aa", "{x}", "a{x}", "{x}b", "{x}b{y}", "{x}{y}"}
	templates := []string{"/", "/a/", "/{x}/"}
	for _, s := range segments {
		templates = append(templates, "/"+s)
		for _, u := range segments[:6] {
			templates = append(templates, "/"+s+"/"+u)
		}
	}
	paths := []string{"/"}
	for i := 0; i < len(paths); i++ {
		if len(paths[i]) < 6 {
			paths = append(paths, paths[i]+"a", paths[i]+"b", paths[i]+"/")
		}
	}
	sets := 0
	check := func(set ...string) {
		sets++
		checkSet(t, set, paths)
	}
	for i, a := range templates {
		check(a)
		for j, b := range templates[:i] {
			check(a, b)
			for _, c := range templates[:j] {
				if testing.Short() && (i+j)%4 != 0 {
					continue
				}
				check(a, b, c)
			}
		}
	}
	t.Logf("%d sets of templates, %d paths", sets, len(paths))
}

// forms holds what the oracle says about one template, once for all sets that it is in.
var forms = map[string]map[string]bool{}

func checkSet(t *testing.T, set, paths []string) {
	m, oracle := mustNew(t, set), &scan{templates: set}
	for _, template := range set {
		one := newScan([]string{template})
		if forms[template] == nil {
			forms[template] = map[string]bool{}
			for _, p := range paths {
				forms[template][p] = one.match(p) == 0
			}
		}
		oracle.ranks = append(oracle.ranks, one.ranks[0])
	}
	var s Scratch
	for _, p := range paths {
		want := -1
		for i, template := range set {
			if forms[template][p] && (want < 0 || oracle.better(i, want, strings.HasSuffix(p, "/"))) {
				want = i
			}
		}
		got, ok := m.Match([]byte(p), &s)
		if ok != (want >= 0) || ok && got != want {
			t.Fatalf("%s in %q: %d, %v, want %d", p, set, got, ok, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("/a/{x} /a/me /a/{x}.json", "/a/m%65.json?x=%2f")
	f.Add("/{x}-{y}/b /{x}/{y}", "//1-2///b/")
	f.Add("/a /a/ /v1/a", "http://h:1/v1//a/?q")
	f.Add("/{x}ab{y}b{z}", "/aababb%2Fb")
	f.Add("/ /{x}{y}/%6d", "/%zz%6d%256d")
	f.Fuzz(func(t *testing.T, list, target string) {
		templates := strings.Split(list, " ")
		m, err := New(patterns(templates))
		if err != nil {
			return
		}
		if !strings.HasPrefix(target, "/") && !regexp.MustCompile(`^[a-z]+://[a-z]+`).MatchString(target) {
			return
		}
		if len(list)+len(target) > 100 {
			return // the oracle takes exponential time
		}
		got, ok := m.Match([]byte(target), new(Scratch))
		if !ok {
			got = -1
		}
		if want := newScan(templates).match(target); got != want {
			t.Fatalf("%s in %q: %d, want %d", target, templates, got, want)
		}
	})
}
