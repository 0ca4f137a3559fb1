package accesslog

import (
	"bytes"
	"regexp"
)

// haproxyMessages are lines of HAProxy's that are no requests, without their syslog header: connections that came to nothing
// (error-log-format, and the form before 2.5), connections of mode tcp, and what it says of itself: starts, stops, health checks.
var haproxyMessages = regexp.MustCompile(`^\S+:\d+ \[\d\d/\w{3}/\d{4}:[\d:.]+\] (?:\S+: |\S+ \S+/\S+ [-+\d]+/[-+\d]+/[-+\d]+ \+?\d+ [-LcCsSPRIDKU][-RCHDLQT] )` +
	`|^(?:Proxy|Server|Backend|Health check for|Agent check for|Backup Server|Process|Loading|Reloading|Stopping|Pausing|Enabling) ` +
	`|^(?:backend|proxy|listener|frontend) \S+ (?:has|started|reached) ` +
	`|^\[(?:NOTICE|WARNING|ALERT|INFO|DIAG)\] `)

// isHAProxyMessage reports whether a line of a log of HAProxy's is such a message. Garbage by the gigabyte must not cost a
// regular expression a line: it sees only lines that begin with a word of such a message, or with a port before a bracket.
func isHAProxyMessage(line []byte) bool {
	line = line[headerLength(line):]
	line = line[:min(len(line), 400)]
	switch string(line[:until(line, ' ')]) {
	case "Proxy", "Server", "Backend", "Health", "Agent", "Backup", "Process", "Loading", "Reloading", "Stopping", "Pausing", "Enabling",
		"backend", "proxy", "listener", "frontend", "[NOTICE]", "[WARNING]", "[ALERT]", "[INFO]", "[DIAG]":
	default:
		if i := bytes.Index(line[:min(len(line), 80)], []byte(" [")); i <= 0 || line[i-1]-'0' > 9 {
			return false
		}
	}
	return haproxyMessages.Match(line)
}
