package tail

import (
	"os"
	"path/filepath"
)

// place finds the directory that the file of p is in, through all symbolic links.
func (f *Follower) place(p *followed) {
	real, err := filepath.EvalSymlinks(p.name)
	if err != nil {
		if p.dir != nil {
			return // where it was last
		}
		real = danglingTarget(p.name)
	}
	f.placeAt(p, real)
}

// placeAt notes where the file of p really is, or was.
func (f *Follower) placeAt(p *followed, real string) {
	name, base := filepath.Split(real)
	name = filepath.Clean(name)
	if p.dir != nil && p.dir.name == name && p.base == base {
		return
	}
	f.unplace(p)
	d := f.dirAt(name)
	d.bases[base] = p
	if real != p.name {
		d.shapes[shapeOf(base)] = p
	}
	p.dir, p.base = d, base
}

func (f *Follower) dirAt(name string) *dir {
	d := f.dirs[name]
	if d == nil {
		d = &dir{name: name, paths: f.paths, bases: make(map[string]*followed), shapes: make(map[string]*followed), waits: make(map[fileID]waitRoom)}
		if f.glob {
			d.glob = f.path
		}
		f.dirs[name] = d
	}
	return d
}

// expandDirs finds the directories that the glob's own directory matches now: a log may come to one and be rotated there between two
// looks.
func (f *Follower) expandDirs() {
	names, _ := filepath.Glob(filepath.Dir(f.path))
	matched := make(map[string]*dir, len(names))
	for _, name := range names {
		d := f.matched[name]
		if d == nil {
			real, err := filepath.EvalSymlinks(name)
			if info, statErr := os.Stat(name); err != nil || statErr != nil || !info.IsDir() {
				continue
			}
			d = f.dirAt(real)
			d.as = name
			d.globs++
		}
		matched[name] = d
	}
	for name, d := range f.matched {
		if matched[name] == nil {
			d.globs--
			f.dropDir(d)
		}
	}
	f.matched = matched
}

// dropDir forgets a directory in which no rotated file is to be expected.
func (f *Follower) dropDir(d *dir) {
	if len(d.bases) == 0 && d.globs == 0 {
		delete(f.dirs, d.name)
	}
}

// danglingTarget returns where a file would be that does not exist, through all symbolic links that lead there: at a start
// between rename and create, the files that were rotated meanwhile lie beside it.
func danglingTarget(name string) string {
	for range 40 { // as many links as Linux follows
		target, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		return filepath.Join(dir, filepath.Base(name))
	}
	return name
}

func (f *Follower) unplace(p *followed) {
	if p.dir == nil {
		return
	}
	if p.dir.bases[p.base] == p {
		delete(p.dir.bases, p.base)
	}
	if p.dir.shapes[shapeOf(p.base)] == p {
		delete(p.dir.shapes, shapeOf(p.base))
	}
	f.dropDir(p.dir)
	p.dir = nil
}
