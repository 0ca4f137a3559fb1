package metrics

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// A collector exposes snapshots. The label pairs of a series are made once in its life; a scrape makes values only.
type collector struct {
	latest func() *Snapshot
	descs  [collected]*prometheus.Desc
	order  atomic.Pointer[order]
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
	for _, i := range c.sorted(s.series) {
		series, m := s.series[i], &counters[i]
		if series.pairs == nil || series.family == famDuration {
			continue
		}
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

// An order is series sorted as an exposition has them. The registry sorts in any case; what is sorted already costs it a
// fifth less of a scrape.
type order struct {
	series  []*series // what was sorted
	indexes []int32
}

// sorted returns the order of all series. It sorts again only when there are others than at the scrape before.
func (c *collector) sorted(all []*series) []int32 {
	if o := c.order.Load(); o != nil && len(o.series) == len(all) && (len(all) == 0 || &o.series[0] == &all[0]) {
		return o.indexes
	}
	o := &order{all, make([]int32, len(all))}
	for i := range o.indexes {
		o.indexes[i] = int32(i)
	}
	slices.SortFunc(o.indexes, func(i, j int32) int {
		a, b := all[i], all[j]
		if a.family != b.family {
			return cmp.Compare(a.family, b.family)
		}
		for k := range min(len(a.pairs), len(b.pairs)) {
			if a.pairs[k] != b.pairs[k] {
				return strings.Compare(a.pairs[k].GetValue(), b.pairs[k].GetValue())
			}
		}
		return 0
	})
	c.order.Store(o)
	return o.indexes
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
