package dashboards

// Colours mean the same on every dashboard. The classes of status codes:
var classColours = []struct{ class, codes, colour string }{
	{"1xx", "1[0-9][0-9]", "purple"},
	{"2xx", "2[0-9][0-9]", "green"},
	{"3xx", "3[0-9][0-9]", "blue"},
	{"4xx", "4[0-9][0-9]", "orange"},
	{"5xx", "5[0-9][0-9]", "red"},
	{"none", "(?:none|other|444|460|499)", grey},
}

const (
	good  = "green"
	warn  = "orange"
	bad   = "red"
	plain = "blue" // a quantity that is neither good nor bad
	grey  = "#8e8e9a"
)

func ptr[T any](v T) *T { return &v }

// from makes thresholds: the first colour from the lowest value on, then pairs of a value and the colour from it on.
func from(first string, pairs ...any) *thresholds {
	t := &thresholds{Mode: "absolute", Steps: []step{{Color: first}}}
	for i := 0; i < len(pairs); i += 2 {
		t.Steps = append(t.Steps, step{Value: ptr(pairs[i].(float64)), Color: pairs[i+1].(string)})
	}
	return t
}

// byCode colours the series of codes, named "404 Not found", in shades of the colour of their class. Contracts count 444, 460
// and 499 as no response unless they say otherwise.
func (p *panel) byCode() *panel {
	for _, c := range classColours {
		p.override("byRegexp", "/^"+c.codes+"\\b/", property{"color", colour{Mode: "shades", FixedColor: c.colour}})
	}
	return p
}

// byClass colours the series of classes, named "4xx".
func (p *panel) byClass() *panel {
	for _, c := range classColours {
		p.override("byRegexp", "/^"+c.class+"/", property{"color", colour{Mode: "fixed", FixedColor: c.colour}})
	}
	return p
}

// classMappings colour a table's cells that hold a class.
func classMappings() []mapping {
	options := map[string]any{}
	for i, c := range classColours {
		text := c.class
		if text == "none" {
			text = "no response"
		}
		options[c.class] = map[string]any{"text": text, "color": c.colour, "index": i}
	}
	return []mapping{{Type: "value", Options: options}}
}

// verdictMappings colour a table's cells that hold a verdict.
func verdictMappings() []mapping {
	return []mapping{{Type: "value", Options: map[string]any{
		"undocumented": map[string]any{"color": "purple", "index": 0},
		"violation":    map[string]any{"color": warn, "index": 1},
	}}}
}

// zeroOne maps 0 and 1 to words, the first bad, the second good.
func zeroOne(zero, one string) []mapping {
	return []mapping{{Type: "value", Options: map[string]any{
		"0": map[string]any{"text": zero, "color": bad, "index": 0},
		"1": map[string]any{"text": one, "color": good, "index": 1},
	}}}
}
