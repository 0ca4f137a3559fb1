package metrics

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
)

// TestBuiltinContracts counts through real classifiers, one API for each contract that is built in.
func TestBuiltinContracts(t *testing.T) {
	var apis []API
	for _, name := range contract.Builtins() {
		c, err := contract.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		k, err := classify.New(c)
		if err != nil {
			t.Fatal(err)
		}
		apis = append(apis, API{Name: name, Classifier: k, HasBodyBytes: true})
	}
	src := &ingest.Source{Name: "-"}
	r := NewRecorder(apis, []*ingest.Source{src}, 1)
	start := r.Snapshot()
	var lines int
	for i, api := range apis {
		var documented int
		for range api.Classifier.Documented() {
			documented++
		}
		var got int
		for _, series := range start.series {
			if series.family == famResponses && series.labels[0] == api.Name && series.labels[6] == "documented" {
				got++
			}
		}
		if documented == 0 || got != documented {
			t.Errorf("%s: %d series of %d documented ones at the start", api.Name, got, documented)
		}
		var v classify.Verdict
		for _, method := range []string{"GET", "PUT", "BREW", ""} {
			for _, status := range []string{"200", "201", "206", "299", "404", "418", "499", "500", "999", "-", "000"} {
				f := classify.Facts{Method: []byte(method), Target: []byte("/jobs/1"), Status: []byte(status), BodyBytes: 10, Values: make([][]byte, len(api.Classifier.Fields()))}
				api.Classifier.Classify(&f, &v)
				r.Shard(0).Count(i, &v, 10, time.Second)
				lines++
			}
		}
	}
	r.Shard(0).Lines(0, lines)
	s := r.Snapshot()
	checkInvariant(t, s)
	for _, api := range apis {
		if n := value(t, s, ResponsesTotal, api.Name, "", "GET", "404", "4xx", api.Classifier.Meaning(0, 0, 404), "documented"); n != 1 {
			t.Errorf("%s: %d times GET 404", api.Name, n)
		}
		if n := value(t, s, ResponsesTotal, api.Name, "", "_OTHER", "499", "none", api.Classifier.Meaning(0, 0, 499), "no_response"); n != 2 {
			t.Errorf("%s: %d times 499", api.Name, n)
		}
		if n := value(t, s, UndocumentedResponsesTotal, api.Name, "invalid"); n != 4 {
			t.Errorf("%s: %d times 999", api.Name, n)
		}
	}
	if problems, err := testutil.GatherAndLint(registry(t, s)); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	text := exposed(t, s)
	next := NewRecorder(apis, []*ingest.Source{src}, 1)
	if dropped := next.Restore(s); dropped != 0 || exposed(t, next.Snapshot()) != text {
		t.Errorf("%d series dropped, or others are exposed after a restore", dropped)
	}
}
