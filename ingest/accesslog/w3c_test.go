package accesslog

import (
	"slices"
	"strings"
	"testing"
)

const (
	iisLine    = `2026-11-26 08:09:10 10.0.0.1 GET /a q=1 80 - 192.0.2.1 Mozilla/5.0+(X11;+Linux) - 200 0 0 123`
	edgeLine   = "2026-11-26\t15:22:28\tCDG50-P2\t703\t192.0.2.1\tGET\td1.cloudfront.net\t/a%20b\t400\t-\tcurl/7%2520x\tq=1\t-\tError\tid==\tshop.example\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES\tError\tHTTP/2.0\t-\t-\t51754\t0.113\tOriginConnectError\ttext/plain;%20charset=utf-8\t20\t-\t-"
	tomcatForm = "#Fields: date time cs-method cs-uri sc-status time-taken bytes cs(User-Agent) cs(If-None-Match) sc(Location)"
	shortForm  = "#Fields: cs-method cs-uri-stem sc-status"
)

// w3cCases are lines of W3C logs, as parseCases are.
var w3cCases = []parseCase{
	{"IIS", "iis", iisLine, "req.user-agent req.referer req.range time host protocol", `"GET" "/a?q=1" "200" -1 123ms req.user-agent="Mozilla/5.0+(X11;+Linux)" req.referer="" req.range=? time="2026-11-26 08:09:10" host=? protocol=?`},
	{"IIS, carriage return", "iis", iisLine + "\r", "", `"GET" "/a?q=1" "200" -1 123ms`},
	{"IIS, headers by custom fields", iisFields + " cs-version cs-host sc-bytes cs(Range) sc(Location)", iisLine + " HTTP/1.1 shop.example 456 bytes=0-1 -", "req.range resp.location req.host host protocol", `"GET" "/a?q=1" "200" 456 123ms req.range="bytes=0-1" resp.location="" req.host="shop.example" host="shop.example" protocol="HTTP/1.1"`},
	{"IIS, no query", "iis", strings.Replace(iisLine, "q=1", "-", 1), "", `"GET" "/a" "200" -1 123ms`},
	{"IIS, a query that begins with ?", "iis", strings.Replace(iisLine, "q=1", "?q", 1), "", `"GET" "/a??q" "200" -1 123ms`},
	{"IIS, nothing known of the request", "iis", `2026-11-26 08:09:10 10.0.0.1 - - - 80 - 192.0.2.1 - - 400 0 0 -`, "req.user-agent", `"" "" "400" -1 -1ns req.user-agent=""`},
	{"IIS, a client's quote", "iis", strings.Replace(iisLine, "Mozilla/5.0+(X11;+Linux) -", `"a b"`, 1), "req.user-agent req.referer", `"GET" "/a?q=1" "200" -1 123ms req.user-agent="\"a" req.referer="b\""`},
	{"IIS, a client's whole line", "iis", strings.Replace(iisLine, "(X11;+Linux)", "2026-11-26+08:09:10+10.0.0.1+GET+/b", 1), "", `"GET" "/a?q=1" "200" -1 123ms`},
	{"IIS, a column too many", "iis", iisLine + " 7", "", "malformed"},
	{"IIS, a column too few", "iis", strings.TrimSuffix(iisLine, " 123"), "", "malformed"},
	{"IIS, two blanks", "iis", strings.Replace(iisLine, "GET", " GET", 1), "", "malformed"},
	{"IIS, cut before the status", "iis", `2026-11-26 08:09:10 10.0.0.1 GET /a`, "", "truncated"},
	{"IIS, cut in the date", "iis", `2026-11-2`, "", "malformed"},
	{"IIS, a word for a status", "iis", strings.Replace(iisLine, "200", "OK", 1), "", "status"},
	{"IIS, a word for a port", "iis", strings.Replace(iisLine, " 80 ", " http ", 1), "", "malformed"},
	{"IIS, a status of -", "iis", strings.Replace(iisLine, "200", "-", 1), "", `"GET" "/a?q=1" "-" -1 123ms`},
	{"IIS, a line that looks like a message", "#Fields: date time s-computername cs-method cs-uri-stem sc-status", "2026-11-26 08:09:10 SERVER GET /a", "", "truncated"},
	{"IIS, prose", "iis", `anything else`, "", "malformed"},
	{"IIS, a comment", "iis", `#Software: Microsoft Internet Information Services 10.0`, "", "comment"},
	{"IIS, all columns absent", "iis", "- - - - -", "", "malformed"},
	{"HTTP.sys's errors", "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename", `2026-07-05 18:45:09 192.0.2.6 2094 10.0.0.1 80 HTTP/1.1 GET /a?b 503 1 ConnLimit DefaultAppPool`, "protocol", `"GET" "/a?b" "503" -1 -1ns protocol="HTTP/1.1"`},

	{"CloudFront", "cloudfront", edgeLine, "edge_result req.user-agent resp.content-type resp.content-length req.host host protocol time", `"GET" "/a%20b?q=1" "400" 703 113ms edge_result="OriginConnectError" req.user-agent="curl/7%20x" resp.content-type="text/plain; charset=utf-8" resp.content-length="20" req.host="shop.example" host="shop.example" protocol="HTTP/2.0" time="2026-11-26\t15:22:28"`},
	{"CloudFront, no answer", "cloudfront", strings.Replace(edgeLine, "\t400\t", "\t000\t", 1), "", `"GET" "/a%20b?q=1" "000" 703 113ms`},
	{"CloudFront, whole seconds", "cloudfront", strings.Replace(edgeLine, "\t62\t0.113", "\t62\t2", 1), "", `"GET" "/a%20b?q=1" "400" 703 2s`},
	{"CloudFront, a broken escape", "cloudfront", strings.Replace(edgeLine, "%2520x", "%zz%4", 1), "req.user-agent", `"GET" "/a%20b?q=1" "400" 703 113ms req.user-agent="curl/7%zz%4"`},
	{"CloudFront, of 2014", "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type",
		"2014-05-23\t01:13:11\tFRA2\t182\t192.0.2.10\tGET\td1.cloudfront.net\t/a\t200\t-\t-\t-\t-\tHit", "edge_result req.host host", `"GET" "/a" "200" 182 -1ns edge_result="Hit" req.host=? host="d1.cloudfront.net"`},

	{"quoted as in the draft", tomcatForm, `2026-11-26 08:09:10 GET /a?b 304 0.012 - "Mozilla/5.0 (X11; a ""b"")" """etag""" -`, "req.user-agent req.if-none-match resp.location", `"GET" "/a?b" "304" 0 12ms req.user-agent="Mozilla/5.0 (X11; a \"b\")" req.if-none-match="\"etag\"" resp.location=""`},
	{"whole seconds as in the draft", tomcatForm, `2026-11-26 08:09:10 GET /a 200 3 9 - - -`, "", `"GET" "/a" "200" 9 3s`},
	{"fractions beside columns of IIS", iisFields, strings.TrimSuffix(iisLine, "123") + "0.25", "", `"GET" "/a?q=1" "200" -1 250ms`},
	{"quoted, no blank in quotes", tomcatForm, `2026-11-26 08:09:10 GET /a?b 304 0.012 - "curl" "" "-"`, "req.user-agent req.if-none-match resp.location", `"GET" "/a?b" "304" 0 12ms req.user-agent="curl" req.if-none-match="" resp.location=""`},
	{"quoted, fake columns in quotes", tomcatForm, `2026-11-26 08:09:10 GET /a 404 0.012 9 "x"" 200 ""y" - -`, "req.user-agent", `"GET" "/a" "404" 9 12ms req.user-agent="x\" 200 \"y"`},
	{"quoted, never closed", tomcatForm, `2026-11-26 08:09:10 GET /a 404 0.012 9 "x y - -`, "", "malformed"},
	{"neither date nor time", shortForm, "GET /a 404", "time", `"GET" "/a" "404" -1 -1ns time=?`},
	{"a date without a time", "#Fields: date cs-method cs-uri-stem sc-status", "2026-11-26 GET /a 404", "time", `"GET" "/a" "404" -1 -1ns time=?`},
	{"no method", "#Fields: date time cs-uri-stem sc-status", "2026-11-26 08:09 /a 404", "time", `"" "/a" "404" -1 -1ns time="2026-11-26 08:09"`},
	{"fractions of seconds", "#Fields: date time cs-method cs-uri-stem sc-status", "2026-11-26 08:09:10.25 GET /a 404", "time", `"GET" "/a" "404" -1 -1ns time="2026-11-26 08:09:10.25"`},
	{"one name twice", "#Fields: sc-status cs-method cs-uri-stem sc-status", "200 GET /a 404", "", `"GET" "/a" "200" -1 -1ns`},

	{"IIS as auto", "auto", iisLine, "req.user-agent time", `"GET" "/a?q=1" "200" -1 -1ns req.user-agent="Mozilla/5.0+(X11;+Linux)" time="2026-11-26 08:09:10"`},
	{"CloudFront as auto", "auto", edgeLine, "edge_result", `"GET" "/a%20b?q=1" "400" -1 -1ns edge_result="OriginConnectError"`},
	{"a directive as auto", "auto", shortForm, "", "comment"},
}

