package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const getLine = `203.0.113.9 - - [22/Nov/2026:10:00:01 +0000] "GET /x HTTP/1.1" `

// appendLines appends n lines with a status to a log.
func appendLines(t *testing.T, log, status string, n int) {
	t.Helper()
	f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Repeat(getLine+status+" 5\n", n)); err != nil {
		t.Fatal(err)
	}
}

// TestReload changes the contract of a running exporter: counters go on where their series still exist, a broken contract
// changes nothing and is named, and a log that the configuration adds or drops is begun or left.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, second := filepath.Join(dir, "a.log"), filepath.Join(dir, "b.log")
	contractFile, config := filepath.Join(dir, "shop.yaml"), filepath.Join(dir, "exporter.yaml")
	one := "apis:\n  - name: shop\n    contract: shop.yaml\n    access_logs:\n      - {path: " + log + ", format: combined, from: beginning}\n"
	writeFile(t, config, one)
	writeFile(t, contractFile, "contract: v1\nname: shop\ncodes:\n  200: OK\n  404: Not found\n")
	appendLines(t, log, "200", 10)
	appendLines(t, log, "503", 3)
	e := startExporter(t, build(t, "."), "--config.file="+config).ready(t)
	s := e.counted(t, 13)
	if n := s.sum("httpstatus_responses_total", "code", "503", "verdict", "undocumented"); n != 3 {
		t.Errorf("%v undocumented 503 before the reload, 3 were written", n)
	}
	reload := func(what string) {
		t.Helper()
		before := strings.Count(e.said.String(), what)
		e.cmd.Process.Signal(syscall.SIGHUP)
		await(t, what, func() bool { return strings.Count(e.said.String(), what) > before }, e.said.String)
	}

	writeFile(t, contractFile, "contract: v1\nname: shop\ncodes:\n  200: Fine\n  503: {meaning: Try later, slo: ignore}\n")
	reload("msg=Reloaded")
	appendLines(t, log, "200", 1)
	appendLines(t, log, "503", 2)
	s = e.counted(t, 16)
	for _, want := range []struct {
		labels []string
		value  float64
	}{
		{[]string{"code", "200", "meaning", "Fine"}, 11},
		{[]string{"code", "503", "verdict", "undocumented"}, 3},
		{[]string{"code", "503", "verdict", "documented"}, 2},
	} {
		if n := s.sum("httpstatus_responses_total", want.labels...); n != want.value {
			t.Errorf("%v: %v responses after the reload, want %v", want.labels, n, want.value)
		}
	}

	writeFile(t, contractFile, "contract: v1\nname: shop\ncodes:\n  2OO: OK\n")
	reload("Reload failed, the old configuration goes on")
	if !strings.Contains(e.said.String(), "shop.yaml:4:3") {
		t.Errorf("the failed reload does not say where:\n%s", &e.said)
	}
	if s, _ = e.scrape(); s.sum("httpstatus_exporter_config_last_reload_successful") != 0 {
		t.Error("config_last_reload_successful is not 0 after a failed reload")
	}
	appendLines(t, log, "200", 1)
	e.counted(t, 17)

	writeFile(t, contractFile, "contract: v1\nname: shop\ncodes:\n  200: OK\n")
	appendLines(t, second, "200", 5)
	writeFile(t, config, one+"      - {path: "+second+", format: combined, from: beginning}\n")
	reload("msg=Reloaded")
	s = e.counted(t, 22)
	if s.sum("httpstatus_exporter_config_last_reload_successful") != 1 {
		t.Error("config_last_reload_successful is not 1 again")
	}
	e.stop(t)
}

// TestContractChangesOverRestart starts again, after a kill, with a contract that calls a code by another name, documents
// another one, and has a histogram that it had before.
func TestContractChangesOverRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, contract := filepath.Join(dir, "access.log"), filepath.Join(dir, "shop.yaml")
	binary := build(t, ".")
	args := []string{"-c", contract, "--access-log.path=" + log, "-f", `%h %l %u %t "%r" %>s %b %D`, "--access-log.from=beginning",
		"--storage.path=" + filepath.Join(dir, "state")}
	writeFile(t, contract, "contract: v1\nname: shop\ncodes:\n  200: OK\n")
	writeFile(t, log, strings.Repeat(getLine+"200 5 250000\n", 10)+strings.Repeat(getLine+"503 5 250000\n", 3))
	e := startExporter(t, binary, args...).ready(t)
	e.counted(t, 13)
	e.end(syscall.SIGKILL)

	writeFile(t, contract, "contract: v1\nname: shop\ncodes:\n  200: Fine\n  503: Try later\n")
	e = startExporter(t, binary, args...).ready(t)
	s := e.counted(t, 13)
	for _, want := range []struct {
		name   string
		labels []string
		value  float64
	}{
		{"httpstatus_responses_total", []string{"code", "200", "meaning", "Fine"}, 10},
		{"httpstatus_responses_total", []string{"code", "503", "verdict", "undocumented"}, 3},
		{"httpstatus_responses_total", []string{"code", "503", "verdict", "documented"}, 0},
		{"httpstatus_response_duration_seconds_count", nil, 13},
		{"httpstatus_response_duration_seconds_sum", nil, 13 * 0.25},
	} {
		if n := s.sum(want.name, want.labels...); n != want.value {
			t.Errorf("%s %v is %v after the restart, want %v", want.name, want.labels, n, want.value)
		}
	}
	e.stop(t)
}

