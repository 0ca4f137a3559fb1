package classify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"httpstatus_exporter/classify/contract"
)

func TestStatusTokens(t *testing.T) {
	for token, want := range map[string]int{
		"200": 200, "100": 100, "599": 599, "-": CodeNone, "": CodeNone, "0": CodeNone, "00": CodeNone, "000": CodeNone, "-1": CodeNone,
		"009": CodeNone, "abc": CodeNone, "2OO": CodeNone, "+200": CodeNone, "20.0": CodeNone, "600": CodeOther, "099": CodeOther,
		"010": CodeOther, "42": CodeOther, "99999": CodeOther, "0200": CodeOther, "783": CodeOther, "99999999999999999999": CodeOther,
	} {
		if got := status([]byte(token)); got != want {
			t.Errorf("%q is %d, want %d", token, got, want)
		}
	}
}

// site has two templates, one of them with two methods.
const site = `
contract: v1
codes:
  200: Success
  404: {meaning: Nothing there}
  405: {meaning: Wrong, only_when: [{id: wrong-method, documented_method: false}]}
  499: {meaning: Token required, slo: client}
  5XX: Trouble
routes:
  - {match: "GET /jobs/{id}", codes: {200: A job, 410: Job deleted}}
  - {match: "PUT|DELETE /jobs/{id}", codes: {204: Done, 404: null, 503: {slo: ignore}}}
  - {match: GET /closed, inherit: false, codes: {200: Only this, 50X: Closed}}
  - {match: /open, name: open}
`

// One row for each step of the verdict.
func TestSteps(t *testing.T) {
	c := mustParse(t, site)
	for _, row := range []struct{ entry, want, route string }{
		{"GET /jobs/1 -", "no_response", "/jobs/{id}"},
		{"GET /jobs/1 444", "no_response", "/jobs/{id}"},
		{"GET /jobs/1 499", "documented", "/jobs/{id}"}, // listed under codes: wins over no_response
		{"GET /closed 499", "no_response", "/closed"},   // does not inherit it
		{"GET /jobs/1 700", "undocumented(invalid)", "/jobs/{id}"},
		{"GET /nowhere 404", "documented", "unmatched"},
		{"GET /nowhere 403", "undocumented(code)", "unmatched"},
		{"GET /nowhere 200", "undocumented(route)", "unmatched"},
		{"GET /nowhere 500", "undocumented(route)", "unmatched"},
		{"POST /jobs/1 405", "documented", "/jobs/{id}"},
		{"POST /jobs/1 404", "documented", "/jobs/{id}"},
		{"POST /jobs/1 501", "documented", "/jobs/{id}"},
		{"POST /jobs/1 200", "undocumented(method)", "/jobs/{id}"},
		{"GET /jobs/1 405", "violation(wrong-method)", "/jobs/{id}"},
		{"GET /jobs/1 200", "documented", "/jobs/{id}"},
		{"HEAD /jobs/1 410", "documented", "/jobs/{id}"}, // as GET
		{"GET /jobs/1/ 410", "documented", "/jobs/{id}"},
		{"PUT /jobs/1 410", "undocumented(code)", "/jobs/{id}"},
		{"PUT /jobs/1 404", "undocumented(code)", "/jobs/{id}"}, // null
		{"DELETE /jobs/1 204", "documented", "/jobs/{id}"},
		{"DELETE /jobs/1 502", "documented", "/jobs/{id}"},
		{"GET /closed 404", "undocumented(code)", "/closed"},
		{"GET /closed 503", "documented", "/closed"},
		{"GET /closed 510", "undocumented(code)", "/closed"},
		{"OPTIONS /jobs/1 204", "documented", "/jobs/{id}"}, // CORS preflight
		{"OPTIONS /jobs/1 200", "documented", "/jobs/{id}"},
		{"OPTIONS /jobs/1 201", "undocumented(method)", "/jobs/{id}"},
		{"OPTIONS /nowhere 204", "undocumented(route)", "unmatched"},
		{"BREW /open 200", "documented", "open"},
		{"get /jobs/1 200", "undocumented(method)", "/jobs/{id}"},
	} {
		w := strings.Fields(row.entry)
		f := Facts{Method: []byte(w[0]), Target: []byte(w[1]), Status: []byte(w[2]), BodyBytes: -1, Values: values(c, nil)}
		v := classify(c, &f)
		if got, route := verdict(c, &v), c.Routes()[v.Route]; got != row.want || route != row.route {
			t.Errorf("%s: %s on %q, want %s on %q", row.entry, got, route, row.want, row.route)
		}
	}
}

