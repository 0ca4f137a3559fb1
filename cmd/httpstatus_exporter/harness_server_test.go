package main_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The files *_server_test.go drive the program that users run, beside real servers, and know no more of it than its
// command line and its metrics.

var (
	long   = flag.Bool("long", false, "run the long torture tests (give go test a -timeout that is long enough)")
	length = flag.Duration("length", time.Minute, "with -long: how long TestSoak goes on")
)

// patience is how long a test waits for what must come; it decides no result.
const patience = 60 * time.Second

// build compiles a command of this module into a folder of the test.
func build(t *testing.T, pkg string) string {
	t.Helper()
	if raceEnabled {
		return buildWith(t, pkg, "-race")
	}
	return buildWith(t, pkg)
}

// buildWith is build with the flags given and no others: for what the race detector would change.
func buildWith(t *testing.T, pkg string, flags ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "program")
	out, err := exec.Command("go", slices.Concat([]string{"build", "-o", binary}, flags, []string{pkg})...).CombinedOutput()
	if err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return binary
}

// need finds a program of the distribution. Without it the test is skipped, in CI it fails.
func need(t *testing.T, program string) string {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
	return ""
}

// openDir returns a folder that a server's unprivileged workers can enter.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// freePort returns a loopback port that nobody listens on. The test holds it with a socket that does not listen: the kernel
// gives it to nobody who asks for any port, and SO_REUSEADDR, which servers set too, lets a server listen on it (socket(7)).
func freePort(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	err = errors.Join(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, nameErr := syscall.Getsockname(fd)
	if err = errors.Join(err, nameErr); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(name.(*syscall.SockaddrInet4).Port)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// await polls until ok reports true; the last words of a failure come from state.
func await(t *testing.T, what string, ok func() bool, state func() string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s; %s", patience, what, state())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A transcript gathers what a process prints.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// A process is a started server; the test's end kills it if nobody has stopped it.
type process struct {
	cmd  *exec.Cmd
	said transcript
	done chan struct{} // closed when it has ended
	err  error         // of Wait; valid when done
}

func start(t *testing.T, name string, args ...string) *process {
	return startWith(t, nil, name, args...)
}

// startWith is start with something to read from standard input.
func startWith(t *testing.T, input *os.File, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), done: make(chan struct{})}
	if input != nil {
		p.cmd.Stdin = input
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that a server's workers can be ended with it
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { p.end(syscall.SIGTERM) })
	return p
}

// end sends a signal and waits for the end.
func (p *process) end(s syscall.Signal) {
	select {
	case <-p.done: // its pid may be another's by now
		return
	default:
	}
	p.cmd.Process.Signal(s)
	select {
	case <-p.done:
	case <-time.After(patience):
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// An exporter is a running httpstatus_exporter.
type exporter struct {
	*process
	url string
}

// startExporter starts the binary on a free port of its own.
func startExporter(t *testing.T, binary string, args ...string) *exporter {
	t.Helper()
	address := "127.0.0.1:" + freePort(t)
	args = append([]string{"--web.listen-address=" + address}, args...)
	return &exporter{start(t, binary, args...), "http://" + address}
}

var client = &http.Client{Timeout: 10 * time.Second}

func fetch(url string) (status int, body string, err error) {
	res, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

// ready waits for /-/ready.
func (e *exporter) ready(t *testing.T) *exporter {
	t.Helper()
	await(t, "/-/ready", func() bool {
		if e.ended() {
			t.Fatalf("exporter ended: %v\n%s", e.err, &e.said)
		}
		status, _, err := fetch(e.url + "/-/ready")
		return err == nil && status == http.StatusOK
	}, e.said.String)
	return e
}

// stop ends the exporter in order and holds it to a clean exit.
func (e *exporter) stop(t *testing.T) {
	t.Helper()
	e.end(syscall.SIGTERM)
	if e.err != nil {
		t.Errorf("exporter after SIGTERM: %v", e.err)
	}
	e.noRace(t)
	if t.Failed() {
		t.Logf("exporter said:\n%s", &e.said)
	}
}

func (e *exporter) noRace(t *testing.T) {
	t.Helper()
	if strings.Contains(e.said.String(), "WARNING: DATA RACE") {
		t.Errorf("data race:\n%s", &e.said)
	}
}

// scrape fetches /metrics.
func (e *exporter) scrape() (samples, error) {
	status, body, err := fetch(e.url + "/metrics")
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("/metrics: status %d: %s", status, body)
	}
	return parseMetrics(body)
}

// counted waits until that many lines have been counted and returns the scrape that says so.
func (e *exporter) counted(t *testing.T, lines int) samples {
	t.Helper()
	var last samples
	await(t, fmt.Sprint(lines, " lines"), func() bool {
		if e.ended() {
			t.Fatalf("exporter ended: %v\n%s", e.err, &e.said)
		}
		var err error
		if last, err = e.scrape(); err == nil {
			err = last.balance()
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, &e.said)
		}
		return last.sum("httpstatus_log_lines_total") >= float64(lines)
	}, func() string {
		return fmt.Sprintf("counted %v\n%s", last.sum("httpstatus_log_lines_total"), &e.said)
	})
	return last
}
