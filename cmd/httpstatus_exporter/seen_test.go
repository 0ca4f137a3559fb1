package main

import (
	"math/rand/v2"
	"testing"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// TestEntryFor: the entry that a label, a method and a code lead to is the one that the classifier held the response
// against.
func TestEntryFor(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(s ...string) string { return s[random.IntN(len(s))] }
	compared := 0
	for _, row := range patchedContracts {
		c, err := contract.Parse("c.yaml", []byte(row.text))
		if err != nil {
			t.Fatal(err)
		}
		cl, err := classify.New(c)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			f := classify.Facts{Method: []byte(pick("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW")), Target: []byte(pick("/a", "/b", "/a/1", "/x")),
				Status: []byte(pick("200", "202", "404", "405", "410", "500", "503")), BodyBytes: -1, Values: make([][]byte, len(cl.Fields()))}
			x := cl.Explain(&f)
			if x.Entry == nil {
				continue
			}
			compared++
			if e := entryFor(c, x.Route, x.Method, x.Code); e == nil || e.Code != x.Entry {
				t.Fatalf("seed %d: %s: %s %s %s: got %+v, the classifier used %+v", seed, row.name, f.Method, f.Target, f.Status, e, x.Entry)
			}
		}
	}
	if compared < 300 {
		t.Errorf("compared %d entries only", compared)
	}
}
