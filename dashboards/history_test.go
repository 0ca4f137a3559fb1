package dashboards

import (
	"bufio"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/metrics"
	"httpstatus_exporter/metrics/promtest"
)

// samples collects the samples of one family after another, as OpenMetrics wants them.
type samples struct {
	types  map[string]string
	series map[string]map[string][]string // family, then labels, then lines
}

func (s *samples) add(family, suffix, kind string, at time.Time, value float64, labels ...string) {
	if s.series[family] == nil {
		s.series[family], s.types[family] = map[string][]string{}, kind
	}
	var b strings.Builder
	for i := 0; i < len(labels); i += 2 {
		fmt.Fprintf(&b, `%s=%q,`, labels[i], labels[i+1])
	}
	key := family + suffix + "{" + strings.TrimSuffix(b.String(), ",") + "}"
	s.series[family][key] = append(s.series[family][key], fmt.Sprintf("%s %g %d", key, value, at.Unix()))
}

func (s *samples) write(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for _, family := range slices.Sorted(maps.Keys(s.series)) {
		fmt.Fprintf(w, "# TYPE %s %s\n", family, s.types[family])
		for _, key := range slices.Sorted(maps.Keys(s.series[family])) {
			for _, line := range s.series[family][key] {
				fmt.Fprintln(w, line)
			}
		}
	}
	fmt.Fprintln(w, "# EOF")
	return w.Flush()
}

// missed reports whether a quick history leaves a minute out: it has the last hours and the same ones of yesterday.
func missed(ago time.Duration) bool {
	return ago > 26*time.Hour || ago > 2*time.Hour && ago < 23*time.Hour
}

// startWithHistory runs a Prometheus that has more than a day of the made-up installation up to end, recorded series too.
// When DASHBOARD_DATA names a folder the blocks stay there, to look at the dashboards with, and nothing is left out.
func startWithHistory(t *testing.T, end time.Time) *promtest.Server {
	prometheus, promtool := promtest.Require(t, "prometheus"), promtest.Require(t, "promtool")
	dir := t.TempDir()
	in := installation{out: &samples{map[string]string{}, map[string]map[string][]string{}}, rnd: rand.New(rand.NewPCG(1, 2)), totals: map[string]float64{}}
	data := os.Getenv("DASHBOARD_DATA")
	for ago := history; ago >= 0; ago -= scrape {
		if data == "" && missed(ago) {
			continue
		}
		in.minute(end.Add(-ago), ago)
	}
	text := filepath.Join(dir, "openmetrics.txt")
	if data == "" {
		data = filepath.Join(dir, "data")
	}
	if err := in.out.write(text); err != nil {
		t.Fatal(err)
	}
	promtest.CreateBlocks(t, promtool, text, data)
	promtest.BackfillRules(t, prometheus, promtool, metrics.AlertRules(), data, end.Add(-history), end)
	return promtest.Start(t, prometheus, promtest.Config{DataDir: data})
}
