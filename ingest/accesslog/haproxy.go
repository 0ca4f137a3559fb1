package accesslog

import (
	"regexp"
	"strings"
	"time"
)

// The formats that HAProxy has names for (configuration manual, 8.2).
const (
	httplogFormat  = `%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r`
	httpslogFormat = httplogFormat + ` %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc`
	clfFormat      = `%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl`
)

// haproxyFields has the variables of HAProxy's log-format (configuration manual, 8.2.6; src/log.c). What a client wrote is
// encoded as #HH where it is a quote, a '#' or no printable ASCII, in %r, %HM and what belongs to them; cookies and
// expressions are not encoded.
var haproxyFields = map[string]field{
	"ST":  {role: roleStatus, kind: kindStatus},
	"B":   {role: roleBytes, kind: kindSigned, gross: true},
	"Ta":  {role: roleDuration, kind: kindSigned, unit: time.Millisecond, rank: 3},
	"Tu":  {role: roleDuration, kind: kindSigned, unit: time.Millisecond, rank: 2},
	"Tt":  {role: roleDuration, kind: kindSigned, unit: time.Millisecond, rank: 1},
	"r":   {role: roleRequest, escape: escapeHash},
	"HM":  {role: roleMethod, kind: kindWord, escape: escapeHash},
	"HU":  {role: roleTarget, rank: 1, escape: escapeHash},
	"HP":  {role: rolePath, rank: 1, escape: escapeHash},
	"HPO": {role: rolePath, escape: escapeHash},
	"HQ":  {role: roleQuery, escape: escapeHash},
	"HV":  {role: roleProtocol, kind: kindWord, escape: escapeHash},
	"tr":  {role: roleTime, kind: kindStamp, layout: haproxyLayout, rank: 3},
	"t":   {role: roleTime, kind: kindStamp, layout: haproxyLayout, rank: 2},
	"trg": {role: roleTime, kind: kindStamp, layout: stampLayout, rank: 5},
	"trl": {role: roleTime, kind: kindStamp, layout: stampLayout, rank: 5},
	"T":   {role: roleTime, kind: kindStamp, layout: stampLayout, rank: 4},
	"Tl":  {role: roleTime, kind: kindStamp, layout: stampLayout, rank: 4},
	"Ts":  {role: roleTime, kind: kindSigned, layout: secondsLayout, rank: 1},
	"ts":  {role: roleFact, kind: kindWord, fact: "termination_state", clip: 2},
	"tsc": {role: roleFact, kind: kindWord, fact: "termination_state", clip: 2},
	"ID":  {escape: escapeNone},
	"CC":  {kind: kindWord, escape: escapeNone},
	"CS":  {kind: kindWord, escape: escapeNone},
}

// Those of which only the kind matters.
const (
	haproxyWords   = " H OG b bi ci f fi ft s si sslc sslv "
	haproxyNumbers = " TR Tc Td Th Ti Tq Tr Tw U ac bc bp bq cp fc fp lc ms pid rc rt sc sp sq "
)

// haproxyVariable returns what the variable logs. With the flag X numbers are hexadecimal: words.
func haproxyVariable(name string, flags haproxyFlags) (f field, known bool) {
	f, known = haproxyFields[name]
	switch {
	case known:
	case strings.Contains(haproxyWords, " "+name+" "):
		f = field{kind: kindWord, escape: escapeHash}
	case strings.Contains(haproxyNumbers, " "+name+" "):
		f = field{kind: kindSigned, escape: escapeHash}
	default:
		return field{}, false
	}
	if flags.hex && f.kind == kindSigned {
		f = field{kind: kindWord, escape: escapeHash}
	}
	if flags.escape && f.escape == escapeNone {
		f.escape = escapeBackslash
	}
	return f, true
}

// captures are the headers that HAProxy keeps for the log, in the order in which the configuration names them, and the
// variables that it fills with one.
type captures struct {
	known     bool // the configuration was given; else nothing is known of them
	req, resp []string
	facts     map[string]string // by variable: the fact that it holds
}

