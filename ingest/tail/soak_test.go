package tail

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// TestSoak runs on the real clock: a writer that lingers after each rotation, scrapes, and a kill now and then.
func TestSoak(t *testing.T) {
	total, every, burst := 2*time.Second, 150*time.Millisecond, 20
	if *long {
		total, every, burst = time.Minute, 2*time.Second, 100
	}
	r := newRig(t, func(c *Config) { c.Tick = 50 * time.Millisecond })
	r.start()
	begin, rotated, old := time.Now(), time.Now(), (*os.File)(nil)
	fd := r.open("log")
	rotations, kills := 0, 0
	for time.Since(begin) < total {
		r.writeTo(fd, burst)
		if old != nil {
			r.writeTo(old, 3)
		}
		time.Sleep(time.Millisecond)
		if time.Since(rotated) > every {
			rotated = time.Now()
			rotations++
			if old != nil {
				old.Close()
			}
			for i := 5; i > 0; i-- {
				os.Rename(r.path(fmt.Sprint("log.", i)), r.path(fmt.Sprint("log.", i+1)))
			}
			r.rename("log", "log.1")
			old, fd = fd, r.open("log")
			r.snapshot()
			if rotations%4 == 0 {
				kills++
				r.restart()
			}
		}
	}
	fd.Close()
	old.Close()
	r.check()
	t.Logf("%d lines, %d rotations, %d kills", r.n, rotations, kills)
}
