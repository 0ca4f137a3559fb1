package main

import (
	"bytes"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
	"httpstatus_exporter/metrics"
)

// A table is one configuration in force: all that a worker needs to turn the lines of a source into counts. It is not
// changed after it was made; a reload replaces it in a quiet moment.
type table struct {
	recorder *metrics.Recorder
	lanes    []lane // by Source.ID
}

// A lane says how the lines of one source are read and judged.
type lane struct {
	source     *ingest.Source
	api        int // index in the recorder
	format     *accesslog.Format
	classifier *classify.Classifier
	hasBody    bool // the size that the format logs is that of the body
}

// A worker turns blocks into counts. Everything in it is its own, but for the table.
type worker struct {
	id    int
	table *atomic.Pointer[table]
	ended func(ingest.Stream, error) // told of each stream that ended; may be nil
	drift *drift                     // of a report; nil in an exporter

	current *table
	shard   *metrics.Shard
	readers []reader // by Source.ID, empty until first used
	buffer  ingest.Buffer
	entry   accesslog.Entry
	verdict classify.Verdict
}

// run works until ctx is done.
func (w *worker) run(ctx context.Context, q *ingest.Queue) error {
	for {
		stream, err := q.Take(ctx)
		if err != nil {
			return nil
		}
		block, err := stream.Next(&w.buffer)
		w.count(stream.Source(), block)
		q.Done()
		if err != nil && w.ended != nil {
			w.ended(stream, err)
		}
	}
}

// count is the loop of this program: one Parse, one Classify and one Count per line.
func (w *worker) count(src *ingest.Source, block ingest.Block) {
	r := w.reader(src)
	if r == nil {
		return
	}
	r.parser.Begin(block.Fields)
	r.clock.Begin(block.Fields)
	lines := block.TooLong
	w.shard.Reject(src.ID, accesslog.TooLong, block.TooLong)
	var last []byte // entry of this block
	e := &w.entry
	var facts classify.Facts
	for data := block.Data; len(data) > 0; lines++ {
		line := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, data = data[:i], data[i+1:]
		} else {
			data = nil
		}
		if reason := r.parser.Parse(line, e); reason != accesslog.None {
			w.shard.Reject(src.ID, reason, 1)
			continue
		}
		facts.Method, facts.Target, facts.Host, facts.Status = e.Method, e.Target, e.Host, e.Status
		facts.BodyBytes, facts.Values = e.BodyBytes, e.Values
		if !r.hasBody {
			facts.BodyBytes = -1
		}
		r.classifier.Classify(&facts, &w.verdict)
		w.shard.Count(r.api, &w.verdict, e.BodyBytes, e.Duration)
		if w.drift != nil {
			w.drift.note(place{src, block.Offset, lines}, r.moment(e.Time), r.classifier, &facts, &w.verdict)
		}
		last = line
	}
	w.shard.Lines(src.ID, lines)
	newest := r.time(last)
	if !newest.IsZero() {
		w.shard.LastEntry(src.ID, newest)
	}
	if w.drift != nil {
		w.drift.block(src, block.Offset, lines)
	}
}

// A reader is how one worker reads the lines of one source.
type reader struct {
	lane
	parser *accesslog.Parser // of what verdicts need, and in a report of the time
	clock  *accesslog.Parser // of the time, which is asked for once in a block
	entry  accesslog.Entry   // clock's

	logged []byte    // the time that moment read last
	when   time.Time // what it says
}

// reader returns how src is read, by the table in force: nil for a source that a reload left while its stream was on the
// queue. Tables change only between Done and Take.
func (w *worker) reader(src *ingest.Source) *reader {
	if t := w.table.Load(); t != w.current {
		w.current, w.shard, w.readers = t, t.recorder.Shard(w.id), make([]reader, len(t.lanes))
	}
	if src.ID >= len(w.readers) || w.current.lanes[src.ID].source != src {
		return nil
	}
	r := &w.readers[src.ID]
	if r.parser == nil {
		*r = newReader(w.current.lanes[src.ID], w.drift != nil)
	}
	return r
}

func newReader(l lane, timed bool) reader {
	fields := fieldsOf(l.classifier)
	if timed {
		fields = append(slices.Clip(fields), "time")
	}
	return reader{lane: l, parser: l.format.NewParser(fields), clock: l.format.NewParser([]string{"time"})}
}

// moment reads a time as logged, the zero time where it is none. Entries of one second say it alike, so most cost a comparison.
func (r *reader) moment(logged []byte) time.Time {
	if !bytes.Equal(logged, r.logged) {
		r.logged = append(r.logged[:0], logged...)
		r.when, _ = r.format.ParseTime(logged)
	}
	return r.when
}

// time returns when the entry of a line was logged, the zero time where the line does not tell.
func (r *reader) time(line []byte) time.Time {
	if len(line) == 0 {
		return time.Time{}
	}
	t, _ := r.format.ParseTime(r.clock.Time(line, &r.entry))
	return t
}

// fieldsOf returns what a parser must read for c: its facts, in their order, and the host where routes ask for it.
func fieldsOf(c *classify.Classifier) []string {
	fields := c.Fields()
	for _, r := range c.Contract().Routes {
		if r.Host != "" {
			return append(slices.Clone(fields), "host")
		}
	}
	return fields
}

// loggedOf returns those facts of c that f logs.
func loggedOf(c *classify.Classifier, f *accesslog.Format) []string {
	return slices.DeleteFunc(slices.Clone(c.Fields()), func(name string) bool { return !f.Logs(name) })
}
