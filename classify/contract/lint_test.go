package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// quiet documents every expected code, so that a table row shows only what it is about.
const quiet = "  400: Bad Request\n  404: Not Found\n  415: Unsupported Media Type\n  429: {meaning: Too Many Requests, sends: [{response_header: {Retry-After: present}}]}\n  500: Internal Server Error\n"

// lintOf returns the findings as "line rule severity: message", those of quiet not counted.
func lintOf(t *testing.T, text string) []string {
	t.Helper()
	c, err := Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var got []string
	for _, f := range Lint(c) {
		if f.Suggestion == "" || f.Message == "" || f.Pos.File != "c.yaml" {
			t.Errorf("%+v: a finding says where, what, and what would be right", f)
		}
		got = append(got, fmt.Sprintf("%d %s %s: %s", f.Pos.Line, f.Rule, f.Severity, f.Message))
	}
	return got
}

func TestLint(t *testing.T) {
	rows := []struct {
		name, text string // after "contract: v1\ncodes:\n" + quiet, which are 7 lines
		want       []string
	}{
		{"nothing", "", nil},
		{"wrong phrase", "  416: Not Acceptable\n", []string{`8 wrong-phrase warning: 416 is called "Not Acceptable", which is the phrase of 406`}},
		{"wrong phrase of success", "  204: accepted.\n", []string{`8 wrong-phrase warning: 204 is called "accepted.", which is the phrase of 202`}},
		{"own words", "  200: Success\n  403: You may not\n  401: Unauthorized\n", nil},
		{"one phrase for a list", "  502, 503: Bad Gateway\n", nil},
		{"one phrase for a list that lacks it", "  502, 503: Conflict\n", []string{
			`8 wrong-phrase warning: 502 is called "Conflict", which is the phrase of 409`,
			`8 wrong-phrase warning: 503 is called "Conflict", which is the phrase of 409`}},
		{"phrase of a range", "  50X: Bad Gateway\n", nil},
		{"wrong phrase of a range", "  30X: Bad Gateway\n", []string{`8 wrong-phrase warning: 30X is called "Bad Gateway", which is the phrase of 502`}},
		{"old phrase", "  413: Request Entity Too Large\n", []string{`8 old-phrase info: 413 is called "Request Entity Too Large", an older phrase`}},
		{"category", "  301: {meaning: Moved, category: success}\n", []string{`8 category-of-class info: 301 is filed under success`}},
		{"category error", "  503: {category: error}\n", nil},
		{"retry-after of a range is not asked", "  42X: Slow down\n", nil},
		{"unregistered", "  521: Down\n", []string{`8 unregistered-code info: 521 is not in the IANA registry`}},
		{"vendor", "  521: Down\nvendor: [cloudflare]\n", nil},
		{"unused", "  418: Teapot\n", []string{`8 obsolete-code info: 418 is registered as unused`}},
		{"obsoleted", "  305: Use Proxy\n  510: Not Extended\n", []string{`8 obsolete-code info: 305 Use Proxy is deprecated`, `9 obsolete-code info: 510 Not Extended is obsoleted`}},
		{"obsolete standard", "source: {standard: rfc2616}\n", []string{`1 obsolete-rfc warning: the documentation cites RFC 2616, which is obsolete since June 2014`}},
		{"obsolete citation", "  201: {description: As in RFC 7231 section 6}\n", []string{`8 obsolete-rfc warning: the text cites RFC 7231, which is obsolete`}},
		{"present citation", "  201: {description: As in RFC 9110 section 15}\n", nil},
		{"interim", "  100: Continue\n", []string{`8 interim-code warning: 100 is documented as an answer, but an interim response is never the last one`}},
		{"interim that says so", "  100: {only_when: [{status: [101]}]}\n", nil},
		{"switching", "  101: Switching Protocols\n", nil},

		{"default reached", "  default: Error\n", nil},
		{"default never reached", "  2XX: Fine\n  3XX: Elsewhere\n  4XX: Yours\n  5XX: Ours\n  101: Switching\n  default: Error\n", []string{
			`13 unreachable-entry warning: the entry default is never looked up: narrower entries cover all of its codes, or no route inherits it`}},
		{"range never reached", "  501, 502, 503, 504, 505, 506, 507, 508, 509: Broken\n  50X: Broken\n", []string{
			`8 unregistered-code info: 509 is not in the IANA registry`,
			`9 unreachable-entry warning: the entry 50X is never looked up: narrower entries cover all of its codes, or no route inherits it`}},
		{"range that no client receives", "  55X: Nobody\nno_response: ['550', '551', '552', '553', '554', '555', '556', '557', '558', '559']\n", []string{
			`8 unreachable-entry warning: the entry 55X is never looked up: narrower entries cover all of its codes, or no route inherits it`}},
		{"null of nothing", "  409: null\n", []string{`8 unreachable-entry warning: 409: null takes nothing away: there is nothing to inherit`}},
		{"hole", "  4XX: Yours\n  409: null\n", nil},
		{"no inheritance", "  451: Law\nroutes:\n- {match: /a, inherit: false, codes: {200: OK, 5XX: x, 4XX: x}}\nunmatched: {expect: [404, 400, 415, 429, 500]}\n", []string{
			`8 unreachable-entry warning: the entry 451 is never looked up: narrower entries cover all of its codes, or no route inherits it`}},

		{"always of nothing", "routes:\n- match: POST /a\n  always_when: [{id: a, code: 202, status: [2XX]}]\n", []string{
			`10 condition-never-holds warning: always 202: but 202 is not documented on POST /a`}},
		{"always among others", "  202: {always_when: [{id: a, method: [POST], status: [4XX]}]}\n", []string{
			`8 condition-never-holds warning: always 202 among 4XX answers: 202 is not among them`}},
		{"always", "  202: {always_when: [{id: a, method: [POST], status: [2XX]}]}\n", nil},
		{"condition outside the route", "routes:\n- match: GET /a\n  codes: {200: {only_when: [{id: a, method: [POST]}]}}\n", []string{
			`10 condition-never-holds warning: a asks for POST, which GET /a does not have: 200 always breaks it`,
			`10 stricter-than-standard info: 200 only on POST: RFC 9110, 15.3.1 has no such limit`}},
		{"condition partly outside", "routes:\n- match: GET|PUT /a\n  codes: {200: {only_when: [{id: a, severity: info, method: [GET, HEAD, POST]}]}}\n", []string{
			`10 condition-never-asked info: a asks for POST, which GET|PUT /a does not have`}},
		{"always outside", "  202: Accepted\nroutes:\n- match: GET /a\n  always_when: [{id: a, method: [POST], code: 202}]\n", []string{
			`11 condition-never-asked warning: a asks for POST, which GET /a does not have: the condition a is never asked`}},
		{"methods that exclude each other", "  206: {only_when: [{id: a, method: [GET]}, {id: b, method: [POST]}]}\n", []string{
			`8 condition-never-holds warning: 206 only on GET, but also only on POST`,
			`8 laxer-than-standard warning: 206 is documented for POST`}},
		{"status of only_when", "  201: {only_when: [{id: a, status: [4XX]}]}\n", []string{`8 condition-never-holds warning: 201 only when the status is 4XX: it never is`}},
		{"headers that exclude each other", "  302: {sends: [{id: a, response_header: {Location: present}}, {id: b, response_header: {Location: absent}}]}\n", []string{
			`8 condition-never-holds warning: Location is asked for and ruled out`}},
		{"body of 204", "  204: {sends: [{id: a, body: present}]}\n", []string{`8 condition-never-holds warning: 204 sends a body: it never has one`}},
		{"undocumented method without routes", "  405: {only_when: [{id: a, documented_method: false}]}\n", []string{
			`8 condition-never-asked info: a asks whether the route documents the method, but the contract has no routes: the answer is never known`}},
		{"undocumented method on a route", "routes:\n- match: GET /a\n  codes: {405: {only_when: [{id: a, documented_method: false}]}}\n", []string{
			`10 condition-never-holds warning: 405 of GET /a only when the method is not documented, but these are the codes of documented methods`}},
		{"same path", "routes:\n- match: GET /a/b\n- match: GET /a//b\n", []string{
			`10 shadowed-route warning: /a//b matches the same paths as /a/b: write both alike, or drop one`}},
		{"notation of a router", "routes:\n- match: GET /a/:id/b\n- match: GET /b/*\n- match: GET /c:cancel\n- match: GET /d/{id}:*\n", []string{
			`9 route-notation warning: GET /a/:id/b: :id is taken as it is written`,
			`10 route-notation warning: GET /b/*: * is taken as it is written`}},
		{"notation of a gateway", "routes:\n- match: GET /a/{proxy+}\n- match: GET /b/{id:[0-9]+}/x\n", []string{
			`9 route-notation warning: GET /a/{proxy+}: {proxy+} stands for any one segment, whatever its name says`,
			`10 route-notation warning: GET /b/{id:[0-9]+}/x: {id:[0-9]+} stands for any one segment, whatever its name says`}},

		{"created", "  201: {only_when: [{id: a, method: [PUT, POST]}]}\n", []string{`8 stricter-than-standard info: 201 only on PUT or POST: RFC 9110, 15.3.2 has no such limit`}},
		{"created as advice", "  201: {only_when: [{id: a, method: [PUT, POST], severity: info}]}\n", nil},
		{"standard none", "  201: {only_when: [{id: a, method: [PUT, POST]}]}\n  304: Not Modified\nsource: {standard: none}\n", nil},
		{"always 206", "  206: {only_when: [{id: b, method: [GET]}], always_when: [{id: a, request_header: {Range: present}}]}\n", []string{
			`8 stricter-than-standard warning: always 206 when the request has Range: a server may ignore Range (RFC 9110, 14.2), and 304, 404, 412, 416 are right answers too`}},
		{"always 206 as warning", "  206: {only_when: [{id: b, method: [GET]}], always_when: [{id: a, request_header: {Range: present}, severity: warning}]}\n", []string{
			`8 stricter-than-standard info: always 206 when the request has Range: a server may ignore Range (RFC 9110, 14.2)`}},
		{"304 everywhere", "  304: Not Modified\n", []string{`8 laxer-than-standard info: 304 is documented for every method`}},
		{"304 of GET", "  304: {only_when: [{id: a, method: [GET, HEAD]}]}\n", nil},
		{"304 of PUT", "routes:\n- match: PUT /a\n  codes: {304: Not Modified}\n", []string{`10 laxer-than-standard warning: PUT /a documents 304`}},
		{"304 of a GET route", "routes:\n- match: GET|PUT /a\n  codes: {304: Not Modified}\n", nil},
		{"credentials", "  401: {only_when: [{id: a, auth: absent}]}\n  403: {only_when: [{id: b, auth: present, severity: warning}]}\n", []string{
			`8 stricter-than-standard info: 401 only without credentials: RFC 9110, 15.5.2 has it for refused credentials too`,
			`9 stricter-than-standard info: 403 only with credentials: RFC 9110, 15.5.4 allows other reasons`}},
		{"401 without 403", "  401: Unauthorized\n", []string{`3 missing-code info: 403 Forbidden is not documented: credentials are asked for, so they can be insufficient`}},
		{"403 without 401", "  403: Forbidden\n", []string{`3 missing-code warning: 401 Unauthorized is not documented: credentials are asked for, so they can be missing`}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			got := lintOf(t, "contract: v1\ncodes:\n"+quiet+r.text)
			if strings.Join(got, "\n") != strings.Join(r.want, "\n") {
				t.Errorf("%s\ngot:\n%s\nwant:\n%s", r.text, strings.Join(got, "\n"), strings.Join(r.want, "\n"))
			}
		})
	}
}

