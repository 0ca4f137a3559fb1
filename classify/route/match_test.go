package route

import (
	"fmt"
	"strings"
	"testing"
)

// TestMatch is the specification: templates, a target, and the template that it belongs to, "" for none.
func TestMatch(t *testing.T) {
	tests := []struct {
		name      string
		templates string
		target    string
		want      string
	}{
		{"static", "/a /b", "/b", "/b"},
		{"root", "/ /a", "/", "/"},
		{"case counts", "/Jobs", "/jobs", ""},
		{"longer than every template", "/a", "/a/b", ""},
		{"shorter than every template", "/a/b", "/a", ""},
		{"expression", "/jobs/{id}", "/jobs/42", "/jobs/{id}"},
		{"expression is not empty", "/jobs/{id}", "/jobs/", ""},
		{"expression has no slash", "/jobs/{id}", "/jobs/4/2", ""},
		{"suffix", "/a/{id}.json", "/a/7.json", "/a/{id}.json"},
		{"suffix alone", "/a/{id}.json", "/a/.json", ""},
		{"suffix twice", "/a/{id}.json", "/a/x.json.json", "/a/{id}.json"},
		{"prefix", "/a/v{n}", "/a/v1", "/a/v{n}"},
		{"two expressions", "/a/{x}-{y}", "/a/1-2", "/a/{x}-{y}"},
		{"two expressions, separator twice", "/a/{x}-{y}", "/a/1--", "/a/{x}-{y}"},
		{"two expressions, the first empty", "/a/{x}-{y}", "/a/-2", ""},
		{"expressions side by side", "/a/{x}{y}", "/a/1", ""},
		{"expressions side by side, room for both", "/a/{x}{y}", "/a/12", "/a/{x}{y}"},
		{"middle is no part of the end", "/{x}ab{y}b", "/1abb", ""},
		{"middle and end", "/{x}ab{y}b", "/1ab2b", "/{x}ab{y}b"},
		{"any name between braces", "/a/{user-id:[0-9]+}", "/a/x", "/a/{user-id:[0-9]+}"},

		{"static before expression", "/users/{id} /users/me", "/users/me", "/users/me"},
		{"suffix before expression", "/a/{id} /a/{id}.json", "/a/7.json", "/a/{id}.json"},
		{"more literal text first", "/a/{x}.json /a/f-{x}.json", "/a/f-1.json", "/a/f-{x}.json"},
		{"the first segment decides", "/{entity}/me /books/{id}", "/books/me", "/books/{id}"},
		{"back out of a static segment", "/a/b/c /{x}/b/d", "/a/b/d", "/{x}/b/d"},
		{"back out of a templated segment", "/{x}.y/b /{x}/c", "/1.y/c", "/{x}/c"},

		{"query", "/jobs/{id}", "/jobs/42?pretty=true&x=/y", "/jobs/{id}"},
		{"query on the root", "/", "/?x", "/"},
		{"trailing slash", "/jobs", "/jobs/", "/jobs"},
		{"trailing slash in the template", "/jobs/", "/jobs", "/jobs/"},
		{"trailing slash tells two apart", "/jobs /jobs/", "/jobs/", "/jobs/"},
		{"no trailing slash tells two apart", "/jobs /jobs/", "/jobs", "/jobs"},
		{"double slash", "/a/b", "//a///b", "/a/b"},
		{"double slash in the template", "/a//b", "/a/b", "/a//b"},
		{"base path", "/v1/jobs/{id}", "/v1/jobs/1", "/v1/jobs/{id}"},

		{"percent-encoded letter", "/jobs", "/%6Aobs", "/jobs"},
		{"percent-encoded umlaut", "/käse", "/k%C3%A4se", "/käse"},
		{"raw before decoded", "/a/%6d /a/m", "/a/%6d", "/a/%6d"},
		{"raw expression before decoded static", "/a/{x} /a/me", "/a/m%65", "/a/{x}"},
		{"decoded once", "/a/%6d", "/a/%256d", "/a/%6d"},
		{"encoded slash is no separator", "/a/b", "/a%2Fb", ""},
		{"encoded slash in an expression", "/a/{x}", "/a/b%2fc", "/a/{x}"},
		{"encoded question mark", "/a/{x}.json", "/a/%3f.json", "/a/{x}.json"},
		{"encoded question mark, decoded", "/a/{x}.json", "/%61/%3f.json", "/a/{x}.json"},
		{"encoded question mark ends no segment", "/a/{x}/b", "/%61/1%3f2/b?q", "/a/{x}/b"},
		{"query right behind a slash", "/a/{x}", "/a/1/?/b/c", "/a/{x}"},
		{"query as the ninth byte", "/a/{x}", "/a/12345?/b/c/d", "/a/{x}"},
		{"query that begins with a question mark", "/a", "/a??/b", "/a"},
		{"NUL behind a segment", "/ab /abcd", "/ab\x00", ""},
		{"encoded NUL behind a segment", "/ab /abcd", "/ab%00", ""},
		{"segment that goes on behind eight bytes", "/abcdefgh /abcdefghij", "/abcdefghi", ""},
		{"malformed encoding", "/a/{x}", "/a/%zz", "/a/{x}"},
		{"encoding cut short", "/jobs%2", "/%6aobs%2", "/jobs%2"},

		{"absolute-form", "/a/{x}", "http://api.example:8080/a/1?q", "/a/{x}"},
		{"absolute-form, any scheme", "/a", "HTTPS://api.example/a", "/a"},
		{"absolute-form without path", "/", "http://api.example", "/"},
		{"absolute-form without path, query", "/", "http://api.example?q=/a", "/"},
		{"absolute-form without authority", "/ /a", "http:///a", ""},
		{"authority-form", "/ /{x}", "api.example:443", ""},
		{"asterisk-form", "/ /{x}", "*", ""},
		{"nothing", "/ /{x}", "", ""},
		{"dash", "/ /{x}", "-", ""},
		{"no leading slash", "/a", "a", ""},
		{"query alone", "/", "?x", ""},
		{"binary", "/ /{x}", "\x16\x03\x01", ""},
	}
	var s Scratch
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			templates := strings.Split(tt.templates, " ")
			m := mustNew(t, templates)
			if got := match(m, templates, tt.target, &s); got != tt.want {
				t.Errorf("%s in %s: %q, want %q", tt.target, tt.templates, got, tt.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		templates string
		index     int
		other     int
		message   string
	}{
		{"/a/{x}|/a/{y}", 1, 0, "/a/{y} matches the same paths as /a/{x}: write both alike, or drop one"},
		{"/b|/a/{x}/c|/d|/a/{y}/c", 3, 1, "/a/{y}/c matches the same paths as /a/{x}/c: write both alike, or drop one"},
		{"/a/b|/a//b", 1, 0, "/a//b matches the same paths as /a/b: write both alike, or drop one"},
		{"/a|/a", 1, 0, "/a: there twice"},
		{"a/{x}", 0, -1, "a/{x}: a path template starts with a slash"},
		{"", 0, -1, ": a path template starts with a slash"},
		{"/a/{x", 0, -1, "/a/{x: { without } in the same segment"},
		{"/a/{x/y}", 0, -1, "/a/{x/y}: { without } in the same segment"},
		{"/a/x}", 0, -1, "/a/x}: } without {"},
		{"/a/{{x}}", 0, -1, "/a/{{x}}: { inside of an expression"},
		{"/a/{}", 0, -1, "/a/{}: {} has no name"},
		{"/a?x={x}", 0, -1, "/a?x={x}: '?' has no place in a path template: no request path would ever match"},
		{"/a b", 0, -1, "/a b: ' ' has no place in a path template: no request path would ever match"},
	}
	for _, tt := range tests {
		_, err := New(patterns(strings.Split(tt.templates, "|")))
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%s: error %v", tt.templates, err)
			continue
		}
		if e.Index != tt.index || e.Other != tt.other || e.Error() != tt.message {
			t.Errorf("%s: %d, %d, %s", tt.templates, e.Index, e.Other, e)
		}
	}
}

