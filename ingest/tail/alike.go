package tail

import (
	"bytes"
	"os"
	"slices"
	"time"
)

// relatives returns the positions of all files, open or not, that begin like the sample as far as can be told. Moving
// reports that a file has been written over that the sample may be a copy of, and that this is not dealt with yet; checked
// for all files of the path, and for others as far as a reader has noticed and once per look.
func (f *Follower) relatives(s *sample, path string) (ps []Position, moving bool) {
	mayBe := func(head []byte) bool {
		n := min(len(head), len(s.head))
		return bytes.Equal(head[:n], s.head[:n])
	}
	f.q.Quiet(func() {
		for _, x := range f.files {
			if x.changed || (len(x.head) < headSize || x.path == path || f.checked != f.looks) && !x.lookAtHead() {
				moving = true
			}
			if mayBe(x.head) {
				ps = append(ps, x.position())
			}
		}
		if !moving {
			f.checked = f.looks
		}
		for _, r := range f.ledger.list {
			if r.head != nil && mayBe(r.head) || r.head == nil && (r.Head.Len > len(s.head) || s.sameHead(&r.Position)) {
				ps = append(ps, r.Position)
			}
		}
	})
	return ps, moving
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
	if err == nil && !bytes.HasPrefix(head, x.head) {
		return false
	}
	if err == nil {
		x.head = head
	}
	return true
}

// classify holds the content of an unknown file against everything that is known. Alike without a position: it is a copy
// of what has been read or will be, or of a part of it. Alike with one: it is what was read and goes on where that ended. So it is
// when it stays unclear and there is one.
func (f *Follower) classify(fd *os.File, info os.FileInfo, path string) (like likeness, part bool, from *Position) {
	s := newSample(fd, info.Size())
	result := different
	relatives, moving := f.relatives(s, path)
	if moving {
		result = unsettled
	}
	for _, p := range relatives {
		if p.Head.Len == 0 && f.files[p.id()] == nil || p.Copy && p.id() == idOf(info) {
			continue
		}
		cut := p.Part
		like := f.holdAgainst(s, &p)
		switch {
		case like.undecided():
			result = max(result, like)
		case like == alike && s.size <= p.Size:
			if start, _ := lineStart(fd, s.size, f.maxLine); start > 0 {
				return alike, cut || s.size < p.Size, nil
			}
			result = max(result, unclear) // all files begin with nothing, and many lines alike
		case like == alike && !cut && !p.weak() && (from == nil || p.Offset > from.Offset):
			from = &p
		}
	}
	if s.err != nil {
		f.src.Stats.ReadErrors.Add(1)
		return unclear, false, nil
	}
	if from != nil && result == different {
		result = alike
	}
	return result, false, from
}

// patience is how long a file must have been as it is until it is taken for what it looks like.
func (f *Follower) patience(like likeness) time.Duration {
	if like == unsettled {
		return maxTurnWait * f.tick
	}
	return 2 * f.tick
}

// holdAgainst compares a sample with a position whose head it has, as far as both go where the file of the position can
// still be read, else up to the offset; p becomes the position that was compared.
func (f *Follower) holdAgainst(s *sample, p *Position) likeness {
	x := f.files[p.id()]
	var fd *os.File
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
	if p.Packed {
		if now, err := archiveAsRead(fd, s.size); err == nil && archiveIs(fd, p) {
			*p = now
		}
		return s.compare(p)
	}
	info, err := fd.Stat()
	switch {
	case err == nil && newSample(fd, info.Size()).compare(p) == alike:
	case x != nil:
		return unsettled // the sample may be the copy that was made before
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
