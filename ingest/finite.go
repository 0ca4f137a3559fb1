package ingest

import (
	"context"
	"fmt"
	"io"
	"time"
)

// A Finite is the stream of what never blocks and ends: a regular file, plain or unpacked on the way. The workers read it
// themselves, so that a second one reads and unpacks the next block while the first works through the last. What may
// block is a Reader's.
type Finite struct {
	src   *Source
	q     *Queue
	lines *Lines
	ended chan error // receives the error of reading, or nil, when the last block has been taken
}

// NewFinite returns the stream of r; maxLine 0 means DefaultMaxLine. Nothing is read before Run.
func NewFinite(src *Source, r io.Reader, q *Queue, maxLine int) *Finite {
	return &Finite{src: src, q: q, lines: NewLines(r, maxLine), ended: make(chan error, 1)}
}

// Source implements Stream.
func (f *Finite) Source() *Source { return f.src }

// Next implements Stream.
func (f *Finite) Next(b *Buffer) (Block, error) {
	before := f.lines.Offset()
	block, err := f.lines.NextJoined(b)
	stats := &f.src.Stats
	stats.Bytes.Add(f.lines.Offset() - before)
	stats.LastRead.Store(time.Now().UnixNano())
	if err == nil {
		f.q.Put(f)
		return block, nil
	}
	stats.Up.Store(0)
	if err == io.EOF {
		f.ended <- nil
	} else {
		stats.ReadErrors.Add(1)
		f.ended <- fmt.Errorf("reading %s: %w", f.src.Name, err)
	}
	return block, io.EOF
}

// Run puts the stream on the queue and returns when its last block has been taken, with the error that ended it, or when
// ctx ends, with the error of ctx.
func (f *Finite) Run(ctx context.Context) error {
	f.src.Stats.Up.Store(1)
	f.q.Put(f)
	select {
	case err := <-f.ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
