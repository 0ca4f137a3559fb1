package tail

import (
	"context"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"httpstatus_exporter/ingest"
)

// scene runs one situation in a bubble whose clock does not wait: the files are real, the polls and pauses take no time.
func scene(t *testing.T, name string, change func(*Config), play func(r *rig)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, change)
			play(r)
			r.check()
			time.Sleep(2 * pollInterval) // the goroutines of the library end by themselves
		})
	})
}

func TestRotation(t *testing.T) {
	scene(t, "plain", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		for range 20 {
			r.write("log", 50)
			r.pause(1)
		}
	})
	scene(t, "appears later", nil, func(r *rig) {
		r.start()
		r.pause(5)
		r.write("log", 100)
	})
	scene(t, "rename, writer lingers", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		old := r.open("log")
		r.rename("log", "log.1")
		for range 5 {
			r.write("log", 50)
			r.writeTo(old, 50)
			r.pause(2)
		}
		old.Close()
	})
	scene(t, "rename, writers switch one after the other for two seconds", nil, func(r *rig) {
		var writers [8]*os.File
		for i := range writers {
			writers[i] = r.open("log")
		}
		r.start()
		for range 3 {
			os.Rename(r.path("log.2"), r.path("log.3"))
			os.Rename(r.path("log.1"), r.path("log.2"))
			r.rename("log", "log.1")
			r.write("log", 3) // the new file has lines, and then the old one gets more
			for step := range 26 {
				for i, fd := range writers {
					if step == 3*i {
						fd.Close()
						writers[i] = r.open("log")
					}
					r.writeTo(writers[i], 1+(step+i)%3)
				}
				r.pause(4)
			}
		}
		for _, fd := range writers {
			fd.Close()
		}
	})
	scene(t, "rename, no create", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		old := r.open("log")
		r.rename("log", "log.1")
		for range 5 {
			r.writeTo(old, 50)
			r.pause(20)
		}
		r.write("log", 10)
		old.Close()
	})
	scene(t, "several rotations between two looks", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.pause(3)
		r.rename("log", "log.1")
		r.write("log", 100)
		r.rename("log.1", "log.2")
		r.rename("log", "log.1")
		r.write("log", 100)
		r.rename("log.2", "log.3")
		r.rename("log.1", "log.2")
		r.rename("log", "log.1")
		r.write("log", 100)
	})
	scene(t, "rename back", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.rename("log", "log.1")
		r.write("log", 10)
		r.pause(5)
		r.remove("log")
		r.rename("log.1", "log")
		r.write("log", 100)
	})
	scene(t, "renamed away and back, as kubelet does when the runtime cannot reopen", nil, func(r *rig) {
		r.start()
		fd := r.open("log")
		for i := range 12 {
			r.writeTo(fd, 10)
			r.pause(i % 3)
			r.rename("log", "log.20260731-100000")
			r.writeTo(fd, 10)
			r.pause(i % 4)
			if i%5 == 4 {
				r.pause(30) // until it has been let go
			}
			r.rename("log.20260731-100000", "log")
			if i%4 == 3 {
				r.snapshot()
				r.restart()
			}
		}
		fd.Close()
	})
	scene(t, "unlink", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		old := r.open("log")
		r.remove("log")
		r.writeTo(old, 100)
		r.pause(3)
		r.writeTo(old, 100)
		r.write("log", 100)
		old.Close()
	})
	scene(t, "truncate", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.settled()
		r.truncate("log")
		r.write("log", 50)
		r.settled()
		r.truncate("log")
		r.write("log", 300)
		r.settled()
		wantStat(r.t, "Truncations", r.src.Stats.Truncations.Load(), 2)
		wantStat(r.t, "LostBytes", r.src.Stats.LostBytes.Load(), 0)
	})
	scene(t, "copytruncate while behind", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.settled()
		r.write("log", 1000)
		r.copy("log", "log.1")
		r.truncate("log")
		r.write("log", 50)
	})
	scene(t, "from the end", func(c *Config) { c.FromBeginning = false }, func(r *rig) {
		os.WriteFile(r.path("log"), []byte("old\nold\nhalf a l"), 0o644)
		r.start()
		fd := r.open("log")
		r.raw(fd, "ine\n")
		r.expect("half a line")
		fd.Close()
		r.write("log", 100)
	})
}

func TestNewReadsNothing(t *testing.T) {
	r := newRig(t, nil)
	r.write("log", 100)
	q := ingest.NewQueue()
	f, err := New(r.cfg, r.src, q)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.Take(ctx); err == nil {
		t.Error("a stream is on the queue before Run")
	}
	if ps := f.Positions(); len(ps) != 2 || ps[0].State != StateSource || ps[1].State != StateCurrent || ps[1].Offset != 0 {
		t.Errorf("positions before Run: %+v", ps)
	}
	f.Close()
}

func TestNewErrors(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, dir + "/[x", "/dev/null"} {
		if _, err := New(Config{Path: path}, &ingest.Source{}, ingest.NewQueue()); err == nil {
			t.Errorf("%s: no error", path)
		} else {
			t.Log(err)
		}
	}
	f, err := New(Config{Path: dir + "/later"}, &ingest.Source{}, ingest.NewQueue())
	if err != nil {
		t.Errorf("a path that does not exist yet: %v", err)
	}
	f.Close()
}

func TestDrainAndCaughtUp(t *testing.T) {
	scene(t, "all that was written", nil, func(r *rig) {
		r.write("log", 20000)
		r.start()
		<-r.f.CaughtUp()
		r.snapshot()
		if len(r.savedGot) != 20000 {
			r.t.Errorf("%d lines were read when caught up, want 20000", len(r.savedGot))
		}
		r.write("log", 5000)
		r.rename("log", "log.1")
		r.write("log", 5000)
		r.drain()
		r.snapshot()
		if len(r.savedGot) != 30000 {
			r.t.Errorf("%d lines were read when drained, want 30000", len(r.savedGot))
		}
	})
}

// TestBetweenLooks rotates several times between two looks, compressing or not. It runs by the real clock: what is decided by
// the times of files cannot be seen in a bubble.
func TestBetweenLooks(t *testing.T) {
	t.Run("plain", func(t *testing.T) { testBetweenLooks(t, false) })
	t.Run("compressed", func(t *testing.T) { testBetweenLooks(t, true) })
}

func testBetweenLooks(t *testing.T, compress bool) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Tick = time.Second })
	r.write("log", 100)
	r.start()
	r.pause(1)
	for i := range 8 {
		r.write("log", 100)
		ext := ""
		if compress {
			ext = ".gz"
		}
		for n := i; n > 0; n-- {
			r.rename(fmt.Sprint("log.", n, ext), fmt.Sprint("log.", n+1, ext))
		}
		r.rename("log", "log.1")
		r.write("log", 10)
		if compress {
			r.compress("log.1", ext)
		}
		time.Sleep(r.cfg.Tick * 2 / 5)
		if i == 4 {
			r.snapshot()
			r.restart()
		}
	}
	r.check()
}
