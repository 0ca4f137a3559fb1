package classify

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"httpstatus_exporter/classify/contract"
)

// everything uses each part of the language at least once.
const everything = `
contract: v1
name: everything
source: {standard: rfc9110}
vendor: [nginx, cloudflare]
undocumented: error
no_response: ["-", "0", "000", "-1", "444", "499", "783"]
codes:
  200: {meaning: Fine, owner: web}
  201:
    only_when: [{id: created-by, method: [PUT, POST, LINK]}]
    sends: [{id: created-where, response_header: {Location: '/^\//'}}]
  202: {only_when: [{id: later, auth: present, request_header: {Prefer: '/respond-async/'}}]}
  206:
    only_when: [{id: range, request_header: {Range: present}}]
    always_when: [{id: always-206, method: [GET], request_header: {Range: present}, status: [2XX]}]
  304: {sends: [{id: nothing, body: empty}]}
  401:
    only_when: [{id: stranger, auth: absent, severity: warning}]
    always_when: [{id: always-401, auth: absent, request_header: {X-Secret: present}, status: [4XX]}]
  405: {only_when: [{id: wrong-method, documented_method: false}]}
  410: null
  444: Closed
  500, 502, 503:
    meaning: Broken
    slo: bad
    sends: [{id: says-why, body: present, severity: info}]
  50X: {meaning: Very broken, only_when: [{id: not-503, status: [500, 504]}]}
  5XX: {meaning: Odd, slo: ignore}
  4XX: {meaning: Your fault, only_when: [{id: never, severity: 'off', method: [LINK]}]}
routes:
  - match: GET /jobs/{id}
    codes:
      200: {meaning: A job, slo: good, sends: [{id: job-body, body: present}]}
      404: null
      206: {meaning: Part of a job}
    owner: jobs
  - match: POST|PUT /jobs/{id}
    always_when: [{id: jobs-202, code: 202, status: [2XX]}, {id: jobs-no-auth, code: 401, auth: absent}]
  - match: GET /static/{file}.css
    inherit: false
    codes: {200: Style, 304: Same style, default: {meaning: Anything, always_when: [{id: odd-default, request_header: {X-Odd: present}}]}}
  - match: /any/{thing}
    name: anything
  - match: DELETE /any/{thing}
    name: anything
    codes: {204: Gone, 499: Client left}
  - match: GET /hosted
    host: api.example.org
    codes: {201: {only_when: [{id: hosted-get, method: [POST]}]}}
unmatched: {expect: [3XX, 404, 405, 499, 201], label: other}
`

const bare = `
contract: v1
routes:
  - {match: GET /a, codes: {200: OK, 499: Gone}}
  - {match: 'GET /b/{x}', codes: {200: OK, default: Error}, inherit: false}
`

const lenient = `
contract: v1
undocumented: info
codes: {200: OK, 418: {only_when: [{method: [BREW], request_header: {Accept: absent}}]}}
`

func contracts(t testing.TB) []*Classifier {
	return []*Classifier{
		mustLoad(t, "agave"), mustLoad(t, "rfc9110"), mustParse(t, everything), mustParse(t, bare), mustParse(t, lenient),
		mustParse(t, strings.Replace(lenient, "info", "'off'", 1)),
	}
}

var (
	someMethods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "LINK", "BREW", "get", "", "UNLINK"}
	someTargets = []string{"", "/", "/jobs/1", "/jobs/1?x=y", "/static/a.css", "/static/a.js", "/any/x", "/hosted", "/a", "/b/1",
		"*", "http://h/jobs/2", "/nowhere"}
	someStatus = []string{"200", "201", "202", "204", "206", "301", "304", "400", "401", "403", "404", "405", "406", "410", "416",
		"418", "444", "499", "500", "502", "503", "504", "505", "520", "100", "101", "103", "599", "600", "099", "009", "000", "0",
		"-1", "-", "", "abc", "99999", "783", "0200", "42"}
	someValues = [][]byte{nil, nil, {}, []byte("x"), []byte("0"), []byte("1"), []byte("/path"), []byte("respond-async")}
	someHosts  = []string{"", "api.example.org", "API.example.org:443", "other"}
)

