package tail

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"httpstatus_exporter/ingest"
)

// A followed is one path that is followed: the configured one, or one that the glob has matched.
type followed struct {
	name    string
	current *file // nil while there is none
	had     bool  // has named a file before: the next one is a rotation
	missing time.Time
	trouble string // what was logged last, empty when all is well; an error, or one of the following
	dir     *dir   // where its file really is, with the name that it has there
	base    string
	waits   waitRoom
}

// What is no error of a file that a glob matches: it has gone, or is a compressed one.
const (
	troubleMissing = "missing"
	troublePacked  = "packed"
)

// look looks at everything: the paths, the files that no path names any more, the directories, the ledger.
func (f *Follower) look(now time.Time) {
	f.looks++
	f.expand()
	up := len(f.paths) > 0
	for _, p := range f.paths {
		f.lookAt(p, now)
		up = up && (p.trouble == "" || f.glob && (p.trouble == troubleMissing || p.trouble == troublePacked))
	}
	for _, x := range f.files {
		if x.names == 0 {
			f.lookBehind(x, now)
		}
	}
	f.limitRotated()
	for _, d := range f.dirs {
		f.scan(d, now)
	}
	if f.looks%10 == 0 {
		f.checkLedger(now)
	}
	seen := now
	for _, d := range f.dirs {
		if d.open && d.settled.Before(seen) {
			seen = d.settled // a restart must decide what is undecided yet
		}
	}
	absent := f.absentLinks()
	f.q.Guard(func() { f.seen, f.absent = seen, absent })
	f.src.Stats.Up.Store(0)
	if up {
		f.src.Stats.Up.Store(1)
	}
}

// absentLinks says where the links have led to whose files are not there now: rotated files lie there.
func (f *Follower) absentLinks() (absent []Position) {
	for _, p := range f.paths {
		if p.dir == nil || !p.had {
			continue
		}
		if real := filepath.Join(p.dir.name, p.base); real != p.name && (p.current == nil || p.current.name != real) {
			absent = append(absent, Position{State: StateAbsent, Path: p.name, Name: real})
		}
	}
	return absent
}

// expand finds the paths that the glob matches now. A path that has gone stays until its file has been let go.
func (f *Follower) expand() {
	names := []string{f.path}
	if f.glob {
		names, _ = filepath.Glob(f.path) // the pattern was checked by New
	}
	for _, name := range names {
		if f.paths[name] == nil {
			f.paths[name] = &followed{name: name}
		}
	}
	if !f.glob {
		return
	}
	f.expandDirs()
	for name, p := range f.paths {
		if p.current == nil && !p.missing.IsZero() {
			f.unplace(p)
			delete(f.paths, name)
		}
	}
}

// lookAt finds out what file a path names now.
func (f *Follower) lookAt(p *followed, now time.Time) {
	info, err := os.Stat(p.name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		f.lookMissing(p, now)
		return
	case err != nil:
		f.complain(p, "cannot look at the file", err)
	case !info.Mode().IsRegular():
		if !f.glob { // which may well match a directory
			f.complain(p, "cannot follow", errors.New("not a regular file"))
		}
		f.lookWithout(p, now)
		return
	case p.current != nil && p.current.id == idOf(info):
		p.missing = time.Time{}
		f.content(p)
		if p.dir == nil {
			f.place(p)
		}
		f.observe(p.current, info, now)
		return
	default:
		p.missing = time.Time{}
		f.open(p, now)
		return
	}
	if p.current != nil {
		f.lookBehind(p.current, now)
	}
}

// lookMissing looks at a path that names nothing at the moment: between rename and create, or for good.
func (f *Follower) lookMissing(p *followed, now time.Time) {
	if p.trouble != troubleMissing {
		p.trouble = troubleMissing
		f.log.Info("the file does not exist; waiting for it", "path", p.name)
	}
	f.place(p)
	f.lookWithout(p, now)
}

// lookWithout follows the last file of a path that names no file, until it is time to let go of it.
func (f *Follower) lookWithout(p *followed, now time.Time) {
	if p.missing.IsZero() {
		p.missing = now
	}
	if x := p.current; x != nil {
		f.lookBehind(x, now)
		if x.lost || now.Sub(p.missing) >= f.wait {
			f.detach(p, now)
		}
	}
}

// open opens the file that a path names, which is not the one that it named before.
func (f *Follower) open(p *followed, now time.Time) {
	fd, info, err := openFile(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return // gone again: the next tick will see
	}
	if err != nil {
		f.complain(p, "cannot open the file", err)
		if p.current != nil {
			f.lookBehind(p.current, now)
		}
		return
	}
	x := f.files[idOf(info)]
	switch {
	case x != nil && x.arch == nil: // known under another name, or renamed back
		fd.Close()
	case packed(fd):
		fd.Close()
		if f.glob {
			f.unplace(p) // it is looked at as a rotated file, if it is one
		} else if p.trouble != troublePacked {
			f.log.Warn("the file is compressed; only plain files are followed", "path", p.name)
		}
		p.trouble = troublePacked
		return
	default:
		if x = f.begin(p, fd, info, now); x == nil {
			fd.Close()
			if p.current != nil {
				f.lookBehind(p.current, now)
			}
			return
		}
	}
	f.attach(p, x, now)
	f.content(p)
	f.observe(x, info, now)
}

