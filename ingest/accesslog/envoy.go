package accesslog

import (
	"regexp"
	"strings"
	"time"
)

// The default text formats of Envoy, and of Istio, whose proxies are Envoys: since 1.9, before that, and before 1.6.
const (
	envoyHead = `[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% `
	envoyTail = `%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ` +
		`"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"`
	istioTail = envoyTail + ` %ISTIO_TAIL%`

	envoyFormat    = envoyHead + envoyTail
	istioFormat    = envoyHead + `%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ` + istioTail
	istioOldFormat = envoyHead + `"%DYNAMIC_METADATA(istio.mixer:status)%" "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ` + istioTail
	mixerFormat    = envoyHead + `"%DYNAMIC_METADATA(istio.mixer:status)%" ` + istioTail
)

// envoyPreset are the formats that the preset "envoy" tries in turn. Their lines differ behind the response flags at the latest.
var envoyPreset = []string{envoyFormat, istioFormat, istioOldFormat, mixerFormat}

// envoyFields has the command operators of Envoy's format strings (configuration/observability/access_log/usage) of which this
// package knows more than the name. Others are text.
var envoyFields = map[string]field{
	"START_TIME":                             {role: roleTime, kind: kindStamp, layout: time.RFC3339Nano},
	"RESPONSE_CODE":                          {role: roleStatus, kind: kindStatus},
	"BYTES_SENT":                             {role: roleBytes, kind: kindInteger, rank: 2},
	"RESPONSE_TX_BYTES":                      {kind: kindInteger},
	"BYTES_RECEIVED":                         {kind: kindInteger},
	"DURATION":                               {role: roleDuration, kind: kindInteger, unit: time.Millisecond, rank: 2},
	"REQUEST_DURATION":                       {kind: kindInteger},
	"RESPONSE_DURATION":                      {role: roleDuration, kind: kindInteger, unit: time.Millisecond, rank: 1},
	"RESPONSE_TX_DURATION":                   {kind: kindInteger},
	"REQUEST_TX_DURATION":                    {kind: kindInteger},
	"PROTOCOL":                               {role: roleProtocol, kind: kindProtocol},
	"RESPONSE_FLAGS":                         {role: roleFact, fact: "response_flags", kind: kindWord},
	"RESPONSE_CODE_DETAILS":                  {role: roleFact, fact: "response_code_details", kind: kindWord},
	"UPSTREAM_HOST":                          {role: roleFact, fact: "upstream_host", kind: kindWord},
	"UPSTREAM_TRANSPORT_FAILURE_REASON":      {kind: kindPhrase},
	"DYNAMIC_METADATA":                       {kind: kindPhrase},
	"RESPONSE_FLAGS_LONG":                    {kind: kindWord},
	"CONNECTION_TERMINATION_DETAILS":         {kind: kindWord},
	"CONNECTION_ID":                          {kind: kindInteger},
	"UPSTREAM_CLUSTER":                       {kind: kindWord},
	"UPSTREAM_CLUSTER_RAW":                   {kind: kindWord},
	"UPSTREAM_LOCAL_ADDRESS":                 {kind: kindWord},
	"DOWNSTREAM_LOCAL_ADDRESS":               {kind: kindWord},
	"DOWNSTREAM_REMOTE_ADDRESS":              {kind: kindWord},
	"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": {kind: kindWord},
	"DOWNSTREAM_DIRECT_REMOTE_ADDRESS":       {kind: kindWord},
	"DOWNSTREAM_TLS_VERSION":                 {kind: kindWord},
	"DOWNSTREAM_TLS_CIPHER":                  {kind: kindWord},
	"REQUESTED_SERVER_NAME":                  {kind: kindWord},
	"ISTIO_TAIL":                             {kind: kindWords},
}

// envoyNames are the operators by which a string is known to be Envoy's.
const envoyNames = " REQ RESP TRAILER PATH QUERY_PARAM REQ_WITHOUT_QUERY RESPONSE_CODE_DETAILS ROUTE_NAME HOSTNAME STREAM_ID EMIT_TIME FILTER_STATE "

// operator is a command operator: its name, arguments, maximum length.
var operator = regexp.MustCompile(`^%([A-Z][A-Z0-9_]*)(?:\(([^)]*)\))?(?::(\d+))?%`)

var anyOperator = regexp.MustCompile(operator.String()[1:])

// isEnvoyFormat reports whether s has an operator of Envoy's.
func isEnvoyFormat(s string) bool {
	for _, m := range anyOperator.FindAllStringSubmatch(s, -1) {
		if _, known := envoyFields[m[1]]; known || strings.Contains(envoyNames, " "+m[1]+" ") {
			return true
		}
	}
	return false
}

