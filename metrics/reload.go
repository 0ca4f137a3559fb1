package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Reload says how the last attempt to load the configuration ended. The zero Reload has seen none; it must not be
// copied. It is a prometheus.Collector and safe for concurrent use.
type Reload struct {
	at     atomic.Int64 // Unix nanoseconds of the last success; 0 = none
	failed atomic.Bool  // the last attempt failed
}

// Succeeded notes a load at time t.
func (r *Reload) Succeeded(t time.Time) {
	r.at.Store(t.UnixNano())
	r.failed.Store(false)
}

// Failed notes an attempt that changed nothing.
func (r *Reload) Failed() { r.failed.Store(true) }

var (
	reloadDesc     = prometheus.NewDesc(families[famReload].Name, families[famReload].Help, nil, nil)
	reloadTimeDesc = prometheus.NewDesc(families[famReloadTime].Name, families[famReloadTime].Help, nil, nil)
)

// Describe implements prometheus.Collector.
func (r *Reload) Describe(ch chan<- *prometheus.Desc) {
	ch <- reloadDesc
	ch <- reloadTimeDesc
}

// Collect implements prometheus.Collector.
func (r *Reload) Collect(ch chan<- prometheus.Metric) {
	at, successful := r.at.Load(), 1.0
	if r.failed.Load() || at == 0 {
		successful = 0
	}
	ch <- prometheus.MustNewConstMetric(reloadDesc, prometheus.GaugeValue, successful)
	ch <- prometheus.MustNewConstMetric(reloadTimeDesc, prometheus.GaugeValue, seconds(at))
}
