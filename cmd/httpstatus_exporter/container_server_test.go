package main_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestContainerLogs writes what a container runtime writes, long lines in pieces of 16 KiB with the other stream between, rotates it
// as kubelet and Docker do, between two pieces as often as not, and kills the exporter with -9 meanwhile. The end must be
// exact, and no scrape may see a counter go back.
func TestContainerLogs(t *testing.T) {
	for _, docker := range []bool{false, true} {
		t.Run(map[bool]string{false: "Kubernetes", true: "Docker"}[docker], func(t *testing.T) {
			t.Parallel()
			testContainerLogs(t, docker)
		})
	}
}

func testContainerLogs(t *testing.T, docker bool) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	c := &containerLog{docker: docker, dir: filepath.Join(dir, "pods", "default_shop_1", "api"), codes: map[string]int{}}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, c.path(), "")
	link := filepath.Join(dir, "api.log")
	if err := os.Symlink(c.path(), link); err != nil {
		t.Fatal(err)
	}
	args := []string{"--access-log.path=" + link, "--access-log.from=beginning", "--storage.path=" + filepath.Join(dir, "state"), "--api.contract=rfc9110"}
	s := underKills(t, args, 700*time.Millisecond, 300*time.Millisecond, func() int {
		for range 2500 {
			if err := c.entry(rnd); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
		return c.lines
	})
	failed, skipped := s.by("httpstatus_log_lines_failed_total", "reason"), s.by("httpstatus_log_lines_skipped_total", "reason")
	t.Logf("written %d lines, counted %.0f, %d pieces, %d rotations", c.lines, s.sum("httpstatus_log_lines_total"), c.pieces, c.rotations)
	if got := s.by("httpstatus_responses_total", "code"); !maps.Equal(got, c.codes) {
		t.Errorf("codes: counted %v, written %v", got, c.codes)
	}
	if want := map[string]int{"partial": c.pieces, "message": c.messages}; !maps.Equal(skipped, want) {
		t.Errorf("skipped %v, written %v", skipped, want)
	}
	if len(failed) > 0 || s.sum("httpstatus_log_lines_total") != float64(c.lines) {
		t.Errorf("counted %.0f lines, written %d; failed %v", s.sum("httpstatus_log_lines_total"), c.lines, failed)
	}
	if c.rotations < 20 {
		t.Errorf("%d rotations, want at least 20", c.rotations)
	}
}

// A containerLog is the log of one container, written by its runtime and rotated by who looks after it.
type containerLog struct {
	docker bool
	dir    string

	lines, pieces, messages, rotations int
	codes                              map[string]int
}

func (c *containerLog) path() string { return filepath.Join(c.dir, "0.log") }

// entry writes an access-log line, one in three of them too long for one piece, and now and then a message to the other
// stream and a rotation between two pieces.
func (c *containerLog) entry(rnd *rand.Rand) error {
	code := []string{"200", "200", "404", "500"}[rnd.IntN(4)]
	line := fmt.Sprintf(`192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /%016x/%s HTTP/1.1" %s 27 "-" "curl \x22%s"`, rnd.Uint64(),
		text(rnd, rnd.IntN(2)*rnd.IntN(20_000)), code, text(rnd, rnd.IntN(2)*rnd.IntN(40_000)))
	c.codes[code]++
	for len(line) > 16<<10 {
		if err := c.write("stdout", line[:16<<10], false); err != nil {
			return err
		}
		line = line[16<<10:]
		if rnd.IntN(10) == 0 {
			c.messages++
			if err := c.write("stderr", "2026/11/22 13:37:29 [warn] 7#7: a client request body is buffered", true); err != nil {
				return err
			}
		}
		if rnd.IntN(20) == 0 {
			if err := c.rotate(); err != nil {
				return err
			}
		}
	}
	return c.write("stdout", line, true)
}

// text returns n bytes of which no run is like another.
func text(rnd *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz0123456789-_.~"[rnd.IntN(40)]
	}
	return string(b)
}

func (c *containerLog) write(stream, content string, last bool) error {
	c.lines++
	if !last {
		c.pieces++
	}
	at := time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z07:00")
	line := fmt.Sprintf("%s %s %s %s\n", at, stream, map[bool]string{false: "P", true: "F"}[last], content)
	if c.docker {
		if last {
			content += "\n"
		}
		quoted, err := json.Marshal(content)
		if err != nil {
			return err
		}
		line = fmt.Sprintf(`{"log":%s,"stream":"%s","time":"%s"}`+"\n", quoted, stream, at)
	}
	f, err := os.OpenFile(c.path(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(line)
	return err
}

// rotate gives the log a new name and compresses the one before the last.
func (c *containerLog) rotate() error {
	c.rotations++
	name := func(n int) string { return fmt.Sprintf("%s.20261122-%06d", c.path(), n) }
	if err := os.Rename(c.path(), name(c.rotations)); err != nil {
		return err
	}
	old := name(c.rotations - 1)
	data, err := os.ReadFile(old)
	if err != nil {
		return nil // the first one
	}
	out, err := os.Create(old + ".tmp")
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	z.Write(data)
	z.Close()
	out.Close()
	if err := os.Rename(old+".tmp", old+".gz"); err != nil {
		return err
	}
	return os.Remove(old)
}
