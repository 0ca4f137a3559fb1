package tail

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// startUnread starts the follower again, with the manager alone and no worker that would read, until resume.
func (r *rig) startUnread() {
	r.start()
	r.stop()
	r.startPaused()
	r.looks(1)
}

// looks has the manager of a paused follower look some times.
func (r *rig) looks(n int) {
	for range n {
		r.f.look(time.Now())
		r.pause(1)
	}
}

// TestWrittenOverUnseen: a file is written over after a copy, and no worker has had the time to see that. What may be the copy waits
// until one has.
func TestWrittenOverUnseen(t *testing.T) {
	logs := func(name string, path string, lines int, play func(r *rig)) {
		t.Helper()
		scene(t, name, nil, func(r *rig) {
			r.cfg.Path = r.path(path)
			r.write("a.log", lines)
			r.startUnread()
			play(r)
			r.truncate("a.log")
			r.write("a.log", 30)
			r.looks(8)
			r.resume()
		})
	}
	logs("under a name that the glob matches", "*.log", 20, func(r *rig) { r.copy("a.log", "b.log") })
	logs("under a rotated name", "a.log", 20, func(r *rig) { r.copy("a.log", "a.log.1") })
	logs("a part of it was known, and got the rest", "*.log", 20, func(r *rig) {
		data, _ := os.ReadFile(r.path("a.log"))
		os.WriteFile(r.path("b.log"), data[:len(data)/3], 0o644)
		r.looks(1)
		os.WriteFile(r.path("b.log"), data, 0o644)
	})
	logs("another copy was made when less had been written", "*.log", 20, func(r *rig) {
		r.resume()
		r.copy("a.log", "c.log")
		r.pause(5)
		r.write("a.log", 20)
		r.stop()
		r.startUnread()
		r.copy("a.log", "b.log")
	})
	logs("a line that may be that of a file that has gone, too", "*.log", 1, func(r *rig) {
		r.resume()
		r.write("gone.log", 20)
		r.settled()
		r.remove("gone.log")
		r.pause(100)
		r.stop()
		r.startUnread()
		r.copy("a.log", "b.log")
	})
	scene(t, "copied after that", nil, func(r *rig) {
		r.cfg.Path = r.path("*.log")
		r.write("a.log", 20)
		r.startUnread()
		r.truncate("a.log")
		r.write("a.log", 30)
		r.copy("a.log", "b.log")
		r.looks(8)
		r.resume()
	})
	scene(t, "archives with the rest of logs, in another directory", nil, func(r *rig) {
		os.Mkdir(r.path("archives"), 0o755)
		r.cfg.Path = r.path("*/log")
		dirs := []string{"x", "y"}
		for _, dir := range dirs {
			os.Mkdir(r.path(dir), 0o755)
			r.write(dir+"/log", 20)
		}
		r.startUnread()
		r.f.unpacking = true
		for i, dir := range dirs {
			archive := fmt.Sprint("archives/log.", i)
			r.write(dir+"/log", 20)
			r.copy(dir+"/log", archive)
			r.compress(archive, ".gz")
			r.truncate(dir + "/log")
			r.write(dir+"/log", 10)
		}
		r.looks(8)
		r.resume()
	})
}

// TestCopiesUnderForeignNames: the copy of a log that is truncated has the name of another one, or of its rotated files.
func TestCopiesUnderForeignNames(t *testing.T) {
	logs := func(c *Config) { globbed(c); c.Tick = time.Second }
	for _, name := range []string{"c.log", "b.log.1"} {
		scene(t, "the rest is in "+name, logs, func(r *rig) {
			r.cfg.Path = r.path("*.log")
			r.write("a.log", 20)
			r.write("b.log", 20)
			r.startUnread()
			r.write("a.log", 20)
			r.copy("a.log", name)
			r.looks(1)
			if name == "c.log" { // known as a copy, though with an old time, as by cp -p
				past := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
				os.Chtimes(r.path(name), past, past)
			}
			r.truncate("a.log")
			r.write("a.log", 5)
			r.resume()
		})
		scene(t, name+" lacks the last lines", logs, func(r *rig) {
			r.cfg.Path = r.path("*.log")
			r.write("a.log", 20)
			r.write("b.log", 20)
			r.start()
			r.settled()
			time.Sleep(r.cfg.Tick / 2) // all of it between two looks
			r.copy("a.log", name)
			r.write("a.log", 20)
			time.Sleep(3 * pollInterval)
			r.truncate("a.log")
			r.write("a.log", 5)
		})
	}
}
