package metrics

import (
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs (go test -update writes it); got:\n%s", path, got)
	}
}

// sets are closed sets for tests, so that these can have any number of routes.
type sets struct {
	contract   contract.Contract
	routes     []string
	methods    []string
	conditions []classify.ConditionInfo
	documented []classify.Series
}

func (s *sets) Contract() *contract.Contract          { return &s.contract }
func (s *sets) Routes() []string                      { return s.routes }
func (s *sets) Methods() []string                     { return s.methods }
func (s *sets) Conditions() []classify.ConditionInfo  { return s.conditions }
func (s *sets) Documented() iter.Seq[classify.Series] { return slices.Values(s.documented) }
func (s *sets) Meaning(route, method, code int) string {
	switch code {
	case classify.CodeNone, classify.CodeOther:
		return ""
	case 418:
		return "I'm a teapot"
	}
	return fmt.Sprintf("Meaning %d", code)
}

// small is a contract with two routes.
func small() *sets {
	s := &sets{
		contract: contract.Contract{Name: "jobs", Digest: "d1", Objective: 0.999, MinErrors: 10, MaxRatio: map[string]float64{"404": 0.05, "409": 0.01}},
		routes:   []string{"/jobs", "/jobs/{id}", "unmatched"},
		methods:  []string{"GET", "POST", "_OTHER"},
		conditions: []classify.ConditionInfo{
			{ID: "created-only-on-post", Severity: contract.SeverityError},
			{ID: "moved-has-location", Severity: contract.SeverityWarning},
		},
	}
	for _, d := range []struct {
		route, method, code int
		meaning             string
		slo                 contract.SLO
	}{
		{0, 0, 200, "Success", contract.SLOGood}, {0, 1, 201, "Created", contract.SLOGood}, {0, 1, 409, `Duplicate "job"`, contract.SLOClient},
		{1, 0, 200, "Success", contract.SLOGood}, {1, 0, 404, "Not found", contract.SLOClient}, {1, 0, 500, "Internal\nerror", contract.SLOBad},
	} {
		s.documented = append(s.documented, classify.Series{Route: d.route, Method: d.method, Code: d.code, Meaning: d.meaning, Category: "jobs", Owner: "team \\ a", SLO: d.slo})
	}
	return s
}

// wide is a contract with many routes, three documented codes in each.
func wide(routes int) *sets {
	s := small()
	s.documented = nil
	s.routes = nil
	for i := range routes {
		s.routes = append(s.routes, fmt.Sprintf("/v2/tenants/{tenant}/resources%d/{id}", i))
		for _, code := range []int{200, 404, 500} {
			s.documented = append(s.documented, classify.Series{Route: i, Code: code, Meaning: "Meaning of it", SLO: contract.SLOGood})
		}
	}
	s.routes = append(s.routes, "unmatched")
	return s
}

// epoch is when the tests' clock starts.
var epoch = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// recorder returns a recorder of one API with everything logged, and its source.
func recorder(set closedSets, workers, limit int, now func() time.Time) (*Recorder, *ingest.Source) {
	src := &ingest.Source{Name: "/var/log/nginx/access.log"}
	api := API{Name: "jobs", HasDuration: true, HasBodyBytes: true, SeriesLimit: limit}
	return newRecorder([]API{api}, []closedSets{set}, []*ingest.Source{src}, workers, now), src
}

// randomVerdict returns a verdict as a classifier could give it.
func randomVerdict(rnd *rand.Rand, s *sets) *classify.Verdict {
	v := &classify.Verdict{Route: rnd.IntN(len(s.routes)), Method: rnd.IntN(len(s.methods)), Condition: -1}
	v.SLO = contract.SLOGood + contract.SLO(rnd.IntN(4))
	switch rnd.IntN(6) {
	case 0:
		v.Kind, v.Reason, v.Code = classify.Undocumented, classify.ReasonCode, 100+rnd.IntN(500)
	case 1:
		v.Kind, v.Reason, v.Code = classify.Undocumented, classify.ReasonInvalid, classify.CodeOther
	case 2:
		v.Kind, v.Code = classify.NoResponse, []int{classify.CodeNone, 499, 444}[rnd.IntN(3)]
	default:
		d := s.documented[rnd.IntN(len(s.documented))]
		v.Route, v.Method, v.Code, v.SLO = d.Route, d.Method, d.Code, d.SLO
		if rnd.IntN(4) == 0 {
			v.Kind, v.Condition = classify.Violation, 0
		}
	}
	for c := range s.conditions {
		if rnd.IntN(2) == 0 {
			v.Checks = append(v.Checks, classify.Check{Condition: c, Result: classify.Result(rnd.IntN(int(classify.Results)))})
		}
	}
	return v
}

// countLines counts n random lines of the source into a shard: entries for the most part.
func countLines(rnd *rand.Rand, s *sets, shard *Shard, n int) {
	reasons := accesslog.Reasons()
	shard.Lines(0, n)
	for range n {
		if rnd.IntN(10) == 0 {
			shard.Reject(0, reasons[rnd.IntN(len(reasons))], 1)
			continue
		}
		shard.Count(0, randomVerdict(rnd, s), rnd.Int64N(5000)-1, randomDuration(rnd))
	}
}

// randomDuration returns -1, 0, or a duration of any order of magnitude.
func randomDuration(rnd *rand.Rand) time.Duration {
	switch rnd.IntN(10) {
	case 0:
		return -1
	case 1:
		return 0
	}
	return time.Duration(rnd.Int64N(1 << (1 + rnd.IntN(45))))
}

// total returns the sum of a counter over all its series.
func total(s *Snapshot, name string) uint64 {
	var n uint64
	for i, series := range s.series {
		if families[series.family].Name == name {
			n += s.values[i]
		}
	}
	return n
}

// value returns the value of one series of a counter.
func value(t *testing.T, s *Snapshot, name string, labels ...string) uint64 {
	t.Helper()
	for i, series := range s.series {
		if families[series.family].Name == name && slices.Equal(series.labels, labels) {
			return s.values[i]
		}
	}
	t.Errorf("no series %s%q", name, labels)
	return 0
}
