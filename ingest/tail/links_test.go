package tail

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

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
			for range 2 {
				r.write("log", 30)
				r.shiftNames(9)
			}
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
