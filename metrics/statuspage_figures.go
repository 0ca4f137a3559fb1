package metrics

import (
	"fmt"
	"math"

	"httpstatus_exporter/classify"
)

// mix returns the shares of the classes, side by side.
func mix(classes map[string]uint64, all uint64) []share {
	var shares []share
	x := 0.0
	for _, class := range charted {
		if n := classes[class]; n > 0 {
			part := ratioOf(n, all)
			shares = append(shares, share{class, className(class), fmt.Sprintf("%.2f%%", x), fmt.Sprintf("%.2f%%", part*100), percent(part)})
			x += part * 100
		}
	}
	return shares
}

// trafficChart draws the classes one on the other; nil before the first step.
func (b *viewBuilder) trafficChart(v *apiView, byClass map[string][]float64) *chart {
	if len(b.window.steps) == 0 {
		return nil
	}
	areas, top := b.window.stack(charted, byClass)
	c := &chart{ID: v.Anchor + "-traffic", Title: "Responses per second", Areas: areas, Ticks: valueTicks(top, short), Times: b.window.timeTicks()}
	c.Alt = "Responses per second by class over the " + b.window.label() + "."
	for _, m := range v.Mix {
		c.Alt += " " + m.Name + " " + m.Text + "."
	}
	return c
}

// errorTile holds the error ratio of the window against the objective.
func (b *viewBuilder) errorTile(v *apiView, responses uint64, ratio, allowed float64) {
	t := tile{Name: "Error ratio", Value: percent(ratio), Note: "the objective allows " + axisPercent(allowed), Level: "good"}
	switch {
	case responses == 0:
		t.Value, t.Level = "–", "wait"
	case ratio > allowed:
		t.Level = "bad"
		if allowed > 0 {
			t.Note = short(ratio/allowed) + " times what the objective allows"
		}
		v.problems = append(v.problems, "more errors than the objective allows")
	}
	v.Tiles = append(v.Tiles, t)
}

// errorChart draws the error ratio of each step, with gaps where nothing was asked, below what the objective allows.
func (b *viewBuilder) errorChart(v *apiView, bad, all []float64, ratio, allowed float64) *chart {
	if len(b.window.steps) == 0 {
		return nil
	}
	values := make([]float64, len(all))
	peak := 0.0
	for i := range all {
		if values[i] = math.NaN(); all[i] > 0 {
			values[i] = bad[i] / all[i]
			peak = max(peak, values[i])
		}
	}
	top := scale(min(1, max(peak, 2*allowed)))
	upper, lower := b.window.points(values), b.window.points(make([]float64, len(values)))
	fill, line := areaBetween(lower, upper, top)
	at := 100 * (1 - allowed/top)
	c := &chart{ID: v.Anchor + "-errors", Title: "Error ratio", Areas: []area{{"5xx", "errors", fill, line}}, Times: b.window.timeTicks(), Ticks: valueTicks(top, axisPercent),
		Limit: &limit{fmt.Sprintf("%.1f%%", at), "allowed " + axisPercent(allowed), fmt.Sprintf("%.1f%%", at)}}
	c.Alt = fmt.Sprintf("Error ratio over the %s: %s on the whole, %s at most; the objective allows %s.", b.window.label(), percent(ratio), percent(peak), axisPercent(allowed))
	return c
}

// summary puts the figures in front: what comes in, what goes wrong, what nobody promised.
func (b *viewBuilder) summary(v *apiView, a *API) {
	var lately, total, undocumented, violations uint64
	last := 0.0
	for key, n := range b.totals {
		if key.family != famResponses || key.api != a.Name {
			continue
		}
		now := b.window.sum(key)
		lately, total = lately+now, total+n
		if counts := b.window.counts(key); len(counts) > 0 {
			last += counts[len(counts)-1]
		}
		switch key.b {
		case classify.Undocumented.String():
			undocumented += now
		case classify.Violation.String():
			violations += now
		}
	}
	rate := "–"
	if seconds := b.window.seconds(); len(seconds) > 0 {
		rate = perSecond(last / seconds[len(seconds)-1])
	}
	tiles := []tile{{Name: "Responses", Value: rate, Note: count(lately) + " in the " + b.window.label()}}
	tiles = append(tiles, v.Tiles...)
	drift := func(name string, n uint64, none, problem string) {
		t := tile{Name: name, Value: count(n), Note: none, Level: "good"}
		if n > 0 {
			t.Note, t.Level = percent(ratioOf(n, lately))+" of the responses", "warn"
			v.problems = append(v.problems, problem)
		} else if total == 0 {
			t.Level, t.Note = "wait", "nothing counted yet"
		}
		tiles = append(tiles, t)
	}
	drift("Undocumented", undocumented, "all answers are documented", "undocumented answers")
	drift("Violations", violations, "no condition is broken", "broken conditions")
	v.Tiles = tiles
	var levels []string
	for _, t := range tiles {
		levels = append(levels, t.Level)
	}
	v.Level = worst(levels)
}
