package traffic

import "fmt"

// An escape is how a server writes a value that holds quotes, backslashes or control characters.
type escape uint8

// The values of nginx's escape parameter (http://nginx.org/en/docs/http/ngx_http_log_module.html#log_format).
const (
	escapeDefault escape = iota // `\xHH` for `"`, `\`, and what is outside 0x20..0x7e
	escapeJSON                  // JSON's own, high bytes untouched
	escapeNone
)

// absent is what stands for a value that the request does not have.
func (e escape) absent() string {
	if e == escapeDefault {
		return "-"
	}
	return ""
}

// text returns s as nginx would log it.
func (e escape) text(s string) string {
	if e == escapeNone {
		return s
	}
	var b []byte
	for i := range len(s) {
		b = e.appendByte(b, s[i])
	}
	return string(b)
}

func (e escape) appendByte(b []byte, c byte) []byte {
	if e == escapeDefault {
		if c == '"' || c == '\\' || c < ' ' || c > '~' {
			return fmt.Appendf(b, `\x%02X`, c)
		}
		return append(b, c)
	}
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	if c < ' ' {
		return fmt.Appendf(b, `\u%04X`, c)
	}
	return append(b, c)
}
