package ingest

import (
	"bytes"
	"errors"
	"io"

	"httpstatus_exporter/ingest/container"
)

// Lines cuts a sequential reader into blocks of whole lines. Every way to cut the input into reads gives the same lines.
// A line longer than the maximum is dropped, whatever its length, with no memory but the buffer's, and counted once.
type Lines struct {
	r        io.Reader
	max      int    // longest line, without '\n'
	carry    []byte // begin of the line that the last block cut off
	dropping bool   // in the middle of a line that was too long
	offset   int64  // bytes handed out or dropped
	err      error  // of r, once it has one
	join     container.Joiner
	header   Header
}

// NewLines returns a Lines over r; maxLine 0 means DefaultMaxLine.
func NewLines(r io.Reader, maxLine int) *Lines {
	if maxLine <= 0 {
		maxLine = DefaultMaxLine
	}
	return &Lines{r: r, max: maxLine, join: container.Joiner{MaxLine: maxLine}}
}

// Offset returns how many bytes of the input have been handed out as lines or dropped.
func (l *Lines) Offset() int64 { return l.offset }

// Dropping reports whether Offset is in the middle of a line that is being dropped.
func (l *Lines) Dropping() bool { return l.dropping }

// Resume tells a Lines whose reader stands in the middle of an input where that is.
func (l *Lines) Resume(offset int64, dropping bool) { l.offset, l.dropping = offset, dropping }

// NextJoined is Next, with the lines put together that a container runtime cut into pieces (see container.Joiner), and with the
// block's Fields.
func (l *Lines) NextJoined(b *Buffer) (Block, error) {
	block, err := l.Next(b)
	block.Fields = l.header.Pass(block.Data)
	data, tooLong := l.join.Join(block.Data)
	block.Data, block.TooLong = data, block.TooLong+tooLong
	return block, err
}

// Next reads the next block into b: as many whole lines as have come by the first read that completes one. It blocks as r
// does. At the end of the input the last line may lack its '\n', and the error is io.EOF or what r returned.
//
// No line can be too long unnoticed: a block holds at most max+1 bytes, so that a line with its '\n' in the block fits,
// and max+1 bytes without '\n' do not.
func (l *Lines) Next(b *Buffer) (Block, error) {
	start := l.offset
	buf := b.Bytes(max(len(l.carry), min(BlockSize, l.max+1)))
	n := copy(buf, l.carry)
	l.keep(nil)
	for {
		if n == len(buf) {
			if n > l.max { // one line, longer than allowed
				l.offset += int64(n)
				l.dropping = true
				return Block{Offset: start, TooLong: 1}, nil
			}
			buf = b.Grow(n, min(2*n, l.max+1))
		}
		k, err := l.read(buf[n:])
		from := n
		n += k
		if l.dropping {
			from, n = 0, l.drop(buf[:n])
		}
		if i := bytes.LastIndexByte(buf[from:n], '\n'); i >= 0 {
			end := from + i + 1
			l.keep(buf[end:n])
			l.offset += int64(end)
			return Block{Data: buf[:end], Offset: start}, nil
		}
		if err != nil {
			l.offset += int64(n)
			return Block{Data: buf[:n], Offset: start}, err
		}
	}
}

// read is one Read of r that gives at least a byte or the error, which stays. A reader that gives neither a hundred times
// over is broken.
func (l *Lines) read(p []byte) (int, error) {
	for range 100 {
		if l.err != nil {
			return 0, l.err
		}
		n, err := l.r.Read(p)
		l.err = err
		if n > 0 {
			return n, nil
		}
	}
	l.err = errors.Join(l.err, io.ErrNoProgress)
	return 0, l.err
}

// drop removes the rest of a dropped line from the front of buf and returns how many bytes remain.
func (l *Lines) drop(buf []byte) int {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		l.offset += int64(len(buf))
		return 0
	}
	l.dropping = false
	l.offset += int64(i + 1)
	return copy(buf, buf[i+1:])
}

// keep saves the cut-off begin of a line, and lets go of memory that only a long line needed.
func (l *Lines) keep(p []byte) {
	if cap(l.carry) > BlockSize && len(p) <= BlockSize {
		l.carry = nil
	}
	l.carry = append(l.carry[:0], p...)
}
