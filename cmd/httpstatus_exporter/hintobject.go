package main

import (
	"fmt"
	"net/textproto"
	"strings"
)

// objectHint is fieldHint for the servers that write objects, and for objects of no particular one; "" for others.
func objectHint(server, fact string) string {
	switch server {
	case "Traefik":
		return traefikHint(fact)
	case "Caddy":
		return caddyHint(fact)
	case "Envoy":
		return envoyHint(fact)
	case "JSON":
		return jsonHint(fact)
	}
	return ""
}

// traefikHint: Traefik drops headers unless they are kept, and leaves out a header that was not sent.
// https://doc.traefik.io/traefik/observability/access-logs/, "Limiting the Fields/Including Headers".
func traefikHint(fact string) string {
	kind, header, isHeader := strings.Cut(fact, ".")
	mode, prefix := "keep", "request_"
	switch {
	case fact == "auth":
		header, mode, isHeader = "authorization", "redact", true
	case kind == "resp":
		prefix = "downstream_"
	}
	if isHeader {
		name := textproto.CanonicalMIMEHeaderKey(header)
		return fmt.Sprintf("set accessLog.fields.headers.names.%s: %s in Traefik, and say that it is set with -f 'traefik_json %s=%s%s?'", name, mode, fact, prefix, name)
	}
	names := map[string]string{"upstream_status": "OriginStatus", "duration": "Duration", "body": "DownstreamContentSize", "method": "RequestMethod"}
	if name, ok := names[fact]; ok {
		return "set accessLog.fields.names." + name + ": keep in Traefik"
	}
	return "Traefik does not log " + fact
}

// caddyHint: Caddy logs all headers unless a filter takes them out. What the upstream answered is known only to the routes of
// handle_response. https://caddyserver.com/docs/caddyfile/directives/log_append and .../reverse_proxy.
func caddyHint(fact string) string {
	kind, _, _ := strings.Cut(fact, ".")
	switch {
	case fact == "upstream_status":
		return "add log_append upstream_status {http.reverse_proxy.status_code} to the site, and handle_response { copy_response } to its reverse_proxy (Caddy 2.8 or later)"
	case fact == "auth", kind == "req":
		return "let no filter of Caddy's log take out request>headers"
	case kind == "resp":
		return "let no filter of Caddy's log take out resp_headers"
	}
	names := map[string]string{"duration": "duration", "body": "size", "method": "request>method"}
	if name, ok := names[fact]; ok {
		return "let no filter of Caddy's log take out " + name
	}
	return "Caddy does not log " + fact
}

func envoyHint(fact string) string {
	kind, header, _ := strings.Cut(fact, ".")
	operators := map[string]string{
		"auth": `"auth": "%REQ(AUTHORIZATION):6%"`, "duration": `"duration": "%DURATION%"`, "body": `"bytes_sent": "%BYTES_SENT%"`, "method": `"method": "%REQ(:METHOD)%"`,
		"upstream_status": `"response_flags": "%RESPONSE_FLAGS%" and "upstream_host": "%UPSTREAM_HOST%"`,
	}
	add, ok := operators[fact]
	switch kind {
	case "req", "resp":
		add, ok = fmt.Sprintf(`"%s": "%%%s(%s)%%"`, header, strings.ToUpper(kind), strings.ToUpper(header)), true
	}
	if !ok {
		return "Envoy does not log " + fact
	}
	return "add " + add + " to json_format, and give it to -f verbatim"
}

// jsonHint names the word by which the format learns where a fact is.
func jsonHint(fact string) string {
	word := map[string]string{"body": "bytes", "duration": "duration_ms"}[fact]
	if word == "" {
		word = fact
	}
	return fmt.Sprintf("log it, and name its key with -f 'json %s=KEY'", word)
}
