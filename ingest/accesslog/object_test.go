package accesslog

import (
	"fmt"
	"strings"
	"testing"
)

// The lines of objectCases: of Traefik composed from its documented fields, the others as the servers wrote them, cut short.
const (
	caddyLine   = `{"level":"info","ts":1795355372.141842,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"127.0.0.1","proto":"HTTP/1.1","method":"GET","host":"test.example:8080","uri":"/a?b=c","headers":{"User-Agent":["curl \"x\""],"Authorization":[],"Range":["bytes=2-5","x"]}},"user_id":"","duration":0.002738966,"size":27,"status":206,"resp_headers":{"Content-Range":["bytes 2-5/27"]}}`
	caddyError  = `{"level":"error","ts":1795355372.14,"logger":"http.log.error.log0","msg":"dial tcp 127.0.0.1:1: connect: connection refused","request":{"method":"GET","uri":"/down"},"duration":0.0001,"status":502,"err_id":"x"}`
	traefikApp  = `{"ClientAddr":"192.0.2.1:52458","DownstreamContentSize":15,"DownstreamStatus":503,"Duration":10002425284,"OriginContentSize":15,"OriginDuration":10002302842,"OriginStatus":503,"Overhead":122442,"RequestHost":"api.example","RequestMethod":"GET","RequestPath":"/a?b=c","RequestProtocol":"HTTP/2.0","RouterName":"r@file","ServiceURL":{"Scheme":"http","Host":"10.0.0.7:80"},"StartUTC":"2026-11-22T11:39:21.773360139Z","downstream_Location":"/b","level":"info","msg":"","request_Range":"bytes=0-1","time":"2026-11-22T11:39:31Z"}`
	traefikOwn  = `{"ClientAddr":"192.0.2.1:52458","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":58000,"Overhead":58000,"RequestHost":"api.example","RequestMethod":"GET","RequestPath":"/none","level":"info","msg":"","time":"2026-11-22T11:39:31Z"}`
	traefikBare = `{"DownstreamStatus":503,"RequestMethod":"GET","RequestPath":"/a","level":"info","msg":"","time":"2026-11-22T11:39:31Z"}`
	envoyLine   = `{"authority":"api.example","bytes_received":0,"bytes_sent":91,"duration":27,"method":"GET","path":"/a?b=c","protocol":"HTTP/1.1","response_code":503,"response_flags":"UH","start_time":"2026-11-22T11:39:31.592Z","upstream_host":null,"user_agent":"curl"}`
)