func TestLintExpected(t *testing.T) {
	const missing = "missing-code "
	rows := []struct {
		name, text string
		want       []string
	}{
		{"page", "codes: {200: OK}\n", []string{
			"2 missing-code warning: 400 Bad Request is not documented: every API gets requests that it cannot read",
			"2 missing-code warning: 404 Not Found is not documented: what is asked for can be missing",
			"2 missing-code warning: 429 Too Many Requests is not documented: whoever limits the rate of requests answers it, a gateway too",
			"2 missing-code warning: 500 Internal Server Error is not documented: every server fails at times",
			"2 missing-code info: 415 Unsupported Media Type is not documented: a body can be of a type that is not understood"}},
		{"ranges", "codes: {200: OK, 4XX: Yours, 5XX: Ours}\n", nil},
		{"default", "codes: {200: OK, default: Error}\n", nil},
		{"422 stands for 400", "codes: {200: OK, 422: No, 404: No, 415: No, 5XX: No, 42X: No}\n", nil},
		{"routes on their own", "routes:\n- {match: 'GET /a/{x}', codes: {400: x, 429: x, 500: x}}\n- {match: POST /a, codes: {400: x, 429: x, 500: x}}\n", []string{
			"3 missing-code warning: GET /a/{x} does not document 404 Not Found: what is asked for can be missing",
			"4 missing-code info: POST /a does not document 415 Unsupported Media Type: a body can be of a type that is not understood"}},
		{"a fixed path is there", "routes:\n- {match: GET /a, codes: {400: x, 429: x, 500: x}}\n", []string{
			"3 missing-code info: GET /a does not document 404 Not Found: what is asked for can be missing"}},
		{"nowhere is one finding", "routes:\n- {match: POST /a, codes: {4XX: x}}\n- {match: POST /b, codes: {4XX: x}}\n- {match: POST /c, codes: {4XX: x}}\n", []string{
			"1 missing-code warning: none of 3 routes documents 500 Internal Server Error: every server fails at times"}},
		{"hardly anywhere is one finding", "routes:\n- {match: POST /a, codes: {4XX: x, 5XX: x}}\n" + manyTimes("- {match: POST /%d, codes: {4XX: x}}\n", 12), []string{
			"4 missing-code warning: 12 of 13 routes do not document 500 Internal Server Error, from POST /0 on: every server fails at times"}},
		{"the page speaks for the routes", "codes: {4XX: x}\nroutes:\n- {match: POST /a}\n- {match: POST /b}\n", []string{
			"2 missing-code warning: 500 Internal Server Error is not documented: every server fails at times"}},
		{"but not for those that inherit nothing", "codes: {4XX: x}\nroutes:\n- {match: POST /a, inherit: false, codes: {4XX: x}}\n- {match: POST /b}\n", []string{
			"2 missing-code warning: 500 Internal Server Error is not documented: every server fails at times",
			"4 missing-code warning: POST /a does not document 500 Internal Server Error: every server fails at times"}},
		{"taken away", "codes: {4XX: x, 500: x}\nroutes:\n- {match: POST /a}\n- {match: POST /b, codes: {500: null}}\n", []string{
			"5 missing-code warning: POST /b does not document 500 Internal Server Error: every server fails at times"}},
		{"plain methods", "routes:\n- {match: HEAD|OPTIONS /a, codes: {200: x, 404: x}}\n", nil},
		{"credentials of a route", "codes: {400: x, 404: x, 415: x, 429: x, 500: x}\nroutes:\n- match: POST /a\n  codes: {200: {only_when: [{auth: present}]}}\n", []string{
			"4 missing-code info: POST /a does not document 403 Forbidden: credentials are asked for, so they can be insufficient",
			"4 missing-code warning: POST /a does not document 401 Unauthorized: credentials are asked for, so they can be missing"}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			var got []string
			for _, line := range lintOf(t, "contract: v1\n"+r.text) {
				if strings.Contains(line, missing) {
					got = append(got, line)
				}
			}
			slices.Sort(got)
			slices.Sort(r.want)
			if !slices.Equal(got, r.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(r.want, "\n"))
			}
		})
	}
}

func manyTimes(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestLintBuiltin: what the built-in contracts are known to be wrong about.
func TestLintBuiltin(t *testing.T) {
	for _, name := range Builtins() {
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		findings := Lint(c)
		rules := map[string]bool{}
		for _, r := range LintRules() {
			rules[r.ID] = true
		}
		var lines []string
		for _, f := range findings {
			if !rules[f.Rule] {
				t.Errorf("%s: no rule of that id", f.Rule)
			}
			lines = append(lines, fmt.Sprintf("%s %s %s: %s", f.Pos, f.Rule, f.Severity, f.Message))
		}
		t.Logf("%s:\n%s", name, strings.Join(lines, "\n"))
		switch name {
		case "agave":
			for _, want := range []string{"429 Too Many Requests is not documented", "500 Internal Server Error is not documented", "cites RFC 2616", "301 is filed under success", "201 only on PUT or POST", "always 206"} {
				if !strings.Contains(strings.Join(lines, "\n"), want) {
					t.Errorf("agave: no finding says %q", want)
				}
			}
		case "rfc9110":
			for _, f := range findings {
				if f.Severity == SeverityWarning {
					t.Errorf("rfc9110: %s %s: %s", f.Pos, f.Rule, f.Message)
				}
			}
		}
	}
}
