package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// A collector exposes snapshots. The label pairs of a series are made once in its life; a scrape makes values only.
type collector struct {
	latest func() *Snapshot
	descs  [collected]*prometheus.Desc
}

// NewCollector returns a collector of what latest returns at each scrape: the newest snapshot that may be exposed, nil for
// none. latest must be safe for concurrent use.
func NewCollector(latest func() *Snapshot) prometheus.Collector {
	c := &collector{latest: latest}
	for f := range collected {
		m := families[f]
		c.descs[f] = prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)
	}
	return c
}

func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		ch <- d
	}
}

func (c *collector) Collect(ch chan<- prometheus.Metric) {
	s := c.latest()
	if s == nil {
		return
	}
	counters := make([]counterMetric, len(s.series)) // one allocation for all of them
	times := timestamps{}
	for i, series := range s.series {
		if series.pairs == nil || series.family == famDuration {
			continue
		}
		m := &counters[i]
		m.desc, m.pairs, m.value = c.descs[series.family], series.pairs, float64(s.values[i])
		m.counter.Value, m.counter.CreatedTimestamp = &m.value, times.at(s.created[i])
		ch <- m
	}
	for i := range s.histograms {
		h := &s.histograms[i]
		if series := s.series[h.series]; series.pairs != nil {
			ch <- &histogramMetric{c.descs[famDuration], series.pairs, &h.histogram, times.at(s.created[h.series])}
		}
	}
	for _, g := range s.gauges {
		ch <- &gaugeMetric{c.descs[g.family], g}
	}
}

// timestamps makes created timestamps. Most series have the one of the start.
type timestamps struct {
	milliseconds int64
	last         *timestamppb.Timestamp
}

func (t *timestamps) at(milliseconds int64) *timestamppb.Timestamp {
	if t.last == nil || t.milliseconds != milliseconds {
		t.milliseconds, t.last = milliseconds, timestamppb.New(time.UnixMilli(milliseconds))
	}
	return t.last
}

// The metrics of one scrape. None is written to after it was sent.
type (
	counterMetric struct {
		desc    *prometheus.Desc
		pairs   []*dto.LabelPair
		value   float64
		counter dto.Counter
	}
	histogramMetric struct {
		desc      *prometheus.Desc
		pairs     []*dto.LabelPair
		histogram *histogram
		created   *timestamppb.Timestamp
	}
	gaugeMetric struct {
		desc *prometheus.Desc
		gauge
	}
)

func (m *counterMetric) Desc() *prometheus.Desc { return m.desc }

func (m *counterMetric) Write(out *dto.Metric) error {
	out.Label, out.Counter = m.pairs, &m.counter
	return nil
}

func (m *gaugeMetric) Desc() *prometheus.Desc { return m.desc }

func (m *gaugeMetric) Write(out *dto.Metric) error {
	out.Label, out.Gauge = m.pairs, &dto.Gauge{Value: &m.value}
	return nil
}

func (m *histogramMetric) Desc() *prometheus.Desc { return m.desc }

func (m *histogramMetric) Write(out *dto.Metric) error {
	out.Label, out.Histogram = m.pairs, m.histogram.dto()
	out.Histogram.CreatedTimestamp = m.created
	return nil
}
