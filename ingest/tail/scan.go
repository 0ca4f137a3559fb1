package tail

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"httpstatus_exporter/ingest/container"
)

// A dir is a directory in which the file of a followed path really is. Its rotated files are looked for here: those that
// were born and rotated between two looks have never been seen under the path.
type dir struct {
	name    string
	glob    string               // of the followed paths, if they are those of one
	paths   map[string]*followed // the Follower's
	bases   map[string]*followed
	shapes  map[string]*followed // see shapeOf; of paths that are symbolic links
	mtime   time.Time            // of the directory when it was scanned
	settled time.Time            // begin of the last scan that left no file undecided; before the first one, Follower.seen
	scanned int                  // number of the last scan among all scans
	open    bool                 // a file could not be decided about
	unsure  bool                 // scan again at the next look, changed or not
	decided map[fileID]decision  // files that need not be read
	waits   map[fileID]waitRoom  // files that cannot be told yet
}

// A decision is that what a file holds need not be read: it is a copy, it has been read, or it was there before anything
// was followed. It holds as long as the file stays as it was; what is appended later may count.
type decision struct {
	size  int64
	mtime time.Time
	print Position // of a plain file at that size: its inode may get another file
}

// clockSlack is how far the clocks of a file system and of the process may differ, granularity included.
const clockSlack = 2 * time.Second

// scan looks for rotated files that are not known yet, when the directory has changed since the last scan or has changed
// so shortly before it that a later change may carry the same time.
func (f *Follower) scan(d *dir, now time.Time) {
	info, err := os.Stat(d.name)
	if err != nil {
		d.mtime = time.Time{}
		return
	}
	f.scans++
	begun := f.scans
	if info.ModTime().Equal(d.mtime) && !d.unsure && !d.open {
		d.scanned = begun
		return
	}
	entries, err := os.ReadDir(d.name)
	if err != nil {
		f.src.Stats.ReadErrors.Add(1)
		return
	}
	// What has been undecided since an earlier scan is no older now: the time that it is measured by stays.
	if d.settled.IsZero() {
		d.settled = f.seen
	}
	if d.settled.After(now) { // the clock was set back since the positions were saved
		d.settled = now
	}
	since := d.settled
	d.mtime, d.open, d.unsure = info.ModTime(), false, now.Sub(info.ModTime()) < clockSlack
	decided := make(map[fileID]decision)
	shifted := false // names change meanwhile
	var unknown []found
	for _, e := range entries {
		p := d.rotatedFrom(e.Name())
		if p == nil || !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(d.name, e.Name())
		if q := f.paths[name]; q != nil && q.trouble != troublePacked {
			continue // the glob's own: lookAt decides
		}
		info, err := os.Lstat(name)
		shifted = shifted || err != nil
		if err == nil && !f.meetAgain(d, name, info, decided, now) {
			unknown = append(unknown, found{p, name, info})
		}
	}
	// Only when all known files have been met under their new names can a copy be told from what it is a copy of. Of two that
	// are not known, the longer one is no copy of the other.
	slices.SortStableFunc(unknown, func(a, b found) int { return cmp.Compare(b.info.Size(), a.info.Size()) })
	for _, u := range unknown {
		f.examine(d, u, since.Add(-clockSlack), now, decided)
	}
	d.decided, d.scanned = decided, begun
	if after, err := os.Stat(d.name); err != nil || !after.ModTime().Equal(d.mtime) || shifted {
		d.open = true // a file may have had neither of its names
	}
	if !d.open {
		d.settled = now
	}
}

// A found is a rotated file that lies in a directory.
type found struct {
	path *followed // that it was rotated from
	name string
	info os.FileInfo
}

