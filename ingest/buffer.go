package ingest

// BlockSize is how much is read at once: large enough that a system call, a queue operation and a lock cost nothing per
// line, small enough to stay in the second-level cache and to keep a quiet moment within a millisecond or two.
const BlockSize = 256 << 10

// DefaultMaxLine is the maximum length of a line, without its '\n', when nothing else is configured.
const DefaultMaxLine = 1 << 20

// smallSlack is what a source may need beyond BlockSize without making a Buffer count as grown.
const smallSlack = 4 << 10

// shrinkAfter is the number of small requests in a row after which a grown Buffer lets its memory go.
const shrinkAfter = 32

// A Buffer is the memory that one worker reads blocks into. It holds BlockSize bytes and a little more, grows when a long
// line needs it, and shrinks back when long lines have not come for a while. The zero Buffer is ready to use. It must not
// be used by two goroutines at once.
type Buffer struct {
	data  []byte
	small int // small requests in a row since the buffer grew
}

// Bytes returns n bytes of the buffer's memory with undefined content, valid until the next call of a method of b.
func (b *Buffer) Bytes(n int) []byte { return b.Grow(0, n) }

// Grow is Bytes, with the first keep bytes of the last result kept.
func (b *Buffer) Grow(keep, n int) []byte {
	grown := cap(b.data) > BlockSize+smallSlack
	if n > BlockSize+smallSlack || !grown {
		b.small = 0
	} else if keep == 0 {
		b.small++
	}
	if n > cap(b.data) || b.small > shrinkAfter {
		b.small = 0
		data := make([]byte, max(n, BlockSize+smallSlack))
		copy(data, b.data[:keep])
		b.data = data
	}
	b.data = b.data[:n]
	return b.data
}

// swap exchanges the memory of two buffers: how a block crosses goroutines without being copied.
func (b *Buffer) swap(c *Buffer) { *b, *c = *c, *b }
