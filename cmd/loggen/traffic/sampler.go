package traffic

// A sampler draws an index with the probability of its weight in constant time: Vose's alias method
// (https://www.keithschwarz.com/darts-dice-coins/).
type sampler struct {
	keep  []uint32 // stay in column i when a 32-bit random number is at most keep[i]
	alias []int32  // otherwise this
}

// newSampler panics when there is no weight: the catalogues are fixed.
func newSampler(weights []float64) sampler {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	if sum <= 0 {
		panic("traffic: sampler without weight")
	}
	n := len(weights)
	s := sampler{keep: make([]uint32, n), alias: make([]int32, n)}
	scaled := make([]float64, n)
	var small, large []int
	for i, w := range weights {
		scaled[i] = w / sum * float64(n)
		if scaled[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		less, more := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		s.keep[less], s.alias[less] = bound(scaled[less]), int32(more)
		scaled[more] -= 1 - scaled[less]
		if scaled[more] < 1 {
			large = large[:len(large)-1]
			small = append(small, more)
		}
	}
	for _, i := range append(small, large...) { // what is left is 1 but for rounding
		s.keep[i], s.alias[i] = 1<<32-1, int32(i)
	}
	return s
}

// draw returns an index; random is uniform over 64 bits.
func (s *sampler) draw(random uint64) int {
	column := int(random >> 32 * uint64(len(s.keep)) >> 32)
	if uint32(random) <= s.keep[column] {
		return column
	}
	return int(s.alias[column])
}
