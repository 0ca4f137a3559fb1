package contract

import (
	"strings"
	"testing"
)

func mustParse(t *testing.T, text string) *Contract {
	t.Helper()
	c, err := Parse("c.yaml", []byte("contract: v1\nname: c\n"+text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

// A row of TestDiff: the lines wanted, those of breaking changes begin with "! ".
func TestDiff(t *testing.T) {
	rows := []struct{ name, a, b, want string }{
		{"nothing", "codes: {200: OK, 404: Not Found}", "codes: {404: Not Found, 200: {meaning: OK}}", ""},
		{"error added", "codes: {200: OK}", "codes: {200: OK, 429: Too Many Requests}", "! 429 added (Too Many Requests); an error that clients were not told of"},
		{"error added in a known range", "codes: {200: OK, 4XX: Yours}", "codes: {200: OK, 4XX: Yours, 429: Slow}", "429 added (Slow); 4XX covered it"},
		{"success added", "codes: {200: OK}", "codes: {200: OK, 202: Accepted}", "202 added (Accepted)"},
		{"default added", "codes: {200: OK}", "codes: {200: OK, default: Error}", "! default added (Error); an error that clients were not told of"},
		{"success removed", "codes: {200: OK, 201: Created}", "codes: {200: OK}", "! 201 removed (Created); clients may wait for it"},
		{"redirect removed, range left", "codes: {301: Moved, 3XX: x}", "codes: {3XX: x}", "301 removed (Moved); 3XX covers it"},
		{"default removed", "codes: {200: OK, default: Error}", "codes: {200: OK}", "! default removed (Error); clients may wait for it"},
		{"error removed", "codes: {200: OK, 404: Gone}", "codes: {200: OK}", "404 removed (Gone)"},
		{"meaning", "codes: {200: OK}", "codes: {200: Success}", "200: meaning Success, was OK; the meaning label changes: its series begin anew"},
		{"phrase spelled out", "codes: {200: {}}", "codes: {200: OK}", ""},
		{"slo", "codes: {404: {}}", "codes: {404: {slo: bad}}", "404: slo bad, was client; it counts otherwise against the error budget"},
		{"slo spelled out", "codes: {404: {}}", "codes: {404: {slo: client}}", ""},
		{"category, owner", "codes: {301: {owner: web}}", "codes: {301: {category: success}}", "301: category success, was redirect\n301: owner removed: web"},
		{"max_ratio, deprecated, description", "codes: {404: {}}", "codes: {404: {max_ratio: 0.1, deprecated: true, description: x}}",
			"404: description added: x\n404: deprecated added: yes\n404: max_ratio added: 0.1"},
		{"promise dropped", "codes: {301: {sends: [{id: a, response_header: {location: present}}]}}", "codes: {301: {}}",
			"! 301: condition removed: sends Location; clients may rely on it"},
		{"promise weakened", "codes: {301: {sends: [{id: a, response_header: {location: present}}]}}", "codes: {301: {sends: [{id: a, severity: info, response_header: {location: present}}]}}",
			"! 301: condition sends Location (info), was sends Location; clients may rely on it"},
		{"advice dropped", "codes: {301: {sends: [{id: a, severity: info, response_header: {location: present}}]}}", "codes: {301: {}}",
			"301: condition removed: sends Location (info)"},
		{"another id", "codes: {201: {only_when: [{id: a, method: [PUT]}]}}", "codes: {201: {only_when: [{id: b, method: [PUT]}]}}", ""},
		{"only_when added and changed", "codes: {201: {only_when: [{id: a, method: [PUT]}]}}", "codes: {201: {only_when: [{id: a, method: [POST]}, {id: c, auth: present}]}}",
			"201: condition only when the method is POST, was only when the method is PUT\n201: condition added: only when the request has credentials"},

		{"route added and removed", "routes: [{match: GET /a}, {match: GET /b}]", "routes: [{match: GET /b}, {match: GET /c}]",
			"! GET /a removed; requests for it are no longer documented\nGET /c added"},
		{"method removed", "routes: [{match: GET|PUT /a}]", "routes: [{match: GET /a}]", "! PUT /a removed; requests for it are no longer documented"},
		{"parameter renamed", "routes: [{match: 'GET /a/{x}', name: a}]", "routes: [{match: 'GET /a/{y}', name: a}]", ""},
		{"label", "routes: [{match: 'GET /a/{x}'}]", "routes: [{match: 'GET /a/{y}'}]", "GET /a/{y}: label /a/{y}, was /a/{x}; the route label changes: its series begin anew"},
		{"split into two routes", "routes: [{match: GET|PUT /a, codes: {200: OK}}]", "routes: [{match: GET /a, codes: {200: OK}}, {match: PUT /a, codes: {200: OK}}]", ""},
		{"code of a route", "routes: [{match: GET /a, codes: {200: OK}}]", "routes: [{match: GET /a, codes: {200: OK, 404: x}}]", "! GET /a 404 added (x); an error that clients were not told of"},
		{"page once, not by route", "codes: {200: OK}\nroutes: [{match: GET /a}, {match: GET /b}]", "codes: {200: OK, 500: x}\nroutes: [{match: GET /a}, {match: GET /b}]",
			"! 500 added (x); an error that clients were not told of"},
		{"meaning of the page once, not by route", "codes: {200: OK}\nroutes: [{match: GET /a}]", "codes: {200: Fine}\nroutes: [{match: GET /a}]",
			"200: meaning Fine, was OK; the meaning label changes: its series begin anew"},
		{"gone from the page once, not by route", "codes: {200: OK, 404: x}\nroutes: [{match: GET /a}]", "codes: {200: OK}\nroutes: [{match: GET /a}]", "404 removed (x)"},
		{"taken away on a route", "codes: {200: OK, 204: x}\nroutes: [{match: GET /a}]", "codes: {200: OK, 204: x}\nroutes: [{match: GET /a, codes: {204: null}}]",
			"! GET /a 204 removed (x); clients may wait for it"},
		{"inheritance ends", "codes: {200: OK}\nroutes: [{match: GET /a}]", "codes: {200: OK}\nroutes: [{match: GET /a, inherit: false}]", "! GET /a 200 removed (OK); clients may wait for it"},
		{"moved to the page", "codes: {404: x}\nroutes: [{match: GET /a, codes: {200: OK}}]", "codes: {404: x, 200: OK}\nroutes: [{match: GET /a}]", "200 added (OK)"},
		{"route's own", "routes: [{match: GET /a, owner: x}]\ncodes: {202: x}", "codes: {202: x}\nroutes: [{match: GET /a, deprecated: true, always_when: [{id: z, code: 202, status: [2XX]}]}]",
			"GET /a: owner removed: x\nGET /a: deprecated added: yes\nGET /a: condition added: always 202 among 2XX answers"},

		{"contract", "codes: {200: OK}", "codes: {200: OK}\nobjective: 0.99\nmin_errors: 5\nvendor: [nginx]\nundocumented: warning\nno_response: ['-']\nunmatched: {expect: [4XX], label: other}\nsource: {standard: none}",
			`contract: source.standard none, was rfc9110
contract: undocumented warning, was error
contract: unmatched.expect 4XX, was 3XX, 4XX
contract: unmatched.label other, was unmatched; the route label changes: its series begin anew
contract: no_response -, was -, 0, 000, -1, 444, 460, 499
contract: vendor added: nginx
contract: objective 0.99, was 0.999
contract: min_errors 5, was 10`},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			var got []string
			for _, c := range Diff(mustParse(t, r.a), mustParse(t, r.b)) {
				if c.Pos.Line == 0 {
					t.Errorf("%v: no position", c)
				}
				line := c.String()
				if c.Breaking {
					line = "! " + line
				}
				got = append(got, line)
			}
			if strings.Join(got, "\n") != r.want {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), r.want)
			}
		})
	}
}

// TestDiffSelf: no contract differs from itself.
func TestDiffSelf(t *testing.T) {
	for _, name := range Builtins() {
		a, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := Load(name)
		for _, c := range Diff(a, b) {
			t.Errorf("%s: %v", name, c)
		}
	}
}
