package tail

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// A containerRuntime is a container runtime that writes pieces of lines into the log of a rig.
type containerRuntime struct {
	r      *rig
	docker bool
	n      int
	open   map[string]string // by stream: content of the pieces that a last one is to end
}

// piece appends one piece to the log, and notes what is to come of it: the line as it is, the last piece with the content
// of those before it (see next).
func (w *containerRuntime) piece(name, stream string, last bool) {
	fd := w.r.open(name)
	defer fd.Close()
	w.r.raw(fd, w.next(stream, last))
}

// next returns the next piece with its line end.
func (w *containerRuntime) next(stream string, last bool) string {
	w.n++
	content := fmt.Sprintf(`%06d \x22 "piece" %s`, w.n, strings.Repeat("x", 40+300*(w.n%3)))
	raw, want := w.wrap(content, stream, last), content
	if last {
		want = w.open[stream] + content
		w.open[stream] = ""
	} else {
		w.open[stream] += content
	}
	line := raw
	if last {
		line = w.wrap(want, stream, last)
	}
	w.r.expect(line)
	return raw + "\n"
}

func (w *containerRuntime) wrap(content, stream string, last bool) string {
	at := time.Date(2026, 11, 22+w.n, 13, 34, 0, w.n%1000*1e6, time.UTC).Format("2006-01-02T15:04:05.000000000Z07:00")
	if w.docker {
		if last {
			content += "\n"
		}
		quoted, _ := json.Marshal(content)
		return fmt.Sprintf(`{"log":%s,"stream":"%s","time":"%s"}`, quoted, stream, at)
	}
	tag := "P"
	if last {
		tag = "F"
	}
	return fmt.Sprintf("%s %s %s %s", at, stream, tag, content)
}

// lines writes whole lines, some of them in pieces.
func (w *containerRuntime) lines(n int) {
	for i := range n {
		stream := []string{"stdout", "stdout", "stderr"}[i%3]
		for range i % 4 {
			w.piece("log", stream, false)
		}
		w.piece("log", stream, true)
	}
}

// rotate gives the log a dated name, as kubelet does. Docker numbers.
func (w *containerRuntime) rotate() string {
	name := fmt.Sprintf("log.20261122-13%04d", w.n)
	w.r.rename("log", name)
	return name
}

// wrapped runs a scene for each runtime.
func wrapped(t *testing.T, name string, play func(w *containerRuntime)) {
	for _, docker := range []bool{false, true} {
		scene(t, fmt.Sprintf("%s, docker %v", name, docker), nil, func(r *rig) {
			w := &containerRuntime{r: r, docker: docker, open: map[string]string{}}
			r.write("log", 0)
			r.start()
			play(w)
		})
	}
}

// TestPieces: lines that a container runtime cut are put together, wherever the cut is.
func TestPieces(t *testing.T) {
	wrapped(t, "in one file", func(w *containerRuntime) {
		for range 10 {
			w.lines(20)
			w.r.pause(1)
		}
	})
	for gap := range 3 {
		wrapped(t, fmt.Sprintf("rotated between pieces of both streams, looks between %d", gap*7), func(w *containerRuntime) {
			for i := range 12 {
				w.lines(i)
				w.piece("log", "stdout", false)
				w.piece("log", "stderr", false)
				w.r.pause(gap * 7)
				w.rotate()
				w.r.pause(i % 3)
				if i%2 == 0 {
					w.piece("log", "stdout", false)
				}
				w.r.pause(gap)
				w.piece("log", "stdout", true)
				w.r.pause(gap)
				w.piece("log", "stderr", true)
				w.lines(2)
			}
		})
	}
	wrapped(t, "rotated several times between two looks", func(w *containerRuntime) {
		for i := range 6 {
			w.lines(3)
			for range 4 {
				w.piece("log", "stdout", false)
				w.rotate()
			}
			w.piece("log", "stdout", true)
			w.r.pause(i)
		}
	})
	wrapped(t, "the new file stays empty for long", func(w *containerRuntime) {
		w.lines(3)
		w.piece("log", "stdout", false)
		w.r.pause(5)
		w.rotate()
		w.r.write("log", 0)
		w.r.pause(100)
		w.piece("log", "stdout", true)
		w.lines(3)
	})
	wrapped(t, "no new file for long", func(w *containerRuntime) {
		w.lines(3)
		w.piece("log", "stdout", false)
		w.r.pause(5)
		w.rotate()
		w.r.pause(100)
		w.r.snapshot()
		w.r.restart()
		w.piece("log", "stdout", true)
		w.lines(3)
	})
	wrapped(t, "renamed back", func(w *containerRuntime) {
		w.lines(3)
		w.piece("log", "stdout", false)
		name := w.rotate()
		w.r.pause(5)
		w.r.rename(name, "log")
		w.piece("log", "stdout", true)
		w.rotate()
		w.lines(3)
	})
	wrapped(t, "truncated after a copy", func(w *containerRuntime) {
		for i := range 8 {
			w.lines(3)
			w.piece("log", "stdout", false)
			w.r.pause(i % 3 * 5)
			w.piece("log", "stderr", false)
			os.Rename(w.r.path("log.1"), w.r.path("log.2"))
			w.r.copy("log", "log.1")
			w.r.truncate("log")
			w.r.pause(i % 2 * 5)
			w.piece("log", "stdout", true)
			w.piece("log", "stderr", true)
			w.r.settled()
		}
	})
}

