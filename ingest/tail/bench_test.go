package tail

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"httpstatus_exporter/ingest"
)

// benchFile is a file of 64 MiB of lines of 223 bytes.
func benchFile(b *testing.B) (string, int64) {
	b.Helper()
	line := strings.Repeat("x", 222) + "\n"
	path := b.TempDir() + "/log"
	if err := os.WriteFile(path, []byte(strings.Repeat(line, 64<<20/len(line))), 0o600); err != nil {
		b.Fatal(err)
	}
	return path, int64(64 << 20 / len(line) * len(line))
}

// What following adds to reading: the anchor, the head, the cut at the last newline.
func BenchmarkRead(b *testing.B) {
	path, size := benchFile(b)
	b.Run("plain read", func(b *testing.B) {
		fd, _ := os.Open(path)
		defer fd.Close()
		buf := make([]byte, ingest.BlockSize)
		b.SetBytes(size)
		for b.Loop() {
			for off := int64(0); ; {
				n, err := fd.ReadAt(buf, off)
				off += int64(n)
				if err == io.EOF {
					break
				}
			}
		}
	})
	b.Run("blocks", func(b *testing.B) {
		var buf ingest.Buffer
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			q := ingest.NewQueue()
			f, err := New(Config{Path: path, FromBeginning: true}, &ingest.Source{}, q)
			if err != nil {
				b.Fatal(err)
			}
			f.running = true
			x := f.paths[path].current
			f.kick(x)
			for x.offset < size {
				s, _ := q.Take(b.Context())
				s.Next(&buf)
				q.Done()
			}
			f.Close()
		}
	})
}

func TestNextDoesNotAllocate(t *testing.T) {
	r := newRig(t, nil)
	r.write("log", 50000)
	q := ingest.NewQueue()
	f, err := New(r.cfg, r.src, q)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var buf ingest.Buffer
	f.running = true
	x := f.paths[r.cfg.Path].current
	f.kick(x)
	q.Take(t.Context())
	x.Next(&buf)
	q.Done()
	if n := testing.AllocsPerRun(20, func() {
		q.Take(t.Context())
		x.Next(&buf)
		q.Done()
	}); n != 0 {
		t.Errorf("%v allocations per block, want 0", n)
	}
	if x.offset == 0 || len(x.anchor) != anchorSize {
		t.Errorf("offset %d, anchor of %d bytes", x.offset, len(x.anchor))
	}
}

// cpu returns the processor time that the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestIdleCost measures what following many idle files costs; figures for the package doc, run with -long -v.
func TestIdleCost(t *testing.T) {
	if !*long {
		t.Skip("takes ten seconds per size; run with -long")
	}
	for _, n := range []int{1, 100, 2000} {
		r := newRig(t, func(c *Config) { globbed(c); c.Tick, c.RotateWait = 0, 0 })
		for i := range n {
			r.write(fmt.Sprint(i, ".log"), 1)
		}
		r.start()
		time.Sleep(2 * time.Second)
		before := cpu()
		time.Sleep(8 * time.Second)
		t.Logf("%d idle files: %.2f %% of a core", n, 100*(cpu()-before).Seconds()/8)
		r.kill()
	}
}

// TestLiveCost measures what following one busy file costs beside its writer.
func TestLiveCost(t *testing.T) {
	if !*long {
		t.Skip("takes ten seconds; run with -long")
	}
	line := strings.Repeat("x", 222) + "\n"
	write := func(path string) {
		fd, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer fd.Close()
		for range 500 { // 5 s of 50,000 lines a second
			io.WriteString(fd, strings.Repeat(line, 500))
			time.Sleep(10 * time.Millisecond)
		}
	}
	dir := t.TempDir()
	before := cpu()
	write(dir + "/unread")
	alone := cpu() - before

	q := ingest.NewQueue()
	src := &ingest.Source{}
	f, err := New(Config{Path: dir + "/log"}, src, q)
	if err != nil {
		t.Fatal(err)
	}
	go f.Run(t.Context())
	go func() {
		var b ingest.Buffer
		for {
			s, err := q.Take(t.Context())
			if err != nil {
				return
			}
			s.Next(&b)
			q.Done()
		}
	}()
	before = cpu()
	write(dir + "/log")
	f.Drain(t.Context())
	both := cpu() - before
	t.Logf("50,000 lines/s: writer %.2f %% of a core, following adds %.2f %%; %d bytes read",
		100*alone.Seconds()/5, 100*(both-alone).Seconds()/5, src.Stats.Bytes.Load())
}
