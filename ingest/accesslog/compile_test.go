package accesslog

import (
	"slices"
	"strings"
	"testing"
)

// describe writes a template as literals and <field>s.
func describe(t *template) string {
	var s strings.Builder
	for i, literal := range t.literals {
		s.WriteString(literal)
		if i < len(t.fields) {
			s.WriteString("<" + t.fields[i].name + ">")
		}
	}
	return s.String()
}

func TestCompile(t *testing.T) {
	for _, c := range []struct{ name, format, wantName, want string }{
		{"preset", "combined", "combined", `<%h> <%l> <%u> [<%t>] "<%r>" <%>s> <%b> "<%{Referer}i>" "<%{User-Agent}i>"`},
		{"comments alone", "# the server's default\n", "auto", `<%v>:<%p> <%h> <%l> <%u> [<%t>] "<%r>" <%>s> <%b> "<%{Referer}i>" "<%{User-Agent}i>"`},
		{"preset with white space", " common\n", "common", `<%h> <%l> <%u> [<%t>] "<%r>" <%>s> <%b>`},

		{"nginx, bare", `$remote_addr "$request" $status`, "", `<$remote_addr> "<$request>" <$status>`},
		{"nginx, quoted", `'$remote_addr "$request" $status'`, "", `<$remote_addr> "<$request>" <$status>`},
		{"nginx, quoted in pieces", `'$remote_addr ' '"$request" $status'`, "", `<$remote_addr> "<$request>" <$status>`},
		{"nginx, quoted, semicolon", `'$status';`, "", `<$status>`},
		{"nginx, bare, begins with a quote", `"$request" "$status"`, "", `"<$request>" "<$status>"`},
		{"nginx, bare, ends in a semicolon", `$request|$status;`, "", `<$request>|<$status>`},
		{"nginx, braces", `${status}0 ${request}`, "", `<$status>0 <$request>`},
		{"nginx, directive", "log_format main '$remote_addr - \"$request\" '\n                  '$status';", "main", `<$remote_addr> - "<$request>" <$status>`},
		{"nginx, double quotes", `log_format main "\"$request\" it's $status";`, "main", `"<$request>" it's <$status>`},
		{"nginx, no quotes", `log_format main $status\t$request;`, "main", "<$status>\t<$request>"},
		{"nginx, escapes", `log_format main 'it\'s\t$status\\\d';`, "main", "it's\t<$status>\\\\d"},
		{"nginx, no semicolon", `log_format main '$status'`, "main", `<$status>`},
		{"nginx, escape", `log_format main escape=json '{"s":$status}';`, "main", `{"s":<$status>}`},
		{"nginx, comments", "# the main log\n\nlog_format main '$status'; # behind\n# after\n", "main", `<$status>`},
		{"nginx, tabs between", "log_format\tmain\t'$status';", "main", `<$status>`},
		{"nginx, '#' inside", `log_format all '# "$status" #';`, "all", `# "<$status>" #`},
		{"nginx, percent sign", `$status 100% %s`, "", `<$status> 100% %s`},
		{"nginx, own variables", "map $uri $My_map { default 0; \"}\" 1; }\nset $request_uri2 x;\ngeo $remote_addr $host_name {}\n$status $auth $my_map $request_uri2 $host_name", "", `<$status> <$auth> <$my_map> <$request_uri2> <$host_name>`},
		{"nginx, own variable behind", "log_format main '$status $mine';\nset $mine;", "main", `<$status> <$mine>`},
		{"nginx, variables of modules", `$status $geoip2_data_city $sent_trailer_x $ssl_ja4 $1`, "", `<$status> <$geoip2_data_city> <$sent_trailer_x> <$ssl_ja4> <$1>`},
		{"nginx, ingress-nginx", `$status [$proxy_upstream_name] [$proxy_alternative_upstream_name] $req_id`, "", `<$status> [<$proxy_upstream_name>] [<$proxy_alternative_upstream_name>] <$req_id>`},
		{"nginx, path with query", `$uri$is_args$args $status`, "", `<$uri$is_args$args> <$status>`},
		{"nginx, neighbours that nobody needs", `$status $remote_addr$remote_user`, "", `<$status> <$remote_addr$remote_user>`},

		{"Apache, bare", `%h "%r" %>s`, "", `<%h> "<%r>" <%>s>`},
		{"Apache, bare with backslashes", `%h \"%r\" %>s`, "", `<%h> "<%r>" <%>s>`},
		{"Apache, quoted", `"%h \"%r\" %>s"`, "", `<%h> "<%r>" <%>s>`},
		{"Apache, quoted, nickname", `"%h \"%r\" %>s" short`, "short", `<%h> "<%r>" <%>s>`},
		{"Apache, directive", `LogFormat "%h \"%r\" %>s" short`, "short", `<%h> "<%r>" <%>s>`},
		{"Apache, directive, single quotes", `LogFormat '%h "%r" %>s'`, "", `<%h> "<%r>" <%>s>`},
		{"Apache, directive in lower case, comments", "# x\n logformat \"%>s\" s\n# y", "s", `<%>s>`},
		{"Apache, %t", `%t %{%Y}t %{begin:%d/%b/%Y}t %{end:msec}t %{usec_frac}t %>s`, "", `[<%t>] <%{%Y}t> <%{begin:%d/%b/%Y}t> <%{end:msec}t> <%{usec_frac}t> <%>s>`},
		{"Apache, modifiers", `%!200,304{User-agent}i %400,501{Referer}i %<s %>s %200>s`, "", `<%!200,304{User-agent}i> <%400,501{Referer}i> <%<s> <%>s> <%200>s>`},
		{"Apache, arguments", `%{X}i %{X}o %{X}e %{X}n %{X}C %{c}a %{remote}p %{hextid}P %{us}T %>s`, "", `<%{X}i> <%{X}o> <%{X}e> <%{X}n> <%{X}C> <%{c}a> <%{remote}p> <%{hextid}P> <%{us}T> <%>s>`},
		{"Apache, all letters", `%a %A %B %b %D %f %H %k %l %L %m %p %P %q %R %s %T %u %U %v %V %X %I %O %S`, "", `<%a> <%A> <%B> <%b> <%D> <%f> <%H> <%k> <%l> <%L> <%m> <%p> <%P> <%q> <%R> <%s> <%T> <%u> <%U> <%v> <%V> <%X> <%I> <%O> <%S>`},
		{"Apache, trailers", `%{X}^ti %{X}^to %>s`, "", `<%{X}^ti> <%{X}^to> <%>s>`},
		{"Apache, percent and control", `%%\t%>s%%\n`, "", "%\t<%>s>%\n"},
		{"Apache, module", `%{SSL_PROTOCOL}x %>s`, "", `<%{SSL_PROTOCOL}x> <%>s>`},
		{"Apache, path with query", `%m %U%q %>s`, "", `<%m> <%U%q> <%>s>`},
		{"Apache, JSON", `LogFormat "{\"s\":\"%>s\"}" json`, "json", `{"s":"<%>s>"}`},
		{"lighttpd", `accesslog.format = "%h \"%r\" %>s"`, "", `<%h> "<%r>" <%>s>`},
		{"varnishncsa", `varnishncsa -F '%h "%r" %s %{Varnish:hitmiss}x'`, "", `<%h> "<%r>" <%s> <%{Varnish:hitmiss}x>`},

		{"HAProxy, preset", "haproxy", "haproxy", `<%ci:%cp> [<%tr>] <%ft> <%b/%s> <%TR>/<%Tw>/<%Tc>/<%Tr>/<%Ta> <%ST> <%B> <%CC> <%CS> <%tsc> <%ac/%fc/%bc/%sc/%rc> <%sq/%bq> <%hr>"<%{+Q}r>"`},
		{"HAProxy, bare", `%ci %{+Q}r %ST %Ta`, "", `<%ci> "<%{+Q}r>" <%ST> <%Ta>`},
		{"HAProxy, quoted", `"%ci %{+Q}r \"%HM\" %ST"`, "", `<%ci> "<%{+Q}r>" "<%HM>" <%ST>`},
		{"HAProxy, single quotes", `'{"s":%ST,"u":%{+Q}HU}'`, "", `{"s":<%ST>,"u":"<%{+Q}HU>"}`},
		{"HAProxy, blanks escaped", `%ci\ %ST\ 100%%`, "", `<%ci> <%ST> 100%`},
		{"HAProxy, directive", `log-format "%ci \"%r\" %ST"`, "", `<%ci> "<%r>" <%ST>`},
		{"HAProxy, directive without quotes", `log-format %ci\ \#\ %ST\ \"%r\"`, "", `<%ci> # <%ST> "<%r>"`},
		{"HAProxy, defaults of flags", `log-format "%{+Q}o %{-Q}ci %s %ST %tsc %{+E}CC"`, "", `<%{-Q}ci> "<%s>" <%ST> <%tsc> "<%{+E}CC>"`},
		{"HAProxy, blanks in a row", `log-format "  %ci   %ST "`, "", `<%ci> <%ST> `},
		{"HAProxy, names", `%(status)ST %(who:str){+Q}ci`, "", `<%(status)ST> "<%(who:str){+Q}ci>"`},
		{"HAProxy, expressions", `%ST %[capture.req.hdr(0),map_str("a]b")] %{+Q,+E}[var(txn.a)]`, "", `<%ST> <%[capture.req.hdr(0),map_str("a]b")]> "<%{+Q,+E}[var(txn.a)]>"`},
		{"HAProxy, section", "# x\nfrontend web # the outer one\n  bind :80\n  option httplog\n  log-format '%ST %hr %hs %{+Q}r'\n  capture request header Range len 20\n  capture request header Accept len 9\nbackend be\n  server a 127.0.0.1:1\n", "web", `<%ST> {<%hr>|<%hr>} "<%{+Q}r>"`},
		{"HAProxy, section without captures", "listen web\n  log-format '%ST %hr %hs %{+Q}r'", "web", `<%ST> "<%{+Q}r>"`},
		{"HAProxy, defaults inherited", "defaults\n  log-format '%ST %hs'\nfrontend a\n capture response header Location len 9\n", "a", `<%ST> {<%hs>}`},
		{"HAProxy, lists", "capture request header A len 9\nhttp-request capture req.hdr(B) len 9\nlog-format '%ST %hrl %{+Q}hrl'", "", `<%ST> <%hrl> <%hrl> "<%{+Q}hrl>" "<%{+Q}hrl>"`},

		{"Envoy, preset", "envoy", "envoy", `[<%START_TIME%>] "<%REQ(:METHOD)%> <%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%> <%PROTOCOL%>" <%RESPONSE_CODE%> <%RESPONSE_FLAGS%> <%BYTES_RECEIVED%> <%BYTES_SENT%> <%DURATION%> <%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%> "<%REQ(X-FORWARDED-FOR)%>" "<%REQ(USER-AGENT)%>" "<%REQ(X-REQUEST-ID)%>" "<%REQ(:AUTHORITY)%>" "<%UPSTREAM_HOST%>"`},
		{"Envoy, line end and percent sign", `%START_TIME(%Y-%m-%d)% 100%% %RESPONSE_CODE% %REQ(A?B):10%\n`, "", `<%START_TIME(%Y-%m-%d)%> 100% <%RESPONSE_CODE%> <%REQ(A?B):10%>`},
		{"Envoy, quoted", `"%PROTOCOL% %RESPONSE_CODE%\n"`, "", `<%PROTOCOL%> <%RESPONSE_CODE%>`},

		{"Traefik, preset", "traefik", "traefik", `<host> - <user> [<time>] "<method> <path> <protocol>" <status> <size> "<referer>" "<agent>" <count> "<router>" "<server>" <duration>ms`},
		{"AWS, preset", "elb", "elb", `<time> <elb> <client> <target> <request_time> <target_time> <response_time> <elb_status_code> <target_status_code> <received_bytes> <sent_bytes> "<absolute request>"<rest>`},

		{"varnishncsa, option behind", `'{"s":%s}' -j` + "\n# comment", "", `{"s":<%s>}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := mustCompile(t, c.format)
			if got := describe(f.templates[0]); f.Name() != c.wantName || got != strings.TrimSuffix(c.want, "\n") {
				t.Errorf("%s\ngot  %q %s\nwant %q %s", c.format, f.Name(), got, c.wantName, c.want)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct{ format, want string }{
		{"", "column 1: the format is empty: expected a preset (alb, auto, caddy, cloudfront, combined, common, contract, elb, envoy, envoy_json, haproxy, haproxy_clf, iis, json, traefik, traefik_json, vhost_combined) or the server's format string"},
		{"combnied", `column 1: unknown preset "combnied": did you mean combined?`},
		{"Combined", `column 1: unknown preset "Combined": did you mean combined?`},
		{"apache", `column 1: unknown preset "apache": expected one of alb, auto, caddy, cloudfront, combined, common, contract, elb, envoy, envoy_json, haproxy, haproxy_clf, iis, json, traefik, traefik_json, vhost_combined, or the server's format string itself`},
		{"'' ", "column 1: the format string is empty"},
		{"log_format main '';", "column 1: the format string is empty"},
		{"just some words", `column 1: "just some words" has no fields: expected an nginx format with $status or an Apache format with %>s`},

		{`$remote_addr $request`, "column 22: the format ends without a status: add $status"},
		{`"$request" $upstream_status`, "column 28: the format ends without $status ($upstream_status is what the upstream answered, not what the client got): add $status"},
		{`%h "%r" %b`, "column 11: the format ends without a status: add %>s"},
		{`$remote_addr $statsu`, "column 14: unknown variable $statsu: did you mean $status?"},
		{`$status $body_bytes_send`, "column 9: unknown variable $body_bytes_send: did you mean $body_bytes_sent?"},
		{"log_format main '$status '\n  '$request_tme';", "line 2, column 4: unknown variable $request_tme: did you mean $request_time?"},
		{`$status $my_map`, "column 9: unknown variable $my_map: nginx has none of this name; if your configuration makes it, put its map, geo or set before the format, or just: set $my_map;"},
		{`$status $http_`, "column 9: unknown variable $http_: did you mean $https?"},
		{`map $uri $my_map { default 0; $status`, "column 1: the block that opens here is never closed"},
		{`set $my_map $status`, `column 1: found "set $my_map $status" without the ; or the { that belongs to it`},
		{`set x;`, `column 1: found "set x;": expected the variable that it makes, as in set $name;`},
		{`$remote_addr "$request $status`, "column 14: this quote has no partner: the format has 1, an odd number"},
		{`"%h %>s`, "column 1: this quote has no partner: the format has 1, an odd number"},
		{`LogFormat "%h \"%r %>s" main`, "column 15: this quote has no partner: the format has 1, an odd number"},
		{`$status $`, "column 9: a $ without a variable's name behind it: nginx does not accept it either"},
		{`$status ${request`, "column 9: the ${ has no closing }: expected ${name}"},
		{`$request_time$status`, "column 14: $status follows $request_time without a separator: no reader can tell where one ends; put a blank or a quote between them"},
		{`%h%>s`, "column 3: %>s follows %h without a separator: no reader can tell where one ends; put a blank or a quote between them"},
		{`%h %w %>s`, "column 4: %w: unknown directive: did you mean %W?"},
		{`%h %z %>s`, "column 4: %z: unknown directive: expected one of Apache's mod_log_config, such as %>s, %r or %{Referer}i"},
		{`%h %i %>s`, "column 4: %i: needs a name, as in %{Name}i"},
		{`%{fortnights}T %>s`, `column 1: %{fortnights}T: unknown unit "fortnights": expected %{s}T, %{ms}T or %{us}T`},
		{`%>s %{Referer`, "column 5: the { in this directive has no closing }"},
		{`%>s 100%`, "column 8: the format ends in the middle of a directive; a percent sign itself is %%"},
		{`%>s 100% b`, `column 8: "% " is no directive: expected a letter after the %; a percent sign itself is %%`},
		{`log_format main '$status`, "column 17: the ' that opens here is never closed"},
		{`LogFormat "%>s`, `column 11: the " that opens here is never closed`},
		{`'$status`, "column 1: the ' that opens here is never closed"},
		{`log_format '$status';`, `column 12: log_format found "'$status'": expected a name before the string, as in log_format main '...';`},
		{`log_format main escape=xml '$status';`, "column 17: unknown escape=xml: nginx has escape=default, escape=json and escape=none"},
		{`LogFormat combined`, `column 11: found "combined": expected the format in quotes, as in LogFormat "%h ..." name`},
		{`LogFormat "%>s" a b`, `column 16: found "a b" behind the string: expected at most a nickname`},
		{"log_format main '$status';\naccess_log /x main;", `line 2, column 1: after the main directive found "access_log /x main;": expected another directive or the end`},
		{"haproxi", `column 1: unknown preset "haproxi": did you mean haproxy?`},
		{"ennvoy", `column 1: unknown preset "ennvoy": did you mean envoy?`},
		{`%ci %{+Q}r %B`, "column 14: the format ends without a status: add %ST"},
		{`%ST %HMM`, "column 5: unknown variable %HMM: did you mean %HM?"},
		{`%ST %yyyyy`, "column 5: unknown variable %yyyyy: expected one of HAProxy's log-format, such as %ST, %HM, %HU or %{+Q}r"},
		{`%ST%B`, "column 4: %B follows %ST without a separator: no reader can tell where one ends; put a blank or a quote between them"},
		{`%ST %[req.hdr(x`, "column 5: the [ of this expression has no closing ]"},
		{`%ST %{+Q`, "column 5: the { in this variable has no closing }"},
		{`%ST %{+json}B`, "column 5: %{+json}B: this encoding makes an object of the whole line; expected a format of text"},
		{"frontend a\n  log-format %ST %B\n", "line 2, column 3: log-format has 2 arguments: expected one string; quote it, or put a backslash before each blank"},
		{"frontend a\n  option tcplog\n", "column 1: this configuration logs connections, not requests: expected option httplog or a log-format with %ST in mode http"},
		{"frontend a\n  bind :80\n", `column 1: this configuration names no log format: expected option httplog, option httpslog or log-format "...", here or in the lines of defaults`},
		{"frontend a\n  log-format \"%ST\n", `line 2, column 14: the " that opens here is never closed`},
		{`%PROTOCOL% %UPSTREAM_HOST%`, "column 27: the format ends without a status: add %RESPONSE_CODE%"},
		{`%RESPONSE_CODE% %REQ()%`, "column 17: %REQ()%: needs a header's name, as in %REQ(X)%"},
		{`%RESPONSE_CODE% %RESPONSE_FLAG%`, "column 17: %RESPONSE_FLAG%: unknown operator: did you mean %RESPONSE_FLAGS%?"},
		{`%RESPONSE_CODE% 100% x`, "column 20: a % that begins no operator such as %RESPONSE_CODE% or %REQ(USER-AGENT)%; a percent sign itself is %%"},
		{`%RESPONSE_CODE%%DURATION%`, "column 16: %DURATION% follows %RESPONSE_CODE% without a separator: no reader can tell where one ends; put a blank or a quote between them"},
		{`%>s\n%h`, "column 4: the format holds a line break: an entry must be one line"},
	} {
		f, err := Compile(c.format)
		if err == nil {
			t.Errorf("Compile(%q) = %s, want error %s", c.format, describe(f.templates[0]), c.want)
		} else if err.Error() != c.want {
			t.Errorf("Compile(%q)\ngot  %s\nwant %s", c.format, err, c.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		format          string
		bytes, duration bool
		fields          string
		warnings        string // one word of each
	}{
		{"common", true, false, "protocol time", ""},
		{"vhost_combined", false, false, "host protocol req.referer req.user-agent time", ""}, // %O: with the header
		{"auto", true, false, "host protocol req.referer req.user-agent time", ""},
		{"haproxy", false, true, "protocol termination_state time", ""},
		{"frontend a\n option httplog\n capture request header Range len 9\n capture response header Location len 9", false, true, "protocol req.range resp.location termination_state time", ""},
		{"http-request set-var(txn.r) req.hdr(Range)\nhttp-request set-var(txn.auth) req.fhdr_cnt(authorization)\nlog-format '%ST %[var(txn.r)] %[var(txn.auth)] %[var(txn.x)] %HM'", false, false, "auth req.range", "%[var(txn.r)]"},
		{"http-request set-var(txn.r) req.hdr(Range)\nlog-format '%ST %{+Q,+E}[var(txn.r)] %HM'", false, false, "req.range", ""},
		{`%REQ(:METHOD)% %RESPONSE_CODE% %REQ(AUTHORIZATION):6%`, false, false, "auth", ""},
		{`%REQ(:METHOD)% %RESPONSE_CODE% %REQ(AUTHORIZATION):60%`, false, false, "req.authorization", "%REQ(AUTHORIZATION):60%"},
		{`%REQ(X)% %RESPONSE_CODE% %REQ(:METHOD)%`, false, false, "req.x", "%RESPONSE_CODE%,"},
		{"envoy", true, true, "host protocol req.user-agent req.x-forwarded-for req.x-request-id response_code_details response_flags time upstream_host", ""},
		{"traefik", true, true, "protocol req.referer req.user-agent time upstream_host", ""},
		{"alb", false, true, "protocol req.user-agent time upstream_status", ""},
		{"elb", false, true, "protocol time upstream_status", ""},
		{`%RESPONSE_CODE% %REQ(COOKIE)% %REQ(:METHOD)%`, false, false, "req.cookie", "%REQ(COOKIE)% %RESPONSE_CODE%,"},
		{`%REQ(:METHOD)% %RESPONSE_CODE% %DURATION%`, false, true, "", ""},
		{jsonFormat, true, true, "host protocol req.referer req.user-agent time", ""},
		{timedFormat, false, true, "host protocol req.referer req.user-agent time upstream_status", ""},
		{`"$request" $status $http_if_none_match $sent_http_www_authenticate $auth $request_completion $content_type`, false, false, "auth completion protocol req.content-type req.if-none-match resp.www-authenticate", ""},
		{`"%r" %>s %{If-Range}i %{Location}o %{auth}e %X`, false, false, "auth completion protocol req.if-range resp.location", ""},
		{`"$request" $status $http_authorization $http_cookie`, false, false, "protocol req.authorization req.cookie", "$http_authorization $http_cookie"},
		{`"%r" %s %{Authorization}i`, false, false, "protocol req.authorization", "%{Authorization}i %>s"},
		{`"%r" %s %>s`, false, false, "protocol", ""},
		{`log_format x escape=none '$request $status';`, false, false, "protocol", "escape=none"},
		{`$status`, false, false, "", "neither"},
	} {
		f := mustCompile(t, c.format)
		if f.HasBodyBytes() != c.bytes || f.HasDuration() != c.duration {
			t.Errorf("%s: bytes %v, duration %v; want %v, %v", c.format, f.HasBodyBytes(), f.HasDuration(), c.bytes, c.duration)
		}
		if got := strings.Join(f.Fields(), " "); got != c.fields {
			t.Errorf("%s: fields %s, want %s", c.format, got, c.fields)
		}
		want := strings.Fields(c.warnings)
		if len(f.Warnings()) != len(want) {
			t.Errorf("%s: warnings %q, want %q", c.format, f.Warnings(), want)
			continue
		}
		for i, word := range want {
			if !strings.Contains(f.Warnings()[i], word) {
				t.Errorf("%s: warning %q, want one of %s", c.format, f.Warnings()[i], word)
			}
		}
	}
}

func TestFormatServer(t *testing.T) {
	for _, c := range []struct {
		format, server string
		method         bool
	}{
		{"auto", "", true}, {"common", "", true}, {"combined", "", true}, {"vhost_combined", "Apache", true}, {"contract", "nginx", true},
		{"haproxy", "HAProxy", true}, {"haproxy_clf", "HAProxy", true}, {`%ST %HM`, "HAProxy", true}, {"envoy", "Envoy text", true}, {`%RESPONSE_CODE%`, "Envoy text", false},
		{"traefik", "Traefik CLF", true}, {"alb", "AWS", true}, {"elb", "AWS", true},
		{"log_format combined '$status';", "nginx", false}, {`$status $request_method`, "nginx", true}, {`LogFormat "%>s" combined`, "Apache", false},
		{`%>s %m`, "Apache", true}, {`accesslog.format = "%s %r"`, "Apache", true},
	} {
		if f := mustCompile(t, c.format); f.Server() != c.server || f.HasMethod() != c.method {
			t.Errorf("%s: server %q, method %v; want %q, %v", c.format, f.Server(), f.HasMethod(), c.server, c.method)
		}
	}
}

func TestParseTime(t *testing.T) {
	for _, c := range []struct{ format, time, want string }{
		{"combined", "22/Nov/2026:13:37:29 +0330", "2026-11-22T13:37:29+03:30"},
		{`$time_iso8601 $status`, "2026-11-22T13:37:29+00:00", "2026-11-22T13:37:29Z"},
		{`$msec $status`, "1483455396.639", "2017-01-03T14:56:36.639Z"},
		{`$msec $time_local $status`, "1483455396.639", "2017-01-03T14:56:36.639Z"},
		{`%{%Y-%m-%dT%H:%M:%S%z}t %>s`, "2026-11-22T13:40:38+0000", "2026-11-22T13:40:38Z"},
		{`%{begin:%d/%b/%y %T}t %>s`, "22/Nov/26 13:40:38", "2026-11-22T13:40:38Z"},
		{`%{%s}t %>s`, "1483455396", "2017-01-03T14:56:36Z"},
		{`%{sec}t %>s`, "1483455396", "2017-01-03T14:56:36Z"},
		{`%{end:msec}t %>s`, "1483455396639", "2017-01-03T14:56:36.639Z"},
		{`%{usec}t %>s`, "1483455396639001", "2017-01-03T14:56:36.639001Z"},
		{`%{%U weeks}t %>s`, "12 weeks", ""},
		{"haproxy", "22/Nov/2026:13:43:54.230", "2026-11-22T13:43:54.23Z"},
		{"haproxy_clf", "22/Nov/2026:13:43:54 +0000", "2026-11-22T13:43:54Z"},
		{"envoy", "2019-03-06T09:31:27.354Z", "2019-03-06T09:31:27.354Z"},
		{"alb", "2020-01-01T00:55:04.127531Z", "2020-01-01T00:55:04.127531Z"},
		{"combined", "-", ""},
		{"combined", "99/Nov/2026:13:37:29 +0330", ""},
		{`$status`, "22/Nov/2026:13:37:29 +0330", ""},
	} {
		got := ""
		if at, ok := mustCompile(t, c.format).ParseTime([]byte(c.time)); ok {
			got = at.Format("2006-01-02T15:04:05.999999Z07:00")
		}
		if got != c.want {
			t.Errorf("%s: ParseTime(%q) = %q, want %q", c.format, c.time, got, c.want)
		}
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{"": true}
	for _, r := range Reasons() {
		if seen[r.String()] {
			t.Errorf("reason %d has the name %q, which is empty or another's", r, r)
		}
		seen[r.String()] = true
	}
	if slices.Contains(Reasons(), None) || Malformed.Skipped() || Encoding.Skipped() || !Blank.Skipped() || !Message.Skipped() {
		t.Error("None is among the reasons, or a failed line counts as skipped, or the other way round")
	}
}

// FuzzCompile: no panic; what compiles parses any line without one, and a template gives itself back.
func FuzzCompile(f *testing.F) {
	for _, s := range fuzzFormats {
		f.Add(s)
	}
	for _, s := range []string{"iis", iisFields + " x", tomcatForm, "#Fields:", "#Fields: sc-statsu", "combnied", "# x\n", `'$status`, `%{`, `%!200,304{User-agent}i%>s`, `log_format a '$status'; log_format b "$status";`, `accesslog.format = "%s"`, `varnishncsa -F '%s' -j`,
		"json status=$.a.b? method=c>d[0] req.x=e?f", `{"encoder": {"format": "filter", "wrap": {"format": "json", "duration_format": "nano"}}}`, `{"s": "%RESPONSE_CODE%", "n": {"m": "%REQ(:METHOD)%"}}`, "json_format:\n  s: \"%RESPONSE_CODE%\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		format, err := Compile(source)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "column ") && !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("Compile(%q): %v: it does not say where", source, err)
			}
			return
		}
		p := format.NewParser(format.Fields())
		var e Entry
		for _, c := range parseCases {
			p.Parse([]byte(c.line), &e)
		}
		for _, tmpl := range format.templates {
			p.Parse([]byte(describe(tmpl)), &e)
		}
	})
}
