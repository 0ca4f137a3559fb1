package accesslog

import "strings"

// haproxyBuilder makes a template of a log-format string.
type haproxyBuilder struct {
	builder
	d        *declaration
	defaults haproxyFlags // as the last %{...}o set them
	swallow  bool         // the field before has the blank behind it as part of its value
	fail     func(at int, format string, args ...any) error
}

// haproxyTemplate reads a log-format string (configuration manual, 8.2.6). HAProxy writes one blank for several in a row, and
// none where nothing stands before it.
func haproxyTemplate(d declaration, source string) (*template, error) {
	b := &haproxyBuilder{builder: builder{t: template{name: d.name, exact: true, family: haproxy}}, d: &d, fail: failure(source)}
	for i := 0; i < len(d.text); {
		switch {
		case d.text[i] == ' ':
			b.separator()
			i++
		case d.text[i] != '%':
			b.byteText(d.text[i])
			i++
		case i+1 < len(d.text) && d.text[i+1] == '%':
			b.byteText('%')
			i += 2
		default:
			v, problem := parseLogVariable(d.text[i:])
			if problem != "" {
				return nil, b.fail(d.at[i], "%s", problem)
			}
			if err := b.variable(v, i); err != nil {
				return nil, err
			}
			i += v.length
		}
	}
	t := b.done()
	t.joinWords()
	return t, nil
}

func (b *haproxyBuilder) separator() {
	n := len(b.literal)
	if n > 0 && b.literal[n-1] == ' ' || n == 0 && len(b.t.fields) == 0 || n == 0 && b.swallow {
		return
	}
	b.byteText(' ')
}

// variable adds what v logs.
func (b *haproxyBuilder) variable(v logVariable, at int) error {
	flags := b.defaults.with(v.flags)
	if strings.Contains(v.flags, "json") || strings.Contains(v.flags, "cbor") {
		return b.fail(b.d.at[at], "%s: this encoding makes an object of the whole line; expected a format of text", b.d.text[at:at+v.length])
	}
	b.swallow = false
	if v.expression {
		return b.add(haproxyExpression(v.name, flags, &b.d.captures), flags.quote, v, at)
	}
	switch v.name {
	case "o":
		b.defaults, b.swallow = flags, true
		return nil
	case "hr":
		return b.block(b.d.captures.req, flags.quote, v, at)
	case "hs":
		return b.block(b.d.captures.resp, flags.quote, v, at)
	case "hrl":
		return b.list(b.d.captures.req, flags.quote, v, at)
	case "hsl":
		return b.list(b.d.captures.resp, flags.quote, v, at)
	}
	f, known := haproxyVariable(v.name, flags)
	if !known {
		problem := "unknown variable %%%s: expected one of HAProxy's log-format, such as %%ST, %%HM, %%HU or %%{+Q}r"
		if similar := nearest(v.name, haproxyNames()); similar != "" {
			problem = "unknown variable %%%s: did you mean %%" + similar + "?"
		}
		return b.fail(b.d.at[at], problem, v.name)
	}
	return b.add(f, flags.quote && f.quotable(), v, at)
}

// quotable reports whether the flag Q has an effect on a variable: not on numbers, times and states.
func (f *field) quotable() bool {
	return f.kind != kindSigned && f.kind != kindStatus && f.kind != kindStamp && f.clip == 0
}

func haproxyNames() []string {
	names := strings.Fields(haproxyWords + haproxyNumbers)
	for name := range haproxyFields {
		names = append(names, name)
	}
	return names
}

func (b *haproxyBuilder) add(f field, quote bool, v logVariable, at int) error {
	f.name, f.at = string(b.d.text[at:at+v.length]), b.d.at[at]
	if quote {
		b.byteText('"')
	}
	if clash := b.field(f); clash != nil {
		return b.fail(f.at, "%s follows %s without a separator: no reader can tell where one ends; put a blank or a quote between them", f.name, clash.name)
	}
	if quote {
		b.byteText('"')
	}
	return nil
}

// block adds %hr or %hs: {a|b}, and nothing where nothing is captured.
func (b *haproxyBuilder) block(facts []string, quote bool, v logVariable, at int) error {
	switch {
	case !b.d.captures.known && !quote:
		b.swallow = true
		if n := len(b.t.fields); n > 0 && len(b.literal) == 0 && b.t.fields[n-1].kind == kindBlocks {
			return nil
		}
		return b.add(field{kind: kindBlocks, escape: escapeHash}, false, v, at)
	case !b.d.captures.known:
		return b.add(field{escape: escapeHash}, true, v, at)
	case len(facts) == 0:
		b.swallow = len(b.literal) == 0
		return nil
	}
	if quote {
		b.byteText('"')
	}
	for i, fact := range facts {
		b.byteText("{|"[min(i, 1)])
		if err := b.add(field{role: roleFact, fact: fact, kind: kindPiece, escape: escapeHash}, false, v, at); err != nil {
			return err
		}
	}
	b.byteText('}')
	if quote {
		b.byteText('"')
	}
	return nil
}

// list adds %hrl or %hsl: a value each, with a blank between two.
func (b *haproxyBuilder) list(facts []string, quote bool, v logVariable, at int) error {
	if !b.d.captures.known {
		return b.add(field{escape: escapeHash}, false, v, at)
	}
	for i, fact := range facts {
		if i > 0 {
			b.separator()
		}
		if err := b.add(field{role: roleFact, fact: fact, escape: escapeHash}, quote, v, at); err != nil {
			return err
		}
	}
	return nil
}

// joinWords makes one word of neighbouring ones that nobody asks for and that no blank parts, as in "%ci:%cp ": such a word
// shows where it ends.
func (t *template) joinWords() {
	plain := func(i int) bool {
		f := &t.fields[i]
		return f.role == roleNone && (f.kind == kindWord || f.kind == kindSigned)
	}
	for i := len(t.fields) - 2; i >= 0; i-- {
		between, behind := t.literals[i+1], t.literals[i+2]
		if !plain(i) || !plain(i+1) || strings.ContainsAny(between, " \"") || !strings.HasPrefix(behind, " ") {
			continue
		}
		t.fields[i].name += between + t.fields[i+1].name
		t.fields[i].kind = kindWord
		t.fields = append(t.fields[:i+1], t.fields[i+2:]...)
		t.literals = append(t.literals[:i+1], t.literals[i+2:]...)
	}
}
