package accesslog

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// ContractFormat is the nginx log_format that holds every fact that the built-in contracts ask for and no secret: the preset
// "contract". $auth comes from map $http_authorization $auth { "" 0; default 1; }.
const ContractFormat = `log_format contract escape=json
  '{"time":"$time_iso8601","method":"$request_method","uri":"$request_uri","status":"$status","bytes":$body_bytes_sent,'
  '"rt":$request_time,"host":"$host","up":"$upstream_status","done":"$request_completion","auth":"$auth",'
  '"range":"$http_range","inm":"$http_if_none_match","ims":"$http_if_modified_since","accept":"$http_accept",'
  '"location":"$sent_http_location","allow":"$sent_http_allow","wwwauth":"$sent_http_www_authenticate"}';`

// presets are the formats that have a name of their own, each in its server's language. Lines of nginx, Apache and others fit the
// first of them alike. auto is the longest of these: what a line lacks of it, at its head or at its end, is unknown; it also
// takes lines of other servers, see extend.
var presets = map[string]string{
	"common":         `%h %l %u %t "%r" %>s %b`,
	"combined":       `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
	"vhost_combined": `%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`,
	"contract":       ContractFormat,
	"auto":           `%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
	"haproxy":        `log-format "` + strings.ReplaceAll(httplogFormat, `"`, `\"`) + `"`,
	"haproxy_clf":    `log-format "` + strings.ReplaceAll(clfFormat, `"`, `\"`) + `"`,
	"envoy":          envoyFormat,
}

// Presets returns the names that Compile knows, sorted.
func Presets() []string {
	return []string{"alb", "auto", "caddy", "cloudfront", "combined", "common", "contract", "elb", "envoy", "envoy_json", "haproxy", "haproxy_clf", "iis", "json", "traefik", "traefik_json", "vhost_combined"}
}

// A Format is a compiled format: what a line of an access log holds and where. It is immutable and safe for concurrent use.
type Format struct {
	name      string
	family    family
	server    string      // whose format of objects it is; else the family says it
	shared    bool        // a preset that several servers write
	open      bool        // the log itself says which fields it has: any may be there
	templates []*template // tried in turn; more than one where the user gave several directives
	also      []*template // tried behind them, of lines of which nothing is promised
	warnings  []string
}

// Compile compiles a preset's name, an nginx log_format, an Apache LogFormat, or the #Fields directive of a W3C log; log_format and
// LogFormat as the bare string or as the directive with its quotes, continuation lines and comment lines. Of several directives each line may fit another. Comments
// alone are auto. Errors say what is wrong in which column and what would be right.
func Compile(format string) (*Format, error) {
	name := strings.TrimSpace(format)
	if preset, ok := presets[name]; ok {
		f, err := Compile(preset)
		if err == nil {
			f.name, f.shared, f.warnings = name, name == "auto" || name == "combined" || name == "common", nil
			f.extend()
		}
		if err == nil && name == "auto" {
			f.also = append(f.also, autoObject())
		}
		return f, err
	}
	if f, err := compileObject(name); f != nil || err != nil {
		return f, err
	}
	if directive, ok := w3cPresets[name]; ok {
		return w3cPreset(name, directive), nil
	}
	if f, err := compileW3C(format); f != nil || err != nil {
		return f, err
	}
	if l, ok := layouts[name]; ok {
		return &Format{name: name, family: l.family, templates: []*template{l.template()}}, nil
	}
	if err := checkPreset(name); err != nil {
		return nil, err
	}
	all, err := declarations(format)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 { // comments declare nothing
		return Compile("auto")
	}
	f := &Format{}
	for _, d := range all {
		t, err := d.template(format)
		if err != nil {
			return nil, err
		}
		f.templates = append(f.templates, t)
		f.warnings = append(f.warnings, t.warnings(d.escape)...)
	}
	f.warnings = slices.Compact(f.warnings)
	f.name, f.family = f.templates[0].name, all[0].family
	return f, nil
}

// checkPreset returns an error for what can be no format string, only a preset's name or nothing.
func checkPreset(name string) error {
	switch {
	case name == "":
		return &formatError{name, 0, "the format is empty: expected a preset (" + strings.Join(Presets(), ", ") + ") or the server's format string"}
	case strings.ContainsAny(name, "$%# \t\n'\""):
		return nil
	}
	if similar := nearest(strings.ToLower(name), Presets()); similar != "" {
		return &formatError{name, 0, fmt.Sprintf("unknown preset %q: did you mean %s?", name, similar)}
	}
	return &formatError{name, 0, fmt.Sprintf("unknown preset %q: expected one of %s, or the server's format string itself", name, strings.Join(Presets(), ", "))}
}

func (d declaration) template(source string) (*template, error) {
	if len(d.text) == 0 {
		return nil, &formatError{source, 0, "the format string is empty"}
	}
	read := map[family]func(declaration, string) (*template, error){
		nginx: nginxTemplate, apache: apacheTemplate, haproxy: haproxyTemplate, envoy: envoyTemplate,
	}[d.family]
	t, err := read(d, source)
	if err != nil {
		return nil, err
	}
	t.family, t.spare = d.family, d.spare
	return t, t.check(d, source)
}

