package metrics

import (
	dto "github.com/prometheus/client_model/go"
)

// A gauge is a value that is not saved.
type gauge struct {
	family family
	pairs  []*dto.LabelPair
	value  float64
}

// sourceGauges returns how the sources are now. Sources of one name are one: up when all are, as far behind as all
// together, and as fresh as the freshest.
func (r *Recorder) sourceGauges(last []lastEntry) []gauge {
	type state struct{ up, unread, entry, read int64 }
	states := make(map[string]*state, len(r.sources))
	var names []string
	for i, src := range r.sources {
		s := states[src.name]
		if s == nil {
			s = &state{up: 1}
			states[src.name] = s
			names = append(names, src.name)
		}
		s.up = min(s.up, src.Stats.Up.Load())
		s.unread += src.Stats.UnreadBytes.Load()
		s.entry = max(s.entry, last[i].at)
		s.read = max(s.read, src.Stats.LastRead.Load())
	}
	var gauges []gauge
	for _, name := range names {
		s, pairs := states[name], r.dir.labelPairs(famUp, []string{name})
		gauges = append(gauges, gauge{famUp, pairs, float64(s.up)}, gauge{famUnread, pairs, float64(s.unread)})
		if s.entry > 0 {
			gauges = append(gauges, gauge{famLastEntry, pairs, seconds(s.entry)})
		}
		if s.read > 0 {
			gauges = append(gauges, gauge{famLastRead, pairs, seconds(s.read)})
		}
	}
	return gauges
}

// seconds returns Unix nanoseconds as Unix seconds.
func seconds(ns int64) float64 { return float64(ns) / 1e9 }
