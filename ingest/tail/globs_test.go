package tail

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// TestGlobOfDirectories: rotated files are looked for in the directories that the glob's own directory matches.
func TestGlobOfDirectories(t *testing.T) {
	trees := func(name string, play func(r *rig)) {
		t.Helper()
		scene(t, name, nil, func(r *rig) {
			r.cfg.Path = r.path("*/log")
			os.Mkdir(r.path("x"), 0o755)
			r.start()
			r.pause(5)
			time.Sleep(r.cfg.Tick / 2)
			play(r)
		})
	}
	born := func(r *rig) {
		r.write("x/log", 10)
		r.rename("x/log", "x/log.1")
	}
	trees("a log is born and rotated there between two looks", born)
	trees("so is one long after another was rotated there", func(r *rig) {
		r.write("x/log", 10)
		r.pause(2)
		r.rename("x/log", "x/log.2")
		r.pause(100)
		born(r)
	})
	trees("those that have gone are forgotten", func(r *rig) {
		r.write("x/log", 1)
		os.Mkdir(r.path("y"), 0o755)
		r.pause(3)
		r.remove("x")
		r.remove("y")
		r.pause(100)
		r.stop()
		if n := len(r.f.dirs); n > 0 {
			r.t.Errorf("%d directories are known, want 0", n)
		}
		r.start()
	})
}

// TestGlobMatchesTwo: a glob matches two names at once of which one leads to the other. Lines carry no time, so names matter.
func TestGlobMatchesTwo(t *testing.T) {
	write := func(r *rig, name string, day int) { r.append(name, sameLines(fmt.Sprint("day/", day), 40)...) }
	two := func(name string, play func(r *rig)) {
		t.Helper()
		scene(t, name, globbed, func(r *rig) {
			write(r, "a.log", 0)
			r.start()
			r.settled()
			time.Sleep(r.cfg.Tick / 2)
			play(r)
		})
	}
	two("a new log and its copy", func(r *rig) {
		for i := range 10 { // in whatever order they are looked at
			r.rename("a.log", fmt.Sprint("a.log.", 20-2*i))
			write(r, "a.log", 1+i)
			r.copy("a.log", fmt.Sprint("a.log.", 19-2*i))
			r.pause(5)
		}
	})
	two("a log and its copy, which has the name that a rotated file had", func(r *rig) {
		r.rename("a.log", "a.log.1")
		write(r, "a.log", 1)
		r.settled()
		r.rename("a.log.1", "a.log.2")
		r.copy("a.log", "a.log.1")
	})
	two("a symbolic link, and what it leads to later", func(r *rig) {
		os.Symlink("0.txt", r.path("b.log"))
		write(r, "0.txt", 1)
		r.pause(5)
		r.rename("0.txt", "c.log")
		r.settled()
		wantStat(r.t, "ReadErrors", r.src.Stats.ReadErrors.Load(), 0)
	})
}

func TestGlobThroughLink(t *testing.T) {
	scene(t, "a log comes and is rotated between two looks", nil, func(r *rig) {
		r.cfg.Path = r.path("logs/*/log")
		for _, dir := range []string{"logs", "2"} {
			if err := os.Mkdir(r.path(dir), 0o755); err != nil {
				r.t.Fatal(err)
			}
		}
		if err := os.Symlink("../2", r.path("logs/current")); err != nil {
			r.t.Fatal(err)
		}
		r.start()
		r.pause(5)
		time.Sleep(r.cfg.Tick / 2)
		r.write("2/log", 10)
		r.rename("2/log", "2/log.1")
	})
}

// A copy of a log whose lines tell the time is put in its place, and goes on.
func TestGlobMatchesReplaced(t *testing.T) {
	scene(t, "by a rename", globbed, func(r *rig) {
		r.write("a.log", 100)
		r.start()
		r.pause(20)
		r.copy("a.log", ".copy")
		r.rename(".copy", "a.log")
		r.pause(20)
		r.write("a.log", 10)
	})
	scene(t, "piece by piece", globbed, func(r *rig) {
		r.write("a.log", 100)
		r.start()
		r.pause(20)
		data, err := os.ReadFile(r.path("a.log"))
		if err != nil {
			r.t.Fatal(err)
		}
		r.remove("a.log")
		fd := r.open("a.log")
		r.pause(1) // empty
		r.raw(fd, string(data))
		r.pause(5)
		r.writeTo(fd, 10)
		fd.Close()
	})
}