func TestSharedID(t *testing.T) {
	m, err := New([]Pattern{{"/v1/a/{x}", 7}, {"/v2/a/{x}", 7}, {"/v1/a/{x}", 7}})
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/v1/a/1", "/v2/a/1"} {
		if id, ok := m.Match([]byte(target), new(Scratch)); !ok || id != 7 {
			t.Errorf("%s: %d, %v", target, id, ok)
		}
	}
}

func TestNoPatterns(t *testing.T) {
	m := mustNew(t, nil)
	for _, target := range []string{"/", "/a", "*", ""} {
		if id, ok := m.Match([]byte(target), new(Scratch)); ok {
			t.Errorf("%s: %d", target, id)
		}
	}
}

func patterns(templates []string) []Pattern {
	p := make([]Pattern, len(templates))
	for i, t := range templates {
		p[i] = Pattern{t, i}
	}
	return p
}

func mustNew(t testing.TB, templates []string) *Matcher {
	t.Helper()
	m, err := New(patterns(templates))
	if err != nil {
		t.Fatal(fmt.Errorf("%q: %w", templates, err))
	}
	return m
}

func match(m *Matcher, templates []string, target string, s *Scratch) string {
	id, ok := m.Match([]byte(target), s)
	if !ok {
		return ""
	}
	return templates[id]
}

// Static segments are looked up by their ends: these have the same ones, and the same length.
func TestSegmentsWithTheSameEnds(t *testing.T) {
	segment := func(i int) string { return fmt.Sprintf("repository-%03d-settings", i) }
	var templates []string
	for i := range 300 {
		templates = append(templates, "/"+segment(2*i)+"/{id}")
	}
	m := mustNew(t, templates)
	var s Scratch
	for i := range 600 {
		id, ok := m.Match([]byte("/"+segment(i)+"/1"), &s)
		if ok != (i%2 == 0) || ok && id != i/2 {
			t.Errorf("%s: %d %v", segment(i), id, ok)
		}
	}
}
