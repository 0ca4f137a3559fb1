package accesslog

import "time"

// traefikLayout is Traefik's access log in its common format (accessLog.format: common; CommonLogFormatter in
// pkg/middlewares/accesslog/logger_formatters.go): combined, then the number of the request, the router, the URL of the server
// that was asked and the time in milliseconds.
//
// Traefik escapes nothing: a quote in a query, a referer or a user agent stands in the log as it came. A target has no blank,
// so request line, status and size are certain behind the first `] "` of a line; X-Forwarded-For, where Traefik trusts it, and
// the user's name stand before that. Behind the size the fields are read as short as can be, all of the line used up: a
// quote that a client wrote makes router, server and duration unknown at worst.
//
// The status and the size are OriginStatus and OriginContentSize: where Traefik has none, it writes "-" though the client got
// an answer. The JSON format has DownstreamStatus.
var traefikLayout = layout{
	family: traefik, exact: true,
	text: `<host> - <user> [<time>] "<method> <path> <protocol>" <status> <size> "<referer>" "<agent>" <count> "<router>" "<server>" <duration>ms`,
	cuts: []string{"time", "size", "duration"},
	fields: map[string]field{
		"time":     {role: roleTime, kind: kindStamp, layout: stampLayout},
		"method":   {role: roleMethod, kind: kindWord},
		"path":     {role: roleTarget, kind: kindWord},
		"protocol": {role: roleProtocol, kind: kindPhrase},
		"status":   {role: roleStatus, kind: kindStatus},
		"size":     {role: roleBytes, kind: kindInteger},
		"referer":  {role: roleFact, fact: "req.referer"},
		"agent":    {role: roleFact, fact: "req.user-agent"},
		"count":    {kind: kindInteger},
		"router":   {},
		"server":   {role: roleFact, fact: "upstream_host", kind: kindWord},
		"duration": {role: roleDuration, kind: kindInteger, unit: time.Millisecond},
	},
}
