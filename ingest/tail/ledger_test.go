package tail

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// shiftNames renames log.1 to log.2 and so on, up to log.n, and log to log.1.
func (r *rig) shiftNames(n int) {
	for i := n - 1; i > 0; i-- {
		os.Rename(r.path(fmt.Sprint("log.", i)), r.path(fmt.Sprint("log.", i+1)))
	}
	r.rename("log", "log.1")
}

// TestBounds rotates for long: neither the state nor the descriptors may grow with the rotations.
func TestBounds(t *testing.T) {
	scene(t, "positions", func(c *Config) { c.RotateWait = 40 * time.Millisecond }, func(r *rig) {
		r.start()
		for range 200 {
			r.write("log", 3)
			r.pause(2)
			r.shiftNames(20)
			r.pause(3)
		}
		r.snapshot()
		if n, limit := len(r.saved), r.f.ledgerLimit()+5; n > limit {
			r.t.Errorf("%d positions are saved after 200 rotations, want at most %d", n, limit)
		}
		r.restart()
		r.pause(10)
		r.snapshot()
		if n, limit := len(r.saved), r.f.ledgerLimit()+5; n > limit {
			r.t.Errorf("%d positions are saved after a restart, want at most %d", n, limit)
		}
	})
	scene(t, "open files", func(c *Config) { c.RotateWait = time.Hour }, func(r *rig) {
		r.start()
		for range maxRotated + 50 {
			r.write("log", 3)
			r.pause(2)
			r.shiftNames(maxRotated + 60)
		}
		r.settled()
		r.pause(5)
		r.drain()
		if n := len(r.f.files); n > maxRotated+1 {
			r.t.Errorf("%d files are open, want at most %d", n, maxRotated+1)
		}
	})
}

// TestRetiredInodeIsReused removes a file that was read and closed; the next one gets its inode, and must not pass for it.
func TestRetiredInodeIsReused(t *testing.T) {
	scene(t, "by a shorter file", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.rename("log", "log.1")
		r.write("log", 10)
		r.pause(40)
		info, err := os.Stat(r.path("log.1"))
		if err != nil {
			r.t.Fatal(err)
		}
		r.remove("log.1")
		r.write("log.2", 50)
		reused, err := os.Stat(r.path("log.2"))
		if err != nil {
			r.t.Fatal(err)
		}
		if !os.SameFile(info, reused) {
			r.t.Log("this file system did not give the inode to the next file: nothing is shown")
		}
	})
}

// TestTruncatedUnread truncates a file of which the first block has been read. What was known of the rest is lost, unless
// there is a copy.
func TestTruncatedUnread(t *testing.T) {
	for _, row := range []struct {
		name   string
		copied string // name of the copy, "" for none
		lost   bool
	}{{"no copy", "", true}, {"copied", "log.1", false}, {"copied under a name that nobody looks for", "elsewhere", true}} {
		scene(t, row.name, nil, func(r *rig) {
			r.write("log", 20000)
			r.startPaused()
			block := r.next()
			r.count(block, false)
			info, _ := os.Stat(r.path("log"))
			rest := info.Size() - int64(len(block.Data))
			if row.copied != "" {
				r.copy("log", row.copied)
			}
			r.truncate("log")
			r.next()
			r.f.settle(time.Now())
			if !row.lost {
				rest = 0
			}
			wantStat(r.t, "LostBytes", r.src.Stats.LostBytes.Load(), rest)
			wantStat(r.t, "Truncations", r.src.Stats.Truncations.Load(), 1)
			if row.copied == "" {
				clear(r.wrote)
				for line := range r.got {
					r.expect(line)
				}
			}
			r.resume()
			r.write("log", 10)
			r.pause(5)
			if row.copied == "elsewhere" { // should the copy turn up after all
				r.rename("elsewhere", "log.1")
			}
		})
	}
}

// TestBrokenRead has every read of a file fail: one message, whatever the number of attempts.
func TestBrokenRead(t *testing.T) {
	messages := 0
	r := newRig(t, func(c *Config) { c.Logger = countMessages(&messages) })
	r.write("log", 10)
	r.startPaused()
	x := r.f.paths[r.cfg.Path].current
	x.fd.Close()
	for range 3 {
		r.next()
		r.f.settle(time.Now())
		r.f.kick(x)
	}
	if messages != 1 {
		t.Errorf("%d messages for a file that cannot be read, want 1", messages)
	}
	wantStat(t, "ReadErrors", r.src.Stats.ReadErrors.Load(), 3)
	r.f.Close()
}

// TestStaleFile has a rotated file fail for good, as one that a file server has removed: it is let go of all the same.
func TestStaleFile(t *testing.T) {
	scene(t, "is let go", nil, func(r *rig) {
		r.write("log", 10)
		r.start()
		r.settled()
		r.rename("log", "log.1")
		r.write("log", 10)
		r.settled()
		r.q.Quiet(func() {
			for _, x := range r.f.files {
				if x.names == 0 {
					x.fd.Close()
				}
			}
		})
		r.pause(30)
		r.drain()
		if n := len(r.f.files); n != 1 {
			r.t.Errorf("%d files are open, want 1", n)
		}
	})
}
