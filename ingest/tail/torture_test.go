package tail

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
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

func TestSymlinks(t *testing.T) {
	scene(t, "flip", nil, func(r *rig) {
		os.Symlink("real.0", r.path("log"))
		r.start()
		for i := range 10 {
			name := fmt.Sprint("real.", i)
			r.write(name, 30)
			r.pause(i % 3)
			os.Symlink(fmt.Sprint("real.", i+1), r.path("next"))
			r.rename("next", "log")
			r.write(name, 30)
		}
	})
	scene(t, "dangling, two hops, until the file appears", nil, func(r *rig) {
		os.Symlink("hop", r.path("log"))
		r.start()
		r.pause(3)
		os.Symlink("real", r.path("hop"))
		r.pause(3)
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 0)
		r.write("real", 30)
		r.settled()
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 1)
		r.remove("hop") // and dangling again while its file is written
		r.write("real", 30)
		r.pause(5)
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 0)
		r.write("real", 30)
		os.Symlink("real", r.path("hop"))
		r.write("real", 30)
		r.settled()
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 1)
	})
	scene(t, "leads nowhere when the exporter starts again", func(c *Config) { c.Path = filepath.Join(filepath.Dir(c.Path), "link") }, func(r *rig) {
		os.Symlink("log", r.path("link"))
		r.write("log", 30)
		r.start()
		for i := range 4 {
			r.settled()
			if i > 1 {
				r.pause(30) // no file any more that the link leads to
			}
			r.snapshot()
			r.kill()
			r.write("log", 30)
			r.shiftNames(9)
			r.start()
		}
	})
	scene(t, "Kubernetes: two hops, rotation in the target's directory", nil, func(r *rig) {
		os.MkdirAll(r.path("pods/a"), 0o755)
		os.MkdirAll(r.path("containers"), 0o755)
		os.Symlink(r.path("pods/a/0.log"), r.path("containers/x.log"))
		os.Symlink("containers/x.log", r.path("log"))
		r.start()
		r.pause(3)
		for i := range 10 {
			r.write("pods/a/0.log", 30)
			r.pause(i % 3)
			r.rename("pods/a/0.log", fmt.Sprintf("pods/a/0.log.20260731-10000%d", i))
			r.write("pods/a/0.log", 30)
			if i%4 == 0 { // twice between two looks
				r.rename("pods/a/0.log", fmt.Sprintf("pods/a/0.log.20260731-11000%d", i))
				r.write("pods/a/0.log", 30)
			}
		}
	})
}

func TestTrouble(t *testing.T) {
	scene(t, "the directory is removed and made again", func(c *Config) { c.Path = filepath.Join(filepath.Dir(c.Path), "sub", "log") }, func(r *rig) {
		os.Mkdir(r.path("sub"), 0o755)
		r.write("sub/log", 30)
		r.start()
		r.settled()
		for range 3 {
			r.remove("sub")
			r.pause(5)
			wantStat(r.t, "Up", r.src.Stats.Up.Load(), 0)
			os.WriteFile(r.path("sub"), []byte("not a directory"), 0o644)
			r.pause(5)
			r.remove("sub")
			os.Mkdir(r.path("sub"), 0o755)
			r.write("sub/log", 30)
			r.pause(5)
			wantStat(r.t, "Up", r.src.Stats.Up.Load(), 1)
		}
	})
	for _, kind := range []struct {
		name   string
		make   func(path string) error
		change func(*Config)
	}{
		{"a directory", func(path string) error { return os.Mkdir(path, 0o755) }, nil},
		{"a directory that the glob matches", func(path string) error { return os.Mkdir(path, 0o755) }, globbed},
		{"a named pipe", func(path string) error { return syscall.Mkfifo(path, 0o644) }, nil},
	} {
		scene(t, kind.name+" takes the place for a while", func(c *Config) {
			if kind.change != nil {
				c.Path = filepath.Join(filepath.Dir(c.Path), "*log")
				kind.change = nil
			}
		}, func(r *rig) {
			glob := r.cfg.Path != r.path("log")
			for range maxWatches + 1 { // the place of a watch is no sign of the tick
				if glob {
					r.n++
					r.write(fmt.Sprint(r.n, "log"), 1)
				}
			}
			r.write("log", 30)
			r.start()
			r.settled()
			old := r.open("log")
			r.rename("log", "elsewhere")
			if err := kind.make(r.path("log")); err != nil {
				r.t.Fatal(err)
			}
			r.pause(5)
			r.writeTo(old, 30)
			r.settled()
			if !glob && r.src.Stats.ReadErrors.Load() == 0 {
				r.t.Error("no read error was counted")
			}
			r.pause(30)
			r.drain()
			if x := r.f.paths[r.path("log")]; x != nil && x.current != nil {
				r.t.Error("the file that was there before is held open for ever")
			}
			r.remove("log")
			r.write("log", 30)
			old.Close()
		})
	}
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
		descriptors, goroutines := openDescriptors(r.t), runtime.NumGoroutine()
		for i := range 1000 {
			if i%100 == 0 { // with rotated and compressed files
				r.rename("log", "log.1")
				r.write("log", 10)
				r.compress("log.1", ".gz")
			}
			r.snapshot()
			r.restart()
		}
		r.settled()
		time.Sleep(2 * pollInterval)
		if n := openDescriptors(r.t); n > descriptors {
			r.t.Errorf("%d descriptors are open, %d before", n, descriptors)
		}
		if n := runtime.NumGoroutine(); n > goroutines {
			r.t.Errorf("%d goroutines are alive, %d before", n, goroutines)
		}
	})
}

func openDescriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd here")
	}
	return len(entries)
}
