package metrics

import (
	dto "github.com/prometheus/client_model/go"
)

const (
	// maxNative is how many native buckets are exposed with observations in them. A histogram with more is exposed at a
	// lower resolution, as client_golang does it.
	maxNative = 160
	// maxGap is how many empty buckets are written out rather than begin a new span.
	maxGap = 2
	// zeroThreshold is the highest duration in the zero bucket, the default of client_golang: 0 alone is.
	zeroThreshold = 0x1p-128
)

// dto returns the histogram with classic and native buckets, in seconds.
func (h *histogram) dto() *dto.Histogram {
	count, sum := h.count(), h.seconds()
	out := &dto.Histogram{SampleCount: &count, SampleSum: &sum}
	var below uint64
	for i, bound := range classicBounds {
		below += h.classic[i]
		out.Bucket = append(out.Bucket, &dto.Bucket{CumulativeCount: new(below), UpperBound: new(bound.Seconds())})
	}
	h.addNative(out)
	return out
}

// addNative adds the native buckets to out.
func (h *histogram) addNative(out *dto.Histogram) {
	counts, lowest, resolution := h.native, h.lowest+minBucket, int32(schema)
	for populated(counts) > maxNative {
		counts, lowest = halve(counts, lowest)
		resolution--
	}
	out.Schema, out.ZeroThreshold, out.ZeroCount = &resolution, new(float64(zeroThreshold)), &h.zero
	var span *dto.BucketSpan
	var next int // bucket after the last span
	var before int64
	add := func(n uint64) {
		*span.Length++
		out.PositiveDelta = append(out.PositiveDelta, int64(n)-before)
		before = int64(n)
		next++
	}
	for i, n := range counts {
		if n == 0 {
			continue
		}
		gap := lowest + i - next
		if span == nil || gap > maxGap {
			span = &dto.BucketSpan{Offset: new(int32(gap)), Length: new(uint32(0))}
			out.PositiveSpan = append(out.PositiveSpan, span)
			next += gap
		}
		for next < lowest+i {
			add(0)
		}
		add(n)
	}
}

func populated(counts []uint64) int {
	n := 0
	for _, c := range counts {
		if c > 0 {
			n++
		}
	}
	return n
}

// halve merges buckets 2i-1 and 2i into bucket i.
func halve(counts []uint64, lowest int) ([]uint64, int) {
	half := func(i int) int { return (i + 1) >> 1 }
	merged := make([]uint64, half(lowest+len(counts)-1)-half(lowest)+1)
	for i, n := range counts {
		merged[half(lowest+i)-half(lowest)] += n
	}
	return merged, half(lowest)
}
