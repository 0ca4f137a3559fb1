package metrics

import (
	"math/bits"
	"time"
)

// classicBounds are the upper bounds of the classic buckets, those that Prometheus clients use by default.
var classicBounds = [...]time.Duration{
	5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond,
	250 * time.Millisecond, 500 * time.Millisecond, 1 * time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// Native buckets have schema 3: eight to the power of two, bucket i holds durations in (2^((i-1)/8), 2^(i/8)] seconds.
// Durations are whole nanoseconds, so the buckets that can be hit are finitely many.
const (
	schema    = 3
	perOctave = 1 << schema
	minBucket = -30 * perOctave // holds nothing: the bound is less than 1 ns
	maxBucket = 33*perOctave + 1
	buckets   = maxBucket - minBucket + 1
)

// octave holds 10^9 * 2^(j/8) * 2^33 rounded down: the eight bounds from 1 s on in nanoseconds, with 33 bits after the
// point. Shifted right they give the exact integer part of every other bound.
var octave = [perOctave]uint64{
	0x7735940000000000, 0x81ffa7a9549ca6e3, 0x8dc3b8960164a7d9, 0x9a9867054d512391,
	0xa8965f74bf065071, 0xb7d88a12d0dd9ea0, 0xc87c3e7d03cdbec3, 0xdaa17c2cd19555db,
}

// bucketTables find the buckets of a duration without a search.
type bucketTables struct {
	// bounds[i] is the highest whole number of nanoseconds in bucket minBucket+i.
	bounds [buckets]uint64
	// first[s] is the lowest bucket, counted from minBucket, that a duration can be in whose leading bit and the three
	// bits after it are s.
	first [64 * perOctave]uint16
	// classic[i] is the lowest classic bucket that a duration of native bucket minBucket+i can be in. No native bucket
	// meets more than two classic ones.
	classic [buckets]uint8
}

var tables = makeTables()

func makeTables() *bucketTables {
	t := new(bucketTables)
	for i := range t.bounds {
		q, j := (i+minBucket)>>schema, (i+minBucket)&(perOctave-1)
		t.bounds[i] = octave[j] >> (33 - q)
	}
	n := 0
	for s := range t.first {
		for t.bounds[n] < slotStart(s) {
			n++
		}
		t.first[s] = uint16(n)
	}
	c := 0
	for i := 1; i < buckets; i++ {
		for c < len(classicBounds) && uint64(classicBounds[c]) <= t.bounds[i-1] {
			c++
		}
		t.classic[i] = uint8(c)
	}
	return t
}

// slot returns the position of d's leading bit and the three bits after it as one number.
func slot(d uint64) int {
	n := bits.Len64(d)
	return (n-1)<<schema | int(d<<(64-n)>>(63-schema))&(perOctave-1)
}

// slotStart returns the lowest duration with this slot, or the highest duration there is.
func slotStart(s int) uint64 {
	top := uint64(perOctave | s&(perOctave-1))
	if n := s>>schema - schema; n < 0 {
		return top >> -n
	} else if n < 60 {
		return min(top<<n, 1<<63-1)
	}
	return 1<<63 - 1
}

// A histogram holds durations in classic and native buckets at once, exactly. One goroutine owns it.
type histogram struct {
	classic [len(classicBounds) + 1]uint64 // not cumulative; the last one is beyond all bounds
	zero    uint64                         // durations of 0, which no native bucket holds
	native  []uint64                       // counts of the buckets from lowest on: whole octaves, grown on demand
	lowest  int                            // a multiple of perOctave, counted from minBucket

	sumHigh, sumLow uint64 // nanoseconds, 128 bits: 64 bits last four months at a thousand busy connections
}

// observe counts one duration, which must not be negative.
func (h *histogram) observe(d time.Duration) {
	ns := uint64(d)
	var carry uint64
	h.sumLow, carry = bits.Add64(h.sumLow, ns, 0)
	h.sumHigh += carry
	if ns == 0 {
		h.zero++
		h.classic[0]++
		return
	}
	n := int(tables.first[slot(ns)])
	for ns > tables.bounds[n] {
		n++
	}
	c := int(tables.classic[n])
	if c < len(classicBounds) && d > classicBounds[c] {
		c++
	}
	h.classic[c]++
	if i := n - h.lowest; uint(i) < uint(len(h.native)) {
		h.native[i]++
		return
	}
	h.grow(n, n)
	h.native[n-h.lowest]++
}

// grow makes room for the native buckets from to to, counted from minBucket.
func (h *histogram) grow(from, to int) {
	low, high := from&^(perOctave-1), to|(perOctave-1)
	if len(h.native) > 0 {
		low, high = min(low, h.lowest), max(high, h.lowest+len(h.native)-1)
	}
	bigger := make([]uint64, high-low+1)
	if len(h.native) > 0 {
		copy(bigger[h.lowest-low:], h.native)
	}
	h.native, h.lowest = bigger, low
}

// add adds the observations of o. It shares no memory with o.
func (h *histogram) add(o *histogram) {
	for i, n := range o.classic {
		h.classic[i] += n
	}
	h.zero += o.zero
	if len(o.native) > 0 {
		if from, to := o.lowest, o.lowest+len(o.native); from < h.lowest || to > h.lowest+len(h.native) {
			h.grow(from, to-1)
		}
		for i, n := range o.native {
			h.native[o.lowest-h.lowest+i] += n
		}
	}
	var carry uint64
	h.sumLow, carry = bits.Add64(h.sumLow, o.sumLow, 0)
	h.sumHigh += o.sumHigh + carry
}

// count returns how many durations were observed.
func (h *histogram) count() uint64 {
	var n uint64
	for _, c := range h.classic {
		n += c
	}
	return n
}

// seconds returns the sum of all durations. It never falls: each rounding keeps the order.
func (h *histogram) seconds() float64 {
	return (float64(h.sumHigh)*0x1p64 + float64(h.sumLow)) / float64(time.Second)
}
