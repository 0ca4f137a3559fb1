package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

var pageKeys = []tallyKey{{family: famResponses, api: "a", a: "200"}, {family: famResponses, api: "a", a: "500"}, {family: famLines, a: "x"}}

// TestHistory holds windows against all totals that there ever were: what a window says was counted is what the totals grew
// by since it begins, whole and step by step.
func TestHistory(t *testing.T) {
	for seed := range uint64(5) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		var h history
		at, totals := epoch, tally{pageKeys[0]: 1000}
		all := map[time.Time]tally{}
		copied := func() tally {
			c := tally{}
			for k, n := range totals {
				c[k] = n
			}
			return c
		}
		var origin series
		for range 2000 {
			if h.due(at) {
				h.add(at, copied(), &origin)
			}
			all[at] = copied()
			w := h.window(at, copied(), &origin)
			checkWindow(t, w, all, at)
			if age := at.Sub(epoch); w.from != epoch && (age < time.Hour || w.to.Sub(w.from) < time.Hour-2*longestStep) {
				t.Fatalf("seed %d: after %v the window begins after %v", seed, age, w.from.Sub(epoch))
			}
			if len(w.steps) > historySteps+1 || w.to.Sub(w.from) > time.Hour+2*longestStep {
				t.Fatalf("seed %d: %d steps, %v", seed, len(w.steps), w.to.Sub(w.from))
			}
			at = at.Add(SampleInterval + time.Duration(rnd.IntN(200)-100)*time.Millisecond)
			totals[pageKeys[rnd.IntN(len(pageKeys))]] += uint64(rnd.IntN(100))
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func checkWindow(t *testing.T, w *window, all map[time.Time]tally, at time.Time) {
	t.Helper()
	for _, key := range pageKeys {
		if got, want := w.sum(key), all[at][key]-all[w.from][key]; got != want {
			t.Errorf("%v: sum %d, want %d", at.Sub(epoch), got, want)
		}
		begin := w.from
		for i, n := range w.counts(key) {
			end := w.steps[i].end
			if want := all[end][key] - all[begin][key]; n != float64(want) {
				t.Errorf("%v: step %d has %v, want %d", at.Sub(epoch), i, n, want)
			}
			begin = end
		}
		if len(w.steps) > 0 && begin != w.to {
			t.Errorf("%v: the steps end at %v, the window at %v", at.Sub(epoch), begin, w.to)
		}
	}
}

// TestHistoryReload: what a reload brings or takes away was not counted in its step.
func TestHistoryReload(t *testing.T) {
	var h history
	var before, after series
	a, b, c := pageKeys[0], pageKeys[1], pageKeys[2]
	h.add(epoch, tally{a: 1000, b: 500}, &before)
	w := h.window(epoch.Add(5*time.Second), tally{a: 400, b: 510, c: 7000}, &after) // a lost a route, c came with its past
	for key, want := range map[tallyKey]uint64{a: 0, b: 10, c: 0} {
		if got := w.sum(key); got != want {
			t.Errorf("%v: %d, want %d", key, got, want)
		}
	}
	h.add(epoch.Add(5*time.Second), tally{a: 400, b: 510, c: 7000}, &after)
	w = h.window(epoch.Add(10*time.Second), tally{a: 401, b: 510, c: 7002}, &after)
	for key, want := range map[tallyKey]uint64{a: 1, b: 10, c: 2} {
		if got := w.sum(key); got != want {
			t.Errorf("afterwards, %v: %d, want %d", key, got, want)
		}
	}
}

func TestPageWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(0), "0"}, {count(999), "999"}, {count(1000), "1,000"}, {count(1234567), "1,234,567"},
		{percent(0), "0%"}, {percent(1), "100.00%"}, {percent(0.0123), "1.23%"}, {percent(0.00004), "0.0040%"}, {percent(2e-7), "2e-05%"},
		{axisPercent(0.001), "0.1%"}, {axisPercent(0.5), "50%"}, {axisPercent(0.000025), "0.0025%"},
		{short(0), "0"}, {short(0.25), "0.25"}, {short(12.34), "12.3"}, {short(1234.5), "1,235"},
		{perSecond(0), "0/s"}, {perSecond(203.4), "203/s"}, {perSecond(0.5), "30/min"}, {perSecond(0.01), "36/h"},
		{size(0), "0 B"}, {size(1023), "1,023 B"}, {size(1536), "1.5 KiB"}, {size(5 << 20), "5 MiB"},
		{span(-time.Second), "0 s"}, {span(0), "0 s"}, {span(119 * time.Second), "119 s"}, {span(2 * time.Minute), "2 min"}, {span(3 * time.Hour), "3 h"}, {span(72 * time.Hour), "3 d"},
		{several([]string{"a", "b"}, 2), "a, b"}, {several([]string{"a", "b", "c", "d"}, 2), "a, b and 2 more"}, {several(nil, 2), ""},
		{number(0, "code"), "no codes"}, {number(1, "code"), "1 code"}, {number(1200, "code"), "1,200 codes"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestChartScale(t *testing.T) {
	for most, want := range map[float64]float64{0: 1, 1: 1, 1.1: 1.5, 205: 250, 0.0021: 0.0025, 9.5: 10, 99: 100, 31: 40} {
		if got := scale(most); fmt.Sprintf("%.6g", got) != fmt.Sprintf("%.6g", want) {
			t.Errorf("scale(%v) = %v, want %v", most, got, want)
		}
	}
}
