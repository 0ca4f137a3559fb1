package dashboards

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

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
