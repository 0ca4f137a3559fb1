package tail

import (
	"bytes"
	"io"
	"os"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/container"
)

// newFile returns a file that is read from its start.
func (f *Follower) newFile(fd *os.File, info os.FileInfo, path string) *file {
	x := &file{f: f, id: idOf(info), fd: fd, path: path, chain: path, name: fd.Name(), join: container.Joiner{MaxLine: f.maxLine}}
	x.head, _ = readSpan(fd, 0, headSize)
	x.size.Store(info.Size())
	x.setUnread(info.Size())
	return x
}

// newFileAt returns a file that is read on from a position with which its content agrees. The file that the position was of is
// then a copy of this one, should it turn up.
func (f *Follower) newFileAt(fd *os.File, info os.FileInfo, path string, p *Position) *file {
	x := f.newFile(fd, info, path)
	if p.id() != x.id {
		f.q.Guard(func() { f.ledger.forget(p.id()) })
	}
	x.anchor, _ = readSpan(fd, p.Offset-int64(p.Anchor.Len), p.Anchor.Len)
	x.dropping, x.hole = p.Dropping, p.Hole
	x.start(p.Offset)
	return x
}

// start sets the offset of a file that nobody reads yet.
func (x *file) start(offset int64) {
	x.offset = offset
	x.done.Store(offset)
	x.known = max(offset, x.size.Load())
	x.setUnread(max(0, x.size.Load()-offset))
}

// findHeader reads, of a W3C log, all that lies before offset once more, where reading begins there: the directive that is in force
// may be the first line. The manager does so when it sees that there is something to read, so that no scrape waits for it; where a
// worker is quicker, that worker does. Files that do not grow are left alone.
func (x *file) findHeader(offset int64) {
	if !x.headed {
		x.header, x.headed = ingest.HeaderAfter(io.NewSectionReader(x.fd, 0, offset)), true
	}
}

// toEnd moves to the end of the file, or to the start of its last line when that is still being written.
func (x *file) toEnd(size int64) {
	start, tooLong := lineStart(x.fd, size, x.f.maxLine)
	x.dropping = tooLong
	x.startAt(start)
}

// lineStart returns where the line that ends at or goes on beyond size begins; size, and true, when that is longer than a line
// may be.
func lineStart(fd *os.File, size int64, maxLine int) (start int64, tooLong bool) {
	const step = 64 << 10
	from := size
	for from > 0 && size-from <= int64(maxLine) {
		n := min(step, from)
		b, err := readSpan(fd, from-n, int(n))
		if err != nil || int64(len(b)) < n {
			return size, false // it will be found to have changed
		}
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			return from - n + int64(i) + 1, false
		}
		from -= n
	}
	if from == 0 {
		return 0, false
	}
	return size, true
}

func (x *file) startAt(offset int64) {
	a := min(offset, anchorSize)
	x.anchor, _ = readSpan(x.fd, offset-a, int(a))
	x.start(offset)
}

// close frees the file's descriptor. Its position stays.
func (x *file) close() {
	x.setUnread(0)
	if x.arch != nil && x.state.Load() == parked {
		x.arch.unpack.Close()
	}
	if x.fd != nil {
		x.fd.Close()
	}
}
