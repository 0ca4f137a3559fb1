package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// driftKinds are the kinds of rows in the order of every output, with what they are and how much they matter.
var driftKinds = []struct{ kind, title, summary, level string }{
	{"undocumented", "Answered, but not documented", "The API answered a code, a route or a method that its documentation does not have.", "error"},
	{"violation", "Documented, but not like this", "The API answered a documented code where the documentation rules it out.", "error"},
	{"contradicted", "Documented sentences that the traffic contradicts", "A sentence of the documentation is wrong that often.", "warning"},
	{"default_only", "Documented only by the default entry", "Only the default entry covers the code: nobody wrote down what it means.", "note"},
	{"unseen", "Documented, but never seen", "The documentation has a code that the API never answered.", "note"},
}

// writeSARIF prints the drift for code hosts: one result for each row, at the contract's entry where there is one, else at
// the sample line of the log.
func (r *report) writeSARIF(w io.Writer) error {
	log := newSARIF("report " + r.API)
	for _, k := range driftKinds {
		log.rule(k.kind, k.summary)
	}
	for _, k := range driftKinds {
		for i := range r.Drift {
			row := &r.Drift[i]
			if row.Kind != k.kind {
				continue
			}
			at := locationAt(row.Documents)
			if at.PhysicalLocation.ArtifactLocation.URI == "" {
				at = locationAt(row.Sample)
			}
			result := log.result(k.kind, k.level, row.sentence(), r.API+"|"+identityOf(row), at)
			result.Properties = map[string]any{"count": row.Count}
			if row.Sample != "" {
				result.Properties["sample"] = row.Sample
			}
			if row.Origin != (origins{}) {
				result.Properties["origin"] = row.Origin
			}
		}
	}
	return log.write(w)
}

// sentence is a row in words.
func (r *driftRow) sentence() string {
	code := strings.TrimSpace(r.Code + " " + r.Meaning)
	where := strings.TrimSpace(r.Method + " " + r.Route)
	if where != "" {
		where = " to " + where
	}
	times := count(r.Count, "response")
	if !r.First.IsZero() {
		times += fmt.Sprintf(" from %s to %s", r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339))
	}
	if by := r.Origin.String(); by != "" {
		times += ", " + by
	}
	switch r.Kind {
	case "undocumented":
		why := map[string]string{"code": "the code is not documented", "route": "no route matches", "method": "the route does not have the method", "invalid": "that is no status code"}[r.Reason]
		return fmt.Sprintf("%s was answered%s, but %s: %s", code, where, why, times)
	case "violation":
		return fmt.Sprintf("%s was answered%s against the condition %s: %s", code, where, r.Reason, times)
	case "contradicted":
		return fmt.Sprintf("the condition %s does not hold in %s of %s (%s)", r.Reason, thousands(r.Count), count(r.Asked, "response"), percent(share(r.Count, r.Asked)))
	case "default_only":
		return fmt.Sprintf("%s was answered%s, which only default documents: %s", code, where, times)
	}
	if r.Route != "" {
		where = " for " + r.Route
	}
	return fmt.Sprintf("%s is documented%s and was never answered", code, where)
}

// share is part of whole, 0 of nothing.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
