package accesslog

import (
	"bytes"
	"fmt"
	"httpstatus_exporter/ingest/container"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An oracle is the obvious parser: one regular expression for the whole line, every field of it, each as short as can be.
// Where it matches, the Parser must say the same. (A Parser accepts more: see Parse.)
type oracle struct {
	t  *template
	re *regexp.Regexp
}

func newOracle(t *template) oracle {
	var s strings.Builder
	s.WriteString("(?s)^")
	for i, literal := range t.literals {
		s.WriteString(regexp.QuoteMeta(literal))
		if i < len(t.fields) {
			s.WriteString("(" + pattern(t, &t.fields[i], t.literals[i], t.literals[i+1]) + ")")
		}
	}
	return oracle{t, regexp.MustCompile(s.String() + "$")}
}

func pattern(t *template, f *field, before, literal string) string {
	if t.family > apache {
		return serverPattern(t, f, literal)
	}
	alone := t.mark(before) >= 0 && t.mark(literal) == 0 && !f.kind.number()
	if alone {
		return exactValue
	}
	switch f.kind {
	case kindStatus:
		return `-[0-9]*|[0-9]+`
	case kindInteger:
		return `-|[0-9]+`
	case kindDecimal:
		return `-|[0-9]+(?:\.[0-9]+)?`
	case kindMethod:
		return `[0-9A-Za-z_-]*?`
	case kindProtocol:
		return `-|(?:[A-Z]+(?:/[0-9.]*)?)?`
	case kindStamp:
		return `[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}|-`
	}
	switch {
	case !t.exact && f.kind == kindWord:
		return `[^ ]*?`
	case !t.exact:
		return `.*?`
	case f.kind == kindWord:
		return `(?:[^ "\\\x00-\x1f]|\\[^ \x00-\x1f])*?`
	case f.pairs && !strings.HasPrefix(literal, `"`):
		return `""|` + exactValue
	}
	return exactValue
}

// serverPattern is for the families whose values have no backslash escapes, and AWS: narrower than what the parser reads.
func serverPattern(t *template, f *field, literal string) string {
	switch f.kind {
	case kindStatus:
		return `-[0-9]*|[0-9]+`
	case kindInteger:
		return `-|[0-9]+`
	case kindDecimal, kindSigned:
		return `-|[+-]?[0-9]+(?:\.[0-9]+)?`
	case kindMethod:
		return `[0-9A-Za-z_-]*?`
	case kindProtocol:
		return `-|(?:[A-Z]+(?:/[0-9.]*)?)?`
	case kindStamp:
		return `[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [+-][0-9]{4}|\.[0-9]{3})|[0-9T:.-]+Z`
	case kindPiece:
		return `[^|}"\x00-\x1f]*`
	case kindBlocks:
		return `(?:\{[^}"\x00-\x1f]*\} )*`
	case kindWords:
		return `[^" ]*(?: [^" ]*){0,5}`
	case kindWord:
		if f.escape == escapeBackslash && t.exact {
			return `(?:[^ "\\\x00-\x1f]|\\[^ \x00-\x1f])*?`
		}
		return `[^ "\x00-\x1f]*?`
	}
	if f.escape == escapeBackslash && t.exact {
		return exactValue
	}
	return `[^"\x00-\x1f]*?`
}

// exactValue is what servers that escape write.
const exactValue = `(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*?`

// plain is what an oracle reads. A nil pointer is unknown.
type plain struct {
	Method, Target, Status, Host, Time, Protocol string
	Bytes                                        int64
	Duration                                     time.Duration
	Facts                                        string
}

func (o oracle) parse(line []byte) (e plain, ok bool) {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if o.t.family.hasHeader() {
		line = line[headerLength(line):]
	}
	m := o.re.FindSubmatch(line)
	if m == nil {
		return plain{}, false
	}
	value := func(i int) string { return absent(string(m[i+1])) }
	text := func(i int) string { return o.unescape(i, value(i)) }
	e = plain{Bytes: -1, Duration: -1}
	status := o.t.best(roleStatus)
	e.Status = string(m[status+1])
	if i := o.t.best(roleBytes); i >= 0 {
		e.Bytes = size(bytes.TrimPrefix(m[i+1], []byte("+")))
	}
	if i := o.t.best(roleDuration); i >= 0 {
		e.Duration = duration(bytes.TrimPrefix(m[i+1], []byte("+")), o.t.fields[i].unit)
		for j, f := range o.t.fields {
			if d := duration(m[j+1], time.Second); f.adds && (d < 0 || e.Duration < 0) {
				e.Duration = -1
			} else if f.adds {
				e.Duration += d
			}
		}
	}
	request, target, method := o.t.best(roleRequest), o.t.best(roleTarget), o.t.best(roleMethod)
	if request >= 0 {
		e.Method, e.Target, e.Protocol = splitRequest(string(m[request+1]))
		if absolute := regexp.MustCompile(`(?s)^.{0,5}?://[^/]*(/.*)$`).FindStringSubmatch(e.Target); o.t.fields[request].hosted && absolute != nil {
			e.Target = absolute[1]
		}
		e.Target = o.unescape(request, e.Target)
		if o.t.fields[request].escape == escapeHash {
			e.Method = o.unescape(request, e.Method)
			if tokenLength([]byte(e.Method)) < len(e.Method) {
				e.Method, e.Target, e.Protocol = "", "", ""
			}
		}
	}
	if target < 0 || request >= 0 && request < target {
		target = -1
	}
	if method >= 0 && !(request >= 0 && (o.t.best(roleTarget) < 0 || request < target)) && (request < 0 || target >= 0) {
		e.Method = value(method)
		if o.t.fields[method].escape == escapeHash {
			e.Method = text(method)
		}
	}
	switch {
	case target >= 0 && o.t.fields[target].hosted:
		_, after, found := strings.Cut(value(target), "/")
		e.Target = ""
		if found {
			e.Target = string(appendUnescaped(nil, []byte("/"+after)))
		}
	case target >= 0:
		e.Target = text(target)
	case request < 0 && o.t.best(rolePath) >= 0:
		e.Target = text(o.t.best(rolePath))
		if q := o.t.best(roleQuery); q >= 0 && text(q) != "" {
			if o.t.fields[q].separator {
				e.Target += "?"
			}
			e.Target += text(q)
		}
	}
	if i := o.t.best(roleHost); i >= 0 {
		e.Host = text(i)
	}
	if i := o.t.best(roleTime); i >= 0 {
		e.Time = value(i)
	}
	if i := o.t.best(roleProtocol); i >= 0 {
		e.Protocol = value(i)
	}
	for i, f := range o.t.fields {
		if f.compared() && i == o.t.fact(f.fact) {
			v := text(i)
			if f.clip > 0 {
				v = string(m[i+1][:min(int(f.clip), len(m[i+1]))])
			}
			e.Facts += fmt.Sprintf("%s=%q ", f.fact, v)
		}
	}
	return o.asLogged(e), true
}

// asLogged undoes what HAProxy and AWS write for a request that they could not read.
func (o oracle) asLogged(e plain) plain {
	for _, v := range []*string{&e.Method, &e.Target, &e.Protocol} {
		if o.t.family == haproxy && *v == badRequest {
			*v = ""
		}
	}
	if o.t.family == aws && e.Method == "-" {
		e.Method, e.Target, e.Protocol = "", "", ""
	}
	return e
}

func (o oracle) unescape(i int, value string) string {
	switch escape := o.t.fields[i].escape; {
	case !o.t.exact || escape == escapeNone:
		return value
	case escape == escapeHash:
		return regexp.MustCompile(`#[0-9A-Fa-f]{2}`).ReplaceAllStringFunc(value, func(s string) string {
			v, _ := strconv.ParseUint(s[1:], 16, 8)
			return string([]byte{byte(v)})
		})
	}
	return string(appendUnescaped(nil, []byte(value)))
}

// compared reports whether the oracle reads the field as a fact.
func (f *field) compared() bool {
	return f.role == roleFact && f.fact != "" && !f.conditional && !f.aborted
}

func splitRequest(line string) (method, target, protocol string) {
	m := regexp.MustCompile("(?s)^([!#$%&'*+.^_|~0-9A-Za-z`-]+) (.*)$").FindStringSubmatch(line)
	if m == nil {
		return "", "", ""
	}
	target = m[2]
	if at := regexp.MustCompile(` HTTP/[0-9](\.[0-9])?$`).FindStringIndex(target); at != nil {
		target, protocol = target[:at[0]], target[at[0]+1:]
	}
	target = strings.Trim(target, " ")
	return m[1], target, protocol
}

func absent(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// plainEntry is what a Parser that was asked for all fields read.
func plainEntry(t *template, fields []string, e *Entry) plain {
	got := plain{
		Method: string(e.Method), Target: string(e.Target), Status: string(e.Status),
		Host: string(e.Host), Time: string(e.Time), Protocol: string(e.Protocol),
		Bytes: e.BodyBytes, Duration: e.Duration,
	}
	for i, f := range t.fields {
		if f.compared() && i == t.fact(f.fact) {
			for j, name := range fields {
				if name == f.fact {
					got.Facts += fmt.Sprintf("%s=%q ", name, e.Values[j])
				}
			}
		}
	}
	return got
}

// fuzzFormats are those that FuzzParse chooses from: each way of finding the end of a value is in one of them.
var fuzzFormats = []string{
	"common", "combined", "vhost_combined", timedFormat, jsonFormat,
	`$remote_addr [$time_local] $request_method $uri $status $request_time $body_bytes_sent`,
	`$time_iso8601|$remote_addr|$request_method|$request_uri|$server_protocol|$status|$bytes_sent|$request_time|$http_user_agent`,
	`log_format ltsv 'time:$time_iso8601\thost:$remote_addr\treq:$request\tstatus:$status\tsize:$body_bytes_sent\treqtime:$request_time\tua:$http_user_agent\tvhost:$host';`,
	`log_format n escape=none '$remote_addr "$request" $status $body_bytes_sent "$http_user_agent"';`,
	`[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] "$http_user_agent"`,
	`$http_x_a $http_x_b $status $http_x_c`,
	`"$request_method $uri$is_args$args $server_protocol" $status`,
	`%a %{%Y-%m-%dT%H:%M:%S%z}t %m \"%U\" \"%q\" %H %s %>s %B %{ms}T %v`,
	`%t %h %V "%r" %>s %b %T %{us}T "%{X-Forwarded-For}i" %k %X`,
	`%v %h - %u [%{%Y-%m-%dT%H:%M:%S}t] "%r" %s %B %O %D "%{Referer}i" "%{User-Agent}i" seq=%{X-Seq}i`,
	`{"status":"%>s","bytes":"%B","duration_us":%D,"path":"%U%q","ua":"%{User-agent}i"}`,
	"haproxy", "haproxy_clf", withCaptures, quotedCaptures, `%ST "%HM" "%HP" "%HQ" %{+Q}HV %Ta %B %ts %t`, envoyFormat, istioFormat, mixerFormat,
	`%REQ(:METHOD)% %PATH(WQ)% %RESPONSE_CODE% %RESPONSE_FLAGS% %REQ(RANGE?X-RANGE):20% %RESP(LOCATION)%`, "traefik", "alb", "elb",
}

func FuzzParse(f *testing.F) {
	for i := range fuzzFormats {
		for _, c := range slices.Concat(parseCases, serverCases) {
			f.Add(uint8(i), []byte(c.line))
		}
	}
	type pair struct {
		t      *template
		oracle oracle
		all    *Parser
		fields []string
		none   *Parser
		slow   *Parser
	}
	var pairs []pair
	for _, s := range fuzzFormats {
		format := mustCompile(f, s)
		format.templates = format.templates[:1]
		t := format.templates[0]
		slow := format.NewParser(nil)
		slow.programs[0].isUsual = false
		for i := range slow.programs[0].steps {
			slow.programs[0].steps[i].result = false
		}
		pairs = append(pairs, pair{t, newOracle(t), format.NewParser(format.Fields()), format.Fields(), format.NewParser(nil), slow})
	}
	f.Fuzz(func(t *testing.T, which uint8, line []byte) {
		if _, wrapped := container.Split(line); wrapped {
			return // FuzzUnwrap
		}
		p := pairs[int(which)%len(pairs)]
		format := fuzzFormats[int(which)%len(pairs)]
		var all, none, slow Entry
		reason := p.none.Parse(line, &none)
		if r := p.slow.Parse(line, &slow); r != reason || r == None && show(&slow) != show(&none) {
			t.Fatalf("%s\n%q\nshort way %v %s\nlong way  %v %s", format, line, reason, show(&none), r, show(&slow))
		}
		allReason := p.all.Parse(line, &all)
		want, ok := p.oracle.parse(line)
		if !ok || p.none.programs[0].client && line[0] == '[' && beginsWithTime(line) { // another server's: see beginsWithTime
			return
		}
		if reason != None || allReason != None {
			t.Fatalf("%s\n%q\nis no entry: %v, %v; want %+v", format, line, reason, allReason, want)
		}
		if got := plainEntry(p.t, p.fields, &all); got != want {
			t.Fatalf("%s\n%q\ngot  %+v\nwant %+v", format, line, got, want)
		}
		if show(&none) != show(&all) {
			t.Fatalf("%s\n%q\nwith no field asked for %s\nwith all               %s", format, line, show(&none), show(&all))
		}
	})
}

func mustCompile(t testing.TB, format string) *Format {
	t.Helper()
	f, err := Compile(format)
	if err != nil {
		t.Fatalf("Compile(%q): %v", format, err)
	}
	return f
}
