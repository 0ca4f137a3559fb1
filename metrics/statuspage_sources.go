package metrics

import (
	"slices"
	"strings"
	"time"
)

// staleAfter is how long a log may be silent: what the alert HTTPStatusLogStalled calls stalled.
const staleAfter = 15 * time.Minute

// behindBytes is how much unread is more than a half-written line, as in the alert HTTPStatusLogBacklog.
const behindBytes = 1 << 20

// manyFailed is how many failed lines, if they are more than one in a hundred, the alert HTTPStatusParseFailures speaks of.
const manyFailed = 10

// A sourceView is one row of the table of sources.
type sourceView struct {
	Name, API, Format   string
	Level, Health       string
	Lines, Total        string // lately and in total
	Failed, FailedTotal string
	Reasons             []string // why lines failed, lately
	LastEntry           moment
	Unread, Lag         string
	Notes               []string
	problem             string
}

func (b *viewBuilder) sources() []sourceView {
	var all []sourceView
	unfit, lineCounts := b.Snapshot.Unfit(), b.Snapshot.lines()
	for _, src := range b.Sources {
		v := sourceView{Name: src.Name, API: src.API, Format: src.Format}
		lines, total := b.sum(famLines, "", src.Name)
		v.Lines, v.Total = count(lines), count(total)
		failed := b.failures(&v, src.Name)
		unread := b.gauges[gaugeKey{famUnread, src.Name}]
		v.Unread, v.Lag = size(unread), "none"
		last := b.gauges[gaugeKey{famLastEntry, src.Name}]
		var age time.Duration
		if last > 0 {
			at := time.UnixMilli(int64(last * 1000))
			age, v.LastEntry = b.At.Sub(at), since(b.At, at)
			if unread > 0 {
				v.Lag = span(age)
			}
		}
		switch {
		case b.gauges[gaugeKey{famUp, src.Name}] == 0:
			v.Level, v.Health, v.problem = "bad", "down", "The source "+src.Name+" cannot be read."
		case slices.Contains(unfit, src.Name):
			v.Level, v.Health, v.problem = "bad", "no entry", "No line of "+src.Name+" fits its format: is it the one that the server writes?"
		case failed >= manyFailed && failed*100 > lines:
			v.Level, v.Health, v.problem = "warn", "failing", "Lines of "+src.Name+" do not fit its format, and are missing from every figure."
		case unread > behindBytes:
			v.Level, v.Health, v.problem = "warn", "behind", "The source "+src.Name+" is written faster than it is read."
		case last == 0 && total == 0:
			v.Level, v.Health = "wait", "no line yet"
		case last == 0 && lineCounts[src.Name].entries() == 0:
			v.Level, v.Health = "wait", "no entry yet"
		case last > 0 && age > staleAfter:
			v.Level, v.Health, v.problem = "warn", "stale", "The source "+src.Name+" has gone silent."
		default:
			v.Level, v.Health = "good", "up"
		}
		b.sourceNotes(&v, src.Name)
		all = append(all, v)
	}
	return all
}

// whyEmpty says what keeps an API without responses: the logs that cannot be read or understood, if there are any.
func (b *viewBuilder) whyEmpty(api string) string {
	unfit, why := b.Snapshot.Unfit(), "As soon as the log of this API grows, its status codes appear here."
	for _, src := range b.Sources {
		switch {
		case src.API != api:
		case b.gauges[gaugeKey{famUp, src.Name}] == 0:
			return "Its log " + src.Name + " cannot be read."
		case slices.Contains(unfit, src.Name):
			why = "No line of its log fits the format."
		}
	}
	return why
}

// failures counts what could not be read, by reason, and returns how much of it lately.
func (b *viewBuilder) failures(v *sourceView, source string) (lately uint64) {
	var total uint64
	for key, n := range b.totals {
		if key.family == famFailed && key.a == source {
			now := b.window.sum(key)
			lately, total = lately+now, total+n
			if now > 0 {
				v.Reasons = append(v.Reasons, strings.ReplaceAll(key.b, "_", " ")+" "+count(now))
			}
		}
	}
	slices.Sort(v.Reasons)
	v.Failed, v.FailedTotal = count(lately), count(total)
	return lately
}

// sourceNotes tells of rare events, where there were any.
func (b *viewBuilder) sourceNotes(v *sourceView, source string) {
	for i, series := range b.Snapshot.series {
		n := b.Snapshot.values[i]
		if n == 0 || len(series.labels) == 0 || series.labels[0] != source {
			continue
		}
		switch series.family {
		case famRotations:
			v.Notes = append(v.Notes, number(int(n), "rotation"))
		case famTruncations:
			v.Notes = append(v.Notes, number(int(n), "truncation"))
		case famReadErrors:
			v.Notes = append(v.Notes, number(int(n), "read error"))
		case famLostBytes:
			v.Notes = append(v.Notes, size(float64(n))+" lost")
		}
	}
}