// meetAgain notes the name of a known file, and reads on where a closed one has grown. It reports whether all is known about
// the file.
func (f *Follower) meetAgain(d *dir, name string, info os.FileInfo, decided map[fileID]decision, now time.Time) bool {
	id := idOf(info)
	if x := f.files[id]; x != nil {
		if x.name != name {
			f.q.Guard(func() { x.name = name })
		}
		return true
	}
	r := f.ledger.byID[id]
	if r != nil && r.Name != name {
		f.q.Guard(func() { r.Name = name })
	}
	if was, ok := d.decided[id]; ok && was.size == info.Size() && was.mtime.Equal(info.ModTime()) {
		decided[id] = was
		return true
	}
	if r == nil {
		return false
	}
	fd, info, err := openFile(name)
	if err != nil || idOf(info) != id {
		return false // examine will find that out, too
	}
	if !r.Packed && info.Size() > r.Size {
		f.grown(fd, info, now)
	} else if f.inLedger(fd, info) {
		f.decide(fd, info, decided)
		fd.Close()
	}
	return f.files[id] != nil || f.ledger.byID[id] != nil
}

// decide notes that what a file holds need not be read.
func (f *Follower) decide(fd *os.File, info os.FileInfo, decided map[fileID]decision) {
	is := decision{size: info.Size(), mtime: info.ModTime()}
	var err error
	if is.print, err = asRead(fd, info.Size()); err != nil {
		f.src.Stats.ReadErrors.Add(1)
	}
	decided[idOf(info)] = is
}

// examine decides about a rotated file that is not known: a copy of a known one, too old to have been missed, or to be read.
func (f *Follower) examine(d *dir, u found, since, now time.Time, decided map[fileID]decision) {
	id := idOf(u.info)
	fd, info, err := openFile(u.name)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			f.src.Stats.ReadErrors.Add(1)
		}
		d.open = true
		return
	}
	if idOf(info) != id || f.files[id] != nil { // names are being shifted
		fd.Close()
		d.open = true
		return
	}
	was, before := d.decided[id]
	var x *file
	sure := true
	if before || !info.ModTime().Before(since) {
		x, sure = f.missed(d, u.path, fd, info, was, now)
	}
	if x == nil || x.fd != fd {
		defer fd.Close()
	}
	switch {
	case !sure:
		d.open = true
	case x != nil:
		delete(d.waits, id)
		offset := x.offset
		f.adopt(x, now, true)
		f.log.Info("found a file that was written and rotated between two looks", "path", u.path.name, "file", u.name, "offset", offset)
	default:
		delete(d.waits, id)
		f.decide(fd, info, decided)
	}
}

// missed returns the file to read when fd is one that was never seen under its path, and reports whether that is sure.
func (f *Follower) missed(d *dir, p *followed, fd *os.File, info os.FileInfo, was decision, now time.Time) (x *file, sure bool) {
	if f.first {
		if !packed(fd) {
			x := f.newFile(fd, info, p.name)
			x.toEnd(info.Size())
			f.remember(x)
			x.setUnread(0)
		}
		return nil, true
	}
	if f.paths[p.name] == nil {
		f.paths[p.name] = p
	}
	f.lookAt(p, now) // a copy must not be known before what it is a copy of
	if f.files[idOf(info)] != nil {
		return nil, true
	}
	quiet := func() bool { return d.quiet(info, now, 2*f.tick) }
	if packed(fd) {
		if !f.unpacking {
			return nil, false
		}
		return f.missedArchive(p, fd, info, quiet)
	}
	if info.Size() == 0 {
		return nil, true // decided anew when it grows
	}
	if f.sought(newSample(fd, info.Size())) {
		return nil, false
	}
	like, from := f.classify(fd, info, p.name)
	switch {
	case like == alike && from == nil:
		f.rememberCopy(fd, info, p.name)
		return nil, true
	case like == unclear && !quiet():
		return nil, false
	case from != nil:
		return f.newFileAt(fd, info, p.name, from), true
	}
	x = f.newFile(fd, info, p.name)
	if was.size > 0 && newSample(fd, info.Size()).compare(&was.print) == alike {
		x.toEnd(was.size)
	}
	return x, true
}

