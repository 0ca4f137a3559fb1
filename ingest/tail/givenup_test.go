package tail

import (
	"os"
	"strings"
	"testing"
	"time"
)

// partial adds something to a file that is no line yet.
func (r *rig) partial(name string) {
	r.t.Helper()
	fd := r.open(name)
	defer fd.Close()
	r.raw(fd, strings.Repeat("never whole ", 40))
}

// TestCopiesOfWhatIsGivenUp: a file has gone while nobody looked. What is in its copies is counted once, as far as it was not before.
func TestCopiesOfWhatIsGivenUp(t *testing.T) {
	unread := func(name string, play func(r *rig)) {
		t.Helper()
		scene(t, name, nil, func(r *rig) {
			os.Mkdir(r.path("x"), 0o755)
			os.Mkdir(r.path("y"), 0o755)
			r.cfg.Path = r.path("*/*.log")
			r.startUnread()
			play(r)
			r.looks(3)
			r.snapshot()
			r.f.Close()
			r.kill()
			r.remove("x/a.log")
			r.start()
		})
	}
	unread("one in another directory, known as such, of what was not read", func(r *rig) {
		r.write("x/a.log", 20)
		r.copy("x/a.log", "y/b.log")
	})
	unread("a line, known as such, of what was not read", func(r *rig) {
		r.write("x/a.log", 1)
		r.copy("x/a.log", "x/a.log.1")
		r.partial("x/a.log")
	})
	unread("a line of another log, of which that has more no longer", func(r *rig) {
		r.resume()
		r.write("y/b.log", 1)
		r.settled()
		r.copy("y/b.log", "y/b.log.1")
		r.pause(5)
		r.write("y/b.log", 5)
		r.settled()
		r.truncate("y/b.log")
		r.write("y/b.log", 1)
		r.stop()
		r.startUnread()
		r.partial("x/a.log")
	})
	down := func(name string, lines []string, play func(r *rig)) {
		t.Helper()
		scene(t, name, nil, func(r *rig) {
			r.append("log", lines...)
			r.start()
			r.settled()
			r.partial("log")
			r.pause(3)
			r.stop()
			r.remove("log")
			play(r)
			r.start()
		})
	}
	line := strings.Repeat("a long line ", 10)
	down("its first line, of whose head more is known", []string{line}, func(r *rig) {
		os.WriteFile(r.path("log.1"), []byte(line+"\n"), 0o644)
	})
	down("one that has but a short line in common with it", []string{"GET / 200"}, func(r *rig) {
		r.append("log.1", "GET / 200", "GET /other 200")
	})
	scene(t, "one that was made before the last lines were written and read", func(c *Config) { c.Tick = time.Second }, func(r *rig) {
		r.start()
		r.write("log", 20)
		r.settled()
		time.Sleep(r.cfg.Tick / 2) // all of it between two looks
		r.copy("log", "log.1")
		r.write("log", 20)
		time.Sleep(3 * pollInterval)
		r.snapshot()
		r.kill()
		r.truncate("log")
		r.write("log", 5)
		r.start()
	})
	scene(t, "none, but a longer one that has been read and began alike", nil, func(r *rig) {
		r.append("log", sameLines("health", 100)...)
		r.start()
		r.pause(2)
		r.rename("log", "log.1")
		r.append("log", sameLines("health", 50)...)
		r.pause(40)
		r.stop()
		r.remove("log")
		r.start()
	})
	scene(t, "written over with a copy of another one, which goes on on its own", nil, func(r *rig) {
		r.write("log", 20)
		r.start()
		r.settled()
		r.rename("log", "log.1")
		r.write("log", 30)
		r.stop()
		r.copy("log", "log.1")
		r.start()
		r.pause(5)
		r.stop()
		r.write("log", 5)
		r.write("log.1", 5)
		r.start()
	})
}
