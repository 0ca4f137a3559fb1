package metrics

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"httpstatus_exporter/classify"
)

// pageView is what the template shows.
type pageView struct {
	Title   string
	Level   string   // "good", "warn", "bad" or "wait"
	State   []string // sentences without numbers, so that a screen reader hears changes of state only
	Taken   moment
	APIs    []*apiView
	All     []apiLink // every API, for the navigation
	Sources []sourceView
	Facts   []fact // about the exporter
	Metrics string
	Only    string // the one API that is shown, "" for all
	Window  string // "last hour"
}

type apiLink struct{ Name, Anchor, Level string }

// A moment is a time with how long ago that was.
type moment struct{ Machine, Ago string }

// A fact is one line about the exporter.
type fact struct{ Name, Value, Note, Level string }

// Beyond so many APIs the page has the contract table for a chosen one only, to stay small.
const manyAPIs = 4

var classNone = classify.Class(classify.CodeNone)

func since(now, t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{t.UTC().Format(time.RFC3339), span(now.Sub(t)) + " ago"}
}

// view puts a state and the history into words. With only it has that API alone.
func (p *StatusPage) view(s *PageState, only string) *pageView {
	p.mu.Lock()
	defer p.mu.Unlock()
	reasons := newReasons(s.APIs)
	b := &viewBuilder{PageState: s, totals: newTally(s.Snapshot, reasons), traffic: newTraffic(s, reasons), gauges: gaugesOf(s.Snapshot)}
	if p.history.empty() {
		p.history.add(s.At, b.totals, s.Snapshot.origin())
	}
	b.window = p.history.window(s.At, b.totals, s.Snapshot.origin())
	v := &pageView{Title: "httpstatus_exporter", Taken: since(s.At, s.At), Metrics: strings.TrimPrefix(s.MetricsPath, "/"), Window: b.window.label()}
	if slices.ContainsFunc(s.APIs, func(a API) bool { return a.Name == only }) {
		v.Only = only
	}
	for i := range s.APIs {
		api := b.api(&s.APIs[i], i)
		v.All = append(v.All, apiLink{api.Name, api.Anchor, api.Level})
		if len(api.problems) > 0 {
			v.State = append(v.State, api.Name+": "+strings.Join(api.problems, ", ")+".")
		}
		if v.Only == "" || v.Only == api.Name {
			api.ShowContract = len(s.APIs) <= manyAPIs || v.Only != ""
			api.OpenContract = len(s.APIs) == 1 || v.Only != ""
			v.APIs = append(v.APIs, api)
		}
	}
	v.Sources = b.sources()
	for _, src := range v.Sources {
		if src.problem != "" {
			v.State = append(v.State, src.problem)
		}
	}
	v.Facts = b.exporter()
	v.judge(b)
	return v
}

// judge says in one line whether somebody has to do something.
func (v *pageView) judge(b *viewBuilder) {
	var levels []string
	for _, a := range v.All {
		levels = append(levels, a.Level)
	}
	for _, s := range v.Sources {
		levels = append(levels, s.Level)
	}
	for _, f := range v.Facts {
		levels = append(levels, f.Level)
		if f.Level == "bad" || f.Level == "warn" {
			v.State = append(v.State, f.Name+": "+f.Value+".")
		}
	}
	v.Level = worst(levels)
	if len(v.State) > 0 {
		return
	}
	if v.Level == "wait" && len(b.traffic.responses) == 0 {
		v.State = []string{"Nothing has been counted yet; the page fills as soon as the logs grow."}
		return
	}
	v.State = []string{"Everything is in order."}
}

func worst(levels []string) string {
	for _, level := range []string{"bad", "warn", "wait"} {
		if slices.Contains(levels, level) {
			return level
		}
	}
	return "good"
}

// A viewBuilder holds what the sections of one view are made from.
type viewBuilder struct {
	*PageState
	totals  tally
	window  *window
	traffic *traffic
	gauges  map[gaugeKey]float64
}

// sum returns what was counted under a key, in the window and in total.
func (b *viewBuilder) sum(f family, api string, labels ...string) (lately, total uint64) {
	k := tallyKey{family: f, api: api}
	for i, at := range []*string{&k.a, &k.b, &k.c} {
		if i < len(labels) {
			*at = labels[i]
		}
	}
	return b.window.sum(k), b.totals[k]
}

type gaugeKey struct {
	family family
	label  string // the value of the first label, by name
}

func gaugesOf(s *Snapshot) map[gaugeKey]float64 {
	all := map[gaugeKey]float64{}
	for _, g := range s.gauges {
		all[gaugeKey{g.family, g.pairs[0].GetValue()}] = g.value
	}
	return all
}

// exporter tells of the process itself.
func (b *viewBuilder) exporter() []fact {
	facts := []fact{{Name: "Version", Value: b.Version, Note: strings.TrimSpace(strings.TrimPrefix(b.Revision, "unknown") + " " + b.GoVersion)},
		{Name: "Running", Value: span(b.At.Sub(b.Started)), Note: "since " + b.Started.UTC().Format("2006-01-02 15:04:05 MST")}}
	ready := fact{Name: "Backlog", Value: "read", Level: "good"}
	if !b.Ready {
		ready = fact{Name: "Backlog", Value: "being read", Note: "what was written while the exporter was down counts for the minute in which it is read", Level: "wait"}
	}
	if b.Behind {
		ready.Value, ready.Level = "being read again", "warn"
		ready.Note = "the newest saved state was damaged; counts are below what was shown before until the backlog has been read"
	}
	config := fact{Name: "Configuration", Value: "in force", Level: "good"}
	if at := b.Reload.at.Load(); at > 0 {
		config.Note = "loaded " + since(b.At, time.Unix(0, at)).Ago
	}
	if b.Reload.failed.Load() {
		config.Value, config.Level, config.Note = "the last reload failed, the old one goes on", "bad", b.ReloadError
	}
	storage := fact{Name: "Storage", Value: "none", Note: "counts begin at 0 when the exporter restarts; --storage.path makes them durable"}
	if b.Storage != "" {
		storage = fact{Name: "Storage", Value: "saved before it is shown", Note: b.Storage, Level: "good"}
	}
	if b.Unsaved {
		storage.Value, storage.Level = "cannot be written, the next start counts from 0", "bad"
	}
	for i, series := range b.Snapshot.series {
		if n := b.Snapshot.values[i]; n > 0 && series.family == famStorageErrors {
			storage.Note += ", " + number(int(n), "failed write")
		} else if n > 0 && series.family == famOverflow {
			facts = append(facts, fact{Name: "Series limit of " + series.labels[0], Value: "reached", Level: "warn",
				Note: number(int(n), "response") + " counted without route and method"})
		}
	}
	return append(facts, ready, config, storage)
}

// ratioOf is errors among all, 0 without any.
func ratioOf(errors, all uint64) float64 {
	if all == 0 {
		return 0
	}
	return float64(errors) / float64(all)
}

// codeNumber is the code of a label. What is no status code comes after all that are.
func codeNumber(label string) int {
	if n, err := strconv.Atoi(label); err == nil {
		return n
	}
	return 1000
}
