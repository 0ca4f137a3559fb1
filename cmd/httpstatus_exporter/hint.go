package main

import (
	"cmp"
	"net/textproto"
	"strings"
)

// A hint is what a log format needs so that something is known, in the language of each server.
type hint struct{ nginx, apache, nginxToo, apacheToo string } // too: what else the configuration needs

// The facts that are no header.
var hints = map[string]hint{
	"auth":            {"$auth", `"%{auth}e"`, `, with map $http_authorization $auth { "" 0; default 1; }`, ", with SetEnvIf Authorization . auth=1"},
	"upstream_status": {nginx: "$upstream_status", apache: `"%{upstream_status}n"`},
	"completion":      {nginx: "$request_completion", apache: "%X"},
	"body":            {nginx: "$body_bytes_sent", apache: "%B"},
	"duration":        {nginx: "$request_time", apache: "%D"},
	"method":          {nginx: `"$request"`, apache: `"%r"`},
}

// fieldHint says what to add to a log format of server (see accesslog.Format.Server) so that a fact is known.
func fieldHint(server, fact string) string {
	if text := cmp.Or(textHint(server, fact), objectHint(server, fact)); text != "" {
		return text
	}
	h, ok := hints[fact]
	if kind, header, isHeader := strings.Cut(fact, "."); isHeader {
		h, ok = headerHint(kind, header), true
	}
	switch {
	case !ok:
		return "add the field " + fact + " to the log format"
	case server == "nginx":
		return "add " + h.nginx + " to the log_format" + h.nginxToo
	case server == "Apache":
		return "add " + h.apache + " to the LogFormat" + h.apacheToo
	}
	return "add " + h.nginx + " to nginx's log_format" + h.nginxToo + ", or " + h.apache + " to Apache's LogFormat" + h.apacheToo
}

// headerHint is for a fact such as req.if-none-match.
func headerHint(kind, header string) hint {
	variable, name := strings.ReplaceAll(header, "-", "_"), textproto.CanonicalMIMEHeaderKey(header)
	if kind == "req" {
		return hint{nginx: `"$http_` + variable + `"`, apache: `"%{` + name + `}i"`}
	}
	return hint{nginx: `"$sent_http_` + variable + `"`, apache: `"%{` + name + `}o"`}
}
