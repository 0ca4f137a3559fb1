package metrics

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
)

func encode(t testing.TB, s *Snapshot) []byte {
	t.Helper()
	b, err := s.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// exposed returns all that a snapshot exposes and saves: with created timestamps and native buckets, without gauges.
func exposed(t testing.TB, s *Snapshot) string {
	t.Helper()
	copied := *s
	copied.gauges = nil
	gathered, err := registry(t, &copied).Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range gathered {
		for _, m := range f.Metric {
			fmt.Fprintf(&b, "%s %v\n", f.GetName(), m)
		}
	}
	return b.String()
}

// restart returns a fresh recorder that goes on from what s was saved as.
func restart(t testing.TB, s *Snapshot, set closedSets, limit int, now func() time.Time) *Recorder {
	t.Helper()
	decoded, err := DecodeSnapshot(encode(t, s))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := recorder(set, 2, limit, now)
	if dropped := r.Restore(decoded); dropped != 0 {
		t.Errorf("%d series dropped", dropped)
	}
	return r
}

// TestRestart counts random lines in one life and in many lives, each saved, decoded and restored: both end the same.
func TestRestart(t *testing.T) {
	for seed := range uint64(20) {
		s, c := small(), &clock{epoch}
		one, _ := recorder(s, 1, 0, c.now)
		lives, _ := recorder(s, 2, 0, c.now)
		oneSource := one.sources[0].Source
		a, b := rand.New(rand.NewPCG(1, seed)), rand.New(rand.NewPCG(1, seed))
		for life := range 6 {
			c.at = c.at.Add(time.Minute)
			src := lives.sources[0].Source
			countLines(a, s, one.Shard(0), 100)
			countLines(b, s, lives.Shard(life%2), 100)
			for _, stats := range []*ingest.Stats{&oneSource.Stats, &src.Stats} {
				stats.Bytes.Add(1000)
				stats.Rotations.Add(int64(life))
			}
			one.Shard(0).LastEntry(0, c.at)
			lives.Shard(0).LastEntry(0, c.at)
			one.Snapshot() // series appear in the same order
			before := lives.Snapshot()
			lives = restart(t, before, s, 0, c.now)
			after := lives.Snapshot()
			checkInvariant(t, after)
			if got, want := exposed(t, after), exposed(t, before); got != want {
				t.Fatalf("seed %d: restored\n%s\nwant\n%s", seed, got, want)
			}
			if !slices.Equal(after.lastEntry, before.lastEntry) {
				t.Fatalf("seed %d: last entry %v, want %v", seed, after.lastEntry, before.lastEntry)
			}
		}
		if got, want := exposed(t, lives.Snapshot()), exposed(t, one.Snapshot()); got != want {
			t.Fatalf("seed %d: after six lives\n%s\nwant\n%s", seed, got, want)
		}
	}
}

// TestReload shows that a source that lives on does not count twice.
func TestReload(t *testing.T) {
	r, src := recorder(small(), 1, 0, time.Now)
	src.Stats.Bytes.Store(100)
	r.StorageWriteErrors.Add(2)
	for range 3 {
		next := newRecorder([]API{{Name: "jobs", HasDuration: true, HasBodyBytes: true}}, []closedSets{small()}, []*ingest.Source{src}, 1, time.Now)
		next.Restore(r.Snapshot())
		r = next
	}
	s := r.Snapshot()
	if n := value(t, s, LogBytesTotal, src.Name); n != 100 {
		t.Errorf("%d bytes after three reloads, want 100", n)
	}
	src.Stats.Bytes.Add(11)
	r.StorageWriteErrors.Add(1)
	s = r.Snapshot()
	if n := value(t, s, LogBytesTotal, src.Name); n != 111 {
		t.Errorf("%d bytes, want 111", n)
	}
	if n := value(t, s, StorageWriteErrorsTotal); n != 3 {
		t.Errorf("%d write errors, want 3", n)
	}
}

// TestRestoreUnderAnotherContract says what becomes of counts when the contract changes.
func TestRestoreUnderAnotherContract(t *testing.T) {
	c := &clock{epoch}
	r, _ := recorder(small(), 1, 0, c.now)
	count := func(v classify.Verdict) { r.Shard(0).Count(0, &v, 10, time.Second) }
	count(classify.Verdict{Route: 1, Method: 0, Code: 404, SLO: contract.SLOClient})
	count(classify.Verdict{Route: 0, Method: 1, Code: 201, SLO: contract.SLOGood})
	count(classify.Verdict{Kind: classify.Undocumented, Reason: classify.ReasonCode, Route: 1, Method: 1, Code: 418, SLO: contract.SLOBad})
	count(classify.Verdict{Kind: classify.Violation, Route: 0, Method: 1, Code: 418, SLO: contract.SLOGood, Checks: []classify.Check{{Condition: 1, Result: classify.Fail}}})
	old := r.Snapshot()

	changed := small()
	changed.routes[0] = "/work" // /jobs is gone
	changed.conditions[1].Severity = contract.SeverityError
	changed.documented[4].Meaning = "No such job"
	changed.documented = append(changed.documented, classify.Series{Route: 1, Method: 1, Code: 418, Meaning: "Short and stout", SLO: contract.SLOGood})
	c.at = epoch.Add(time.Hour)
	next, _ := recorder(changed, 1, 0, c.now)
	dropped := next.Restore(old)
	s := next.Snapshot()

	for _, row := range []struct {
		about string
		want  uint64
		name  string
		label []string
	}{
		{"another meaning: the count goes on", 1, ResponsesTotal, []string{"jobs", "/jobs/{id}", "GET", "404", "4xx", "No such job", "documented"}},
		{"documented now: what was not stays so", 1, ResponsesTotal, []string{"jobs", "/jobs/{id}", "POST", "418", "4xx", "Short and stout", "undocumented"}},
		{"and what is begins at 0", 0, ResponsesTotal, []string{"jobs", "/jobs/{id}", "POST", "418", "4xx", "Short and stout", "documented"}},
		{"a new route begins at 0", 0, ResponsesTotal, []string{"jobs", "/work", "POST", "201", "2xx", "Created", "documented"}},
		{"another severity: the count goes on", 1, ConditionChecksTotal, []string{"jobs", "moved-has-location", "error", "fail"}},
		{"errors stay errors", 1, SLOErrorsTotal, []string{"jobs", "/jobs/{id}"}},
		{"reasons stay", 1, UndocumentedResponsesTotal, []string{"jobs", "code"}},
		{"bytes stay", 20, ResponseBodyBytesTotal, []string{"jobs", "/jobs/{id}"}},
	} {
		if got := value(t, s, row.name, row.label...); got != row.want {
			t.Errorf("%s: %s%q is %d, want %d", row.about, row.name, row.label, got, row.want)
		}
	}
	for _, series := range s.series {
		if slices.Contains(series.labels, "/jobs") {
			t.Errorf("%q: the route is gone", series.labels)
		}
	}
	// Three documented codes and a violation, two of slo, bytes, durations.
	if dropped != 8 {
		t.Errorf("%d series dropped, want 8", dropped)
	}
	for i, series := range s.series {
		want := epoch
		if slices.Contains(series.labels, "/work") || slices.Contains(series.labels, "418") && series.labels[6] == "documented" {
			want = c.at
		}
		if s.created[i] != want.UnixMilli() {
			t.Errorf("%s%q was created at %v, want %v", families[series.family].Name, series.labels, time.UnixMilli(s.created[i]).UTC(), want)
		}
	}
	if h := s.histograms[1]; h.count() != 2 {
		t.Errorf("%d durations of /jobs/{id}, want 2", h.count())
	}
}

// TestSnapshotIsImmutable shows that counting, new series and a restore leave a snapshot alone.
func TestSnapshotIsImmutable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 18))
	s := small()
	r, _ := recorder(s, 1, 0, time.Now)
	countLines(rnd, s, r.Shard(0), 100)
	snapshot := r.Snapshot()
	saved, text := encode(t, snapshot), exposed(t, snapshot)
	countLines(rnd, s, r.Shard(0), 1000)
	r.Snapshot()
	r.Restore(day())
	r.Snapshot()
	if !bytes.Equal(encode(t, snapshot), saved) || exposed(t, snapshot) != text {
		t.Error("the snapshot has changed")
	}
}