func TestLabels(t *testing.T) {
	c := mustParse(t, site)
	if got, want := c.Routes(), []string{"/jobs/{id}", "/closed", "open", "unmatched"}; !slices.Equal(got, want) {
		t.Errorf("routes %q, want %q", got, want)
	}
	if got := mustLoad(t, "agave").Routes(); !slices.Equal(got, []string{""}) {
		t.Errorf("a page has the routes %q", got)
	}
	c = mustParse(t, everything)
	if got, want := c.Methods()[9:], []string{"LINK", "_OTHER"}; !slices.Equal(got, want) {
		t.Errorf("methods end in %q, want %q", got, want)
	}
	if f := c.Fields(); !slices.Contains(f, "upstream_status") || !slices.IsSorted(f) || !slices.Contains(f, "req.range") {
		t.Errorf("fields %q", f)
	}
	for i, info := range c.Conditions() {
		if info.ID == "never" {
			t.Errorf("condition %d is off", i)
		}
	}
}

func TestMeaning(t *testing.T) {
	c := mustParse(t, "vendor: [cloudflare]\n"+strings.TrimSpace(site))
	at := func(c *Classifier, route, method string, code int) string {
		return c.Meaning(slices.Index(c.Routes(), route), slices.Index(c.Methods(), method), code)
	}
	for _, row := range []struct {
		route string
		code  int
		want  string
	}{
		{"/jobs/{id}", 200, "A job"}, {"/closed", 200, "Only this"}, {"unmatched", 200, "Success"}, {"open", 200, "Success"},
		{"/jobs/{id}", 404, "Nothing there"}, {"/jobs/{id}", 502, "Trouble"}, {"/closed", 502, "Closed"},
		{"unmatched", 413, "Content Too Large"}, {"/closed", 499, "Token required"}, {"unmatched", 475, ""},
		{"unmatched", CodeNone, ""}, {"unmatched", CodeOther, ""},
	} {
		if got := at(c, row.route, "GET", row.code); got != row.want {
			t.Errorf("%d on %s is %q, want %q", row.code, row.route, got, row.want)
		}
	}
	c = mustParse(t, `contract: v1
codes: {405: Wrong verb}
routes:
  - {match: "GET /pets/{id}", name: pets, codes: {200: A pet, 404: No such pet}}
  - {match: "POST /pets/{id}", name: pets, codes: {404: No such owner, 405: Closed}}
  - {match: GET /birds, name: pets, codes: {410: Extinct}}
`)
	for _, row := range []struct {
		method string
		code   int
		want   string
	}{
		{"GET", 404, "No such pet"}, {"HEAD", 404, "No such pet"}, {"POST", 404, "No such owner"}, {"GET", 410, "Extinct"}, {"POST", 405, "Closed"},
		{"GET", 405, "Wrong verb"}, {"PUT", 405, "Wrong verb"}, {"POST", 200, "OK"}, {"PUT", 404, "Not Found"}, {OtherMethod, 404, "Not Found"},
	} {
		if got := at(c, "pets", row.method, row.code); got != row.want {
			t.Errorf("%d to %s is %q, want %q", row.code, row.method, got, row.want)
		}
	}
	pack := mustParse(t, "contract: v1\nvendor: [cloudflare]\ncodes: {200: OK}\n")
	if got := pack.Meaning(0, 0, 522); got != "Connection timed out" {
		t.Errorf("522 is %q", got)
	}
	if got := mustLoad(t, "agave").Meaning(0, 0, 522); got != "" {
		t.Errorf("522 is %q without a pack", got)
	}
}

