package accesslog

import (
	"fmt"
	"strings"
)

// A family is the kind of server whose language a format string is written in.
type family uint8

const (
	nginx      family = iota // $variable
	apache                   // %directive: also lighttpd, varnishncsa and others that took the language over
	haproxy                  // %ST, %{+Q}r, %[expression]
	envoy                    // %RESPONSE_CODE%, %REQ(X)%
	traefik                  // no language: presets only
	aws                      // likewise
	w3c                      // a #Fields directive
	cloudfront               // likewise, with CloudFront's columns
)

// String returns the name of the family's server, as hints on what to add to its format need it.
func (f family) String() string {
	return [...]string{"nginx", "Apache", "HAProxy", "Envoy text", "Traefik CLF", "AWS", "W3C", "CloudFront"}[f]
}

// A declaration is one format as a user has it: the string itself, its quotes and escapes undone, and what stands around it.
type declaration struct {
	family family
	name   string
	escape string // nginx: default, json or none
	text   []byte
	at     []int    // for each byte of text, its offset in what the user wrote
	own    []string // nginx: the variables that the configuration around it makes

	captures captures // HAProxy: what the configuration around it captures
	spare    bool     // see template.spare
}

// A formatError is what is wrong with a format string, and where.
type formatError struct {
	source  string
	at      int
	message string
}

func (e *formatError) Error() string {
	before := e.source[:min(e.at, len(e.source))]
	line := 1 + strings.Count(before, "\n")
	column := len(before) - strings.LastIndexByte(before, '\n')
	if line > 1 {
		return fmt.Sprintf("line %d, column %d: %s", line, column, e.message)
	}
	return fmt.Sprintf("column %d: %s", column, e.message)
}

// A reader takes a format string apart into words. The first error sticks.
type reader struct {
	source string
	pos    int
	err    error
	own    []string // see declaration.own
}

func (r *reader) fail(at int, format string, args ...any) {
	if r.err == nil {
		r.err = &formatError{r.source, at, fmt.Sprintf(format, args...)}
	}
}

// space skips white space, and comments from a '#' at the start of a line to its end.
func (r *reader) space() {
	for r.pos < len(r.source) {
		switch c := r.source[r.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			r.pos++
		case c == '#' && (r.pos == 0 || r.source[r.pos-1] == '\n'):
			r.comment()
		default:
			return
		}
	}
}

func (r *reader) comment() {
	if i := strings.IndexByte(r.source[r.pos:], '\n'); i >= 0 {
		r.pos += i + 1
	} else {
		r.pos = len(r.source)
	}
}

func (r *reader) rest() string { return r.source[r.pos:] }

// keyword skips word, in any case, where it comes next with white space behind it.
func (r *reader) keyword(word string) bool {
	rest := r.rest()
	if len(rest) <= len(word) || !strings.EqualFold(rest[:len(word)], word) || !isSpace(rest[len(word)]) {
		return false
	}
	r.pos += len(word)
	r.space()
	return true
}

// word reads up to white space or ';'.
func (r *reader) word() string {
	rest := r.rest()
	n := strings.IndexAny(rest, " \t\r\n;")
	if n < 0 {
		n = len(rest)
	}
	r.pos += n
	return rest[:n]
}

// quoted appends what the quoted string that comes next holds to d, with the escapes that both servers' configuration
// files have undone: \" \' \\ \t \r \n.
func (r *reader) quoted(d *declaration) {
	start, quote := r.pos, r.source[r.pos]
	end := closing(r.source, r.pos)
	if end < 0 {
		r.fail(start, "the %c that opens here is never closed", quote)
		return
	}
	d.unescape(r.source, start+1, end)
	r.pos = end + 1
}

// closing returns the offset of the quote that closes the one at start, or -1.
func closing(s string, start int) int {
	for i := start + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[start]:
			return i
		}
	}
	return -1
}

