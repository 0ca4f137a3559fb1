package metrics

import (
	"math"
	"time"
)

// The history begins in steps of SampleInterval, so that the first minute already has a shape. Whenever the ring is full,
// neighbours are merged, until a step is a minute; from then on the oldest minute leaves.
const (
	SampleInterval = 5 * time.Second
	longestStep    = time.Minute
	historySteps   = 60
)

// A history is what was counted in each step of the last hour. Its memory is bounded: historySteps times 4 bytes for each
// tallyKey that occurred.
type history struct {
	from   time.Time // where the first step begins
	step   time.Duration
	steps  []step // oldest first
	keys   map[tallyKey]int
	totals []uint64 // by key, at the end of the last step
	origin *series  // the first series of the directory that totals are from
}

// A step is what was counted until end, since the end of the step before. It is never changed.
type step struct {
	end    time.Time
	counts []uint32 // by key; short where keys came later
}

func (h *history) empty() bool { return h.keys == nil }

// last is where the last step ended.
func (h *history) last() time.Time {
	if len(h.steps) == 0 {
		return h.from
	}
	return h.steps[len(h.steps)-1].end
}

// due reports whether a step ends about now.
func (h *history) due(now time.Time) bool {
	return h.empty() || now.Sub(h.last()) >= h.step-SampleInterval/2
}

// add ends a step with what had been counted in total at the time.
func (h *history) add(at time.Time, totals tally, origin *series) {
	if h.empty() {
		h.from, h.step, h.keys, h.origin = at, SampleInterval, map[tallyKey]int{}, origin
		for key, n := range totals {
			h.index(key, n)
		}
		return
	}
	if !at.After(h.last()) {
		return
	}
	h.steps = append(h.steps, step{at, h.since(totals, origin)})
	for key, n := range totals {
		h.totals[h.keys[key]] = n
	}
	h.origin = origin
	switch {
	case len(h.steps) >= historySteps && h.step < longestStep: // 5, 10, 20, 60 seconds
		n := 2
		if longestStep%(2*h.step) != 0 {
			n = 3
		}
		h.merge(n)
	case len(h.steps) > historySteps:
		h.from = h.steps[0].end
		h.steps = append(h.steps[:0:0], h.steps[1:]...)
	}
}

// since returns what was counted since the last step. A total that fell lost series in a reload, and one that appears with
// a new directory brought its past along: neither was counted now.
func (h *history) since(totals tally, origin *series) []uint32 {
	reloaded := origin != h.origin
	for key, n := range totals {
		if _, ok := h.keys[key]; !ok {
			if !reloaded {
				n = 0
			}
			h.index(key, n)
		}
	}
	counts := make([]uint32, len(h.totals))
	for key, n := range totals {
		if i := h.keys[key]; n > h.totals[i] {
			counts[i] = uint32(min(n-h.totals[i], math.MaxUint32))
		}
	}
	return counts
}

func (h *history) index(key tallyKey, total uint64) {
	h.keys[key] = len(h.totals)
	h.totals = append(h.totals, total)
}

// merge makes one step of n.
func (h *history) merge(n int) {
	var merged []step
	for i := 0; i < len(h.steps); i += n {
		group := h.steps[i:min(i+n, len(h.steps))]
		last := group[len(group)-1]
		sum := step{last.end, make([]uint32, len(last.counts))}
		for _, s := range group {
			for k, c := range s.counts {
				sum.counts[k] += min(c, math.MaxUint32-sum.counts[k])
			}
		}
		merged = append(merged, sum)
	}
	h.steps, h.step = merged, h.step*time.Duration(n)
}

// A window is the history up to one moment, as charts and sums want it. It is valid until the history changes.
type window struct {
	from, to time.Time
	steps    []step // the last one may be shorter than the others
	keys     map[tallyKey]int
	rest     []uint32 // counted after the last step, where that is too short to be drawn
}

// window ends at the time of the totals. A step that has hardly begun is summed and not drawn.
func (h *history) window(at time.Time, totals tally, origin *series) *window {
	w := &window{from: h.from, to: at, keys: h.keys, steps: h.steps[:len(h.steps):len(h.steps)]}
	if counts := h.since(totals, origin); at.Sub(h.last()) >= min(h.step/2, 2*SampleInterval) {
		w.steps = append(w.steps, step{at, counts})
	} else {
		w.rest = counts
		if len(w.steps) > 0 {
			w.to = h.last()
		}
	}
	return w
}

// counts returns what was counted under a key in each step.
func (w *window) counts(key tallyKey) []float64 {
	all := make([]float64, len(w.steps))
	w.each(key, func(i int, n uint32) { all[i] += float64(n) })
	return all
}

// sum returns what was counted under a key in the whole window.
func (w *window) sum(key tallyKey) uint64 {
	var sum uint64
	w.each(key, func(_ int, n uint32) { sum += uint64(n) })
	if k, ok := w.keys[key]; ok && k < len(w.rest) {
		sum += uint64(w.rest[k])
	}
	return sum
}

func (w *window) each(key tallyKey, f func(step int, n uint32)) {
	k, ok := w.keys[key]
	if !ok {
		return
	}
	for i := range w.steps {
		if counts := w.steps[i].counts; k < len(counts) {
			f(i, counts[k])
		}
	}
}

// seconds returns how long each step lasted.
func (w *window) seconds() []float64 {
	all := make([]float64, len(w.steps))
	begin := w.from
	for i, s := range w.steps {
		all[i] = s.end.Sub(begin).Seconds()
		begin = s.end
	}
	return all
}

// label names the window: "last hour", or as much of it as there is.
func (w *window) label() string {
	d := w.to.Sub(w.from).Round(time.Second)
	if d >= 59*time.Minute {
		return "last hour"
	}
	return "last " + span(max(d, time.Second))
}
