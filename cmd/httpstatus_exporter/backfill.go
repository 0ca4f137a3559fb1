package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"httpstatus_exporter/ingest"
)

// Backfill: a report as OpenMetrics with timestamps, so that rotated logs become history in Prometheus. One worker reads in
// order; whenever the log time passes a step, the counters as they stand become samples of that step. A step without
// entries repeats the last values, as a scrape would have.

// maxSteps bounds what one run holds in memory: two years of minutes.
const maxSteps = 1 << 20

// A backfill collects the samples of every series by step.
type backfill struct {
	step     time.Duration
	gatherer prometheus.Gatherer // takes a new snapshot at every Gather
	now      int64               // current step: Unix time divided by step; 0 = none yet
	first    int64               // the first step that has samples
	last     time.Time           // of the newest entry
	families map[string]*backfillFamily
	err      error
}

type backfillFamily struct {
	name, help string
	kind       dto.MetricType
	series     map[string]*backfillSeries // by name and labels as they are written
}

type backfillSeries struct {
	from   int64 // step of values[0]
	values []float64
}

// entry moves the time on to t and takes the samples of the steps that this passes. Entries that are older than the
// newest one, as concurrent requests log them, belong to the current step.
func (b *backfill) entry(t time.Time) {
	step := t.UnixNano() / int64(b.step)
	switch {
	case b.now == 0:
		b.first, b.now = step, step
		b.sample(step) // everything is 0 before the first entry
	case step > b.now:
		b.advance(step)
	}
}

func (b *backfill) advance(step int64) {
	if step-b.first > maxSteps {
		b.err = fmt.Errorf("the logs span more than %d steps of %v; give a longer --step", maxSteps, b.step)
		return
	}
	b.sample(b.now + 1)
	for at := b.now + 2; at <= step; at++ {
		b.repeat(at)
	}
	b.now = step
}

// finish takes the sample after the last entry. It is dated a second after that entry, not at the end of its step: a
// sample from the future would keep Prometheus from taking live ones.
func (b *backfill) finish() {
	if b.now > 0 {
		b.sample(b.now + 1)
	}
}

// sample adds the counters as they stand as the values at the begin of a step.
func (b *backfill) sample(step int64) {
	families, err := b.gatherer.Gather()
	if err != nil && b.err == nil {
		b.err = err
	}
	for _, f := range families {
		if momentary[f.GetName()] {
			continue
		}
		bf := b.families[f.GetName()]
		if bf == nil {
			bf = &backfillFamily{f.GetName(), f.GetHelp(), f.GetType(), map[string]*backfillSeries{}}
			b.families[f.GetName()] = bf
		}
		for _, m := range f.GetMetric() {
			bf.add(m, step)
		}
	}
}

// momentary are the gauges that say how reading goes on now: no history.
var momentary = map[string]bool{"httpstatus_log_source_up": true, "httpstatus_log_unread_bytes": true,
	"httpstatus_log_last_entry_timestamp_seconds": true, "httpstatus_log_last_read_timestamp_seconds": true}

// repeat gives every series its last value at a step.
func (b *backfill) repeat(step int64) {
	for _, f := range b.families {
		for _, s := range f.series {
			if int64(len(s.values))+s.from == step {
				s.values = append(s.values, s.values[len(s.values)-1])
			}
		}
	}
}

func (f *backfillFamily) add(m *dto.Metric, step int64) {
	put := func(suffix string, value float64, extra ...string) {
		key := f.name + suffix + labelText(m, extra)
		s := f.series[key]
		if s == nil {
			s = &backfillSeries{from: step}
			if f.kind != dto.MetricType_GAUGE { // it was 0 before, so increase sees the first one
				s.from, s.values = step-1, []float64{0}
			}
			f.series[key] = s
		}
		s.values = append(s.values, value)
	}
	switch f.kind {
	case dto.MetricType_COUNTER:
		put("", m.GetCounter().GetValue())
	case dto.MetricType_HISTOGRAM:
		h := m.GetHistogram()
		for _, bucket := range h.GetBucket() {
			put("_bucket", float64(bucket.GetCumulativeCount()), "le", formatFloat(bucket.GetUpperBound()))
		}
		put("_bucket", float64(h.GetSampleCount()), "le", "+Inf")
		put("_count", float64(h.GetSampleCount()))
		put("_sum", h.GetSampleSum())
	default:
		put("", m.GetGauge().GetValue())
	}
}

