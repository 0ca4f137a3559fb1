package dashboards

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/metrics/promtest"
)

// values are the variables of a dashboard on the made-up installation.
func values(dashboard string) map[string]string {
	v := map[string]string{"__rate_interval": "4m", "__range": "1h", "job": ".*", "instance": ".*", "route": ".*", "code": "404", "api": ".*"}
	if dashboard == "api" { // which shows exactly one
		v["api"] = shop
	}
	return v
}

func TestEveryQueryHasAnAnswer(t *testing.T) {
	end := time.Now().Truncate(time.Minute)
	server := startWithHistory(t, end)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, d := range All() {
		for _, q := range d.Queries {
			expr := q.With(values(d.Name))
			if strings.Contains(expr, "$") {
				t.Errorf("%s: %s: unknown variable in %s", d.Name, q.Panel, expr)
			}
			n, err := numbers(ctx, server, expr, q.Instant, end)
			if err != nil || n == 0 {
				t.Errorf("%s: %s: %d values, %v, for %s", d.Name, q.Panel, n, err, expr)
			}
		}
		for _, expr := range variableQueries(t, d) {
			expr = Query{Expr: expr}.With(values(d.Name))
			if n, err := numbers(ctx, server, expr, true, end); err != nil || n == 0 {
				t.Errorf("%s: a variable has %d values, %v, for %s", d.Name, n, err, expr)
			}
		}
	}
}

// numbers counts the values of an answer that are numbers.
func numbers(ctx context.Context, server *promtest.Server, expr string, instant bool, end time.Time) (n int, err error) {
	var results []promtest.Result
	if instant {
		results, err = server.Query(ctx, expr, end)
	} else {
		results, err = server.QueryRange(ctx, expr, end.Add(-time.Hour), end, time.Minute)
	}
	for _, r := range results {
		for _, sample := range append(r.Values, r.Value) {
			text, _ := sample[1].(string)
			if v, err := strconv.ParseFloat(text, 64); err == nil && v == v {
				n++
			}
		}
	}
	return n, err
}

// variableQueries gives the queries behind a dashboard's variables.
func variableQueries(t *testing.T, d Dashboard) (exprs []string) {
	var m struct {
		Templating struct{ List []struct{ Query string } }
	}
	if err := json.Unmarshal(d.JSON, &m); err != nil {
		t.Fatal(err)
	}
	for _, v := range m.Templating.List {
		if q, ok := strings.CutPrefix(v.Query, "label_values("); ok {
			exprs = append(exprs, q[:strings.LastIndex(q, ", ")])
		} else if q, ok := strings.CutPrefix(v.Query, "query_result("); ok {
			exprs = append(exprs, strings.TrimSuffix(q, ")"))
		}
	}
	return exprs
}

func TestWith(t *testing.T) {
	got := Query{Expr: `rate(a{api="$api",x="$other"}[$__rate_interval])`}.With(map[string]string{"api": "shop", "__rate_interval": "1m"})
	if want := `rate(a{api="shop",x="$other"}[1m])`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
