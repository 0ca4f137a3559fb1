package accesslog

import (
	"maps"
	"slices"
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

// nginxNames are further variables: known, so that a name near one of them is taken for a typing error.
var nginxNames = slices.Concat(slices.Sorted(maps.Keys(nginxFields)), strings.Fields(`
	ancient_browser arg_ binary_remote_addr cookie_ date_gmt date_local document_root fastcgi_path_info
	fastcgi_script_name geoip_country_code geoip_city hostname http_accept http_authorization http_cookie
	http_if_modified_since http_if_none_match http_range http_referer http_user_agent http_x_forwarded_for
	http_x_real_ip http_x_request_id https http2 http3 is_args invalid_referer limit_conn_status limit_rate
	limit_req_status memcached_key modern_browser msie nginx_version proxy_add_x_forwarded_for proxy_port
	proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port realip_remote_port
	realpath_root remote_user request_body request_body_file request_filename secure_link secure_link_expires
	sent_http_content_length sent_http_content_type sent_http_location sent_http_www_authenticate session_log_id slice_range
	ssl_cipher ssl_ciphers ssl_client_cert ssl_client_fingerprint ssl_client_i_dn ssl_client_s_dn ssl_client_serial
	ssl_client_verify ssl_early_data ssl_protocol ssl_server_name ssl_session_id ssl_session_reused tcpinfo_rtt
	tcpinfo_rttvar tcpinfo_snd_cwnd tcpinfo_rcv_space uid_got uid_set upstream_http_ upstream_cookie_`))

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
		if similar := misspelt(name); similar != "" {
			return nil, fail(f.at, "unknown variable $%s: did you mean $%s?", name, similar)
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

// nginxField returns what is known of the variable. Any name may exist: map, set, geo and modules make their own.
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

// misspelt returns the known variable that a name was probably meant to be, "" if the name is known or like no other. A
// name that only adds digits or words to a known one is the user's own.
func misspelt(name string) string {
	for _, prefix := range []string{"http_", "sent_", "arg_", "cookie_", "upstream_http_", "upstream_cookie_", "upstream_trailer_", "ssl_"} {
		if strings.HasPrefix(name, prefix) {
			return ""
		}
	}
	if len(name) < 4 || slices.Contains(nginxNames, strings.ToLower(name)) {
		return ""
	}
	similar := nearest(name, nginxNames)
	if strings.TrimRight(name, "0123456789_") == similar || strings.ReplaceAll(name, "_", "") == similar {
		return ""
	}
	return similar
}