// objectCases are rows as those of parseCases.
var objectCases = []struct {
	name, format, line, fields, want string
}{
	{"Caddy", "caddy", caddyLine, "auth host protocol time req.range req.if-match req.user-agent resp.content-range resp.location upstream_status",
		`"GET" "/a?b=c" "206" 27 2.738966ms auth="[]" host="test.example:8080" protocol="HTTP/1.1" time="1795355372.141842" req.range="bytes=2-5" req.if-match="" req.user-agent="curl \"x\"" resp.content-range="bytes 2-5/27" resp.location="" upstream_status=?`},
	{"Caddy, no header logged", "caddy", `{"request":{"method":"GET","uri":"/"},"status":200}`, "auth req.range resp.location", `"GET" "/" "200" -1 -1ns auth=? req.range=? resp.location=?`},
	{"Caddy, no credentials", "caddy", `{"request":{"method":"GET","uri":"/","headers":{}},"status":200}`, "auth", `"GET" "/" "200" -1 -1ns auth=""`},
	{"Caddy, credentials hidden", "caddy", `{"request":{"method":"GET","uri":"/","headers":{"Authorization":["REDACTED"]}},"status":200}`, "auth", `"GET" "/" "200" -1 -1ns auth="REDACTED"`},
	{"Caddy, names of headers in any case", "caddy", `{"request":{"method":"GET","uri":"/","headers":{"range":["bytes=0-1"]}},"status":206}`, "req.range", `"GET" "/" "206" -1 -1ns req.range="bytes=0-1"`},
	{"Caddy, status 0", "caddy", `{"logger":"http.log.access","request":{"method":"POST","uri":"/"},"duration":2.00173,"size":0,"status":0}`, "", `"POST" "/" "0" 0 2.00173s`},
	{"Caddy, duration as text", "caddy", `{"request":{"method":"GET","uri":"/"},"duration":"69.474µs","status":200}`, "", `"GET" "/" "200" -1 69.474µs`},
	{"Caddy, nanoseconds", `{"encoder": {"format": "json", "duration_format": "nano"}}`, `{"request":{"method":"GET","uri":"/"},"duration":69474,"status":200}`, "", `"GET" "/" "200" -1 69.474µs`},
	{"Caddy, milliseconds", "{format: filter, wrap: {format: json, duration_format: ms}}", `{"request":{"method":"GET","uri":"/"},"duration":69,"status":200}`, "", `"GET" "/" "200" -1 69ms`},
	{"Caddy, nanoseconds in a word", "caddy duration_ns=duration", `{"request":{"method":"GET","uri":"/"},"duration":69474,"status":200}`, "", `"GET" "/" "200" -1 69.474µs`},
	{"Caddy, other names", `{"format": "json", "name_key": "log", "message_key": "text"}`, `{"log":"http.log.error","text":"x","request":{"method":"GET","uri":"/"},"status":502}`, "", "message"},
	{"Caddy, for people", "caddy", "2026/11/22 13:49:32.141\tINFO\thttp.log.access\thandled request\t" + `{"request": {"method": "GET", "uri": "/{x}"}, "size": 27, "status": 200}`, "", `"GET" "/{x}" "200" 27 -1ns`},
	{"Caddy, for people, an error", "caddy", "2026/11/22 13:49:32.141\tERROR\thttp.log.error\t{id=05ccqmk9x} x\t" + `{"request": {"method": "GET", "uri": "/"}, "status": 502}`, "", "message"},
	{"Caddy, for people, no object", "caddy", "2026/11/22 13:49:32.141\tINFO\tshutdown complete", "", "message"},
	{"Caddy, for people, cut", "caddy", "2026/11/22 13:49:32.141\tINFO\thttp.log.access\thandled request\t" + `{"request": {"meth`, "", "truncated"},
	{"Caddy, error with a status", "caddy", caddyError, "", "message"},
	{"Caddy, error with a status, json", "json", caddyError, "", "message"},
	{"Caddy, error with a status, auto", "auto", caddyError, "", "message"},
	{"a logger that is no name", "json", `{"logger":"http.log.error","logger":{"x":1},"method":"GET","status":200}`, "", `"GET" ? "200" -1 -1ns`},
	{"Caddy, debug with a status", "caddy", `{"logger":"http.handlers.reverse_proxy","msg":"upstream roundtrip","request":{"method":"GET","uri":"/"},"status":200}`, "", "message"},
	{"Caddy, message", "caddy", `caddy  | {"level":"info","ts":1761019822.3,"msg":"maxprocs: Leaving GOMAXPROCS=12"}`, "", "message"},
	{"Caddy behind docker compose", "caddy", "caddy  | " + caddyLine, "", `"GET" "/a?b=c" "206" 27 2.738966ms`},
	{"Caddy, auto", "auto", caddyLine, "host req.range upstream_status", `"GET" "/a?b=c" "206" -1 -1ns host="test.example:8080" req.range=? upstream_status=?`},

	{"Traefik, the application answered", "traefik_json", traefikApp, "upstream_status host req.range resp.location req.accept auth protocol time",
		`"GET" "/a?b=c" "503" 15 10.002425284s upstream_status="503" host="api.example" req.range="bytes=0-1" resp.location="/b" req.accept=? auth=? protocol="HTTP/2.0" time="2026-11-22T11:39:31Z"`},
	{"Traefik answered", "traefik_json", traefikOwn, "upstream_status", `"GET" "/none" "404" 19 58µs upstream_status=""`},
	{"Traefik drops fields", "traefik_json", traefikBare, "upstream_status", `"GET" "/a" "503" -1 -1ns upstream_status=?`},
	{"Traefik, headers that are kept", "traefik_json req.accept=request_Accept? auth=request_Authorization?", traefikApp, "req.accept auth req.range", `"GET" "/a?b=c" "503" 15 10.002425284s req.accept="" auth="" req.range="bytes=0-1"`},
	{"Traefik, older, status as text", "traefik_json", `{"DownstreamStatus":"200","OriginStatus":0,"RequestMethod":"GET","RequestPath":"/"}`, "upstream_status", `"GET" "/" "200" -1 -1ns upstream_status="0"`},
	{"Traefik, a message of its own", "traefik_json", `{"level":"info","msg":"Configuration loaded","time":"2026-11-22T11:39:31Z"}`, "", "message"},
	{"Traefik, auto", "auto", traefikApp, "upstream_status", `"GET" "/a?b=c" "503" 15 -1ns upstream_status="503"`},

	{"Envoy", "envoy_json", envoyLine, "response_flags upstream_host host req.user-agent time", `"GET" "/a?b=c" "503" 91 27ms response_flags="UH" upstream_host="" host="api.example" req.user-agent="curl" time="2026-11-22T11:39:31.592Z"`},
	{"Envoy's mapping", `{"s": "%RESPONSE_CODE%", "m": "%REQ(:METHOD)%", "n": {"p": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "h": "%UPSTREAM_HOST%"}, "f": "%RESPONSE_FLAGS%", "d": "%DURATION%", "b": "%BYTES_SENT%", "r": "%REQ(RANGE)%", "l": "%RESP(LOCATION)%", "a": "%REQ(AUTHORIZATION):6%", "x": "%DURATION% ms"}`,
		`{"a":"Bearer","b":"91","d":"27","f":"-","l":null,"m":"GET","n":{"p":"/a"},"s":"404","x":"1 ms"}`, "response_flags upstream_host req.range resp.location auth", `"GET" "/a" "404" 91 27ms response_flags="" upstream_host="" req.range="" resp.location="" auth="Bearer"`},
	{"Envoy's mapping, YAML", "log_format:\n  json_format:\n    request: \"%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%\"\n    code: \"%RESPONSE_CODE%\"\n    at: \"%START_TIME(%s.%3f)%\"\n", `{"request":"GET /a HTTP/2","code":200,"at":"1795355372.141"}`, "protocol time", `"GET" "/a" "200" -1 -1ns protocol="HTTP/2" time="1795355372.141"`},

	{"own names", "json status=$.http.code method=.req.method target=req>url duration_ms=took bytes=n", `{"req":{"url":"\/a\u00e9","method":"PUT"},"took":1.5,"http":{"code":"201"},"n":7}`, "", `"PUT" "/aé" "201" 7 1.5ms`},
	{"a dot in a name", "json status=http.code", `{"http.code":200,"method":"GET"}`, "", `"GET" ? "200" -1 -1ns`},
	{"names of ECS", "json", `{"http":{"response":{"status_code":404,"body":{"bytes":12}},"request":{"method":"GET"}},"url":{"original":"/a","path":"/b"},"event":{"duration":1000}}`, "", `"GET" "/a" "404" 12 1µs`},
	{"names of ECS with dots", "json", `{"http.response.status_code":404,"http.request.method":"GET","url.path":"/b","url.query":"c=d"}`, "", `"GET" "/b?c=d" "404" -1 -1ns`},
	{"names of Node.js", "json", `{"level":30,"req":{"method":"GET","url":"/a","headers":{"host":"h"}},"res":{"statusCode":200},"responseTime":5,"msg":"request completed"}`, "host", `"GET" "/a" "200" -1 -1ns host="h"`},
	{"request line", "json", `{"status":200,"request":"GET /a\"b HTTP/1.1","path":"/x"}`, "protocol", `"GET" "/a\"b" "200" -1 -1ns protocol="HTTP/1.1"`},
	{"request line that is none", "json", `{"status":400,"request":"\u0016\u0003"}`, "", `"" "" "400" -1 -1ns`},
	{"request that is a path", "json", `{"status":200,"method":"GET","request":"/a","query":"?b=c"}`, "", `"GET" "/a?b=c" "200" -1 -1ns`},
	{"an absent value is none", "json", `{"status":null,"response_code":400,"method":"","uri":"-","request":"OPTIONS * HTTP/1.1","host":"","http_host":"h"}`, "host", `"OPTIONS" "*" "400" -1 -1ns host="h"`},
	{"the first name counts", "json", `{"response_code":500,"status":200,"method":"GET","uri":"/a"}`, "", `"GET" "/a" "200" -1 -1ns`},
	{"a duration with its unit", "json", `{"status":200,"method":"GET","duration":"1m2.5s"}`, "", `"GET" ? "200" -1 1m2.5s`},
	{"a duration without a unit", "json", `{"status":200,"method":"GET","duration":15}`, "", `"GET" ? "200" -1 -1ns`},
	{"a duration with an exponent", "json", `{"status":200,"method":"GET","duration_s":7.3e-05}`, "", `"GET" ? "200" -1 73µs`},
	{"auth is false", "json", `{"status":200,"method":"GET","auth":false}`, "auth", `"GET" ? "200" -1 -1ns auth="0"`},
	{"null", "json", `{"status":null,"method":null,"uri":null,"bytes":null,"upstream_status":null}`, "upstream_status", `"" "" "" -1 -1ns upstream_status=""`},
	{"dash", "json", `{"status":"-","method":"-","uri":"-","upstream_status":"-"}`, "upstream_status", `"" "" "-" -1 -1ns upstream_status=""`},
	{"no JSON, but what nginx writes", "json", `{"status":009,"method":"GET","urt":-,"uri":"/caf` + "\xe9" + `"}`, "", `"GET" "/caf\xe9" "009" -1 -1ns`},
	{"the last of two counts", "caddy", `{"status":200,"request":{"method":"GET","uri":"/a"},"request":{"uri":"/b"},"status":404}`, "", `? "/b" "404" -1 -1ns`},
	{"escapes in a name", "json", `{"sta\u0074us":200,"method":"GET"}`, "", `"GET" ? "200" -1 -1ns`},
	{"blanks", "json", " \t{ \"status\" : 200 , \"method\" : \"GET\" , \"x\" : [ 1 , { } ] } ", "", `"GET" ? "200" -1 -1ns`},
	{"one time twice", "json", `{"status":200,"method":"GET","host":"a"}`, "host host req.x req.x", `"GET" ? "200" -1 -1ns host="a" host="a" req.x=? req.x=?`},
	{"a name less", "json host=", `{"status":200,"method":"GET","host":"a"}`, "host", `"GET" ? "200" -1 -1ns host=?`},

	{"no status", "json", `{"method":"GET","uri":"/"}`, "", "malformed"},
	{"no request", "json", `{"status":"up","service":"x"}`, "", "malformed"},
	{"a message with a status", "json", `{"status":200,"msg":"job done"}`, "", "message"},
	{"a name of no letters", "{\"\": \"%RESPONSE_CODE%\", \"n\": {\"\": \"%REQ(:METHOD)%\"}}", `{"n":{"":"GET","x":1},"":200}`, "", `"GET" ? "200" -1 -1ns`},
	{"a message in another script", "json", `{"message":"Сервис запущен и ждёт соединений"}`, "", "message"},
	{"no request, in another script", "json", `{"status":"готов","служба":"заказы"}`, "", "malformed"},
	{"no status, and no text", "json", "{\"a\":\"\x7f\x7f\x7f\x7f\x7f\x7f\x7f\"}", "", "encoding"},
	{"status is a word", "json", `{"status":"OK","method":"GET"}`, "", "status"},
	{"status is an object", "json", `{"status":{"code":200},"method":"GET"}`, "", "malformed"},
	{"cut in a string", "json", `{"status":200,"method":"GE`, "", "truncated"},
	{"cut in a number", "json", `{"status":20`, "", "truncated"},
	{"cut before the brace", "json", `{"status":200,"method":"GET"`, "", "truncated"},
	{"cut behind a comma", "json", `{"status":200,`, "", "truncated"},
	{"no colon", "json", `{"status" 200,"method":"GET"}`, "", "malformed"},
	{"brackets that do not match", "json", `{"a":[{"b":1]},"status":200,"method":"GET"}`, "", "malformed"},
	{"more behind the object", "json", `{"status":200,"method":"GET"} x`, "", "malformed"},
	{"too deep", "json", `{"a":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `,"status":200,"method":"GET"}`, "", "malformed"},
	{"deep", "json", `{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `,"status":200,"method":"GET"}`, "", `"GET" ? "200" -1 -1ns`},
	{"all absent", "json", `- - -`, "", "malformed"},
	{"blank", "json", ``, "", "blank"},
	{"an object that a client wrote", "auto", `2021/12/01 13:53:33 [error] 31#31: *46 open() failed, request: "GET /{"status":200,"method":"GET","uri":"/x"}`, "", "message"},
	{"an object in a header", "auto", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /" x "{"status":200,"method":"GET","uri":"/x"}`, "", "status"},
}

func TestParseObject(t *testing.T) {
	for _, c := range objectCases {
		t.Run(c.name, func(t *testing.T) {
			fields := strings.Fields(c.fields)
			p := mustCompile(t, c.format).NewParser(fields)
			for range 2 { // the second time the parser knows the names
				if got := parsed(p, c.line, fields); got != c.want {
					t.Errorf("%s\n%s\ngot  %s\nwant %s", c.format, c.line, got, c.want)
				}
			}
		})
	}
}

// parsed says what a line is: the reason, or the entry with ? for what is unknown.
func parsed(p *Parser, line string, fields []string) string {
	var e Entry
	if reason := p.Parse([]byte(line), &e); reason != None {
		return reason.String()
	}
	got := fmt.Sprintf("%s %s %s %d %v", known(e.Method), known(e.Target), known(e.Status), e.BodyBytes, e.Duration)
	for i, name := range fields {
		got += fmt.Sprintf(" %s=%s", name, known(e.Values[i]))
	}
	return got
}

func known(b []byte) string {
	if b == nil {
		return "?"
	}
	return fmt.Sprintf("%q", b)
}

func TestParseObjectAllocatesNothing(t *testing.T) {
	for _, format := range []string{"json", "caddy", "traefik_json", "envoy_json", "auto", keyedFormat} {
		p := mustCompile(t, format).NewParser(strings.Fields("host time protocol auth req.range req.user-agent resp.location upstream_status response_flags"))
		var e Entry
		var lines [][]byte
		for _, c := range objectCases {
			// A regular expression, which under the race detector allocates, may look at what is no entry.
			if reason := p.Parse([]byte(c.line), &e); reason == None || format != "auto" && strings.HasPrefix(c.line, "{") {
				lines = append(lines, []byte(c.line))
			}
		}
		if len(lines) < 20 {
			t.Errorf("%s: %d lines, want at least 20", format, len(lines))
		}
		if n := testing.AllocsPerRun(10, func() {
			for _, line := range lines {
				p.Parse(line, &e)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", format, n)
		}
	}
}

func TestObjectFormat(t *testing.T) {
	for _, c := range []struct {
		format, name, server string
		bytes, duration      bool
		warning              string
	}{
		{"json", "json", "JSON", false, true, ""},
		{"json bytes=n duration_s=", "json", "JSON", true, false, ""},
		{"caddy", "caddy", "Caddy", true, true, ""},
		{"traefik_json", "traefik_json", "Traefik", true, true, ""},
		{"envoy_json", "envoy_json", "Envoy", true, true, ""},
		{"auto", "auto", "", true, false, ""},
		{`{"encoder": {"format": "console"}}`, "caddy", "Caddy", true, true, ""},
		{`{"s": "%RESPONSE_CODE%", "c": "%REQ(COOKIE)%"}`, "", "Envoy", false, false, "%REQ(COOKIE)% writes credentials"},
		{"json req.authorization=headers.auth", "json", "JSON", false, true, "req.authorization=headers.auth is read from a log that has credentials in it"},
	} {
		f := mustCompile(t, c.format)
		if f.Name() != c.name || f.Server() != c.server || f.HasBodyBytes() != c.bytes || f.HasDuration() != c.duration {
			t.Errorf("%s: name %q, server %q, bytes %v, duration %v; want %q, %q, %v, %v", c.format, f.Name(), f.Server(), f.HasBodyBytes(), f.HasDuration(), c.name, c.server, c.bytes, c.duration)
		}
		if got := strings.Join(f.Warnings(), "\n"); !strings.HasPrefix(got, c.warning) || (got == "") != (c.warning == "") {
			t.Errorf("%s: warnings %q, want one that begins with %q", c.format, got, c.warning)
		}
	}
}

func TestObjectFormatLogs(t *testing.T) {
	for _, c := range []struct {
		format, field string
		logs, depends bool
	}{
		{"caddy", "req.range", true, false}, {"caddy", "auth", true, false}, {"caddy", "completion", false, false},
		{"traefik_json", "resp.location", true, true}, {"traefik_json", "auth", true, true}, {"traefik_json", "upstream_status", true, true}, {"json", "req.range", false, false}, {"json", "auth", true, true}, {"json auth=a", "auth", true, false},
		{"traefik_json req.range=request_Range?", "req.range", true, false}, {"traefik_json auth=request_Authorization?", "auth", true, false},
		{"envoy_json", "req.range", false, false}, {"envoy_json", "response_flags", true, false},
		{"auto", "req.range", false, false}, {"auto", "upstream_status", false, false}, {"combined", "req.referer", true, false},
	} {
		f := mustCompile(t, c.format)
		if f.Logs(c.field) != c.logs || f.Depends(c.field) != c.depends {
			t.Errorf("%s: logs %s %v, depends %v; want %v, %v", c.format, c.field, f.Logs(c.field), f.Depends(c.field), c.logs, c.depends)
		}
	}
}

func TestObjectFormatErrors(t *testing.T) {
	for _, c := range []struct{ format, want string }{
		{"json stats=code", `column 6: unknown name "stats": did you mean status?`},
		{"json status=a colour=b", `column 15: unknown name "colour": expected one of auth, bytes, bytes_with_header, completion, duration_ms, duration_ns, duration_s, duration_us, host, method, path, protocol, query, request, response_flags, status, target, termination_state, time, upstream_host, upstream_status, req.NAME or resp.NAME`},
		{"json status=a\n  duration=b", "line 2, column 3: a duration needs its unit: duration_s, duration_ms, duration_us or duration_ns"},
		{"caddy size $.status=x", `column 7: found "size": expected name=path, as in status=http.code`},
		{"json status=a..b", "column 13: a name is missing in the path: expected one such as status, http.code or request>headers>Range"},
		{"json status=a[1]", "column 13: the path is more than names with . or > between them: of an array the first element counts, other places cannot be named"},
		{"json status=a.b.c.d.e.f.g.h", "column 13: the path has too many dots: write > between the names"},
		{"json status=", "column 13: the format has no status: add status= and the path of its key, as in status=http.code"},
		{"caddyy", `column 1: unknown preset "caddyy": did you mean caddy?`},
		{`{"encoder": {"format": "logfmt"}}`, `column 24: found the encoder "logfmt": expected json or console, whose lines hold an object`},
		{`{"m": "%REQ(:METHOD)%", "d": "%DURATION%"}`, `column 30: the format has no status: add a key with "%RESPONSE_CODE%"`},
		{"json_format:\n  m: \"%REQ(:METHOD)%\"\n  s: \"%RESPONSE_CODE\"\n", `line 3, column 6: "%RESPONSE_CODE" is no command operator of Envoy's: expected one such as %RESPONSE_CODE% or %REQ(:METHOD)%`},
	} {
		if _, err := Compile(c.format); err == nil || err.Error() != c.want {
			t.Errorf("Compile(%q)\ngot  %v\nwant %s", c.format, err, c.want)
		}
	}
}

