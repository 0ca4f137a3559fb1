package accesslog

import "strings"

// A word is one argument of a line of HAProxy's configuration, its quotes and escapes undone.
type word struct {
	text []byte
	at   []int
}

func (w word) String() string { return string(w.text) }

// haproxyLine reads one line into its words; comments are left out, and a backslash at the end joins the next line.
func (r *reader) haproxyLine() []word {
	var words []word
	for r.err == nil && r.pos < len(r.source) {
		switch c := r.source[r.pos]; {
		case c == '\n':
			r.pos++
			return words
		case c == '#':
			r.comment()
			return words
		case c == ' ' || c == '\t' || c == '\r':
			r.pos++
		case strings.HasPrefix(r.rest(), "\\\n"):
			r.pos += 2
		default:
			words = append(words, r.haproxyWord(len(r.source), " \t\r\n#"))
		}
	}
	return words
}

// haproxyWord reads one argument up to an unquoted byte of ends, or to end (configuration manual, 2.2): within single quotes
// nothing is special, within double ones a backslash is, before a quote, a dollar sign and itself.
func (r *reader) haproxyWord(end int, ends string) (w word) {
	quote, start := byte(0), r.pos
	for ; r.pos < end; r.pos++ {
		c, at := r.source[r.pos], r.pos
		switch {
		case quote == 0 && strings.IndexByte(ends, c) >= 0:
			return w
		case c == quote:
			quote = 0
			continue
		case quote == 0 && (c == '"' || c == '\''):
			quote, start = c, at
			continue
		case c == '\\' && quote != '\'' && r.pos+1 < end:
			if e := r.source[at+1]; quote == 0 || strings.IndexByte(`"\$`, e) >= 0 {
				r.pos++
				c = haproxyEscape(e)
			}
		}
		w.text, w.at = append(w.text, c), append(w.at, at)
	}
	if quote != 0 {
		r.fail(start, "the %c that opens here is never closed", quote)
	}
	return w
}

func haproxyEscape(c byte) byte {
	if i := strings.IndexByte("rnt", c); i >= 0 {
		return "\r\n\t"[i]
	}
	return c
}

// haproxyString reads a log-format string by itself up to end, in quotes as a whole or bare, with or without a backslash
// before its blanks. Nothing is known of what is captured.
func (r *reader) haproxyString(d *declaration, end int) {
	if quote := r.source[r.pos]; (quote == '"' || quote == '\'') && closing(r.source, r.pos) == end-1 {
		w := r.haproxyWord(end, "")
		d.text, d.at = w.text, w.at
		r.pos = len(r.source)
		return
	}
	for i := r.pos; i < end; i++ {
		at := i
		if r.source[i] == '\\' && i+1 < end && strings.IndexByte(` "'\#`, r.source[i+1]) >= 0 {
			i++
		}
		d.text, d.at = append(d.text, r.source[i]), append(d.at, at)
	}
	r.pos = len(r.source)
}
