// Package traffic makes up the access log of an HTTP API: plausible requests and answers, the odd lines that every public
// server sees, and the exact truth about what was made up.
//
// The way of a line: draw picks an endpoint, an answer and a client from fixed catalogues (catalogue.go), or one line in a
// thousand an odd one (odd.go); the compiled log format (format.go) writes it; the tally (truth.go) counts it. All text is
// escaped once, when the generator is made, so that a line costs a few random numbers and copies.
package traffic

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Options say what the traffic looks like. The zero value is the documented default of each field except for Odd, Errors
// and Violations, where zero is zero: start from Defaults.
type Options struct {
	// Format is "combined" (also when empty), "json", "contract", or an nginx log_format string, bare or as the whole
	// directive with its escape parameter.
	Format string

	Odd        float64 // share of odd lines, 0..1
	Errors     float64 // share of answers that are 500, 502, 503 or 504, 0..1
	Violations float64 // share of answers that break what the documentation ties to their code, 0..1

	Start     time.Time // log time of the first line; 2026-11-22 13:00 UTC when zero
	PerSecond float64   // lines per second of log time; 1000 when zero
}

// Defaults are the shares that figures in this project are measured with.
func Defaults() Options {
	return Options{Format: "combined", Odd: 0.001, Errors: 0.002, Violations: 0.001}
}

// A Generator makes up one log, line by line. The same seed and options make the same bytes, in every run and on every
// machine. Not safe for concurrent use.
type Generator struct {
	format *format
	rng    *rand.PCG
	world  *catalogue
	odd    []oddity
	tally  tally
	clock  clock
	req    request // the line being made; reused

	oddBelow, errorBelow, violationBelow uint32 // shares, as bounds of a 32-bit random number
}

// New returns a generator, or an error that names what is wrong with the options.
func New(seed uint64, o Options) (*Generator, error) {
	f, err := compile(o.Format)
	if err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name  string
		share float64
	}{{"odd", o.Odd}, {"errors", o.Errors}, {"violations", o.Violations}} {
		if !(s.share >= 0 && s.share <= 1) {
			return nil, fmt.Errorf("share of %s is %v, want 0 to 1", s.name, s.share)
		}
	}
	if o.PerSecond < 0 {
		return nil, fmt.Errorf("%v lines per second, want 0 or more", o.PerSecond)
	}
	return &Generator{
		format:         f,
		rng:            rand.NewPCG(seed, 0x9e3779b97f4a7c15),
		world:          newCatalogue(f.escape),
		odd:            oddities(f.escape),
		tally:          newTally(),
		clock:          newClock(o.Start, o.PerSecond),
		oddBelow:       bound(o.Odd),
		errorBelow:     bound(o.Errors),
		violationBelow: bound(o.Violations),
	}, nil
}

// AppendLine appends the next line with its '\n' to dst and returns the extended slice.
func (g *Generator) AppendLine(dst []byte) []byte {
	g.clock.advance()
	r := &g.req
	*r = request{}
	if g.chance(g.oddBelow) {
		g.drawOdd(r)
	} else {
		g.draw(r)
	}
	before := len(dst)
	dst = g.format.appendLine(dst, r, &g.clock)
	g.tally.count(r, len(dst)-before)
	return dst
}

// Truth returns the exact counts of all lines made so far.
func (g *Generator) Truth() Truth { return g.tally.truth(g.odd) }

// chance reports true with the probability that bound turned into below.
func (g *Generator) chance(below uint32) bool {
	return below != 0 && uint32(g.rng.Uint64()>>32) <= below
}

// below returns a number in 0..n-1 by the high half of a multiplication; its bias is below n/2^32.
func (g *Generator) below(n int) int { return int(g.rng.Uint64() >> 32 * uint64(n) >> 32) }

func bound(share float64) uint32 { return uint32(share * (1<<32 - 1)) }
