package ingest

import (
	"context"
	"fmt"
	"io"
	"time"
)

// A Reader is the stream of what can only be read once and may block: standard input, a pipe, a decompressor. Run reads
// one block ahead in a goroutine of its own, so that neither a worker nor a scrape ever waits for bytes; a finished
// block changes hands by exchanging buffers.
type Reader struct {
	src   *Source
	q     *Queue
	r     io.Reader
	lines *Lines

	ahead Buffer // Run's while it reads, the queue's (and then Next's) once the stream is on the queue
	block Block  // in ahead
	size  int64  // bytes of input that block stands for
	err   error
	taken chan struct{} // Next has taken the block
}

// NewReader returns the stream of r; maxLine 0 means DefaultMaxLine. Nothing is read before Run.
func NewReader(src *Source, r io.Reader, q *Queue, maxLine int) *Reader {
	return &Reader{src: src, q: q, r: r, lines: NewLines(r, maxLine), taken: make(chan struct{}, 1)}
}

// Source implements Stream.
func (r *Reader) Source() *Source { return r.src }

// Next implements Stream: it hands out the block that Run has read ahead. The error is io.EOF with the last block, also
// when reading failed; Run returns the failure.
func (r *Reader) Next(b *Buffer) (Block, error) {
	b.swap(&r.ahead)
	block, err := r.block, r.err
	r.src.Stats.Bytes.Add(r.size)
	r.src.Stats.LastRead.Store(time.Now().UnixNano())
	if err != nil {
		r.src.Stats.Up.Store(0)
		if err != io.EOF {
			r.src.Stats.ReadErrors.Add(1)
		}
		err = io.EOF
	}
	r.taken <- struct{}{}
	return block, err
}

// Run reads to the end of the input and returns nil once the last block has been taken, or the error that ended it. When
// ctx ends it returns nil early. A read that blocks then is interrupted where the reader has a read deadline (pipes,
// sockets); otherwise (a terminal) the goroutine that waits in it stays until the read returns.
func (r *Reader) Run(ctx context.Context) error {
	done := make(chan error, 1)
	r.src.Stats.Up.Store(1)
	go func() { done <- r.fill(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	if d, ok := r.r.(interface{ SetReadDeadline(time.Time) error }); ok && d.SetReadDeadline(time.Unix(1, 0)) == nil {
		<-done
	}
	return nil
}

func (r *Reader) fill(ctx context.Context) error {
	for ctx.Err() == nil {
		before := r.lines.Offset()
		r.block, r.err = r.lines.NextJoined(&r.ahead)
		r.size = r.lines.Offset() - before
		if ctx.Err() != nil && r.err != nil && r.err != io.EOF {
			return nil // the deadline that Run has set
		}
		err := r.err // not ours any more after Put
		r.q.Put(r)
		select {
		case <-r.taken:
		case <-ctx.Done():
			return nil
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading %s: %w", r.src.Name, err)
		}
	}
	return nil
}
