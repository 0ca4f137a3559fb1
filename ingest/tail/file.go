package tail

import (
	"io"
	"os"
	"sync/atomic"
	"time"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/container"
)

// The places that a file can be in; see ingest.Stream.
const (
	parked int32 = iota // with the manager
	queued              // on the queue or with a worker
	again               // queued, and perhaps written to since it was read
)

// A file is one incarnation of a followed path: the stream of the bytes of one inode, held open from the moment that it is
// found until it has been quiet for long after its rotation.
type file struct {
	f     *Follower
	id    fileID
	path  string   // followed path that it belongs to
	chain string   // followed path that it was found by: see turn.go
	fd    *os.File // nil for an archive
	arch  *archive // nil for a plain file

	state   atomic.Int32
	size    atomic.Int64 // when the manager last looked
	done    atomic.Int64 // offset, for those who do not own it
	goal    atomic.Int64 // offset that somebody waits for
	unread  atomic.Int64 // what Stats.UnreadBytes holds of this file
	wrapped atomic.Bool  // a container runtime wrote it

	// Owned by the worker inside Next, by the manager while parked; changed in quiet-guarded spans only.
	offset   int64
	head     []byte // the first bytes, up to headSize
	anchor   []byte // the last bytes before offset, up to anchorSize
	dropping bool   // in the middle of a line that is too long
	join     container.Joiner
	header   ingest.Header // of a W3C log
	headed   bool          // header is that of offset
	hole     bool          // skip NUL bytes: the writer may not have seen the truncation
	known    int64         // bytes that were there when head and anchor were last found in order
	final    bool          // hand out an unterminated last line too, then end
	ended    bool          // everything has been read, for good
	packed   bool          // it was empty when it was found, and is a compressed one
	changed  bool          // head or anchor differ: truncated or rewritten, for the manager to settle
	broken   error         // the last read failed

	// Owned by the manager.
	name      string    // where it was last seen
	names     int       // followed paths that name it
	rotatedAt time.Time // when names became 0
	quietFrom time.Time // when it was last seen to change
	lookSize  int64     // size and modification time when it was last put on the queue
	lookTime  time.Time
	lost      bool   // unlinked
	failure   string // of reading, when it was last logged, at failedAt
	failedAt  int64
	watch     *watcher
	saved     Position  // what position last returned
	waits     bool      // not to be read before others of its chain
	waitsFrom time.Time // when that was first asked
	asked     time.Time // lookTime and lookSize when it could not be told what the file is
	askedSize int64
	scans     int       // scans that had begun when its content was found
	begin     time.Time // of the first line, once that is known
	turn      int       // number among all turns; 0 for a file that never waited
}

// Source implements ingest.Stream.
func (x *file) Source() *ingest.Source { return x.f.src }

// Next implements ingest.Stream.
func (x *file) Next(b *ingest.Buffer) (ingest.Block, error) {
	if x.f.stopped.Load() {
		x.state.Store(parked)
		return ingest.Block{}, nil
	}
	before := x.offset
	var block ingest.Block
	var more bool
	if x.arch != nil {
		block, more = x.readArchive(b)
	} else {
		block, more = x.read(b)
	}
	if before == 0 {
		x.header, x.headed = ingest.Header{}, true
	}
	if len(block.Data) > 0 {
		x.findHeader(before)
		block.Fields = x.header.Pass(block.Data)
	}
	joined, tooLong := x.join.Join(block.Data)
	block.Data, block.TooLong = joined, block.TooLong+tooLong
	if x.join.Wrapped() {
		x.wrapped.Store(true)
	}
	x.account(before)

	// From the Put on, x belongs to another worker; from the parking on, to the manager.
	f, ended, attention := x.f, x.ended, x.ended || x.changed || x.packed || x.broken != nil
	reached := f.waiting.Load() > 0 && x.offset >= x.goal.Load()
	switch {
	case attention:
		x.state.Store(parked)
	case more:
		x.state.Store(queued)
		f.q.Put(x)
	case !x.state.CompareAndSwap(queued, parked):
		x.state.Store(queued)
		f.q.Put(x)
	}
	if attention || reached || f.waiting.Load() > 0 && !more {
		f.report(x)
	}
	if ended {
		return block, io.EOF
	}
	return block, nil
}

// account brings the source's counts up to the new offset.
func (x *file) account(before int64) {
	x.done.Store(x.offset)
	x.setUnread(max(0, x.size.Load()-x.offset))
	if x.f.stopped.Load() {
		x.setUnread(0)
	}
	st := &x.f.src.Stats
	if x.offset > before {
		st.Bytes.Add(x.offset - before)
	}
	if x.broken == nil {
		st.LastRead.Store(time.Now().UnixNano())
	}
}

func (x *file) setUnread(n int64) {
	x.f.src.Stats.UnreadBytes.Add(n - x.unread.Swap(n))
}

// position returns the file's position. Only in a quiet moment.
func (x *file) position() Position {
	p := &x.saved
	if p.State == "" || p.Offset != x.offset || p.Head.Len != len(x.head) || p.Dropping != x.dropping {
		p.Offset, p.Dropping = x.offset, x.dropping
		p.Head, p.Anchor = printOf(x.head), printOf(x.anchor)
	}
	p.State = StateCurrent
	if x.names == 0 {
		p.State = StateRotated
	}
	p.Path, p.Name, p.Hole, p.Packed = x.path, x.name, x.hole, x.arch != nil
	p.Wrapped, p.Waits, p.Open, p.Chain = x.wrapped.Load(), x.waits, x.join.Open(), ""
	if x.chain != x.path {
		p.Chain = x.chain
	}
	p.Dev, p.Ino, p.Size = x.id.dev, x.id.ino, max(x.known, x.offset)
	return *p
}