// TestPiecesTruncatedEarly has a log that was empty truncated after a copy right after its first piece, at each moment
// between two steps of the manager: what the copy holds was written first.
func TestPiecesTruncatedEarly(t *testing.T) {
	for steps := range 5 {
		for _, docker := range []bool{false, true} {
			scene(t, fmt.Sprintf("after %d steps, docker %v", steps, docker), nil, func(r *rig) {
				w := &containerRuntime{r: r, docker: docker, open: map[string]string{}}
				r.write("log", 0)
				r.startPaused()
				w.piece("log", "stdout", false)
				for step := range steps {
					if step%2 == 0 {
						r.f.look(time.Now())
					} else {
						r.f.settle(time.Now())
					}
				}
				r.copy("log", "log.1")
				r.truncate("log")
				w.piece("log", "stdout", true)
				r.f.settle(time.Now())
				r.resume()
			})
		}
	}
}

// TestPiecesAcrossRestarts is TestPieces with kills: the state is saved, and then everything ends, between two pieces.
func TestPiecesAcrossRestarts(t *testing.T) {
	for _, saved := range []bool{true, false} {
		for rotations := range 4 {
			for _, packed := range []string{"", ".gz", ".zst"} {
				if packed != "" && rotations == 0 {
					continue
				}
				name := fmt.Sprintf("saved before the rotation %v, %d rotations while down, packed %q", saved, rotations, packed)
				wrapped(t, name, func(w *containerRuntime) {
					w.lines(5)
					w.r.settled()
					w.r.snapshot()
					w.piece("log", "stdout", false)
					w.piece("log", "stderr", false)
					if saved {
						w.r.settled()
						w.r.snapshot()
					}
					w.r.kill()
					for range rotations {
						w.piece("log", "stdout", false)
						if name := w.rotate(); packed != "" {
							w.r.compress(name, packed)
						}
					}
					w.piece("log", "stdout", true)
					w.r.start()
					w.piece("log", "stderr", true)
					w.lines(5)
				})
			}
		}
	}
	wrapped(t, "the old file is removed while down", func(w *containerRuntime) {
		w.lines(5)
		w.piece("log", "stdout", false)
		w.r.settled()
		w.r.snapshot()
		w.r.kill()
		w.r.remove(w.rotate())
		w.piece("log", "stdout", true)
		w.r.start()
		w.lines(5)
	})
	wrapped(t, "killed while the new file waits", func(w *containerRuntime) {
		for i := range 10 {
			w.lines(2)
			w.piece("log", "stdout", false)
			w.rotate()
			w.piece("log", "stdout", true)
			w.r.pause(i % 4)
			w.r.snapshot()
			w.r.restart()
		}
	})
}

// TestPiecesOfGlobs: where the glob matches the rotated names, too, they are no logs of their own.
func TestPiecesOfGlobs(t *testing.T) {
	for _, docker := range []bool{false, true} {
		scene(t, fmt.Sprintf("docker %v", docker), func(c *Config) { c.Path += "*" }, func(r *rig) {
			w := &containerRuntime{r: r, docker: docker, open: map[string]string{}}
			r.write("log", 0)
			r.start()
			for i := range 12 {
				w.lines(3)
				w.piece("log", "stdout", false)
				r.pause(i % 3 * 3)
				w.rotate()
				w.piece("log", "stdout", false)
				r.pause(i % 2)
				if i%4 == 3 {
					r.snapshot()
					r.restart()
				}
				w.piece("log", "stdout", true)
				r.pause(4)
			}
		})
	}
}

// TestPiecesTooLong: a line whose pieces make more than the longest line is counted once, and lets the others be.
func TestPiecesTooLong(t *testing.T) {
	for _, docker := range []bool{false, true} {
		scene(t, fmt.Sprintf("docker %v", docker), func(c *Config) { c.MaxLine = 5000 }, func(r *rig) {
			w := &containerRuntime{r: r, docker: docker, open: map[string]string{}}
			r.start()
			for i := range 40 {
				w.piece("log", "stdout", false)
				if i%10 == 5 {
					w.piece("log", "stderr", true)
				}
				if i == 20 {
					r.settled()
					r.snapshot()
					r.restart()
					w.rotate()
				}
			}
			dropped := w.wrapLast()
			w.lines(5)
			r.settled()
			r.mu.Lock()
			delete(r.wrote, dropped)
			if r.tooLong != 1 {
				r.t.Errorf("%d lines were too long, want 1", r.tooLong)
			}
			r.mu.Unlock()
		})
	}
}

// TestLooksWrapped: a first line that begins as Docker's do, and is longer than any piece, keeps nobody waiting.
func TestLooksWrapped(t *testing.T) {
	scene(t, "and is not", nil, func(r *rig) {
		r.start()
		line := `{"log":"` + strings.Repeat("x", 300<<10)
		r.expect(line)
		fd := r.open("log")
		r.raw(fd, line[:200<<10])
		r.pause(5)
		r.raw(fd, line[200<<10:]+"\n")
		fd.Close()
	})
}

// wrapLast ends the line of stdout and returns how it would have been handed out.
func (w *containerRuntime) wrapLast() string {
	before := len(w.r.wrote)
	known := make(map[string]bool, before)
	for line := range w.r.wrote {
		known[line] = true
	}
	w.piece("log", "stdout", true)
	for line := range w.r.wrote {
		if !known[line] {
			return line
		}
	}
	return ""
}
