package tail

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"syscall"

	"httpstatus_exporter/ingest/container"
)

// How much of a file is compared to tell whether it is still the one that was read. Both matter: the head differs between
// two files that end alike (identical user agents are longer than 64 bytes), the anchor between two that begin alike.
const (
	headSize   = 256 // bytes from the start
	anchorSize = 512 // bytes before the offset
	lineSize   = 64  // less than a line proves nothing
)

// The states of a Position.
const (
	StateSource  = "source"  // no file: the source itself has been followed, up to Seen
	StateCurrent = "current" // a followed path names it
	StateRotated = "rotated" // no followed path names it, and it may still be written to or be read
	StateRetired = "retired" // read to its end and closed
	StateAbsent  = "absent"  // no file: the followed path is a link that led to Name, where no file is now
)

// A Position says how far one incarnation of a file has been read, and how to know it again under another name, as a copy,
// or compressed. It holds no byte of the file but the pieces of a line that is not complete. The positions of one Follower belong together.
type Position struct {
	State string `json:"state"`
	Path  string `json:"path"`           // followed path or glob that it belongs to
	Name  string `json:"name,omitempty"` // where it was last seen

	Dev      uint64 `json:"dev,omitempty"`
	Ino      uint64 `json:"ino,omitempty"`
	Packed   bool   `json:"packed,omitempty"`   // a compressed file: Offset and prints are those of its content
	Copy     bool   `json:"copy,omitempty"`     // up to Offset a copy of another file, never read
	Part     bool   `json:"part,omitempty"`     // a Copy of a file that has more
	Offset   int64  `json:"offset,omitempty"`   // bytes from the start that are counted
	Size     int64  `json:"size,omitempty"`     // bytes that are known to have been written
	Head     Print  `json:"head,omitzero"`      // of the first bytes
	Anchor   Print  `json:"anchor,omitzero"`    // of the last bytes before Offset
	Dropping bool   `json:"dropping,omitempty"` // Offset is in the middle of a line that is too long
	Hole     bool   `json:"hole,omitempty"`     // NUL bytes at Offset are the hole of a writer that did not see a truncation

	Wrapped bool             `json:"wrapped,omitempty"` // a container runtime wrote it
	Open    []container.Open `json:"open,omitempty"`    // lines of which only pieces lie before Offset
	Waits   bool             `json:"waits,omitempty"`   // to be read when the files before it have been
	Chain   string           `json:"chain,omitempty"`   // followed path that it was found by, where that is not Path

	head []byte // the first bytes, where they are at hand: what is shorter than Head can be told by them

	Seen int64 `json:"seen,omitempty"` // StateSource: when the directories were last looked through, Unix nanoseconds
}

// weak reports whether too little is known of the content to find it under another inode by it.
func (p *Position) weak() bool { return p.Head.Len < lineSize }

func (p *Position) chain() string { return cmp.Or(p.Chain, p.Path) }

func (p *Position) id() fileID { return fileID{p.Dev, p.Ino} }

// A Print is the fingerprint of some bytes; the zero Print is that of none.
type Print struct {
	Len int    `json:"len"`
	Sum string `json:"sum"` // first half of their SHA-256, hexadecimal
}

func printOf(b []byte) Print {
	if len(b) == 0 {
		return Print{}
	}
	sum := sha256.Sum256(b)
	return Print{len(b), hex.EncodeToString(sum[:16])}
}

// fileID identifies a file as long as it exists; inode numbers are used again afterwards.
type fileID struct{ dev, ino uint64 }

func idOf(info os.FileInfo) fileID {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}
	}
	return fileID{uint64(st.Dev), uint64(st.Ino)} //nolint:unconvert // the types differ between systems
}

func unlinked(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}

// likeness says what the content of a file tells about a position.
type likeness int

const (
	different likeness = iota
	unclear            // the file is too short to tell
	unsettled          // a file that it may be a copy of has just been written over, and that is not dealt with yet
	alike              // the file holds what had been read, and perhaps more
)

func (l likeness) undecided() bool { return l == unclear || l == unsettled }

// A sample reads the prints of one candidate file, each once.
type sample struct {
	r     io.ReaderAt
	size  int64
	head  []byte
	heads map[int]Print
	err   error
}

func newSample(r io.ReaderAt, size int64) *sample {
	s := &sample{r: r, size: size, heads: make(map[int]Print)}
	s.head, s.err = readSpan(r, 0, int(min(size, headSize)))
	return s
}

// compare holds the content against a position.
func (s *sample) compare(p *Position) likeness {
	switch short := p.Head.Len > len(s.head) && p.head == nil; {
	case !short && !s.sameHead(p):
		return different
	case s.size < p.Offset, short && (p.Offset < lineSize || p.Offset > int64(p.Anchor.Len)):
		return unclear // an anchor that begins with the file proves as much as its head
	}
	anchor, err := readSpan(s.r, p.Offset-int64(p.Anchor.Len), p.Anchor.Len)
	if err != nil {
		s.err = err
		return unclear
	}
	if printOf(anchor) != p.Anchor {
		return different
	}
	return alike
}

// sameHead reports whether the content begins with the position's head, or is at least a line of it.
func (s *sample) sameHead(p *Position) bool {
	if p.Head.Len > len(s.head) {
		return len(s.head) >= lineSize && bytes.HasPrefix(p.head, s.head)
	}
	head, ok := s.heads[p.Head.Len]
	if !ok {
		head = printOf(s.head[:p.Head.Len])
		s.heads[p.Head.Len] = head
	}
	return head == p.Head
}

// readSpan reads up to n bytes at off; fewer where the file ends.
func readSpan(r io.ReaderAt, off int64, n int) ([]byte, error) {
	if n <= 0 {
		return nil, nil
	}
	b := make([]byte, n)
	k, err := r.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:k], err
}
