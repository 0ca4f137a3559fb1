package metrics

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

var errTruncated = errors.New("snapshot is cut short")

// DecodeSnapshot reads what AppendBinary wrote. The result is for Restore: it lacks derived labels and gauges, so it
// exposes nothing. It keeps no part of b. Any b is safe; the memory taken is at most a small multiple of its length.
func DecodeSnapshot(b []byte) (*Snapshot, error) {
	rest, ok := strings.CutPrefix(string(b), magic)
	if !ok {
		return nil, fmt.Errorf("not a snapshot that this version reads: it does not begin with %q", magic)
	}
	d := decoder{rest: rest}
	s := d.snapshot()
	if d.err == nil && d.rest != "" {
		d.err = fmt.Errorf("%d bytes after the end of the snapshot", len(d.rest))
	}
	if d.err != nil {
		return nil, d.err
	}
	return s, nil
}

// A decoder takes values from the front of rest. After the first error it returns zeros.
type decoder struct {
	rest    string
	err     error
	strings []string
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.rest = ""
}

func (d *decoder) uvarint() uint64 {
	var v uint64
	for i := 0; i < len(d.rest) && i < binary.MaxVarintLen64; i++ {
		c := d.rest[i]
		if i == binary.MaxVarintLen64-1 && c > 1 {
			d.fail(errors.New("number exceeds 64 bits"))
			return 0
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.rest = d.rest[i+1:]
			return v
		}
	}
	d.fail(errTruncated)
	return 0
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// count returns a number of things that take size bytes or more each.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.rest)/size) {
		d.fail(errTruncated)
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() string {
	n := d.count(1)
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

// string returns a string that is defined here or was before.
func (d *decoder) string() string {
	ref := d.uvarint()
	if ref == 0 {
		s := strings.Clone(d.bytes())
		d.strings = append(d.strings, s)
		return s
	}
	if ref > uint64(len(d.strings)) {
		d.fail(fmt.Errorf("string %d of %d", ref, len(d.strings)))
		return ""
	}
	return d.strings[ref-1]
}

func (d *decoder) snapshot() *Snapshot {
	// A series takes 4 bytes or more: name, number of labels, value, created.
	s := &Snapshot{series: make([]*series, d.count(4))}
	identities := d.rest
	for i := range s.series {
		s.series[i] = d.series()
	}
	s.encoded = []byte(identities[:len(identities)-len(d.rest)])
	s.values = make([]uint64, len(s.series))
	for i := range s.values {
		s.values[i] = d.uvarint()
	}
	s.created = make([]int64, len(s.series))
	var before int64
	for i := range s.created {
		before += d.varint()
		s.created[i] = before
	}
	s.histograms = make([]histogramValue, d.count(len(histogram{}.classic)+6))
	for i := range s.histograms {
		d.histogram(&s.histograms[i], len(s.series))
	}
	s.lastEntry = make([]lastEntry, d.count(2))
	for i := range s.lastEntry {
		s.lastEntry[i] = lastEntry{strings.Clone(d.bytes()), d.varint()}
	}
	return s
}

// series returns a series with empty derived labels, or one of unknownFamily when this version does not have it.
func (d *decoder) series() *series {
	name := d.string()
	identity := make([]string, d.count(1))
	for i := range identity {
		identity[i] = d.string()
	}
	for f := range collected {
		if families[f].Name != name {
			continue
		}
		s := &series{family: f, labels: make([]string, len(families[f].Labels))}
		for i, label := range families[f].Labels {
			if derived(label) {
				continue
			}
			if len(identity) == 0 {
				return &series{family: unknownFamily}
			}
			s.labels[i], identity = identity[0], identity[1:]
		}
		if len(identity) > 0 {
			break
		}
		return s
	}
	return &series{family: unknownFamily}
}

func (d *decoder) histogram(h *histogramValue, series int) {
	at := d.uvarint()
	if at >= uint64(series) {
		d.fail(fmt.Errorf("histogram of series %d of %d", at, series))
		return
	}
	h.series = int32(at)
	for i := range h.classic {
		h.classic[i] = d.uvarint()
	}
	h.zero = d.uvarint()
	lowest := d.uvarint()
	n := d.count(1)
	if lowest > buckets || n > 64*perOctave || lowest%perOctave != 0 {
		d.fail(fmt.Errorf("%d native buckets from %d on", n, lowest))
		return
	}
	h.lowest, h.native = int(lowest), make([]uint64, n)
	total := h.zero
	for i := range h.native {
		h.native[i] = d.uvarint()
		total += h.native[i]
	}
	h.sumHigh, h.sumLow = d.uvarint(), d.uvarint()
	if total != h.count() {
		d.fail(fmt.Errorf("histogram with %d durations in classic and %d in native buckets", h.count(), total))
	}
}
