package traffic

import (
	"errors"
	"fmt"
	"strings"
)

// The named formats. JSON has the fields that a general-purpose JSON log has; contract has the facts that conditions ask for.
const (
	combinedFormat = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`

	JSONFormat = `{"time":"$time_iso8601","remote_addr":"$remote_addr","remote_user":"$remote_user","method":"$request_method",` +
		`"uri":"$request_uri","args":"$args","request":"$request","status":$status,"body_bytes_sent":$body_bytes_sent,` +
		`"bytes_sent":$bytes_sent,"request_time":$request_time,"upstream_response_time":"$upstream_response_time","host":"$host",` +
		`"referer":"$http_referer","user_agent":"$http_user_agent","proto":"$server_protocol"}`

	contractFormat = `{"time":"$time_iso8601","method":"$request_method","uri":"$request_uri","status":"$status","bytes":$body_bytes_sent,` +
		`"rt":$request_time,"host":"$host","up":"$upstream_status","done":"$request_completion","auth":"$auth",` +
		`"range":"$http_range","inm":"$http_if_none_match","ims":"$http_if_modified_since","accept":"$http_accept",` +
		`"location":"$sent_http_location","allow":"$sent_http_allow","wwwauth":"$sent_http_www_authenticate"}`
)

// declaration finds the format string and its escape in what the user gave: a name, a bare string, or the directive.
func declaration(s string) (string, escape, error) {
	switch s {
	case "", "combined":
		return combinedFormat, escapeDefault, nil
	case "json":
		return JSONFormat, escapeJSON, nil
	case "contract":
		return contractFormat, escapeJSON, nil
	}
	if !strings.HasPrefix(strings.TrimSpace(s), "log_format") {
		return s, escapeDefault, nil
	}
	words, err := words(s)
	if err != nil {
		return "", 0, err
	}
	if len(words) < 3 {
		return "", 0, errors.New("log_format needs a name and a string")
	}
	rest, esc := words[2:], escapeDefault
	if value, ok := strings.CutPrefix(rest[0], "escape="); ok {
		switch value {
		case "default":
		case "json":
			esc = escapeJSON
		case "none":
			esc = escapeNone
		default:
			return "", 0, fmt.Errorf("unknown escape %q, want default, json or none", value)
		}
		rest = rest[1:]
	}
	return strings.Join(rest, ""), esc, nil
}

// words splits a directive of an nginx configuration up to its semicolon, without the quotes and with escapes resolved.
func words(s string) ([]string, error) {
	var all []string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" || s[0] == ';' {
			return all, nil
		}
		word, rest, err := nextWord(s)
		if err != nil {
			return nil, err
		}
		all, s = append(all, word), rest
	}
}

// nextWord reads one word, quoted or bare, from the start of s, which is not empty.
func nextWord(s string) (word, rest string, err error) {
	quote := s[0]
	if quote != '\'' && quote != '"' {
		end := strings.IndexAny(s, " \t\r\n;")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return b.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 't':
				b.WriteByte('\t')
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case '"', '\'', '\\':
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", "", fmt.Errorf("log_format: no closing %c", quote)
}
