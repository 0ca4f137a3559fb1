package metrics

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

// day returns a snapshot with a bit of everything.
func day() *Snapshot {
	c := &clock{epoch}
	r, src := recorder(small(), 2, 0, c.now)
	c.at = epoch.Add(90 * time.Second)
	a, b := r.Shard(0), r.Shard(1)
	a.Lines(0, 12)
	a.Reject(0, accesslog.Malformed, 2)
	a.Reject(0, accesslog.Blank, 1)
	a.LastEntry(0, epoch.Add(time.Minute))
	for i := range 4 {
		a.Count(0, &classify.Verdict{Route: 1, Method: 0, Code: 200, SLO: contract.SLOGood}, 1000, time.Duration(i)*30*time.Millisecond)
	}
	b.Count(0, &classify.Verdict{Route: 1, Method: 0, Code: 500, SLO: contract.SLOBad}, 20, 12*time.Second)
	b.Count(0, &classify.Verdict{Kind: classify.Violation, Method: 0, Route: 0, Code: 201, SLO: contract.SLOGood, Checks: []classify.Check{{Condition: 0, Result: classify.Fail}}}, -1, -1)
	b.Count(0, &classify.Verdict{Kind: classify.Undocumented, Reason: classify.ReasonCode, Route: 0, Method: 2, Code: 418, SLO: contract.SLOClient}, 0, 0)
	b.Count(0, &classify.Verdict{Kind: classify.NoResponse, Route: 2, Method: 0, Code: 499, SLO: contract.SLOIgnore}, 0, time.Second)
	b.Count(0, &classify.Verdict{Kind: classify.Undocumented, Reason: classify.ReasonInvalid, Route: 2, Method: 2, Code: classify.CodeOther, SLO: contract.SLOBad}, 0, -1)
	src.Stats.Up.Store(1)
	src.Stats.Bytes.Store(2048)
	src.Stats.Rotations.Store(3)
	src.Stats.UnreadBytes.Store(77)
	src.Stats.LastRead.Store(epoch.Add(61 * time.Second).UnixNano())
	r.StorageWriteErrors.Add(1)
	return r.Snapshot()
}

func registry(t testing.TB, s *Snapshot) *prometheus.Registry {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	reload := new(Reload)
	reload.Succeeded(epoch)
	reg.MustRegister(NewCollector(func() *Snapshot { return s }), reload)
	return reg
}

func scrape(t testing.TB, reg *prometheus.Registry, accept string) []byte {
	t.Helper()
	h := promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true})
	req := httptest.NewRequest("GET", "/metrics", nil)
	req.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.Bytes()
}

const (
	openMetrics = "application/openmetrics-text; version=1.0.0"
	protobuf    = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
)

func TestExposition(t *testing.T) {
	s := day()
	checkInvariant(t, s)
	reg := registry(t, s)
	text := scrape(t, reg, "text/plain; version=0.0.4")
	golden(t, "metrics.txt", text)
	golden(t, "metrics.openmetrics", scrape(t, reg, openMetrics))
	if err := testutil.GatherAndCompare(reg, bytes.NewReader(text)); err != nil {
		t.Error(err)
	}
	problems, err := testutil.GatherAndLint(reg)
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

func TestPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("promtool is not installed")
	}
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = bytes.NewReader(scrape(t, registry(t, day()), "text/plain; version=0.0.4"))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// TestProtobuf shows that created timestamps and native buckets reach a scraper that asks for protobuf.
func TestProtobuf(t *testing.T) {
	reg := registry(t, day())
	body := scrape(t, reg, protobuf)
	dec := expfmt.NewDecoder(bytes.NewReader(body), expfmt.NewFormat(expfmt.TypeProtoDelim))
	families := map[string]*dto.MetricFamily{}
	for {
		var f dto.MetricFamily
		if dec.Decode(&f) != nil {
			break
		}
		families[f.GetName()] = &f
	}
	created := map[string]time.Time{}
	for _, m := range families[ResponsesTotal].GetMetric() {
		var code string
		for _, l := range m.Label {
			if l.GetName() == "code" {
				code = l.GetValue()
			}
		}
		created[code] = m.Counter.CreatedTimestamp.AsTime()
	}
	if !created["500"].Equal(epoch) || !created["418"].Equal(epoch.Add(90*time.Second)) {
		t.Errorf("created: %v", created)
	}
	h := families[ResponseDurationSeconds].GetMetric()[1].Histogram
	if h.GetSampleCount() != 5 || h.GetSchema() != schema || h.GetZeroCount() != 1 || len(h.PositiveSpan) == 0 || len(h.Bucket) != len(classicBounds) || h.CreatedTimestamp == nil {
		t.Errorf("histogram: %v", h)
	}
}

