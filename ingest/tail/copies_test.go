package tail

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestGrownCopies: what is known as a copy has grown, by the rest of what it is a copy of or by lines of its own.
func TestGrownCopies(t *testing.T) {
	logs := func(name string, play func(r *rig)) {
		t.Helper()
		scene(t, name, globbed, func(r *rig) {
			r.cfg.Path = r.path("*.log")
			r.write("gone.log", 20)
			r.start()
			r.settled()
			r.remove("gone.log")
			r.pause(40)
			r.stop() // what it began with is known by its print alone now
			r.start()
			play(r)
		})
	}
	// begin writes lines of a log, and a part of them to its copy.
	begin := func(r *rig, part int, lines ...string) (fd *os.File, rest string) {
		r.append("a.log", lines...)
		r.pause(10)
		fd = r.open("b.log")
		r.raw(fd, strings.Join(lines[:part], "\n")+"\n")
		r.pause(5)
		return fd, strings.Join(lines[part:], "\n") + "\n"
	}
	logs("by the rest and a line", func(r *rig) {
		fd, rest := begin(r, 5, sameLines("a/long/and/winding/path", 20)...)
		defer fd.Close()
		r.raw(fd, rest+"own\n")
		r.expect("own")
	})
	logs("by the rest and a line, and not longer than heads are", func(r *rig) {
		fd, rest := begin(r, 1, strings.Repeat("a long line ", 6), strings.Repeat("another one ", 6))
		defer fd.Close()
		r.raw(fd, rest+"own\n")
		r.expect("own")
	})
	logs("by the rest, piece by piece, when what it is a copy of has gone", func(r *rig) {
		fd, rest := begin(r, 30, sameLines("a/long/and/winding/path", 100)...)
		defer fd.Close()
		r.remove("a.log")
		r.pause(40)
		for len(rest) > 0 {
			n := min(len(rest), 300)
			r.raw(fd, rest[:n])
			rest = rest[n:]
			r.pause(1)
		}
	})
	logs("in the file of one that was empty when it was closed", func(r *rig) {
		r.write("a.log", 20)
		r.write("b.log", 0)
		r.pause(10)
		r.rename("b.log", "b")
		r.pause(40)
		time.Sleep(r.cfg.Tick / 2)
		r.rename("b", "b.log")
		r.pause(1)
		r.copy("a.log", "b.log")
	})
}

// TestReadOnElsewhere: what was read on in a copy of a file is not read in that file, should it come back.
func TestReadOnElsewhere(t *testing.T) {
	for _, ext := range []string{"", ".gz"} {
		scene(t, "copied to log.2"+ext, nil, func(r *rig) {
			os.Mkdir(r.path("away"), 0o755)
			r.write("log", 20)
			r.start()
			r.settled()
			r.rename("log", "log.1")
			r.write("log", 5)
			r.pause(40)
			r.rename("log.1", "away/log.1")
			r.write("away/log.1", 5)
			r.copy("away/log.1", "away/log.2")
			if ext != "" {
				r.compress("away/log.2", ext)
			}
			r.rename("away/log.2"+ext, "log.2"+ext)
			r.pause(30)
			r.rename("away/log.1", "log.1")
			r.pause(30)
		})
	}
}

// TestArchivesOfCopies: what was compressed is held against copies, and copies against it, by its content.
func TestArchivesOfCopies(t *testing.T) {
	for _, early := range []bool{true, false} {
		scene(t, map[bool]string{true: "a part was copied", false: "a part was copied late"}[early]+", the whole went on and was compressed", nil, func(r *rig) {
			r.write("log", 20)
			data, _ := os.ReadFile(r.path("log"))
			r.start()
			r.settled()
			part := func() { os.WriteFile(r.path("log.2"), data[:len(data)/3], 0o644); r.pause(5) }
			if early {
				part()
			}
			r.rename("log", "log.1")
			r.write("log", 1)
			r.pause(40)
			if !early {
				part()
			}
			r.stop()
			r.write("log.1", 5)
			r.compress("log.1", ".gz")
			r.start()
		})
	}
	packed := func(name string, play func(r *rig, early, all []byte)) {
		t.Helper()
		scene(t, name, globbed, func(r *rig) {
			r.write("a.log", 20)
			r.start()
			r.stop()
			early, _ := os.ReadFile(r.path("a.log"))
			r.write("a.log", 20)
			r.rename("a.log", "a.log.1")
			r.compress("a.log.1", ".gz")
			r.start()
			r.settled()
			r.pause(20)
			play(r, early, r.unpacked("a.log.1.gz"))
		})
	}
	packed("a copy turns up that was made before all was written", func(r *rig, early, _ []byte) {
		os.WriteFile(r.path("a.log.2"), early, 0o644)
	})
	packed("a copy turns up when the archive has been written over with another", func(r *rig, _, all []byte) {
		r.stop()
		r.write("b", 30)
		other, _ := os.ReadFile(r.path("b"))
		os.WriteFile(r.path("a.log.1.gz"), compressed(other, ".gz"), 0o644)
		os.WriteFile(r.path("a.log.2"), all, 0o644)
		r.start()
	})
}

// TestShortCopies: a log is truncated between two looks, and what lies beside it is shorter than what was read of it.
func TestShortCopies(t *testing.T) {
	second := func(name string, lines []string, play func(r *rig)) {
		t.Helper()
		scene(t, name, func(c *Config) { c.Tick = time.Second }, func(r *rig) {
			r.append("log", lines...)
			r.start()
			r.pause(2)
			time.Sleep(r.cfg.Tick / 2)
			play(r)
			r.truncate("log")
			r.write("log", 5)
		})
	}
	many := sameLines("health", 100)
	second("a copy of a line, with more known of the head", []string{strings.Repeat("a long line ", 10)}, func(r *rig) {
		r.copy("log", "log.1")
		r.write("log", 5)
		time.Sleep(3 * pollInterval)
	})
	second("has but a short line in common with it", many, func(r *rig) { r.append("log.1", many[0]) })
	second("is known as a copy, and has grown", many, func(r *rig) {
		data, _ := os.ReadFile(r.path("log"))
		os.WriteFile(r.path("log.1"), data[:len(data)/3], 0o644)
		r.pause(5)
		os.WriteFile(r.path("log.1"), data[:len(data)/2], 0o644)
	})
	second("began alike, has been read and has grown", many[:50], func(r *rig) {
		r.rename("log", "log.1")
		r.append("log", many...)
		r.pause(10)
		r.append("log.1", "GET /orders 200")
	})
}
