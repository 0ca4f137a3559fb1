package metrics

import (
	"math"
	"strconv"
	"time"
)

// The charts are paths in a coordinate system of their own that the page stretches to the space there is; what must not be
// stretched, text and dashed lines, is placed by percentages around them.
const (
	chartWidth  = 600.0
	chartHeight = 100.0
	sparkWidth  = 120.0
	sparkHeight = 20.0
)

// A chart is one drawing of values over time. The template draws it.
type chart struct {
	ID, Title, Note string
	Alt             string // what it shows, in words
	Areas           []area
	Limit           *limit
	Ticks           []tick // of the value axis, bottom first
	Times           []tick // of the time axis
}

// An area is one filled path. Class is a class of status codes, "" for a quantity.
type area struct{ Class, Name, Fill, Line string }

// A tick is a mark at a share of the axis.
type tick struct{ At, Label, Anchor string }

// A limit is a horizontal line that values should stay below.
type limit struct{ At, Label, LabelAt string }

// A spark is a small column for each step.
type spark struct{ Path, Width, Alt string }

// point is x and y of one value; the y of no value is NaN.
type point struct{ x, y float64 }

// points spreads values over the chart, each in the middle of its step, the first and the last drawn out to the edges.
func (w *window) points(values []float64) []point {
	if len(values) == 0 {
		return nil
	}
	whole := w.to.Sub(w.from).Seconds()
	all := make([]point, 0, len(values)+2)
	all = append(all, point{0, values[0]})
	begin := w.from
	for i, v := range values {
		middle := begin.Sub(w.from).Seconds() + w.steps[i].end.Sub(begin).Seconds()/2
		all = append(all, point{middle / whole * chartWidth, v})
		begin = w.steps[i].end
	}
	return append(all, point{chartWidth, values[len(values)-1]})
}

// areaBetween draws the area between two lines and the upper one, on an axis that ends at top. It has a gap where there is no
// value.
func areaBetween(lower, upper []point, top float64) (fill, line string) {
	var f, l []byte
	for i := 0; i < len(upper); {
		if math.IsNaN(upper[i].y) {
			i++
			continue
		}
		first := i
		for i < len(upper) && !math.IsNaN(upper[i].y) {
			i++
		}
		run := appendRun(nil, upper[first:i], top)
		l = append(append(l, 'M'), run...)
		f = append(append(f, 'M'), run...)
		f = append(f, 'L')
		back := make([]point, 0, i-first)
		for j := i - 1; j >= first; j-- {
			back = append(back, lower[j])
		}
		f = append(appendRun(f, back, top), 'Z')
	}
	return string(f), string(l)
}

func appendRun(b []byte, run []point, top float64) []byte {
	for i, p := range run {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendTenths(b, p.x)
		b = append(b, ',')
		b = appendTenths(b, chartHeight*(1-min(p.y/top, 1)))
	}
	return b
}

// appendTenths writes a coordinate with one decimal at most.
func appendTenths(b []byte, v float64) []byte {
	return strconv.AppendFloat(b, math.Round(v*10)/10, 'f', -1, 64)
}

// scale returns a round end of the axis for values up to most.
func scale(most float64) float64 {
	if most <= 0 || math.IsNaN(most) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most)))
	for _, round := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10} {
		if most <= round*power*1.0001 {
			return round * power
		}
	}
	return 10 * power
}

// valueTicks marks 0, the middle and the end of an axis.
func valueTicks(top float64, write func(float64) string) []tick {
	return []tick{{At: "100%", Label: "0"}, {At: "50%", Label: write(top / 2)}, {At: "0%", Label: write(top)}}
}

// timeTicks marks where the window begins, its middle and now.
func (w *window) timeTicks() []tick {
	d := w.to.Sub(w.from)
	ago := func(d time.Duration) string { return span(d.Round(time.Second)) + " ago" }
	ticks := []tick{{"0%", ago(d), "start"}, {"50%", ago(d / 2), "middle"}, {"100%", "now", "end"}}
	if d < 20*time.Second {
		return []tick{ticks[0], ticks[2]}
	}
	return ticks
}

// stack draws values by class, one on the other, as a rate.
func (w *window) stack(classes []string, values map[string][]float64) (areas []area, top float64) {
	seconds := w.seconds()
	sums := make([]float64, len(seconds))
	layers := [][]float64{append([]float64(nil), sums...)}
	for _, class := range classes {
		for i := range sums {
			if v := values[class]; v != nil {
				sums[i] += v[i] / seconds[i]
			}
		}
		layers = append(layers, append([]float64(nil), sums...))
	}
	for _, v := range sums {
		top = max(top, v)
	}
	top = scale(top)
	for i, class := range classes {
		if values[class] != nil {
			fill, line := areaBetween(w.points(layers[i]), w.points(layers[i+1]), top)
			areas = append(areas, area{class, className(class), fill, line})
		}
	}
	return areas, top
}

// spark draws counts as a rate, the highest as high as the drawing; what is not 0 can be seen.
func (w *window) spark(counts []float64) spark {
	seconds := w.seconds()
	var most, sum float64
	for i, n := range counts {
		most = max(most, n/seconds[i])
		sum += n
	}
	if sum == 0 {
		return spark{Alt: "none in this time"}
	}
	whole := w.to.Sub(w.from).Seconds()
	var path []byte
	begin := w.from
	for i, n := range counts {
		if n > 0 {
			middle := begin.Sub(w.from).Seconds() + seconds[i]/2
			path = append(path, 'M')
			path = appendTenths(path, middle/whole*sparkWidth)
			path = append(path, ' ')
			path = appendTenths(path, sparkHeight)
			path = append(path, 'V')
			path = appendTenths(path, sparkHeight-max(1.5, n/seconds[i]/most*(sparkHeight-1)))
		}
		begin = w.steps[i].end
	}
	width := min(10, 0.64*sparkWidth/float64(len(counts)))
	return spark{string(path), strconv.FormatFloat(width, 'f', 1, 64), "at most " + perSecond(most) + ", lately " + perSecond(counts[len(counts)-1]/seconds[len(counts)-1])}
}

// className is what the legend calls a class.
func className(class string) string {
	if class == classNone {
		return "no response"
	}
	return class
}
