package accesslog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// An objectOracle is the obvious reader of objects: encoding/json decodes the line, and the places of the fields are looked
// up in it, in turn. Where it decodes a line, the Parser must say the same of it.
type objectOracle struct {
	t      *template
	fields []string
}

// A looked is what stands at a place: nil text is nothing that counts.
type looked struct {
	text  *string
	there bool // something stands there
	list  bool // an array without an element
}

// parse returns what the line says, as parsed does; ok is false where encoding/json cannot tell.
func (o objectOracle) parse(line []byte) (says string, ok bool) {
	says, ok = o.read(line)
	if isReason := !strings.Contains(says, " "); ok && isReason && says != Message.String() && isBinary(bytes.TrimSuffix(line, []byte("\r"))) {
		says = Encoding.String()
	}
	return says, ok
}

// read returns what the object says, or the reason why it is no entry.
func (o objectOracle) read(line []byte) (says string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil || root == nil || len(bytes.TrimSpace(line[d.InputOffset():])) > 0 {
		return "", false
	}
	if line[0] != '{' || depth(line) > maxDepth {
		return "", false
	}
	if l := o.first(root, func(f *field) bool { return f.role == roleLogger }); l.text != nil && isCaddyMessage([]byte(*l.text)) {
		return "message", true
	}
	method := o.text(root, roleMethod)
	target := o.text(root, roleTarget)
	protocol := o.text(root, roleProtocol)
	var path *string
	for _, l := range o.all(root, func(f *field) bool { return f.role == roleRequest }) {
		switch {
		case l.text == nil || l.list:
			continue
		case strings.HasPrefix(*l.text, "/") && (target == nil || *target == ""):
			target, path = l.text, l.text
		case !strings.HasPrefix(*l.text, "/"):
			m, t, p := splitRequest(*l.text)
			method, target, protocol = or(method, m), or(target, t), or(protocol, p)
		}
		break
	}
	if p := o.text(root, rolePath); p != nil && (target == nil || *target == "") {
		target, path = p, p
	}
	if q := o.text(root, roleQuery); q != nil && *q != "" && path != nil {
		joined := *path + "?" + strings.TrimPrefix(*q, "?")
		target = &joined
	}
	status := o.first(root, func(f *field) bool { return f.role == roleStatus }).text
	asks := false
	for _, f := range o.t.fields {
		asks = asks || f.role == roleMethod || f.role == roleTarget || f.role == roleRequest || f.role == rolePath
	}
	if status == nil || asks && method == nil && target == nil {
		if o.first(root, func(f *field) bool { return f.role == roleMessage }).there {
			return "message", true
		}
		return "malformed", true
	}
	if statusLength([]byte(*status)) < len(*status) {
		return "status", true
	}
	says = fmt.Sprintf("%s %s %s %d %v", quoted(method), quoted(target), quoted(status), o.bytes(root), o.duration(root))
	for _, name := range o.fields {
		var value *string
		switch name {
		case "host":
			value = o.text(root, roleHost)
		case "time":
			value = o.text(root, roleTime)
		case "protocol":
			value = protocol
		default:
			value = o.fact(root, name)
		}
		says += fmt.Sprintf(" %s=%s", name, quoted(value))
	}
	return says, true
}

func quoted(s *string) string {
	if s == nil {
		return "?"
	}
	return fmt.Sprintf("%q", *s)
}

func or(s *string, other string) *string {
	if s == nil || *s == "" {
		return &other
	}
	return s
}

// better reports whether a text takes the place of the one found so far: the first that is a value, else the last.
func better(found, text *string) bool {
	return text != nil && (found == nil || absent(*found) == "")
}

// all looks up the places of each field that is asked for.
func (o objectOracle) all(root map[string]any, is func(*field) bool) []looked {
	var all []looked
	for i := range o.t.fields {
		if f := &o.t.fields[i]; is(f) {
			for _, way := range f.path.ways() {
				all = append(all, lookUp(root, way, strings.HasPrefix(f.fact, "req.") || strings.HasPrefix(f.fact, "resp.")))
			}
		}
	}
	return all
}

// first returns the first of them with a text, else one that is there.
func (o objectOracle) first(root map[string]any, is func(*field) bool) (found looked) {
	for _, l := range o.all(root, is) {
		found.there = found.there || l.there
		if better(found.text, l.text) && !l.list {
			found.text = l.text
		}
	}
	return found
}

func (o objectOracle) text(root map[string]any, r role) *string {
	text := o.first(root, func(f *field) bool { return f.role == r }).text
	if text != nil {
		s := absent(*text)
		return &s
	}
	return nil
}

func (o objectOracle) bytes(root map[string]any) int64 {
	for _, l := range o.all(root, func(f *field) bool { return f.role == roleBytes }) {
		if l.text != nil && !l.list {
			if n := size([]byte(*l.text)); n >= 0 {
				return n
			}
		}
	}
	return -1
}

func (o objectOracle) duration(root map[string]any) time.Duration {
	for i := range o.t.fields {
		f := &o.t.fields[i]
		for _, l := range o.all(root, func(g *field) bool { return g == f && f.role == roleDuration }) {
			if l.text != nil && !l.list {
				if d := span([]byte(*l.text), f.unit); d >= 0 {
					return d
				}
			}
		}
	}
	return -1
}

// fact looks up the fields of a fact and the headers of that name.
func (o objectOracle) fact(root map[string]any, name string) *string {
	t := *o.t
	if t.fact(name) < 0 {
		t.fields = nil
		for _, p := range t.headerPaths(name) {
			t.fields = append(t.fields, field{role: roleFact, fact: name, path: p})
		}
	}
	o.t = &t
	var value *string
	for _, l := range o.all(root, func(f *field) bool { return f.fact == name }) {
		text := l.text
		switch {
		case name == "auth" && l.there && text == nil:
			text = or(nil, "1")
		case name == "auth" && text != nil && *text == "false":
			text = or(nil, "0")
		}
		if better(value, text) {
			s := absent(*text)
			value = &s
		}
	}
	if value != nil {
		return value
	}
	for i := range t.fields {
		if f := &t.fields[i]; f.fact == name && o.isAbsent(root, f) {
			return new(string)
		}
	}
	return nil
}

// isAbsent reports whether a field whose value is not there is absent: what it stands beside is there.
func (o objectOracle) isAbsent(root map[string]any, f *field) bool {
	if len(f.path.beside) > 0 {
		return lookUp(root, f.path.beside, false).there
	}
	for _, way := range f.path.ways() {
		if f.path.optional && (len(way) == 1 || lookUp(root, way[:len(way)-1], false).there) {
			return true
		}
	}
	return false
}

func lookUp(root map[string]any, way []string, fold bool) looked {
	var v any = root
	for i, name := range way {
		object, _ := v.(map[string]any)
		found := false
		for key, value := range object {
			if key == name || fold && i == len(way)-1 && strings.EqualFold(key, name) {
				v, found = value, true
			}
		}
		if !found {
			return looked{}
		}
	}
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			empty := "[]"
			return looked{text: &empty, there: true, list: true}
		}
		v = list[0]
	}
	switch v := v.(type) {
	case nil:
		return looked{text: new(string), there: true}
	case string:
		return looked{text: &v, there: true}
	case json.Number, bool:
		text := fmt.Sprint(v)
		return looked{text: &text, there: true}
	}
	return looked{there: true}
}

// depth returns how deep the line nests objects and arrays.
func depth(line []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}
