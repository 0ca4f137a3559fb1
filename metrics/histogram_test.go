package metrics

import (
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// bound returns the upper bound of a native bucket in nanoseconds, rounded down: 10^9 * 2^(i/8).
func bound(i int) *big.Int {
	x := new(big.Float).SetPrec(300).SetInt64(2)
	for range schema {
		x.Sqrt(x)
	}
	y := new(big.Float).SetPrec(300).SetInt64(int64(time.Second))
	octaves, rest := i>>schema, i&(perOctave-1)
	for range rest {
		y.Mul(y, x)
	}
	n, _ := y.SetMantExp(y, octaves).Int(nil)
	return n
}

func TestNativeBounds(t *testing.T) {
	for i, got := range tables.bounds {
		if want := bound(minBucket + i); want.Cmp(new(big.Int).SetUint64(got)) != 0 {
			t.Errorf("bucket %d ends at %d ns, want %d", minBucket+i, got, want)
		}
	}
	if tables.bounds[0] != 0 || tables.bounds[buckets-1] < math.MaxInt64 {
		t.Error("the buckets do not cover all durations")
	}
}

// TestObserve holds the buckets of every bound and its neighbours, and of random durations, against plain search.
func TestObserve(t *testing.T) {
	check := func(d time.Duration) {
		t.Helper()
		var h histogram
		h.observe(d)
		native := 0
		for d > 0 && uint64(d) > tables.bounds[native] {
			native++
		}
		classic := 0
		for classic < len(classicBounds) && d > classicBounds[classic] {
			classic++
		}
		if h.classic[classic] != 1 || h.count() != 1 {
			t.Errorf("%d ns: classic buckets %v, want bucket %d", d, h.classic, classic)
		}
		if d == 0 && h.zero == 1 && h.native == nil {
			return
		}
		if i := native - h.lowest; d == 0 || h.zero != 0 || i < 0 || i >= len(h.native) || h.native[i] != 1 {
			t.Errorf("%d ns: native buckets %v from %d, want bucket %d", d, h.native, h.lowest, native)
		}
		if h.sumHigh != 0 || h.sumLow != uint64(d) {
			t.Errorf("%d ns: sum %d, %d", d, h.sumHigh, h.sumLow)
		}
	}
	check(0)
	check(math.MaxInt64)
	for _, bound := range classicBounds {
		check(bound - 1)
		check(bound)
		check(bound + 1)
	}
	for _, b := range tables.bounds {
		if b > 0 && b < math.MaxInt64 {
			check(time.Duration(b - 1))
			check(time.Duration(b))
			check(time.Duration(b + 1))
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		check(time.Duration(rnd.Uint64() >> (1 + rnd.IntN(63))))
	}
}

// TestHistogramAsClientGolang compares what is exposed with a histogram of client_golang.
func TestHistogramAsClientGolang(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, 10, 1000, 20_000} {
		oracle := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "x", Buckets: prometheus.DefBuckets, NativeHistogramBucketFactor: 1.1})
		var h histogram
		for range n {
			d := 1<<19 + time.Duration(rnd.Int64N(1<<(20+rnd.IntN(15)))) // more octaves would be too many buckets
			h.observe(d)
			oracle.Observe(d.Seconds())
		}
		var want dto.Metric
		if err := oracle.Write(&want); err != nil {
			t.Fatal(err)
		}
		got := h.dto()
		if a, b := got.GetSampleSum(), want.Histogram.GetSampleSum(); math.Abs(a-b) > 1e-9*b {
			t.Errorf("%d durations: sum %v, want %v", n, a, b)
		}
		got.SampleSum, want.Histogram.SampleSum = nil, nil
		want.Histogram.CreatedTimestamp = nil
		if !reflect.DeepEqual(expand(got), expand(want.Histogram)) {
			t.Errorf("%d durations: native buckets\n%v, want\n%v", n, expand(got), expand(want.Histogram))
		}
		got.PositiveSpan, got.PositiveDelta = want.Histogram.PositiveSpan, want.Histogram.PositiveDelta
		if !proto.Equal(got, want.Histogram) {
			t.Errorf("%d durations:\n%.500v, want\n%.500v", n, got, want.Histogram)
		}
	}
}

// expand returns the populated native buckets by their index.
func expand(h *dto.Histogram) map[int]int64 {
	all := map[int]int64{}
	i, next, n := 0, 0, int64(0)
	for _, span := range h.PositiveSpan {
		next += int(span.GetOffset())
		for range span.GetLength() {
			n += h.PositiveDelta[i]
			if n != 0 {
				all[next] = n
			}
			i++
			next++
		}
	}
	return all
}

// TestResolutionFalls shows that a histogram never exposes more than maxNative populated buckets, and loses none.
func TestResolutionFalls(t *testing.T) {
	var h histogram
	for _, b := range tables.bounds {
		if b > 0 && b < math.MaxInt64 {
			h.observe(time.Duration(b))
		}
	}
	out := h.dto()
	var sum int64
	for i, n := range expand(out) {
		sum += n
		if upper := math.Exp2(float64(i) / math.Exp2(float64(out.GetSchema()))); upper < 1e-9 || upper > 2e10 {
			t.Errorf("bucket %d of schema %d", i, out.GetSchema())
		}
	}
	if n := len(expand(out)); n > maxNative || uint64(sum) != out.GetSampleCount() || out.GetSchema() >= schema {
		t.Errorf("schema %d, %d buckets, %d of %d durations", out.GetSchema(), n, sum, out.GetSampleCount())
	}
}

// TestHistogramAdd shows that adding is the same as observing together, and shares no memory.
func TestHistogramAdd(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		var a, b, all histogram
		for range rnd.IntN(50) {
			d, e := max(randomDuration(rnd), 0), max(randomDuration(rnd), 0)
			a.observe(d)
			b.observe(e)
			all.observe(d)
			all.observe(e)
		}
		var sum histogram
		sum.add(&a)
		sum.add(&b)
		if !proto.Equal(sum.dto(), all.dto()) {
			t.Fatalf("got %v, want %v", sum.dto(), all.dto())
		}
		a.observe(time.Second)
		if !proto.Equal(sum.dto(), all.dto()) {
			t.Fatal("the sum changed with its part")
		}
	}
}

func TestSumBeyond64Bits(t *testing.T) {
	var h histogram
	for range 8 {
		h.observe(math.MaxInt64)
	}
	if got, want := h.seconds(), 8*float64(math.MaxInt64)/1e9; got != want {
		t.Errorf("sum %v s, want %v", got, want)
	}
	h = histogram{sumLow: 1_234_567_890}
	if got := h.seconds(); got != 1.23456789 {
		t.Errorf("sum %v s", got)
	}
}