// carriesTime matches the first bytes of a log whose lines tell when they were written. Others begin alike after each rotation.
var carriesTime = regexp.MustCompile(`\d\d:\d\d:\d\d|\d{10}`)

// begin makes the file that a path newly names, with the position to read it from. Nil means not yet, or that it holds
// what has been read elsewhere: a copy that the glob matches.
func (f *Follower) begin(p *followed, fd *os.File, info os.FileInfo, now time.Time) *file {
	if f.first {
		x := f.newFile(fd, info, p.name)
		if !f.fromStart {
			x.toEnd(info.Size())
		}
		return x
	}
	if x, known := f.reopen(fd, info, now); known {
		return x
	}
	if !f.glob {
		return f.newFile(fd, info, p.name)
	}
	if p.dir == nil {
		f.place(p)
	}
	s, q := newSample(fd, info.Size()), p.rotatedFrom()
	if q == nil && p.had && s.size > 0 && !carriesTime.Match(s.head) {
		return f.newFile(fd, info, p.name)
	}
	if q != nil && f.paths[q.name] == q { // a copy must not be known before what it is a copy of
		if f.lookAt(q, now); f.files[idOf(info)] != nil {
			return nil
		}
	}
	if f.sought(s) {
		return nil
	}
	like, part, from := f.classify(fd, info, p.name)
	switch {
	case like == alike && from == nil:
		f.rememberCopy(fd, info, p.name, part)
		return nil
	case (like.undecided() || info.Size() == 0) && !p.waits.over(info, now, f.patience(like)):
		return nil
	case from != nil:
		return f.newFileAt(fd, info, p.name, from)
	}
	return f.newFile(fd, info, p.name)
}

// attach makes x the file that p names.
func (f *Follower) attach(p *followed, x *file, now time.Time) {
	old := p.current
	if f.files[x.id] == nil {
		f.lineUp(x)
	}
	f.place(p)
	f.q.Guard(func() {
		if p.dir != nil {
			x.name = filepath.Join(p.dir.name, p.base)
		}
		if old != nil {
			old.names--
		}
		x.names++
		x.path = p.name
		p.current = x
		f.files[x.id] = x
		if p.had {
			f.src.Stats.Rotations.Add(1)
		}
	})
	p.had = true
	if old != nil && old.names == 0 {
		old.rotatedAt = now
		f.log.Info("the file was rotated", "path", p.name)
	}
}

// detach lets go of the file that p named last, which is followed to its end as a rotated one.
func (f *Follower) detach(p *followed, now time.Time) {
	x := p.current
	f.q.Guard(func() {
		x.names--
		p.current = nil
	})
	if x.names == 0 {
		x.rotatedAt = now
	}
}

// lookBehind looks at a file by its descriptor, and retires it when it has been rotated and quiet for long enough.
func (f *Follower) lookBehind(x *file, now time.Time) {
	if x.arch != nil {
		return
	}
	info, err := x.fd.Stat()
	if err != nil {
		f.src.Stats.ReadErrors.Add(1)
		if x.names == 0 && now.Sub(x.rotatedAt) >= f.wait && x.state.Load() == parked {
			f.letGo(x) // as of a file server that has removed it
		}
		return
	}
	x.lost = unlinked(info)
	f.observe(x, info, now)
	wait := f.wait
	if x.lost {
		wait = min(wait, maxUnlinkedWait)
	}
	if x.names == 0 && now.Sub(x.rotatedAt) >= wait && now.Sub(x.quietFrom) >= wait {
		f.retire(x)
	}
}

// observe has the file read when it has changed since the last look.
func (f *Follower) observe(x *file, info os.FileInfo, now time.Time) {
	size, mtime := info.Size(), info.ModTime()
	x.size.Store(size)
	if size == x.lookSize && mtime.Equal(x.lookTime) {
		return
	}
	x.lookSize, x.lookTime, x.quietFrom = size, mtime, now
	x.setUnread(max(0, size-x.done.Load()))
	f.startWatch(x, now)
	if x.state.Load() == parked && x.arch == nil && size > x.offset {
		x.findHeader(x.offset)
	}
	f.kick(x)
}

// changed is the event of a watch: the same for one file.
func (f *Follower) changed(x *file, now time.Time) {
	if x.watch == nil {
		return // closed meanwhile
	}
	x.watch.last = now
	if info, err := x.fd.Stat(); err == nil {
		f.observe(x, info, now)
	}
}

// complain counts an error of a path, and logs it once.
func (f *Follower) complain(p *followed, what string, err error) {
	f.src.Stats.ReadErrors.Add(1)
	if p.trouble != err.Error() {
		p.trouble = err.Error()
		f.log.Warn(what+"; trying again at every tick", "path", p.name, "err", err)
	}
}

// content ends a trouble.
func (f *Follower) content(p *followed) {
	if p.trouble != "" {
		p.trouble = ""
		f.log.Info("following the file", "path", p.name)
	}
}

// openFile opens a regular file. The descriptor, not the name, says which one it is.
func openFile(name string) (*os.File, os.FileInfo, error) {
	fd, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // not to wait for the writer of a pipe
	if err != nil {
		return nil, nil, err
	}
	info, err := fd.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	if err != nil {
		fd.Close()
		return nil, nil, err
	}
	return fd, info, nil
}

// packed reports whether the file is a compressed one.
func packed(fd *os.File) bool {
	magic, err := readSpan(fd, 0, ingest.MagicSize)
	return err == nil && ingest.DetectCompression(magic) != ingest.Plain
}