// TestRestoreFoldsBeyondTheLimit shows that a lower limit loses no count.
func TestRestoreFoldsBeyondTheLimit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 20))
	s := small()
	r, _ := recorder(s, 2, 0, time.Now)
	countLines(rnd, s, r.Shard(0), 2000)
	before := r.Snapshot()
	after := restart(t, before, s, 10, time.Now).Snapshot()
	checkInvariant(t, after)
	for _, name := range []string{ResponsesTotal, SLOResponsesTotal, LogLinesTotal} {
		if got, want := total(after, name), total(before, name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if n := total(after, SeriesOverflowTotal); n == 0 {
		t.Error("nothing overflown")
	}
}

func TestDecodeErrors(t *testing.T) {
	saved := encode(t, day())
	for _, row := range []struct {
		about string
		b     []byte
		want  string
	}{
		{"nothing", nil, "not a snapshot"},
		{"another version", []byte(strings.Replace(string(saved), "snapshot 1", "snapshot 2", 1)), "not a snapshot that this version reads"},
		{"more behind it", append(slices.Clone(saved), 1), "1 bytes after the end"},
		{"half of it", saved[:len(saved)/2], "cut short"},
		{"a huge count", binary.AppendUvarint([]byte(magic), 1<<40), "cut short"},
		{"a string that is not there", append([]byte(magic), 1, 9, 0, 0, 0, 0), "string 9 of 0"},
		{"a number of 70 bits", append([]byte(magic), bytes.Repeat([]byte{0xff}, 10)...), "64 bits"},
	} {
		if _, err := DecodeSnapshot(row.b); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.about, err, row.want)
		}
	}
	for n := range saved {
		if _, err := DecodeSnapshot(saved[:n]); err == nil {
			t.Errorf("%d of %d bytes: no error", n, len(saved))
		}
	}
}