func randomFacts(r *rand.Rand, c *Classifier) *Facts {
	pick := func(from []string) []byte { return []byte(from[r.IntN(len(from))]) }
	f := &Facts{
		Method: pick(someMethods), Target: pick(someTargets), Status: pick(someStatus), Host: pick(someHosts),
		BodyBytes: int64(r.IntN(3)) - 1, Values: make([][]byte, len(c.Fields())),
	}
	if len(f.Host) == 0 {
		f.Host = nil
	}
	for i := range f.Values {
		f.Values[i] = someValues[r.IntN(len(someValues))]
	}
	return f
}

// plain is a verdict without its scratch memory, for comparison.
func plain(v Verdict) Verdict {
	v.scratch, v.own = Verdict{}.scratch, nil
	v.Checks = append([]Check{}, v.Checks...)
	return v
}

func classify(c *Classifier, f *Facts) Verdict {
	var v Verdict
	c.Classify(f, &v)
	return plain(v)
}

func (f *Facts) show() string {
	return fmt.Sprintf("%s %q host %q status %q body %d values %q", f.Method, f.Target, f.Host, f.Status, f.BodyBytes, f.Values)
}

// The tables say what the plain steps say.
func TestClassifyAgreesWithExplain(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for _, c := range contracts(t) {
		for range 4000 {
			f := randomFacts(r, c)
			if problem := disagreement(c, f); problem != "" {
				t.Fatalf("seed %d: %s", seed, problem)
			}
		}
	}
}

// disagreement says where tables and plain steps give different verdicts, "" where they agree.
func disagreement(c *Classifier, f *Facts) string {
	got, want := classify(c, f), plain(c.Explain(f).Verdict)
	if len(got.Checks) == 0 && len(want.Checks) == 0 {
		got.Checks, want.Checks = nil, nil
	}
	if reflect.DeepEqual(got, want) {
		return ""
	}
	return fmt.Sprintf("contract %s, %s:\ntables %s %+v\nsteps  %s %+v", c.Contract().Name, f.show(), verdict(c, &got), got, verdict(c, &want), want)
}

func TestExplainVectors(t *testing.T) {
	c := mustLoad(t, "agave")
	for _, vec := range vectors(t) {
		vec.f.Values = values(c, vec.facts)
		x := c.Explain(&vec.f)
		if got := verdict(c, &x.Verdict); got != vec.want {
			t.Errorf("%s: got %s", vec.line, got)
		}
	}
}

// Removing a fact from an entry never makes a violation, and adding a field to the format never changes what is undocumented.
func TestFactsThatComeAndGo(t *testing.T) {
	seed := rand.Uint64()
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 1))}
	for _, c := range contracts(t) {
		for range 4000 {
			f := randomFacts(m.Rand, c)
			before := classify(c, f)
			for _, problem := range []string{m.removedFact(c, f, &before), m.addedField(c, f, &before)} {
				if problem != "" {
					t.Fatalf("seed %d, contract %s: %s", seed, c.Contract().Name, problem)
				}
			}
		}
	}
}

// What random contracts found: an unknown method may be HEAD, whose answer has no body, and may belong to another route.
func TestUnknownMethodBreaksNothing(t *testing.T) {
	c := mustParse(t, `
contract: v1
codes: {200: {sends: [{id: page-body, body: present}]}}
routes:
  - match: /a
    inherit: false
    codes: {200: {sends: [{id: a-body, body: present, response_header: {Etag: present}}, {id: a-empty, body: empty}]}}
  - match: PUT /b
    codes: {200: Put, 201: Made}
  - match: /b
    inherit: false
    codes: {201: {sends: [{id: b-location, response_header: {Location: present}}]}}
`)
	for _, tt := range []struct {
		method, target, status string
		body                   int64
		want                   string
	}{
		{"GET", "/a", "200", 0, "violation(a-body)"},
		{"HEAD", "/a", "200", 0, "documented"},
		{"", "/a", "200", 0, "documented"},
		{"", "/a", "200", 1, "violation(a-empty)"},
		{"GET", "/b", "201", 0, "violation(b-location)"},
		{"PUT", "/b", "201", 0, "documented"},
		{"", "/b", "201", 0, "undocumented(code)"},
		{"", "/b", "200", 0, "documented"},
	} {
		f := &Facts{Method: []byte(tt.method), Target: []byte(tt.target), Status: []byte(tt.status), BodyBytes: tt.body, Values: make([][]byte, len(c.Fields()))}
		for i := range f.Values {
			f.Values[i] = []byte{} // all that could be logged is absent
		}
		if v := classify(c, f); verdict(c, &v) != tt.want {
			t.Errorf("%s: %s, want %s", f.show(), verdict(c, &v), tt.want)
		}
		if problem := disagreement(c, f); problem != "" {
			t.Error(problem)
		}
	}
}

