package dashboards

const (
	one     = `job=~"$job",api="$api"`
	routeIn = one + `,route=~"$route"`
)

// apiDetail answers: what does this API do, by route, code and condition, today and yesterday?
func apiDetail() model {
	return frame("httpstatus-api", "HTTP status codes: one API",
		"One API by route, code and condition, today beside yesterday.", "6h",
		[]variable{
			choose("job", "Job", `label_values(httpstatus_contract_info, job)`),
			chooseOne("api", "API", `label_values(httpstatus_contract_info{job=~"$job"}, api)`),
			choose("route", "Route", `label_values(httpstatus_slo_responses_total{job=~"$job",api="$api"}, route)`),
			codeVariable(),
		},
		layout(
			across(4, apiStats()...),
			across(8, today("Is there as much traffic as yesterday?", "Responses per second now and 24 hours before.", "reqps", plain,
				`sum(api:httpstatus_responses:rate5m{`+one+`}%s)`),
				today("Are there more errors than yesterday?", "Share of responses that count against the objective, now and 24 hours before.", "percentunit", bad,
					`sum(api:httpstatus_slo_errors:rate5m{`+one+`}%[1]s) / (sum(api:httpstatus_slo_responses:rate5m{`+one+`}%[1]s) > 0)`),
				today("Are more requests rejected than yesterday?", "Share of client errors (4xx), now and 24 hours before.", "percentunit", warn,
					`sum(api_class:httpstatus_responses:rate5m{`+one+`,class="4xx"}%[1]s) / (sum(api:httpstatus_responses:rate5m{`+one+`}%[1]s) > 0)`)),
			split(11, []int{12, 12}, routeTable(), routeCodes()),
			heading("Does each code come as often as yesterday?"),
			across(5, eachCode()),
			heading("Does the API keep what its documentation says?"),
			split(9, []int{14, 10}, conditionTable(), broken()),
			split(15, []int{14, 10}, contractTable(), latency("What do the chosen routes take?", routeIn)),
		))
}

// codeVariable repeats a panel for every code that came within the last day.
func codeVariable() variable {
	v := choose("code", "Code", `query_result(sum by (code) (sum_over_time(api_code:httpstatus_responses:rate5m{job=~"$job",api="$api"}[1d])) > 0)`)
	v.Regex = `/code="([^"]+)"/`
	v.AllValue = "" // each of them by itself, for the repeated panel
	return v
}

func apiStats() []*panel {
	return []*panel{
		stat("How much is asked?", "Responses per second, averaged over 5 minutes.",
			over(`sum(api:httpstatus_responses:rate5m{`+one+`})`, "")).unit("reqps"),
		stat("What goes wrong?", "Share of responses that count against the objective, over the last hour.",
			over(`max(api:httpstatus_slo_errors_per_responses:ratio_rate1h{`+one+`})`, "")).
			unit("percentunit").none("no traffic"),
		stat("What is promised?", "Objective: the promised share of responses that are no errors.",
			now(`max(httpstatus_slo_objective_ratio{`+one+`})`, "")).unit("percentunit"),
		stat("Is budget left?", "Share of a 30-day error budget that is left. Below 0 the objective is missed.",
			over(`min(api:httpstatus_slo_error_budget_left:ratio_rate30d{`+one+`})`, "")).
			unit("percentunit").decimals(0).none("no traffic").thresholds(from(bad, 0.0, warn, 0.25, good)),
		stat("Undocumented?", "Responses of the last 24 hours that the contract does not cover.",
			now(`sum(round(increase(httpstatus_undocumented_responses_total{`+one+`}[24h])))`, "")).
			unit("locale").decimals(0).thresholds(from(good, 1.0, "purple")),
		stat("How much is sent?", "Bytes of response bodies per second. Empty where the log format has no size.",
			over(`sum(rate(httpstatus_response_body_bytes_total{`+one+`}[$__rate_interval]))`, "")).
			unit("Bps").none("not in the log"),
	}
}

