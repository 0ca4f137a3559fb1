package tail

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// compress replaces a file by its compressed form.
func (r *rig) compress(name, ext string) {
	r.t.Helper()
	data, err := os.ReadFile(r.path(name))
	if err != nil {
		r.t.Fatal(err)
	}
	info, _ := os.Stat(r.path(name))
	if err := os.WriteFile(r.path(name+ext), compressed(data, ext), 0o644); err != nil {
		r.t.Fatal(err)
	}
	os.Chtimes(r.path(name+ext), info.ModTime(), info.ModTime())
	r.remove(name)
}

func compressed(data []byte, ext string) []byte {
	var out bytes.Buffer
	var z io.WriteCloser = gzip.NewWriter(&out)
	if ext == ".zst" {
		z, _ = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	}
	z.Write(data)
	z.Close()
	return out.Bytes()
}

// down is a scene of what happens while nothing runs: some lines are read, some written and not read, then the process
// is gone.
func down(t *testing.T, name string, play func(r *rig)) {
	t.Helper()
	scene(t, name, nil, func(r *rig) {
		r.write("log", 300)
		r.start()
		r.settled()
		r.snapshot()
		r.write("log", 20)
		r.kill()
		r.write("log", 200)
		play(r)
		r.start()
	})
}

func TestResume(t *testing.T) {
	down(t, "nothing happened", func(r *rig) {})
	down(t, "nothing happened twice", func(r *rig) { r.start(); r.settled(); r.snapshot(); r.kill() })
	down(t, "killed before the first look", func(r *rig) { r.start(); r.kill(); r.start(); r.kill() })
	down(t, "rotated once", func(r *rig) {
		r.rename("log", "log.1")
		r.write("log", 100)
	})
	down(t, "rotated five times", func(r *rig) {
		names := []string{"log.1", "log.2", "log.3", "log.4", "log.5"}
		for range names {
			for j := len(names) - 1; j > 0; j-- {
				os.Rename(r.path(names[j-1]), r.path(names[j]))
			}
			r.rename("log", "log.1")
			r.write("log", 100)
		}
	})
	for _, ext := range []string{".gz", ".zst"} {
		down(t, "rotated and compressed"+ext, func(r *rig) {
			r.rename("log", "log.1")
			r.write("log", 100)
			r.compress("log.1", ext)
		})
		down(t, "rotated three times and compressed"+ext, func(r *rig) {
			r.rename("log", "log-20260731")
			r.write("log", 100)
			r.compress("log-20260731", ext)
			r.rename("log", "log-20260801")
			r.write("log", 100)
			r.compress("log-20260801", ext)
			r.rename("log", "log-20260802")
			r.write("log", 100)
		})
		down(t, "copied, truncated, compressed"+ext, func(r *rig) {
			r.copy("log", "log.1")
			r.truncate("log")
			r.write("log", 500)
			r.compress("log.1", ext)
		})
		down(t, "killed again while the compressed file is read"+ext, func(r *rig) {
			r.rename("log", "log.1")
			r.write("log", 100)
			r.compress("log.1", ext)
			r.start()
			r.snapshot()
			r.kill()
			r.start()
			r.pause(1)
			r.snapshot()
			r.kill()
		})
	}
	down(t, "copied and truncated", func(r *rig) {
		r.copy("log", "log.1")
		r.truncate("log")
		r.write("log", 10)
	})
	down(t, "born, rotated, linked and compressed", func(r *rig) {
		r.rename("log", "log.3")
		r.n = 17*1000 - 1
		r.write("log", 1) // so little that the compressed file is the larger one, and found first
		os.Link(r.path("log"), r.path("log.1.old"))
		r.rename("log", "log.2")
		r.compress("log.2", ".zst")
		r.write("log", 10)
	})
	down(t, "moved to another file system", func(r *rig) {
		r.copy("log", "new")
		r.remove("log")
		r.rename("new", "log")
		r.write("log", 10)
	})
	down(t, "removed and not yet created", func(r *rig) {
		r.rename("log", "log.1")
	})
	scene(t, "the directory comes later, as when it is mounted late", func(c *Config) { c.Path = filepath.Join(filepath.Dir(c.Path), "sub", "log") }, func(r *rig) {
		os.Mkdir(r.path("sub"), 0o755)
		r.write("sub/log", 100)
		r.start()
		r.settled()
		r.rename("sub/log", "sub/log.1")
		r.write("sub/log", 100)
		r.stop()
		r.rename("sub", "elsewhere")
		r.start()
		r.pause(10)
		r.snapshot()
		r.restart()
		r.pause(10)
		r.rename("elsewhere", "sub")
		r.write("sub/log", 10)
		r.pause(10)
		r.write("sub/log.1", 10)
	})
	scene(t, "pruned", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.settled()
		r.snapshot()
		r.kill()
		r.remove("log")
		r.write("log", 100)
		r.start()
		r.settled()
		r.snapshot()
		r.kill()
		r.start()
	})
	scene(t, "retired files are not read again", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		for range 6 {
			r.settled()
			for i := 5; i > 0; i-- {
				os.Rename(r.path("log."+string(rune('0'+i-1))), r.path("log."+string(rune('0'+i))))
			}
			r.rename("log", "log.1")
			r.write("log", 100)
			r.pause(30)
			r.snapshot()
			r.restart()
		}
	})
	scene(t, "a retired file grows", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.rename("log", "log.1")
		r.write("log", 100)
		r.pause(40)
		r.write("log.1", 10)
		r.pause(30)
		r.snapshot()
		r.kill()
		r.write("log.1", 10)
		r.start()
	})
	scene(t, "nothing was there at the first start, then killed", func(c *Config) { c.FromBeginning = false }, func(r *rig) {
		r.start()
		r.kill()
		r.write("log", 10)
		r.rename("log", "log.1")
		r.write("log", 10)
		r.start()
	})
	scene(t, "unseen and compressed at once", nil, func(r *rig) {
		r.write("log", 300)
		r.start()
		r.settled()
		r.snapshot()
		r.kill()
		r.rename("log", "log.1")
		r.write("log", 300)
		r.rename("log.1", "log.2")
		r.compress("log.2", ".gz")
		r.rename("log", "log.1")
		r.compress("log.1", ".gz")
		r.write("log", 300)
		r.start()
	})
}