func TestSLO(t *testing.T) {
	c := mustParse(t, site)
	for entry, want := range map[string]contract.SLO{
		"GET /jobs/1 200": contract.SLOGood, "GET /jobs/1 404": contract.SLOClient, "GET /jobs/1 500": contract.SLOBad,
		"PUT /jobs/1 503": contract.SLOIgnore, "GET /jobs/1 -": contract.SLOIgnore, "GET /jobs/1 444": contract.SLOIgnore,
		"GET /jobs/1 499": contract.SLOClient, "GET /jobs/1 783": contract.SLOBad, "GET /nowhere 500": contract.SLOBad,
		"GET /nowhere 302": contract.SLOGood,
	} {
		w := strings.Fields(entry)
		v := classify(c, &Facts{Method: []byte(w[0]), Target: []byte(w[1]), Status: []byte(w[2])})
		if v.SLO != want {
			t.Errorf("%s counts as %v, want %v", entry, v.SLO, want)
		}
	}
}

func TestDocumented(t *testing.T) {
	list := func(c *Classifier) []string {
		var all []string
		for s := range c.Documented() {
			all = append(all, fmt.Sprintf("%s %s %d %s", c.Methods()[s.Method], c.Routes()[s.Route], s.Code, s.Meaning))
		}
		return all
	}
	agave := list(mustLoad(t, "agave"))
	if len(agave) != 12*7-5-6 { // 201 only on PUT and POST, 206 only on GET
		t.Errorf("%d series of the page: %q", len(agave), agave)
	}
	if slices.Contains(agave, "GET  201 Created") || !slices.Contains(agave, "PUT  201 Created") || slices.Contains(agave, "HEAD  206 Partial Content") {
		t.Errorf("conditions on the method are not kept: %q", agave)
	}
	routes := list(mustParse(t, site))
	for series, want := range map[string]bool{
		"GET /jobs/{id} 200 A job": true, "GET /jobs/{id} 410 Job deleted": true, "PUT /jobs/{id} 204 Done": true,
		"DELETE /jobs/{id} 499 Token required": true, "PUT /jobs/{id} 404 Nothing there": false, "PUT /jobs/{id} 410 Job deleted": false,
		"GET /closed 200 Only this": true, "GET /closed 404 Nothing there": false, "OPTIONS open 404 Nothing there": true,
		"TRACE open 200 Success": false, "GET /jobs/{id} 405 Wrong": false,
	} {
		if slices.Contains(routes, series) != want {
			t.Errorf("%s: documented should be %v; %q", series, want, routes)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(routes)))) != len(routes) {
		t.Error("a series is there twice")
	}
}

func TestHosts(t *testing.T) {
	c := mustParse(t, `
contract: v1
codes: {200: OK}
routes:
  - {match: GET /a, codes: {201: Everywhere}}
  - {match: GET /a, host: one.example, name: one, codes: {202: One, 203: {only_when: [{id: posted, method: [POST]}]}}}
  - {match: GET /b, host: one.example, name: one-b}
  - {match: GET /b, host: zone.example, name: zone-b, codes: {204: Empty}}
  - {match: GET /b, host: '[2001:db8::1]', name: six, codes: {204: Empty}}
`)
	for _, row := range []struct{ host, target, status, want, route string }{
		{"one.example", "/a", "202", "documented", "one"},
		{"ONE.example:8443", "/a", "202", "documented", "one"},
		{"two.example", "/a", "202", "undocumented(code)", "/a"},
		{"ZONE.EXAMPLE", "/b", "204", "documented", "zone-b"},
		{"[2001:DB8::1]", "/b", "204", "documented", "six"},
		{"[2001:DB8::1]:8443", "/b", "204", "documented", "six"},
		{"", "/a", "201", "documented", "/a"},
		{"two.example", "/b", "200", "undocumented(route)", "unmatched"},
		{"one.example", "/a", "203", "violation(posted)", "one"},
		{"?", "/a", "203", "documented", "one"}, // which route it is depends on the host: no condition can be broken
	} {
		f := Facts{Method: []byte("GET"), Target: []byte(row.target), Status: []byte(row.status), Host: []byte(row.host)}
		if row.host == "?" {
			f.Host = nil
		}
		v := classify(c, &f)
		if got, route := verdict(c, &v), c.Routes()[v.Route]; got != row.want || route != row.route {
			t.Errorf("%+v: %s on %s", row, got, route)
		}
	}
}

