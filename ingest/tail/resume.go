package tail

import (
	"os"
	"path/filepath"
	"time"
)

// restore finds the files of saved positions again: by inode, where the content agrees, else by content. What is not found
// stays unresolved until the compressed files have been looked at, too (unpack). Files that are found are attached to
// their paths by a first look; so are the files that were born while nobody looked.
func (f *Follower) restore(saved []Position, now time.Time) {
	var open []Position
	for _, p := range saved {
		switch p.State {
		case StateSource:
			f.seen = time.Unix(0, p.Seen)
		case StateRetired:
			f.leave(&p, 0)
			f.ledger.add(p, nil, len(saved))
		case StateAbsent:
			f.expectAt(p.Path, p.Name)
		default:
			open = append(open, p)
		}
	}
	byID := make(map[fileID]sibling)
	var all []sibling
	for name := range f.places(open) {
		for _, s := range f.everything(name) {
			if _, ok := byID[s.id]; !ok {
				byID[s.id] = s
				all = append(all, s)
			}
		}
	}
	var rest, empty []Position
	for _, p := range open {
		if p.State == StateCurrent && f.paths[p.Path] == nil {
			f.expectAt(p.Path, p.Name)
		}
		s, ok := byID[p.id()]
		switch {
		case ok && p.Offset == 0 && p.weak():
			empty = append(empty, p)
			f.leave(&p, 0)
		case !ok || p.Packed || !f.resumeAt(&p, s.name, now):
			rest = append(rest, p)
		}
	}
	for _, p := range rest {
		if !f.resumeCopy(&p, all, now) {
			f.unresolved = append(f.unresolved, p)
		}
	}
	// Of files that were empty nothing is known but their inodes, which may have been given to others, such as to the copy of
	// a file that is found by name. The look decides about those that have content now, the ledger watches the others.
	f.look(now)
	for _, p := range empty {
		if x := f.files[p.id()]; x != nil && x.offset == 0 {
			x.hole = p.Hole // NUL bytes that begin it are none of a line in any case
		}
		if s := byID[p.id()]; f.files[p.id()] == nil && s.size == 0 {
			p.Name = s.name
			f.ledger.add(p, nil, f.ledgerLimit())
		}
	}
}

// places returns the directories in which the files of the positions and of the configured path may be.
func (f *Follower) places(saved []Position) map[string]bool {
	names := []string{f.path}
	if f.glob {
		names, _ = filepath.Glob(f.path)
	}
	dirs := make(map[string]bool)
	for _, name := range names {
		if real, err := filepath.EvalSymlinks(name); err == nil {
			name = real
		}
		dirs[filepath.Dir(name)] = true
	}
	for _, p := range saved {
		dirs[filepath.Dir(p.Name)] = true
	}
	return dirs
}

// everything lists the regular files of a directory.
func (f *Follower) everything(dirName string) (list []sibling) {
	entries, err := os.ReadDir(dirName)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			list = append(list, sibling{filepath.Join(dirName, e.Name()), idOf(info), info.Size(), info.ModTime()})
		}
	}
	return list
}

// resumeAt goes on with a position in the named file, if that has its inode and its content.
func (f *Follower) resumeAt(p *Position, name string, now time.Time) bool {
	fd, info, err := openFile(name)
	if err != nil {
		return false
	}
	if idOf(info) != p.id() || f.files[p.id()] != nil || newSample(fd, info.Size()).compare(p) != alike {
		fd.Close()
		return false
	}
	x := f.newFileAt(fd, info, p.Path, p)
	x.rejoin(p)
	f.resumed(x, p, now)
	return true
}

// resumeCopy goes on with a position in a plain file that has its content under another inode.
func (f *Follower) resumeCopy(p *Position, all []sibling, now time.Time) bool {
	if p.Packed || p.weak() {
		return false
	}
	for _, s := range all {
		if f.files[s.id] != nil {
			continue
		}
		if !p.mayBe(filepath.Base(s.name)) {
			continue
		}
		if x := f.openCopy(p, s.name); x != nil {
			f.resumed(x, p, now)
			return true
		}
	}
	return false
}

// resumed takes a file that was found again among those that are read.
func (f *Follower) resumed(x *file, p *Position, now time.Time) {
	f.ledger.remove(x.id)
	f.files[x.id] = x
	x.rotatedAt, x.quietFrom = now, now
	if p.State == StateCurrent {
		if q := f.paths[p.Path]; q.current == nil {
			q.current = x
			x.names++
		}
	}
}

// expectAt makes a path known that named a file when the positions were saved: real, which tells where its rotated files are
// while a symbolic link leads nowhere.
func (f *Follower) expectAt(name, real string) {
	p := f.paths[name]
	if p == nil {
		p = &followed{name: name}
		f.paths[name] = p
	}
	p.had = true
	f.placeAt(p, real)
}

// unpack looks for the saved positions that were not found in any plain file among the compressed ones, once, and gives up
// those that are not there either.
func (f *Follower) unpack() {
	if len(f.unresolved) == 0 {
		return
	}
	now := time.Now()
	for len(f.unresolved) > 0 && f.ctx.Err() == nil {
		p := f.unresolved[0]
		if f.followedMeanwhile(&p) {
			f.q.Guard(func() { f.unresolved = f.unresolved[1:] })
			continue
		}
		x := f.findCopy(&p, nil)
		if f.ctx.Err() != nil {
			if x != nil {
				x.close()
			}
			return
		}
		if x == nil {
			f.noteShortCopies(&p)
		}
		lost, name := max(0, p.Size-p.Offset), p.Name
		f.q.Guard(func() {
			f.unresolved = f.unresolved[1:]
			if x != nil {
				x.rotatedAt, x.quietFrom = now, now
				f.ledger.remove(x.id)
				f.files[x.id] = x
				return
			}
			f.src.Stats.LostBytes.Add(lost)
			f.reconsider(&p)
			if lost == 0 {
				f.leave(&p, 0)
			}
			p.Size = p.Offset
			if f.files[p.id()] != nil || f.ledger.byID[p.id()] != nil { // its inode has another content now
				f.ledger.addContent(p, f.ledgerLimit())
			} else { // should it come back: a directory that is mounted late, a file that may be read
				f.ledger.add(p, nil, f.ledgerLimit())
			}
		})
		if x != nil {
			f.log.Info("reading on in a copy", "file", x.name, "offset", x.offset)
			f.kick(x)
		} else if p.Head.Len > 0 {
			f.log.Warn("a file that was being read has gone while nobody looked", "file", name, "lost_bytes_at_least", lost)
		}
	}
}

// followedMeanwhile reports whether a look has found the file of a saved position that restore missed, because names were being
// shifted while it listed the directory.
func (f *Follower) followedMeanwhile(p *Position) bool {
	x := f.files[p.id()]
	if x == nil || x.arch != nil {
		return false
	}
	info, err := x.fd.Stat()
	return err == nil && newSample(x.fd, info.Size()).compare(p) == alike
}