func TestResumeCountsLostBytes(t *testing.T) {
	scene(t, "compressed, and the compressed file is cut off", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.settled()
		info, _ := os.Stat(r.path("log"))
		fd := r.open("log")
		r.raw(fd, "0123456789") // known, and not read
		r.pause(10)
		r.snapshot()
		r.kill()
		r.raw(fd, "\n")
		fd.Close()
		data, _ := os.ReadFile(r.path("log"))
		var packed bytes.Buffer
		for _, part := range [][]byte{data[:info.Size()], data[info.Size():]} {
			z := gzip.NewWriter(&packed)
			z.Write(part)
			z.Close()
		}
		os.WriteFile(r.path("log.1.gz"), packed.Bytes()[:packed.Len()-20], 0o644)
		r.remove("log")
		r.start()
		r.pause(20)
		wantStat(r.t, "LostBytes", r.src.Stats.LostBytes.Load(), 10)
		wantStat(r.t, "ReadErrors", r.src.Stats.ReadErrors.Load(), 1)
	})
	scene(t, "rotated three times, and the oldest pruned", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.settled()
		fd := r.open("log")
		r.raw(fd, "0123456789")
		fd.Close()
		r.pause(10)
		r.snapshot()
		r.kill()
		r.remove("log")
		for _, to := range []string{"log.2", "log.1"} {
			r.write("log", 100)
			r.rename("log", to)
		}
		r.write("log", 100)
		r.start()
		r.settled()
		wantStat(r.t, "LostBytes", r.src.Stats.LostBytes.Load(), 10)
	})
	scene(t, "pruned with unread bytes", nil, func(r *rig) {
		r.write("log", 100)
		r.start()
		r.settled()
		fd := r.open("log")
		r.raw(fd, "0123456789") // never completed: known, and not read
		fd.Close()
		r.pause(10)
		r.snapshot()
		r.kill()
		r.remove("log")
		r.start()
		r.pause(20)
		wantStat(r.t, "LostBytes", r.src.Stats.LostBytes.Load(), 10)
	})
}

func TestInodeReuse(t *testing.T) {
	scene(t, "delete and create", nil, func(r *rig) {
		for range 20 {
			r.write("log", 30)
			r.start()
			r.settled()
			r.snapshot()
			r.kill()
			r.remove("log")
		}
		r.write("log", 30)
		r.start()
	})
}

// TestDanglingLinkAtStart: a start between rename and create, when the link that is followed leads nowhere, finds what was
// rotated and compressed meanwhile where the link leads to.
func TestDanglingLinkAtStart(t *testing.T) {
	for _, packed := range []string{"", ".gz"} {
		scene(t, fmt.Sprintf("packed %q", packed), nil, func(r *rig) {
			os.Mkdir(r.path("pods"), 0o755)
			r.write("pods/0.log", 10)
			os.Symlink("pods/0.log", r.path("hop"))
			os.Symlink("hop", r.path("log"))
			r.start()
			r.settled()
			r.snapshot()
			r.kill()
			for i := range 3 {
				r.write("pods/0.log", 10)
				name := fmt.Sprintf("pods/0.log.20261122-13000%d", i)
				r.rename("pods/0.log", name)
				if packed != "" && i < 2 {
					r.compress(name, packed)
					name += packed
				}
				if err := os.Chtimes(r.path(name), time.Time{}, time.Now()); err != nil { // by the clock of the scene
					r.t.Fatal(err)
				}
			}
			time.Sleep(time.Hour)
			r.start()
			r.pause(3)
			r.write("pods/0.log", 10)
		})
	}
}

// unpacked returns what a gzip file holds.
func (r *rig) unpacked(name string) []byte {
	r.t.Helper()
	packed, err := os.ReadFile(r.path(name))
	if err != nil {
		r.t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		r.t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}
