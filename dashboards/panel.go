package dashboards

import "strconv"

// newPanel is what all kinds of panels with queries have in common.
func newPanel(kind, title, description string, targets ...target) *panel {
	p := &panel{Type: kind, Title: title, Description: description, Datasource: &prometheus, Targets: targets,
		FieldConfig: &fieldConfig{Overrides: []override{}}}
	for i := range p.Targets {
		p.Targets[i].RefID = string(rune('A' + i))
		p.Targets[i].Datasource = prometheus
	}
	return p
}

// over asks for a query's values over the time range. Legends are templates such as "{{code}} {{meaning}}".
func over(expr, legend string) target { return target{Expr: expr, LegendFormat: legend, Range: true} }

// now asks for a query's values at the end of the time range.
func now(expr, legend string) target { return target{Expr: expr, LegendFormat: legend, Instant: true} }

// rows asks for a query's values at the end of the time range, one table row for each.
func rows(expr string) target { return target{Expr: expr, Format: "table", Instant: true} }

// stat shows one value, large, over a small graph of it where the query has a range.
func stat(title, description string, t target) *panel {
	p := newPanel("stat", title, description, t)
	graph := "area"
	if t.Instant {
		graph = "none"
	}
	p.Options = map[string]any{
		"colorMode": "value", "graphMode": graph, "justifyMode": "center", "textMode": "value", "orientation": "auto",
		"wideLayout": true, "text": map[string]any{"valueSize": 32},
		"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
	}
	p.FieldConfig.Defaults.Color = &colour{Mode: "thresholds"}
	p.FieldConfig.Defaults.Thresholds = from(plain)
	return p
}

// graph shows values over time as lines.
func graph(title, description string, targets ...target) *panel {
	p := newPanel("timeseries", title, description, targets...)
	p.Options = map[string]any{
		"legend":  map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []string{}},
		"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
	}
	p.FieldConfig.Defaults.Color = &colour{Mode: "palette-classic"}
	p.FieldConfig.Defaults.Min = ptr(0.0)
	p.FieldConfig.Defaults.Custom = map[string]any{
		"drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never",
		"spanNulls": false, "axisSoftMin": 0,
	}
	return p
}

// table shows rows; columns says which, in which order, with which heads.
func table(title, description string, targets ...target) *panel {
	p := newPanel("table", title, description, targets...)
	p.Options = map[string]any{"cellHeight": "sm", "showHeader": true,
		"footer": map[string]any{"show": false, "reducer": []string{"sum"}, "countRows": false, "fields": ""}}
	p.FieldConfig.Defaults.Custom = map[string]any{"align": "auto", "filterable": false, "cellOptions": map[string]any{"type": "auto"}}
	p.Transformations = []transformation{{ID: "merge", Options: map[string]any{}}}
	return p
}

// bars shows one horizontal bar for each series.
func bars(title, description string, t target) *panel {
	p := newPanel("bargauge", title, description, t)
	p.Options = map[string]any{
		"displayMode": "gradient", "orientation": "horizontal", "showUnfilled": true, "valueMode": "color", "minVizHeight": 28,
		"maxVizHeight": 44, "minVizWidth": 8, "namePlacement": "top", "sizing": "manual",
		"text":          map[string]any{"titleSize": 14, "valueSize": 16},
		"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
	}
	p.FieldConfig.Defaults.Color = &colour{Mode: "thresholds"}
	p.FieldConfig.Defaults.Min = ptr(0.0)
	return p
}

func (p *panel) unit(unit string) *panel { p.FieldConfig.Defaults.Unit = unit; return p }

func (p *panel) decimals(n int) *panel { p.FieldConfig.Defaults.Decimals = &n; return p }

func (p *panel) none(text string) *panel { p.FieldConfig.Defaults.NoValue = text; return p }

func (p *panel) thresholds(t *thresholds) *panel { p.FieldConfig.Defaults.Thresholds = t; return p }

// lines draws the thresholds of a graph as dashed lines.
func (p *panel) lines(t *thresholds) *panel {
	p.FieldConfig.Defaults.Custom["thresholdsStyle"] = map[string]any{"mode": "dashed"}
	return p.thresholds(t)
}

// stacked fills a graph; mode "normal" adds values up, "percent" shows their shares.
func (p *panel) stacked(mode string) *panel {
	custom := p.FieldConfig.Defaults.Custom
	custom["stacking"] = map[string]any{"mode": mode, "group": "A"}
	custom["fillOpacity"], custom["lineWidth"] = 70, 0
	if mode == "percent" {
		p.FieldConfig.Defaults.Max = nil
	}
	return p
}