// missedArchive is missed for a compressed file, which is let be until it is complete.
func (f *Follower) missedArchive(p *followed, fd *os.File, info os.FileInfo, quiet func() bool) (*file, bool) {
	head, err := archiveHead(fd)
	if err != nil && len(head) < headSize {
		return nil, quiet()
	}
	if len(head) == 0 {
		return nil, true
	}
	s := &sample{head: head, heads: make(map[int]Print)}
	if f.sought(s) {
		return nil, false
	}
	var grown *Position // the file that was compressed after it had been closed, with more in it
	relatives, unsettled := f.relatives(s, p.name)
	if unsettled && !quiet() {
		return nil, false
	}
	for _, p := range relatives {
		if p.weak() || p.Head.Len > len(head) {
			continue
		}
		size := archiveSize(fd, info.Size())
		if p.Packed || size < 0 || size == p.Offset%(1<<32) {
			return nil, true
		}
		if x := f.files[p.id()]; x != nil {
			live, err := x.fd.Stat()
			if err != nil || live.Size()%(1<<32) == size || live.Size() > size {
				return nil, true
			}
			at, err := asRead(x.fd, live.Size())
			if err != nil {
				return nil, false
			}
			at.Path = p.Path
			p = at
		}
		grown = &p
	}
	if !quiet() {
		return nil, false
	}
	if grown != nil {
		x := f.openCopy(grown, fd.Name())
		named, err := os.Stat(fd.Name())
		return x, x != nil || err == nil && os.SameFile(named, info) // else names are being shifted
	}
	x := &file{f: f, id: idOf(info), fd: fd, path: p.name, chain: p.name, name: fd.Name(), head: head, join: container.Joiner{MaxLine: f.maxLine}}
	x.wrapped.Store(container.Wraps(head))
	x.arch = openArchive(fd, f.maxLine)
	return x, true
}

// adopt takes a file that no path names among those that are read.
func (f *Follower) adopt(x *file, now time.Time, rotation bool) {
	x.rotatedAt, x.quietFrom = now, now
	f.lineUp(x)
	f.q.Guard(func() {
		f.files[x.id] = x
		if rotation {
			f.src.Stats.Rotations.Add(1)
		}
	})
	x.goal.Store(x.size.Load())
	f.kick(x)
}

// relatives returns the positions of all files, open or not, that begin like the sample as far as can be told. Unsettled
// reports that a file has been written over that the sample may be a copy of, and that this is not dealt with yet; checked
// for all files of the path, and for others as far as a reader has noticed.
func (f *Follower) relatives(s *sample, path string) (ps []Position, unsettled bool) {
	mayBe := func(head []byte) bool {
		n := min(len(head), len(s.head))
		return bytes.Equal(head[:n], s.head[:n])
	}
	f.q.Quiet(func() {
		for _, x := range f.files {
			if x.changed || (len(x.head) < headSize || x.path == path) && !x.lookAtHead() {
				unsettled = true
			}
			if mayBe(x.head) {
				ps = append(ps, x.position())
			}
		}
		for _, r := range f.ledger.list {
			if r.head != nil && mayBe(r.head) || r.head == nil && (r.Head.Len > len(s.head) || s.sameHead(&r.Position)) {
				ps = append(ps, r.Position)
			}
		}
	})
	return ps, unsettled
}

// sought reports whether what begins like the sample may belong to a saved position whose file has not been found yet: it is
// decided about when unpack has seen to that.
func (f *Follower) sought(s *sample) bool {
	return slices.ContainsFunc(f.unresolved, func(p Position) bool { return p.Head.Len > len(s.head) || s.sameHead(&p) })
}

