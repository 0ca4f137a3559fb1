package accesslog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzUnescaped: servers that do not escape let a client write quotes and whole fields. Whatever it writes, what stands before is
// right, and which server was asked, how long it took and what else stands behind is right or unknown.
func FuzzUnescaped(f *testing.F) {
	layouts := []struct {
		format string
		line   func(a, b, c string) string
	}{
		{"envoy", func(a, b, c string) string {
			return fmt.Sprintf(`[2021-03-12T09:11:51.592Z] "GET /x" HTTP/1.1" 418 UF 0 77 3 2 "%s" "%s" "id" "%s" "10.0.0.7:80"`, a, b, c)
		}},
		{"envoy", func(a, b, c string) string {
			return fmt.Sprintf(`[2021-03-12T09:11:51.592Z] "GET /x" HTTP/1.1" 418 UF a{b} - "-" 0 77 3 2 "%s" "%s" "id" "%s" "10.0.0.7:80" outbound|80||a 10.0.0.2:1 10.0.0.3:80 10.0.0.4:5 - default`, a, b, c)
		}},
		{"envoy", func(a, b, c string) string {
			return fmt.Sprintf(`[2021-03-12T09:11:51.592Z] "GET /x" HTTP/1.1" 418 UF "-" 0 77 3 2 "%s" "%s" "id" "%s" "10.0.0.7:80" outbound|80||a 10.0.0.2:1 10.0.0.3:80 10.0.0.4:5 -`, a, b, c)
		}},
		{"traefik", func(a, b, c string) string {
			return fmt.Sprintf(`192.0.2.1 - - [08/Dec/2021:09:16:05 +0000] "GET /x" HTTP/1.1" 418 77 "%s" "%s%s" 5 "r@docker -> x" "10.0.0.7:80" 3ms`, a, b, c)
		}},
	}
	var parsers []*Parser
	for i, l := range layouts {
		parsers = append(parsers, mustCompile(f, l.format).NewParser([]string{"upstream_host"}))
		for _, s := range []string{"-", `x" "y`, `" "`, `"`, `x" "i" "a" "10.0.0.9:80`, `x" "i" "a" "10.0.0.9:80" a b c d e f`, `e" 5 "r" "10.0.0.9:80" 7ms`, `e" 5 "r" "s" 3ms" 5 "`, "a\" "} {
			f.Add(uint8(i), s, "-", "-")
			f.Add(uint8(i), "-", s, "-")
			f.Add(uint8(i), "-", "-", s)
			f.Add(uint8(i), s, s, s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, a, b, c string) {
		i := int(which) % len(layouts)
		line := layouts[i].line(a, b, c)
		if strings.ContainsAny(line, "\n\r") { // no header holds them
			return
		}
		var e Entry
		if reason := parsers[i].Parse([]byte(line), &e); reason != None {
			t.Fatalf("%q is no entry: %v", line, reason)
		}
		if got := fmt.Sprintf("%s %s %s %d", e.Method, e.Target, e.Status, e.BodyBytes); got != `GET /x" 418 77` {
			t.Fatalf("%q: %s", line, got)
		}
		if host := e.Values[0]; host != nil && string(host) != "10.0.0.7:80" {
			t.Fatalf("%q: host %q", line, host)
		}
		if e.Duration != -1 && e.Duration != 3*time.Millisecond {
			t.Fatalf("%q: duration %v", line, e.Duration)
		}
	})
}