// legend puts the legend beside the graph as a table with these figures.
func (p *panel) legend(calcs ...string) *panel {
	l := p.Options["legend"].(map[string]any)
	l["displayMode"], l["placement"], l["calcs"] = "table", "right", calcs
	if len(calcs) > 0 {
		l["sortBy"], l["sortDesc"] = map[string]string{"mean": "Mean", "max": "Max", "lastNotNull": "Last *"}[calcs[0]], true
	}
	return p
}

func (p *panel) override(matcherID, options string, properties ...property) *panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{matcher{matcherID, options}, properties})
	return p
}

// dashedGrey draws the series of that name as what the others are compared with.
func (p *panel) dashedGrey(name string) *panel {
	return p.override("byName", name,
		property{"color", colour{Mode: "fixed", FixedColor: grey}},
		property{"custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{6, 4}}},
		property{"custom.fillOpacity", 0})
}

func (p *panel) coloured(name, c string) *panel {
	return p.override("byName", name, property{"color", colour{Mode: "fixed", FixedColor: c}})
}

// A column is one column of a table: the field that it comes from ("Value #A" for the first query), its head, its width
// in pixels (0: its share of what is left) and how its cells look.
type column struct {
	field, head string
	width       int
	look        []property
}

// columns keeps these columns in this order, hides the others, and sorts by one of them.
func (p *panel) columns(sortBy string, descending bool, cols ...column) *panel {
	index, names, include := map[string]any{}, map[string]any{}, []string{}
	for i, c := range cols {
		index[c.field], names[c.field] = i, c.head
		include = append(include, c.field)
		look := c.look
		if c.width > 0 {
			look = append([]property{{"custom.width", c.width}}, look...)
		}
		if len(look) > 0 {
			p.override("byName", c.head, look...)
		}
	}
	p.Transformations = append(p.Transformations,
		transformation{"filterFieldsByName", map[string]any{"include": map[string]any{"names": include}}},
		transformation{"organize", map[string]any{"excludeByName": map[string]any{}, "indexByName": index, "renameByName": names}})
	p.Options["sortBy"] = []map[string]any{{"displayName": sortBy, "desc": descending}}
	return p
}

func unitLook(unit string, decimals int) []property {
	return []property{{"unit", unit}, {"decimals", decimals}}
}

// barLook draws a cell as a bar from 0 to max in one colour.
func barLook(unit, c string, max float64) []property {
	return []property{{"unit", unit}, {"min", 0}, {"max", max}, {"color", colour{Mode: "fixed", FixedColor: c}},
		{"custom.cellOptions", map[string]any{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}}}
}

// thresholdLook colours a cell's figure.
func thresholdLook(unit string, decimals int, t *thresholds) []property {
	return append(unitLook(unit, decimals), property{"thresholds", t}, property{"color", colour{Mode: "thresholds"}},
		property{"custom.cellOptions", map[string]any{"type": "color-text"}})
}

func mapLook(m []mapping) []property {
	return []property{{"mappings", m}, {"custom.cellOptions", map[string]any{"type": "color-text"}}}
}

// A line is panels side by side, all of one height.
type line struct {
	height int
	panels []*panel
	widths []int // of 24
}

// across shares the width of the dashboard between panels in equal parts.
func across(height int, panels ...*panel) line {
	l := line{height: height, panels: panels}
	for range panels {
		l.widths = append(l.widths, 24/len(panels))
	}
	return l
}

// split gives the panels these widths, 24 in all.
func split(height int, widths []int, panels ...*panel) line {
	return line{height: height, panels: panels, widths: widths}
}

// heading is a row of Grafana, which can be folded away.
func heading(title string) line {
	return line{height: 1, widths: []int{24}, panels: []*panel{{Type: "row", Title: title, Collapsed: ptr(false), Panels: &[]*panel{}}}}
}

// layout numbers the panels and puts the lines below each other.
func layout(lines ...line) (panels []*panel) {
	y := 0
	for _, l := range lines {
		x := 0
		for i, p := range l.panels {
			p.ID = len(panels) + 1
			p.GridPos = gridPos{X: x, Y: y, W: l.widths[i], H: l.height}
			x += l.widths[i]
			panels = append(panels, p)
		}
		if x != 24 {
			panic("dashboards: a line is " + strconv.Itoa(x) + " wide and not 24")
		}
		y += l.height
	}
	return panels
}