// TestFullDisk fills the disk that the state is on. Serving goes on, failures are counted, the next start begins at 0
// instead of stepping back, and with room again everything is saved again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	state, log := filepath.Join(dir, "state"), filepath.Join(dir, "access.log")
	if err := os.Mkdir(state, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", state, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(state, unix.MNT_DETACH) })
	appendLines(t, log, "200", 10)
	binary := build(t, ".")
	args := []string{"--access-log.path=" + log, "-f", "combined", "--access-log.from=beginning", "--storage.path=" + state}
	e := startExporter(t, binary, args...).ready(t)
	e.counted(t, 10)

	filler := filepath.Join(state, "filler")
	exec.Command("dd", "if=/dev/zero", "of="+filler, "bs=4k").Run() // until the disk is full
	appendLines(t, log, "200", 10)
	e.counted(t, 20)
	await(t, "a failed write to be counted", func() bool {
		s, err := e.scrape()
		return err == nil && s.sum("httpstatus_storage_write_errors_total") > 0
	}, e.said.String)
	if !strings.Contains(e.said.String(), "The state cannot be saved") {
		t.Errorf("nothing is said of the full disk:\n%s", &e.said)
	}
	e.end(syscall.SIGKILL)

	os.Remove(filler)
	e = startExporter(t, binary, args...).ready(t)
	s, err := e.scrape()
	if err != nil {
		t.Fatal(err)
	}
	if n := s.sum("httpstatus_log_lines_total"); n > 10 {
		t.Errorf("%v lines after the start: more than what was not saved", n)
	}
	before := s.sum("httpstatus_log_lines_total")
	appendLines(t, log, "200", 5)
	e.counted(t, int(before)+5)
	e.end(syscall.SIGKILL)

	e = startExporter(t, binary, args...).ready(t)
	appendLines(t, log, "200", 1)
	if n := e.counted(t, int(before)+6).sum("httpstatus_log_lines_total"); n != before+6 {
		t.Errorf("%v lines after the disk had room again, want %v", n, before+6)
	}
	e.stop(t)
}

// TestSecondProcess starts a second exporter on the same storage.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	writeFile(t, log, "")
	binary := build(t, ".")
	args := []string{"--access-log.path=" + log, "--storage.path=" + filepath.Join(dir, "state")}
	startExporter(t, binary, args...).ready(t)
	out, err := exec.Command(binary, append(args, "--web.listen-address=127.0.0.1:0")...).CombinedOutput()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 2 || !strings.Contains(string(out), "is in use by another httpstatus_exporter") {
		t.Errorf("a second process gave %v: %s", err, out)
	}
}

// TestStop sends SIGTERM to an exporter with lines still unread: it reads them, saves the state, and leaves within 5 s.
func TestStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	writeFile(t, log, "")
	binary := build(t, ".")
	args := []string{"--access-log.path=" + log, "-f", "combined", "--storage.path=" + filepath.Join(dir, "state")}
	e := startExporter(t, binary, args...).ready(t)
	appendLines(t, log, "200", 20_000)
	begin := time.Now()
	e.stop(t)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("SIGTERM took %v", took)
	}
	if err := os.Remove(log); err != nil { // what has not been read and saved can not be made up for
		t.Fatal(err)
	}
	e = startExporter(t, binary, args...).ready(t)
	if s, err := e.scrape(); err != nil || s.sum("httpstatus_log_lines_total") != 20_000 {
		t.Errorf("%v lines after the restart (%v), 20000 were written before SIGTERM", s.sum("httpstatus_log_lines_total"), err)
	}
	e.stop(t)
}

// TestKilledBeforeTheFirstScrape: what is about to be read is known from the start.
func TestKilledBeforeTheFirstScrape(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	appendNumbered(t, log, 0, 100)
	binary := build(t, ".")
	args := []string{"--access-log.path=" + log, "-f", "combined", "--storage.path=" + filepath.Join(dir, "state")} // from the end
	e := startExporter(t, binary, args...).ready(t)
	e.end(syscall.SIGKILL)
	appendNumbered(t, log, 100, 10)
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	appendNumbered(t, log, 110, 10)
	e = startExporter(t, binary, args...).ready(t)
	if n := e.counted(t, 20).sum("httpstatus_log_lines_total"); n != 20 {
		t.Errorf("counted %v lines, 20 were written after the first start", n)
	}
	e.stop(t)
}

// TestTwoSignals sends a second SIGTERM while the first is still being obeyed: the exporter leaves at once, and the next
// one counts on exactly.
func TestTwoSignals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	writeFile(t, log, "")
	binary := build(t, ".")
	args := []string{"--access-log.path=" + log, "-f", "combined", "--storage.path=" + filepath.Join(dir, "state")}
	lines := 0
	for range 5 {
		e := startExporter(t, binary, args...).ready(t)
		appendLines(t, log, "200", 200_000) // enough to be caught at it
		lines += 200_000
		for !e.ended() {
			e.cmd.Process.Signal(syscall.SIGTERM)
			time.Sleep(time.Millisecond)
		}
		e.noRace(t)
	}
	e := startExporter(t, binary, args...).ready(t)
	if n := e.counted(t, lines).sum("httpstatus_log_lines_total"); n != float64(lines) {
		t.Errorf("counted %v lines, %d were written", n, lines)
	}
	e.stop(t)
}
