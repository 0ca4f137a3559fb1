package tail

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestTruncation(t *testing.T) {
	for _, kind := range []struct {
		name   string
		before int
		after  int
	}{{"shorter", 100, 50}, {"equal", 51, 51}, {"longer", 50, 5000}} {
		scene(t, "regrown at once, "+kind.name, nil, func(r *rig) {
			r.start()
			for range 10 {
				r.n = r.n / 17 * 17 // the same lengths again
				r.n += 17
				r.write("log", kind.before)
				r.settled()
				r.truncate("log")
				r.n = r.n / 17 * 17
				r.n += 17
				r.write("log", kind.after)
				r.settled()
				r.truncate("log")
			}
		})
	}
	scene(t, "with equal first lines and equal ends", nil, func(r *rig) {
		r.start()
		first := strings.Repeat("# the same head ", 40)
		for i := range 20 {
			fd := r.open("log")
			r.raw(fd, first+"\n")
			r.expect(first)
			for range 5 + i%3 {
				line := r.line() + strings.Repeat(" the same end", 30)
				r.expect(line)
				r.raw(fd, line+"\n")
			}
			fd.Close()
			r.settled()
			r.truncate("log")
		}
	})
	scene(t, "with equal ends behind other first lines", nil, func(r *rig) {
		r.start()
		same := []string{strings.Repeat("the same ", 40), strings.Repeat("and ends alike ", 30), strings.Repeat("for long ", 50)}
		for i := range 10 {
			lines := append([]string{strings.Repeat(fmt.Sprint(i), 300)}, same...)
			for range i { // regrown to the same size or a longer one
				lines = append(lines, r.line())
			}
			r.expect(lines...)
			fd := r.open("log")
			r.raw(fd, strings.Join(lines, "\n")+"\n")
			fd.Close()
			r.settled()
			r.truncate("log")
		}
	})
	scene(t, "under a writer with its own offset", nil, func(r *rig) {
		r.start()
		fd, err := os.OpenFile(r.path("log"), os.O_WRONLY|os.O_CREATE, 0o644) // no O_APPEND
		if err != nil {
			r.t.Fatal(err)
		}
		for range 5 {
			r.writeTo(fd, 100)
			r.settled()
			r.truncate("log")
			r.writeTo(fd, 3)
			r.settled()
		}
		fd.Close()
	})
	scene(t, "under a writer with its own offset, and down", nil, func(r *rig) {
		fd, err := os.OpenFile(r.path("log"), os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			r.t.Fatal(err)
		}
		r.start()
		for lines := range 40 { // within the first page, too, where NUL bytes are no hole
			r.writeTo(fd, 1+lines)
			r.settled()
			r.truncate("log")
			r.pause(3)
			r.snapshot()
			r.kill()
			r.writeTo(fd, 2)
			r.start()
			r.settled()
			r.truncate("log")
			fd.Seek(0, 0)
		}
		fd.Close()
	})
	scene(t, "a hole of 1 GiB", nil, func(r *rig) {
		r.start()
		fd, err := os.OpenFile(r.path("log"), os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			r.t.Fatal(err)
		}
		fd.Seek(1<<30+123, 0)
		r.writeTo(fd, 100)
		r.settled()
		info, _ := fd.Stat()
		wantStat(r.t, "Bytes", r.src.Stats.Bytes.Load(), info.Size()-(1<<30+123))
		fd.Close()
	})
	scene(t, "twice at once loses only what is known to be lost", nil, func(r *rig) {
		r.start()
		r.write("log", 50)
		r.settled()
		before := len(r.wrote)
		r.truncate("log")
		r.write("log", 10)
		r.truncate("log")
		r.write("log", 20)
		r.pause(20)
		r.mu.Lock()
		defer r.mu.Unlock()
		for n := before + 1; n <= before+10; n++ { // between the truncations
			for line := range r.wrote {
				if strings.HasPrefix(line, fmt.Sprintf("%07d", n)) && r.got[line] == 0 {
					delete(r.wrote, line)
				}
			}
		}
	})
	for _, more := range []int{1, 200} {
		second := func(c *Config) { c.Tick = time.Second }
		scene(t, fmt.Sprintf("after a copy that lacks %d lines that have been read", more), second, func(r *rig) {
			r.start()
			for range 3 {
				r.write("log", 100)
				r.settled()
				time.Sleep(r.cfg.Tick / 2) // all of it between two looks at the directory
				r.copy("log", fmt.Sprint("log.", r.n))
				r.write("log", more)
				time.Sleep(3 * pollInterval)
				r.truncate("log")
				r.write("log", 5)
				r.settled()
			}
		})
	}
	for _, gz := range []bool{false, true} {
		scene(t, fmt.Sprintf("copytruncate many times, compressed %v", gz), nil, func(r *rig) {
			r.start()
			for i := range 10 {
				r.write("log", 100)
				r.pause(i % 3)
				r.write("log", 10)
				for j := 9; j > 0; j-- {
					for _, ext := range []string{"", ".gz"} {
						os.Rename(r.path(fmt.Sprint("log.", j, ext)), r.path(fmt.Sprint("log.", j+1, ext)))
					}
				}
				r.copy("log", "log.1")
				r.truncate("log")
				if gz {
					r.compress("log.1", ".gz")
				}
				r.pause(i % 4)
			}
		})
	}
}
