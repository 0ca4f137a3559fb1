package tail

import (
	"cmp"
	"path/filepath"
	"regexp"
	"strings"
)

// What rotation appends to a name or puts before its extension: numbers, dates, and the words that people use.
//
//	access.log.1  access.log-20260731  access.log.2026-07-31T10:00:00Z.gz  access.log.old  access.log~  access-20260731.log
//
// access.log.json is another log, and so is access-api.log.
var (
	rotationSuffix = regexp.MustCompile(`^(~|[-._@]((\d|T|Z|[-._:@+]|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)*\d[\d\-._:@+TZ]*(old|bak)?|old|bak|prev|orig|save|last))$`)
	rotationTAI64N = regexp.MustCompile(`^@[0-9a-f]{24}\.[su]$`) // what multilog, svlogd and s6-log make of current
	rotationMiddle = regexp.MustCompile(`^[-._@](\d|T|Z|[-._:@+])*\d[\d\-._:@+TZ]*$`)
)

// unpackedName returns a name without the ending of a compressor.
func unpackedName(name string) string {
	for _, ext := range []string{".gz", ".zst", ".zstd"} {
		if s, ok := strings.CutSuffix(name, ext); ok {
			return s
		}
	}
	return name
}

// shapeOf returns a name with every number in it replaced by 0: 0.log and 1.log, access-20260731.log and the next day's are
// of one shape. Where a symbolic link is followed, it may have pointed to any of them.
func shapeOf(name string) string { return numbers.ReplaceAllLiteralString(name, "0") }

var numbers = regexp.MustCompile(`\d+`)

// rotatedFrom returns the path of which name is, by its look, a rotated file; nil when it is of none.
func (d *dir) rotatedFrom(name string) *followed {
	if d.bases[name] != nil && d.shapes[shapeOf(name)] == nil { // a link may have been turned before its file was opened
		return nil
	}
	return d.looksRotatedFrom(name)
}

// rotatedFrom returns the path of which that of p, which a glob matches, is by its look that of a rotated file; nil when it is of none.
func (p *followed) rotatedFrom() *followed {
	if q := p.dir.looksRotatedFrom(p.base); q != p {
		return q
	}
	return nil
}

func (d *dir) looksRotatedFrom(name string) *followed {
	name = unpackedName(name)
	if p := d.bases["current"]; p != nil && rotationTAI64N.MatchString(name) {
		return p
	}
	if p := d.shapes[shapeOf(name)]; p != nil {
		return p
	}
	ext := filepath.Ext(name)
	for i := len(name) - 1; i > 0; i-- {
		if strings.IndexByte("~-._@", name[i]) < 0 {
			continue
		}
		if p := d.followed(name[:i]); p != nil && rotationSuffix.MatchString(name[i:]) {
			return p
		}
		if i >= len(name)-len(ext) {
			continue
		}
		if p := d.followed(name[:i] + ext); p != nil && rotationMiddle.MatchString(name[i:len(name)-len(ext)]) {
			return p
		}
	}
	return nil
}

// followed returns the path whose file has the name, or may have had it.
func (d *dir) followed(base string) *followed {
	if p := d.bases[base]; p != nil {
		return p
	}
	if p := d.shapes[shapeOf(base)]; p != nil {
		return p
	}
	name := filepath.Join(cmp.Or(d.as, d.name), base)
	if ok, _ := filepath.Match(d.glob, name); !ok {
		return nil
	}
	if p := d.paths[name]; p != nil {
		return p
	}
	return &followed{name: name, trouble: troubleMissing, dir: d, base: base} // it has come and gone
}

// mayCopy reports whether name may hold the content of base, itself perhaps a rotated name, under any convention: enough
// where the content is compared.
func mayCopy(base, name string) bool {
	if i := rotationStart.FindStringIndex(base); i != nil && i[0] > 0 {
		base = base[:i[0]]
	}
	return strings.HasPrefix(name, base) || strings.HasPrefix(name, strings.TrimSuffix(base, filepath.Ext(base)))
}

// mayBe reports whether a name in the directory of the file, or in that of its path, may be that of its rotated or copied forms.
func (p *Position) mayBe(name string) bool {
	return mayCopy(filepath.Base(p.Name), name) || mayCopy(filepath.Base(p.Path), name)
}

var rotationStart = regexp.MustCompile(`[-._@~](\d|gz$|zst$|zstd$|old|bak|prev|orig|save|last)`)
