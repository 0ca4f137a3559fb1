package accesslog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

type parseCase struct{ name, format, line, fields, want string }

// parseCases: each line of a format, and what it says: method, target, status, bytes and duration, then the fields asked
// for as name=value, or a reason.
var parseCases = []parseCase{
	{"usual", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a?b=c HTTP/1.1" 200 27 "-" "curl/7.88.1"`, "req.referer req.user-agent", `"GET" "/a?b=c" "200" 27 -1ns req.referer="" req.user-agent="curl/7.88.1"`},
	{"carriage return", "common", "192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] \"GET / HTTP/1.1\" 200 27\r", "", `"GET" "/" "200" 27 -1ns`},
	{"no field asked for", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 27 cut`, "", `"GET" "/" "200" 27 -1ns`},
	{"cut behind the size", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 27`, "req.referer", `"GET" "/" "200" 27 -1ns req.referer=?`},
	{"cut in a header", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 27 "http://exa`, "req.referer", `"GET" "/" "200" 27 -1ns req.referer=?`},
	{"cut in the status", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 20`, "", "truncated"},
	{"cut in the request", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /abc`, "", "truncated"},
	{"two lines in one", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 27 "-" "-"`, "", "malformed"},
	{"Envoy's", "combined", `[2021-03-12T09:11:51.592Z] "GET /x HTTP/1.1" 200 - 0 27805 1 - "192.0.2.1" "curl/8" "-"`, "", "malformed"},
	{"common as auto", "auto", `192.0.2.1 - a [b] [22/Nov/2026:13:37:29 +0000] "GET /x HTTP/1.1" 200 27`, "host time", `"GET" "/x" "200" 27 -1ns host=? time="22/Nov/2026:13:37:29 +0000"`},
	{"combined as auto", "auto", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /x HTTP/1.1" 200 27 "-" "curl/8"`, "time req.user-agent", `"GET" "/x" "200" 27 -1ns time="22/Nov/2026:13:37:29 +0000" req.user-agent="curl/8"`},
	{"with a host as auto", "auto", `h:80 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /x HTTP/1.1" 200 27 "-" "curl/8"`, "host time", `"GET" "/x" "200" 27 -1ns host="h" time="22/Nov/2026:13:37:29 +0000"`},
	{"with two hosts as auto", "auto", `h h:80 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /x HTTP/1.1" 200 27`, "time", `"GET" "/x" "200" 27 -1ns time="22/Nov/2026:13:37:29 +0000"`},
	{"a time with more behind it as auto", "auto", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000 x] "GET /x HTTP/1.1" 200 27`, "time", `"GET" "/x" "200" 27 -1ns time=?`},
	{"a header that is the host", `"$request" $status "$http_host"`, `"GET /x HTTP/1.1" 200 "a.example"`, "req.host host", `"GET" "/x" "200" -1 -1ns req.host="a.example" host="a.example"`},
	{"host in brackets", `$host "$request" $status`, `[::1] "GET /x HTTP/1.1" 200`, "", `"GET" "/x" "200" -1 -1ns`},
	{"virtual host in brackets", "vhost_combined", `[::1]:80 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /x HTTP/1.1" 200 27 "-" "-"`, "", `"GET" "/x" "200" 27 -1ns`},
	{"status is a word", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" OK 27`, "", "status"},
	{"status with letters", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200ms 27`, "", "status"},
	{"status of zeros", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 000 27`, "", `"GET" "/" "000" 27 -1ns`},
	{"status missing", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" - 7908`, "", `"GET" "/" "-" 7908 -1ns`},
	{"status negative", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" -1 0`, "", `"GET" "/" "-1" 0 -1ns`},
	{"no bytes", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "HEAD / HTTP/1.1" 200 -`, "", `"HEAD" "/" "200" 0 -1ns`},
	{"bytes overflow", "common", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 99999999999999999999`, "", `"GET" "/" "200" -1 -1ns`},
	{"bytes of 18 digits and more", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 9223372036854775807 "-" "-"`, "", `"GET" "/" "200" 9223372036854775807 -1ns`},

	{"user with blanks", "combined", `192.0.2.1 - John Q Doe [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 4 "-" "-"`, "time", `"GET" "/" "200" 4 -1ns time="22/Nov/2026:13:37:29 +0000"`},
	{"user with a fake status, nginx", "combined", `192.0.2.1 - bob\x22 200 1 \x22 [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 401 179 "-" "-"`, "", `"GET" "/" "401" 179 -1ns`},
	{"user with a fake status, Apache", "combined", `192.0.2.1 - bob\" 200 1 \" [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 401 179 "-" "-"`, "", `"GET" "/" "401" 179 -1ns`},
	{"user with brackets", "combined", `192.0.2.1 - a] [b [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 401 179 "-" "-"`, "time", `"GET" "/" "401" 179 -1ns time="22/Nov/2026:13:37:29 +0000"`},
	{"user is a whole line", "combined", `192.0.2.1 - x [22/Nov/2026:13:37:29 +0000] \x22GET / HTTP/1.1\x22 200 1 [22/Nov/2026:13:37:30 +0000] "GET /a HTTP/1.1" 401 179 "-" "-"`, "time", `"GET" "/a" "401" 179 -1ns time="22/Nov/2026:13:37:30 +0000"`},
	{"empty user, Apache", "combined", `192.0.2.1 - "" [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 401 421 "-" "-"`, "", `"GET" "/" "401" 421 -1ns`},
	{"empty user and request, Apache", "combined", `192.0.2.1 - "" [22/Nov/2026:13:37:29 +0000] "" 400 226 "-" "-"`, "", `"" "" "400" 226 -1ns`},
	{"empty user, quoted", `"%u" "%r" %>s`, `"""" "GET / HTTP/1.1" 401`, "", `"GET" "/" "401" -1 -1ns`},
	{"user is a backslash", "combined", `192.0.2.1 - \\ [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 401 421 "-" "-"`, "", `"GET" "/" "401" 421 -1ns`},
	{"IPv6 client", "auto", `::1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 45`, "host", `"GET" "/" "200" 45 -1ns host=?`},
	{"no user at all", "combined", `192.0.2.1 - [08/Jun/2020:08:04:43 +0000] "GET /api HTTP/1.1" 200 100 "-" "-"`, "", `"GET" "/api" "200" 100 -1ns`},

	{"no request", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "-" 408 - "-" "-"`, "protocol", `"" "" "408" 0 -1ns protocol=""`},
	{"empty request", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "" 400 0 "-" "-"`, "", `"" "" "400" 0 -1ns`},
	{"TLS hello", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\x22\x5C\x22quoted" 400 157 "-" "-"`, "", `"" "" "400" 157 -1ns`},
	{"RDP cookie", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "\x03\x00\x00/*\xE0\x00\x00\x00\x00\x00Cookie: mstshash=Administr" 400 157 "-" "-"`, "", `"" "" "400" 157 -1ns`},
	{"HTTP/2 preface", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "PRI * HTTP/2.0" 400 157 "-" "-"`, "protocol", `"PRI" "*" "400" 157 -1ns protocol="HTTP/2.0"`},
	{"one word", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "batman" 400 157 "-" "-"`, "", `"" "" "400" 157 -1ns`},
	{"blank target", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET  HTTP/1.1" 400 345 "-" "-"`, "", `"GET" "" "400" 345 -1ns`},
	{"blanks only", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "  HTTP/1.1" 501 353 "-" "-"`, "", `"" "" "501" 353 -1ns`},
	{"blanks in the target", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /with space/in uri HTTP/1.1" 400 157 "-" "-"`, "", `"GET" "/with space/in uri" "400" 157 -1ns`},
	{"HTTP/0.9", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /hello.txt" 200 27 "-" "-"`, "protocol", `"GET" "/hello.txt" "200" 27 -1ns protocol=""`},
	{"HTTP/2 without a minor version", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a HTTP/2" 200 27 "-" "-"`, "protocol", `"GET" "/a" "200" 27 -1ns protocol="HTTP/2"`},
	{"escapes in the target, nginx", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a\x5Cb\x5Cx41\x5C\x22c HTTP/1.1" 200 60 "-" "-"`, "", `"GET" "/a\\b\\x41\\\"c" "200" 60 -1ns`},
	{"escapes in the target, Apache", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a\"b\\c\xff\tHTTP/1.1\" HTTP/1.1" 200 60 "-" "-"`, "", `"GET" "/a\"b\\c\xff\tHTTP/1.1\"" "200" 60 -1ns`},
	{"request ends in a backslash", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a HTTP/1\\" 200 60 "-" "-"`, "", `"GET" "/a HTTP/1\\" "200" 60 -1ns`},
	{"request with a fake end", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a HTTP/1\" 200 60 \"-\" \"-\"" 404 10 "-" "-"`, "", `"GET" "/a HTTP/1\" 200 60 \"-\" \"-\"" "404" 10 -1ns`},
	{"absolute target", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET http://test.example/abs?x=1 HTTP/1.1" 200 60 "-" "-"`, "", `"GET" "http://test.example/abs?x=1" "200" 60 -1ns`},
	{"user agent is a line", "combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 404 9 "-" "[01/Jan/2020:00:00:00 +0000] \x22GET / HTTP/1.1\x22 200 1"`, "req.user-agent", `"GET" "/" "404" 9 -1ns req.user-agent="[01/Jan/2020:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1"`},

	{"virtual host", "vhost_combined", `test.example:80 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 289 "-" "-"`, "host", `"GET" "/" "200" 289 -1ns host="test.example"`},
	{"virtual host is IPv6", "vhost_combined", `[::1]:443 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 289 "-" "-"`, "host", `"GET" "/" "200" 289 -1ns host="[::1]"`},
	{"virtual host unannounced", "combined", `test.example 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 289 "-" "-"`, "", `"GET" "/" "200" 289 -1ns`},
	{"auto, common", "auto", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 289`, "host req.referer", `"GET" "/" "200" 289 -1ns host=? req.referer=?`},
	{"auto, combined", "auto", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 289 "-" "-"`, "host req.referer", `"GET" "/" "200" 289 -1ns host=? req.referer=""`},
	{"auto, vhost_combined", "auto", `a.example:443 192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 289 "http://b/" "-"`, "host req.referer", `"GET" "/" "200" 289 -1ns host="a.example" req.referer="http://b/"`},

	{"upstream times do not confuse", timedFormat, `h 192.0.2.1 - - [2026-11-22T13:37:39+00:00] "GET / HTTP/1.1" 200 165 rt=0.012 urt="0.000, 0.001 : 5.000" uct="-, 0.000" us="502, 200 : 404" "-" "-" s:80`, "upstream_status host", `"GET" "/" "200" 165 12ms upstream_status="502, 200 : 404" host="h"`},
	{"cut in the duration", timedFormat, `h 192.0.2.1 - - [2026-11-22T13:37:39+00:00] "GET / HTTP/1.1" 200 165 rt=0.01`, "", `"GET" "/" "200" 165 -1ns`},
	{"unquoted upstream values", `$status "$request" $upstream_addr $upstream_response_time $upstream_status $request_id $request_time`, `200 "GET / HTTP/1.1" 10.0.0.1:80, 10.0.0.2:80 : be 0.000, - : 0.001 502, 200 : 404 abc 0.250`, "upstream_status", `"GET" "/" "200" -1 250ms upstream_status="502, 200 : 404"`},
	{"free path between typed fields", `$remote_addr [$time_local] $request_method $uri $status $request_time $body_bytes_sent`, `192.0.2.1 [22/Nov/2026:13:37:33 +0000] GET /b/\x22 200 123 \x22 404 0.001 60`, "", `"GET" "/b/\" 200 123 \"" "404" 60 1ms`},
	{"path that is a whole line", `$remote_addr [$time_local] $request_method $uri $status $request_time $body_bytes_sent`, `192.0.2.1 [22/Nov/2026:13:37:33 +0000] GET /b 200 0.001 60 404 0.001 60`, "", `"GET" "/b 200 0.001 60" "404" 60 1ms`},
	{"separator in a value", `$time_iso8601|$request_method|$request_uri|$server_protocol|$status|$bytes_sent|$request_time|$http_user_agent`, `2026-11-22T13:37:33+00:00|GET|/a|b;c|HTTP/1.1|200|205|0.000|x|HTTP/1.1|500|1|0.000|y`, "req.user-agent", `"GET" "/a|b;c" "200" 205 0s req.user-agent="x|HTTP/1.1|500|1|0.000|y"`},
	{"nothing known of the request", `$time_iso8601|$request_method|$request_uri|$server_protocol|$status|$bytes_sent|$request_time|$http_user_agent`, `2026-11-22T13:37:33+00:00|-|-||505|354|0.000|-`, "protocol", `"" "" "505" 354 0s protocol=""`},
	{"path and query, nginx", `$request_method $uri$is_args$args $status`, `GET /a?b=c 200`, "", `"GET" "/a?b=c" "200" -1 -1ns`},
	{"path and query apart, nginx", `"$request_method" "$uri" "$args" $status`, `"GET" "/a" "?x" 200`, "", `"GET" "/a??x" "200" -1 -1ns`},
	{"path and query apart, Apache", `%m "%U" "%q" %>s`, `GET "/a\"b" "?x=1" 200`, "", `"GET" "/a\"b?x=1" "200" -1 -1ns`},
	{"host joined to the target", `"$request_method $scheme://$host$request_uri $server_protocol" $status`, `"GET https://a.example/b?c=//d HTTP/1.1" 200`, "protocol", `"GET" "/b?c=//d" "200" -1 -1ns protocol="HTTP/1.1"`},
	{"tabs", `log_format l 'req:$request\tstatus:$status\tsize:$body_bytes_sent\treqtime:$request_time';`, "req:GET /a status:9 HTTP/1.1\tstatus:200\tsize:1\treqtime:1.5", "", `"GET" "/a status:9" "200" 1 1.5s`},
	{"microseconds before seconds", `%r|%>s|%T|%D`, `GET / HTTP/1.1|200|3|3000613`, "", `"GET" "/" "200" -1 3.000613s`},
	{"milliseconds", `"%r" %>s %{ms}T`, `"GET / HTTP/1.1" 200 12`, "", `"GET" "/" "200" -1 12ms`},
	{"duration missing", `"%r" %>s %D`, `"GET / HTTP/1.1" 200 -`, "", `"GET" "/" "200" -1 -1ns`},
	{"final status", `"%r" %s %>s %b`, `"GET / HTTP/1.1" 200 404 1`, "", `"GET" "/" "404" 1 -1ns`},
	{"condition not met", `"%r" %>s "%!200,304{User-agent}i" "%{Referer}i"`, `"GET / HTTP/1.1" 200 "-" "-"`, "req.user-agent req.referer", `"GET" "/" "200" -1 -1ns req.user-agent=? req.referer=""`},
	{"aborted", `"%r" %>s %X`, `"GET / HTTP/1.1" 200 X`, "completion", `"GET" "/" "200" -1 -1ns completion=""`},
	{"completed and closed", `"%r" %>s %X "%h"`, `"GET / HTTP/1.1" 200 - "h"`, "completion", `"GET" "/" "200" -1 -1ns completion="-"`},
	{"Apache's credentials", `"%r" %>s %{auth}e`, `"GET / HTTP/1.1" 200 1`, "auth", `"GET" "/" "200" -1 -1ns auth="1"`},

	{"JSON", `log_format j escape=json '{"request":"$request","status":$status,"n":"$body_bytes_sent","auth":"$auth","ua":"$http_user_agent"}';`, `{"request":"GET /a\"b\\c\u0001\u00e9\ud83d\ude00 HTTP/1.1","status":200,"n":"12","auth":"","ua":"\",\"status\":500"}`, "auth req.user-agent req.range", `"GET" "/a\"b\\c\x01é😀" "200" 12 -1ns auth="" req.user-agent="\",\"status\":500" req.range=?`},
	{"JSON with raw bytes", jsonFormat, "{\"time\":\"2026-11-22T13:37:29+00:00\",\"remote_addr\":\"192.0.2.1\",\"remote_user\":\"\",\"method\":\"GET\",\"uri\":\"/caf\xe9\",\"args\":\"\",\"request\":\"GET /x HTTP/1.1\",\"status\":009,\"body_bytes_sent\":60,\"bytes_sent\":205,\"request_time\":0.001,", "", `"GET" "/caf\xe9" "009" 60 1ms`},
	{"JSON that is something else", jsonFormat, `{"level":"info","msg":"started"}`, "", "malformed"},
	{"raw values", `log_format n escape=none '"$request" $status $body_bytes_sent "$http_user_agent"';`, `"GET /a\x22"b HTTP/1.1" 200 5 "x" 500 1 "y"`, "req.user-agent", `"GET" "/a\\x22\"b" "200" 5 -1ns req.user-agent="x\" 500 1 \"y"`},
	{"several formats, the first", "LogFormat \"%m %U %>s\" a\nLogFormat \"%>s %m %U\" b", `GET /a 200`, "", `"GET" "/a" "200" -1 -1ns`},
	{"several formats, the second", "LogFormat \"%m %U %>s\" a\nLogFormat \"%>s %m %U\" b", `200 GET /a`, "", `"GET" "/a" "200" -1 -1ns`},
	{"comment-like format", `log_format x '# "$status" # "$request" #';`, `# "200" # "GET / HTTP/1.1" #`, "", `"GET" "/" "200" -1 -1ns`},

	{"nothing known", "common", `- - - - - - -`, "", `"" "" "-" 0 -1ns`},
	{"blank", "combined", ``, "", "blank"},
	{"blanks", "combined", " \t", "", "blank"},
	{"comment", "combined", `#Software: x`, "", "comment"},
	{"nginx error", "combined", `2021/12/01 13:53:33 [error] 31#31: *46 "/usr/share/nginx/html/market/index.html" is not found (2: No such file or directory), client: 172.17.0.1, request: "GET /market/ HTTP/1.1", host: "localhost"`, "", "message"},
	{"nginx error by syslog", "combined", `host nginx[2833]: 2015/01/21 10:56:10 [error] 2833#0: *16336 open() "/var/www/php4" failed`, "", "message"},
	{"Apache error", "combined", `[Thu Oct 13 12:24:49.880562 2022] [auth_basic:error] [pid 10:tid 1] [client 31.33.58.75:50229] AH01618: user sss not found: /`, "", "message"},
	{"Apache error, old", "combined", `[Mon Aug 31 16:27:04 2015] [error] [client 10.17.42.3] Premature end of script headers: example.com`, "", "message"},
	{"NUL bytes", "combined", "\x00\x00\x00\x00", "", "encoding"},
	{"bytes of no text", "combined", "\xff\xfe\x80 abc", "", "encoding"},
	{"prose", "combined", `not a common log line`, "", "malformed"},
	{"prose in another script", "combined", `тоже не строка журнала`, "", "malformed"},
}

func TestParse(t *testing.T) {
	for _, c := range slices.Concat(parseCases, serverCases, w3cCases) {
		t.Run(c.name, func(t *testing.T) {
			fields := strings.Fields(c.fields)
			p := mustCompile(t, c.format).NewParser(fields)
			var e Entry
			got := p.Parse([]byte(c.line), &e).String()
			if got == "" {
				got = show(&e)
				for i, name := range fields {
					if e.Values[i] == nil {
						got += fmt.Sprintf(" %s=?", name)
					} else {
						got += fmt.Sprintf(" %s=%q", name, e.Values[i])
					}
				}
			}
			if got != c.want {
				t.Errorf("%s\n%s\ngot  %s\nwant %s", c.format, c.line, got, c.want)
			}
		})
	}
}

// TestSticky: a parser of several formats stays with the one that fitted last, and finds the other when it does not.
func TestSticky(t *testing.T) {
	p := mustCompile(t, "LogFormat \"%m %U %>s\" a\nLogFormat \"%>s %m %U\" b").NewParser(nil)
	var e Entry
	for i, line := range []string{"200 GET /a", "404 GET /b", "PUT /c 201", "nothing", "PUT /d 202"} {
		reason := p.Parse([]byte(line), &e)
		if want := []int{1, 1, 0, 0, 0}[i]; p.current != want {
			t.Errorf("after %q (%v) the parser is at format %d, want %d", line, reason, p.current, want)
		}
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	combined := slices.Collect(slices.Values(splitLines(combinedLines(100_000))))
	for _, c := range []struct {
		format string
		fields string
		lines  [][]byte
	}{
		{"combined", "", combined},
		{"combined", "req.referer req.user-agent host time protocol", combined},
		{"auto", "host", combined},
		{jsonFormat, "host req.user-agent req.referer", splitLines(jsonLines(100_000))},
		{timedFormat, "host upstream_status", [][]byte{[]byte(`h 192.0.2.1 - - [2026-11-22T13:37:39+00:00] "GET /\x22 HTTP/1.1" 200 165 rt=0.012 urt="0.000, 0.001 : 5.000" uct="-, 0.000" us="502, 200 : 404" "-" "-" s:80`)}},
		{`%m "%U" "%q" %>s`, "", [][]byte{[]byte(`GET "/a\"b" "?x=1" 200`)}},
		{"combined", "", [][]byte{[]byte("nothing"), []byte(""), []byte("#")}},
		{"haproxy", "termination_state time", splitLines(haproxyLines(100_000))},
		{"haproxy_clf", "termination_state", [][]byte{[]byte(`<134>Nov 22 13:43:54 lb1 haproxy[2545]: 127.0.0.1 - - [22/Nov/2026:13:43:54 +0000] "GET /#22 HTTP/1.1" 200 99 "" "" 37488 193 "clf" "be" "s1" 0 0 1 1 2 ---- 2 1 1 0 0 0 0 "" "" `)}},
		{"frontend f\n option httplog\n capture request header Range len 9", "req.range", [][]byte{[]byte(`127.0.0.1:1 [22/Nov/2026:13:43:54.215] f b/s 0/0/0/1/1 200 99 - - ---- 3/1/0/0/0 0/0 {bytes#22=1} "GET / HTTP/1.1"`), []byte(`127.0.0.1:1 [22/Nov/2026:13:43:54.215] f f/<NOSRV> -1/-1/-1/-1/0 400 99 - - PR-- 3/1/0/0/0 0/0 "<BADREQ>"`)}},
		{"haproxy", "", [][]byte{[]byte("<134>{nothing"), []byte("")}},
		{"envoy", "response_flags upstream_host req.user-agent host", splitLines(envoyLines(100_000))},
		{"traefik", "upstream_host req.user-agent", [][]byte{[]byte(traefikLine)}},
		{"alb", "upstream_status", splitLines(albLines(100_000))},
		{"elb", "upstream_status", [][]byte{[]byte(elbLine)}},
		{"iis", "req.user-agent time host", [][]byte{[]byte(iisFields), []byte(iisLine), []byte("2026-11-26 x"), []byte(strings.Replace(iisLine, "200", "OK", 1))}},
		{"cloudfront", "edge_result resp.content-type", [][]byte{[]byte(edgeLine)}},
		{tomcatForm, "req.user-agent", [][]byte{[]byte(`2026-11-26 08:09:10 GET /a 404 0.012 9 "x"" 200 ""y" - -`)}},
		{"auto", "termination_state upstream_status response_flags", slices.Concat(splitLines(haproxyLines(1000)), splitLines(envoyLines(1000)), splitLines(albLines(1000)))},
	} {
		p := mustCompile(t, c.format).NewParser(strings.Fields(c.fields))
		var e Entry
		if n := testing.AllocsPerRun(10, func() {
			for _, line := range c.lines {
				p.Parse(line, &e)
			}
		}); n != 0 {
			t.Errorf("%.40s with %q: %v allocations, want none", c.format, c.fields, n)
		}
	}
}

// TestListLength: a list ends where it cannot go on, and at its 64th word.
func TestListLength(t *testing.T) {
	for list, want := range map[string]int{
		"": 0, "-": 1, "- x": 1, "502, 200 x": 8, "404 : 200 x": 9, "a, b : c, d e": 11, "a, ": 3, "a,": 2, ", ": 2,
		strings.Repeat("a, ", 1000): 64*3 - 1,
	} {
		if got := listLength([]byte(list)); got != want {
			t.Errorf("listLength(%.20q) = %d, want %d", list, got, want)
		}
	}
}
