package main_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestScrapers has several scrape at once, from the start on a backlog of 50 MiB and through rotations. Each answer is in
// balance and at once; none is behind one that had come before its question; /-/ready is 503 until the backlog is read.
func TestScrapers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	written := 0
	add := func(name string, n int) { written = appendNumbered(t, name, written, n) }
	const backlog = 50 << 20 / 75
	add(log, backlog)
	e := startExporter(t, build(t, "."), "--access-log.path="+log, "-f", "combined", "--access-log.from=beginning",
		"--storage.path="+filepath.Join(dir, "state"))

	c := &chorus{exporter: e, stop: make(chan struct{})}
	for range 4 {
		c.wg.Go(func() { c.sing(t) })
	}
	await(t, "/-/ready", func() bool {
		counted := c.highest.Load()
		status, _, err := fetch(e.url + "/-/ready")
		if err == nil && status == http.StatusOK {
			if s, err := e.scrape(); err != nil || s.sum("httpstatus_log_lines_total") < float64(backlog) {
				t.Errorf("ready with %v of %d lines (%v)", s.sum("httpstatus_log_lines_total"), backlog, err)
			}
			return true
		}
		if err == nil && counted >= int64(backlog) {
			time.Sleep(10 * time.Millisecond) // it will be in a moment
		}
		return false
	}, e.said.String)
	for i := range 10 {
		rotated := log + fmt.Sprint(".", 10-i)
		add(log, 1000)
		if err := os.Rename(log, rotated); err != nil {
			t.Fatal(err)
		}
		add(rotated, 500)
		add(log, 1)
		time.Sleep(100 * time.Millisecond)
	}
	e.counted(t, written)
	close(c.stop)
	c.wg.Wait()
	s, err := e.scrape()
	if err != nil || s.sum("httpstatus_log_lines_total") != float64(written) {
		t.Errorf("counted %v lines (%v), %d were written", s.sum("httpstatus_log_lines_total"), err, written)
	}
	e.stop(t)
}

// A chorus is several who scrape one exporter.
type chorus struct {
	exporter *exporter
	highest  atomic.Int64 // number of lines in any answer
	stop     chan struct{}
	wg       sync.WaitGroup
}

// sing scrapes until stop is closed.
func (c *chorus) sing(t *testing.T) {
	for {
		select {
		case <-c.stop:
			return
		default:
		}
		before, begin := c.highest.Load(), time.Now()
		s, err := c.exporter.scrape()
		if errors.Is(err, syscall.ECONNREFUSED) { // not up yet
			time.Sleep(time.Millisecond)
			continue
		} else if err == nil {
			err = s.balance()
		}
		if err != nil {
			t.Error(err)
			return
		}
		n := int64(s.sum("httpstatus_log_lines_total"))
		if took := time.Since(begin); took > 3*time.Second && !raceEnabled {
			t.Errorf("a scrape took %v", took)
		}
		if n < before {
			t.Errorf("%d lines, %d were answered before the question", n, before)
		}
		for old := c.highest.Load(); n > old && !c.highest.CompareAndSwap(old, n); old = c.highest.Load() {
		}
	}
}

// appendNumbered appends n lines of at least 75 bytes, no two alike, to a log, and returns the number of the last.
func appendNumbered(t *testing.T, log string, from, n int) int {
	t.Helper()
	f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := make([]byte, 0, 90*n)
	for i := range n {
		text = fmt.Appendf(text, "203.0.113.9 - - [22/Nov/2026:10:00:01 +0000] \"GET /%08d HTTP/1.1\" 200 5\n", from+i+1)
	}
	if _, err := f.Write(text); err != nil {
		t.Fatal(err)
	}
	return from + n
}
