package dashboards

// sel is the filter of the overview: what is chosen in its variables.
const sel = `job=~"$job",api=~"$api"`

// overview answers: is it all right, and if not, where is it wrong?
func overview() model {
	return frame("httpstatus-overview", "HTTP status codes: overview",
		"What the APIs answer beside what their documentation promises.", "6h",
		[]variable{
			choose("job", "Job", `label_values(httpstatus_contract_info, job)`),
			choose("api", "API", `label_values(httpstatus_contract_info{job=~"$job"}, api)`),
		},
		layout(
			across(4, overviewStats()...),
			split(12, []int{16, 8}, answers(), shares()),
			across(8, burnRates(), errorRatios()),
			across(15, codeTable()),
			split(8, []int{16, 8}, driftTable(), driftRate()),
			across(10, failingRoutes(), latency("What do the responses take?", `job=~"$job",api=~"$api"`)),
		))
}

func overviewStats() []*panel {
	return []*panel{
		stat("How much is asked?", "Responses per second, averaged over 5 minutes.",
			over(`sum(api:httpstatus_responses:rate5m{`+sel+`})`, "")).unit("reqps"),
		stat("What goes wrong?", "Share of responses that count against the objective, over the last hour.",
			over(`sum(sum_over_time(api:httpstatus_slo_errors:rate5m{`+sel+`}[1h])) / sum(sum_over_time(api:httpstatus_slo_responses:rate5m{`+sel+`}[1h]))`, "")).
			unit("percentunit").none("no traffic"),
		stat("Who burns budget?", "Highest burn rate of the error budget over the last hour among the APIs: 1 spends the budget in exactly 30 days, 14.4 pages.",
			over(`max(api:httpstatus_slo_errors_per_responses:ratio_rate1h{`+sel+`} / api:httpstatus_slo_error_budget:ratio{`+sel+`})`, "")).
			unit("suffix:×").decimals(1).none("no traffic").thresholds(from(good, 1.0, warn, 14.4, bad)),
		stat("Is budget left?", "Lowest share of a 30-day error budget that is left among the APIs. Below 0 the objective is missed.",
			over(`min(api:httpstatus_slo_error_budget_left:ratio_rate30d{`+sel+`})`, "")).
			unit("percentunit").decimals(0).none("no traffic").thresholds(from(bad, 0.0, warn, 0.25, good)),
		stat("Undocumented?", "Responses of the last 24 hours that the contracts do not cover: an unknown code, route or method.",
			now(`sum(round(increase(httpstatus_undocumented_responses_total{`+sel+`}[24h])))`, "")).
			unit("locale").decimals(0).thresholds(from(good, 1.0, "purple")),
		stat("What is firing?", "Alerts of metrics/alerts.yml that fire now, those on the exporter too.",
			now(`count(ALERTS{alertname=~"HTTPStatus.+",alertstate="firing",job=~"$job|"}) or vector(0)`, "")).
			thresholds(from(good, 1.0, bad)),
	}
}

func answers() *panel {
	return graph("What do the APIs answer?", "Responses per second by status code, each with the meaning that its contract gives it. Green 2xx, blue 3xx, orange 4xx, red 5xx, grey no response.",
		over(`sum by (code, meaning) (api_code:httpstatus_responses:rate5m{`+sel+`}) > 0`, "{{code}} {{meaning}}")).
		unit("reqps").stacked("normal").legend("mean").byCode()
}

func shares() *panel {
	return graph("Which share has each class?", "Share of the responses by class. No response: the client went away before there was one.",
		over(`sum by (class) (api_class:httpstatus_responses:rate5m{`+sel+`,class!="none"}) > 0`, "{{class}}"),
		over(`sum by (class) (api_class:httpstatus_responses:rate5m{`+sel+`,class="none"}) > 0`, "none (no response)")).
		unit("reqps").stacked("percent").byClass()
}

