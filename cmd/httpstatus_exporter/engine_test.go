package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"

	"httpstatus_exporter/metrics"
)

// TestPipe follows a named pipe through two writers, which a reader that ended with the first would miss.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	api := apiFlags{contract: "agave", format: "combined", paths: []string{path}, maxLine: 1000, maxSeries: 100, workers: 2}
	cfg, err := api.load()
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(slog.New(slog.DiscardHandler), &api)
	if err := e.start(cfg, nil); err != nil {
		t.Fatal(err)
	}
	e.read()
	for range 2 {
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, `203.0.113.9 - - [22/Nov/2026:10:00:01 +0000] "GET /x HTTP/1.1" 200 5 "-" "curl/8"`+"\n")
		w.Close()
	}
	var lines int64
	for deadline := time.Now().Add(10 * time.Second); lines < 2 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		e.queue.Quiet(func() {
			dist, err := distributionOf(recorderGatherer(e.table.Load()), "agave")
			if err != nil {
				t.Error(err)
				return
			}
			lines = dist.Lines
		})
	}
	if lines != 2 {
		t.Errorf("%d lines of 2 were counted", lines)
	}
	e.stop()
}

// TestStopAfterReload: what a reload began to follow ends with the engine.
func TestStopAfterReload(t *testing.T) {
	dir := t.TempDir()
	api := apiFlags{contract: "agave", format: "combined", paths: []string{filepath.Join(dir, "a.log")}, maxLine: 1000, maxSeries: 100, workers: 1}
	cfg, err := api.load()
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(slog.New(slog.DiscardHandler), &api)
	if err := e.start(cfg, nil); err != nil {
		t.Fatal(err)
	}
	e.read()
	api.paths = append(api.paths, filepath.Join(dir, "b.log"))
	if cfg, err = api.load(); err == nil {
		err = e.reload(cfg)
	}
	if err != nil {
		t.Fatal(err)
	}
	e.stop()
	for path, f := range e.following {
		select {
		case <-f.done:
		default:
			t.Errorf("%s is still followed", filepath.Base(path))
		}
	}
}

// TestReloadWhileStopping: what is saved at the end is not put aside by another configuration.
func TestReloadWhileStopping(t *testing.T) {
	s := &server{}
	s.stopping.Store(true)
	if err := s.reload(); err == nil || !strings.Contains(err.Error(), "stopping") {
		t.Errorf("a reload while stopping gave %v", err)
	}
}

// TestCaptureIsOneMoment takes counts and positions while the workers count: the lines that are counted end where the position
// is, each time.
func TestCaptureIsOneMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	const line = `203.0.113.9 - - [22/Nov/2026:10:00:01 +0000] "GET /x HTTP/1.1" 200 5 "-" "curl/8"` + "\n"
	if err := os.WriteFile(path, []byte(strings.Repeat(line, 64<<20/len(line))), 0o600); err != nil {
		t.Fatal(err)
	}
	api := apiFlags{contract: "agave", format: "combined", paths: []string{path}, from: "beginning", maxLine: 1 << 20, maxSeries: 100, workers: 2}
	cfg, err := api.load()
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(slog.New(slog.DiscardHandler), &api)
	if err := e.start(cfg, nil); err != nil {
		t.Fatal(err)
	}
	e.read()
	defer e.stop()
	moments := 0
	for ready := false; !ready; {
		ready = e.ready()
		snapshot, positions := e.capture()
		if snapshot == nil || len(positions[path]) != 2 {
			t.Fatalf("positions %v", positions)
		}
		offset := positions[path][1].Offset
		if lines := int64(counter(t, snapshot, "httpstatus_log_lines_total")); lines*int64(len(line)) != offset {
			t.Fatalf("%d lines of %d bytes are counted and the position is %d", lines, len(line), offset)
		} else if lines > 0 && !ready {
			moments++
		}
	}
	if moments < 3 {
		t.Errorf("%d moments were seen while lines were counted: too few to show anything", moments)
	}
}

// counter returns the value of a counter with one series.
func counter(t *testing.T, s *metrics.Snapshot, name string) float64 {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics.NewCollector(func() *metrics.Snapshot { return s }))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name && len(f.Metric) == 1 {
			return f.Metric[0].Counter.GetValue()
		}
	}
	t.Fatalf("no counter %s with one series", name)
	return 0
}
