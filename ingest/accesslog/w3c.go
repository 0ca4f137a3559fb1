package accesslog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// fieldsDirective begins the line of a W3C extended log that names the columns of the lines behind it.
const fieldsDirective = "#Fields:"

// The columns that IIS logs unless told otherwise, and all of CloudFront's standard logs. A log's own directive takes their place.
const (
	iisFields = fieldsDirective + ` date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer)` +
		` sc-status sc-substatus sc-win32-status time-taken`
	cloudfrontFields = fieldsDirective + ` date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)` +
		` cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken` +
		` x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port` +
		` time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end`
)

var w3cPresets = map[string]string{"iis": iisFields, "cloudfront": cloudfrontFields}

// w3cFields are the columns of which more is known than the name: those of https://www.w3.org/TR/WD-logfile.html, of IIS
// (learn.microsoft.com/windows/win32/http/w3c-logging), and of CloudFront (docs.aws.amazon.com/AmazonCloudFront, "Standard logging
// reference"). All sizes are of whole messages, header included. Times are UTC.
var w3cFields = map[string]field{
	"date":                        {role: roleTime, kind: kindDate, layout: w3cLayout},
	"time":                        {kind: kindClock},
	"cs-method":                   {role: roleMethod, kind: kindWord},
	"cs-uri":                      {role: roleTarget},
	"cs-uri-stem":                 {role: rolePath},
	"cs-uri-query":                {role: roleQuery, separator: true},
	"sc-status":                   {role: roleStatus, kind: kindStatus},
	"sc-bytes":                    {role: roleBytes, kind: kindInteger, gross: true, rank: 1},
	"bytes":                       {role: roleBytes, kind: kindInteger, gross: true},
	"cs-bytes":                    {kind: kindInteger},
	"time-taken":                  {role: roleDuration, kind: kindDecimal},
	"cs-version":                  {role: roleProtocol, kind: kindProtocol},
	"cs-protocol-version":         {role: roleProtocol, kind: kindProtocol},
	"cs-host":                     {role: roleHost, fact: "req.host", rank: 1},
	"cs(host)":                    {role: roleHost, fact: "req.host"},
	"x-host-header":               {role: roleHost, fact: "req.host", rank: 2},
	"s-port":                      {kind: kindInteger},
	"c-port":                      {kind: kindInteger},
	"sc-substatus":                {kind: kindInteger},
	"sc-win32-status":             {kind: kindSigned},
	"x-forwarded-for":             {role: roleFact, fact: "req.x-forwarded-for"},
	"sc-content-type":             {role: roleFact, fact: "resp.content-type"},
	"sc-content-len":              {role: roleFact, fact: "resp.content-length"},
	"x-edge-result-type":          {role: roleFact, fact: "edge_result"},
	"x-edge-detailed-result-type": {role: roleFact, fact: "edge_result", rank: 1},
}

// w3cNames are the columns that are known by name alone.
var w3cNames = slices.Concat(slices.Sorted(maps.Keys(w3cFields)), strings.Fields(`
	c-ip c-dns s-ip s-dns r-ip s-sitename s-computername s-siteid s-reason s-queuename cs-username cs(user-agent) cs(referer) cs(cookie)
	cs-protocol cs-uri-scheme x-edge-location x-edge-request-id x-edge-response-result-type ssl-protocol ssl-cipher fle-status
	fle-encrypted-fields time-to-first-byte sc-range-start sc-range-end`))

// iisColumns are those that IIS and HTTP.sys have, and the draft, Tomcat and others have not.
var iisColumns = strings.Fields("sc-substatus sc-win32-status s-sitename s-computername s-port cs-username cs-version cs-host")

// compileW3C compiles the #Fields directive of a W3C log, alone or with the directives around it; nil where format is none.
func compileW3C(format string) (*Format, error) {
	line, at := "", 0
	for l := range strings.Lines(format) {
		switch {
		case strings.HasPrefix(l, fieldsDirective):
			line, at = strings.TrimRight(l, " \t\r\n"), strings.LastIndex(format, l)
		case strings.TrimSpace(l) != "" && l[0] != '#':
			return nil, nil
		}
	}
	if line == "" {
		return nil, nil
	}
	t, err := w3cTemplate(line)
	if err == nil {
		err = t.misspelt()
	}
	if err != nil {
		err.source, err.at = format, err.at+at
		return nil, err
	}
	return &Format{family: t.family, templates: []*template{t}, warnings: t.columnWarnings()}, nil
}

