package main_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStandardInput gives lines in pieces through a pipe that then ends. The exporter serves on.
func TestStandardInput(t *testing.T) {
	t.Parallel()
	address := "127.0.0.1:" + freePort(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	e := &exporter{startWith(t, r, build(t, "."), "--web.listen-address="+address, "--access-log.path=-", "-f", "combined"), "http://" + address}
	r.Close()
	e.ready(t)
	const lines = 300
	text := strings.Repeat(getLine+"200 5\n", lines)
	for len(text) > 0 {
		n := min(len(text), 37)
		io.WriteString(w, text[:n])
		text = text[n:]
	}
	if up := e.counted(t, lines).sum("httpstatus_log_source_up"); up != 1 {
		t.Errorf("log_source_up is %v while the pipe is open", up)
	}
	io.WriteString(w, getLine+"404 5") // without an end
	w.Close()
	s := e.counted(t, lines+1)
	if n := s.sum("httpstatus_responses_total", "code", "404"); n != 1 {
		t.Errorf("%v responses with 404, the last line had one", n)
	}
	await(t, "log_source_up to be 0", func() bool {
		s, err := e.scrape()
		return err == nil && s.sum("httpstatus_log_source_up") == 0
	}, e.said.String)
	e.stop(t)
}

// TestWithoutProc follows a log where there is no /proc: no watch can be pinned to a descriptor, and the tick finds all.
func TestWithoutProc(t *testing.T) {
	t.Parallel()
	unshare, dir := need(t, "unshare"), t.TempDir()
	if out, err := exec.Command(unshare, "-m", "sh", "-c", "mount -t tmpfs none /proc").CombinedOutput(); err != nil {
		t.Skipf("nothing can be mounted here: %v: %s", err, out)
	}
	log, address := filepath.Join(dir, "access.log"), "127.0.0.1:"+freePort(t)
	writeFile(t, log, "")
	e := &exporter{start(t, unshare, "-m", "sh", "-c", `mount -t tmpfs none /proc && exec "$0" "$@"`, build(t, "."),
		"--web.listen-address="+address, "--access-log.path="+log, "-f", "combined"), "http://" + address}
	e.ready(t)
	appendLines(t, log, "200", 1000)
	e.counted(t, 1000)
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	appendLines(t, log, "200", 500)
	appendLines(t, log+".1", "200", 500)
	if n := e.counted(t, 2000).sum("httpstatus_log_lines_total"); n != 2000 {
		t.Errorf("counted %v lines, 2000 were written", n)
	}
	e.stop(t)
}

// TestLogNamedAgain drops a log from the configuration and names it again: by a reload, and with a restart in between. What was
// counted of it has stayed, so it goes on where it was left.
func TestLogNamedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, a, b := filepath.Join(dir, "exporter.yaml"), filepath.Join(dir, "a.log"), filepath.Join(dir, "b.log")
	with := func(logs ...string) {
		text := "apis:\n  - name: shop\n    contract: agave\n    access_logs:\n"
		for _, log := range logs {
			text += "      - {path: " + log + ", format: combined, from: beginning}\n"
		}
		writeFile(t, config, text)
	}
	appendLines(t, a, "200", 10)
	appendLines(t, b, "200", 100)
	with(a, b)
	args := []string{"--config.file=" + config, "--storage.path=" + filepath.Join(dir, "state")}
	binary := build(t, ".")
	e := startExporter(t, binary, args...).ready(t)
	e.counted(t, 110)
	reload := func() {
		t.Helper()
		before := strings.Count(e.said.String(), "msg=Reloaded")
		e.cmd.Process.Signal(syscall.SIGHUP)
		await(t, "the reload", func() bool { return strings.Count(e.said.String(), "msg=Reloaded") > before }, e.said.String)
	}
	with(a)
	reload()
	appendLines(t, b, "200", 1)
	with(a, b)
	reload()
	e.responses(t, 111)

	with(a)
	reload()
	if err := os.Rename(b, b+".1"); err != nil {
		t.Fatal(err)
	}
	appendLines(t, b, "200", 2)
	e.stop(t)
	e = startExporter(t, binary, args...).ready(t)
	e.responses(t, 111)
	with(a, b)
	reload()
	e.responses(t, 113)
	e.end(syscall.SIGKILL)
	e = startExporter(t, binary, args...).ready(t)
	e.responses(t, 113)
	e.stop(t)
}

// responses waits until that many have been counted, and for those that would come twice.
func (e *exporter) responses(t *testing.T, want float64) {
	t.Helper()
	var n float64
	count := func() bool {
		s, err := e.scrape()
		if err != nil {
			t.Fatal(err)
		}
		n = s.sum("httpstatus_responses_total")
		return n >= want
	}
	await(t, "responses", count, e.said.String)
	time.Sleep(1500 * time.Millisecond)
	if count(); n != want {
		t.Errorf("%v responses, want %v", n, want)
	}
}
