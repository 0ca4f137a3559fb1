package tail

import (
	"bytes"
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

// rejoin goes on with the pieces that were open at a position.
func (x *file) rejoin(p *Position) {
	x.chain, x.waits = p.chain(), p.Waits
	x.wrapped.Store(p.Wrapped)
	x.join.Resume(p.Open)
}

// lineUp has a file that nobody has read yet wait for its turn, which it may have at once. What no container runtime wrote
// waits only until that shows.
func (f *Follower) lineUp(x *file) {
	x.wrapped.Store(false)
	wrapped, known := x.isWrapped()
	x.waits = !known || !f.first && wrapped
	x.scans, x.waitsFrom, x.begin, x.asked = f.scans, time.Time{}, time.Time{}, time.Time{}
}

// isWrapped reports whether a container runtime wrote the file, and whether that can be told yet: when its first line is whole.
func (x *file) isWrapped() (wrapped, known bool) {
	if x.wrapped.Load() {
		return true, true
	}
	start := x.firstBytes()
	whole := x.final || x.arch != nil || len(start) == enoughBytes || bytes.IndexByte(start, '\n') >= 0
	if wrapped = container.Wraps(start); wrapped && whole {
		x.wrapped.Store(true)
	}
	return wrapped, whole || len(start) >= headSize && !wrapped
}

// enoughBytes hold a first piece of 16 KiB with all of them escaped.
const enoughBytes = 128 << 10

// firstBytes returns enoughBytes of the file, fewer where it has no more.
func (x *file) firstBytes() []byte {
	if x.arch != nil {
		return archiveStart(x.fd, enoughBytes)
	}
	start, _ := readSpan(x.fd, 0, enoughBytes)
	return start
}

// awaited reports whether a file of the chain is still being looked for.
func (f *Follower) awaited(chain string) bool {
	return slices.ContainsFunc(f.unresolved, func(p Position) bool { return (p.Wrapped || p.Waits) && p.chain() == chain })
}

// pending reports whether somebody waits for something in the file that can be read: a whole line.
func (x *file) pending() bool {
	if x.done.Load() >= x.goal.Load() {
		return false
	}
	if x.waits {
		_, known := x.isWrapped()
		return known
	}
	return x.state.Load() != parked
}

// takeTurns lets the files be read whose turn it is.
func (f *Follower) takeTurns(now time.Time) {
	for _, x := range f.files {
		if x.waits && !x.askedInVain() {
			f.ask(x, now)
		}
	}
}

// askedInVain reports whether a file that could not be told yet is as it was then.
func (x *file) askedInVain() bool {
	return x.arch == nil && !x.final && !x.asked.IsZero() && x.asked.Equal(x.lookTime) && x.askedSize == x.lookSize
}

// ask lets a waiting file be read if it is its turn. One that was written over meanwhile is dealt with as one that was
// written over later.
func (f *Follower) ask(x *file, now time.Time) {
	x.asked, x.askedSize = time.Time{}, x.lookSize
	wrapped, known := x.isWrapped()
	if !f.sameStart(x) {
		f.truncated(x, now)
		return
	}
	var before []*file
	switch {
	case !known:
		x.asked = x.lookTime
		return
	case wrapped:
		if x.waitsFrom.IsZero() {
			x.waitsFrom = now
		}
		var ready bool
		if before, ready = f.before(x, now.Sub(x.waitsFrom) > maxTurnWait*f.tick); !ready {
			return
		}
	}
	f.turn(x, before)
}

// before returns the files of the chain that were written before x, and reports whether it is the turn of x: all of
// them have been read. Late is true when x has waited for long enough.
func (f *Follower) before(x *file, late bool) (files []*file, ready bool) {
	at := x.begun()
	for _, y := range f.files {
		switch {
		case y == x || y.chain != x.chain:
		case !y.waits:
			files = append(files, y)
		default:
			if wrapped, known := y.isWrapped(); wrapped && known && y.begun().Before(at) {
				files = append(files, y)
			}
		}
	}
	for _, y := range files {
		if y.waits || y.state.Load() != parked || !late && !y.unchanged() {
			return nil, false
		}
	}
	decided := !f.awaited(x.chain)
	if p := f.paths[x.chain]; p != nil && p.dir != nil {
		decided = decided && !p.dir.open && p.dir.scanned > x.scans
	}
	return files, late || decided
}

// begun returns a time by which the waiting files of a chain can be put in order: that of the first line, or of the last
// write.
func (x *file) begun() time.Time {
	if !x.begin.IsZero() {
		return x.begin
	}
	if at, ok := container.Time(x.firstBytes()); ok {
		x.begin = at
		return at
	}
	if info, err := x.fd.Stat(); err == nil {
		return info.ModTime()
	}
	return time.Time{}
}

// sameStart reports whether a file that waits still begins as it did, and notes what it begins with: a truncation between
// this and the first read must not go unnoticed. Of a file that was empty until now, the content before this one may lie in a
// copy that no scan has met. What cannot be read is left to that read.
func (f *Follower) sameStart(x *file) bool {
	if x.arch != nil {
		return true
	}
	head, err := readSpan(x.fd, 0, headSize)
	if err != nil {
		return true
	}
	if !bytes.HasPrefix(head, x.head) {
		return false
	}
	if len(x.head) == 0 {
		x.scans = f.scans
	}
	f.q.Guard(func() { x.head, x.known = head, max(x.known, x.size.Load()) })
	return true
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
	f.turns++
	x.turn = f.turns
	f.q.Guard(func() {
		x.waits = false
		f.inherit(x)
		for _, y := range before {
			x.join.Resume(y.join.Take())
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
	x.join.Resume(open)
	delete(f.left, x.chain)
	for _, r := range f.ledger.list {
		if r.chain() == x.chain {
			r.Open = nil
		}
	}
}

// leave keeps the pieces that are open at a position whose file is let go for the file that comes after it, unless one has
// come already. Turn is that of the file.
func (f *Follower) leave(p *Position, turn int) {
	for _, y := range f.files {
		if y.chain == p.chain() && y.wrapped.Load() && !y.waits && y.turn > turn {
			return
		}
	}
	if len(p.Open) > 0 {
		f.left[p.chain()] = p.Open
	}
}
