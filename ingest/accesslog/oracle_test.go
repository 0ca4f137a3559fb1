package accesslog

import (
	"bytes"
	"fmt"
	"httpstatus_exporter/ingest/container"
	"regexp"
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
	m := o.re.FindSubmatch(line)
	if m == nil {
		return plain{}, false
	}
	value := func(i int) string { return absent(string(m[i+1])) }
	text := func(i int) string {
		if o.t.exact {
			return string(appendUnescaped(nil, []byte(value(i))))
		}
		return value(i)
	}
	e = plain{Bytes: -1, Duration: -1}
	status := o.t.best(roleStatus)
	e.Status = string(m[status+1])
	if i := o.t.best(roleBytes); i >= 0 {
		e.Bytes = size(m[i+1])
	}
	if i := o.t.best(roleDuration); i >= 0 {
		e.Duration = duration(m[i+1], o.t.fields[i].unit)
	}
	request, target, method := o.t.best(roleRequest), o.t.best(roleTarget), o.t.best(roleMethod)
	if request >= 0 {
		e.Method, e.Target, e.Protocol = splitRequest(string(m[request+1]), o.t.exact)
	}
	if target < 0 || request >= 0 && request < target {
		target = -1
	}
	if method >= 0 && !(request >= 0 && (o.t.best(roleTarget) < 0 || request < target)) && (request < 0 || target >= 0) {
		e.Method = value(method)
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
		if strings.HasPrefix(f.fact, "req.") && f.role == roleFact && !f.conditional && i == o.t.fact(f.fact) {
			e.Facts += fmt.Sprintf("%s=%q ", f.fact, text(i))
		}
	}
	return e, true
}

func splitRequest(line string, unescape bool) (method, target, protocol string) {
	m := regexp.MustCompile("(?s)^([!#$%&'*+.^_|~0-9A-Za-z`-]+) (.*)$").FindStringSubmatch(line)
	if m == nil {
		return "", "", ""
	}
	target = m[2]
	if at := regexp.MustCompile(` HTTP/[0-9](\.[0-9])?$`).FindStringIndex(target); at != nil {
		target, protocol = target[:at[0]], target[at[0]+1:]
	}
	target = strings.Trim(target, " ")
	if unescape {
		target = string(appendUnescaped(nil, []byte(target)))
	}
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
		if strings.HasPrefix(f.fact, "req.") && f.role == roleFact && !f.conditional && i == t.fact(f.fact) {
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
}

func FuzzParse(f *testing.F) {
	for i := range fuzzFormats {
		for _, c := range parseCases {
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
		if !ok {
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
