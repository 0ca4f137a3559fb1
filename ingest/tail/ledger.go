package tail

import (
	"os"
	"path/filepath"
	"slices"
	"time"
)

// maxRotated is how many rotated files are held open while they are not quiet yet; more are let go early, longest quiet
// first, once they have been read.
const maxRotated = 256

// A ledger holds the positions of the files that have been read and closed, oldest first. Without it a restart would take
// them for files that were born while the process was down, and a copy of one for a new file.
type ledger struct {
	list []*retired
	byID map[fileID]*retired
}

type retired struct {
	Position
	head  []byte   // where it is known; compared without a system call
	waits waitRoom // of a copy that has grown, and may be one of something else
}

// limit is the most entries: plenty for one log with all its rotated files, a few for each of thousands.
func (l *ledger) add(p Position, head []byte, limit int) {
	if l.byID == nil {
		l.byID = make(map[fileID]*retired)
	}
	l.remove(p.id())
	p.State = StateRetired
	r := &retired{Position: p, head: head}
	l.list = append(l.list, r)
	if p.Ino != 0 {
		l.byID[p.id()] = r
	}
	if over := len(l.list) - limit; over > 0 {
		for _, old := range l.list[:over] {
			if l.byID[old.id()] == old {
				delete(l.byID, old.id())
			}
		}
		l.list = append([]*retired(nil), l.list[over:]...)
	}
}

// addContent adds what is known of the content of a file that is gone.
func (l *ledger) addContent(p Position, limit int) {
	if !p.weak() {
		p.Dev, p.Ino, p.Name, p.Size = 0, 0, "", p.Offset
		l.add(p, p.head, limit)
	}
}

func (l *ledger) remove(id fileID) {
	p := l.byID[id]
	if p == nil {
		return
	}
	delete(l.byID, id)
	for i, q := range l.list {
		if q == p {
			l.list = append(l.list[:i], l.list[i+1:]...)
			return
		}
	}
}

// reconsider has the copies, as far as can be told, of a file that is given up decided about anew: they may hold more than was read of
// it. Only in a quiet moment.
func (f *Follower) reconsider(p *Position) {
	for _, r := range slices.Clone(f.ledger.list) {
		of := r.Head == p.Head || r.Head.Len < p.Head.Len && p.mayBe(filepath.Base(r.Name))
		if r.Copy && r.Offset > p.Offset && of {
			f.ledger.remove(r.id())
			f.undecide(r.id())
		}
	}
}

// forget keeps the content of an entry whose inode has got another one, if it is enough to know it by.
func (l *ledger) forget(id fileID) {
	p := l.byID[id]
	if p == nil {
		return
	}
	if p.weak() {
		l.remove(id)
		return
	}
	delete(l.byID, id)
	p.Dev, p.Ino, p.Name = 0, 0, ""
}

func (f *Follower) ledgerLimit() int { return 64 + 3*len(f.paths) }

// remember puts a file that is closed, or will be, into the ledger.
func (f *Follower) remember(x *file) {
	f.q.Guard(func() { f.ledger.add(x.position(), x.head, f.ledgerLimit()) })
}

// retire has the rest of a file handed out, an unterminated last line included, and the file ended.
func (f *Follower) retire(x *file) {
	if x.state.Load() != parked || x.changed || x.final {
		return
	}
	x.final = true
	f.kick(x)
}

// letGo closes a file that has ended. Of a compressed one that is damaged, or lacks what was written to the file that it was
// made from, the rest is lost.
func (f *Follower) letGo(x *file) {
	f.q.Guard(func() {
		f.src.Stats.LostBytes.Add(max(0, x.known-x.offset))
		x.known = x.offset
		p := x.position()
		f.leave(&p, x.turn)
		f.ledger.add(p, x.head, f.ledgerLimit())
		delete(f.files, x.id)
	})
	f.stopWatch(x)
	x.close()
}

// limitRotated keeps the number of open rotated files bounded.
func (f *Follower) limitRotated() {
	var rotated []*file
	for _, x := range f.files {
		if x.names == 0 && x.arch == nil && !x.final {
			rotated = append(rotated, x)
		}
	}
	for len(rotated) > maxRotated {
		oldest := 0
		for i, x := range rotated {
			if x.quietFrom.Before(rotated[oldest].quietFrom) {
				oldest = i
			}
		}
		if x := rotated[oldest]; x.unread.Load() == 0 {
			f.retire(x)
		}
		rotated = append(rotated[:oldest], rotated[oldest+1:]...)
	}
}