// envoyTemplate reads a format string of Envoy's. Values are not escaped. As most show where they end, the first that does not
// ends a step: what stands before it is certain whatever a client writes into it.
func envoyTemplate(d declaration, source string) (*template, error) {
	b := &builder{t: template{name: d.name, family: envoy}}
	fail := failure(source)
	text := d.text
	for len(text) > 0 && text[len(text)-1] == '\n' {
		text = text[:len(text)-1]
	}
	for i := 0; i < len(text); {
		switch {
		case text[i] != '%':
			b.byteText(text[i])
			i++
			continue
		case i+1 < len(text) && text[i+1] == '%':
			b.byteText('%')
			i += 2
			continue
		}
		f, length, problem := envoyOperator(text[i:])
		f.at = d.at[i]
		if length == 0 {
			return nil, fail(f.at, "a %% that begins no operator such as %%RESPONSE_CODE%% or %%REQ(USER-AGENT)%%; a percent sign itself is %%%%")
		}
		if problem != "" {
			return nil, fail(f.at, "%s: %s", f.name, problem)
		}
		if clash := b.field(f); clash != nil {
			return nil, fail(f.at, "%s follows %s without a separator: no reader can tell where one ends; put a blank or a quote between them", f.name, clash.name)
		}
		i += length
	}
	t := b.done()
	t.cutOpen()
	return t, nil
}

// envoyOperator returns what the operator that text begins with logs, and its length: 0 where there is none.
func envoyOperator(text []byte) (f field, length int, problem string) {
	m := operator.FindSubmatchIndex(text)
	if m == nil {
		return f, 0, ""
	}
	f, problem = envoyField(string(text[m[2]:m[3]]), group(text, m[4:]))
	if f.fact == "req.authorization" && atMost(group(text, m[6:]), maxScheme) {
		f = field{role: roleFact, fact: "auth"}
	}
	f.name = string(text[:m[1]])
	return f, m[1], problem
}

// maxScheme is how many bytes of Authorization say that there are credentials, and no more: "Basic " and "Bearer".
const maxScheme = 6

// atMost reports whether the number s is there and not above limit.
func atMost(s string, limit int64) bool { return s != "" && size([]byte(s)) <= limit }

// group returns what a group of the operator matched, of which at is the place; nothing where it did not.
func group(text []byte, at []int) string {
	if at[0] < 0 {
		return ""
	}
	return string(text[at[0]:at[1]])
}

// cutOpen ends a step before the first field that does not show where it ends, unless something that is needed stands behind it.
func (t *template) cutOpen() {
	open := 0
	for open < len(t.fields) && t.fields[open].shows(t.literals[open+1]) {
		open++
	}
	for i := open; i < len(t.fields); i++ {
		if r := t.fields[i].role; r == roleStatus || r == roleMethod || r == roleTarget || r == rolePath {
			return
		}
	}
	t.cuts = []int{open, len(t.fields)}
}

// whole makes all that stands before the cut needed: by that the generations of the default format are told apart.
func (t *template) whole() {
	if t.family == envoy && t.cuts != nil {
		t.strict = t.cuts[0]
	}
}

// envoyField returns what the operator logs.
func envoyField(name, argument string) (f field, problem string) {
	switch name {
	case "REQ", "RESP", "TRAILER", "REQ_WITHOUT_QUERY", "PATH":
		return envoyHeader(name, argument)
	case "START_TIME":
		return envoyTime(argument), ""
	}
	f, known := envoyFields[name]
	if !known {
		var names []string
		for n := range envoyFields {
			names = append(names, n)
		}
		if similar := nearest(name, names); similar != "" {
			return f, "unknown operator: did you mean %" + similar + "%?"
		}
	}
	return f, ""
}

// envoyHeader is %REQ(A?B)%: of two headers the second where the first is absent, and the pseudo-headers of HTTP/2.
func envoyHeader(name, argument string) (f field, problem string) {
	if argument == "" && name != "PATH" {
		return f, "needs a header's name, as in %" + name + "(X)%"
	}
	first, second, _ := strings.Cut(strings.ToLower(argument), "?")
	switch {
	case name == "PATH" && strings.HasPrefix(first, "nq"), name == "REQ_WITHOUT_QUERY" && (first == ":path" || second == ":path"):
		return field{role: rolePath, kind: kindWord}, ""
	case name == "PATH", name == "REQ" && (first == ":path" || second == ":path"):
		return field{role: roleTarget, kind: kindWord, rank: 1}, ""
	case name == "REQ" && first == ":method":
		return field{role: roleMethod, kind: kindMethod}, ""
	case name == "REQ" && (first == ":authority" || second == ":authority"):
		return field{role: roleHost}, ""
	case name == "REQ" && first == ":scheme", first == "x-envoy-upstream-service-time":
		return field{kind: kindWord}, ""
	case name == "RESP" && first == ":status":
		return field{role: roleStatus, kind: kindStatus, rank: -1}, ""
	case second != "": // nothing says of which header the value is
		return field{}, ""
	case name == "REQ":
		return field{role: roleFact, fact: "req." + first}, ""
	case name == "RESP":
		return field{role: roleFact, fact: "resp." + first}, ""
	}
	return field{}, ""
}

// envoyTime is %START_TIME% with or without a format: strftime's, and %3f, %6f and %9f for fractions of the second.
func envoyTime(format string) field {
	f := envoyFields["START_TIME"]
	if format == "" {
		return f
	}
	f.layout = strftimeLayout(format)
	if strings.Contains(format, " ") {
		f.kind = kindText
	}
	return f
}
