package tail

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// sameLines returns lines that carry neither time nor number.
func sameLines(what string, n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf("GET /%s %d", what, 200+i%5))
	}
	return lines
}

// append adds lines as they are to a file.
func (r *rig) append(name string, lines ...string) {
	r.t.Helper()
	r.expect(lines...)
	fd := r.open(name)
	defer fd.Close()
	r.raw(fd, strings.Join(lines, "\n")+"\n")
}

// Lines that carry neither time nor number: files of them begin alike by accident.
func TestLinesWithoutTime(t *testing.T) {
	start := func(r *rig) {
		r.cfg.Path = r.path("*.log")
		r.append("a.log", sameLines("health", 100)...)
		r.append("a.log", sameLines("items", 100)...)
		r.start()
		r.pause(3)
	}
	for _, n := range []int{1, 3, 50} {
		scene(t, fmt.Sprintf("after a rotation the first %d are as before", n), globbed, func(r *rig) {
			start(r)
			r.rename("a.log", "a.log.1")
			r.append("a.log", sameLines("health", n)...)
			r.pause(10)
			r.append("a.log", sameLines("orders", 1)...)
			r.pause(10)
			r.append("a.log", sameLines("orders", 100)...)
		})
		scene(t, fmt.Sprintf("and so are the first %d when nobody looks", n), globbed, func(r *rig) {
			start(r)
			r.rename("a.log", "a.log.1")
			r.append("a.log", sameLines("health", n)...)
			r.pause(10)
			r.stop()
			r.append("a.log", sameLines("orders", 100)...)
			r.start()
		})
	}
	scene(t, "each file is as the one before", globbed, func(r *rig) {
		start(r)
		for day := range 3 {
			r.rename("a.log", fmt.Sprint("a.log.", 9-day))
			r.append("a.log", sameLines("health", 100)...)
			r.pause(10)
		}
		r.stop()
		r.rename("a.log", "a.log.1")
		r.append("a.log", sameLines("health", 100)...)
		r.start()
	})
	scene(t, "a copy of all goes on", globbed, func(r *rig) {
		start(r)
		r.copy("a.log", "b.log")
		r.pause(10)
		r.append("b.log", sameLines("orders", 100)...)
	})
}

// TestPartsOfFiles: what a glob matches under a new name and is nothing but the first lines of another file is a copy of a part of it,
// until it goes on otherwise.
func TestPartsOfFiles(t *testing.T) {
	const size = 50
	part := func(r *rig, name string) {
		data := strings.Join(sameLines("health", size), "\n") + "\n"
		os.WriteFile(r.path(name), []byte(data), 0o644)
		r.pause(5)
	}
	goesOn := func(r *rig, name string) {
		r.expect(sameLines("health", size)...)
		r.append(name, sameLines("orders", 10)...)
	}
	parts := func(name string, play func(r *rig)) {
		t.Helper()
		scene(t, name, globbed, func(r *rig) {
			r.cfg.Path = r.path("*.log")
			r.append("a.log", sameLines("health", 2*size)...)
			r.start()
			r.settled()
			part(r, "b.log")
			play(r)
		})
	}
	parts("it goes on otherwise", func(r *rig) { goesOn(r, "b.log") })
	gone := func(r *rig) { r.remove("a.log"); r.pause(40) }
	parts("a copy of the part, when the whole has gone", func(r *rig) { gone(r); part(r, "c.log") })
	parts("a copy of the part goes on otherwise, when the whole has gone", func(r *rig) {
		gone(r)
		part(r, "c.log")
		goesOn(r, "c.log")
	})
	parts("another one begins as the part does, when the whole has gone", func(r *rig) {
		gone(r)
		r.append("c.log", append(sameLines("health", size), sameLines("orders", 10)...)...)
	})
}
