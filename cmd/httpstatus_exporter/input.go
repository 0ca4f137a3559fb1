package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"httpstatus_exporter/ingest"
)

// An input is one file of a report, or standard input. Only one is open at a time, however many are named.
type input struct {
	source *ingest.Source
	stdin  io.ReadCloser // unpacked; nil for a file
	size   int64         // of a regular file

	file atomic.Pointer[ingest.File] // while it is read, and afterwards for its position; a pipe's from the start
}

// run reads the input to its end, by way of the queue.
func (in *input) run(ctx context.Context, q *ingest.Queue, maxLine int) error {
	if in.stdin != nil {
		return ingest.NewReader(in.source, in.stdin, q, maxLine).Run(ctx)
	}
	f, err := in.open()
	if err != nil {
		return err
	}
	defer f.Close()
	return ingest.NewFinite(in.source, f, q, maxLine).Run(ctx)
}

// reader returns the bytes of the input, unpacked. The caller closes it.
func (in *input) reader() (io.ReadCloser, error) {
	if in.stdin != nil {
		return in.stdin, nil
	}
	return in.open()
}

// open opens the file. The caller closes it.
func (in *input) open() (*ingest.File, error) {
	if f := in.file.Load(); f != nil {
		return f, nil
	}
	f, err := ingest.Open(in.source.Name)
	if err != nil {
		return nil, plain(err)
	}
	in.file.Store(f)
	return f, nil
}

// position returns how much has been read, packed, and of how much; known is false where that cannot be told.
func (in *input) position() (at, size int64, known bool) {
	switch f := in.file.Load(); {
	case in.stdin != nil:
		return in.source.Stats.Bytes.Load(), 0, false
	case f != nil:
		return f.Position(), in.size, true
	}
	return 0, in.size, true
}

// openInputs opens every file once before any is read, so that a mistyped name costs nothing.
func openInputs(names []string, stdin io.Reader) ([]*input, error) {
	var inputs []*input
	var errs []error
	for _, name := range names {
		in := &input{source: &ingest.Source{Name: name}}
		if name == "-" {
			in.stdin = ingest.Decompress(stdin)
		} else if err := in.check(); err != nil {
			errs = append(errs, inputError(name, err))
		}
		inputs = append(inputs, in)
	}
	return inputs, errors.Join(errs...)
}

// check opens the file to see that it can be read. What is no regular file can be opened only once, and stays open.
func (in *input) check() error {
	f, err := ingest.Open(in.source.Name)
	if err != nil {
		return err
	}
	in.size = f.Size()
	if st, err := os.Stat(in.source.Name); err == nil && st.Mode().IsRegular() {
		return f.Close()
	}
	in.file.Store(f)
	return nil
}

func inputError(name string, err error) error {
	if st, serr := os.Stat(name); serr == nil && st.IsDir() {
		return fmt.Errorf("%s is a directory; name the files in it, such as %s", name, filepath.Join(name, "*.log"))
	}
	if errors.Is(err, os.ErrNotExist) && strings.ContainsAny(name, "$%") {
		return fmt.Errorf("%w; a format is given with -f, before the files", plain(err))
	}
	return plain(err)
}
