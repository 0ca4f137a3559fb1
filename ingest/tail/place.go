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
	d := f.dirs[name]
	if d == nil {
		d = &dir{name: name, paths: f.paths, bases: make(map[string]*followed), shapes: make(map[string]*followed), waits: make(map[fileID]waitRoom)}
		if f.glob {
			d.glob = f.path
		}
		f.dirs[name] = d
	}
	d.bases[base] = p
	if real != p.name {
		d.shapes[shapeOf(base)] = p
	}
	p.dir, p.base = d, base
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
	if len(p.dir.bases) == 0 {
		delete(f.dirs, p.dir.name)
	}
	p.dir = nil
}
