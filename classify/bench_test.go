package classify

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"httpstatus_exporter/classify/contract"
)

// operations is a contract with n operations below n/3 templates, as an OpenAPI document makes it.
func operations(t testing.TB, n int) *contract.Contract {
	var b strings.Builder
	b.WriteString("contract: v1\nname: big\ncodes:\n  401: {only_when: [{auth: absent, severity: warning}]}\n  429: Slow down\n  5XX: Ours\nroutes:\n")
	for i := range n {
		method := []string{"GET", "POST", "DELETE"}[i%3]
		at := i / 3
		resource := fmt.Sprintf("/v%d/area%d/{area_id}/things%d", at%2+1, at%17, at/2)
		if at%2 == 1 {
			resource += "/{id}"
		}
		fmt.Fprintf(&b, "  - match: %s %s\n    owner: team%d\n    codes:\n", method, resource, i%5)
		fmt.Fprintf(&b, "      200: {meaning: OK, sends: [{response_header: {X-Request-Id: present}}]}\n      201: Created\n      400: Bad\n      404: Not there\n      default: Problem\n")
	}
	c, err := contract.Parse("big.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func benchFacts(c *Classifier, targets []string) []Facts {
	var all []Facts
	for i, l := range []string{"GET 200", "GET 200", "GET 304", "POST 201", "GET 404", "GET 200", "GET 206", "DELETE 500"} {
		m, s, _ := strings.Cut(l, " ")
		all = append(all, Facts{Method: []byte(m), Target: []byte(targets[i%len(targets)]), Status: []byte(s), BodyBytes: 12,
			Values: make([][]byte, len(c.Fields()))})
	}
	return all
}

func BenchmarkClassify(b *testing.B) {
	b.Run("page", func(b *testing.B) {
		benchClassify(b, mustLoad(b, "agave"), []string{"/files/v2/media/x"})
	})
	b.Run("300 operations", func(b *testing.B) {
		benchClassify(b, mustNew(b, operations(b, 300)), []string{"/v1/area0/17/things0", "/v2/area13/abc/things5/99?x=y", "/nowhere",
			"/v1/area2/a/things3/z", "/v2/area3/12345/things0/678"})
	})
}

func benchClassify(b *testing.B, c *Classifier, targets []string) {
	f := benchFacts(c, targets)
	var v Verdict
	i := 0
	for b.Loop() {
		c.Classify(&f[i&7], &v)
		i++
	}
}

func TestClassifyAllocatesNothing(t *testing.T) {
	for _, c := range append(contracts(t), mustNew(t, operations(t, 300))) {
		facts := benchFacts(c, []string{"/jobs/1", "/v1/area0/17/things0", "/x%20y", "/any/x", ""})
		for i := range facts[0].Values {
			facts[0].Values[i] = []byte("bytes=0-9")
		}
		odd := Facts{Method: []byte("LINK"), Target: []byte("http://H/jobs/1"), Host: []byte("API.example.org:443"), Status: []byte("783")}
		facts = append(facts, odd)
		var v Verdict
		for i := range facts {
			c.Classify(&facts[i], &v)
		}
		for i := range facts {
			if n := testing.AllocsPerRun(100, func() { c.Classify(&facts[i], &v) }); n != 0 {
				t.Errorf("%s: %v allocations for %s", c.Contract().Name, n, facts[i].show())
			}
		}
	}
}

// Hundreds of routes share rules and tables: equal ones are kept once.
func TestTablesStaySmall(t *testing.T) {
	parsed := operations(t, 900)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := mustNew(t, parsed)
	runtime.GC()
	runtime.ReadMemStats(&after)
	const most = 5 << 20
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > most {
		t.Errorf("900 operations take %d bytes, want at most %d", grown, most)
	}
	t.Logf("%d routes, %d tables, %d rules, %d series, %d KiB", len(c.Routes()), len(c.tables), len(c.rules), len(c.series),
		(int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
}

func BenchmarkNew(b *testing.B) {
	parsed := operations(b, 3000)
	for b.Loop() {
		mustNew(b, parsed)
	}
}