// A header that the request does not have matches no pattern, not even one that nothing matches as well.
func TestAbsentHeaderMatchesNothing(t *testing.T) {
	c := mustParse(t, "contract: v1\ncodes: {200: {only_when: [{id: some, request_header: {Accept: '/^.*$/'}}]}}\n")
	for value, want := range map[string]string{"": "violation(some)", "x": "documented"} {
		f := &Facts{Method: []byte("GET"), Status: []byte("200"), Values: values(c, map[string]string{"req.accept": value})}
		if v := classify(c, f); verdict(c, &v) != want {
			t.Errorf("%q: %s, want %s", value, verdict(c, &v), want)
		}
		if problem := disagreement(c, f); problem != "" {
			t.Error(problem)
		}
	}
}

// removedFact takes a fact out of an entry that is no violation, and says so where it becomes one.
func (m *maker) removedFact(c *Classifier, f *Facts, before *Verdict) string {
	if before.Kind == Violation {
		return ""
	}
	less := *f
	less.Values = slices.Clone(f.Values)
	switch n := m.IntN(len(f.Values) + 4); n {
	case 0:
		less.Method = nil
	case 1:
		less.Target = nil
	case 2:
		less.Host = nil
	case 3:
		less.BodyBytes = -1
	default:
		less.Values[n-4] = nil
	}
	if after := classify(c, &less); after.Kind == Violation {
		return fmt.Sprintf("%s is %s, but %s is %s", f.show(), verdict(c, before), less.show(), verdict(c, &after))
	}
	return ""
}

// addedField gives a field a value, and says where that changes whether the entry is undocumented, or why.
func (m *maker) addedField(c *Classifier, f *Facts, before *Verdict) string {
	if len(f.Values) == 0 {
		return ""
	}
	more := *f
	more.Values = slices.Clone(f.Values)
	more.Values[m.IntN(len(more.Values))] = someValues[2+m.IntN(len(someValues)-2)]
	after := classify(c, &more)
	if (before.Kind == Undocumented) != (after.Kind == Undocumented) || before.Reason != after.Reason {
		return fmt.Sprintf("%s is %s, but %s is %s", f.show(), verdict(c, before), more.show(), verdict(c, &after))
	}
	return ""
}

// Only error conditions change a verdict.
func TestNotesNeverChangeTheVerdict(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, severity := range []string{"info", "warning", "'off'"} {
		// Every condition but always-206 gets the severity.
		text := strings.NewReplacer("{id:", "{severity: "+severity+", id:", "severity: warning", "severity: info").Replace(everything)
		text = strings.NewReplacer(", severity: 'off'", "", ", severity: info}", "}").Replace(text)
		quiet := mustParse(t, text)
		without := mustParse(t, withoutConditions(t))
		for range 4000 {
			f := randomFacts(r, quiet)
			g := *f
			g.Values = make([][]byte, len(without.Fields()))
			a, b := classify(quiet, f), classify(without, &g)
			if a.Kind != b.Kind || a.Reason != b.Reason || a.SLO != b.SLO {
				t.Fatalf("severity %s: %s is %s, without conditions %s", severity, f.show(), verdict(quiet, &a), verdict(without, &b))
			}
		}
	}
}

// withoutConditions is everything with its conditions taken out.
func withoutConditions(t *testing.T) string {
	text := everything
	for _, key := range []string{"only_when", "always_when", "sends"} {
		text = regexp.MustCompile(key+`: \[(\{[^\[\]]*(\[[^\]]*\][^\[\]]*)*\}(, )?)*\]`).ReplaceAllString(text, "deprecated: false")
	}
	// A mapping may have had several conditions, a route has no such key twice.
	var lines []string
	seen := false
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "deprecated: false" {
			if seen {
				continue
			}
			seen = true
		} else {
			seen = false
		}
		lines = append(lines, line)
	}
	text = strings.Join(lines, "")
	if strings.Contains(text, "id:") {
		t.Fatal("conditions are left:\n", text)
	}
	return text
}

