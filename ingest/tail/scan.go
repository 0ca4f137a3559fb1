package tail

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A dir is a directory in which the file of a followed path really is. Its rotated files are looked for here: those that
// were born and rotated between two looks have never been seen under the path.
type dir struct {
	name    string
	bases   map[string]*followed
	mtime   time.Time           // of the directory when it was scanned
	scanned time.Time           // zero: never
	unsure  bool                // scan again at the next look, changed or not
	decided map[fileID]decision // files that need not be read
	waits   map[fileID]waitRoom // files that cannot be told yet
}

// A decision is that a file need not be read. It holds as long as the file has the size that it had.
type decision struct {
	size int64
	old  bool // it was there before anything was followed, or untouched for long: only what is appended counts
}

// clockSlack is how far the clocks of a file system and of the process may differ, granularity included.
const clockSlack = 2 * time.Second

// place finds the directory that the file of p is in, through all symbolic links.
func (f *Follower) place(p *followed) {
	real, err := filepath.EvalSymlinks(p.name)
	if err != nil {
		if p.dir != nil {
			return // where it was last
		}
		real = p.name
	}
	name, base := filepath.Split(real)
	name = filepath.Clean(name)
	if p.dir != nil && p.dir.name == name && p.base == base {
		return
	}
	f.unplace(p)
	d := f.dirs[name]
	if d == nil {
		d = &dir{name: name, bases: make(map[string]*followed), waits: make(map[fileID]waitRoom)}
		f.dirs[name] = d
	}
	d.bases[base] = p
	p.dir, p.base = d, base
}

func (f *Follower) unplace(p *followed) {
	if p.dir == nil {
		return
	}
	if p.dir.bases[p.base] == p {
		delete(p.dir.bases, p.base)
	}
	if len(p.dir.bases) == 0 {
		delete(f.dirs, p.dir.name)
	}
	p.dir = nil
}

// scan looks for rotated files that are not known yet, when the directory has changed since the last scan or has changed
// so shortly before it that a later change may carry the same time.
func (f *Follower) scan(d *dir, now time.Time) {
	info, err := os.Stat(d.name)
	if err != nil {
		d.mtime = time.Time{}
		return
	}
	if info.ModTime().Equal(d.mtime) && !d.unsure {
		return
	}
	entries, err := os.ReadDir(d.name)
	if err != nil {
		f.src.Stats.ReadErrors.Add(1)
		return
	}
	since := d.scanned
	if since.IsZero() {
		since = f.seen
	}
	d.mtime, d.scanned, d.unsure = info.ModTime(), now, now.Sub(info.ModTime()) < clockSlack
	decided := make(map[fileID]decision)
	for _, e := range entries {
		p := rotatedFrom(d.bases, e.Name())
		if p == nil || !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(d.name, e.Name())
		if q := f.paths[name]; q != nil {
			continue // the glob's own: lookAt decides
		}
		f.examine(d, p, name, since.Add(-clockSlack), now, decided)
	}
	d.decided = decided
}

// examine decides about one rotated file: known, a copy of a known one, too old to have been missed, or to be read.
func (f *Follower) examine(d *dir, p *followed, name string, since, now time.Time, decided map[fileID]decision) {
	info, err := os.Lstat(name)
	if err != nil {
		return
	}
	id, size := idOf(info), info.Size()
	if x := f.files[id]; x != nil {
		if x.name != name {
			f.q.Guard(func() { x.name = name })
		}
		return
	}
	if r := f.ledger.byID[id]; r != nil && (r.Packed || size >= r.Offset) {
		if r.Name != name {
			f.q.Guard(func() { r.Name = name })
		}
		return
	}
	was, ok := d.decided[id]
	if ok && was.size == size {
		decided[id] = was
		return
	}
	if !ok && info.ModTime().Before(since) {
		decided[id] = decision{size, true}
		return
	}
	fd, info, err := openFile(name)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			f.src.Stats.ReadErrors.Add(1)
		}
		d.unsure = true
		return
	}
	if idOf(info) != id { // names are being shifted
		fd.Close()
		d.unsure = true
		return
	}
	x, sure := f.missed(d, p, fd, info, was, now)
	if x == nil {
		fd.Close()
	}
	if !sure {
		d.unsure = true
		return
	}
	delete(d.waits, id)
	if x != nil {
		f.adopt(x, now, true)
		f.log.Info("found a file that was written and rotated between two looks", "path", p.name, "file", name)
		return
	}
	decided[id] = decision{info.Size(), f.first}
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
	if was.old && was.size < info.Size() {
		x := f.newFile(fd, info, p.name)
		x.startAt(was.size)
		return x, true
	}
	like, from := f.classify(fd, info)
	switch {
	case like == alike && from == nil:
		return nil, true
	case like == alike:
		return f.newFileAt(fd, info, p.name, from), true
	case like == unclear && !quiet():
		return nil, false
	}
	return f.newFile(fd, info, p.name), true
}

// missedArchive is missed for a compressed file, which is let be until it is complete.
func (f *Follower) missedArchive(p *followed, fd *os.File, info os.FileInfo, quiet func() bool) (*file, bool) {
	head, err := archiveHead(fd)
	if err != nil && len(head) < headSize {
		return nil, quiet()
	}
	s := &sample{r: nil, size: int64(len(head)), head: head, heads: make(map[int]Print)}
	for _, known := range f.known() {
		if known.Head.Len > 0 && s.sameHead(&known) {
			return nil, true
		}
	}
	if !quiet() {
		return nil, false
	}
	x := &file{f: f, id: idOf(info), fd: fd, path: p.name, name: fd.Name(), head: head}
	x.arch = openArchive(fd, f.maxLine)
	return x, true
}

// adopt takes a file that no path names among those that are read.
func (f *Follower) adopt(x *file, now time.Time, rotation bool) {
	x.rotatedAt, x.quietFrom = now, now
	f.q.Guard(func() {
		f.files[x.id] = x
		if rotation {
			f.src.Stats.Rotations.Add(1)
		}
	})
	x.goal.Store(x.size.Load())
	f.kick(x)
}

// known returns all positions, consistently.
func (f *Follower) known() (ps []Position) {
	f.q.Quiet(func() { ps = f.Positions() })
	return ps
}

// classify holds the content of an unknown file against everything that is known. Alike without a position: it is a copy
// of what has been read or will be. Alike with one: it is what was read and goes on where that ended.
func (f *Follower) classify(fd *os.File, info os.FileInfo) (likeness, *Position) {
	s := newSample(fd, info.Size())
	result := different
	var from *Position
	for _, p := range slices.Clone(f.known()) {
		if p.State == StateSource || p.Head.Len == 0 {
			continue
		}
		switch s.compare(&p) {
		case unclear:
			result = max(result, unclear)
		case alike:
			size := p.Size
			if x := f.files[p.id()]; x != nil && x.arch == nil {
				now, err := x.fd.Stat()
				if err != nil || now.Size() < p.Offset { // being truncated: this may be the copy that was made before
					result = unclear
					continue
				}
				size = now.Size()
			}
			if s.size <= size {
				return alike, nil
			}
			if p.Head.Len == headSize && (from == nil || p.Offset > from.Offset) {
				from = &p
			}
		}
	}
	if s.err != nil {
		f.src.Stats.ReadErrors.Add(1)
		return unclear, nil
	}
	if from != nil {
		return alike, from
	}
	return result, nil
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
