package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// oldPhrases are what codes were called before the registry's present phrase.
var oldPhrases = map[string]int{
	"moved temporarily":               302,
	"request time-out":                408,
	"length required":                 411,
	"request entity too large":        413,
	"payload too large":               413,
	"request-uri too long":            414,
	"request-uri too large":           414,
	"request uri too long":            414,
	"requested range not satisfiable": 416,
	"i'm a teapot":                    418,
	"im a teapot":                     418,
	"unprocessable entity":            422,
	"gateway time-out":                504,
}

// phraseOf finds the code that a meaning is the phrase of, 0 where it is that of none. Old says that the registry calls the
// code otherwise by now.
func phraseOf(meaning string) (code int, old bool) {
	m := strings.ToLower(strings.Trim(meaning, " .!"))
	for _, r := range registry {
		if strings.ToLower(r.Phrase) == m && r.Phrase != "(Unused)" {
			return r.Code, false
		}
	}
	code, old = oldPhrases[m]
	return code, old && strings.ToLower(Phrase(code, nil)) != m
}

// phrase finds "415 Not Acceptable" and "413 Request Entity Too Large". A comma list shares one meaning, which may be the
// phrase of any of its codes.
func (l *linter) phrase(e *Code) {
	code, old := phraseOf(e.Meaning)
	if code == 0 || e.Pattern == DefaultPattern {
		return
	}
	first, last := Range(e.Pattern)
	within := first <= code && code <= last
	switch {
	case within && old && Precision(e.Pattern) == 3:
		r, _ := Registered(code)
		if r.Phrase != "(Unused)" {
			l.add(e.Pos, ruleOldPhrase, SeverityInfo, fmt.Sprintf("%d is called %q, an older phrase", code, e.Meaning),
				fmt.Sprintf("%s (%s)", r.Phrase, r.Source))
		}
	case !within && !l.listedWith(e, code):
		right := "describe the answers in your own words"
		if phrase := Phrase(first, l.contract.Vendors); phrase != "" && first == last {
			right = fmt.Sprintf("%s is %q", e.Pattern, phrase)
		}
		l.add(e.Pos, rulePhrase, SeverityWarning, fmt.Sprintf("%s is called %q, which is the phrase of %d", e.Pattern, e.Meaning, code), right)
	}
}

// listedWith reports whether the key of an entry, a comma list, covers the code as well.
func (l *linter) listedWith(e *Code, code int) bool {
	shares := func(o Code) bool { return o.Pos == e.Pos && Covers([]string{o.Pattern}, code) }
	if slices.ContainsFunc(l.contract.Codes, shares) {
		return true
	}
	return slices.ContainsFunc(l.contract.Routes, func(r Route) bool { return slices.ContainsFunc(r.Codes, shares) })
}

// category finds a 3XX that is filed under success.
func (l *linter) category(e *Code) {
	if e.Category == "" || e.Pattern == DefaultPattern {
		return
	}
	plain := Code{Pattern: e.Pattern}
	class := plain.CategoryOf()
	if e.Category == class || e.Category == "error" && e.Pattern[0] >= '4' {
		return
	}
	l.add(e.Pos, ruleCategory, SeverityInfo, fmt.Sprintf("%s is filed under %s", e.Pattern, e.Category),
		fmt.Sprintf("RFC 9110, 15: %cXX is %s", e.Pattern[0], class))
}

// registered finds codes that are in no registry, and those that the registry has given up.
func (l *linter) registered(e *Code, r *Route) {
	if Precision(e.Pattern) < 3 {
		return
	}
	code, _ := Range(e.Pattern)
	row, ok := Registered(code)
	switch {
	case !ok:
		suggestion := "clients treat it as " + e.Pattern[:1] + "00 (RFC 9110, 15); prefer a registered code"
		if Phrase(code, l.contract.Vendors) != "" {
			return // a chosen pack has it
		}
		if packs := packsWith(code); len(packs) > 0 {
			suggestion = "vendor: [" + packs[0] + "] if that is who answers it; known to " + strings.Join(packs, ", ")
		}
		l.add(e.Pos, ruleUnregistered, SeverityInfo, e.Pattern+" is not in the IANA registry", suggestion)
	case row.Phrase == "(Unused)":
		l.add(e.Pos, ruleObsoleteCode, SeverityInfo, e.Pattern+" is registered as unused", "clients treat it as "+e.Pattern[:1]+"00 ("+row.Source+")")
	case code == 305:
		l.add(e.Pos, ruleObsoleteCode, SeverityInfo, "305 Use Proxy is deprecated", "clients must not follow it (RFC 9110, 15.4.6)")
	case code == 510:
		l.add(e.Pos, ruleObsoleteCode, SeverityInfo, "510 Not Extended is obsoleted", "RFC 2774 is historic; use 501 or 400")
	}
}

func packsWith(code int) []string {
	var packs []string
	for _, v := range vendorCodes {
		if v.number == code && v.Sent && !slices.Contains(packs, v.Vendor) {
			packs = append(packs, v.Vendor)
		}
	}
	return packs
}

// interim finds 100, 102, 103 and 104: no access log has them as the answer. An entry that says so itself is fine.
func (l *linter) interim(e *Code) {
	if e.Pattern == "101" || e.Pattern[0] != '1' || slices.ContainsFunc(e.OnlyWhen, func(k Check) bool { return len(k.Status) > 0 }) {
		return
	}
	l.add(e.Pos, ruleInterim, SeverityWarning, e.Pattern+" is documented as an answer, but an interim response is never the last one",
		"drop it; only 101 ends a request (RFC 9110, 15.2)")
}

// replaced are RFCs of HTTP that others have replaced.
var replaced = map[string]string{
	"1945": "", "2068": "RFC 9110", "2616": "RFC 9110", "2617": "RFC 9110 with RFC 7616 and 7617",
	"7230": "RFC 9110 and 9112", "7231": "RFC 9110", "7232": "RFC 9110", "7233": "RFC 9110", "7234": "RFC 9111", "7235": "RFC 9110",
	"7238": "RFC 9110", "7538": "RFC 9110", "7540": "RFC 9113", "7725": "",
}

var citation = regexp.MustCompile(`(?i)\brfc[\s:#-]*(\d{4})\b`)

// source looks at the documentation that the contract restates.
func (l *linter) source() {
	s := &l.contract.Source
	at := Position{File: l.contract.File, Line: 1, Column: 1}
	if s.Standard == "rfc2616" {
		l.add(at, ruleObsoleteRFC, SeverityWarning, "the documentation cites RFC 2616, which is obsolete since June 2014",
			"RFC 9110; it has 308, 421, 422, 426, and the registry has 428, 429, 431, 451 and 511 since")
	}
	l.cites(at, s.Title+" "+s.URL)
}

func (l *linter) cites(pos Position, text string) {
	for _, m := range citation.FindAllStringSubmatch(text, -1) {
		if now := replaced[m[1]]; now != "" {
			l.add(pos, ruleObsoleteRFC, SeverityWarning, "the text cites RFC "+m[1]+", which is obsolete", now)
		}
	}
}