// w3cPreset makes the format whose columns are those of the directive as long as the log has none of its own: any column may come.
func w3cPreset(name, directive string) *Format {
	t, err := w3cTemplate(directive)
	if err != nil {
		panic(err)
	}
	return &Format{name: name, family: t.family, open: true, templates: []*template{t}}
}

// ReadsColumns reports whether the format reads W3C logs, by the directives that they have.
func (f *Format) ReadsColumns() bool {
	return slices.ContainsFunc(slices.Concat(f.templates, f.also), func(t *template) bool { return t.columns })
}

// w3cTemplate makes the template of a directive.
func w3cTemplate(directive string) (*template, *formatError) {
	t := &template{columns: true, family: w3c}
	if strings.Contains(directive, " x-edge-") {
		t.family = cloudfront
	}
	at := len(fieldsDirective)
	for name := range strings.FieldsSeq(directive[at:]) {
		at += strings.Index(directive[at:], name)
		if !isColumnName(name) {
			return nil, &formatError{directive, at, fmt.Sprintf("found %q: expected the name of a column, such as sc-status or cs(User-Agent)", name)}
		}
		f := w3cField(strings.ToLower(name), t.family)
		f.name, f.at = name, at
		t.fields = append(t.fields, f)
		at += len(name)
	}
	if t.best(roleStatus) < 0 {
		return nil, &formatError{directive, len(directive), "the columns have no status: add sc-status to what the server logs (in IIS the field Protocol Status)"}
	}
	t.settleColumns()
	return t, nil
}

func isColumnName(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.()/:") == ""
}

// w3cField returns what is known of a column. cs(X) and sc(X) are headers; CloudFront's cs(Host) is the name of the distribution,
// not what the client sent, and its values are percent-encoded.
func w3cField(name string, server family) field {
	f, known := w3cFields[name]
	for prefix, facts := range map[string]string{"cs(": "req.", "sc(": "resp."} {
		if header, ok := strings.CutPrefix(name, prefix); ok && !known {
			f = field{role: roleFact, fact: facts + strings.TrimSuffix(header, ")")}
		}
	}
	f.escape = escapeNone
	if server == cloudfront {
		if name == "cs(host)" {
			f.fact = ""
		}
		if f.role == roleFact {
			f.escape = escapePercent
		}
	}
	return f
}

// settleColumns decides what only all columns together say: durations are in milliseconds where IIS writes them; a date is no time
// where the clock's does not follow it; and one column is left for a fact.
func (t *template) settleColumns() {
	facts := map[string]int{}
	ofIIS := slices.ContainsFunc(t.fields, func(f field) bool { return slices.Contains(iisColumns, strings.ToLower(f.name)) })
	for i := range t.fields {
		f := &t.fields[i]
		if f.unit = time.Second; f.role == roleDuration && ofIIS {
			f.unit = time.Millisecond
		}
		if f.role == roleTime && (i+1 == len(t.fields) || t.fields[i+1].kind != kindClock) {
			f.role = roleNone
		}
		if before, again := facts[f.fact]; again && t.fields[before].rank >= f.rank {
			f.fact = ""
		} else if again {
			t.fields[before].fact = ""
		}
		facts[f.fact] = i
	}
}

// misspelt returns an error for a name that looks like one that is known and not there. Any other is a column of the user's own.
func (t *template) misspelt() *formatError {
	has := func(name string) bool {
		return slices.ContainsFunc(t.fields, func(f field) bool { return strings.EqualFold(f.name, name) })
	}
	for _, f := range t.fields {
		name := strings.ToLower(f.name)
		if f.role != roleNone || slices.Contains(w3cNames, name) {
			continue
		}
		if similar := nearest(name, w3cNames); similar != "" && !has(similar) {
			return &formatError{at: f.at, message: fmt.Sprintf("unknown column %s: did you mean %s?", f.name, similar)}
		}
	}
	return nil
}

// columnWarnings is warnings for a directive.
func (t *template) columnWarnings() (all []string) {
	for _, f := range t.fields {
		if slices.Contains(secrets, f.fact) && t.family == w3c {
			all = append(all, f.name+" writes credentials into the log: let the server not log it")
		}
	}
	if t.best(roleMethod) < 0 {
		all = append(all, "the log has no cs-method: whatever depends on the method is unknown")
	}
	return all
}