// TestNames shows that Names tells the names, types, help texts and labels of all that is exposed, and nothing else.
func TestNames(t *testing.T) {
	gathered, err := registry(t, day()).Gather()
	if err != nil {
		t.Fatal(err)
	}
	exposed := map[string]*dto.MetricFamily{}
	for _, f := range gathered {
		exposed[f.GetName()] = f
	}
	for _, m := range Names() {
		if m.Name == BuildInfo { // registered by the program
			continue
		}
		f := exposed[m.Name]
		delete(exposed, m.Name)
		if f == nil {
			t.Errorf("%s is not exposed", m.Name)
			continue
		}
		if strings.ToLower(f.GetType().String()) != m.Type || f.GetHelp() != m.Help {
			t.Errorf("%s is exposed as %s, %q", m.Name, f.GetType(), f.GetHelp())
		}
		var labels []string
		for _, l := range f.Metric[0].Label {
			labels = append(labels, l.GetName())
		}
		if want := slices.Sorted(slices.Values(m.Labels)); !slices.Equal(labels, want) {
			t.Errorf("%s has labels %q, want %q", m.Name, labels, want)
		}
	}
	for name := range exposed {
		t.Errorf("%s is not among Names", name)
	}
}

func TestWriteTable(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.md", b.Bytes())
}

func TestNothingToExpose(t *testing.T) {
	if families, err := registry(t, nil).Gather(); err != nil || len(families) != 2 { // those of Reload
		t.Errorf("%v, %v", families, err)
	}
	decoded, err := DecodeSnapshot(encode(t, day()))
	if err != nil {
		t.Fatal(err)
	}
	if families, err := registry(t, decoded).Gather(); err != nil || len(families) != 2 {
		t.Errorf("%v, %v", families, err)
	}
}

// TestSameNames shows that sources of one name are one, and that a name may hold any bytes.
func TestSameNames(t *testing.T) {
	var sources []*ingest.Source
	for range 2 {
		src := &ingest.Source{Name: "/logs/\xff\n\"x\".log"}
		src.Stats.Bytes.Store(10)
		src.Stats.UnreadBytes.Store(5)
		sources = append(sources, src)
	}
	sources[0].Stats.Up.Store(1)
	r := newRecorder(nil, nil, sources, 1, time.Now)
	r.Shard(0).Lines(0, 1)
	r.Shard(0).Lines(1, 2)
	got := string(scrape(t, registry(t, r.Snapshot()), openMetrics))
	for _, want := range []string{`bytes_total{source="/logs/�\n\"x\".log"} 20.0`, `lines_total{source="/logs/�\n\"x\".log"} 3.0`, `source_up{source="/logs/�\n\"x\".log"} 0.0`, `unread_bytes{source="/logs/�\n\"x\".log"} 10.0`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// TestExactValues shows that counts are exposed exactly up to 2^53.
func TestExactValues(t *testing.T) {
	r, src := recorder(small(), 1, 0, time.Now)
	src.Stats.Bytes.Store(1<<53 - 1)
	if got := string(scrape(t, registry(t, r.Snapshot()), "")); !strings.Contains(got, "9.007199254740991e+15\n") {
		t.Error(got)
	}
}