// check returns an error for a template by which no line can be read.
func (t *template) check(d declaration, source string) error {
	if i := slices.IndexFunc(t.literals, func(s string) bool { return strings.Contains(s, "\n") }); i >= 0 {
		at := slices.Index(d.text, '\n')
		return &formatError{source, d.at[at], "the format holds a line break: an entry must be one line"}
	}
	if n := bytes.Count(d.text, []byte(`"`)); n%2 == 1 {
		return &formatError{source, d.at[bytes.LastIndexByte(d.text, '"')], fmt.Sprintf("this quote has no partner: the format has %d, an odd number", n)}
	}
	if t.best(roleStatus) >= 0 {
		return nil
	}
	at := d.at[len(d.at)-1] + 1
	switch {
	case len(t.fields) == 0:
		return &formatError{source, d.at[0], fmt.Sprintf("%q has no fields: expected an nginx format with $status or an Apache format with %%>s", firstWord(string(d.text)))}
	case d.family != nginx:
		return &formatError{source, at, "the format ends without a status: add " + statusOf[d.family]}
	case t.fact("upstream_status") >= 0:
		return &formatError{source, at, "the format ends without $status ($upstream_status is what the upstream answered, not what the client got): add $status"}
	}
	return &formatError{source, at, "the format ends without a status: add $status"}
}

// statusOf is what a language calls the status that the client got.
var statusOf = map[family]string{nginx: "$status", apache: "%>s", haproxy: "%ST", envoy: "%RESPONSE_CODE%"}

// Name returns the preset's name or the one that the directive gives; empty for a bare string.
func (f *Format) Name() string { return f.name }

// HasDuration reports whether the format logs how long a request took. What this and the methods below say of auto is what
// holds of any line it reads; objects that it reads, too, are held to it: their durations and headers are left out.
func (f *Format) HasDuration() bool { return f.has(roleDuration) }

// HasSize reports whether the format logs how large the response was, with its header or without.
func (f *Format) HasSize() bool { return f.has(roleBytes) }

// HasBodyBytes reports whether the format logs how large the body of the response was. The size of the whole response with
// its header ($bytes_sent, %O) is none: it is in every Entry, but says nothing about the body.
func (f *Format) HasBodyBytes() bool {
	return f.has(roleBytes) && !f.open && !slices.ContainsFunc(f.templates, func(t *template) bool {
		i := t.best(roleBytes)
		return i >= 0 && t.fields[i].gross || t.object && t.gross()
	})
}

// HasMethod reports whether the format logs the method or the request line.
func (f *Format) HasMethod() bool { return f.has(roleMethod) || f.has(roleRequest) }

// Server returns the name of the server in whose language the format is written (lighttpd, varnishncsa and others took Apache's
// over), "AWS" for its load balancers, "JSON" for objects of no particular server, and "" where it is a preset whose lines
// several servers write.
func (f *Format) Server() string {
	switch {
	case f.server != "":
		return f.server
	case f.shared:
		return ""
	}
	return f.family.String()
}

func (f *Format) has(r role) bool {
	return f.open || slices.ContainsFunc(f.templates, func(t *template) bool { return t.best(r) >= 0 })
}

// Fields returns the names that NewParser knows how to read from each line of this format, sorted: facts such as "req.range",
// "resp.location", "auth", "upstream_status", "completion", and "host", "protocol", "time".
func (f *Format) Fields() []string {
	var names []string
	for _, t := range f.templates {
		for i := range t.fields {
			if t.fields[i].fact != "" {
				names = append(names, t.fields[i].fact)
			}
		}
	}
	if f.has(roleHost) {
		names = append(names, "host")
	}
	if f.has(roleProtocol) || f.has(roleRequest) {
		names = append(names, "protocol")
	}
	if f.has(roleTime) {
		names = append(names, "time")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Warnings returns what is unwise about the format: one sentence each, for people.
func (f *Format) Warnings() []string { return f.warnings }

// secrets are the headers whose values let others act in a user's name.
var secrets = []string{"req.authorization", "req.proxy-authorization", "req.cookie", "resp.set-cookie", "req.x-api-key", "req.x-auth-token"}

func (t *template) warnings(escape string) []string {
	var all []string
	for _, f := range t.fields {
		if slices.Contains(secrets, f.fact) {
			all = append(all, f.name+" writes credentials into the log; log only whether there are any: in nginx map $http_authorization $auth { \"\" 0; default 1; } and $auth, in Apache SetEnvIf Authorization . auth=1 and %{auth}e")
		}
	}
	if i := t.best(roleStatus); i >= 0 && t.family == apache && !strings.Contains(t.fields[i].name, ">") {
		all = append(all, t.fields[i].name+" is in Apache the status before internal redirects; %>s is the one that the client got")
	}
	all = append(all, t.forgeable()...)
	if escape == "none" {
		all = append(all, "with escape=none a client can write anything into the log, whole fields included; with escape=default or escape=json it cannot")
	}
	if t.best(roleMethod) < 0 && t.best(roleRequest) < 0 {
		all = append(all, "the format logs neither the request line nor the method: whatever depends on the method is unknown")
	}
	return all
}

// forgeable returns what in the template a client can write so that it looks like other fields.
func (t *template) forgeable() []string {
	if t.family == envoy && t.cuts == nil {
		return []string{"Envoy escapes nothing, and something that a client writes stands before %RESPONSE_CODE%, method or path: put status, method, path and protocol first, as the default format does"}
	}
	for i := range t.fields {
		if f := &t.fields[i]; t.family == haproxy && f.role == roleFact && f.escape == escapeNone && f.kind == kindText {
			return []string{f.name + " is logged as it came, and a client can write whole fields into it; with the flags in %{+Q,+E}[...] it cannot"}
		}
	}
	return nil
}
