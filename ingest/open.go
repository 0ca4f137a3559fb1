package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Compression is how the bytes of a file are packed, told from its content: names lie.
type Compression uint8

// The compressions that can be read.
const (
	Plain Compression = iota
	Gzip
	Zstd
)

// MagicSize is how many bytes DetectCompression wants to see.
const MagicSize = 4

// DetectCompression tells the compression from the first bytes of a file. Fewer than MagicSize bytes, or none that it
// knows, are Plain.
func DetectCompression(magic []byte) Compression {
	switch {
	case len(magic) < MagicSize:
	case magic[0] == 0x1f && magic[1] == 0x8b: // RFC 1952 section 2.3.1
		return Gzip
	case bytes.Equal(magic[:4], []byte{0x28, 0xb5, 0x2f, 0xfd}), // RFC 8878 section 3.1.1
		magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:4], []byte{0x2a, 0x4d, 0x18}): // section 3.1.2, skippable frame
		return Zstd
	}
	return Plain
}

// Decompress returns a reader of what r holds: gzip (any number of members) and zstd (any number of frames) unpacked,
// anything else as it is. It looks at r when it is first read, not before. Close frees the decompressor; it does not
// close r.
func Decompress(r io.Reader) io.ReadCloser { return &decompressor{in: r} }

type decompressor struct {
	in    io.Reader
	out   io.Reader // nil until the first Read
	close func() error
}

func (d *decompressor) Read(p []byte) (int, error) {
	if d.out == nil {
		if err := d.start(); err != nil {
			return 0, err
		}
	}
	return d.out.Read(p)
}

func (d *decompressor) start() error {
	magic := make([]byte, MagicSize)
	n, err := io.ReadFull(d.in, magic)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	in := io.MultiReader(bytes.NewReader(magic[:n]), d.in)
	switch DetectCompression(magic[:n]) {
	case Gzip:
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("gzip: %w", err)
		}
		d.out, d.close = z, z.Close
	case Zstd:
		// One goroutine less and a small window buffer: the workers are the ones that need the cores.
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return fmt.Errorf("zstd: %w", err)
		}
		d.out, d.close = z, func() error { z.Close(); return nil }
	default:
		d.out = in
	}
	return nil
}

func (d *decompressor) Close() error {
	if d.close == nil {
		return nil
	}
	return d.close()
}

// A File is a file that is read once from its begin, unpacked when it is compressed. Size and Position may be called
// while another goroutine reads.
type File struct {
	f    *os.File
	z    io.ReadCloser
	size int64
	read atomic.Int64 // bytes taken from f
}

// Open opens a file, gzip and zstd by their content. A directory is an error.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("open %s: is a directory, want a file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	file := &File{f: f, size: info.Size()}
	file.z = Decompress(countingReader{f, &file.read})
	return file, nil
}

// Read implements io.Reader: the unpacked bytes.
func (f *File) Read(p []byte) (int, error) { return f.z.Read(p) }

// Size returns the size of the file when it was opened, packed, in bytes; 0 for a pipe.
func (f *File) Size() int64 { return f.size }

// Position returns how many of the Size bytes have been read.
func (f *File) Position() int64 { return f.read.Load() }

// Close closes the file. An error of the compressed data is Read's, not Close's.
func (f *File) Close() error {
	f.z.Close()
	return f.f.Close()
}

type countingReader struct {
	r io.Reader
	n *atomic.Int64
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// OpenPipe opens a named pipe to be read for ever: it does not wait for a writer, and does not end when the last writer
// goes, since it holds the pipe open for writing as well. Anything but a named pipe is an error.
func OpenPipe(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Type() != os.ModeNamedPipe {
		return nil, fmt.Errorf("open %s: not a named pipe", path)
	}
	return os.OpenFile(path, os.O_RDWR, 0)
}
