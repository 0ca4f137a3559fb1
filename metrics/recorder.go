// Package metrics counts verdicts and exposes them. The workers count, each into its own Shard; the Recorder merges the
// shards into a Snapshot; a Snapshot is saved, restored, and exposed by the Collector.
//
// How it is arranged: names.go says which metrics there are. A shard (shard.go) counts into tables that small ints index
// (cells.go, histogram.go) and knows no label. The directory (series.go) numbers every series with its labels; a snapshot
// is one value for each of these numbers.
package metrics

import (
	"sync"
	"sync/atomic"
	"time"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

// A Recorder holds the counts of all APIs and sources. Its Shards count; everything else belongs in a quiet moment, when
// no shard counts and no source changes its Stats.
type Recorder struct {
	// StorageWriteErrors counts failed attempts to save a snapshot, since NewRecorder. Any goroutine may add to it.
	StorageWriteErrors atomic.Int64

	mu         sync.Mutex // Snapshot and Restore
	dir        *directory
	apis       []*apiSeries
	sources    []*sourceSeries
	shards     []*Shard
	histograms []histogramSeries
	pulled     []pulled
	static     []gauge // what the contracts say
	now        func() time.Time
}

// sourceSeries are the directory's numbers of one source's series. Sources of one name share them.
type sourceSeries struct {
	*ingest.Source
	lines     int32
	rejects   []int32 // by accesslog.Reason; None unused
	name      string  // value of the source label
	lastEntry int64   // Unix nanoseconds, from a restored snapshot; 0 = none
}

// A histogramSeries is one histogram of the directory with its observations from before this process.
type histogramSeries struct {
	series int32
	base   histogram
}

// pulled is a counter that something else counts.
type pulled struct {
	series int32
	count  *atomic.Int64
}

// NewRecorder returns a recorder with the given number of shards, whose documented series all start at 0.
func NewRecorder(apis []API, sources []*ingest.Source, workers int) *Recorder {
	sets := make([]closedSets, len(apis))
	for i := range apis {
		sets[i] = apis[i].Classifier
	}
	return newRecorder(apis, sets, sources, workers, time.Now)
}

func newRecorder(apis []API, sets []closedSets, sources []*ingest.Source, workers int, now func() time.Time) *Recorder {
	r := &Recorder{dir: newDirectory(), now: now}
	created := now().UnixMilli()
	for i, api := range apis {
		r.apis = append(r.apis, r.addAPI(api, sets[i], created))
	}
	for _, src := range sources {
		r.sources = append(r.sources, r.addSource(src, created))
	}
	r.pulled = append(r.pulled, pulled{r.dir.add(famStorageErrors, created), &r.StorageWriteErrors})
	for range workers {
		r.shards = append(r.shards, newShard(r))
	}
	return r
}

// Shard returns the shard of worker i. Only that worker may use it.
func (r *Recorder) Shard(i int) *Shard { return r.shards[i] }

// addHistogram returns the index of the histogram of a series.
func (r *Recorder) addHistogram(series int32) int {
	for i := range r.histograms {
		if r.histograms[i].series == series {
			return i
		}
	}
	r.histograms = append(r.histograms, histogramSeries{series: series})
	return len(r.histograms) - 1
}

func (r *Recorder) addSource(src *ingest.Source, created int64) *sourceSeries {
	s := &sourceSeries{Source: src, lines: r.dir.add(famLines, created, src.Name)}
	s.rejects = make([]int32, len(accesslog.Reasons())+1)
	for _, reason := range accesslog.Reasons() {
		f := famFailed
		if reason.Skipped() {
			f = famSkipped
		}
		s.rejects[reason] = r.dir.add(f, created, src.Name, reason.String())
	}
	for _, p := range []struct {
		family family
		count  *atomic.Int64
	}{
		{famBytes, &src.Stats.Bytes}, {famRotations, &src.Stats.Rotations}, {famTruncations, &src.Stats.Truncations},
		{famReadErrors, &src.Stats.ReadErrors}, {famLostBytes, &src.Stats.LostBytes},
	} {
		r.pulled = append(r.pulled, pulled{r.dir.add(p.family, created, src.Name), p.count})
	}
	s.name = r.dir.series[s.lines].labels[0]
	return s
}
