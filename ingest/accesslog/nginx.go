package accesslog

import (
	"strings"
	"time"
)

// nginxFields has the variables of which this package knows more than the name. Values and escaping are those of
// https://nginx.org/en/docs/http/ngx_http_log_module.html and https://nginx.org/en/docs/varindex.html.
var nginxFields = map[string]field{
	"status":                   {role: roleStatus, kind: kindStatus},
	"body_bytes_sent":          {role: roleBytes, kind: kindInteger, rank: 2},
	"bytes_sent":               {role: roleBytes, kind: kindInteger, rank: 1, gross: true},
	"request_time":             {role: roleDuration, kind: kindDecimal, unit: time.Second, rank: 2},
	"request":                  {role: roleRequest},
	"request_method":           {role: roleMethod, kind: kindMethod},
	"request_uri":              {role: roleTarget, rank: 1},
	"uri":                      {role: rolePath},
	"document_uri":             {role: rolePath},
	"args":                     {role: roleQuery, separator: true},
	"query_string":             {role: roleQuery, separator: true},
	"server_protocol":          {role: roleProtocol, kind: kindProtocol},
	"host":                     {role: roleHost, kind: kindWord, rank: 3},
	"http_host":                {role: roleHost, rank: 2, fact: "req.host"},
	"server_name":              {role: roleHost, kind: kindWord, rank: 1},
	"time_local":               {role: roleTime, kind: kindStamp, layout: stampLayout, rank: 2},
	"time_iso8601":             {role: roleTime, kind: kindWord, layout: time.RFC3339, rank: 1},
	"msec":                     {role: roleTime, kind: kindDecimal, layout: secondsLayout, rank: 3},
	"content_type":             {role: roleFact, fact: "req.content-type"},
	"content_length":           {role: roleFact, fact: "req.content-length"},
	"upstream_status":          {role: roleFact, fact: "upstream_status", kind: kindList},
	"request_completion":       {role: roleFact, fact: "completion", kind: kindWord},
	"auth":                     {role: roleFact, fact: "auth"},
	"remote_addr":              {kind: kindWord},
	"realip_remote_addr":       {kind: kindWord},
	"remote_port":              {kind: kindInteger},
	"server_addr":              {kind: kindWord},
	"server_port":              {kind: kindInteger},
	"scheme":                   {kind: kindWord},
	"pipe":                     {kind: kindWord},
	"pid":                      {kind: kindInteger},
	"connection":               {kind: kindInteger},
	"connection_requests":      {kind: kindInteger},
	"connection_time":          {kind: kindDecimal},
	"request_length":           {kind: kindInteger},
	"request_id":               {kind: kindWord},
	"gzip_ratio":               {kind: kindDecimal},
	"proxy_host":               {kind: kindWord},
	"upstream_cache_status":    {kind: kindWord},
	"upstream_addr":            {kind: kindList},
	"upstream_response_time":   {kind: kindList},
	"upstream_connect_time":    {kind: kindList},
	"upstream_header_time":     {kind: kindList},
	"upstream_first_byte_time": {kind: kindList},
	"upstream_response_length": {kind: kindList},
	"upstream_bytes_sent":      {kind: kindList},
	"upstream_bytes_received":  {kind: kindList},
	"upstream_queue_time":      {kind: kindList},
}

// nginxTemplate reads an nginx format string (ngx_http_log_compile_format): text with $name and ${name}.
func nginxTemplate(d declaration, source string) (*template, error) {
	b := &builder{t: template{name: d.name, exact: d.escape != "none"}}
	fail := failure(source)
	text := d.text
	for i := 0; i < len(text); {
		if text[i] != '$' {
			b.byteText(text[i])
			i++
			continue
		}
		name, n := variable(text[i:])
		switch {
		case n == 0 && i+1 < len(text) && text[i+1] == '{':
			return nil, fail(d.at[i], "the ${ has no closing }: expected ${name}")
		case n == 0:
			return nil, fail(d.at[i], "a $ without a variable's name behind it: nginx does not accept it either")
		}
		f := nginxField(name)
		f.name, f.at = "$"+name, d.at[i]
		if problem := unknownVariable(name, d.own); problem != "" {
			return nil, fail(f.at, "%s", problem)
		}
		if clash := b.field(f); clash != nil {
			return nil, fail(f.at, "%s follows %s without a separator: no reader can tell where one ends; put a blank or a quote between them", f.name, clash.name)
		}
		i += n
	}
	return b.done(), nil
}

// variable returns the name of the variable that b begins with and the length of the whole, 0 if there is none.
func variable(b []byte) (name string, length int) {
	start := 1
	braces := len(b) > 1 && b[1] == '{'
	if braces {
		start = 2
	}
	end := start
	for end < len(b) && isNameByte(b[end]) {
		end++
	}
	switch {
	case end == start, braces && (end == len(b) || b[end] != '}'):
		return "", 0
	case braces:
		return string(b[start:end]), end + 1
	}
	return string(b[start:end]), end
}

// nginxField returns what is known of the variable.
func nginxField(name string) field {
	name = strings.ToLower(name)
	if f, ok := nginxFields[name]; ok {
		return f
	}
	for prefix, facts := range map[string]string{"http_": "req.", "sent_http_": "resp."} {
		if header, ok := strings.CutPrefix(name, prefix); ok {
			return field{role: roleFact, fact: facts + strings.ReplaceAll(header, "_", "-")}
		}
	}
	return field{}
}
