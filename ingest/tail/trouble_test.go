package tail

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

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
			r.snapshot()
			for _, p := range r.saved {
				if p.State == StateCurrent && p.Path == r.path("log") {
					r.t.Errorf("the file that was there before is held open for ever: %+v", p)
				}
			}
			r.remove("log")
			r.write("log", 30)
			old.Close()
		})
	}
}
