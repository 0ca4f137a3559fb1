package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A distribution is what the counters say about one API, as people read it. It is made from the very series that
// /metrics exposes.
type distribution struct {
	API       string  `json:"api"`
	Contract  string  `json:"contract"`
	Digest    string  `json:"digest"`
	Objective float64 `json:"objective"`

	Lines     int64            `json:"lines"`
	Responses int64            `json:"responses"`
	Failed    map[string]int64 `json:"failed"`
	Skipped   map[string]int64 `json:"skipped"`

	Verdicts     map[string]int64 `json:"verdicts"`
	SLOResponses int64            `json:"slo_responses"`
	SLOErrors    int64            `json:"slo_errors"`

	Codes  []codeRow  `json:"codes"`
	Routes []routeRow `json:"routes,omitempty"`
	Checks []checkRow `json:"conditions"`

	documented []seen // routes and codes with at least one response
}

type seen struct{ route, code string }

// A codeRow is one line of the table: one code with one verdict.
type codeRow struct {
	Code    string  `json:"code"`
	Meaning string  `json:"meaning"`
	Class   string  `json:"class"`
	Count   int64   `json:"count"`
	Share   float64 `json:"share"` // of all responses, 0..1
	Verdict string  `json:"verdict"`
}

// A routeRow is one route with its error ratio.
type routeRow struct {
	Route      string  `json:"route"`
	Responses  int64   `json:"responses"`
	Errors     int64   `json:"errors"`
	ErrorRatio float64 `json:"error_ratio"`
}

// A checkRow is one condition with its outcomes.
type checkRow struct {
	Condition string `json:"condition"`
	Severity  string `json:"severity"`
	Pass      int64  `json:"pass"`
	Fail      int64  `json:"fail"`
	Unknown   int64  `json:"unknown"`
}

// errorRatio is the share of bad responses among those that count against the objective, 0 without any.
func (d *distribution) errorRatio() float64 {
	if d.SLOResponses == 0 {
		return 0
	}
	return float64(d.SLOErrors) / float64(d.SLOResponses)
}

// distributionOf reads the distribution of one API out of gathered metrics. The line counts are those of all sources.
func distributionOf(g prometheus.Gatherer, api string) (*distribution, error) {
	families, err := g.Gather()
	if err != nil {
		return nil, err
	}
	d := &distribution{API: api, Failed: map[string]int64{}, Skipped: map[string]int64{}, Verdicts: map[string]int64{}}
	codes := map[codeRow]int64{}
	routes := map[string]*routeRow{}
	checks := map[string]*checkRow{}
	for _, f := range families {
		name := strings.TrimPrefix(f.GetName(), "httpstatus_")
		for _, m := range f.GetMetric() {
			l, v := labelsOf(m), valueOf(m)
			if a, ok := l["api"]; ok && a != api {
				continue
			}
			n := int64(v)
			switch name {
			case "responses_total":
				codes[codeRow{Code: l["code"], Meaning: l["meaning"], Class: l["class"], Verdict: l["verdict"]}] += n
				d.Responses += n
				d.Verdicts[l["verdict"]] += n
				if n > 0 {
					d.documented = append(d.documented, seen{l["route"], l["code"]})
				}
			case "slo_responses_total":
				d.SLOResponses += n
				row(routes, l["route"]).Responses += n
			case "slo_errors_total":
				d.SLOErrors += n
				row(routes, l["route"]).Errors += n
			case "condition_checks_total":
				c := row(checks, l["condition"])
				c.Condition, c.Severity = l["condition"], l["severity"]
				*map[string]*int64{"pass": &c.Pass, "fail": &c.Fail, "unknown": &c.Unknown}[l["result"]] += n
			case "log_lines_total":
				d.Lines += n
			case "log_lines_failed_total":
				d.Failed[l["reason"]] += n
			case "log_lines_skipped_total":
				d.Skipped[l["reason"]] += n
			case "contract_info":
				d.Contract, d.Digest = l["contract"], l["digest"]
			case "slo_objective_ratio":
				d.Objective = v
			}
		}
	}
	d.fill(codes, routes, checks)
	return d, nil
}

func (d *distribution) fill(codes map[codeRow]int64, routes map[string]*routeRow, checks map[string]*checkRow) {
	for r, n := range codes {
		r.Count = n
		if d.Responses > 0 {
			r.Share = float64(n) / float64(d.Responses)
		}
		d.Codes = append(d.Codes, r)
	}
	slices.SortFunc(d.Codes, func(a, b codeRow) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Meaning, b.Meaning))
	})
	for name, r := range routes {
		if r.Route = name; r.Responses > 0 {
			r.ErrorRatio = float64(r.Errors) / float64(r.Responses)
			d.Routes = append(d.Routes, *r)
		}
	}
	if len(d.Routes) == 1 && d.Routes[0].Route == "" {
		d.Routes = nil
	}
	slices.SortFunc(d.Routes, func(a, b routeRow) int {
		return cmp.Or(cmp.Compare(b.ErrorRatio, a.ErrorRatio), cmp.Compare(b.Responses, a.Responses), cmp.Compare(a.Route, b.Route))
	})
	for _, c := range checks {
		d.Checks = append(d.Checks, *c)
	}
	slices.SortFunc(d.Checks, func(a, b checkRow) int { return cmp.Compare(a.Condition, b.Condition) })
}

// row returns m[key], which it makes if need be.
func row[T any](m map[string]*T, key string) *T {
	if m[key] == nil {
		m[key] = new(T)
	}
	return m[key]
}

func labelsOf(m *dto.Metric) map[string]string {
	l := make(map[string]string, len(m.GetLabel()))
	for _, p := range m.GetLabel() {
		l[p.GetName()] = p.GetValue()
	}
	return l
}

func valueOf(m *dto.Metric) float64 {
	if c := m.GetCounter(); c != nil {
		return c.GetValue()
	}
	return m.GetGauge().GetValue()
}
