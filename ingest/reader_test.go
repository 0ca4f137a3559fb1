package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// consume runs a reader with two workers and returns what they get, in any order of blocks.
func consume(t *testing.T, src *Source, r io.Reader) (data string, err error) {
	t.Helper()
	q := NewQueue()
	stream := NewReader(src, r, q, 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var workers sync.WaitGroup
	var mu sync.Mutex
	for range 2 {
		workers.Go(func() {
			var b Buffer
			for {
				s, err := q.Take(ctx)
				if err != nil {
					return
				}
				block, err := s.Next(&b)
				mu.Lock()
				data += string(block.Data)
				mu.Unlock()
				q.Done()
				if err == io.EOF {
					cancel()
				}
			}
		})
	}
	err = stream.Run(t.Context())
	workers.Wait()
	return data, err
}

func TestReader(t *testing.T) {
	in := strings.Repeat("a line\n", 100000) + "no end"
	src := &Source{Name: "-"}
	data, err := consume(t, src, strings.NewReader(in))
	if err != nil || len(data) != len(in) || strings.Count(data, "a line\n") != 100000 {
		t.Errorf("got %d bytes and %v, want %d and nil", len(data), err, len(in))
	}
	if n := src.Stats.Bytes.Load(); n != int64(len(in)) {
		t.Errorf("Bytes is %d, want %d", n, len(in))
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("broken")
	src := &Source{Name: "x"}
	data, err := consume(t, src, io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || data != "a\nb" || src.Stats.ReadErrors.Load() != 1 {
		t.Errorf("got %q, %v, %d read errors", data, err, src.Stats.ReadErrors.Load())
	}
}

// A pipe that gives nothing for an hour must not keep a scrape waiting, and a line is delivered as soon as it is whole.
func TestReaderBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		q := NewQueue()
		r := NewReader(&Source{Name: "-"}, pr, q, 0)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() { r.Run(ctx) })
		var got bytes.Buffer
		all.Go(func() {
			var b Buffer
			for {
				s, err := q.Take(ctx)
				if err != nil {
					return
				}
				block, _ := s.Next(&b)
				got.Write(block.Data)
				q.Done()
			}
		})
		io.WriteString(pw, "one\ntw")
		synctest.Wait()
		q.Quiet(func() {})
		if got.String() != "one\n" {
			t.Errorf("got %q while the second line is not whole", got.String())
		}
		time.Sleep(time.Hour)
		io.WriteString(pw, "o\n")
		synctest.Wait()
		if got.String() != "one\ntwo\n" {
			t.Errorf("got %q", got.String())
		}
		cancel()
		pw.Close()
		all.Wait()
	})
}

func TestOpenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	pipe, err := OpenPipe(path)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	q := NewQueue()
	r := NewReader(&Source{Name: path}, pipe, q, 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	var b Buffer
	for range 3 { // writers come and go
		if err := os.WriteFile(path, []byte("line\n"), 0); err != nil {
			t.Fatal(err)
		}
		s, err := q.Take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		block, err := s.Next(&b)
		if string(block.Data) != "line\n" || err != nil {
			t.Errorf("got %q, %v", block.Data, err)
		}
		q.Done()
	}
	cancel() // while Run waits in a read
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := OpenPipe(t.TempDir()); err == nil {
		t.Error("a directory was opened as a pipe")
	}
}

func TestOpen(t *testing.T) {
	text := strings.Repeat("line\n", 10000)
	pack := func(w func(io.Writer) io.WriteCloser, parts ...string) []byte {
		var b bytes.Buffer
		for _, part := range parts {
			z := w(&b)
			io.WriteString(z, part)
			z.Close()
		}
		return b.Bytes()
	}
	gz := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	zst := func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z }
	tests := []struct {
		name string
		data []byte
		want string
		ok   bool
	}{
		{"plain", []byte(text), text, true},
		{"plain.gz", []byte(text), text, true}, // the content decides
		{"empty", nil, "", true},
		{"two bytes", []byte("a\n"), "a\n", true},
		{"gzip", pack(gz, text), text, true},
		{"gzip of several members", pack(gz, text, "second\n", ""), text + "second\n", true},
		{"gzip cut off", pack(gz, text)[:60], "", false},
		{"zstd", pack(zst, text), text, true},
		{"zstd of several frames", pack(zst, text, "second\n"), text + "second\n", true},
		{"zstd after a skippable frame", append([]byte{0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 'x'}, pack(zst, text)...), text, true},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, tt.data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got, err := io.ReadAll(f)
		if tt.ok && (err != nil || string(got) != tt.want) || !tt.ok && err == nil {
			t.Errorf("%s: got %d bytes and %v, want %d, success %v", tt.name, len(got), err, len(tt.want), tt.ok)
		}
		if f.Size() != int64(len(tt.data)) || tt.ok && f.Position() != f.Size() {
			t.Errorf("%s: position %d of %d, want the size %d", tt.name, f.Position(), f.Size(), len(tt.data))
		}
		if err := f.Close(); err != nil {
			t.Errorf("%s: Close: %v", tt.name, err)
		}
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("opening a directory: %v", err)
	}
	if _, err := Open("does/not/exist"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening nothing: %v", err)
	}
}
