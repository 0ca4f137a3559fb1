package main_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// A sample is one line of an exposition; histograms give their _count and _sum.
type sample struct {
	name     string
	labels   map[string]string
	value    float64
	monotone bool // a counter, or a part of a histogram
}

type samples []sample

func parseMetrics(text string) (samples, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("exposition: %w", err)
	}
	var all samples
	for _, name := range slices.Sorted(maps.Keys(families)) {
		for _, m := range families[name].Metric {
			labels := map[string]string{}
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			switch families[name].GetType() {
			case dto.MetricType_COUNTER:
				all = append(all, sample{name, labels, m.Counter.GetValue(), true})
			case dto.MetricType_HISTOGRAM:
				all = append(all, sample{name + "_count", labels, float64(m.Histogram.GetSampleCount()), true},
					sample{name + "_sum", labels, m.Histogram.GetSampleSum(), true})
			case dto.MetricType_GAUGE:
				all = append(all, sample{name, labels, m.Gauge.GetValue(), false})
			case dto.MetricType_UNTYPED:
				all = append(all, sample{name, labels, m.Untyped.GetValue(), false})
			}
		}
	}
	return all, nil
}

// sum adds up the samples of a metric whose labels have the given values: name, value, name, value.
func (s samples) sum(name string, labels ...string) float64 {
	total := 0.0
	for _, x := range s {
		if x.name != name {
			continue
		}
		fits := true
		for i := 0; i < len(labels); i += 2 {
			fits = fits && x.labels[labels[i]] == labels[i+1]
		}
		if fits {
			total += x.value
		}
	}
	return total
}

// by adds up the samples of a metric by the values of some labels, joined by blanks; zeros are left out.
func (s samples) by(name string, labels ...string) map[string]int {
	sums := map[string]int{}
	for _, x := range s {
		if x.name != name || x.value == 0 {
			continue
		}
		key := make([]string, len(labels))
		for i, l := range labels {
			key[i] = x.labels[l]
		}
		sums[strings.Join(key, " ")] += int(x.value)
	}
	return sums
}

// balance holds the invariant of every scrape: each line is a response, failed, or skipped.
func (s samples) balance() error {
	lines, responses := s.sum("httpstatus_log_lines_total"), s.sum("httpstatus_responses_total")
	failed, skipped := s.sum("httpstatus_log_lines_failed_total"), s.sum("httpstatus_log_lines_skipped_total")
	if lines != responses+failed+skipped {
		return fmt.Errorf("%v lines, but %v responses + %v failed + %v skipped", lines, responses, failed, skipped)
	}
	return nil
}

// counters returns every counter of the exporter's own metrics by its series.
func (s samples) counters() map[string]float64 {
	all := map[string]float64{}
	for _, x := range s {
		if x.monotone && strings.HasPrefix(x.name, "httpstatus_") && !strings.HasPrefix(x.name, "httpstatus_exporter_") {
			all[x.name+fmt.Sprint(x.labels)] = x.value
		}
	}
	return all
}
