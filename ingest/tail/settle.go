package tail

import (
	"bytes"
	"os"
	"path/filepath"
	"time"

	"httpstatus_exporter/ingest/container"
)

// settle sees to the files that Next has parked for the manager: truncated, broken, ended.
func (f *Follower) settle(now time.Time) {
	f.mu.Lock()
	reported := f.reported
	f.reported = nil
	f.mu.Unlock()
	for _, x := range reported {
		if x.state.Load() != parked || f.files[x.id] != x {
			continue
		}
		if x.broken != nil {
			f.failed(x)
		}
		switch {
		case x.packed:
			f.disown(x)
		case x.changed:
			f.truncated(x, now)
		case x.ended && x.names > 0: // came back to a path before it was let go
			x.ended, x.final = false, false
			f.kick(x)
		case x.ended:
			f.letGo(x)
		}
	}
	f.takeTurns(now)
	f.answerWaiters()
}

// failed counts a read that failed and has it tried again at the next look. A message is due when reading had gone on since
// the last one.
func (f *Follower) failed(x *file) {
	f.src.Stats.ReadErrors.Add(1)
	if what, at := x.broken.Error(), x.done.Load(); x.failure != what || x.failedAt != at {
		x.failure, x.failedAt = what, at
		f.log.Warn("reading failed; trying again at every tick", "file", x.name, "offset", at, "err", what)
	}
	x.broken = nil
	x.lookTime = time.Time{}
}

// truncated starts a file over whose content is not the one that was read. What had not been read yet is read from the
// copy that was made before the truncation, if there is one; else it is lost, and counted as far as it is known.
func (f *Follower) truncated(x *file, now time.Time) {
	var p Position
	f.q.Guard(func() { p = x.position() })
	p.head = bytes.Clone(x.head)
	copied := f.findCopy(&p, x)
	if copied == nil {
		f.noteShortCopies(&p)
	}
	lost := max(0, x.known-x.offset)
	f.q.Guard(func() {
		f.src.Stats.Truncations.Add(1)
		if copied != nil {
			copied.rotatedAt, copied.quietFrom = now, now
			f.ledger.remove(copied.id)
			f.files[copied.id] = copied
		} else {
			f.src.Stats.LostBytes.Add(lost)
			f.ledger.addContent(p, f.ledgerLimit()) // should the copy turn up after all
		}
		if x.join.Take(); copied == nil && lost == 0 {
			f.leave(&p, x.turn)
		}
		if x.names == 0 {
			return
		}
		x.head, x.anchor, x.dropping = x.head[:0], x.anchor[:0], false
		x.hole, x.changed = true, false
		x.offset, x.known = 0, 0
		f.lineUp(x)
		x.saved.State = ""
	})
	if x.names == 0 {
		f.forsake(x)
	} else {
		x.restart()
	}
	if copied != nil {
		copied.goal.Store(copied.size.Load())
		f.kick(copied)
		f.log.Info("the file was truncated; reading the rest from its copy", "file", x.name, "copy", copied.name)
	} else {
		f.log.Info("the file was truncated; reading it from its start", "file", x.name, "lost_bytes", lost)
	}
}

// restart has a file read from its start.
func (x *file) restart() {
	x.done.Store(0)
	if info, err := x.fd.Stat(); err == nil {
		x.size.Store(info.Size())
		x.goal.Store(info.Size())
		x.setUnread(info.Size())
	}
	x.f.kick(x)
}

// disown lets go of a file that a path named before there was anything in it, and that is a compressed one.
func (f *Follower) disown(x *file) {
	for _, p := range f.paths {
		if p.current == x {
			p.current = nil
		}
	}
	f.forsake(x)
}

// forsake closes a rotated file that was written over. What it holds now may be anything, such as a copy of another one: the
// next scan decides as about any file that is not known.
func (f *Follower) forsake(x *file) {
	f.q.Guard(func() { delete(f.files, x.id) })
	f.stopWatch(x)
	x.close()
	f.undecide(x.id)
}

// undecide has the next scan decide about a file as about any that is not known.
func (f *Follower) undecide(id fileID) {
	for _, d := range f.dirs {
		delete(d.decided, id)
		d.unsure = true
	}
}

// findCopy looks beside the file of a position for one that holds all that had been read of it, and perhaps the rest. It
// returns the longest, made into a file at the offset, or nil.
func (f *Follower) findCopy(p *Position, not *file) *file {
	if p.weak() {
		return nil
	}
	dirName := filepath.Dir(p.Name)
	for range 20 { // as long as names are being shifted meanwhile
		before, err := os.Stat(dirName)
		if best := f.findCopyOnce(p, not); best != nil || err != nil {
			return best
		}
		after, err := os.Stat(dirName)
		if err != nil || after.ModTime().Equal(before.ModTime()) {
			return nil
		}
	}
	return nil
}

