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

// isHAProxyMessage reports whether a line of a log of HAProxy's is such a message. The expression sees only lines that begin with
// a letter, or have a bracket where it looks for one.
func isHAProxyMessage(line []byte) bool {
	line = line[headerLength(line):]
	line = line[:min(len(line), 400)]
	if len(line) == 0 || line[0]|0x20-'a' >= 26 && bytes.IndexByte(line[:min(len(line), 80)], '[') < 0 {
		return false
	}
	return haproxyMessages.Match(line)
}