func TestParseAnyTime(t *testing.T) {
	f := mustCompile(t, "json")
	for text, want := range map[string]string{
		"1795355372.141842": "2026-11-22T13:49:32.141842Z", "1795355372141.842": "2026-11-22T13:49:32.141842Z", "1795355372141842": "2026-11-22T13:49:32.141842Z",
		"1795355372141842000": "2026-11-22T13:49:32.141842Z", "1795355372": "2026-11-22T13:49:32Z",
		"2026-11-22T13:49:32.141842Z": "2026-11-22T13:49:32.141842Z", "2026-11-22T13:49:32.141+0100": "2026-11-22T13:49:32.141+01:00", "2026/11/22 13:49:32.141": "2026-11-22T13:49:32.141Z",
		"22/Nov/2026:13:49:32 +0000": "2026-11-22T13:49:32Z", "2026-11-22T13:49:32": "2026-11-22T13:49:32Z", "now": "", "": "", "12:00": "",
	} {
		got := ""
		if at, ok := f.ParseTime([]byte(text)); ok {
			got = at.Format("2006-01-02T15:04:05.999999Z07:00")
		}
		if got != want {
			t.Errorf("ParseTime(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestParseObjectAfterAnother: what a Parser remembers of one line never changes what it says of the next.
func TestParseObjectAfterAnother(t *testing.T) {
	lines := []string{
		`{"status":200,"method":"GET","uri":"/a","other":{"status":1}}`,
		`{ "status" : 200 , "method" : "GET" , "uri" : "/b" }`,
		`{"status":  404,"method":"","uri":"/c" }`,
		`{"status":404,"method": "PUT","uri":"/d","":1,}`,
		`{"status":201,"m\u0065thod":"PUT","uri":"/e"}`,
		`{"status":201 ,"methods":"PUT","uri" :"/f"}`,
		`{"a name of more than thirty-two bytes":1,"status":500,"uri":"/g"}`,
		`{"a name of more than thirty-two bytes":"status","uri":"/h","status":503}`,
		`{"uri":"/i","status":`, `{"uri":"/j","status"`, `{"uri":"/k",`, `{"uri":"/l"`, `{"status":200,"method"x"GET"}`, `{,"status":200}`, `{}`, `{ `,
	}
	fields := []string{"host"}
	f := mustCompile(t, "json status=status method=method target=uri")
	for _, first := range lines {
		for _, line := range lines {
			p := f.NewParser(fields)
			want := parsed(f.NewParser(fields), line, fields)
			parsed(p, first, fields)
			if got := parsed(p, line, fields); got != want {
				t.Errorf("%s\nafter %s\ngot  %s\nwant %s", line, first, got, want)
			}
		}
	}
}
