package main_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// TestDamagedState kills the exporter and damages the newest generation of its state, so that it goes on from the one before,
// behind what was exposed. No answer may show that: /metrics is 503 until the backlog has been read.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	binary := build(t, ".")
	for _, row := range []struct {
		name   string
		damage func(good string) string
	}{
		{"empty", func(string) string { return "" }},
		{"torn", func(good string) string { return good[:len(good)/2] }},
		{"of another version", func(good string) string { return good[:8] + "\x02" + good[9:] }},
	} {
		t.Run(row.name, func(t *testing.T) {
			const backlog = 1_000_000
			dir := t.TempDir()
			log, state := filepath.Join(dir, "access.log"), filepath.Join(dir, "state")
			args := []string{"--access-log.path=" + log, "-f", "combined", "--access-log.from=beginning", "--storage.path=" + state}
			appendLines(t, log, "200", 10)
			e := startExporter(t, binary, args...).ready(t)
			e.counted(t, 10)
			old := readFile(t, filepath.Join(state, "state"))
			appendLines(t, log, "200", backlog)
			w := &watcher{seen: map[string]float64{}}
			w.look(e.counted(t, backlog+10))
			e.end(syscall.SIGKILL)
			e.noRace(t)

			writeFile(t, filepath.Join(state, "state.previous"), old)
			writeFile(t, filepath.Join(state, "state"), row.damage(readFile(t, filepath.Join(state, "state"))))
			e = startExporter(t, binary, args...)
			await(t, "an answer", func() bool {
				if e.ended() {
					t.Fatalf("exporter ended: %v\n%s", e.err, &e.said)
				}
				s, err := e.scrape()
				if err == nil {
					w.look(s)
				}
				return err == nil
			}, e.said.String)
			for _, back := range w.stepBacks {
				t.Error(back)
			}
			if !strings.Contains(e.said.String(), "A saved state cannot be used") {
				t.Errorf("nothing is said of the damage:\n%s", &e.said)
			}
			if n := e.counted(t, backlog+10).sum("httpstatus_log_lines_total"); n != backlog+10 {
				t.Errorf("counted %v lines, %d were written", n, backlog+10)
			}
			e.stop(t)
		})
	}
}

// TestReadOnlyState takes the right to write the state directory away for a while, from an exporter that is not root.
func TestReadOnlyState(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	state, log := filepath.Join(dir, "state"), filepath.Join(dir, "access.log")
	appendLines(t, log, "200", 10)
	run := unprivileged(t, dir, state, "--access-log.path="+log, "-f", "combined", "--access-log.from=beginning", "--storage.path="+state)
	failed := func(e *exporter) bool {
		s, err := e.scrape()
		return err == nil && s.sum("httpstatus_storage_write_errors_total") > 0
	}

	e := run()
	e.counted(t, 10)
	first := e.created(t, "httpstatus_log_lines_total")
	os.Chmod(state, 0o555)
	appendLines(t, log, "200", 10)
	e.counted(t, 20)
	await(t, "a failed write to be counted", func() bool { return failed(e) }, e.said.String)
	e.end(syscall.SIGKILL)

	os.Chmod(state, 0o755)
	e = run() // positions go on, counts begin anew
	appendLines(t, log, "200", 3)
	await(t, "3 lines", func() bool {
		s, err := e.scrape()
		if err != nil {
			t.Fatal(err)
		}
		n := s.sum("httpstatus_log_lines_total")
		if n > 13 {
			t.Fatalf("%v lines after the start, at most 10 were not saved", n)
		}
		return n >= 3
	}, e.said.String)
	second := e.created(t, "httpstatus_log_lines_total")
	if !second.After(first) {
		t.Errorf("counts began anew and their created timestamp is %v, that of the counts before is %v", second, first)
	}

	os.Chmod(filepath.Join(state, "state"), 0o444) // all of it is read-only, as a whole file system is, and comes back while it runs
	os.Chmod(state, 0o555)
	appendLines(t, log, "200", 1)
	await(t, "another failed write to be counted", func() bool { return failed(e) }, e.said.String)
	await(t, "a word on what the next start needs", func() bool { return strings.Contains(e.said.String(), "Remove it before the next start") }, e.said.String)
	os.Chmod(state, 0o755)
	s, err := e.scrape()
	if err != nil {
		t.Fatal(err)
	}
	before := s.sum("httpstatus_log_lines_total")
	e.end(syscall.SIGKILL)
	e = run()
	appendLines(t, log, "200", 1)
	if n := e.counted(t, int(before)+1).sum("httpstatus_log_lines_total"); n != before+1 {
		t.Errorf("counted %v lines after the state could be written again, want %v", n, before+1)
	}
	if third := e.created(t, "httpstatus_log_lines_total"); !third.Equal(second) {
		t.Errorf("counts go on and their created timestamp is %v, was %v", third, second)
	}
	e.stop(t)
}

// unprivileged returns what starts an exporter that is not root, built into dir, whose own the directory state is.
func unprivileged(t *testing.T, dir, state string, args ...string) func() *exporter {
	t.Helper()
	binary := filepath.Join(dir, "program")
	writeFile(t, binary, readFile(t, build(t, ".")))
	err := errors.Join(os.Chmod(binary, 0o755), os.Mkdir(state, 0o755))
	command := []string{"env"}
	if os.Geteuid() == 0 {
		const nobody = 65534
		command = []string{need(t, "setpriv"), fmt.Sprint("--reuid=", nobody), fmt.Sprint("--regid=", nobody), "--clear-groups"}
		err = errors.Join(err, os.Chown(state, nobody, nobody))
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() *exporter {
		address := "127.0.0.1:" + freePort(t)
		line := slices.Concat(command, []string{binary, "--web.listen-address=" + address}, args)
		return (&exporter{start(t, line[0], line[1:]...), "http://" + address}).ready(t)
	}
}

// created returns since when a counter counts, as the protobuf format tells; its series must agree.
func (e *exporter) created(t *testing.T, name string) time.Time {
	t.Helper()
	req, err := http.NewRequest("GET", e.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	format := expfmt.NewFormat(expfmt.TypeProtoDelim)
	req.Header.Set("Accept", string(format))
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var at time.Time
	for d := expfmt.NewDecoder(res.Body, format); ; {
		var family dto.MetricFamily
		if err := d.Decode(&family); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, m := range family.Metric {
			if family.GetName() != name {
				continue
			}
			is := m.Counter.GetCreatedTimestamp().AsTime()
			if !at.IsZero() && !is.Equal(at) {
				t.Errorf("series of %s were created at %v and %v", name, at, is)
			}
			at = is
		}
	}
	if at.IsZero() {
		t.Errorf("%s has no created timestamp", name)
	}
	return at
}