func burnRates() *panel {
	const q = ` / api:httpstatus_slo_error_budget:ratio{` + sel + `}`
	p := graph("Who spends the error budget too fast?", "Burn rate by API. At 1 a 30-day budget lasts 30 days; above 6 over 6 hours or 14.4 over 1 hour it pages.",
		over(`api:httpstatus_slo_errors_per_responses:ratio_rate1h{`+sel+`}`+q, "{{api}} over 1 h"),
		over(`api:httpstatus_slo_errors_per_responses:ratio_rate6h{`+sel+`}`+q, "{{api}} over 6 h")).
		unit("suffix:×").legend("lastNotNull", "max").
		lines(from("transparent", 1.0, "yellow", 6.0, warn, 14.4, bad)).
		override("byRegexp", "/over 6 h$/", property{"custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{6, 4}}}, property{"custom.fillOpacity", 0})
	p.FieldConfig.Defaults.Custom["axisSoftMax"] = 15
	return p
}

func errorRatios() *panel {
	p := graph("Which share of the responses is bad?", "Errors among the responses that count for the objective, by API, over 5 minutes.",
		over(`api:httpstatus_slo_errors_per_responses:ratio_rate5m{`+sel+`}`, "{{api}}")).
		unit("percentunit").legend("mean", "max")
	p.FieldConfig.Defaults.Custom["axisSoftMax"] = 0.01
	return p
}

// codeTable counts from recorded rates, so it is quick over a week too; 30 is the interval of their group in seconds.
func codeTable() *panel {
	const (
		count = `sum by (api, code, class, meaning) (sum_over_time(api_code:httpstatus_responses:rate5m{` + sel + `}[$__range])) * 30`
		share = count + ` / on (api) group_left () (sum by (api) (sum_over_time(api:httpstatus_responses:rate5m{` + sel + `}[$__range])) * 30 > 0)`
		limit = `(` + count + `) * 0 + on (api, code) group_left () max by (api, code) (httpstatus_code_max_ratio{` + sel + `})`
	)
	return table("How often did each code come, and what does it mean?", "Every documented code, also those that never came, and every other one that did, in the chosen time range. Maximum: the share that the contract allows, and how much of that is used.",
		rows(`round(`+count+`)`), rows(share), rows(limit), rows(share+` / (`+limit+`)`)).
		columns("Count", true,
			column{field: "code", head: "Code", width: 80},
			column{field: "meaning", head: "Meaning"},
			column{field: "class", head: "Class", width: 120, look: mapLook(classMappings())},
			column{field: "api", head: "API", width: 180},
			column{field: "Value #A", head: "Count", width: 130, look: unitLook("locale", 0)},
			column{field: "Value #B", head: "Share", width: 380, look: barLook("percentunit", plain, 1)},
			column{field: "Value #C", head: "Maximum", width: 110, look: unitLook("percentunit", 1)},
			column{field: "Value #D", head: "Used", width: 100, look: thresholdLook("percentunit", 0, from(good, 0.8, warn, 1.0, bad))})
}

// driftTable adds what a series had when it first came to its increase: a code that was never seen before has no 0 to
// begin with.
func driftTable() *panel {
	const labels = `sum by (api, method, route, code, meaning, verdict) `
	const series = `httpstatus_responses_total{` + sel + `,verdict=~"undocumented|violation"}`
	const grown = labels + `(increase(` + series + `[$__range]))`
	const first = labels + `(min_over_time(` + series + `[$__range]) unless ` + series + ` offset $__range)`
	return table("What is answered against the documentation?", "Responses with an undocumented code, route or method, and those that broke a documented condition (violation), in the chosen time range.",
		rows(`topk(20, round(`+grown+` + `+first+` or `+grown+` or `+first+`) > 0)`)).
		columns("Count", true,
			column{field: "code", head: "Code", width: 60},
			column{field: "meaning", head: "Meaning"},
			column{field: "verdict", head: "Verdict", width: 120, look: mapLook(verdictMappings())},
			column{field: "method", head: "Method", width: 85},
			column{field: "route", head: "Route"},
			column{field: "api", head: "API", width: 90},
			column{field: "Value", head: "Count", width: 90, look: unitLook("locale", 0)})
}

func driftRate() *panel {
	return graph("Since when?", "Responses per minute that the contracts do not cover, by what they lack, and broken conditions of severity error.",
		over(`sum by (reason) (rate(httpstatus_undocumented_responses_total{`+sel+`}[$__rate_interval])) * 60`, "undocumented {{reason}}"),
		over(`sum(rate(httpstatus_condition_checks_total{`+sel+`,result="fail",severity="error"}[$__rate_interval])) * 60`, "violation")).
		unit("suffix: /min").
		coloured("undocumented code", "purple").coloured("undocumented route", "light-purple").
		coloured("undocumented method", "#d683ce").coloured("undocumented invalid", grey).coloured("violation", warn)
}

func failingRoutes() *panel {
	return bars("Which routes fail most?", "The ten routes with the highest share of errors in the last hour; those with fewer than 10 errors are left out.",
		now(`label_replace(topk(10, sum by (api, route) (sum_over_time(api_route:httpstatus_slo_errors:rate5m{`+sel+`}[1h])) / (sum by (api, route) (sum_over_time(api_route:httpstatus_slo_responses:rate5m{`+sel+`}[1h])) > 0) and sum by (api, route) (sum_over_time(api_route:httpstatus_slo_errors:rate5m{`+sel+`}[1h])) * 30 >= 10), "route", "(all)", "route", "")`,
			"{{api}} {{route}}")).
		unit("percentunit").decimals(2).none("None has 10 errors").thresholds(from("yellow", 0.01, warn, 0.05, bad))
}

func latency(title, filter string) *panel {
	quantile := func(q string) string {
		return `histogram_quantile(` + q + `, sum by (le) (rate(httpstatus_response_duration_seconds_bucket{` + filter + `}[$__rate_interval])))`
	}
	return graph(title, "Half of the responses, 95 % and 99 % of them were quicker than this. Empty where the log format has no duration.",
		over(quantile("0.99"), "99 %"), over(quantile("0.95"), "95 %"), over(quantile("0.5"), "50 %")).
		unit("s").legend("lastNotNull", "max").none("The log format has no duration").
		coloured("99 %", "blue").coloured("95 %", "light-blue").coloured("50 %", "super-light-blue")
}