// TestDirectives: the lines behind a directive are read by it, up to the next; Begin says which one is in force at a block.
func TestDirectives(t *testing.T) {
	const four = "#Fields: cs-method sc-status cs-uri-stem sc-bytes"
	type step struct{ begin, line, want string }
	for _, c := range []struct {
		name, format string
		steps        []step
	}{
		{"none", "iis", []step{{"", iisLine, `"GET" "/a?q=1" "200" -1 123ms`}, {"", "GET /a 404", "malformed"}}},
		{"in the log", "iis", []step{{"", shortForm, "comment"}, {"-", "GET /a 404", `"GET" "/a" "404" -1 -1ns`}, {"-", iisLine, "malformed"},
			{"-", four + "\r", "comment"}, {"-", "GET 404 /a 7\r", `"GET" "/a" "404" 7 -1ns`}, {"-", "GET /a 404", "malformed"}}},
		{"before the block", "iis", []step{{four, "GET 404 /a 7", `"GET" "/a" "404" 7 -1ns`}, {shortForm, "GET /a 404", `"GET" "/a" "404" -1 -1ns`}, {"", iisLine, `"GET" "/a?q=1" "200" -1 123ms`}}},
		{"instead of the format's", shortForm, []step{{"", "GET /a 404", `"GET" "/a" "404" -1 -1ns`}, {four, "GET /a 404", "malformed"}, {"-", "GET 404 /a 7", `"GET" "/a" "404" 7 -1ns`}}},
		{"without a status", "iis", []step{{"", "#Fields: cs-method cs-uri-stem", "comment"}, {"-", "GET /a", "malformed"}, {"-", iisLine, "malformed"}}},
		{"that names nothing", "iis", []step{{"", "#Fields:", "comment"}, {"-", iisLine, "malformed"}, {"-", "", "blank"}}},
		{"with other things in it", "auto", []step{{`#Fields: sc-status - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1"`, "404 a b c d e f g", "malformed"}}},
		{"as auto", "auto", []step{{four, "GET 404 /a 7", `"GET" "/a" "404" -1 -1ns`}, {"-", iisLine, "malformed"}, {"-", `h - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 27`, `"GET" "/" "200" 27 -1ns`}}},
		{"of another format", "combined", []step{{shortForm, "GET /a 404", "malformed"}, {"-", shortForm, "comment"}, {"-", "GET /a 404", "malformed"}}},
		{"in a container's log", "iis", []step{{"", "2026-11-26T13:34:00.1Z stdout F " + shortForm, "comment"}, {"-", "2026-11-26T13:34:00.1Z stdout F GET /a 404", "malformed"}, {"-", "2026-11-26T13:34:00.1Z stdout F " + iisLine, `"GET" "/a?q=1" "200" -1 123ms`}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustCompile(t, c.format).NewParser(nil)
			for _, s := range c.steps {
				if s.begin != "-" {
					p.Begin([]byte(s.begin))
				}
				if got := parsed(p, s.line, nil); got != s.want {
					t.Errorf("%s\ngot  %s\nwant %s", s.line, got, s.want)
				}
			}
		})
	}
}

