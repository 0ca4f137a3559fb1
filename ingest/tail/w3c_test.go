package tail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A w3cServer writes a W3C log into a rig, and notes each line with the directive that is in force there.
type w3cServer struct {
	r         *rig
	directive string // in force in the file that is written to
	unseen    bool   // what is written now is not to be read
}

// write appends lines in one write.
func (s *w3cServer) write(name string, lines ...string) {
	fd := s.r.open(name)
	defer fd.Close()
	s.r.raw(fd, strings.Join(lines, "\n")+"\n")
	for _, line := range lines {
		if !s.unseen {
			s.r.expect(by(line, s.directive))
		}
		if strings.HasPrefix(line, "#Fields:") {
			s.directive = line
		}
	}
}

// starts writes the head that a server writes when it starts, with columns of its own.
func (s *w3cServer) starts(name string) {
	s.r.n++
	s.write(name, "#Software: Microsoft Internet Information Services 10.0", fmt.Sprintf("#Date: %d", s.r.n),
		fmt.Sprintf("#Fields: date time c-ip sc-status column-%d", s.r.n))
}

// entries returns n lines, far more bytes than a block holds where n is thousands.
func (s *w3cServer) entries(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		s.r.n++
		lines[i] = fmt.Sprintf("2026-11-26 10:00:00 192.0.2.1 200 %d %s", s.r.n, strings.Repeat("#x", 100))
	}
	return lines
}

func (s *w3cServer) lines(name string, n int) { s.write(name, s.entries(n)...) }

// next is the first file after a rotation.
func (s *w3cServer) next(name string) {
	s.directive = ""
	s.starts(name)
}

// TestDirectives: whatever happens to a W3C log, each line is handed out with the directive that is in force there.
func TestDirectives(t *testing.T) {
	read := func(name string, play func(r *rig, s *w3cServer)) {
		scene(t, name, nil, func(r *rig) {
			s := &w3cServer{r: r}
			s.starts("log")
			s.lines("log", 50)
			play(r, s)
		})
	}
	read("many blocks", func(r *rig, s *w3cServer) {
		s.lines("log", 4000)
		s.starts("log")
		s.lines("log", 2000)
		r.start()
	})
	read("while it is followed", func(r *rig, s *w3cServer) {
		r.start()
		s.lines("log", 20)
		r.settled()
		s.starts("log")
		r.settled()
		s.lines("log", 20)
	})
	read("restarts", func(r *rig, s *w3cServer) {
		s.starts("log")
		s.lines("log", 1500)
		r.start()
		for range 3 {
			r.settled()
			r.snapshot()
			s.lines("log", 20)
			r.kill()
			s.lines("log", 20)
			r.start()
		}
	})
	read("rotations", func(r *rig, s *w3cServer) {
		r.start()
		for i := range 3 {
			r.settled()
			r.rename("log", fmt.Sprintf("log.%d", i))
			s.lines(fmt.Sprintf("log.%d", i), 10)
			s.next("log")
			s.lines("log", 10)
		}
	})
	read("copytruncate", func(r *rig, s *w3cServer) {
		r.start()
		r.settled()
		r.copy("log", "log.1")
		r.truncate("log")
		s.directive = ""
		s.lines("log", 20)
	})
	for _, ext := range []string{".gz", ".zst"} {
		read("rotated and compressed while nothing ran"+ext, func(r *rig, s *w3cServer) {
			r.start()
			r.settled()
			r.snapshot()
			r.kill()
			s.lines("log", 20)
			r.rename("log", "log.1")
			r.compress("log.1", ext)
			s.next("log")
			s.lines("log", 20)
			r.start()
		})
	}
	scene(t, "from the end", func(c *Config) { c.FromBeginning = false }, func(r *rig) {
		s := &w3cServer{r: r, unseen: true}
		s.starts("log")
		s.lines("log", 2000)
		s.starts("log")
		s.lines("log", 1500)
		r.start()
		s.unseen = false
		s.lines("log", 20)
	})
}

// TestOldLogs: of the logs of past days, which a glob matches and nobody writes to, nothing is read.
func TestOldLogs(t *testing.T) {
	scene(t, "from the end", func(c *Config) { c.Path, c.FromBeginning = c.Path+"*", false }, func(r *rig) {
		s := &w3cServer{r: r, unseen: true}
		for _, name := range []string{"log.1", "log.2", "log.3"} {
			s.starts(name)
			s.lines(name, 10)
		}
		r.start()
		r.pause(5)
		s.unseen = false
		s.lines("log.3", 10)
		r.settled()
		r.kill()
		for _, x := range r.f.files {
			if grown := x.name == r.path("log.3"); x.headed != grown {
				t.Errorf("%s: what lies before the end was read: %v, want %v", x.name, x.headed, grown)
			}
		}
		r.start()
	})
}

// TestLikeHeads: files that begin alike for longer than the head that is compared, as all of CloudFront's do, are each read, those
// that are shorter than another included.
func TestLikeHeads(t *testing.T) {
	scene(t, "files of one head", func(c *Config) { c.Path += "*" }, func(r *rig) {
		s := &w3cServer{r: r}
		head := []string{"#Version: 1.0", "#Fields: date time sc-status " + strings.Repeat("x-column ", 60)}
		file := func(name string, n int) {
			s.directive = ""
			s.write(name, slices.Concat(head, s.entries(n))...)
		}
		file("log.a", 30)
		r.start()
		for i, n := range []int{1, 100, 5, 1} {
			r.settled()
			file(fmt.Sprintf("log.b%d", i), n)
		}
		r.settled()
		s.lines("log.b3", 3)
	})
}
