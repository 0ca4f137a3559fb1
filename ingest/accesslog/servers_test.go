package accesslog

import (
	"strings"
	"testing"
)

const (
	asap        = `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f~ b/s 0/0/0/1/+12 200 +99 - - ---- 3/1/0/0/0 0/0 "GET /a HTTP/1.1"`
	traefikLine = `172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /a?b="c" HTTP/1.1" 200 414 "-" "evil" 500 "x" agent" 502 "test@docker" "http://172.17.0.3:80" 12ms`
	elbLine     = `2014-02-15T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1"`

	withCaptures   = "frontend f\n option httplog\n capture request header Range len 9\n capture request header If-None-Match len 9\n capture response header Location len 9\n"
	quotedCaptures = `log-format "%ci %ST %{+Q,+E}[capture.req.hdr(0)] %{+Q}CC %HM %HU"` + "\ncapture request header Accept len 20"

	envoyStart = `[2021-03-12T09:11:51.592Z] "GET /x HTTP/2" `
	albStart   = `h2 2020-01-01T00:55:04.127531Z app/a/b 1.2.3.4:2817 `
)

// serverCases are lines of HAProxy, Envoy, Traefik and AWS, as parseCases are.
var serverCases = []parseCase{
	{"HAProxy", "haproxy", `127.0.0.1:52472 [22/Nov/2026:13:43:54.212] http-in be/s1 0/0/0/1/1 404 137 - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"`, "termination_state time protocol req.range", `"GET" "/a" "404" 137 1ms termination_state="--" time="22/Nov/2026:13:43:54.212" protocol="HTTP/1.1" req.range=?`},
	{"HAProxy, IPv6 client", "haproxy", `::ffff:192.0.2.1:5 [14/Nov/2015:22:45:11.608] main main/<NOSRV> -1/-1/-1/-1/0 401 248 - - PR-- 0/0/0/0/0 0/0 "GET / HTTP/1.1"`, "termination_state", `"GET" "/" "401" 248 0s termination_state="PR"`},
	{"HAProxy, unix socket", "haproxy", `unix:1 [14/Nov/2015:22:45:11.608] main b/s 0/0/0/0/0 200 248 - - ---- 0/0/0/0/0 0/0 "GET / HTTP/1.1"`, "", `"GET" "/" "200" 248 0s`},
	{"HAProxy, captured headers", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 99 - - ---- 3/1/0/0/0 0/0 {a "|#7B} {} "GET / HTTP/1.1"`, "", `"GET" "/" "200" 99 1ms`},
	{"HAProxy, captured headers with names", withCaptures, `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 99 - - ---- 3/1/0/0/0 0/0 {bytes=#22|} {/a#7Cb} "GET / HTTP/1.1"`, "req.range req.if-none-match resp.location req.accept", `"GET" "/" "200" 99 1ms req.range="bytes=\"" req.if-none-match="" resp.location="/a|b" req.accept=?`},
	{"HAProxy, nothing captured of a bad request", withCaptures, `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f f/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 3/1/0/0/0 0/0 "<BADREQ>"`, "req.range protocol", `"" "" "400" 0 0s req.range=? protocol=""`},
	{"HAProxy, other captures than declared", withCaptures, `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 99 - - ---- 3/1/0/0/0 0/0 {bytes=#22} {/a} "GET / HTTP/1.1"`, "", "malformed"},
	{"HAProxy, no answer", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/-1/30 -1 0 - - CH-- 3/1/0/0/0 0/0 "GET / HTTP/1.1"`, "termination_state", `"GET" "/" "-1" 0 30ms termination_state="CH"`},
	{"HAProxy, duration unknown", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/-1/-1 503 0 - - SC-- 3/1/0/0/0 0/0 "GET / HTTP/1.1"`, "", `"GET" "/" "503" 0 -1ns`},
	{"HAProxy, logasap", "haproxy", asap, "termination_state", `"GET" "/a" "200" 99 12ms termination_state="--"`},
	{"HAProxy, escapes", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 9 - - ---- 3/1/0/0/0 0/0 "GET /#22#23#E9\x41#zz\ HTTP/1.1"`, "", `"GET" "/\"#\xe9\\x41#zz\\" "200" 9 1ms`},
	{"HAProxy, escapes in the method", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 9 - - ---- 3/1/0/0/0 0/0 "A#23B / HTTP/1.1"`, "", `"A#B" "/" "200" 9 1ms`},
	{"HAProxy, backslash before the end", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 9 - - ---- 3/1/0/0/0 0/0 "GET /\"`, "", `"GET" "/\\" "200" 9 1ms`},
	{"HAProxy, a cookie with quotes", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 9 a="b" - ---- 3/1/0/0/0 0/0 "GET / HTTP/1.1"`, "", `"GET" "/" "200" 9 1ms`},
	{"HAProxy, cut in the request", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 9 - - ---- 3/1/0/0/0 0/0 "GET /aaa`, "", "truncated"},
	{"HAProxy, request cut by HAProxy", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 9 - - ---- 3/1/0/0/0 0/0 "GET /aaa"`, "", `"GET" "/aaa" "200" 9 1ms`},
	{"HAProxy, TLS behind", "haproxy", `127.0.0.1:1 [22/Nov/2026:13:43:54.215] f~ b/s 0/0/0/1/1 200 9 - - ---- 3/1/0/0/0 0/0 "GET / HTTP/2.0" 0/0000000000000000/0/0/0 -/TLSv1.3/TLS_AES_256_GCM_SHA384`, "", `"GET" "/" "200" 9 1ms`},
	{"HAProxy, CLF", "haproxy_clf", `127.0.0.1 - - [22/Nov/2026:13:43:54 +0000] "GET /a#22 HTTP/1.1" 200 99 "" "" 37488 193 "clf" "be" "s1" 0 -1 -1 -1 4 SD-- 2 1 1 0 0 0 0 "" "" `, "termination_state time", `"GET" "/a\"" "200" 99 4ms termination_state="SD" time="22/Nov/2026:13:43:54 +0000"`},
	{"HAProxy, own format", quotedCaptures, `192.0.2.1 200 "a\"b\\c\]" "x" GET /a#20b`, "req.accept", `"GET" "/a b" "200" -1 -1ns req.accept="a\"b\\c\\]"`},
	{"HAProxy, path and query", `%ST %HM "%HP" "%HQ"`, `200 GET "/a" "?b"`, "", `"GET" "/a?b" "200" -1 -1ns`},
	{"HAProxy, bad request in pieces", `%ST "%HM" "%HU" "%HV"`, `400 "<BADREQ>" "<BADREQ>" "<BADREQ>"`, "protocol", `"" "" "400" -1 -1ns protocol=""`},
	{"HAProxy, TLS failure", "haproxy", `127.0.0.1:5 [28/Feb/2025:02:43:10.123] f/1: SSL handshake failure`, "", "message"},
	{"HAProxy, TCP", "haproxy", `<134>Nov 22 13:44:17 lb1 haproxy[2545]: 127.0.0.1:5 [22/Nov/2026:13:44:17.503] tcp-in tcpbe/t1 1/0/+0 +127 -- 1/1/0/0/0 0/0`, "", "message"},
	{"HAProxy, start", "haproxy", `<133>Nov 22 13:44:17 lb1 haproxy[2545]: Proxy web started.`, "", "message"},
	{"HAProxy, health check", "haproxy", `<129>Nov 22 13:44:17 haproxy[2545]: Server be/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms.`, "", "message"},
	{"HAProxy, no server", "haproxy", `backend be has no server available!`, "", "message"},
	{"HAProxy, on standard error", "haproxy", `[NOTICE]   (12) : New worker (13) forked`, "", "message"},
	{"HAProxy, prose", "haproxy", `anything else`, "", "malformed"},

	{"Envoy", "envoy", envoyStart + `200 - 0 11187 107 106 "192.0.2.1, 192.0.2.2" "a b" "id" "api.test" "10.0.0.1:80"`, "response_flags upstream_host host req.user-agent req.referer", `"GET" "/x" "200" 11187 107ms response_flags="" upstream_host="10.0.0.1:80" host="api.test" req.user-agent="a b" req.referer=?`},
	{"Envoy, own answer", "envoy", envoyStart + `503 UF,URX 0 91 5 - "-" "-" "id" "-" "-"`, "response_flags upstream_host", `"GET" "/x" "503" 91 5ms response_flags="UF,URX" upstream_host=""`},
	{"Envoy, no request", "envoy", `[2021-03-12T09:11:51.592Z] "- - HTTP/1.1" 400 DPE 0 11 0 - "-" "-" "-" "-" "-"`, "response_flags", `"" "" "400" 11 0s response_flags="DPE"`},
	{"Envoy, nobody waited", "envoy", envoyStart + `0 DC 0 0 5 - "-" "-" "id" "a" "10.0.0.1:80"`, "response_flags", `"GET" "/x" "0" 0 5ms response_flags="DC"`},
	{"Envoy, quotes in the target", "envoy", `[2021-03-12T09:11:51.592Z] "GET /"x" HTTP/1.1" 404 - 0 1 2 2 "-" "-" "id" "a" "10.0.0.1:80"`, "upstream_host", `"GET" "/\"x\"" "404" 1 2ms upstream_host="10.0.0.1:80"`},
	{"Envoy, backslashes stay", "envoy", `[2021-03-12T09:11:51.592Z] "GET /\x41 HTTP/1.1" 404 - 0 1 2 2 "-" "\"" "id" "a" "-"`, "req.user-agent", `"GET" "/\\x41" "404" 1 2ms req.user-agent="\\\""`},
	{"Envoy, user agent with fake fields", "envoy", envoyStart + `404 - 0 1 2 2 "-" "x" "i" "a" "10.0.0.9:80" "id" "a" "-"`, "upstream_host", `"GET" "/x" "404" 1 2ms upstream_host=?`},
	{"Envoy, cut", "envoy", envoyStart + `404 - 0`, "", "truncated"},
	{"Envoy, Istio", "envoy", envoyStart + `503 UC upstream_reset_before_response_started{connection_termination} - "delayed connect error: 111" 0 95 3 - "-" "curl" "id" "a:80" "10.0.0.1:80" outbound|80||a 10.0.0.2:1 10.0.0.3:80 10.0.0.4:5 - default`, "response_flags response_code_details upstream_host", `"GET" "/x" "503" 95 3ms response_flags="UC" response_code_details="upstream_reset_before_response_started{connection_termination}" upstream_host="10.0.0.1:80"`},
	{"Envoy, Istio 1.8", "envoy", envoyStart + `200 - "-" "-" 0 95 3 2 "-" "curl" "id" "a:80" "10.0.0.1:80" outbound|80||a 10.0.0.2:1 10.0.0.3:80 10.0.0.4:5 - default`, "upstream_host response_code_details", `"GET" "/x" "200" 95 3ms upstream_host="10.0.0.1:80" response_code_details=?`},
	{"Envoy, Istio with a mixer", "envoy", envoyStart + `200 - "-" 0 95 3 2 "-" "curl" "id" "a:80" "10.0.0.1:80" outbound|80||a 10.0.0.2:1 10.0.0.3:80 10.0.0.4:5 -`, "upstream_host", `"GET" "/x" "200" 95 3ms upstream_host="10.0.0.1:80"`},
	{"Envoy, Istio, user agent with fake fields", "envoy", envoyStart + `404 NR route_not_found - "-" 0 0 3 - "-" "x" "i" "id" "a:80" "-" - - 10.0.0.3:80 10.0.0.4:5 - -`, "upstream_host", `"GET" "/x" "404" 0 3ms upstream_host=?`},
	{"Envoy, own format", `%REQ(:METHOD)% %PATH(WQ)% %RESPONSE_CODE% %RESPONSE_FLAGS% %REQ(RANGE?X-RANGE):20% %RESP(LOCATION)%`, `GET /a?b 206 - bytes=1 -`, "req.range resp.location response_flags", `"GET" "/a?b" "206" -1 -1ns req.range=? resp.location="" response_flags=""`},
	{"Envoy by Docker's syslog driver", "envoy", `<30>Nov 22 13:44:17 host 5cf2a[123]: ` + envoyStart + `200 - 0 1 1 1 "-" "a" "id" "a" "10.0.0.1:80"`, "", `"GET" "/x" "200" 1 1ms`},

	{"Traefik", "traefik", `172.17.0.1 - bob [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/2" 404 414 "-" "curl/8" 500 "test@docker -> x" "http://172.17.0.3:80" 3ms`, "upstream_host req.user-agent time protocol", `"GET" "/a" "404" 414 3ms upstream_host="http://172.17.0.3:80" req.user-agent="curl/8" time="08/Dec/2021:09:16:05 +0000" protocol="HTTP/2"`},
	{"Traefik, nobody was asked", "traefik", `172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/1.1" 404 19 "-" "-" 500 "-" "-" 0ms`, "upstream_host", `"GET" "/a" "404" 19 0s upstream_host=""`},
	{"Traefik, quotes", "traefik", traefikLine, "upstream_host", `"GET" "/a?b=\"c\"" "200" 414 12ms upstream_host="http://172.17.0.3:80"`},
	{"Traefik, user agent with fake fields", "traefik", `172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/1.1" 404 4 "-" "x" 5 "r" "s" 7ms" 502 "-" "-" 12ms`, "upstream_host", `"GET" "/a" "404" 4 -1ns upstream_host=?`},
	{"Traefik, user with quotes", "traefik", `1.2.3.4, 5.6.7.8 - a"b [x [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "-" 5 "r" "http://a" 1ms`, "time", `"GET" "/a" "200" 1 1ms time="08/Dec/2021:09:16:05 +0000"`},
	{"Traefik, combined", "traefik", `172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/1.1" 404 19 "-" "-"`, "upstream_host", `"GET" "/a" "404" 19 -1ns upstream_host=?`},
	{"Traefik, no status", "traefik", `172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/1.1" - - "-" "-" 500 "-" "-" 0ms`, "", `"GET" "/a" "-" 0 0s`},

	{"ALB", "alb", albStart + `10.0.0.1:80 0.001 0.102 0.000 200 200 225 24950 "GET https://www.example.com:443/p?q=http://x HTTP/2.0" "curl" ECDHE TLSv1.2 arn "Root=1"`, "upstream_status req.user-agent time", `"GET" "/p?q=http://x" "200" 24950 103ms upstream_status="200" req.user-agent="curl" time="2020-01-01T00:55:04.127531Z"`},
	{"ALB, own answer", "alb", albStart + `- -1 -1 -1 503 - 225 330 "GET http://a:80/ HTTP/1.1" "-" - - arn "Root=1"`, "upstream_status", `"GET" "/" "503" 330 -1ns upstream_status=""`},
	{"ALB, no answer in time", "alb", albStart + `10.0.0.1:80 0.001 -1 -1 504 - 225 330 "GET http://a:80/ HTTP/1.1" "-" - - arn "Root=1"`, "upstream_status", `"GET" "/" "504" 330 -1ns upstream_status=""`},
	{"ALB, no request", "alb", albStart + `- -1 -1 -1 400 - 0 272 "- http://a:80- -" "-" - - - "-"`, "protocol", `"" "" "400" 272 -1ns protocol=""`},
	{"ALB, escapes", "alb", albStart + `10.0.0.1:80 0.001 0.001 0.001 404 404 1 2 "GET https://a:443/\x22\x5C HTTP/1.1" "\x22 500 \"" - -`, "req.user-agent", `"GET" "/\"\\" "404" 2 3ms req.user-agent="\" 500 \""`},
	{"ALB, without an end", "alb", albStart + `10.0.0.1:80 0.001 0.001 0.001 404 404 1 2 "GET https://a:443/ HTTP/1.1" "x`, "req.user-agent", `"GET" "/" "404" 2 3ms req.user-agent=?`},
	{"ELB", "elb", elbLine, "upstream_status", `"GET" "http://www.example.com:80/" "200" 29 1.178ms upstream_status="200"`},
	{"ELB, TCP", "elb", `2015-05-13T23:39:43.945958Z lb 192.0.2.1:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 "- - - " "-" - -`, "", `"" "" "-" 305 1.138ms`},

	{"auto, HAProxy", "auto", `<134>Nov 22 13:43:54 lb1 haproxy[2545]: ` + strings.Replace(asap, "200", "418", 1), "termination_state host", `"GET" "/a" "418" -1 -1ns termination_state="--" host=?`},
	{"auto, HAProxy's messages", "auto", `<133>Nov 22 13:44:17 lb1 haproxy[2545]: Proxy web started.`, "", "message"},
	{"auto, Envoy", "auto", envoyStart + `503 UF 0 91 5 - "-" "-" "id" "-" "10.0.0.1:80"`, "response_flags upstream_host", `"GET" "/x" "503" 91 -1ns response_flags="UF" upstream_host="10.0.0.1:80"`},
	{"auto, Istio", "auto", envoyStart + `503 UF a - "-" 0 91 5 - "-" "-" "id" "-" "10.0.0.1:80" a b c d e f`, "response_flags upstream_host", `"GET" "/x" "503" 91 -1ns response_flags="UF" upstream_host="10.0.0.1:80"`},
	{"auto, ALB", "auto", albStart + `- -1 -1 -1 503 - 225 330 "GET http://a:80/ HTTP/1.1" "-" - - arn "Root=1"`, "upstream_status", `"GET" "/" "503" -1 -1ns upstream_status=""`},
	{"auto, Traefik", "auto", `172.17.0.1 - - [08/Dec/2021:09:16:05 +0000] "GET /a HTTP/2" 404 414 "-" "curl/8" 500 "r" "-" 3ms`, "upstream_host", `"GET" "/a" "404" 414 -1ns upstream_host=?`},
}

// TestHeaderLength: what a syslog daemon writes before a message, and nothing of the message.
func TestHeaderLength(t *testing.T) {
	for _, header := range []string{
		"", "<134>", "<30>Nov 22 13:43:54 ", "<134>Nov  2 13:43:54 lb1 haproxy[2545]: ", "Nov 22 13:43:54 lb1 haproxy[2545]: ", "Nov 22 13:43:54 haproxy: ",
		"2026-11-22T13:43:54.230+00:00 lb1 haproxy[2545]: ", "<134>2026-11-22T13:43:54+00:00 ", "<134>1 2026-11-22T13:43:54.230Z lb1 haproxy 2545 - - ",
		`<134>1 2026-11-22T13:43:54.230Z lb1 haproxy 2545 - [a@1 b="c"][d] `, "2026-11-22T13:43:54+00:00 web-1.example.org docker/envoy[1]: ",
	} {
		for _, message := range []string{asap, `{"a": 1, "b": 2}`, "[2021-03-12T09:11:51.592Z] \"GET", "word", ""} {
			if got := headerLength([]byte(header + message)); got != len(header) {
				t.Errorf("headerLength(%q) = %d, want %d", header+message, got, len(header))
			}
		}
	}
	for _, line := range []string{"<", "<134", "<1345>x", "<>x", "1 2 3", "Nov", "2026-11-22T13:43:54", "<134>1 2026 lb1 haproxy 2545 - [a"} {
		if got := headerLength([]byte(line)); got != 0 && got != len("<134>") {
			t.Errorf("headerLength(%q) = %d, want 0", line, got)
		}
	}
}

// TestSpare: the template for a request of which nothing was captured takes that line and no other.
func TestSpare(t *testing.T) {
	p := mustCompile(t, "frontend f\n log-format '%ST %[var(txn.x)] %hr %HM'\n capture request header Range len 9").NewParser([]string{"req.range"})
	var e Entry
	for _, line := range []string{"206 a {x} GET", "400 - <BADREQ>", "206 b {x} GET"} {
		if reason := p.Parse([]byte(line), &e); reason != None || (string(e.Values[0]) == "x") != (line[0] == '2') {
			t.Errorf("%q: %v, range %q", line, reason, e.Values[0])
		}
	}
}
