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
		r.fail(0, "this configuration names no log format: expected option httplog, option httpslog or log-format \"...\", here or in the lines of defaults")
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