// A contract that has routes and no page: what is expected beside the routes is documented, so that scanners stay quiet.
func TestNoPage(t *testing.T) {
	c := mustParse(t, bare)
	for entry, want := range map[string]string{
		"GET /wp-admin 404": "documented", "GET /wp-admin 200": "undocumented(route)", "POST /a 405": "documented",
		"POST /a 200": "undocumented(method)", "GET /b/1 503": "documented", "GET /a 503": "undocumented(code)",
	} {
		w := strings.Fields(entry)
		v := classify(c, &Facts{Method: []byte(w[0]), Target: []byte(w[1]), Status: []byte(w[2])})
		if got := verdict(c, &v); got != want {
			t.Errorf("%s: %s, want %s", entry, got, want)
		}
	}
}

// "undocumented: warning" keeps the reason and changes no verdict; "off" says nothing.
func TestUndocumentedSeverity(t *testing.T) {
	for severity, want := range map[string]Verdict{
		"error":   {Kind: Undocumented, Reason: ReasonCode},
		"warning": {Kind: Documented, Reason: ReasonCode},
		"info":    {Kind: Documented, Reason: ReasonCode},
		"'off'":   {Kind: Documented, Reason: ReasonNone},
	} {
		c := mustParse(t, "contract: v1\nundocumented: "+severity+"\ncodes: {200: OK}\n")
		v := classify(c, &Facts{Method: []byte("GET"), Status: []byte("418")})
		if v.Kind != want.Kind || v.Reason != want.Reason {
			t.Errorf("%s: %v %v", severity, v.Kind, v.Reason)
		}
		if len(slices.Collect(c.Documented())) != 7 {
			t.Errorf("%s: undocumented codes are listed as documented", severity)
		}
	}
}

// The standard's notes are about what the contract documents and does not say itself, and never change a verdict.
func TestStandardNotes(t *testing.T) {
	ids := func(c *Classifier) (ids []string) {
		for _, info := range c.Conditions() {
			if strings.HasPrefix(info.ID, "rfc-") {
				if info.Severity != contract.SeverityInfo || info.Standard == "" {
					t.Errorf("%s: %+v", info.ID, info)
				}
				ids = append(ids, info.ID)
			}
		}
		return ids
	}
	want := []string{"rfc-not-modified-only-on-get", "rfc-not-modified-needs-condition", "rfc-unauthorized-has-challenge",
		"rfc-not-allowed-has-allow", "rfc-head-is-empty"}
	if got := ids(mustLoad(t, "agave")); !slices.Equal(got, want) {
		t.Errorf("agave: %q, want %q", got, want)
	}
	if got := ids(mustParse(t, "contract: v1\nsource: {standard: none}\ncodes: {304: Same}\n")); got != nil {
		t.Errorf("standard none: %q", got)
	}
	upgrade := "contract: v1\nsource: {standard: %s}\ncodes: {426: Upgrade}\n"
	if got := ids(mustParse(t, fmt.Sprintf(upgrade, "rfc9110"))); !slices.Contains(got, "rfc-upgrade-required-has-upgrade") {
		t.Errorf("426: %q", got)
	}
	if got := ids(mustParse(t, fmt.Sprintf(upgrade, "rfc2616"))); slices.Contains(got, "rfc-upgrade-required-has-upgrade") {
		t.Errorf("RFC 2616 has no 426: %q", got)
	}
}

