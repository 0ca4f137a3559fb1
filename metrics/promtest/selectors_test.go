package promtest

import (
	"reflect"
	"testing"
)

func TestScan(t *testing.T) {
	tests := []struct {
		expr string
		want Refs
	}{
		{`up`, Refs{Selectors: []Selector{{Metric: "up"}}}},
		{`up == 0`, Refs{Selectors: []Selector{{Metric: "up"}}}},
		{`rate(a_total{x="1",y=~"b|{c}"}[5m])`, Refs{Selectors: []Selector{{Metric: "a_total", Labels: []string{"x", "y"}, Func: "rate"}}}},
		{`{__name__="a"}`, Refs{Selectors: []Selector{{Labels: []string{"__name__"}}}}},
		{`sum by (x, y) (rate(a[5m]))`, Refs{Grouping: []string{"x", "y"}, By: true, Selectors: []Selector{{Metric: "a", Func: "rate"}}}},
		{`sum by (x) (a)`, Refs{Grouping: []string{"x"}, By: true, Selectors: []Selector{{Metric: "a", Func: "aggregation"}}}},
		{`sum(a) by (x)`, Refs{Grouping: []string{"x"}, By: true, Selectors: []Selector{{Metric: "a", Func: "sum"}}}},
		{`a / on (x) group_left () (b > 0)`, Refs{Grouping: []string{"x"}, Selectors: []Selector{{Metric: "a"}, {Metric: "b"}}}},
		{`a unless on (x) b offset 23h30m`, Refs{Grouping: []string{"x"}, Selectors: []Selector{{Metric: "a"}, {Metric: "b"}}}},
		{`a:b:rate5m * 1.5e3 # up`, Refs{Selectors: []Selector{{Metric: "a:b:rate5m"}}}},
		{"max_over_time((a > bool 1)[1h:5m]) and b", Refs{Selectors: []Selector{{Metric: "a"}, {Metric: "b"}}}},
		{`label_replace(a, "x", "$1", "y", "(.*)")`, Refs{Selectors: []Selector{{Metric: "a", Func: "label_replace"}}}},
		{`-1 < a and time() - b`, Refs{Selectors: []Selector{{Metric: "a"}, {Metric: "b"}}}},
	}
	for _, tt := range tests {
		got, err := Scan(tt.expr)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Scan(%s)\n got %+v, %v\nwant %+v", tt.expr, got, err, tt.want)
		}
	}
	if _, err := Scan(`up{job="x`); err == nil {
		t.Error("Scan of a string without end gave no error")
	}
}
