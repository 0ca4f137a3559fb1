package accesslog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// An objectPreset is a format of lines that hold a JSON object, in the language of users: words name=path.
type objectPreset struct {
	server  string
	words   string
	headers []headers
	kept    bool // see template.kept
}

// objectPresets are the formats of objects that have a name. Each may have words of the user's behind it, which take the
// place of its own.
var objectPresets = map[string]objectPreset{
	"json":         {server: "JSON", words: commonWords, kept: true},
	"caddy":        {server: "Caddy", words: caddyWords, headers: caddyHeaders},
	"traefik_json": {server: "Traefik", words: traefikWords, headers: traefikHeaders, kept: true},
	"envoy_json":   {server: "Envoy", words: envoyWords},
}

// objectNames are what a word can give a path to, beside req.NAME and resp.NAME.
var objectNames = map[string]field{
	"status":            {role: roleStatus, kind: kindStatus},
	"method":            {role: roleMethod, kind: kindMethod},
	"target":            {role: roleTarget},
	"path":              {role: rolePath},
	"query":             {role: roleQuery},
	"request":           {role: roleRequest},
	"protocol":          {role: roleProtocol},
	"host":              {role: roleHost},
	"time":              {role: roleTime, layout: anyLayout},
	"bytes":             {role: roleBytes},
	"bytes_with_header": {role: roleBytes, gross: true},
	"duration_s":        {role: roleDuration, unit: time.Second},
	"duration_ms":       {role: roleDuration, unit: time.Millisecond},
	"duration_us":       {role: roleDuration, unit: time.Microsecond},
	"duration_ns":       {role: roleDuration, unit: time.Nanosecond},
	"auth":              {role: roleFact, fact: "auth"},
	"completion":        {role: roleFact, fact: "completion"},
	"upstream_status":   {role: roleFact, fact: "upstream_status"},
	"termination_state": {role: roleFact, fact: "termination_state"},
	"response_flags":    {role: roleFact, fact: "response_flags"},
	"upstream_host":     {role: roleFact, fact: "upstream_host"},
}

// presetNames are for presets alone: a duration whose value must name its unit, and what tells messages from entries.
var presetNames = map[string]field{
	"duration": {role: roleDuration},
	"message":  {role: roleMessage},
	"logger":   {role: roleLogger},
}

// compileObject compiles a preset of objects with the user's words behind it, Envoy's json_format or a Caddy encoder; nil
// where format is none of them.
func compileObject(format string) (*Format, error) {
	name, words := format, ""
	if at := strings.IndexAny(format, " \t\r\n"); at >= 0 {
		name, words = format[:at], format[at:]
	}
	preset, ok := objectPresets[name]
	if ok && (words == "" || strings.Contains(words, "=")) {
		return preset.compile(name, format, words)
	}
	return compileDeclared(format)
}

// compile makes the format of the preset's words and the user's, which end the source.
func (o *objectPreset) compile(name, source, words string) (*Format, error) {
	own, removed, err := parseWords(source, words)
	if err != nil {
		return nil, err
	}
	preset := o.fields()
	t := &template{name: name, object: true, headers: o.headers, kept: o.kept, fields: slices.Clone(own)}
	for i := range preset {
		if !removed[preset[i].group()] {
			t.fields = append(t.fields, preset[i])
		}
	}
	if t.best(roleStatus) < 0 {
		return nil, &formatError{source, len(source), "the format has no status: add status= and the path of its key, as in status=http.code"}
	}
	f := &Format{name: name, server: o.server, templates: []*template{t}}
	for i := range own {
		if slices.Contains(secrets, own[i].fact) {
			f.warnings = append(f.warnings, own[i].name+" is read from a log that has credentials in it; let the log say only whether there are any, and name that auth=")
		}
	}
	return f, nil
}

// fields returns the fields of the preset's own words.
func (o *objectPreset) fields() []field {
	var all []field
	for word := range strings.FieldsSeq(o.words) {
		name, where, _ := strings.Cut(word, "=")
		f, ok := objectField(name)
		if !ok {
			f = presetNames[name]
		}
		f.name = word
		f.path, _ = parsePath(where)
		all = append(all, f)
	}
	return all
}

// parseWords reads the user's words name=path. removed are the groups of fields that they stand for: the preset's own are
// not asked then. A word without a path only removes.
func parseWords(source, words string) (fields []field, removed map[string]bool, err error) {
	removed = map[string]bool{}
	at := len(source) - len(words)
	for word := range strings.FieldsSeq(words) {
		at += strings.Index(source[at:], word)
		name, where, found := strings.Cut(word, "=")
		f, ok := objectField(name)
		switch {
		case !found:
			return nil, nil, &formatError{source, at, fmt.Sprintf("found %q: expected name=path, as in status=http.code", word)}
		case !ok:
			return nil, nil, &formatError{source, at, unknownWord(name)}
		}
		removed[f.group()] = true
		if where != "" {
			var problem string
			if f.path, problem = parsePath(where); problem != "" {
				return nil, nil, &formatError{source, at + len(name) + 1, problem}
			}
			f.name, f.at = word, at
			fields = append(fields, f)
		}
		at += len(word)
	}
	return fields, removed, nil
}

// objectField returns the field that a word's name stands for.
func objectField(name string) (field, bool) {
	f, ok := objectNames[name]
	if ok {
		return f, true
	}
	name = strings.ToLower(name)
	for _, facts := range []string{"req.", "resp."} {
		if header, ok := strings.CutPrefix(name, facts); ok && header != "" {
			return field{role: roleFact, fact: name}, true
		}
	}
	return field{}, false
}

// group names the fields of which one makes the others superfluous.
func (f *field) group() string {
	switch f.role {
	case roleFact:
		return f.fact
	case rolePath, roleQuery, roleRequest:
		return fmt.Sprint(roleTarget)
	}
	return fmt.Sprint(f.role)
}

func unknownWord(name string) string {
	known := slices.Sorted(maps.Keys(objectNames))
	switch similar := nearest(strings.ToLower(name), known); {
	case name == "duration":
		return "a duration needs its unit: duration_s, duration_ms, duration_us or duration_ns"
	case similar != "":
		return fmt.Sprintf("unknown name %q: did you mean %s?", name, similar)
	}
	return fmt.Sprintf("unknown name %q: expected one of %s, req.NAME or resp.NAME", name, strings.Join(known, ", "))
}

// gross reports whether one of the sizes that the template reads may be that of the response with its header.
func (t *template) gross() bool {
	return slices.ContainsFunc(t.fields, func(f field) bool { return f.role == roleBytes && f.gross })
}

// Logs reports whether the format has a field: one of Fields, or any request or response header where it has all of them.
func (f *Format) Logs(name string) bool {
	return f.open && (strings.HasPrefix(name, "req.") || strings.HasPrefix(name, "resp.")) || slices.Contains(f.Fields(), name) || slices.ContainsFunc(f.templates, func(t *template) bool { return len(t.headerPaths(name)) > 0 })
}

// Depends reports whether a field that the format has is in its lines only where the server's configuration asks for it; a
// path that the user gave says that it does.
func (f *Format) Depends(name string) bool {
	return f.Logs(name) && slices.ContainsFunc(f.templates, func(t *template) bool {
		at := t.fact(name)
		return f.open && at < 0 || t.kept && (at < 0 || t.fields[at].at == 0)
	})
}
