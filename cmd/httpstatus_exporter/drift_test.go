package main

import (
	"testing"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest"
)

// TestDriftMerge: what two workers saw of one file is what one worker would have seen.
func TestDriftMerge(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 22, 10, minute, 0, 0, time.UTC) }
	src := &ingest.Source{Name: "access.log"}
	both, early, late := findingKey{code: 500}, findingKey{code: 501}, findingKey{code: 502}
	one, two := newDrift(), newDrift()
	one.findings[both] = &finding{count: 2, origins: [classify.Origins]int64{1, 1}, first: at(5), last: at(6), sample: place{src, 100, 3}}
	one.findings[late] = &finding{count: 1, first: at(7), last: at(7), sample: place{src, 100, 4}}
	one.blocks[src] = []blockLines{{100, 10}}
	one.seen[seenKey{code: 500}] = at(6)
	one.from, one.to = at(5), at(7)
	two.findings[both] = &finding{count: 3, origins: [classify.Origins]int64{0, 3}, first: at(1), last: at(9), sample: place{src, 0, 1}}
	two.findings[early] = &finding{count: 1, first: at(2), last: at(2), sample: place{src, 0, 2}}
	two.blocks[src] = []blockLines{{200, 5}, {0, 7}}
	two.seen[seenKey{code: 500}] = at(9)
	two.from, two.to = at(1), at(9)
	one.merge(two)
	f := one.findings[both]
	if f.count != 5 || f.origins != [classify.Origins]int64{1, 4} || f.first != at(1) || f.last != at(9) {
		t.Errorf("%+v", f)
	}
	if one.from != at(1) || one.to != at(9) || one.seen[seenKey{code: 500}] != at(9) || len(one.findings) != 3 {
		t.Errorf("%+v", one)
	}
	for line, p := range map[int]place{2: f.sample, 12: one.findings[late].sample, 3: one.findings[early].sample, 18: {src, 200, 0}} {
		if got := one.line(p); got != line {
			t.Errorf("line %d, want %d", got, line)
		}
	}
	// In one moment it is the line that is read first, whichever worker read it.
	same := newDrift()
	same.findings[both] = &finding{count: 1, first: at(1), last: at(1), sample: place{src, 0, 0}}
	same.merge(&drift{findings: map[findingKey]*finding{both: {count: 1, first: at(1), last: at(1), sample: place{&ingest.Source{ID: 1}, 0, 0}}}})
	one.merge(same)
	if f.sample != (place{src, 0, 0}) {
		t.Errorf("%+v", f)
	}
	// A time that is unknown is neither first nor last.
	three := newDrift()
	three.findings[both] = &finding{count: 1}
	one.merge(three)
	if f.first != at(1) || f.last != at(9) || f.sample != (place{src, 0, 0}) {
		t.Errorf("%+v", f)
	}
}