// inLedger reports whether a file is one that has been read and closed, and has not grown. An entry whose inode has got other
// content is told from it.
func (f *Follower) inLedger(fd *os.File, info os.FileInfo) bool {
	id := idOf(info)
	r := f.ledger.byID[id]
	if r == nil {
		return false
	}
	switch {
	case r.Head.Len == 0: // an empty file was closed: nothing says that one with content is it
		if info.Size() == 0 {
			return true
		}
	case r.Packed && archiveIs(fd, &r.Position), !r.Packed && newSample(fd, info.Size()).compare(&r.Position) == alike:
		return true
	}
	f.q.Guard(func() { f.ledger.forget(id) })
	return false
}

// reopen returns the file of a ledger entry, a plain one, that is to be followed again, because it grew or came back to a path. Without a
// file it reports whether there is nothing to read in it yet; else the ledger does not know this content.
func (f *Follower) reopen(fd *os.File, info os.FileInfo, now time.Time) (x *file, known bool) {
	id := idOf(info)
	r := f.ledger.byID[id]
	if r == nil {
		return nil, false
	}
	// Of a file that was empty when it was closed only the inode is known: what has it now is as good as unknown, and may be a copy that is
	// being made.
	if r.Packed || r.Head.Len == 0 || newSample(fd, info.Size()).compare(&r.Position) != alike {
		f.q.Guard(func() { f.ledger.forget(id) })
		return nil, false
	}
	at := &r.Position
	if r.Copy {
		if info.Size() == r.Size {
			return nil, true
		}
		switch like, part, from := f.classify(fd, info, r.Path); {
		case like == alike && from == nil:
			f.rememberCopy(fd, info, r.Path, part)
			return nil, true
		case like.undecided() && !r.waits.over(info, now, f.patience(like)):
			return nil, true
		case from != nil:
			at = from
		case r.Part: // they only began alike
			at = &Position{}
		}
	}
	x = f.newFileAt(fd, info, r.Path, at)
	if at.Offset == 0 {
		f.lineUp(x)
	}
	f.q.Guard(func() {
		if at == &r.Position && len(r.Open) > 0 {
			delete(f.left, r.chain())
			x.rejoin(at)
		}
		f.ledger.remove(id)
		f.files[id] = x
	})
	return x, true
}

// rememberCopy notes that a file holds what is read elsewhere, or part of that, up to its last whole line.
func (f *Follower) rememberCopy(fd *os.File, info os.FileInfo, path string, part bool) {
	start, _ := lineStart(fd, info.Size(), f.maxLine)
	p, err := asRead(fd, start)
	if err != nil {
		f.src.Stats.ReadErrors.Add(1)
		return
	}
	p.Path, p.Name, p.Size, p.Copy = path, fd.Name(), info.Size(), true
	p.Part = part
	p.Dev, p.Ino = idOf(info).dev, idOf(info).ino
	f.q.Guard(func() { f.ledger.add(p, nil, f.ledgerLimit()) })
}

// checkLedger reopens files that have grown since they were closed.
func (f *Follower) checkLedger(now time.Time) {
	for _, r := range slices.Clone(f.ledger.list) {
		if r.Packed || r.Name == "" {
			continue
		}
		info, err := os.Stat(r.Name)
		if err != nil || idOf(info) != r.id() || info.Size() <= r.Size {
			continue
		}
		fd, info, err := openFile(r.Name)
		if err != nil {
			continue
		}
		if idOf(info) != r.id() || f.files[r.id()] != nil {
			fd.Close()
			continue
		}
		f.grown(fd, info, now)
	}
}

// grown reads on in a rotated file of the ledger. It takes over fd.
func (f *Follower) grown(fd *os.File, info os.FileInfo, now time.Time) {
	x, _ := f.reopen(fd, info, now)
	if x == nil {
		fd.Close()
		for _, d := range f.dirs {
			d.unsure = true // it may be a new one
		}
		return
	}
	x.rotatedAt = now
	f.observe(x, info, now)
	f.log.Info("a rotated file has grown; reading on", "file", x.name)
}
