package main_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A real nginx under load while a real logrotate works on its log. What no reader can see is the same for all: lines that
// nginx wrote between logrotate's copy and its truncation.
func TestLogrotate(t *testing.T) {
	t.Parallel()
	logrotate, binary := need(t, "logrotate"), build(t, ".")
	for _, row := range []struct {
		name, directives string
		lossy            bool // some lines may be gone before anybody could read them
		apart            bool // rotate again only when the last rotation has been seen
	}{
		// Compressed at once, a file loses what nginx writes into it until it takes the signal, but for a reader that has it open.
		{"create and compress", "create 0644\ncompress\nUSR1", false, true},
		{"create and delaycompress", "create 0644\ncompress\ndelaycompress\nUSR1", false, false},
		{"create, nothing compressed, few kept", "create 0644\nrotate 1\nUSR1", false, true},
		{"copytruncate and delaycompress", "copytruncate\ncompress\ndelaycompress", true, false},
		{"copytruncate and compress", "copytruncate\ncompress", true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := startNginx(t, startUpstream(t), "")
			log, conf := filepath.Join(server.dir, "combined.log"), filepath.Join(server.dir, "logrotate.conf")
			usr1 := "postrotate\n  kill -USR1 $(cat " + server.dir + "/pid)\nendscript"
			writeFile(t, conf, log+" {\nrotate 9\n"+strings.Replace(row.directives, "USR1", usr1, 1)+"\n}\n")
			e := startExporter(t, binary, "--access-log.path="+log, "-f", "combined", "--access-log.from=beginning").ready(t)

			const requests, rotations = 9000, 3
			load := startLoad(t, "http://"+server.address+"/created", requests, 3000)
			for n := range rotations {
				await(t, "load", func() bool { return load.sent.Load() >= requests*int64(n+1)/(rotations+1) }, func() string { return "" })
				if row.apart {
					e.rotated(t, n)
				}
				out, err := exec.Command(logrotate, "-f", "-s", filepath.Join(server.dir, "logrotate.state"), conf).CombinedOutput()
				if err != nil {
					t.Fatalf("logrotate: %v\n%s", err, out)
				}
			}
			load.wait()
			if row.lossy {
				survived := survivors(t, log)
				s := e.counted(t, survived)
				counted := int(s.sum("httpstatus_log_lines_total"))
				t.Logf("answered %d, in the files %d, counted %d, known as lost %v bytes", requests, survived, counted, s.sum("httpstatus_log_lost_bytes_total"))
				if counted > requests {
					t.Errorf("counted %d lines, only %d requests were answered", counted, requests)
				}
				if failed := s.sum("httpstatus_log_lines_failed_total"); failed > rotations { // a truncation can cut one line
					t.Errorf("%v lines failed", failed)
				}
			} else {
				s := e.counted(t, requests)
				t.Logf("answered %d, in the files %d, counted %v", requests, survivors(t, log), s.sum("httpstatus_log_lines_total"))
				s.exactly(t, map[string]int{"201 " + documented: requests / 2, "201 " + violation: requests / 2})
				if row.apart { // otherwise two may look like one
					e.rotated(t, rotations)
				}
				if n := s.sum("httpstatus_log_lost_bytes_total"); n != 0 {
					t.Errorf("%v bytes lost", n)
				}
			}
			e.stop(t)
		})
	}
}

// rotated waits until the exporter has seen n rotations, and so follows the file that the last one made. It has seen no more.
func (e *exporter) rotated(t *testing.T, n int) {
	t.Helper()
	var seen float64
	await(t, fmt.Sprint(n, " rotations"), func() bool {
		s, err := e.scrape()
		if err != nil {
			t.Fatal(err)
		}
		seen = s.sum("httpstatus_log_rotations_total")
		return seen >= float64(n)
	}, e.said.String)
	if seen != float64(n) {
		t.Errorf("%v rotations, want %d", seen, n)
	}
}

// A load asks a server by a few keep-alive connections, half by GET and half by POST.
type load struct {
	sent atomic.Int64 // requests answered
	wg   sync.WaitGroup
}

// startLoad sends n requests, no two alike, at about rate per second; the rate only spreads them, the number is exact.
func startLoad(t *testing.T, url string, n, rate int) *load {
	const clients = 4
	l := &load{}
	for name := range clients {
		l.wg.Go(func() {
			c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: patience}
			defer c.CloseIdleConnections()
			begin := time.Now()
			for i := range n / clients {
				time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second * clients / time.Duration(rate))))
				req, err := http.NewRequest([]string{"GET", "POST"}[i%2], fmt.Sprintf("%s?client=%d&request=%d", url, name, i), nil)
				if err != nil {
					t.Error(err)
					return
				}
				res, err := c.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
				l.sent.Add(1)
			}
		})
	}
	t.Cleanup(l.wg.Wait)
	return l
}

func (l *load) wait() { l.wg.Wait() }

// survivors counts the lines in a log and in everything that it was rotated into.
func survivors(t *testing.T, log string) int {
	t.Helper()
	files, err := filepath.Glob(log + "*")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if text, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	return lines
}
