package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A suggestion is a condition that a description seems to state. It is written as a comment, with the words that it comes
// from: nothing is taken for granted.
type suggestion struct {
	key       string // only_when, always_when or sends
	condition string // YAML, one line
	from      string
}

const (
	methodWord = `(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)`
	methodList = methodWord + `(?:(?:\s*,\s*|\s*/\s*|\s+(?:and|or)\s+|\s*,\s*(?:and|or)\s+)` + methodWord + `)*`
)

var (
	onlyMethods  = regexp.MustCompile(`(?i:\bonly\b[^.;]{0,40}?|\bapplicable (?:on|to|for) )(` + methodList + `)\b(?i: (?:actions?|requests?|methods?|calls?|operations?))?`)
	inResponseTo = regexp.MustCompile(`(?i:\b(?:in response to|response to|partial|conditional)(?: an?| the)? )(` + methodList + `)\b(?i: (?:actions?|requests?|methods?))?`)
	headerWord   = regexp.MustCompile(`\b([A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)*)[\x60'"]? (?:HTTP )?(?:request |response )?headers?\b`)
	always       = regexp.MustCompile(`(?i)\balways\b[^.;]*`)
	negation     = regexp.MustCompile(`(?i)\b(not|no|without|never|missing)\b[^.;]{0,40}$`)
	oneMethod    = regexp.MustCompile(`\b` + methodWord + `\b`)
)

// responseHeaders are those that a response sends; any other is taken for a request's.
var responseHeaders = map[string]bool{
	"Accept-Ranges": true, "Age": true, "Allow": true, "Content-Range": true, "Date": true, "Deprecation": true, "ETag": true,
	"Expires": true, "Last-Modified": true, "Link": true, "Location": true, "Operation-Location": true,
	"Proxy-Authenticate": true, "Retry-After": true, "Server": true, "Set-Cookie": true, "Sunset": true, "Vary": true,
	"WWW-Authenticate": true, "Warning": true,
}

// notHeaders are words that stand before "header" without being the name of one.
var notHeaders = map[string]bool{"A": true, "An": true, "The": true, "HTTP": true, "This": true, "Your": true, "That": true,
	"Request": true, "Response": true, "Missing": true, "Invalid": true, "Following": true, "Custom": true, "No": true}

// suggestions reads the four patterns that descriptions state conditions in: methods after "only" or "applicable on",
// methods after "in response to" and the like, a header's name before "header", and "always".
func suggestions(description string) []suggestion {
	var list []suggestion
	for _, form := range []*regexp.Regexp{onlyMethods, inResponseTo} {
		if m := form.FindStringSubmatch(description); m != nil {
			methods := strings.Join(slices.Compact(oneMethod.FindAllString(m[1], -1)), ", ")
			list = append(list, suggestion{"only_when", "{method: [" + methods + "]}", m[0]})
		}
	}
	alwaysAt := always.FindStringIndex(description)
	said := map[string]bool{}
	for _, at := range headerWord.FindAllStringSubmatchIndex(description, -1) {
		name := description[at[2]:at[3]]
		if notHeaders[name] || said[name] {
			continue
		}
		said[name] = true
		presence := "present"
		if negation.MatchString(description[:at[0]]) {
			presence = "absent"
		}
		from := sentenceAt(description, at[0])
		switch {
		case alwaysAt != nil && at[0] >= alwaysAt[0] && at[1] <= alwaysAt[1] && !responseHeaders[name]:
			list = append(list, suggestion{"always_when", fmt.Sprintf(
				"{request_header: {%s: %s}, status: [2XX], severity: warning}", name, presence), from})
		case responseHeaders[name]:
			list = append(list, suggestion{"sends", fmt.Sprintf("{response_header: {%s: %s}}", name, presence), from})
		default:
			list = append(list, suggestion{"only_when", fmt.Sprintf("{request_header: {%s: %s}}", name, presence), from})
		}
	}
	if alwaysAt != nil && len(list) == 0 {
		from := sentenceAt(description, alwaysAt[0])
		if methods := oneMethod.FindAllString(from, -1); methods != nil {
			list = append(list, suggestion{"always_when", fmt.Sprintf("{method: [%s], status: [2XX], severity: warning}",
				strings.Join(slices.Compact(methods), ", ")), from})
		}
	}
	return list
}

// sentenceAt returns the sentence of text that the byte at is in.
func sentenceAt(text string, at int) string {
	start := strings.LastIndex(text[:at], ". ") + 1
	end := len(text)
	if i := strings.Index(text[at:], ". "); i >= 0 {
		end = at + i
	}
	return strings.TrimSpace(text[start:end])
}
