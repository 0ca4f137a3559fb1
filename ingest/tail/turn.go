package tail

import (
	"slices"
	"time"

	"httpstatus_exporter/ingest/container"
)

// A container runtime cuts long lines into pieces, and a rotation may come between two of them: the first line of the new
// file then ends what the last one of the old file began. So the files of one chain, the wrapped files that one path has
// named one after the other, are read in the order in which they were written, and the pieces that are open at the end of
// one go on to the next. Other files wait for nobody: their writers may go on with the old file for as long as they like.

// maxTurnWait is how many looks a file waits at most for the ones before it: until then they have been read, or cannot be.
const maxTurnWait = 10

// joiner returns what puts the pieces of the file's lines together. It has the owner that the offset has.
func (x *file) joiner() *container.Joiner {
	if x.arch != nil {
		return x.arch.lines.Joiner()
	}
	return &x.join
}

// rejoin goes on with the pieces that were open at a position.
func (x *file) rejoin(p *Position) {
	x.chain, x.waits = p.chain(), p.Waits
	x.joiner().Resume(p.Open)
}

// lineUp has a file that nobody has read yet wait for its turn, which it may have at once.
func (f *Follower) lineUp(x *file) {
	x.waits = !f.first || x.size.Load() == 0
	x.scans = f.scans
}

// isWrapped reports whether a container runtime wrote the file. It looks itself at one that was empty when it was found and
// may not have been read since.
func (x *file) isWrapped() bool {
	if !x.wrapped.Load() && x.arch == nil {
		head, _ := readSpan(x.fd, 0, headSize)
		x.wrapped.Store(container.Wraps(head))
	}
	return x.wrapped.Load()
}

// awaited reports whether a file of the chain is still being looked for.
func (f *Follower) awaited(chain string) bool {
	return slices.ContainsFunc(f.unresolved, func(p Position) bool { return p.Wrapped && p.chain() == chain })
}

// takeTurns lets the files be read whose turn it is. What no container runtime wrote waits only for its first byte.
func (f *Follower) takeTurns(now time.Time) {
	for _, x := range f.files {
		switch {
		case !x.waits:
		case x.arch == nil && x.size.Load() == 0 && !x.final: // nothing to read yet
		case !x.isWrapped():
			f.turn(x, nil)
		default:
			if x.waitsFrom.IsZero() {
				x.waitsFrom = now
			}
			if before, ready := f.before(x, now.Sub(x.waitsFrom) > maxTurnWait*f.tick); ready {
				f.turn(x, before)
			}
		}
	}
}

// before returns the files of the chain that were written before x, and reports whether it is the turn of x: all of
// them have been read. Late is true when x has waited for long enough.
func (f *Follower) before(x *file, late bool) (files []*file, ready bool) {
	at := x.begun()
	for _, y := range f.files {
		if y != x && y.chain == x.chain && (!y.waits || y.begun().Before(at)) {
			files = append(files, y)
		}
	}
	for _, y := range files {
		if y.state.Load() != parked || !late && (y.waits || !y.unchanged()) {
			return nil, false
		}
	}
	undecided := f.awaited(x.chain)
	if p := f.paths[x.chain]; p != nil && p.dir != nil {
		undecided = undecided || p.dir.open || p.dir.scanned <= x.scans
	}
	return files, late || !undecided
}

// begun returns a time by which the waiting files of a chain can be put in order: that of the first line, or of the last
// write.
func (x *file) begun() time.Time {
	if !x.begin.IsZero() {
		return x.begin
	}
	var start []byte
	const enough = 128 << 10 // a piece of 16 KiB with all its bytes escaped
	if x.arch != nil {
		start = archiveStart(x.fd, enough)
	} else {
		start, _ = readSpan(x.fd, 0, enough)
	}
	if t, ok := container.Time(start); ok {
		x.begin = t
		return t
	}
	if info, err := x.fd.Stat(); err == nil {
		return info.ModTime()
	}
	return time.Time{}
}

// unchanged reports whether a parked file is as it was when it was last put on the queue, so that all of it has been read.
func (x *file) unchanged() bool {
	if x.arch != nil {
		return x.ended
	}
	info, err := x.fd.Stat()
	return err == nil && info.Size() == x.lookSize
}

// turn has x read, beginning with the pieces that are open in the files before it, which are parked.
func (f *Follower) turn(x *file, before []*file) {
	f.q.Guard(func() {
		x.waits = false
		f.inherit(x)
		for _, y := range before {
			x.joiner().Resume(y.joiner().Take())
		}
	})
	f.kick(x)
}

// inherit gives x the pieces that were open in a file that has been let go.
func (f *Follower) inherit(x *file) {
	open := f.left[x.chain]
	if len(open) == 0 {
		return
	}
	x.joiner().Resume(open)
	delete(f.left, x.chain)
	for _, r := range f.ledger.list {
		if r.chain() == x.chain {
			r.Open = nil
		}
	}
}

// leave keeps the pieces that are open in a file that is let go for the one that comes after it.
func (f *Follower) leave(p *Position) {
	for _, y := range f.files {
		if y.chain == p.chain() && !y.waits && y.id != p.id() {
			return // it has been read since
		}
	}
	if len(p.Open) > 0 {
		f.left[p.chain()] = p.Open
	}
}
