package tail

import (
	"bytes"
	"errors"
	"io"

	"httpstatus_exporter/ingest"
)

// read reads one block of whole lines at the offset, and reports whether more can be read at once.
//
// The window that is read begins with the bytes of the anchor, so that one system call both reads and proves that these
// are the bytes that follow what was read before; a second one, of the head, tells a file that was rewritten with the
// same last lines. A line is whole or it is not read: the offset stays before it.
func (x *file) read(b *ingest.Buffer) (block ingest.Block, more bool) {
	for {
		a := len(x.anchor)
		size := min(ingest.BlockSize, x.f.maxLine+1)
		sizeBefore := x.size.Load() // found before the content that proves it to be of this incarnation
		buf, data, ok := x.window(b, a, 0, size)
		if !ok {
			return ingest.Block{}, false
		}
		x.known = max(x.known, sizeBefore, x.offset+int64(len(data)))
		if x.packed = x.offset == 0 && ingest.DetectCompression(data) != ingest.Plain; x.packed {
			return ingest.Block{}, false
		}
		if x.inHole(data) {
			x.skipHole(data)
			continue
		}
		// Grow while one line fills the window, up to the longest line that is allowed.
		for len(data) == size && size <= x.f.maxLine && !x.dropping && bytes.IndexByte(data, '\n') < 0 {
			have := size
			size = min(2*size, x.f.maxLine+1)
			if buf, data, ok = x.window(b, a, have, size); !ok {
				return ingest.Block{}, false
			}
		}
		x.extendHead(buf, a)
		return x.cut(buf, a, len(data) == size)
	}
}

// window reads the bytes from the anchor's first on, size bytes after the anchor, the first have of which are in b already.
// It returns all of them and the part after the anchor, and reports whether the file can be read and is still the one
// that it was.
func (x *file) window(b *ingest.Buffer, a, have, size int) (buf, data []byte, ok bool) {
	keep := 0
	if have > 0 {
		keep = a + have
	}
	buf = b.Grow(keep, a+size+headSize)
	buf, scratch := buf[:a+size], buf[a+size:]
	n, err := x.fd.ReadAt(buf[keep:], x.offset-int64(a)+int64(keep))
	n += keep
	if err != nil && !errors.Is(err, io.EOF) {
		x.broken = err
		return nil, nil, false
	}
	buf = buf[:n]
	if n < a || !bytes.Equal(buf[:a], x.anchor) {
		x.changed = true
		return nil, nil, false
	}
	head := buf
	if x.offset > int64(a) || a+size < len(x.head) {
		k, err := x.fd.ReadAt(scratch[:len(x.head)], 0)
		if err != nil && !errors.Is(err, io.EOF) {
			x.broken = err
			return nil, nil, false
		}
		head = scratch[:k]
	}
	if !bytes.HasPrefix(head, x.head) {
		x.changed = true
		return nil, nil, false
	}
	return buf, buf[a:], true
}

// cut takes the whole lines that buf holds after its first a bytes, and moves the offset past them. full says that buf was
// too small for all that there is.
func (x *file) cut(buf []byte, a int, full bool) (block ingest.Block, more bool) {
	start := a
	if x.dropping {
		i := bytes.IndexByte(buf[a:], '\n')
		if i < 0 {
			x.advance(buf, len(buf))
			x.ended = x.final && !full
			return ingest.Block{}, full
		}
		x.dropping = false
		start = a + i + 1
	}
	end := start + bytes.LastIndexByte(buf[start:], '\n') + 1
	switch {
	case end > start:
	case full && start == a: // one line, longer than allowed
		x.dropping = true
		block.TooLong = 1
		x.advance(buf, len(buf))
		return block, true
	case x.final && !full:
		end = len(buf)
	}
	block.Data = buf[start:end]
	x.advance(buf, end)
	if x.final && !full {
		x.ended = end == len(buf)
		return block, !x.ended
	}
	return block, full
}

// advance moves the offset to the place of buf[end] and takes the anchor from the bytes before it.
func (x *file) advance(buf []byte, end int) {
	if moved := end - len(x.anchor); moved > 0 {
		x.offset += int64(moved)
		x.anchor = append(x.anchor[:0], buf[max(0, end-anchorSize):end]...)
	}
}

// extendHead takes more of the head from a window that begins at the start of the file.
func (x *file) extendHead(buf []byte, a int) {
	if len(x.head) < headSize && x.offset == int64(a) {
		x.head = append(x.head[:0], buf[:min(headSize, len(buf))]...)
	}
}

// inHole reports whether data, at the offset, begins with NUL bytes that nobody wrote: after a truncation, or where a file
// begins with a hole. Other NUL bytes are part of a line.
func (x *file) inHole(data []byte) bool {
	if len(data) == 0 {
		return false
	}
	x.hole = data[0] == 0 && (x.hole || x.offset == 0 && seekData(x.fd, 0) > 0)
	return x.hole
}

// skipHole moves the offset over the NUL bytes with which a writer that keeps its own offset leaves a file after it was
// truncated: over the hole, which may be of any size, without reading it, then over what is left of its last page.
func (x *file) skipHole(data []byte) {
	x.anchor = x.anchor[:0]
	n := seekData(x.fd, x.offset) - x.offset
	if n == 0 {
		n = int64(len(data) - len(bytes.TrimLeft(data, "\x00")))
		x.hole = n == int64(len(data))
	}
	x.offset += n
	x.f.src.Stats.Bytes.Add(-n) // account adds them: nobody wrote these
}