// What RFC 9110 alone makes of an entry.
func TestRFC9110(t *testing.T) {
	c := mustLoad(t, "rfc9110")
	for _, row := range []struct {
		method, status string
		body           int64
		facts          map[string]string
		want           string
	}{
		{"GET", "200", 10, nil, "documented"},
		{"BREW", "418", 10, nil, "documented"},
		{"GET", "599", 10, nil, "undocumented(code)"},
		{"GET", "206", 10, nil, "documented"},
		{"GET", "206", 10, map[string]string{"req.range": "-"}, "violation(partial-needs-range)"},
		{"HEAD", "206", 0, nil, "documented"}, // a warning: other documents may define ranges
		{"DELETE", "204", 0, nil, "documented"},
		{"DELETE", "204", 3, nil, "violation(no-content-has-no-body)"},
		{"DELETE", "204", -1, nil, "documented"},
		{"POST", "304", 0, nil, "violation(not-modified-only-on-get)"},
		{"GET", "401", 9, map[string]string{"resp.www-authenticate": "Bearer"}, "documented"},
		{"GET", "401", 9, map[string]string{"resp.www-authenticate": "-"}, "violation(unauthorized-has-challenge)"},
		{"PUT", "405", 9, map[string]string{"resp.allow": "-"}, "violation(not-allowed-has-allow)"},
		{"GET", "301", 9, map[string]string{"resp.location": "-"}, "documented"}, // SHOULD
		{"GET", "100", 0, nil, "documented"},                                     // a warning
		{"GET", "101", 0, map[string]string{"req.upgrade": "websocket", "resp.upgrade": "websocket"}, "documented"},
		{"GET", "101", 0, map[string]string{"req.upgrade": "-"}, "violation(switch-needs-upgrade)"},
	} {
		v := classify(c, &Facts{Method: []byte(row.method), Target: []byte("/"), Status: []byte(row.status), BodyBytes: row.body,
			Values: values(c, row.facts)})
		if got := verdict(c, &v); got != row.want {
			t.Errorf("%+v: %s", row, got)
		}
	}
}

func TestSameIDTwice(t *testing.T) {
	check := contract.Check{ID: "a", Methods: []string{"GET"}, Pos: contract.Position{File: "a.yaml", Line: 3, Column: 1}}
	other := check
	other.Pos.Line = 9
	if _, err := New(&contract.Contract{Codes: []contract.Code{
		{Pattern: "200", OnlyWhen: []contract.Check{check}}, {Pattern: "201", OnlyWhen: []contract.Check{other}},
	}}); err != nil {
		t.Errorf("one condition in two places: %v", err)
	}
	other.Methods = []string{"PUT"}
	_, err := New(&contract.Contract{Codes: []contract.Code{
		{Pattern: "200", OnlyWhen: []contract.Check{check}}, {Pattern: "201", OnlyWhen: []contract.Check{other}},
	}})
	if err == nil || err.Error() != `a.yaml:9:1: the condition id "a" is taken at a.yaml:3:1: ids are unique` {
		t.Errorf("got %v", err)
	}
}

