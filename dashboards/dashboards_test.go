package dashboards

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"httpstatus_exporter/metrics"
)

var update = flag.Bool("update", false, "write the dashboards' files")

func TestCommittedFilesAreGenerated(t *testing.T) {
	var names []string
	for _, d := range All() {
		file := d.Name + ".json"
		names = append(names, file)
		if *update {
			if err := os.WriteFile(file, d.JSON, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(committed, d.JSON) {
			t.Errorf("%s is not what All gives (%v); run go generate ./dashboards", file, err)
		}
	}
	files, _ := filepath.Glob("*.json")
	for _, file := range files {
		if !slices.Contains(names, file) {
			t.Errorf("%s is no dashboard", file)
		}
	}
}

func TestJSONIsValid(t *testing.T) {
	const file = "../../shared/grafana/dashboard.jsonschema.json"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Skip("the schema of Grafana's dashboards is not there:", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	// Generated from "any", the schema asks for an object where Grafana takes any value and the one it needs is text.
	definitions := doc.(map[string]any)["definitions"].(map[string]any)
	for definition, field := range map[string]string{"MatcherConfig": "options", "DynamicConfigValue": "value"} {
		definitions[definition].(map[string]any)["properties"].(map[string]any)[field] = map[string]any{}
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("dashboard.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range All() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.JSON))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
}

// What Grafana's dashboard-linter asks for, and a bit more.
func TestDashboardsFollowTheRules(t *testing.T) {
	uids := map[string]bool{}
	for _, m := range []model{overview(), apiDetail(), exporter()} {
		if uids[m.UID] || !strings.HasPrefix(m.UID, "httpstatus-") {
			t.Errorf("uid %q", m.UID)
		}
		uids[m.UID] = true
		if m.Editable || m.Title == "" || len(m.Tags) == 0 || m.SchemaVersion < 36 {
			t.Errorf("%s: editable, or without title, tag or version", m.UID)
		}
		if v := m.Templating.List[0]; v.Name != "datasource" || v.Type != "datasource" || v.Query != "prometheus" {
			t.Errorf("%s: the first variable must choose the data source", m.UID)
		}
		for _, v := range m.Templating.List[1:] {
			if v.Refresh != 2 || v.Datasource == nil || *v.Datasource != prometheus {
				t.Errorf("%s: variable %s is not read again when the time range changes, or from elsewhere", m.UID, v.Name)
			}
		}
		for _, p := range m.Panels {
			checkPanel(t, m.UID, p)
		}
		checkGrid(t, m.UID, m.Panels)
	}
}

func checkPanel(t *testing.T, uid string, p *panel) {
	what := uid + ": " + p.Title
	if p.Type == "row" {
		return
	}
	if !slices.Contains([]string{"timeseries", "stat", "table", "bargauge", "gauge", "text"}, p.Type) {
		t.Errorf("%s: a %s cannot be looked at in a test", what, p.Type)
	}
	if !strings.HasSuffix(p.Title, "?") && p.Repeat == "" || p.Description == "" || len(p.Targets) == 0 {
		t.Errorf("%s: no question, description or query", what)
	}
	if p.FieldConfig.Defaults.Unit == "" && p.Type != "table" && p.FieldConfig.Defaults.Thresholds == nil {
		t.Errorf("%s: no unit", what)
	}
	recorded := regexp.MustCompile(`\b[a-z_]+:httpstatus_[a-z_]+:`)
	for _, q := range p.Targets {
		if q.Datasource != prometheus {
			t.Errorf("%s: data source %v", what, q.Datasource)
		}
		if !strings.Contains(q.Expr, "$job") {
			t.Errorf("%s: %s is for all jobs", what, q.Expr)
		}
		for _, window := range regexp.MustCompile(`(?:rate|increase)\([^()]*\[([^\]]+)\]`).FindAllStringSubmatch(q.Expr, -1) {
			if !q.Instant && window[1] != "$__rate_interval" && window[1] != "1h" {
				t.Errorf("%s: a rate over %s does not follow the resolution", what, window[1])
			}
		}
		if recorded.MatchString(q.Expr) && strings.Contains(q.Expr, "$__rate_interval") {
			t.Errorf("%s: a recorded rate has its own interval", what)
		}
	}
}

func checkGrid(t *testing.T, uid string, panels []*panel) {
	ids := map[int]bool{}
	for i, p := range panels {
		if ids[p.ID] {
			t.Errorf("%s: two panels have the id %d", uid, p.ID)
		}
		ids[p.ID] = true
		a := p.GridPos
		if a.X < 0 || a.W < 1 || a.X+a.W > 24 || a.H < 1 {
			t.Errorf("%s: %s is outside the grid: %v", uid, p.Title, a)
		}
		for _, q := range panels[:i] {
			b := q.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s: %s and %s overlap", uid, p.Title, q.Title)
			}
		}
	}
}

func TestAlertsLinkToDashboards(t *testing.T) {
	var uids []string
	for _, d := range All() {
		uids = append(uids, d.UID)
	}
	links := regexp.MustCompile(`dashboard_url: /d/([a-z-]+)`).FindAllStringSubmatch(metrics.AlertRules(), -1)
	if len(links) == 0 {
		t.Fatal("no links")
	}
	for _, m := range links {
		if !slices.Contains(uids, m[1]) {
			t.Errorf("an alert links to the dashboard %s, which does not exist", m[1])
		}
	}
}

// In a healthy installation nothing is broken and no counter of faults grows: these queries may give nothing.
var mayBeEmpty = []string{}

func TestEveryQueryHasAnAnswer(t *testing.T) {
	end := time.Now().Truncate(time.Minute)
	server := startWithHistory(t, end)
	variables := strings.NewReplacer("$__rate_interval", "4m", "$__range", "6h", "$job", ".*", "$instance", ".*", "$route", ".*",
		`api=~"$api"`, `api=~".*"`, `api="$api"`, `api="shop"`, "$code", "404")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, d := range All() {
		for _, q := range d.Queries {
			expr := variables.Replace(q.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("%s: %s: unknown variable in %s", d.Name, q.Panel, expr)
			}
			values := 0
			if q.Instant {
				results, err := server.Query(ctx, expr, end)
				if err != nil {
					t.Errorf("%s: %s: %v", d.Name, q.Panel, err)
				}
				for _, r := range results {
					values += number(r.Value)
				}
			} else {
				results, err := server.QueryRange(ctx, expr, end.Add(-6*time.Hour), end, time.Minute)
				if err != nil {
					t.Errorf("%s: %s: %v", d.Name, q.Panel, err)
				}
				for _, r := range results {
					for _, v := range r.Values {
						values += number(v)
					}
				}
			}
			if values == 0 && !slices.Contains(mayBeEmpty, q.Panel) {
				t.Errorf("%s: %s: no value for %s", d.Name, q.Panel, expr)
			}
		}
	}
	var variable []string
	for _, d := range All() {
		var m struct {
			Templating struct {
				List []struct{ Name, Type, Query string }
			}
		}
		if err := json.Unmarshal(d.JSON, &m); err != nil {
			t.Fatal(err)
		}
		for _, v := range m.Templating.List {
			if q, ok := strings.CutPrefix(v.Query, "label_values("); ok {
				selector, _, _ := cutLast(strings.TrimSuffix(q, ")"), ", ")
				variable = append(variable, selector)
			} else if q, ok := strings.CutPrefix(v.Query, "query_result("); ok {
				variable = append(variable, strings.TrimSuffix(q, ")"))
			}
		}
	}
	for _, expr := range variable {
		if results, err := server.Query(ctx, variables.Replace(expr), end); err != nil || len(results) == 0 {
			t.Errorf("variable %s: no value, %v", expr, err)
		}
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// number is 1 for a sample that is a number.
func number(sample [2]any) int {
	text, _ := sample[1].(string)
	if v, err := strconv.ParseFloat(text, 64); err != nil || v != v {
		return 0
	}
	return 1
}
