package main

import (
	"fmt"
	"strconv"
	"strings"
)

// failLimits are the conditions of --fail-on.
type failLimits struct {
	undocumented, violation, failed bool
	errorRatio                      float64 // < 0: not asked
}

func parseFailOn(s string) (failLimits, error) {
	l := failLimits{errorRatio: -1}
	if s == "" {
		return l, nil
	}
	for _, word := range strings.Split(s, ",") {
		name, value, hasValue := strings.Cut(strings.TrimSpace(word), "=")
		switch {
		case name == "undocumented" && !hasValue:
			l.undocumented = true
		case name == "violation" && !hasValue:
			l.violation = true
		case name == "failed" && !hasValue:
			l.failed = true
		case name == "error-ratio":
			r, err := strconv.ParseFloat(value, 64)
			if err != nil || r < 0 || r > 1 {
				return l, fmt.Errorf("--fail-on: found %q; use error-ratio=0.01 with a ratio from 0 to 1", word)
			}
			l.errorRatio = r
		default:
			return l, fmt.Errorf("--fail-on: found %q; use undocumented, violation, failed or error-ratio=0.01", word)
		}
	}
	return l, nil
}

// hold says which limits r breaks, "" when none. Findings that a baseline accepts do not count.
func (l failLimits) hold(r *report) string {
	d := r.distribution
	findings := map[string]int64{}
	for _, row := range r.Drift {
		findings[row.Kind] += row.Count
	}
	var found []string
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if n := findings["undocumented"]; l.undocumented && n > 0 {
		say("%s undocumented", count(n, "response"))
	}
	if n := findings["violation"]; l.violation && n > 0 {
		say("%s", count(n, "violation"))
	}
	var failed int64
	for _, n := range d.Failed {
		failed += n
	}
	if l.failed && failed > 0 {
		say("%s failed", count(failed, "line"))
	}
	if l.errorRatio >= 0 && d.errorRatio() > l.errorRatio {
		say("error ratio %s is above %s", percent(d.errorRatio()), percent(l.errorRatio))
	}
	return strings.Join(found, "; ")
}
