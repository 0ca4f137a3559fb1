package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"httpstatus_exporter/metrics"
)

// BenchmarkScrape answers scrapes of 5,000 and 10,000 series, without a storage and with one that is written at each of
// them (in memory where the system has /dev/shm, so that it is our cost and not the disk's).
func BenchmarkScrape(b *testing.B) {
	for _, series := range []int{5000, 10_000} {
		b.Run(fmt.Sprintf("%d/memory", series), func(b *testing.B) { benchScrape(b, series, false) })
		b.Run(fmt.Sprintf("%d/storage", series), func(b *testing.B) { benchScrape(b, series, true) })
	}
}

func benchScrape(b *testing.B, series int, withStorage bool) {
	dir := b.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "httpstatus_exporter-bench-"); err == nil {
		dir = shm
		b.Cleanup(func() { os.RemoveAll(shm) })
	}
	var contract strings.Builder
	contract.WriteString("contract: v1\nname: big\ncodes: {200: OK, 201: Created, 400: Bad, 404: Not found, 500: Broken}\nroutes:\n")
	for i := range series / 12 { // each has five codes, five lines of documented_code_info, two slo series
		fmt.Fprintf(&contract, "  - match: GET /r%d/{id}\n", i)
	}
	file := filepath.Join(dir, "contract.yaml")
	if err := os.WriteFile(file, []byte(contract.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	api := apiFlags{contract: file, maxSeries: 100_000}
	cfg, err := api.load()
	if err != nil {
		b.Fatal(err)
	}
	e := newEngine(slog.New(slog.DiscardHandler), &api)
	e.table.Store(e.newTable(cfg, nil))
	x := &exposer{engine: e, log: e.log}
	if withStorage {
		if _, err := x.open(filepath.Join(dir, "state")); err != nil {
			b.Fatal(err)
		}
		defer x.close()
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics.NewCollector(x.snapshot))
	handler := promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true})
	lines := 0
	for b.Loop() {
		e.table.Load().recorder.StorageWriteErrors.Add(1) // something changes, so something is written
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		body, _ := io.ReadAll(w.Body)
		lines = strings.Count(string(body), "\nhttpstatus_")
	}
	b.ReportMetric(float64(lines), "series")
}
