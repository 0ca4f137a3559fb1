package tail

import (
	"errors"
	"os"
	"time"

	"httpstatus_exporter/ingest/container"
)

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
	quiet := func(like likeness) bool { return d.quiet(info, now, f.patience(like)) }
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
	like, part, from := f.classify(fd, info, p.name)
	switch {
	case like == alike && from == nil:
		f.rememberCopy(fd, info, p.name, part)
		return nil, true
	case like.undecided() && !quiet(like):
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
func (f *Follower) missedArchive(p *followed, fd *os.File, info os.FileInfo, quiet func(likeness) bool) (*file, bool) {
	head, err := archiveHead(fd)
	if err != nil && len(head) < headSize {
		return nil, quiet(unclear)
	}
	if len(head) == 0 {
		return nil, true
	}
	s := &sample{head: head, heads: make(map[int]Print)}
	if f.sought(s) {
		return nil, false
	}
	var grown *Position // the file that was compressed after it had been closed, with more in it
	relatives, moving := f.relatives(s, p.name)
	if moving && !quiet(unsettled) {
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
		if grown == nil || p.Offset > grown.Offset {
			grown = &p
		}
	}
	if !quiet(unclear) {
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
