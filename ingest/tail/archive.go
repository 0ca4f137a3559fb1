package tail

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"httpstatus_exporter/ingest"
)

// An archive is the content of a rotated file that was compressed before it was read to its end. It is read once, forward.
type archive struct {
	unpack io.ReadCloser
	lines  *ingest.Lines
}

// openArchive opens the content of a compressed file.
func openArchive(fd *os.File, maxLine int) *archive {
	unpack := ingest.Decompress(io.NewSectionReader(fd, 0, 1<<62))
	return &archive{unpack, ingest.NewLines(unpack, maxLine)}
}

// archiveHead returns the first bytes of the content, and io.ErrUnexpectedEOF where the file is still being written.
func archiveHead(fd *os.File) ([]byte, error) {
	unpack := ingest.Decompress(io.NewSectionReader(fd, 0, 1<<62))
	defer unpack.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(unpack, head)
	if errors.Is(err, io.ErrUnexpectedEOF) && n > 0 || err == io.EOF {
		// The content may end here, or the file be cut: the next byte tells.
		if _, err = unpack.Read(make([]byte, 1)); err == io.EOF {
			err = nil
		}
	}
	return head[:n], err
}

// archiveStart returns the first n bytes of the content, fewer where there are no more or where they cannot be read.
func archiveStart(fd *os.File, n int) []byte {
	unpack := ingest.Decompress(io.NewSectionReader(fd, 0, 1<<62))
	defer unpack.Close()
	start := make([]byte, n)
	k, _ := io.ReadFull(unpack, start)
	return start[:k]
}

// archiveIs reports whether the content of a compressed file begins as that of a position.
func archiveIs(fd *os.File, p *Position) bool {
	head, _ := archiveHead(fd)
	s := &sample{head: head, heads: make(map[int]Print)}
	return s.sameHead(p)
}

// archiveAsRead returns the position that the content of a compressed file has when it has been read up to size, or to its last whole
// line where it is shorter.
func archiveAsRead(fd *os.File, size int64) (Position, error) {
	unpack := ingest.Decompress(io.NewSectionReader(fd, 0, 1<<62))
	defer unpack.Close()
	head, err := io.ReadAll(io.LimitReader(unpack, min(size, headSize)))
	end, last := int64(len(head)), head
	chunk := make([]byte, 256<<10)
	for err == nil && end < size {
		var n int
		n, err = unpack.Read(chunk[:min(int64(len(chunk)), size-end)])
		end += int64(n)
		last = append(last, chunk[:n]...)
		last = last[max(0, len(last)-len(chunk)):]
	}
	if err == io.EOF {
		err = nil
	}
	if err == nil && end < size {
		line := bytes.LastIndexByte(last, '\n') + 1
		end -= int64(len(last) - line)
		last = last[:line]
	}
	return Position{Offset: end, Size: end, Head: printOf(head), Anchor: printOf(last[max(0, len(last)-anchorSize):]), Packed: true}, err
}

// archiveHeader returns the Header of a W3C log behind the first n bytes of the content.
func archiveHeader(fd *os.File, n int64) ingest.Header {
	unpack := ingest.Decompress(io.NewSectionReader(fd, 0, 1<<62))
	defer unpack.Close()
	return ingest.HeaderAfter(io.LimitReader(unpack, n))
}

// archiveSize returns the size of the content as the compressed file states it: modulo 1<<32 for gzip (RFC 1952 section
// 2.3.1), and of the first frame for zstd. It is -1 where it does not say.
func archiveSize(fd *os.File, packed int64) int64 {
	b, err := readSpan(fd, 0, zstd.HeaderMaxSize)
	if err != nil {
		return -1
	}
	if ingest.DetectCompression(b) == ingest.Gzip {
		b, err = readSpan(fd, packed-4, 4)
		if err != nil || len(b) < 4 {
			return -1
		}
		return int64(binary.LittleEndian.Uint32(b))
	}
	var h zstd.Header
	if h.Decode(b) != nil || !h.HasFCS {
		return -1
	}
	return int64(h.FrameContentSize % (1 << 32))
}

var errOtherContent = errors.New("the content differs before the saved offset")

// skipTo reads up to the saved offset and holds the bytes before it against the saved anchor, which it returns.
func (a *archive) skipTo(ctx context.Context, p *Position) ([]byte, error) {
	skip := p.Offset - int64(p.Anchor.Len)
	for skip > 0 {
		n, err := io.CopyN(io.Discard, a.unpack, min(skip, 16<<20))
		if err != nil {
			return nil, fmt.Errorf("unpacking up to offset %d: %w", p.Offset, err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		skip -= n
	}
	anchor := make([]byte, p.Anchor.Len)
	if _, err := io.ReadFull(a.unpack, anchor); err != nil {
		return nil, fmt.Errorf("unpacking up to offset %d: %w", p.Offset, err)
	}
	if printOf(anchor) != p.Anchor {
		return nil, errOtherContent
	}
	a.lines.Resume(p.Offset, p.Dropping)
	return anchor, nil
}

// readArchive is read for an archive. The end of the content, or an error in it, ends the file.
func (x *file) readArchive(b *ingest.Buffer) (ingest.Block, bool) {
	if x.ended { // the manager has not seen to it yet
		return ingest.Block{}, false
	}
	before := x.offset
	block, err := x.arch.lines.Next(b)
	x.offset, x.dropping = x.arch.lines.Offset(), x.arch.lines.Dropping()
	if err != nil && err != io.EOF { // what came of the last line is no line
		x.offset -= int64(len(block.Data))
		block.Data = nil
	}
	switch {
	case x.offset-before != int64(len(block.Data)): // some was dropped: its bytes are gone
		x.anchor = x.anchor[:0]
		x.anchor = append(x.anchor, block.Data[max(0, len(block.Data)-anchorSize):]...)
	case len(block.Data) >= anchorSize:
		x.anchor = append(x.anchor[:0], block.Data[len(block.Data)-anchorSize:]...)
	default:
		x.anchor = append(x.anchor, block.Data...)
		x.anchor = bytes.Clone(x.anchor[max(0, len(x.anchor)-anchorSize):])
	}
	x.known = max(x.known, x.offset)
	if err != nil {
		x.ended = true
		if err != io.EOF {
			x.broken = err
		}
	}
	return block, err == nil
}
