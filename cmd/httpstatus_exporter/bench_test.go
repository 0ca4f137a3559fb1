package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"httpstatus_exporter/cmd/loggen/traffic"
	"httpstatus_exporter/ingest"
)

// The figures of the README: one file of generated lines, read from the page cache by the newline scan that is the
// measure, and by the whole program (newline, parse, verdict, every count) with one worker and with two. Compare rows of
// one run only:
//
//	go test -run '^$' -bench 'Combined|JSON' -benchtime 3s -count 5 ./cmd/httpstatus_exporter

const benchLines = 2_000_000

func BenchmarkCombinedScan(b *testing.B)      { benchScan(b, benchFile(b, "combined")) }
func BenchmarkCombinedOneWorker(b *testing.B) { benchPipeline(b, "combined", "agave", 1) }
func BenchmarkCombinedTwoWorkers(b *testing.B) {
	benchPipeline(b, "combined", "agave", 2)
}
func BenchmarkJSONScan(b *testing.B)      { benchScan(b, benchFile(b, "json")) }
func BenchmarkJSONOneWorker(b *testing.B) { benchPipeline(b, "json", "agave", 1) }

// BenchmarkJSONKeysOneWorker reads the lines of BenchmarkJSONOneWorker by key.
func BenchmarkJSONKeysOneWorker(b *testing.B) { benchPipeline(b, "json keys", "agave", 1) }

// benchFile writes the lines once and returns the file's name.
func benchFile(b *testing.B, format string) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), format+".log")
	gen, err := traffic.New(1, benchOptions(format))
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	for range benchLines {
		buf = gen.AppendLine(buf)
	}
	if err := os.WriteFile(name, buf, 0o600); err != nil {
		b.Fatal(err)
	}
	return name
}

func benchOptions(format string) traffic.Options {
	o := traffic.Defaults()
	o.Format, _, _ = strings.Cut(format, " ")
	return o
}

// benchFormat is how the lines of a generated log are declared.
func benchFormat(format string) string {
	switch format {
	case "json":
		return "log_format json escape=json '" + traffic.JSONFormat + "';"
	case "json keys":
		return "json status=status method=method target=uri bytes=body_bytes_sent duration_s=request_time"
	}
	return format
}

func benchScan(b *testing.B, name string) {
	buf := make([]byte, 1<<20)
	lines, cpu := 0, cpuTime()
	for b.Loop() {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		for {
			n, err := f.Read(buf)
			for data := buf[:n]; ; lines++ {
				i := bytes.IndexByte(data, '\n')
				if i < 0 {
					break
				}
				data = data[i+1:]
			}
			if err != nil {
				break
			}
		}
		f.Close()
	}
	reportLines(b, lines, cpu)
}

func benchPipeline(b *testing.B, format, contractName string, workers int) {
	name := benchFile(b, format)
	api := apiFlags{contract: contractName}
	cfg, err := api.load()
	if err != nil {
		b.Fatal(err)
	}
	lc, err := compileLog(fileLog{Path: "-", Format: benchFormat(format)}, 0, func(key string) string { return key })
	if err != nil {
		b.Fatal(err)
	}
	cfg.logs = []logConfig{lc}
	src := &ingest.Source{Name: name}
	e := &engine{workers: workers, maxSeries: 10_000}
	var current atomic.Pointer[table]
	current.Store(e.newTable(cfg, []*ingest.Source{src}))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	q := ingest.NewQueue()
	for i := range workers {
		w := &worker{id: i, table: &current}
		go w.run(ctx, q)
	}
	cpu := cpuTime()
	for b.Loop() {
		f, err := ingest.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		if err := ingest.NewFinite(src, f, q, 0).Run(ctx); err != nil {
			b.Fatal(err)
		}
		q.Quiet(func() {})
		f.Close()
	}
	b.StopTimer()
	used := cpuTime() - cpu
	snapshot := current.Load().recorder.Snapshot()
	var text strings.Builder
	r := report{gatherer: gathererOf(snapshot)}
	if err := r.writeOpenMetrics(&text); err != nil {
		b.Fatal(err)
	}
	want := fmt.Sprintf("httpstatus_log_lines_total{source=%q} ", name)
	if !strings.Contains(text.String(), want) {
		b.Fatalf("the exposition has no %s", want)
	}
	d, err := distributionOf(r.gatherer, "agave")
	if err != nil {
		b.Fatal(err)
	}
	if d.Lines%benchLines != 0 || d.Responses != d.Lines {
		b.Fatalf("%d lines, %d responses: not a multiple of %d", d.Lines, d.Responses, benchLines)
	}
	reportLines(b, int(d.Lines), cpuTime()-used)
}

// reportLines reports wall and CPU time per line; the CPU time, of all threads, is what survives a busy machine.
func reportLines(b *testing.B, lines int, cpu time.Duration) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(lines), "ns/line")
	b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(lines), "cpu-ns/line")
	b.ReportMetric(0, "ns/op")
}

// cpuTime is the CPU time that this process has used.
func cpuTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
