package tail

import (
	"fmt"
	"testing"
)

// Lines that carry neither time nor number: files of them begin alike by accident.
func TestLinesWithoutTime(t *testing.T) {
	begin := func(r *rig, name string, lines ...string) {
		fd := r.open(name)
		for _, line := range lines {
			r.expect(line)
			r.raw(fd, line+"\n")
		}
		fd.Close()
	}
	many := func(what string, n int) (lines []string) {
		for i := range n {
			lines = append(lines, fmt.Sprintf("GET /%s %d", what, 200+i%5))
		}
		return lines
	}
	start := func(r *rig) {
		r.cfg.Path = r.path("*.log")
		begin(r, "a.log", many("health", 100)...)
		begin(r, "a.log", many("items", 100)...)
		r.start()
		r.pause(3)
	}
	for _, n := range []int{1, 3, 50} {
		scene(t, fmt.Sprintf("after a rotation the first %d are as before", n), globbed, func(r *rig) {
			start(r)
			r.rename("a.log", "a.log.1")
			begin(r, "a.log", many("health", n)...)
			r.pause(10)
			begin(r, "a.log", many("orders", 1)...)
			r.pause(10)
			begin(r, "a.log", many("orders", 100)...)
		})
		scene(t, fmt.Sprintf("and so are the first %d when nobody looks", n), globbed, func(r *rig) {
			start(r)
			r.rename("a.log", "a.log.1")
			begin(r, "a.log", many("health", n)...)
			r.pause(10)
			r.stop()
			begin(r, "a.log", many("orders", 100)...)
			r.start()
		})
	}
	scene(t, "each file is as the one before", globbed, func(r *rig) {
		start(r)
		for day := range 3 {
			r.rename("a.log", fmt.Sprint("a.log.", 9-day))
			begin(r, "a.log", many("health", 100)...)
			r.pause(10)
		}
		r.stop()
		r.rename("a.log", "a.log.1")
		begin(r, "a.log", many("health", 100)...)
		r.start()
	})
	scene(t, "a copy of all goes on", globbed, func(r *rig) {
		start(r)
		r.copy("a.log", "b.log")
		r.pause(10)
		begin(r, "b.log", many("orders", 100)...)
	})
}