// labelText writes the labels of m and one more pair as OpenMetrics does.
func labelText(m *dto.Metric, extra []string) string {
	var b strings.Builder
	sep := "{"
	pair := func(name, value string) {
		b.WriteString(sep + name + `="` + labelEscaper.Replace(value) + `"`)
		sep = ","
	}
	for _, p := range m.GetLabel() {
		pair(p.GetName(), p.GetValue())
	}
	if len(extra) > 0 {
		pair(extra[0], extra[1])
	}
	if sep == "," {
		b.WriteString("}")
	}
	return b.String()
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// write prints the samples as OpenMetrics text: family by family, series by series, in the order of time.
func (b *backfill) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	seconds, end := b.step.Seconds(), float64(b.last.Unix()+1)
	for _, f := range slices.SortedFunc(maps.Values(b.families), func(x, y *backfillFamily) int { return cmp.Compare(x.name, y.name) }) {
		kind := strings.ToLower(f.kind.String())
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", strings.TrimSuffix(f.name, "_total"), labelEscaper.Replace(f.help), kind)
		for _, key := range slices.Sorted(maps.Keys(f.series)) {
			s := f.series[key]
			for i, v := range s.values {
				fmt.Fprintf(out, "%s %s %s\n", key, formatFloat(v), formatFloat(min(float64(s.from+int64(i))*seconds, end)))
			}
		}
	}
	fmt.Fprintln(out, "# EOF")
	return out.Flush()
}

// read counts the lines of one input, in their order.
func (b *backfill) read(ctx context.Context, w *worker, in *input, maxLine int, buffer *ingest.Buffer) error {
	r, err := in.reader()
	if err != nil {
		return err
	}
	defer r.Close()
	lines := ingest.NewLines(r, maxLine)
	for ctx.Err() == nil && b.err == nil {
		block, err := lines.NextJoined(buffer)
		in.source.Stats.Bytes.Store(lines.Offset())
		w.countByTime(in.source, block, b)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading %s: %w", in.source.Name, err)
		}
	}
	return nil
}

// runBackfill reads the inputs in order and prints their history.
func runBackfill(ctx context.Context, t *table, inputs []*input, maxLine int, step time.Duration, s std) error {
	var current atomic.Pointer[table]
	current.Store(t)
	b := &backfill{step: step, gatherer: recorderGatherer(t), families: map[string]*backfillFamily{}}
	w := &worker{table: &current}
	defer showProgress(s.err, inputs)()
	var buffer ingest.Buffer
	for _, in := range inputs {
		if err := b.read(ctx, w, in, maxLine, &buffer); err != nil {
			return err
		}
	}
	if err := cmp.Or(b.err, ctx.Err()); err != nil {
		return err
	}
	if b.last.IsZero() && slices.ContainsFunc(inputs, func(in *input) bool { return in.source.Stats.Bytes.Load() > 0 }) {
		return errors.New("no entry with a time was found, so there is no history: give -f the format that the server writes; it must log the time")
	}
	b.finish()
	return b.write(s.out)
}

// countByTime is count with the block cut wherever its entries pass a step of b.
func (w *worker) countByTime(src *ingest.Source, block ingest.Block, b *backfill) {
	r := w.reader(src)
	rest := block.Data
	for start := 0; start < len(rest); {
		end := len(rest)
		if i := bytes.IndexByte(rest[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		t := r.time(bytes.TrimSuffix(rest[start:end], []byte("\n")))
		b.last = later(b.last, t)
		if !t.IsZero() && t.UnixNano()/int64(b.step) > b.now {
			w.count(src, ingest.Block{Data: rest[:start], Fields: block.Fields})
			block.Fields = r.parser.Directive()
			rest, end = rest[start:], end-start
			b.entry(t)
		}
		start = end
	}
	block.Data = rest
	w.count(src, block)
}
