package accesslog

import (
	"fmt"
	"strings"
	"testing"
)

// Writers are models of how servers escape a value: ngx_http_log_escape, ngx_escape_json, ap_escape_logitem, HAProxy's encode_string.
var writers = map[string]func(string) string{
	"nginx": func(s string) string {
		return escapeWith(s, func(c byte) string {
			if c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
				return fmt.Sprintf(`\x%02X`, c)
			}
			return string(rune(c))
		})
	},
	"json": func(s string) string {
		return escapeWith(s, func(c byte) string {
			if i := strings.IndexByte("\"\\\n\r\t\b\f", c); i >= 0 {
				return `\` + `"\nrtbf`[i:i+1]
			}
			if c < 0x20 {
				return fmt.Sprintf(`\u%04X`, c)
			}
			return string([]byte{c})
		})
	},
	"apache": func(s string) string {
		return escapeWith(s, func(c byte) string {
			if i := strings.IndexByte("\"\\\n\r\t\b\v", c); i >= 0 {
				return `\` + `"\nrtbv`[i:i+1]
			}
			if c < 0x20 || c >= 0x7f {
				return fmt.Sprintf(`\x%02x`, c)
			}
			return string(rune(c))
		})
	},
	"haproxy": func(s string) string { // encode_string with hdr_encode_map, which has all of url_encode_map
		return escapeWith(s, func(c byte) string {
			if c < 0x20 || c >= 0x7f || strings.IndexByte("\"#{|}", c) >= 0 {
				return fmt.Sprintf("#%02X", c)
			}
			return string(rune(c))
		})
	},
}

func escapeWith(s string, f func(byte) string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString(f(s[i]))
	}
	return b.String()
}

// FuzzWritten: whatever a client sends as user, request line and headers, an escaping server's line gives back the status
// and size that the server wrote, and the very bytes that the client sent.
func FuzzWritten(f *testing.F) {
	layouts := []struct {
		writer, format string
		line           func(w func(string) string, user, request, referer, agent string) string
	}{
		{"nginx", "combined", func(w func(string) string, user, request, referer, agent string) string {
			return fmt.Sprintf(`192.0.2.1 - %s [22/Nov/2026:13:37:29 +0000] "%s" 418 77 "%s" "%s"`, w(user), w(request), w(referer), w(agent))
		}},
		{"apache", "vhost_combined", func(w func(string) string, user, request, referer, agent string) string {
			if user == "" {
				user = `""`
			} else {
				user = w(user)
			}
			return fmt.Sprintf(`a.example:80 192.0.2.1 - %s [22/Nov/2026:13:37:29 +0000] "%s" 418 77 "%s" "%s"`, user, w(request), w(referer), w(agent))
		}},
		{"json", `log_format j escape=json '{"user":"$remote_user","request":"$request","status":$status,"n":$body_bytes_sent,"ref":"$http_referer","ua":"$http_user_agent"}';`, func(w func(string) string, user, request, referer, agent string) string {
			return fmt.Sprintf(`{"user":"%s","request":"%s","status":418,"n":77,"ref":"%s","ua":"%s"}`, w(user), w(request), w(referer), w(agent))
		}},
		{"nginx", `log_format l 'ua:$http_user_agent\tref:$http_referer\tuser:$remote_user\treq:$request\tstatus:$status\tn:$body_bytes_sent';`, func(w func(string) string, user, request, referer, agent string) string {
			return fmt.Sprintf("ua:%s\tref:%s\tuser:%s\treq:%s\tstatus:418\tn:77", w(agent), w(referer), w(user), w(request))
		}},
		{"haproxy", "frontend f\n option httplog\n capture request header Referer len 99\n capture request header User-Agent len 99\n", func(w func(string) string, user, request, referer, agent string) string {
			return fmt.Sprintf(`<134>Nov 22 13:43:54 lb1 haproxy[2545]: 127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 418 77 - - ---- 3/1/0/0/0 0/0 {%s|%s} "%s"`, w(referer), w(agent), w(request))
		}},
	}
	var parsers []*Parser
	for _, l := range layouts {
		parsers = append(parsers, mustCompile(f, l.format).NewParser([]string{"req.referer", "req.user-agent"}))
	}
	for i := range layouts {
		f.Add(uint8(i), "-", "GET / HTTP/1.1", "-", "curl")
		f.Add(uint8(i), `bob" 200 1 "`, `GET /" 200 1 "x" "y"`, `\" 200 1 "`, "] \"GET / HTTP/1.1\" 200 1 \xff\x00\n\t")
		f.Add(uint8(i), "", "", `\`, `\\`)
		f.Add(uint8(i), `a] "GET / HTTP/1.1" 200 1`, `\x22`, `","status":200`, "\tstatus:200")
	}
	f.Fuzz(func(t *testing.T, which uint8, user, request, referer, agent string) {
		i := int(which) % len(layouts)
		line := layouts[i].line(writers[layouts[i].writer], user, request, referer, agent)
		var e Entry
		if reason := parsers[i].Parse([]byte(line), &e); reason != None {
			t.Fatalf("%q is no entry: %v", line, reason)
		}
		method, target, _ := splitRequest(request)
		want := fmt.Sprintf("%q %q 418 77 %q %q", method, target, absent(referer), absent(agent))
		if got := fmt.Sprintf("%q %q %s %d %q %q", e.Method, e.Target, e.Status, e.BodyBytes, e.Values[0], e.Values[1]); got != want {
			t.Fatalf("%q\ngot  %s\nwant %s", line, got, want)
		}
	})
}
