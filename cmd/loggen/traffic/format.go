package traffic

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A format writes requests as lines: literal text and variables in turn.
type format struct {
	escape escape
	pieces []piece
}

type piece struct {
	literal string // written before the variable
	value   func(dst []byte, r *request, c *clock) []byte
	text    func(r *request) string // instead of value: empty is absent
}

// compile reads a format as declaration finds it. It refuses a variable that the generator cannot fill and a format
// without $status.
func compile(declared string) (*format, error) {
	s, esc, err := declaration(declared)
	if err != nil {
		return nil, err
	}
	f := &format{escape: esc}
	hasStatus := false
	for {
		literal, rest, found := strings.Cut(s, "$")
		if !found {
			f.pieces = append(f.pieces, piece{literal: literal})
			break
		}
		name, after := variable(rest)
		value, isValue := values[name]
		text, isText := texts[name]
		if !isValue && !isText {
			return nil, fmt.Errorf("format: cannot make up variable $%s", name)
		}
		hasStatus = hasStatus || name == "status"
		f.pieces = append(f.pieces, piece{literal, value, text})
		s = after
	}
	if !hasStatus {
		return nil, fmt.Errorf("format has no $status")
	}
	return f, nil
}

// variable cuts the name of a variable, bare or in braces, from the text after its '$'.
func variable(s string) (name, rest string) {
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		name, rest, _ = strings.Cut(inner, "}")
		return name, rest
	}
	end := strings.IndexFunc(s, func(c rune) bool {
		return !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
	})
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

func (f *format) appendLine(dst []byte, r *request, c *clock) []byte {
	for i := range f.pieces {
		p := &f.pieces[i]
		dst = append(dst, p.literal...)
		switch {
		case p.value != nil:
			dst = p.value(dst, r, c)
		case p.text != nil:
			if s := p.text(r); s != "" {
				dst = append(dst, s...)
			} else {
				dst = append(dst, f.escape.absent()...)
			}
		}
	}
	return append(dst, '\n')
}

// texts are the variables that are absent when they are empty.
var texts = map[string]func(r *request) string{
	"remote_addr":                func(r *request) string { return r.addr },
	"remote_user":                func(r *request) string { return r.user },
	"request_method":             func(r *request) string { return methodNames[r.method] },
	"request_uri":                func(r *request) string { return r.target },
	"uri":                        func(r *request) string { return r.path },
	"args":                       func(r *request) string { return r.query },
	"query_string":               func(r *request) string { return r.query },
	"server_protocol":            func(r *request) string { return r.protocol },
	"host":                       func(r *request) string { return r.host },
	"http_host":                  func(r *request) string { return r.host },
	"server_name":                func(r *request) string { return "api.test" },
	"server_port":                func(r *request) string { return "443" },
	"scheme":                     func(r *request) string { return "https" },
	"http_referer":               func(r *request) string { return r.referer },
	"http_user_agent":            func(r *request) string { return r.agent },
	"http_x_forwarded_for":       func(r *request) string { return "" },
	"http_accept":                func(r *request) string { return r.accept },
	"http_range":                 func(r *request) string { return r.rangeHeader },
	"http_if_none_match":         func(r *request) string { return r.ifNoneMatch },
	"http_if_modified_since":     func(r *request) string { return r.ifModifiedSince },
	"sent_http_location":         func(r *request) string { return r.location },
	"sent_http_allow":            func(r *request) string { return r.allow },
	"sent_http_www_authenticate": func(r *request) string { return r.challenge },
	"sent_http_content_range":    func(r *request) string { return r.contentRange },
	"sent_http_content_type":     func(r *request) string { return r.contentType },
	"sent_http_retry_after":      func(r *request) string { return r.retryAfter },
	"request_completion":         completion,
	"pipe":                       func(*request) string { return "." },
}

func completion(r *request) string {
	if r.completed {
		return "OK"
	}
	return ""
}

// values are the variables that are never absent, or that take more than one text.
var values = map[string]func(dst []byte, r *request, c *clock) []byte{
	"time_local":      func(dst []byte, _ *request, c *clock) []byte { return append(dst, c.local...) },
	"time_iso8601":    func(dst []byte, _ *request, c *clock) []byte { return append(dst, c.iso...) },
	"msec":            func(dst []byte, _ *request, c *clock) []byte { return appendMillis(dst, c.now.UnixMilli()) },
	"status":          func(dst []byte, r *request, _ *clock) []byte { return appendStatus(dst, r.status) },
	"body_bytes_sent": func(dst []byte, r *request, _ *clock) []byte { return strconv.AppendInt(dst, r.body, 10) },
	"bytes_sent":      func(dst []byte, r *request, _ *clock) []byte { return strconv.AppendInt(dst, r.body+232, 10) },
	"request_length": func(dst []byte, r *request, _ *clock) []byte {
		return strconv.AppendInt(dst, int64(180+len(r.target)), 10)
	},
	"request_time":           func(dst []byte, r *request, _ *clock) []byte { return appendSeconds(dst, r.duration) },
	"upstream_response_time": func(dst []byte, r *request, _ *clock) []byte { return appendUpstreamTime(dst, r) },
	"upstream_status":        func(dst []byte, r *request, _ *clock) []byte { return appendUpstreamStatus(dst, r) },
	"request":                func(dst []byte, r *request, _ *clock) []byte { return appendRequest(dst, r) },
	"auth": func(dst []byte, r *request, _ *clock) []byte {
		if r.authenticated {
			return append(dst, '1')
		}
		return append(dst, '0')
	},
	"connection":          func(dst []byte, _ *request, c *clock) []byte { return strconv.AppendInt(dst, c.lines/7, 10) },
	"connection_requests": func(dst []byte, _ *request, c *clock) []byte { return strconv.AppendInt(dst, c.lines%7+1, 10) },
	"request_id": func(dst []byte, _ *request, c *clock) []byte {
		return fmt.Appendf(dst, "%032x", scramble(uint64(c.lines)))
	},
}

// appendRequest writes the request line; "-" where none was read, in every escape, as clients and servers leave it.
func appendRequest(dst []byte, r *request) []byte {
	if r.line != "" {
		return append(dst, r.line...)
	}
	if r.method == unreadable {
		return append(dst, '-')
	}
	dst = append(dst, methodNames[r.method]...)
	dst = append(dst, ' ')
	dst = append(dst, r.target...)
	dst = append(dst, ' ')
	return append(dst, r.protocol...)
}

// appendStatus writes three digits, as nginx does.
func appendStatus(dst []byte, status int) []byte {
	return append(dst, '0'+byte(status/100), '0'+byte(status/10%10), '0'+byte(status%10))
}

func appendSeconds(dst []byte, d time.Duration) []byte { return appendMillis(dst, d.Milliseconds()) }

// appendMillis writes seconds with three decimals.
func appendMillis(dst []byte, ms int64) []byte {
	dst = strconv.AppendInt(dst, ms/1000, 10)
	return append(dst, '.', '0'+byte(ms/100%10), '0'+byte(ms/10%10), '0'+byte(ms%10))
}

func appendUpstreamTime(dst []byte, r *request) []byte {
	if !r.upstream {
		return append(dst, '-')
	}
	return appendSeconds(dst, r.duration-min(r.duration, time.Millisecond))
}

func appendUpstreamStatus(dst []byte, r *request) []byte {
	if !r.upstream {
		return append(dst, '-')
	}
	return appendStatus(dst, r.status)
}