// TestParserTime: the time of a line is found whichever directive was in force there.
func TestParserTime(t *testing.T) {
	for _, c := range []struct{ format, directive, line, want string }{
		{"iis", "", iisLine, "2026-11-26T08:09:10Z"},
		{"iis", shortForm, iisLine, "2026-11-26T08:09:10Z"},
		{"cloudfront", "", edgeLine, "2026-11-26T15:22:28Z"},
		{"auto", "", edgeLine, "2026-11-26T15:22:28Z"},
		{"iis", "#Fields: cs-method date time sc-status cs-uri-stem", "GET 2026-11-26 08:09:10.5 200 /a", "2026-11-26T08:09:10.5Z"},
		{"auto", "", `h - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 27`, "2026-11-22T13:37:29Z"},
		{"iis", shortForm, "GET /a 404", ""},
		{"iis", "", "2026-11-26", ""},
	} {
		f := mustCompile(t, c.format)
		p := f.NewParser([]string{"time"})
		p.Begin([]byte(c.directive))
		got := ""
		var e Entry
		if at, ok := f.ParseTime(p.Time([]byte(c.line), &e)); ok {
			got = at.Format("2006-01-02T15:04:05.999Z07:00")
		}
		if got != c.want {
			t.Errorf("%s, %s: %q has the time %q, want %q", c.format, c.directive, c.line, got, c.want)
		}
	}
}