func routeTable() *panel {
	window := func(metric string) string {
		return `sum by (route) (sum_over_time(api_route:httpstatus_slo_` + metric + `:rate5m{` + routeIn + `}[$__range]))`
	}
	named := func(expr string) target { // a contract without routes has one, which is empty
		return rows(`label_replace(` + expr + `, "route", "(all)", "route", "")`)
	}
	return table("How does each route do?", "Responses that count for the objective in the chosen time range, by route.",
		named(`topk(200, round(`+window("responses")+` * 30))`),
		named(window("errors")+` / (`+window("responses")+` > 0)`),
		named(`histogram_quantile(0.95, sum by (route, le) (rate(httpstatus_response_duration_seconds_bucket{`+routeIn+`}[$__range])))`)).
		columns("Count", true,
			column{field: "route", head: "Route"},
			column{field: "Value #A", head: "Count", width: 110, look: unitLook("locale", 0)},
			column{field: "Value #B", head: "Errors", width: 220, look: barLook("percentunit", bad, 0.05)},
			column{field: "Value #C", head: "95 % within", width: 110, look: unitLook("s", 0)})
}

func routeCodes() *panel {
	return graph("What do the chosen routes answer?", "Responses per second by status code, of the routes that are chosen above.",
		over(`sum by (code, meaning) (rate(httpstatus_responses_total{`+routeIn+`}[$__rate_interval])) > 0`, "{{code}} {{meaning}}")).
		unit("reqps").stacked("normal").legend("mean").byCode()
}

func eachCode() *panel {
	p := graph("$code", "Responses per second with this code, now and 24 hours before (dashed).",
		over(`sum(api_code:httpstatus_responses:rate5m{`+one+`,code="$code"})`, "$code"),
		over(`sum(api_code:httpstatus_responses:rate5m{`+one+`,code="$code"} offset 1d)`, "yesterday")).
		unit("reqps").byCode().dashedGrey("yesterday")
	p.Options["legend"] = map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": false, "calcs": []string{}}
	p.Repeat, p.RepeatDirection, p.MaxPerRow = "code", "h", 6
	return p
}

func conditionTable() *panel {
	checks := func(result string) string {
		return `sum by (condition, severity) (round(increase(httpstatus_condition_checks_total{` + one + `,result="` + result + `"}[$__range])))`
	}
	return table("Which documented conditions hold?", "Responses of the chosen time range held against what the contract ties to their code. Unknown: the log lacks a field that the condition asks for; `httpstatus_exporter check` says which.",
		rows(checks("fail")), rows(checks("pass")), rows(checks("unknown"))).
		columns("Broken", true,
			column{field: "condition", head: "Condition"},
			column{field: "severity", head: "Severity", width: 100},
			column{field: "Value #A", head: "Broken", width: 110, look: thresholdLook("locale", 0, from(good, 1.0, warn))},
			column{field: "Value #B", head: "Kept", width: 110, look: unitLook("locale", 0)},
			column{field: "Value #C", head: "Unknown", width: 110, look: unitLook("locale", 0)})
}

func broken() *panel {
	return graph("Since when are conditions broken?", "Responses per minute that broke a condition.",
		over(`sum by (condition) (rate(httpstatus_condition_checks_total{`+one+`,result="fail"}[$__rate_interval])) * 60 > 0`, "{{condition}}")).
		unit("suffix: /min").none("None is broken")
}

func contractTable() *panel {
	const info = `max by (code, class, meaning, category, slo) (httpstatus_documented_code_info{` + one + `})`
	const count = `sum by (code, meaning) (sum_over_time(api_code:httpstatus_responses:rate5m{` + one + `}[$__range])) * 30`
	return table("What does the documentation promise, and does it come?", "The contract's codes with what it says about them, and how often each came in the chosen time range.",
		rows(`round(`+info+` * on (code, meaning) group_left () (`+count+`))`)).
		columns("Code", false,
			column{field: "code", head: "Code", width: 70},
			column{field: "meaning", head: "Meaning"},
			column{field: "class", head: "Class", width: 110, look: mapLook(classMappings())},
			column{field: "category", head: "Category", width: 100},
			column{field: "slo", head: "Counts as", width: 100},
			column{field: "Value", head: "Count", width: 110, look: unitLook("locale", 0)})
}