// unescape appends source[from:to] with its backslash escapes undone.
func (d *declaration) unescape(source string, from, to int) {
	for i := from; i < to; i++ {
		c, at := source[i], i
		if c == '\\' && i+1 < to {
			if e := strings.IndexByte(`"'\trn`, source[i+1]); e >= 0 {
				c = "\"'\\\t\r\n"[e]
				i++
			}
		}
		d.text = append(d.text, c)
		d.at = append(d.at, at)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// declarations takes what a user wrote apart: one or more whole directives, or one bare string. The directives by which
// nginx makes variables may stand between them.
func declarations(source string) ([]declaration, error) {
	r := &reader{source: source}
	var all []declaration
	for r.space(); r.pos < len(source) && r.err == nil; r.space() {
		if r.makesVariable() {
			continue
		}
		if r.isHAProxy() {
			all = append(all, r.haproxyConfiguration()...)
			break
		}
		var d declaration
		switch {
		case r.keyword("log_format"):
			r.logFormat(&d)
		case r.keyword("LogFormat"), r.keyword("varnishncsa"), r.assignment("accesslog.format"):
			r.quotedDirective(&d)
		case len(all) > 0:
			r.fail(r.pos, "after the %s directive found %q: expected another directive or the end", all[0].name, firstWord(r.rest()))
		default:
			r.bare(&d)
		}
		all = append(all, d)
	}
	for i := range all {
		all[i].own = r.own
	}
	return all, r.err
}

// assignment skips lighttpd's "name =".
func (r *reader) assignment(name string) bool {
	start := r.pos
	if r.keyword(name) && strings.HasPrefix(r.rest(), "=") {
		r.pos++
		r.space()
		return true
	}
	r.pos = start
	return false
}

// logFormat reads the arguments of nginx's log_format: name [escape=...] string ...;
func (r *reader) logFormat(d *declaration) {
	d.family, d.escape = nginx, "default"
	start := r.pos
	d.name = r.word()
	if d.name == "" || strings.ContainsAny(d.name, `'"$`) {
		r.fail(start, "log_format found %q: expected a name before the string, as in log_format main '...';", d.name)
	}
	for r.space(); r.err == nil && r.pos < len(r.source) && r.source[r.pos] != ';'; r.space() {
		switch at := r.pos; {
		case r.source[r.pos] == '\'' || r.source[r.pos] == '"':
			r.quoted(d)
		case strings.HasPrefix(r.rest(), "escape="):
			r.escape(d, r.word(), at)
		default:
			r.word()
			d.unescape(r.source, at, r.pos)
		}
	}
	r.afterSemicolon()
}

func (r *reader) escape(d *declaration, word string, at int) {
	d.escape = strings.TrimPrefix(word, "escape=")
	switch d.escape {
	case "default", "json", "none":
	default:
		r.fail(at, "unknown %s: nginx has escape=default, escape=json and escape=none", word)
	}
}

// afterSemicolon skips the ';' and a comment on the same line.
func (r *reader) afterSemicolon() {
	if !strings.HasPrefix(r.rest(), ";") {
		return
	}
	r.pos++
	for r.pos < len(r.source) && (r.source[r.pos] == ' ' || r.source[r.pos] == '\t') {
		r.pos++
	}
	if strings.HasPrefix(r.rest(), "#") {
		r.comment()
	}
}

// quotedDirective reads Apache's LogFormat "..." [nickname], lighttpd's string and varnishncsa [options] -F '...' [options].
func (r *reader) quotedDirective(d *declaration) {
	d.family = apache
	for r.pos < len(r.source) && r.source[r.pos] == '-' {
		r.word()
		r.space()
	}
	if r.pos == len(r.source) || r.source[r.pos] != '"' && r.source[r.pos] != '\'' {
		r.fail(r.pos, "found %q: expected the format in quotes, as in LogFormat \"%%h ...\" name", firstWord(r.rest()))
		return
	}
	r.quoted(d)
	d.name = r.tail()
}

// tail reads what stands behind a quoted string on its line: a nickname, or an option that changes nothing here.
func (r *reader) tail() (name string) {
	line, _, _ := strings.Cut(r.rest(), "\n")
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), ";"))
	at := r.pos
	r.pos += len(line)
	switch {
	case len(words) > 1:
		r.fail(at, "found %q behind the string: expected at most a nickname", strings.Join(words, " "))
	case len(words) == 1 && words[0][0] != '-':
		name = words[0]
	}
	return name
}

// bare reads the string by itself, quoted as a whole, in pieces, or not at all.
func (r *reader) bare(d *declaration) {
	d.escape = "default"
	start, end := r.pos, len(strings.TrimRight(r.source, " \t\r\n;"))
	text := r.source[start:end]
	switch {
	case isEnvoyFormat(text):
		d.family = envoy
	case isHAProxyFormat(text):
		d.family = haproxy
		r.haproxyString(d, end)
		return
	case hasVariable(text):
		d.family = nginx
	default:
		d.family = apache
	}
	if strings.HasPrefix(text, "escape=") {
		r.escape(d, r.word(), start)
		r.space()
		start = r.pos
	}
	quote := r.source[start]
	switch close := closing(r.source, start); {
	case quote == '\'' && close < 0:
		r.fail(start, "the ' that opens here is never closed")
	case quote == '\'' || quote == '"' && close >= 0 && !strings.ContainsAny(r.source[close+1:end], "$%"):
		r.pieces(d)
	default:
		d.unescape(r.source, start, end)
		r.pos = len(r.source)
	}
}

// pieces reads quoted strings with white space between them, which make one, and what may stand behind them.
func (r *reader) pieces(d *declaration) {
	for r.err == nil && r.pos < len(r.source) && (r.source[r.pos] == '\'' || r.source[r.pos] == '"') {
		r.quoted(d)
		r.space()
	}
	d.name = r.tail()
}

// hasVariable reports whether s has a variable of nginx in it.
func hasVariable(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '$' && (s[i+1] == '{' || isNameByte(s[i+1])) && (i == 0 || s[i-1] != '%') {
			return true
		}
	}
	return false
}

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' < 10 || c == '_'
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if len(word) > 30 {
		word = word[:30] + "..."
	}
	return word
}