// lookAtHead reads what has come of a head that was short, and reports whether it is still the head. Only in a quiet moment.
func (x *file) lookAtHead() bool {
	if x.arch != nil {
		return true
	}
	head, err := readSpan(x.fd, 0, headSize)
	if err != nil || !bytes.HasPrefix(head, x.head) {
		return false
	}
	x.head = head
	return true
}

// classify holds the content of an unknown file against everything that is known. Alike without a position: it is a copy
// of what has been read or will be. Alike with one: it is what was read and goes on where that ended. So it is when it stays
// unclear and there is one.
func (f *Follower) classify(fd *os.File, info os.FileInfo, path string) (likeness, *Position) {
	s := newSample(fd, info.Size())
	result := different
	var from *Position
	relatives, unsettled := f.relatives(s, path)
	if unsettled {
		result = unclear
	}
	for _, p := range relatives {
		if p.Head.Len == 0 && f.files[p.id()] == nil || p.Copy {
			continue
		}
		like := f.holdAgainst(s, &p)
		switch {
		case like == unclear:
			result = unclear
		case like == alike && s.size <= p.Size:
			if start, _ := lineStart(fd, s.size, f.maxLine); start > 0 {
				return alike, nil
			}
			result = unclear // all files begin with nothing, and many lines alike
		case like == alike && !p.weak() && (from == nil || p.Offset > from.Offset):
			from = &p
		}
	}
	if s.err != nil {
		f.src.Stats.ReadErrors.Add(1)
		return unclear, nil
	}
	if from != nil && result != unclear {
		result = alike
	}
	return result, from
}

// holdAgainst compares a sample with a position whose head it has, as far as both go where the file of the position can
// still be read, else up to the offset; p becomes the position that was compared.
func (f *Follower) holdAgainst(s *sample, p *Position) likeness {
	if p.Packed {
		if f.files[p.id()] != nil {
			p.Size = math.MaxInt64 // is read to its end, so the sample is a copy
		}
		return s.compare(p)
	}
	var fd *os.File
	x := f.files[p.id()]
	if x != nil {
		fd = x.fd
	} else if named, info, err := openFile(p.Name); err == nil {
		defer named.Close()
		if idOf(info) == p.id() {
			fd = named
		}
	}
	if fd == nil {
		return s.compare(p)
	}
	info, err := fd.Stat()
	switch {
	case err == nil && newSample(fd, info.Size()).compare(p) == alike:
	case x != nil:
		return unclear // truncated just now: the sample may be the copy that was made before
	default:
		return s.compare(p) // written over after it had been closed
	}
	size := min(info.Size(), s.size)
	if s.size > size {
		size, _ = lineStart(fd, size, f.maxLine) // what goes on there is a whole line
	}
	now, err := asRead(fd, size)
	if err != nil {
		return unclear
	}
	now.Size = info.Size()
	*p = now
	return s.compare(p)
}

// asRead returns the position that a file has when it has been read up to size.
func asRead(fd *os.File, size int64) (Position, error) {
	head, err := readSpan(fd, 0, int(min(size, headSize)))
	if err != nil {
		return Position{}, err
	}
	n := min(size, anchorSize)
	anchor, err := readSpan(fd, size-n, int(n))
	return Position{Offset: size, Head: printOf(head), Anchor: printOf(anchor)}, err
}

// A waitRoom remembers since when a file has not changed.
type waitRoom struct {
	size  int64
	mtime time.Time
	since time.Time
}

// over reports whether the file has not changed for the time given.
func (w *waitRoom) over(info os.FileInfo, now time.Time, quiet time.Duration) bool {
	if w.since.IsZero() || w.size != info.Size() || !w.mtime.Equal(info.ModTime()) {
		*w = waitRoom{info.Size(), info.ModTime(), now}
	}
	return now.Sub(w.since) >= quiet
}

func (d *dir) quiet(info os.FileInfo, now time.Time, quiet time.Duration) bool {
	w := d.waits[idOf(info)]
	over := w.over(info, now, quiet)
	d.waits[idOf(info)] = w
	return over
}