func TestCompileW3CErrors(t *testing.T) {
	for _, c := range []struct{ format, want string }{
		{"#Fields: date time cs-method", "column 29: the columns have no status: add sc-status to what the server logs (in IIS the field Protocol Status)"},
		{"#Fields:", "column 9: the columns have no status: add sc-status to what the server logs (in IIS the field Protocol Status)"},
		{"#Version: 1.0\n#Fields: date tme sc-status\n", "line 2, column 15: unknown column tme: did you mean time?"},
		{"#Fields: cs-uri-steam sc-status", "column 10: unknown column cs-uri-steam: did you mean cs-uri-stem?"},
		{`#Fields: sc-status "date"`, `column 20: found "\"date\"": expected the name of a column, such as sc-status or cs(User-Agent)`},
		{"IIS", `column 1: unknown preset "IIS": did you mean iis?`},
	} {
		if _, err := Compile(c.format); err == nil || err.Error() != c.want {
			t.Errorf("Compile(%q)\ngot  %v\nwant %s", c.format, err, c.want)
		}
	}
	for _, format := range []string{
		"#Software: Microsoft\r\n#Version: 1.0\r\n#Date: 2026-11-26\r\n#Fields: SC-STATUS OriginalIP X-Real-IP\r\n", // names of one's own
		"#Fields: cs-uri-stem cs-uri-stems sc-status",                                                               // likewise: what it resembles is there
	} {
		mustCompile(t, format)
	}
}

func TestFormatW3C(t *testing.T) {
	for _, c := range []struct {
		format, server string
		duration, size bool
		logs, depends  string
		warnings       string // one word of each
	}{
		{"iis", "W3C", true, true, "req.user-agent req.range resp.location host time", "req.range resp.location", ""},
		{"cloudfront", "CloudFront", true, true, "edge_result resp.content-type req.range", "req.range", ""},
		{shortForm, "W3C", false, false, "", "", ""},
		{shortForm + " time-taken sc-bytes cs(Cookie) cs(Range)", "W3C", true, true, "req.cookie req.range", "", "cs(Cookie)"},
		{"#Fields: sc-status", "W3C", false, false, "", "", "cs-method"},
		{cloudfrontFields, "CloudFront", true, true, "edge_result req.cookie", "", ""},
	} {
		f := mustCompile(t, c.format)
		if f.Server() != c.server || f.HasDuration() != c.duration || f.HasSize() != c.size || f.HasBodyBytes() {
			t.Errorf("%s: server %s, duration %v, size %v, body %v; want %s, %v, %v, false", c.format, f.Server(), f.HasDuration(), f.HasSize(), f.HasBodyBytes(), c.server, c.duration, c.size)
		}
		var logs, depends []string
		for _, name := range []string{"req.user-agent", "edge_result", "req.cookie", "resp.content-type", "req.range", "resp.location", "host", "time", "auth"} {
			if f.Logs(name) {
				logs = append(logs, name)
			}
			if f.Depends(name) {
				depends = append(depends, name)
			}
		}
		sorted := func(s []string) string { slices.Sort(s); return strings.Join(s, " ") }
		for _, name := range strings.Fields(c.logs) {
			if !slices.Contains(logs, name) {
				t.Errorf("%s: logs %s, want %s among them", c.format, logs, name)
			}
		}
		if c.logs == "" && len(logs) > 0 {
			t.Errorf("%s: logs %s, want none of these", c.format, logs)
		}
		for _, name := range strings.Fields(c.depends) {
			if !slices.Contains(depends, name) {
				t.Errorf("%s: depends on the server's configuration for %s, want %s among them", c.format, sorted(depends), name)
			}
		}
		if c.depends == "" && len(depends) > 0 {
			t.Errorf("%s: depends on the server's configuration for %s, want none", c.format, sorted(depends))
		}
		want := strings.Fields(c.warnings)
		if len(f.Warnings()) != len(want) || len(want) > 0 && !strings.Contains(f.Warnings()[0], want[0]) {
			t.Errorf("%s: warnings %q, want %q", c.format, f.Warnings(), want)
		}
	}
}