// Permuting the codes of a contract changes nothing but which of several broken conditions is named.
func TestOrderOfCodesDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 20 {
		parsed, err := contract.Parse("test.yaml", []byte(everything))
		if err != nil {
			t.Fatal(err)
		}
		a := mustNew(t, parsed)
		shuffled, _ := contract.Parse("test.yaml", []byte(everything))
		r.Shuffle(len(shuffled.Codes), func(i, j int) {
			shuffled.Codes[i], shuffled.Codes[j] = shuffled.Codes[j], shuffled.Codes[i]
		})
		for i := range shuffled.Codes {
			for _, checks := range [][]contract.Check{shuffled.Codes[i].OnlyWhen, shuffled.Codes[i].AlwaysWhen, shuffled.Codes[i].Sends} {
				for j := range checks {
					checks[j].Pos.Line = 1000 - checks[j].Pos.Line // the file in another order
				}
			}
		}
		b := mustNew(t, shuffled)
		for range 500 {
			f := randomFacts(r, a)
			if problem := sameInAnyOrder(a, b, f); problem != "" {
				t.Fatal(problem)
			}
		}
	}
}

// results lists the outcomes of a verdict's conditions, in no particular order.
func results(c *Classifier, v *Verdict) string {
	var all []string
	for _, check := range v.Checks {
		all = append(all, c.Conditions()[check.Condition].ID+" "+check.Result.String())
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Why this route and no other.
func TestExplainNamesTheRivals(t *testing.T) {
	c := mustParse(t, `
contract: v1
codes: {200: OK}
routes:
  - match: GET /jobs/{id}
  - match: GET /jobs/{id}.json
  - match: GET /jobs/latest
  - match: GET /{any}/latest
`)
	for target, want := range map[string]string{
		"/jobs/7":      "/jobs/{id} (test.yaml:5:12) matches /jobs/7",
		"/jobs/7.json": "/jobs/{id}.json (test.yaml:6:12) matches /jobs/7.json; /jobs/{id} would match, too: in the first segment that differs, more literal text wins",
		"/jobs/latest": "/jobs/latest (test.yaml:7:12) is the path itself; /jobs/{id}, /{any}/latest would match, too: in the first segment that differs, more literal text wins",
		"/x/latest":    "/{any}/latest (test.yaml:8:12) matches /x/latest",
	} {
		if got := c.Explain(&Facts{Method: []byte("GET"), Target: []byte(target), Status: []byte("200")}).RouteWhy; got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

// Routes that give the same verdicts share tables. Each of these differs from the first in one thing that matters.
func TestRoutesThatAreNearlyAlike(t *testing.T) {
	c := mustParse(t, `
contract: v1
codes:
  404: Not there
  410: Gone
routes:
  - {match: GET /first, codes: {200: OK, 5XX: Ours}}
  - {match: GET /again, codes: {200: Fine, 5XX: Theirs}}
  - {match: GET /slo, codes: {200: {slo: bad}, 5XX: Ours}}
  - {match: GET /null, codes: {200: OK, 5XX: Ours, 404: null}}
  - {match: GET /noted, codes: {200: OK, 5XX: Ours, 404: Mine}}
  - {match: GET /alone, inherit: false, codes: {200: OK, 5XX: Ours}}
  - {match: GET /pattern, codes: {200: OK, 50X: Ours}}
  - {match: GET /only, codes: {200: {only_when: [{id: a, request_header: {Accept: present}}]}, 5XX: Ours}}
  - {match: GET /sends, codes: {200: {sends: [{id: b, body: empty}]}, 5XX: Ours}}
  - {match: GET /always, codes: {200: {always_when: [{id: c, status: [2XX]}]}, 5XX: Ours}}
  - {match: GET /demand, codes: {200: OK, 5XX: Ours}, always_when: [{id: d, code: 201, status: [2XX]}]}
`)
	for _, target := range c.Routes()[:len(c.Routes())-1] {
		for _, method := range []string{"GET", "HEAD", "PUT", "OPTIONS", ""} {
			for code := 100; code < 600; code++ {
				f := Facts{Method: []byte(method), Target: []byte(target), Status: fmt.Append(nil, code), BodyBytes: 3, Values: make([][]byte, len(c.Fields()))}
				if problem := disagreement(c, &f); problem != "" {
					t.Fatal(problem)
				}
			}
		}
	}
	if c.columns[0] != c.columns[c.width] {
		t.Error("two routes with the same codes have tables of their own")
	}
}
