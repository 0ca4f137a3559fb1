package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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