func TestExplainSays(t *testing.T) {
	c := mustLoad(t, "agave")
	x := c.Explain(&Facts{Method: []byte("GET"), Target: []byte("/meta/v2/data"), Status: []byte("201"), BodyBytes: 90, Values: values(c, nil)})
	var said []string
	for _, e := range x.Conditions {
		if e.Asked {
			said = append(said, fmt.Sprintf("%v %s: %s", e.Result, e.ID, e.Fact))
		}
	}
	want := []string{"fail created-only-on-put-post: method is GET, documented: PUT, POST", "unknown range-always-206: Range is not logged"}
	if !slices.Equal(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
	if x.Meaning != "Created" || x.Class != "2xx" || x.Code != "201" || x.Entry.Pos.String() == "" || !slices.Equal(x.Unknown, []string{"req.range"}) {
		t.Errorf("got %+v", x)
	}
	c = mustParse(t, site)
	for entry, want := range map[string]string{
		"HEAD /jobs/1 200": "/jobs/{id} (test.yaml:10:13) matches /jobs/1; HEAD is answered as GET is",
		"POST /jobs/1 200": "/jobs/{id} matches /jobs/1, but documents GET, PUT, DELETE, not POST",
		"GET /closed 200":  "/closed (test.yaml:12:13) is the path itself",
		"GET /x 200":       "no route matches /x",
	} {
		w := strings.Fields(entry)
		if got := c.Explain(&Facts{Method: []byte(w[0]), Target: []byte(w[1]), Status: []byte(w[2])}).RouteWhy; got != want {
			t.Errorf("%s: %s, want %s", entry, got, want)
		}
	}
}

// Whatever contract and facts are, the tables agree with the plain steps.
func FuzzClassify(f *testing.F) {
	for _, text := range []string{everything, bare, lenient, site, "contract: v1\ncodes: {default: {only_when: [{method: [GET]}]}, 4XX: ~}\n"} {
		f.Add(text, "GET", "/jobs/1", "200", "api.example.org", int64(12), "bytes=0-1", uint8(255))
		f.Add(text, "OPTIONS", "/any/x", "204", "", int64(-1), "", uint8(3))
	}
	f.Fuzz(func(t *testing.T, text, method, target, status, host string, body int64, value string, known uint8) {
		if strings.Contains(text, "openapi") {
			return // reads files
		}
		parsed, err := contract.Parse("fuzz.yaml", []byte(text))
		if err != nil {
			return
		}
		c, err := New(parsed)
		if err != nil {
			return
		}
		facts := Facts{Method: []byte(method), Target: []byte(target), Status: []byte(status), BodyBytes: body, Values: values(c, nil)}
		if host != "" {
			facts.Host = []byte(host)
		}
		for i := range facts.Values {
			if known>>(i%8)&1 == 1 {
				facts.Values[i] = []byte(value)
			}
		}
		got, want := classify(c, &facts), plain(c.Explain(&facts).Verdict)
		if verdict(c, &got) != verdict(c, &want) || results(c, &got) != results(c, &want) || got.SLO != want.SLO || got.Route != want.Route {
			t.Fatalf("%s\n%s\ntables %s %+v\nsteps %s %+v", text, facts.show(), verdict(c, &got), got, verdict(c, &want), want)
		}
	})
}

// TestKnowing holds the classifier for logs with some fields only against the whole one, on entries of such logs.
func TestKnowing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"agave", "rfc9110"} {
		parsed, err := contract.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := New(parsed)
		if err != nil {
			t.Fatal(err)
		}
		static := 0
		for range 200 {
			var logged []string
			body := r.IntN(2) == 0
			for _, f := range whole.Fields() {
				if r.IntN(3) == 0 {
					logged = append(logged, f)
				}
			}
			some := whole.Knowing(logged, body)
			for i := range some.rules {
				if some.rules[i].dynamic == nil && whole.rules[i].dynamic != nil {
					static++
				}
			}
			for range 50 {
				f := randomFacts(r, whole)
				for i, name := range whole.Fields() {
					if !slices.Contains(logged, name) && i < len(f.Values) {
						f.Values[i] = nil
					}
				}
				if !body {
					f.BodyBytes = -1
				}
				var want, got Verdict
				whole.Classify(f, &want)
				some.Classify(f, &got)
				if got.Kind != want.Kind || got.Reason != want.Reason || got.Condition != want.Condition || got.SLO != want.SLO || !slices.Equal(got.Checks, want.Checks) {
					t.Fatalf("%s with %v: %+v gives\n%+v, want\n%+v", name, logged, f, got, want)
				}
			}
		}
		if static == 0 {
			t.Errorf("%s: no rule became simpler", name)
		}
		for _, r := range whole.Knowing(nil, false).rules {
			if r.dynamic != nil && !slices.ContainsFunc(r.dynamic, func(d dynamic) bool { return len(d.parts) == 0 }) {
				t.Errorf("%s: of a log without fields a rule still asks %+v", name, r.dynamic)
			}
		}
	}
}
