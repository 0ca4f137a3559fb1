package tail

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestCopies(t *testing.T) {
	scene(t, "beside the log", nil, func(r *rig) {
		r.start()
		r.write("log", 100)
		r.copy("log", "log.5")
		r.settled()
		r.copy("log", "log.bak")
		r.copy("log", "log.1")
		r.pause(5)
		r.write("log", 100)
		r.settled()
		r.rename("log", "log.2")
		r.write("log", 100)
		r.copy("log.2", "log.3")
		r.pause(40)
		r.copy("log.2", "log.4")
	})
	scene(t, "slowly made", nil, func(r *rig) {
		r.start()
		r.write("log", 1000)
		r.settled()
		data, _ := os.ReadFile(r.path("log"))
		fd := r.open("log.1")
		for len(data) > 0 {
			n := min(len(data), 10000)
			r.raw(fd, string(data[:n]))
			data = data[n:]
			r.pause(1)
		}
		fd.Close()
		r.write("log", 100)
		r.settled()
		r.truncate("log")
		r.write("log", 100)
	})
	scene(t, "matched by the glob", globbed, func(r *rig) {
		r.start()
		r.write("a.log", 100)
		r.settled()
		r.copy("a.log", "b.log")
		r.pause(20)
		r.write("b.log", 10)
		r.write("a.log", 10)
		r.pause(20)
		r.snapshot()
		r.restart()
	})
}

func globbed(c *Config) { c.Path = filepath.Join(filepath.Dir(c.Path), "*.log*") }

func TestGlob(t *testing.T) {
	scene(t, "files come and go", globbed, func(r *rig) {
		r.write("a.log", 10)
		r.start()
		for i := range 10 {
			r.write(fmt.Sprint(i, ".log"), 10)
			r.pause(2)
			r.write("a.log", 10)
			if i > 3 {
				r.settled()
				r.remove(fmt.Sprint(i-3, ".log"))
			}
		}
	})
	scene(t, "matches the rotated names, too", globbed, func(r *rig) {
		r.start()
		for i := range 12 {
			r.write("a.log", 30)
			r.pause(i % 3)
			for j := 3; j > 0; j-- {
				os.Rename(r.path(fmt.Sprint("a.log.", j)), r.path(fmt.Sprint("a.log.", j+1)))
			}
			r.rename("a.log", "a.log.1")
			if i%4 == 3 {
				r.snapshot()
				r.restart()
			}
		}
	})
	scene(t, "matches the compressed names, too", globbed, func(r *rig) {
		r.write("a.log", 300)
		r.start()
		r.settled()
		r.snapshot()
		r.kill()
		r.rename("a.log", "a.log.1")
		r.write("a.log", 300) // born, rotated and compressed while nothing runs
		r.rename("a.log.1", "a.log.2")
		r.compress("a.log.2", ".gz")
		r.rename("a.log", "a.log.1")
		r.compress("a.log.1", ".gz")
		r.write("a.log", 300)
		r.start()
		r.settled()
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 1)
		r.write("b.log", 10)
		r.settled()
		r.remove("b.log")
		r.pause(3)
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 1)
	})
	scene(t, "hard links and symbolic links", globbed, func(r *rig) {
		r.write("a.log", 30)
		os.Link(r.path("a.log"), r.path("b.log"))
		os.Symlink(r.path("a.log"), r.path("c.log"))
		r.start()
		r.write("a.log", 30)
	})
}

func TestManyFiles(t *testing.T) {
	files := 200
	if *long {
		files = 2000
	}
	scene(t, "rotated all at once", globbed, func(r *rig) {
		r.cfg.Path = r.path("*.log")
		name := func(i int) string { return fmt.Sprintf("%04d.log", i) }
		for i := range files {
			r.write(name(i), 3)
		}
		r.start()
		r.settled()
		for range 2 {
			for i := range files {
				r.rename(name(i), name(i)+".1")
				r.write(name(i), 2)
			}
			r.settled()
			r.pause(40)
		}
		r.drain()
		if n := len(r.f.files); n > files+20 {
			r.t.Errorf("%d files are open for %d paths after the rotated ones were quiet", n, files)
		}
	})
}

func TestUnlinkedFilesAreClosed(t *testing.T) {
	scene(t, "within ten seconds", func(c *Config) { c.RotateWait = time.Hour }, func(r *rig) {
		r.write("log", 10)
		r.start()
		r.settled()
		r.remove("log")
		time.Sleep(12 * time.Second)
		r.drain()
		if n := len(r.f.files); n != 0 {
			r.t.Errorf("%d files are open, want 0", n)
		}
	})
}

func TestStartStopLeavesNothing(t *testing.T) {
	scene(t, "1000 times", nil, func(r *rig) {
		r.write("log", 10)
		r.start()
		time.Sleep(2 * pollInterval)
		synctest.Wait() // else a look may have a directory open
		descriptors, goroutines := openDescriptors(r.t), runtime.NumGoroutine()
		for i := range 1000 {
			if i%100 == 0 { // with rotated and compressed files, none of which is removed: it may be unread until the end
				rotated := fmt.Sprint("log.", i/100)
				r.rename("log", rotated)
				r.write("log", 10)
				r.compress(rotated, ".gz")
			}
			r.snapshot()
			r.restart()
		}
		r.settled()
		left := func() (int, int) { return openDescriptors(r.t) - descriptors, runtime.NumGoroutine() - goroutines }
		for range 20 { // what ends by itself, such as the wait for rotated files, may take a while
			time.Sleep(DefaultRotateWait)
			synctest.Wait()
			if d, g := left(); d <= 0 && g <= 0 {
				return
			}
		}
		d, g := left()
		r.t.Errorf("%d descriptors and %d goroutines are left", d, g)
	})
}

func openDescriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd here")
	}
	return len(entries)
}
