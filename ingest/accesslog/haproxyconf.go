package accesslog

import (
	"regexp"
	"strings"
)

// haproxyKeywords begin the lines of HAProxy's configuration by which a whole of it, or a part, is known.
var haproxyKeywords = []string{"global", "defaults", "frontend", "listen", "backend", "option", "log-format", "capture", "http-request", "http-response"}

// isHAProxy reports whether HAProxy's configuration comes next.
func (r *reader) isHAProxy() bool {
	start := r.pos
	defer func() { r.pos = start }()
	for _, word := range haproxyKeywords {
		if r.keyword(word) {
			return true
		}
	}
	return false
}

// A word is one argument of a line of HAProxy's configuration, its quotes and escapes undone.
type word struct {
	text []byte
	at   []int
}

func (w word) String() string { return string(w.text) }

// A section is what one frontend, or what stands before the first of them, says about its log.
type section struct {
	kind, name string
	format     word
	captures   captures
	tcp        bool // option tcplog or mode tcp: connections, no requests
}

// haproxyConfiguration reads the rest of the source as lines of HAProxy's configuration: one declaration for each section
// that logs requests. Lines that say nothing about the log are passed over.
func (r *reader) haproxyConfiguration() []declaration {
	var sections []section
	now, defaults := section{}, word{}
	end := func() {
		switch {
		case now.kind == "defaults":
			defaults = now.format
		case now.kind != "" && now.kind != "backend" && now.kind != "global" && now.format.text == nil:
			now.format = defaults
		}
		sections = append(sections, now)
	}
	for r.space(); r.pos < len(r.source) && r.err == nil; r.space() {
		words := r.haproxyLine()
		if len(words) == 0 {
			continue
		}
		switch kind := words[0].String(); kind {
		case "global", "defaults", "frontend", "listen", "backend":
			end()
			now = section{kind: kind, captures: captures{known: kind == "frontend" || kind == "listen"}}
			if len(words) > 1 {
				now.name = words[1].String()
			}
		default:
			r.haproxyDirective(&now, words)
		}
	}
	end()
	return r.haproxyDeclarations(sections)
}

func (r *reader) haproxyDeclarations(sections []section) []declaration {
	var all []declaration
	seen := map[string]bool{}
	tcp := false
	add := func(s section) {
		tcp = tcp || s.tcp
		key := s.format.String() + strings.Join(s.captures.req, "|") + "||" + strings.Join(s.captures.resp, "|")
		if s.tcp || s.format.text == nil || seen[key] {
			return
		}
		seen[key] = true
		d := declaration{family: haproxy, name: s.name, text: s.format.text, at: s.format.at, captures: s.captures}
		all = append(all, d)
		if len(s.captures.req)+len(s.captures.resp) > 0 { // nothing is captured of a request that could not be read
			d.captures.req, d.captures.resp, d.spare = nil, nil, true
			all = append(all, d)
		}
	}
	for _, s := range sections {
		if s.kind != "defaults" {
			add(s)
		}
	}
	for _, s := range sections {
		if s.kind == "defaults" && len(all) == 0 {
			add(section{format: s.format, tcp: s.tcp})
		}
	}
	switch {
	case len(all) > 0:
	case tcp:
		r.fail(0, "this configuration logs connections, not requests: expected option httplog or a log-format with %%ST in mode http")
	default:
		r.fail(0, "this configuration names no log format: expected option httplog, option httpslog or log-format \"...\"")
	}
	return all
}

var (
	headerFetch = regexp.MustCompile(`^(req|res)\.f?hdr(?:_cnt)?\(([^(),]+)[^()]*\)$`)
	setVariable = regexp.MustCompile(`^set-var\(([\w.]+)\)$`)
)

// haproxyDirective reads one line of a section.
func (r *reader) haproxyDirective(s *section, words []word) {
	text := make([]string, len(words)+6)
	for i, w := range words {
		text[i] = w.String()
	}
	predefined := func(format string) {
		s.format = word{text: []byte(format)}
		for range format {
			s.format.at = append(s.format.at, words[1].at[0])
		}
	}
	switch {
	case text[0] == "option" && text[1] == "httplog" && text[2] == "clf":
		predefined(clfFormat)
	case text[0] == "option" && text[1] == "httplog":
		predefined(httplogFormat)
	case text[0] == "option" && text[1] == "httpslog":
		predefined(httpslogFormat)
	case text[0] == "option" && text[1] == "tcplog", text[0] == "mode" && text[1] == "tcp":
		s.tcp = true
	case text[0] == "log-format" && len(words) == 2 && len(words[1].text) > 0:
		s.format = words[1]
	case text[0] == "log-format":
		r.fail(words[0].at[0], "log-format has %d arguments: expected one string; quote it, or put a backslash before each blank", len(words)-1)
	case text[0] == "capture" && text[2] == "header" && text[3] != "":
		s.captures.add(text[1], text[3])
	case text[0] == "http-request" || text[0] == "http-response":
		s.captures.directive(text[1:])
	}
}

// directive reads the arguments of http-request and http-response.
func (c *captures) directive(args []string) {
	if m := headerFetch.FindStringSubmatch(args[1]); args[0] == "capture" {
		switch {
		case args[2] != "len":
		case m == nil:
			c.add("request", "") // of something else: it has its place in the log all the same
		case m[1] == "req":
			c.add("request", m[2])
		default:
			c.add("response", m[2])
		}
		return
	}
	m := setVariable.FindStringSubmatch(args[0])
	if m == nil {
		return
	}
	if c.facts == nil {
		c.facts = map[string]string{}
	}
	variable := strings.ToLower(m[1])
	if h := headerFetch.FindStringSubmatch(args[1]); h != nil {
		c.facts[variable] = map[string]string{"req": "req.", "res": "resp."}[h[1]] + strings.ToLower(h[2])
	}
	if strings.HasSuffix(variable, ".auth") { // 0 or 1, as req.fhdr_cnt(authorization) gives it
		c.facts[variable] = "auth"
	}
}

func (c *captures) add(of, header string) {
	c.known = true
	header = strings.ToLower(header)
	switch {
	case of == "request" && header == "":
		c.req = append(c.req, "")
	case of == "request":
		c.req = append(c.req, "req."+header)
	case of == "response":
		c.resp = append(c.resp, "resp."+header)
	}
}

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
