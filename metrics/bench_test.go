package metrics

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest/accesslog"
)

func BenchmarkSnapshot(b *testing.B) {
	s := wide(1430) // 7 series each
	r, _ := recorder(s, 2, 0, time.Now)
	rnd := rand.New(rand.NewPCG(21, 22))
	for range 50_000 {
		v := s.documented[rnd.IntN(len(s.documented))]
		r.Shard(rnd.IntN(2)).Count(0, &classify.Verdict{Route: v.Route, Method: v.Method, Code: v.Code, SLO: v.SLO}, 100, time.Duration(rnd.IntN(1e9)))
	}
	snapshot := r.Snapshot()
	b.Logf("%d series, %d of them histograms, %d bytes", len(snapshot.series), len(snapshot.histograms), len(encode(b, snapshot)))
	b.Run("take", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Snapshot()
		}
	})
	b.Run("encode", func(b *testing.B) {
		var buf []byte
		for b.Loop() {
			buf, _ = snapshot.AppendBinary(buf[:0])
		}
		b.SetBytes(int64(len(buf)))
	})
	b.Run("decode", func(b *testing.B) {
		buf := encode(b, snapshot)
		b.SetBytes(int64(len(buf)))
		for b.Loop() {
			if _, err := DecodeSnapshot(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("restore", func(b *testing.B) {
		next, _ := recorder(s, 2, 0, time.Now)
		for b.Loop() {
			next.Restore(snapshot)
		}
	})
}

func BenchmarkCount(b *testing.B) {
	s := wide(20)
	verdicts := make([]classify.Verdict, 1024)
	rnd := rand.New(rand.NewPCG(23, 24))
	for i := range verdicts {
		d := s.documented[min(rnd.IntN(60), rnd.IntN(60))]
		verdicts[i] = classify.Verdict{Route: d.Route, Code: d.Code, SLO: d.SLO, Checks: []classify.Check{{Condition: 0}}}
	}
	for _, row := range []struct {
		name     string
		duration time.Duration
	}{{"plain", -1}, {"duration", time.Millisecond}} {
		b.Run(row.name, func(b *testing.B) {
			r, _ := recorder(s, 1, 0, time.Now)
			shard, i := r.Shard(0), 0
			for b.Loop() {
				i++
				shard.Count(0, &verdicts[i&1023], 512, row.duration*time.Duration(i&255))
			}
		})
		b.Run(row.name+"/2", func(b *testing.B) {
			r, _ := recorder(s, 2, 0, time.Now)
			done := make(chan struct{})
			n := b.N
			for w := range 2 {
				go func() {
					shard := r.Shard(w)
					for i := range n {
						shard.Count(0, &verdicts[i&1023], 512, row.duration*time.Duration(i&255))
					}
					done <- struct{}{}
				}()
			}
			<-done
			<-done
		})
	}
}

func BenchmarkReject(b *testing.B) {
	r, _ := recorder(small(), 1, 0, time.Now)
	shard := r.Shard(0)
	for b.Loop() {
		shard.Reject(0, accesslog.Malformed, 1)
	}
}

// discard takes a response to nowhere, so that no growing buffer is measured.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkScrape scrapes 5,000 series of responses_total, and as a measure those of a CounterVec.
func BenchmarkScrape(b *testing.B) {
	const n = 5000
	r, _ := recorder(wide((n+2)/3), 1, 0, time.Now)
	snapshot := *r.Snapshot()
	snapshot.series, snapshot.histograms, snapshot.gauges = snapshot.series[:n], nil, nil
	own := prometheus.NewRegistry()
	own.MustRegister(NewCollector(func() *Snapshot { return &snapshot }))

	m := families[famResponses]
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: m.Name, Help: m.Help}, m.Labels)
	for _, series := range snapshot.series {
		vec.WithLabelValues(series.labels...)
	}
	peer := prometheus.NewRegistry()
	peer.MustRegister(vec)

	for _, row := range []struct{ name, accept string }{
		{"text", "text/plain"}, {"openmetrics", openMetrics}, {"protobuf", protobuf},
	} {
		for _, reg := range []struct {
			name string
			*prometheus.Registry
		}{{"own", own}, {"countervec", peer}} {
			b.Run(row.name+"/"+reg.name, func(b *testing.B) {
				h := promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true, DisableCompression: true})
				req := httptest.NewRequest("GET", "/metrics", nil)
				req.Header.Set("Accept", row.accept)
				b.ReportAllocs()
				for b.Loop() {
					h.ServeHTTP(discard{http.Header{}}, req)
				}
			})
		}
	}
}