func (f *Follower) findCopyOnce(p *Position, not *file) *file {
	named, others := f.siblings(p)
	if best := f.longestCopy(p, not, named); best != nil {
		return best
	}
	return f.longestCopy(p, not, others)
}

func (f *Follower) longestCopy(p *Position, not *file, among []sibling) *file {
	var best *file
	for _, c := range among {
		if f.files[c.id] != nil {
			continue
		}
		if best != nil && c.size <= best.size.Load() {
			continue
		}
		if x := f.openCopy(p, c.name); x != nil && (not == nil || x.id != not.id) {
			if best != nil {
				best.close()
			}
			best = x
		} else if x != nil {
			x.close()
		}
	}
	return best
}

// noteShortCopies remembers the copies of a file that was truncated or is gone that lack the last lines that were read: those that were
// written after the copy was made and before the truncation, between which logrotate waits until the copy is on the disk. Of what they are
// copies of only the head is known: that is enough to know files by that appeared since the last look.
func (f *Follower) noteShortCopies(p *Position) {
	if p.weak() {
		return
	}
	named, others := f.siblings(p)
	for _, c := range append(named, others...) {
		if f.files[c.id] != nil || c.size == 0 || c.size >= p.Offset {
			continue
		}
		fd, info, err := openFile(c.name)
		if err != nil {
			continue
		}
		r := f.ledger.byID[c.id]
		read := r != nil && !r.Copy && f.inLedger(fd, info)
		if !read && info.Size() < p.Offset && newSample(fd, info.Size()).sameHead(p) {
			f.rememberCopy(fd, info, p.Path, false)
		}
		fd.Close()
	}
}

// openCopy opens a file, plain or compressed, at the position, if it holds that content.
func (f *Follower) openCopy(p *Position, name string) *file {
	fd, info, err := openFile(name)
	if err != nil {
		return nil
	}
	if r := f.ledger.byID[idOf(info)]; r != nil && !r.Copy && f.inLedger(fd, info) {
		fd.Close() // has been read
		return nil
	}
	if !packed(fd) {
		if newSample(fd, info.Size()).compare(p) == alike {
			x := f.newFileAt(fd, info, p.Path, p)
			x.rejoin(p)
			return x
		}
		fd.Close()
		return nil
	}
	if !f.unpacking {
		fd.Close()
		return nil
	}
	head, err := archiveHead(fd)
	s := &sample{head: head, heads: make(map[int]Print)}
	if err != nil && len(head) < headSize || !s.sameHead(p) {
		fd.Close()
		return nil
	}
	a := openArchive(fd, f.maxLine)
	anchor, err := a.skipTo(f.ctx, p)
	if err != nil {
		f.log.Debug("a compressed file begins like the one that is looked for, and differs", "file", name, "err", err)
		a.unpack.Close()
		fd.Close()
		return nil
	}
	x := &file{f: f, id: idOf(info), fd: fd, path: p.Path, name: name, arch: a, head: head, anchor: anchor, dropping: p.Dropping, join: container.Joiner{MaxLine: f.maxLine}}
	x.offset, x.known = p.Offset, max(p.Offset, p.Size)
	x.header, x.headed = archiveHeader(fd, p.Offset), true
	f.q.Guard(func() { f.ledger.forget(p.id()) })
	x.done.Store(p.Offset)
	x.rejoin(p)
	return x
}

// A sibling is a file that lies beside another and may be it, renamed or copied.
type sibling struct {
	name string
	id   fileID
	size int64
	time time.Time
}

// siblings lists the regular files beside that of a position: those whose names may be those of its rotated or copied forms, and the
// others that were rotated of late, perhaps when the file had another name.
func (f *Follower) siblings(p *Position) (named, others []sibling) {
	dirName := filepath.Dir(p.Name)
	entries, err := os.ReadDir(dirName)
	if err != nil {
		return nil, nil
	}
	d := f.dirs[dirName]
	for _, e := range entries {
		may := p.mayBe(e.Name())
		if !e.Type().IsRegular() || !may && (d == nil || d.rotatedFrom(e.Name()) == nil && d.followed(e.Name()) == nil) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		s := sibling{filepath.Join(dirName, e.Name()), idOf(info), info.Size(), info.ModTime()}
		if may {
			named = append(named, s)
		} else if r := f.ledger.byID[s.id]; r != nil && r.Copy || !s.time.Before(d.settled.Add(-clockSlack)) {
			others = append(others, s)
		}
	}
	return named, others
}
