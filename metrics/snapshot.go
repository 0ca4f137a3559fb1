package metrics

import (
	"slices"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// A Snapshot holds all counts of one quiet moment. It is never changed.
type Snapshot struct {
	series     []*series
	values     []uint64 // by series; unused for histograms
	created    []int64  // by series; Unix milliseconds
	histograms []histogramValue
	lastEntry  []lastEntry
	gauges     []gauge
	encoded    []byte // the identities of series, see encode.go
}

// A histogramValue is the state of one histogram.
type histogramValue struct {
	series int32
	histogram
}

// lastEntry is the time of a source's newest entry, in Unix nanoseconds; 0 = none.
type lastEntry struct {
	source string
	at     int64
}

// Snapshot returns what all shards counted and the sources' Stats say, on top of what was restored. Call it in a quiet
// moment. It costs a few additions for each series.
func (r *Recorder) Snapshot() *Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, shard := range r.shards {
		r.resolve(shard)
	}
	d := r.dir
	values := slices.Clone(d.base)
	for _, shard := range r.shards {
		for i, a := range r.apis {
			a.merge(values, &shard.apis[i])
		}
		for i, src := range r.sources {
			src.merge(values, &shard.sources[i])
		}
	}
	for _, a := range r.apis {
		for _, i := range a.overflowed {
			values[a.overflowTotal] += values[i]
		}
	}
	for _, p := range r.pulled {
		values[p.series] += uint64(p.count.Load())
	}
	n := len(d.series)
	s := &Snapshot{
		series: d.series[:n:n], values: values, created: d.created[:n:n], encoded: d.encoded[:len(d.encoded):len(d.encoded)],
		histograms: r.mergeHistograms(), lastEntry: r.mergeLastEntries(),
	}
	s.gauges = append(r.sourceGauges(s.lastEntry), r.static...)
	return s
}

// lineCounts are the counts of a source's lines.
type lineCounts struct{ all, failed, skipped uint64 }

// entries is how many of the lines were entries.
func (n lineCounts) entries() uint64 { return n.all - n.failed - n.skipped }

// lines returns the counts of each source, by its label.
func (s *Snapshot) lines() map[string]lineCounts {
	of := map[string]lineCounts{}
	for i, series := range s.series {
		if len(series.labels) == 0 {
			continue
		}
		n := of[series.labels[0]]
		switch series.family {
		case famLines:
			n.all = s.values[i]
		case famFailed:
			n.failed += s.values[i]
		case famSkipped:
			n.skipped += s.values[i]
		default:
			continue
		}
		of[series.labels[0]] = n
	}
	return of
}

// Unfit returns the sources of which every line that should be an entry has failed, sorted: their format is not the one that
// is written. Sources without such a line are not among them.
func (s *Snapshot) Unfit() []string {
	var unfit []string
	for name, n := range s.lines() {
		if n.failed > 0 && n.entries() == 0 {
			unfit = append(unfit, name)
		}
	}
	slices.Sort(unfit)
	return unfit
}

// resolve finds or makes the series of the cells that are new since the last snapshot.
func (r *Recorder) resolve(shard *Shard) {
	for i, a := range r.apis {
		slots := shard.apis[i].cells.slots
		for j := range slots {
			if c := &slots[j]; c.key != 0 && c.series == unresolved {
				c.series = r.response(a, c.key, c.created)
			}
		}
	}
}

func (a *apiSeries) merge(values []uint64, shard *shardAPI) {
	for i := range shard.cells.slots {
		if c := &shard.cells.slots[i]; c.key != 0 {
			values[c.series] += c.count
			if reason := keyReason(c.key); reason != classify.ReasonNone {
				values[a.undocumented[reason]] += c.count
			}
		}
	}
	for i, n := range shard.checks {
		values[a.checks[i]] += n
	}
	for i := range shard.routes {
		route := &shard.routes[i]
		bad := route.slo[contract.SLOBad]
		values[a.sloResponses[i]] += route.slo[contract.SLOGood] + route.slo[contract.SLOClient] + bad
		values[a.sloErrors[i]] += bad
		if a.bodyBytes != nil {
			values[a.bodyBytes[i]] += route.bodyBytes
		}
	}
}

func (s *sourceSeries) merge(values []uint64, shard *shardSource) {
	values[s.lines] += shard.lines
	for reason, n := range shard.rejects {
		if reason > 0 {
			values[s.rejects[reason]] += n
		}
	}
}

func (r *Recorder) mergeHistograms() []histogramValue {
	merged := make([]histogramValue, len(r.histograms))
	for i := range r.histograms {
		merged[i].series = r.histograms[i].series
		merged[i].add(&r.histograms[i].base)
	}
	for _, shard := range r.shards {
		for i, a := range r.apis {
			for route, h := range a.durations {
				merged[h].add(&shard.apis[i].hists[route])
			}
		}
	}
	return merged
}

// mergeLastEntries returns the time of the newest entry for each source, in their order.
func (r *Recorder) mergeLastEntries() []lastEntry {
	merged := make([]lastEntry, len(r.sources))
	for i, src := range r.sources {
		merged[i] = lastEntry{src.name, src.lastEntry}
		for _, shard := range r.shards {
			merged[i].at = max(merged[i].at, shard.sources[i].lastEntry)
		}
	}
	return merged
}
