package metrics

import (
	"encoding/binary"
	"slices"
)

// A saved snapshot, all numbers varints:
//
//	magic
//	number of series; for each: name of the metric, number of labels, label values without the derived ones
//	for each series: value; for each: created timestamp, as the difference to the one before
//	number of histograms; for each: series, classic buckets, zero bucket, lowest native bucket, number of native buckets,
//	native buckets, sum (high, low)
//	number of sources with an entry; for each: name, time of the newest entry
//
// A string is 0 and then its length and bytes where it first stands, later the number of strings that were new up to and
// including it. The order of the series does not matter to a reader, nor do metrics that it does not know.
const magic = "httpstatus snapshot 1\n"

// AppendBinary appends the snapshot as DecodeSnapshot reads it. A checksum is the caller's. It never fails.
func (s *Snapshot) AppendBinary(b []byte) ([]byte, error) {
	b = slices.Grow(b, len(magic)+len(s.encoded)+4*len(s.series)+256*len(s.histograms))
	b = append(b, magic...)
	b = binary.AppendUvarint(b, uint64(len(s.series)))
	b = append(b, s.encoded...)
	for _, v := range s.values {
		b = binary.AppendUvarint(b, v)
	}
	var before int64
	for _, t := range s.created {
		b = binary.AppendVarint(b, t-before)
		before = t
	}
	b = binary.AppendUvarint(b, uint64(len(s.histograms)))
	for i := range s.histograms {
		b = appendHistogram(b, &s.histograms[i])
	}
	b = binary.AppendUvarint(b, uint64(len(s.lastEntry)))
	for _, last := range s.lastEntry {
		b = binary.AppendUvarint(b, uint64(len(last.source)))
		b = append(b, last.source...)
		b = binary.AppendVarint(b, last.at)
	}
	return b, nil
}

func appendHistogram(b []byte, h *histogramValue) []byte {
	b = binary.AppendUvarint(b, uint64(h.series))
	for _, n := range h.classic {
		b = binary.AppendUvarint(b, n)
	}
	b = binary.AppendUvarint(b, h.zero)
	b = binary.AppendUvarint(b, uint64(h.lowest))
	b = binary.AppendUvarint(b, uint64(len(h.native)))
	for _, n := range h.native {
		b = binary.AppendUvarint(b, n)
	}
	b = binary.AppendUvarint(b, h.sumHigh)
	return binary.AppendUvarint(b, h.sumLow)
}
