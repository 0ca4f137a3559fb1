package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestScale starts on a gigabyte in 2,000 files and rotates them all at once: memory stays flat, every line is counted once,
// and the descriptors of the rotated files are closed after they have been quiet for a minute.
func TestScale(t *testing.T) {
	if !*long {
		t.Skip("writes 1 GiB and waits for more than a minute; -long runs it")
	}
	const files, backlog = 2000, 1 << 30
	dir := t.TempDir()
	log := func(i int) string { return filepath.Join(dir, fmt.Sprintf("%04d.log", i)) }
	written, lines := 0, backlog/files/75
	for i := range files {
		written = appendNumbered(t, log(i), written, lines)
	}
	e := startExporter(t, build(t, "."), "--access-log.path="+filepath.Join(dir, "*.log"), "-f", "combined", "--access-log.from=beginning",
		"--storage.path="+t.TempDir())
	begin := time.Now()
	e.ready(t)
	e.counted(t, written)
	t.Logf("%d lines in %d files: read in %v, at most %s resident", written, files, time.Since(begin).Round(100*time.Millisecond), e.peak(t))

	for i := range files {
		if err := os.Rename(log(i), log(i)+".1"); err != nil {
			t.Fatal(err)
		}
		written = appendNumbered(t, log(i), written, 20)
		written = appendNumbered(t, log(i)+".1", written, 2)
	}
	e.counted(t, written)
	t.Logf("after the rotation: %v descriptors, at most %s resident", e.descriptors(t), e.peak(t))
	await := time.Now().Add(3 * time.Minute)
	for e.descriptors(t) > files+50 && time.Now().Before(await) {
		time.Sleep(time.Second)
	}
	n := e.descriptors(t)
	t.Logf("%v later: %v descriptors", time.Since(begin).Round(time.Second), n)
	if n > files+50 {
		t.Errorf("%v descriptors are open for %d files", n, files)
	}
	s, err := e.scrape()
	if err != nil {
		t.Fatal(err)
	}
	if n := s.sum("httpstatus_log_lines_total"); n != float64(written) {
		t.Errorf("counted %v lines, %d were written", n, written)
	}
	if rss := s.sum("process_resident_memory_bytes"); rss > 64<<20 && !raceEnabled {
		t.Errorf("%.1f MiB are resident, want at most 64", rss/(1<<20))
	}
	e.stop(t)
}

func (e *exporter) descriptors(t *testing.T) float64 {
	t.Helper()
	s, err := e.scrape()
	if err != nil {
		t.Fatal(err)
	}
	return s.sum("process_open_fds")
}

// peak returns the most memory that was resident, as /proc tells.
func (e *exporter) peak(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(readFile(t, fmt.Sprintf("/proc/%d/status", e.cmd.Process.Pid))) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(size)
		}
	}
	t.Fatal("no VmHWM in /proc")
	return ""
}