// haproxyExpressions are the sample fetches that log what a field does.
var haproxyExpressions = map[string]field{
	"status":             {role: roleStatus, kind: kindStatus},
	"txn.status":         {role: roleStatus, kind: kindStatus},
	"method":             {role: roleMethod, kind: kindWord},
	"capture.req.method": {role: roleMethod, kind: kindWord},
	"capture.req.uri":    {role: roleTarget, rank: 1},
	"capture.req.ver":    {role: roleProtocol, kind: kindWord},
	"pathq":              {role: roleTarget},
	"path":               {role: rolePath},
	"query":              {role: roleQuery, separator: true},
	"bytes_out":          {role: roleBytes, kind: kindSigned, gross: true},
	"res.bytes_out":      {role: roleBytes, kind: kindSigned, gross: true},
	"txn.timer.user":     {role: roleDuration, kind: kindSigned, unit: time.Millisecond, rank: 2},
}

// fetch takes a sample expression apart: its first fetch, the argument of that, and the converters.
var fetch = regexp.MustCompile(`^\s*([\w.]+)(?:\(([^()]*)\))?\s*(,.*)?$`)

// haproxyExpression returns what %[expression] logs. Its value is written as it is, but for the flag E and for the converter json.
func haproxyExpression(expression string, flags haproxyFlags, c *captures) field {
	m := fetch.FindStringSubmatch(expression)
	if m == nil {
		return field{escape: escapeNone}
	}
	f := haproxyExpressions[m[1]]
	if fact := c.fact(m[1], m[2]); fact != "" {
		f = field{role: roleFact, fact: fact}
	}
	if f.fact == "auth" { // a number
		f.kind = kindWord
	}
	if strings.HasPrefix(m[3], ",") && !keepsValue.MatchString(m[3]) {
		f = field{}
	}
	f.escape = escapeNone
	if flags.escape || strings.Contains(m[3], ",json") {
		f.escape = escapeBackslash
	}
	return f
}

// keepsValue fits converters behind which a value still says what it did.
var keepsValue = regexp.MustCompile(`^(?:,(?:json(?:\([\w-]*\))?|ltrim\(.*?\)|rtrim\(.*?\)|length|lower))*$`)

// fact returns the fact that a fetch logs, "" where it is none that a condition may ask for.
func (c *captures) fact(name, argument string) string {
	header := strings.ToLower(strings.Trim(strings.TrimSpace(strings.SplitN(argument, ",", 2)[0]), `"'`))
	switch name {
	case "req.hdr", "req.fhdr", "hdr", "req.hdr_cnt", "req.fhdr_cnt":
		return strings.TrimSuffix("req."+header, ".")
	case "res.hdr", "res.fhdr", "shdr", "res.hdr_cnt", "res.fhdr_cnt":
		return strings.TrimSuffix("resp."+header, ".")
	case "capture.req.hdr":
		return at(c.req, header)
	case "capture.res.hdr":
		return at(c.resp, header)
	case "var":
		return c.facts[header]
	}
	return ""
}

// at returns the fact whose index is written as digits.
func at(facts []string, index string) string {
	n := int(size([]byte(index)))
	if index == "" || n < 0 || n >= len(facts) {
		return ""
	}
	return facts[n]
}

// pieceLength returns the length of the captured header that b begins with: '{', '|' and '}' in it are encoded.
func pieceLength(b []byte) int {
	n := 0
	for n < len(b) && b[n] != '|' && b[n] != '}' && b[n] != '"' {
		n++
	}
	return n
}

// blocksLength returns the length of all "{...} " that b begins with.
func blocksLength(b []byte) int {
	n := 0
	for n < len(b) && b[n] == '{' {
		end := n + until(b[n:], '}')
		if end+1 >= len(b) || b[end+1] != ' ' {
			return n
		}
		n = end + len("} ")
	}
	return n
}

// badRequest is what HAProxy logs in place of a request that it could not read.
const badRequest = "<BADREQ>"

// withoutBadRequest empties the fields that hold it.
func withoutBadRequest(e *Entry) {
	for _, v := range [...]*[]byte{&e.Method, &e.Target, &e.Protocol} {
		if len(*v) == len(badRequest) && string(*v) == badRequest {
			*v = (*v)[:0]
		}
	}
}

// appendUnhashed appends b to dst with HAProxy's #HH undone.
func appendUnhashed(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		if v, ok := hex(b[i+1:], 2); b[i] == '#' && ok {
			dst = append(dst, byte(v))
			i += 2
			continue
		}
		dst = append(dst, b[i])
	}
	return dst
}
