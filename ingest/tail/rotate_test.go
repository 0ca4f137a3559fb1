package tail

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
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
