package metrics

import (
	"math/bits"

	"httpstatus_exporter/classify"
)

// A cell counts the responses with one key in one shard. series is the recorder's: it is written in quiet moments only.
type cell struct {
	key     uint64 // cellKey; 0 = free
	count   uint64
	created int64 // Unix milliseconds of the first count
	series  int32 // index into the directory, unresolved until the first snapshot
}

const unresolved = -1

// cells is a hash table from keys to counts with linear probing: all counts of one API in one shard. A table indexed by
// (route, method, code) would be as fast and take megabytes for a contract with a thousand routes; this one takes 64
// bytes for each key that occurred. Keys never leave it.
type cells struct {
	slots []cell // a power of two of them, at most half of them used
	shift uint8  // 64 - log2(len(slots))
	used  int
}

const minCells = 64

func newCells(slots int) cells {
	return cells{slots: make([]cell, slots), shift: uint8(64 - bits.TrailingZeros(uint(slots)))}
}

// find returns the cell of key, or the free cell where it belongs.
func (t *cells) find(key uint64) *cell {
	i := key * 0x9e3779b97f4a7c15 >> t.shift
	for {
		c := &t.slots[i]
		if c.key == key || c.key == 0 {
			return c
		}
		i = (i + 1) & uint64(len(t.slots)-1)
	}
}

// insert adds a key that find did not find and returns its cell.
func (t *cells) insert(key uint64, created int64) *cell {
	if 2*(t.used+1) > len(t.slots) {
		t.grow()
	}
	t.used++
	c := t.find(key)
	*c = cell{key: key, created: created, series: unresolved}
	return c
}

func (t *cells) grow() {
	bigger := newCells(2 * len(t.slots))
	bigger.used = t.used
	for _, c := range t.slots {
		if c.key != 0 {
			*bigger.find(c.key) = c
		}
	}
	*t = bigger
}

// A cellKey holds, from the highest bit on: 1 (so that no key is 0), route (31 bits), method (16), code (10), verdict (3)
// and the reason of an undocumented response (3). Without the reason it stands for one series of responses_total.
const (
	routeShift  = 32
	methodShift = 16
	codeShift   = 6
	kindShift   = 3
	reasonMask  = 1<<kindShift - 1
)

func cellKey(v *classify.Verdict) uint64 {
	return seriesKey(v.Route, v.Method, v.Code, v.Kind) | uint64(v.Reason)
}

func seriesKey(route, method, code int, kind classify.Kind) uint64 {
	return 1<<63 | uint64(route)<<routeShift | uint64(method)<<methodShift | uint64(code)<<codeShift | uint64(kind)<<kindShift
}

func keyRoute(key uint64) int  { return int(key << 1 >> (routeShift + 1)) }
func keyMethod(key uint64) int { return int(uint16(key >> methodShift)) }
func keyCode(key uint64) int   { return int(key >> codeShift & (1<<(methodShift-codeShift) - 1)) }
func keyKind(key uint64) classify.Kind {
	return classify.Kind(key >> kindShift & (1<<(codeShift-kindShift) - 1))
}
func keyReason(key uint64) classify.Reason { return classify.Reason(key & reasonMask) }
