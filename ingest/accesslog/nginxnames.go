package accesslog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// nginxNames are the variables that nginx and its own modules have (https://nginx.org/en/docs/varindex.html), and those that
// ingress-nginx, Nginx Proxy Manager and Kong make in the configuration that they come with.
var nginxNames = slices.Concat(slices.Sorted(maps.Keys(nginxFields)), strings.Fields(`
	ancient_browser binary_remote_addr connections_active connections_reading connections_waiting connections_writing
	date_gmt date_local document_root fastcgi_path_info fastcgi_script_name hostname http_accept http_authorization
	http_cookie http_if_modified_since http_if_none_match http_range http_referer http_user_agent http_x_forwarded_for
	http_x_real_ip http_x_request_id https http2 http3 invalid_referer is_args is_request_port limit_conn_status limit_rate
	limit_req_status memcached_key modern_browser msie nginx_version proxy_add_x_forwarded_for
	proxy_internal_body_length proxy_port proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr
	proxy_protocol_server_port realip_remote_port realpath_root remote_user request_body request_body_file
	request_filename request_port secure_link secure_link_expires sent_http_content_length sent_http_content_type
	sent_http_location sent_http_www_authenticate session_log_binary_id session_log_id session_time slice_range spdy
	spdy_request_priority uid_got uid_reset uid_set upstream_last_server_name

	best_http_host forward_scheme ingress_name kong_proxy_mode kong_request_id location_path namespace
	pass_access_scheme pass_port pass_server_port proxy_alternative_upstream_name proxy_upstream_name req_id server
	service_name service_port the_real_ip`))

// nginxPrefixes begin the names of variables that nginx and well-known modules have for any name behind.
var nginxPrefixes = []string{"http_", "sent_http_", "sent_trailer_", "arg_", "cookie_", "upstream_http_", "upstream_cookie_", "upstream_trailer_",
	"ssl_", "geoip_", "geoip2_", "jwt_", "otel_", "opentelemetry_", "opentracing_", "proxy_protocol_tlv_", "tcpinfo_", "modsecurity_", "brotli_", "zstd_"}

// unknownVariable says what is wrong with a name, "" if nothing is: nginx has it, or own does.
func unknownVariable(name string, own []string) string {
	lower := strings.ToLower(name)
	isPrefix := func(prefix string) bool { return len(lower) > len(prefix) && strings.HasPrefix(lower, prefix) }
	if slices.Contains(nginxNames, lower) || slices.Contains(own, lower) || slices.ContainsFunc(nginxPrefixes, isPrefix) || digits([]byte(name)) == len(name) {
		return ""
	}
	if similar := nearest(lower, nginxNames); similar != "" {
		return fmt.Sprintf("unknown variable $%s: did you mean $%s?", name, similar)
	}
	return fmt.Sprintf("unknown variable $%s: nginx has none of this name; if your configuration makes it, put its map, geo or set before the format, or just: set $%s;", name, name)
}

// makesVariable skips one of the directives that make a variable, with its block if it has one, and notes the variable.
func (r *reader) makesVariable() bool {
	start := r.pos
	last := r.keyword("map") || r.keyword("geo") || r.keyword("split_clients") || r.keyword("perl_set") || r.keyword("js_set")
	if !last && !r.keyword("set") && !r.keyword("auth_request_set") {
		return false
	}
	var names []string
	for r.pos < len(r.source) && r.err == nil {
		switch c := r.source[r.pos]; c {
		case ';', '{':
			if len(names) == 0 {
				r.fail(start, "found %q: expected the variable that it makes, as in set $name;", firstWord(r.source[start:]))
			} else if r.pos++; c == '{' {
				r.block(start)
			}
			if last && len(names) > 1 {
				names = names[len(names)-1:]
			}
			r.own = append(r.own, names[:min(1, len(names))]...)
			return true
		case '"', '\'':
			r.skipQuoted()
		case '$':
			if name, n := variable([]byte(r.rest())); n > 0 {
				names = append(names, strings.ToLower(name))
				r.pos += n
				continue
			}
			r.pos++
		default:
			r.pos++
		}
	}
	r.fail(start, "found %q without the ; or the { that belongs to it", firstWord(r.source[start:]))
	return true
}

// block skips up to the } that ends the block.
func (r *reader) block(start int) {
	for r.pos < len(r.source) && r.err == nil {
		switch r.source[r.pos] {
		case '}':
			r.pos++
			return
		case '"', '\'':
			r.skipQuoted()
		default:
			r.pos++
		}
	}
	r.fail(start, "the block that opens here is never closed")
}

func (r *reader) skipQuoted() {
	if end := closing(r.source, r.pos); end >= 0 {
		r.pos = end + 1
		return
	}
	r.fail(r.pos, "the %c that opens here is never closed", r.source[r.pos])
}
