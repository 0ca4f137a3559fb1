package tail

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A dir is a directory in which the file of a followed path really is. Its rotated files are looked for here: those that
// were born and rotated between two looks have never been seen under the path.
type dir struct {
	name    string
	glob    string               // of the followed paths, if they are those of one
	paths   map[string]*followed // the Follower's
	bases   map[string]*followed
	shapes  map[string]*followed // see shapeOf; of paths that are symbolic links
	globs   int                  // names by which the glob's directory matches it
	as      string               // one of them
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
	unknown, shifted := f.meetAll(d, entries, decided, now)
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

// meetAll notes the names of the known files among the entries of a directory and returns those that are not known. Shifted
// reports that names change meanwhile.
func (f *Follower) meetAll(d *dir, entries []os.DirEntry, decided map[fileID]decision, now time.Time) (unknown []found, shifted bool) {
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
	return unknown, shifted
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
