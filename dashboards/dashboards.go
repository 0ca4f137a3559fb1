// Package dashboards builds the Grafana dashboards that show what the exporter exposes. They are classic JSON, which
// Grafana 10 and newer read from a provisioned folder: the *.json files beside this one, which are exactly what All gives.
//
// How it is arranged: overview.go, api.go and exporter.go say what is on each dashboard, in rows from top to bottom;
// panel.go has the kinds of panels, look.go units, colours and thresholds, grafana.go the JSON model.
//
// Queries read what metrics/alerts.yml records wherever that is enough: these stay quick with hundreds of routes.
package dashboards

//go:generate go test -run TestCommittedFilesAreGenerated . -update

import (
	"encoding/json"
	"fmt"
	"os"
)

// A Dashboard is one file for Grafana.
type Dashboard struct {
	Name    string // of the file, without .json
	UID     string // fixed: links and alerts refer to it
	Title   string
	JSON    []byte
	Queries []Query
}

// A Query is one PromQL expression of a dashboard, with the variables of Grafana still in it.
type Query struct {
	Panel   string // title
	Expr    string
	Instant bool // asked for one moment, else for the whole time range
}

// With returns the expression with variables replaced by their values: those of the dashboard and Grafana's own, such as
// __range and __rate_interval. A variable without a value stays.
func (q Query) With(values map[string]string) string {
	return os.Expand(q.Expr, func(name string) string {
		if v, ok := values[name]; ok {
			return v
		}
		return "$" + name
	})
}

// All returns every dashboard. The caller owns the result.
func All() []Dashboard {
	return []Dashboard{
		build("overview", overview()),
		build("api", apiDetail()),
		build("exporter", exporter()),
	}
}

func build(name string, m model) Dashboard {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("dashboards: %s: %v", name, err)) // the model holds nothing that JSON cannot say
	}
	d := Dashboard{Name: name, UID: m.UID, Title: m.Title, JSON: append(text, '\n')}
	for _, p := range m.Panels {
		for _, t := range p.Targets {
			d.Queries = append(d.Queries, Query{Panel: p.Title, Expr: t.Expr, Instant: t.Instant})
		}
	}
	return d
}
