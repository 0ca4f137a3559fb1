package metrics

import (
	"slices"
	"strings"

	"httpstatus_exporter/classify"
)

// Restore lets the counts go on from s: after a start from a decoded snapshot, after a reload from the last one of the
// recorder before. Call it once, before anything is counted, and after a reload in the quiet moment that s is from.
//
// Series are found by their label values. Those whose labels the contracts and sources do not have any more are dropped;
// Restore returns how many. (Once a route or a source is dropped, lines are responses, failed and skipped lines together
// in all that is counted from then on, not in total.) The labels class, meaning and severity do not count: when a contract gives a code another
// meaning, its count and created timestamp go on under the new one, so sums over responses_total neither jump nor fall.
// Series that s does not know begin now.
//
// The counters of a source's Stats go on from the value in s whatever they hold now, since a source may live through a
// reload and bring its counts along.
func (r *Recorder) Restore(s *Snapshot) (dropped int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dir.created = slices.Clone(r.dir.created) // earlier snapshots share it
	histograms := map[int32]*histogram{}
	for i := range r.histograms {
		histograms[r.histograms[i].series] = &r.histograms[i].base
	}
	restored := map[int32]int32{} // from the series of s to ours
	for i, old := range s.series {
		at, ok := r.restoreSeries(old, s.created[i])
		if !ok { // of a route, condition or source that is gone
			dropped++
			continue
		}
		restored[int32(i)] = at
		r.dir.created[at] = s.created[i]
		if old.family != famOverflow { // a sum over others
			r.dir.base[at] += s.values[i]
		}
	}
	for i := range s.histograms {
		if at, ok := restored[s.histograms[i].series]; ok && histograms[at] != nil {
			histograms[at].add(&s.histograms[i].histogram)
		}
	}
	r.settlePulled(restored)
	for _, last := range s.lastEntry {
		for _, src := range r.sources {
			if src.name == last.source {
				src.lastEntry = max(src.lastEntry, last.at)
			}
		}
	}
	return dropped
}

// settlePulled takes what the restored counters of others hold already from where they go on.
func (r *Recorder) settlePulled(restored map[int32]int32) {
	known := map[int32]bool{}
	for _, at := range restored {
		known[at] = true
	}
	for _, p := range r.pulled {
		if known[p.series] {
			r.dir.base[p.series] -= uint64(p.count.Load())
		}
	}
}

// restoreSeries returns the number of our series that old is, and reports whether we have it.
func (r *Recorder) restoreSeries(old *series, created int64) (int32, bool) {
	if old.family == unknownFamily {
		return 0, false
	}
	if at, ok := r.dir.byID[identity(old.family, old.labels)]; ok {
		return at, true
	}
	if old.family != famResponses {
		return 0, false
	}
	for _, a := range r.apis {
		if a.Name == old.labels[0] {
			key, ok := a.parseKey(old.labels)
			if !ok {
				return 0, false
			}
			return r.response(a, key, created), true
		}
	}
	return 0, false
}

// parseKey returns the key of the series with these labels of responses_total, if it can still occur.
func (a *apiSeries) parseKey(labels []string) (uint64, bool) {
	route, method := slices.Index(a.routes, labels[1]), slices.Index(a.methods, labels[2])
	code, kind := parseCode(labels[3]), parseKind(labels[6])
	if route < 0 || method < 0 || code < 0 || kind == classify.Kinds {
		return 0, false
	}
	return seriesKey(route, method, code, kind), true
}

// parseCode is the inverse of classify.CodeLabel; -1 is none.
func parseCode(label string) int {
	for _, code := range []int{classify.CodeNone, classify.CodeOther} {
		if label == classify.CodeLabel(code) {
			return code
		}
	}
	if len(label) != 3 || label[0] < '1' || label[0] > '5' || strings.Trim(label, "0123456789") != "" {
		return -1
	}
	return 100*int(label[0]-'0') + 10*int(label[1]-'0') + int(label[2]-'0')
}

// parseKind is the inverse of classify.Kind.String; classify.Kinds is none.
func parseKind(label string) classify.Kind {
	for kind := classify.Documented; kind < classify.Kinds; kind++ {
		if label == kind.String() {
			return kind
		}
	}
	return classify.Kinds
}
