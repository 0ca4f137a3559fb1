package main

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest"
)

// A drift is what one worker of a report saw of the difference between traffic and documentation: every answer that the
// contract does not cover, with its first and last time and the place of one example.
type drift struct {
	findings map[findingKey]*finding
	blocks   map[*ingest.Source][]blockLines
	from, to time.Time
	seen     map[seenKey]time.Time // when each kind of response was last seen
}

type seenKey struct{ route, method, code int }

type findingKey struct {
	kind                           classify.Kind
	reason                         classify.Reason
	condition, route, method, code int
}

type finding struct {
	count       int64
	origins     [classify.Origins]int64 // the count by who answered
	first, last time.Time
	sample      place // of the first one; of several in that moment the one that is read first
}

// before reports whether f's sample comes first.
func (f *finding) before(o *finding) bool {
	if f.first.Equal(o.first) {
		return f.sample.before(o.sample)
	}
	return o.first.IsZero() || !f.first.IsZero() && f.first.Before(o.first)
}

// A place is one line of a source: the n-th line of the block that begins at offset, n counting from 0.
type place struct {
	source *ingest.Source
	offset int64
	n      int
}

// before reports whether p is read before o.
func (p place) before(o place) bool {
	return cmp.Or(cmp.Compare(p.source.ID, o.source.ID), cmp.Compare(p.offset, o.offset), cmp.Compare(p.n, o.n)) < 0
}

// blockLines says how many lines the block at offset had.
type blockLines struct {
	offset int64
	lines  int
}

func newDrift() *drift {
	return &drift{findings: map[findingKey]*finding{}, blocks: map[*ingest.Source][]blockLines{}, seen: map[seenKey]time.Time{}}
}

// note records one judged entry, which was logged at t.
func (d *drift) note(at place, t time.Time, c *classify.Classifier, f *classify.Facts, v *classify.Verdict) {
	d.from, d.to = earlier(d.from, t), later(d.to, t)
	kind := seenKey{v.Route, v.Method, v.Code}
	if last, again := d.seen[kind]; !again || t.After(last) {
		d.seen[kind] = t
	}
	if v.Kind == classify.Documented {
		return
	}
	key := findingKey{v.Kind, v.Reason, v.Condition, v.Route, v.Method, v.Code}
	one := finding{first: t, last: t, sample: at}
	fd := d.findings[key]
	if fd == nil {
		fd = &one
		d.findings[key] = fd
	} else if one.before(fd) {
		fd.sample = at
	}
	fd.count++
	fd.origins[c.Origin(f)]++
	fd.first, fd.last = earlier(fd.first, t), later(fd.last, t)
}

// block records the end of a block.
func (d *drift) block(src *ingest.Source, offset int64, lines int) {
	d.blocks[src] = append(d.blocks[src], blockLines{offset, lines})
}

// merge adds what another worker saw.
func (d *drift) merge(o *drift) {
	for key, b := range o.findings {
		a := d.findings[key]
		if a == nil {
			d.findings[key] = b
			continue
		}
		if b.before(a) {
			a.sample = b.sample
		}
		a.count += b.count
		for o, n := range b.origins {
			a.origins[o] += n
		}
		a.first, a.last = earlier(a.first, b.first), later(a.last, b.last)
	}
	for src, blocks := range o.blocks {
		d.blocks[src] = append(d.blocks[src], blocks...)
	}
	for key, t := range o.seen {
		d.seen[key] = later(d.seen[key], t)
	}
	d.from, d.to = earlier(d.from, o.from), later(d.to, o.to)
}

// dateSeen sets when each row was last seen.
func (d *drift) dateSeen(c *classify.Classifier, rows []seenRow) {
	type name struct{ route, method, code string }
	last := map[name]time.Time{}
	for key, t := range d.seen {
		n := name{c.Routes()[key.route], c.Methods()[key.method], classify.CodeLabel(key.code)}
		last[n] = later(last[n], t)
	}
	for i := range rows {
		rows[i].Last = last[name{rows[i].Route, rows[i].Method, rows[i].Code}]
	}
}

// line returns the line number of p, counting from 1. All workers must have been merged.
func (d *drift) line(p place) int {
	blocks := d.blocks[p.source]
	if !slices.IsSortedFunc(blocks, byOffset) {
		slices.SortFunc(blocks, byOffset)
	}
	end := sort.Search(len(blocks), func(i int) bool { return blocks[i].offset >= p.offset })
	line := p.n + 1
	for _, b := range blocks[:end] {
		line += b.lines
	}
	return line
}

func byOffset(a, b blockLines) int { return cmp.Compare(a.offset, b.offset) }

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