// TestDecodeOtherVersion shows that metrics and labels that this version does not have are dropped, and no others.
func TestDecodeOtherVersion(t *testing.T) {
	saved := string(encode(t, day()))
	saved = strings.Replace(saved, LogRotationsTotal, strings.ToUpper(LogRotationsTotal), 1)
	decoded, err := DecodeSnapshot([]byte(saved))
	if err != nil {
		t.Fatal(err)
	}
	r, src := recorder(small(), 1, 0, time.Now)
	if dropped := r.Restore(decoded); dropped != 1 {
		t.Errorf("%d series dropped, want 1", dropped)
	}
	s := r.Snapshot()
	if n := value(t, s, LogBytesTotal, src.Name); n != 2048 {
		t.Errorf("%d bytes", n)
	}
	if n := value(t, s, LogRotationsTotal, src.Name); n != 0 {
		t.Errorf("%d rotations", n)
	}
}

func TestParseLabels(t *testing.T) {
	for code := -5; code < 1000; code++ {
		want := code
		if code < 100 && code != classify.CodeNone && code != classify.CodeOther || code > 599 {
			continue
		}
		if got := parseCode(classify.CodeLabel(code)); got != want {
			t.Errorf("code %q is %d, want %d", classify.CodeLabel(code), got, want)
		}
	}
	for _, bad := range []string{"", "0", "099", "600", "20", "2000", "2x0", "-10", "None"} {
		if got := parseCode(bad); got != -1 {
			t.Errorf("code %q is %d", bad, got)
		}
	}
	if parseKind("violation") != classify.Violation || parseKind("") != classify.Kinds {
		t.Error("verdicts")
	}
}

func FuzzDecodeSnapshot(f *testing.F) {
	f.Add(encode(f, day()))
	empty, _ := recorder(small(), 1, 0, time.Now)
	f.Add(encode(f, empty.Snapshot()))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := DecodeSnapshot(b)
		if err != nil {
			return
		}
		again, err := DecodeSnapshot(encode(t, s))
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Fatalf("%+v became %+v, %v", s, again, err)
		}
		r, _ := recorder(small(), 1, 5, time.Now)
		r.Restore(s)
		r.Snapshot()
	})
}
