package tail

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What happens to several logs at once, most of it while nothing runs. Each row is what a random scene of TestRandomNames once
// came down to.
func TestSeveralLogs(t *testing.T) {
	several := func(name string, play func(r *rig)) {
		t.Helper()
		scene(t, name, globbed, func(r *rig) {
			r.cfg.Path = r.path("*.log")
			r.write("a.log", 20)
			r.write("b.log", 20)
			r.start()
			r.settled()
			r.snapshot()
			r.write("a.log", 20) // known only to those who look
			r.kill()
			play(r)
		})
	}
	swap := func(r *rig) {
		r.rename("a.log", "t.log.1")
		r.rename("b.log", "a.log")
		r.rename("t.log.1", "b.log")
	}
	several("swapped", func(r *rig) { swap(r); r.start(); swap(r); r.pause(2); swap(r) })
	several("swapped, rotated and compressed under the other's name", func(r *rig) {
		swap(r)
		r.rename("b.log", "b.log.1")
		r.compress("b.log.1", ".gz")
		r.start()
	})
	several("swapped, copied and truncated under the other's name", func(r *rig) {
		swap(r)
		r.copy("b.log", "b.log.1")
		r.truncate("b.log")
		r.write("b.log", 50)
		r.copy("a.log", "a.log.1")
		r.truncate("a.log")
		r.write("a.log", 50)
		r.start()
	})
	several("swapped, copied, truncated and rotated away empty", func(r *rig) {
		swap(r)
		r.copy("a.log", "a.log.2")
		r.truncate("a.log")
		r.rename("a.log", "a.log.1")
		r.start()
	})
	several("rotated, and no log since then", func(r *rig) {
		r.write("c.log", 10)
		r.rename("c.log", "c.log.1")
		r.start()
		r.pause(30)
		r.write("d.log", 10)
		r.rename("d.log", "d.log.1")
	})
	several("truncated under a copy, rotated away with one line, and no log since then", func(r *rig) {
		r.copy("a.log", "a.log.2")
		r.truncate("a.log")
		r.n++ // a short line
		r.write("a.log", 1)
		r.rename("a.log", "a.log.1")
		r.start()
	})
	several("a new one begins with a piece that others begin with, too", func(r *rig) {
		r.start()
		for i, name := range []string{"c.log", "d.log", "e.log"} {
			line := r.line()
			r.expect(line)
			fd := r.open(name)
			r.pause(3 * i) // empty meanwhile
			r.raw(fd, line[:2])
			r.pause(i)
			r.raw(fd, line[2:]+"\n")
			fd.Close()
		}
	})
	several("a copy is made in the middle of a line, and has its own end of it", func(r *rig) {
		r.start()
		fd := r.open("a.log")
		line := r.line()
		r.expect(line)
		r.raw(fd, line[:30])
		r.pause(3)
		r.copy("a.log", "c.log")
		r.pause(5)
		r.raw(fd, line[30:]+"\n")
		fd.Close()
		fd = r.open("c.log")
		r.expect(line[:30] + " and so on")
		r.raw(fd, " and so on\n")
		fd.Close()
	})
}

func TestGlobMatchesCompressedNames(t *testing.T) {
	scene(t, "one that stays empty for long before its content comes", globbed, func(r *rig) {
		r.write("a.log", 2000)
		r.start()
		r.pause(3)
		r.write("a.log", 1000) // known to the archive alone
		r.rename("a.log", "a.log.1")
		data, _ := os.ReadFile(r.path("a.log.1"))
		data = compressed(data, ".gz")
		r.write("a.log", 10)
		fd := r.open("a.log.1.gz")
		r.pause(10)
		for len(data) > 0 {
			n := min(len(data), 5000)
			r.raw(fd, string(data[:n]))
			data = data[n:]
			r.pause(1)
		}
		fd.Close()
		r.remove("a.log.1")
	})
	scene(t, "one that is empty when it is looked at first, and what it is made from has gone", globbed, func(r *rig) {
		r.write("a.log", 20)
		r.start()
		r.stop()
		r.write("a.log", 10)
		data, _ := os.ReadFile(r.path("a.log"))
		r.remove("a.log")
		r.write("a.log.1.gz", 0)
		r.start()
		time.Sleep(r.cfg.Tick / 2)
		r.pause(1)
		os.WriteFile(r.path("a.log.1.gz"), compressed(data, ".gz"), 0o644)
	})
	scene(t, "one is read when its path is looked at", globbed, func(r *rig) {
		r.write("a.log", 20000)
		r.start()
		r.kill()
		r.rename("a.log", "a.log.1")
		r.compress("a.log.1", ".gz")
		r.write("a.log", 10)
		r.slow = 10 * time.Millisecond
		r.start()
		r.pause(3)
	})
	scene(t, "made plain again, then copied, with inodes that are used again", globbed, func(r *rig) {
		r.cfg.Path = r.path("*.log")
		r.write("a.log", 20)
		r.start()
		r.kill()
		r.rename("a.log", "a-1.log")
		r.compress("a-1.log", ".gz")
		r.start()
		r.settled()
		r.pause(20)
		r.stop()
		data := r.unpacked("a-1.log.gz")
		r.remove("a-1.log.gz")
		for _, name := range []string{"a.log", "b.log", "c.log"} { // one of them gets its inode
			r.write(name, 5)
		}
		r.start()
		r.settled()
		for _, name := range []string{"a.log", "b.log", "c.log"} {
			r.rename(name, name+".1")
		}
		r.pause(40)
		os.WriteFile(r.path("a-2.log"), data, 0o644)
	})
}

// TestFormerTargets: what a link named before has been rotated, too.
func TestFormerTargets(t *testing.T) {
	linked := func(name string, play func(r *rig)) {
		scene(t, name, func(c *Config) { c.Path = filepath.Join(filepath.Dir(c.Path), "link") }, func(r *rig) {
			r.write("0.log", 10)
			os.Symlink("0.log", r.path("link"))
			r.start()
			r.settled()
			r.snapshot()
			r.kill()
			play(r)
		})
	}
	linked("a container is started again after rotations that nobody saw", func(r *rig) {
		for _, name := range []string{"0.log.20261126-100000", "0.log.20261126-110000"} {
			r.write("0.log", 10)
			r.rename("0.log", name)
		}
		r.write("1.log", 10)
		r.remove("link")
		os.Symlink("1.log", r.path("link"))
		r.start()
	})
	linked("rotated with no new file, seen so by one who is killed", func(r *rig) {
		r.start()
		r.rename("0.log", "0.log.old")
		r.pause(2)
		r.snapshot()
		r.kill()
		r.write("0.log", 10)
		r.rename("0.log", "0.log.1")
		r.start()
	})
}

// TestOldFileGrows: a rotated file that was too old to be read is read from the line on that was not whole.
func TestOldFileGrows(t *testing.T) {
	scene(t, "in the middle of a line", nil, func(r *rig) {
		r.write("log", 10)
		r.start()
		r.stop()
		old := r.line()
		os.WriteFile(r.path("log.7"), []byte("an old line that is as long as those of a log usually are, and older than all\n"+old[:40]), 0o644)
		past := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
		os.Chtimes(r.path("log.7"), past, past)
		r.start()
		r.pause(3)
		fd := r.open("log.7")
		r.raw(fd, old[40:]+"\n")
		r.expect(old)
		fd.Close()
	})
}
