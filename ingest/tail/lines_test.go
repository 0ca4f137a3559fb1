package tail

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestLines(t *testing.T) {
	scene(t, "torn at every byte", nil, func(r *rig) {
		r.start()
		fd := r.open("log")
		for cut := range 250 { // more than the longest line has
			line := r.line() + "\n"
			r.expect(line[:len(line)-1])
			at := min(cut, len(line))
			r.raw(fd, line[:at])
			r.pause(2)
			r.raw(fd, line[at:])
			if cut%2 == 0 {
				r.pause(2)
			}
		}
		fd.Close()
	})
	scene(t, "one byte at a time", nil, func(r *rig) {
		r.start()
		fd := r.open("log")
		for range 3 {
			line := r.line()
			r.expect(line)
			for _, c := range []byte(line + "\n") {
				r.raw(fd, string(c))
				r.pause(1)
			}
		}
		fd.Close()
	})
	scene(t, "of which only short ones count, shorter than what a file is known by", func(c *Config) { c.MaxLine = 20 }, func(r *rig) {
		fd := r.open("log")
		for i := range 100 {
			line := strings.Repeat(string(rune('a'+i%26)), i%40)
			r.raw(fd, line+"\n")
			if len(line) <= 20 {
				r.expect(line)
			}
			if i == 60 {
				r.start()
			}
		}
		fd.Close()
		r.settled()
		wantStat(r.t, "Truncations", r.src.Stats.Truncations.Load(), 0)
		r.mu.Lock()
		defer r.mu.Unlock()
		wantStat(r.t, "too long", int64(r.tooLong), 38)
	})
	scene(t, "of every size", nil, func(r *rig) {
		r.start()
		fd := r.open("log")
		var sizes []int
		for size := range 1100 { // across the lengths of head and anchor
			sizes = append(sizes, size)
		}
		sizes = append(sizes, 262143, 262144, 262145, 1<<20-1, 1<<20, 1<<20+1, 3, 2<<20, 1)
		tooLong := 0
		for i, size := range sizes {
			line := strings.Repeat(string(rune('a'+i%26)), size)
			if size <= 1<<20 {
				r.expect(line)
			} else {
				tooLong++
			}
			r.raw(fd, line[:size/2])
			r.pause(i % 3)
			r.raw(fd, line[size/2:]+"\n")
		}
		fd.Close()
		r.settled()
		r.drain()
		r.snapshot()
		if r.savedLong != tooLong {
			r.t.Errorf("%d lines were too long, want %d", r.savedLong, tooLong)
		}
	})
	scene(t, "carriage return, NUL, invalid UTF-8, empty, and no end at rotation", nil, func(r *rig) {
		r.start()
		fd := r.open("log")
		for _, line := range []string{"a\r", "", "b\x00c", "\xff\xfe", "", "\x00"} {
			r.expect(line)
			r.raw(fd, line+"\n")
		}
		r.raw(fd, "no end")
		r.expect("no end")
		r.pause(10)
		r.rename("log", "log.1")
		r.write("log", 5)
		fd.Close()
	})
	scene(t, "no end at exit", nil, func(r *rig) {
		fd := r.open("log")
		for range 3 {
			r.start()
			r.writeTo(fd, 2)
			line := r.line()
			r.expect(line)
			r.raw(fd, line[:30])
			r.stop()
			r.raw(fd, line[30:]+"\n")
		}
		r.start()
		fd.Close()
	})
	scene(t, "one without end", nil, func(r *rig) {
		r.start()
		fd := r.open("log")
		r.writeTo(fd, 3)
		mebibyte := strings.Repeat("x", 1<<20)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 64 {
			r.raw(fd, mebibyte)
			r.pause(1)
		}
		r.pause(5)
		r.snapshot() // in the middle of the line
		r.restart()
		r.raw(fd, "end\n")
		r.writeTo(fd, 3)
		r.settled()
		r.drain()
		runtime.ReadMemStats(&after)
		r.snapshot()
		if r.savedLong != 1 {
			r.t.Errorf("%d lines were too long, want 1", r.savedLong)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 24<<20 {
			r.t.Errorf("allocated %d bytes for a line of 64 MiB, want at most 24 MiB", got)
		}
		wantStat(r.t, "LostBytes", r.src.Stats.LostBytes.Load(), 0)
		fd.Close()
	})
}

// TestRates writes from a line in ten seconds to 20,000 in one, and in bursts.
func TestRates(t *testing.T) {
	for _, rate := range []struct {
		name  string
		lines int
		every time.Duration
		times int
	}{
		{"0.1 lines a second", 1, 10 * time.Second, 30},
		{"1 line a second", 1, time.Second, 100},
		{"20,000 lines a second", 200, 10 * time.Millisecond, 200},
		{"bursts", 30_000, 7 * time.Second, 3},
	} {
		scene(t, rate.name, nil, func(r *rig) {
			r.start()
			fd := r.open("log")
			for range rate.times {
				r.writeTo(fd, rate.lines)
				time.Sleep(rate.every)
			}
			fd.Close()
		})
	}
}

// TestSlowConsumer rotates while the workers are far behind, on one processor as well.
func TestSlowConsumer(t *testing.T) {
	play := func(r *rig) {
		r.slow = 50 * time.Millisecond
		r.start()
		var old *os.File
		for i := range 6 {
			fd := r.open("log")
			r.writeTo(fd, 4000)
			if old != nil {
				r.writeTo(old, 10)
				old.Close()
			}
			r.pause(2 + i)
			r.rename("log", "log."+string(rune('a'+i))) // rotated to names that nobody looks for
			old = fd
		}
		old.Close()
	}
	scene(t, "two workers", nil, play)
	scene(t, "with kills", nil, func(r *rig) {
		r.slow = 50 * time.Millisecond
		r.start()
		for i := range 6 {
			r.write("log", 4000)
			r.pause(2)
			r.rename("log", "log."+string(rune('1'+i)))
			r.snapshot()
			r.restart()
		}
	})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	scene(t, "one processor", nil, play)
}
