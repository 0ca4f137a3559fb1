package dashboards

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// installation is the state of the made-up exporter as time goes by.
type installation struct {
	out    *samples
	rnd    *rand.Rand
	totals map[string]float64
}

// count adds n to a counter and writes it.
func (in *installation) count(at time.Time, family string, n float64, labels ...string) {
	key := family + strings.Join(labels, "\x00")
	in.totals[key] += n
	in.out.add(family, "_total", "counter", at, in.totals[key], labels...)
}

func (in *installation) gauge(at time.Time, family string, v float64, labels ...string) {
	in.out.add(family, "", "gauge", at, v, labels...)
}

// few draws a number of events around a mean.
func (in *installation) few(mean float64) float64 {
	if mean <= 0 {
		return 0
	}
	return max(0, math.Round(mean+in.rnd.NormFloat64()*math.Sqrt(mean)))
}

var web = []string{"job", "web", "instance", "web-1:10057"}

func on(labels ...string) []string { return append(slices.Clone(web), labels...) }

func (in *installation) minute(at time.Time, ago time.Duration) {
	lines := map[string]float64{}
	for _, f := range flows {
		n := in.few(f.rate(ago, at))
		lines[f.api] += n
		if f.verdict != "undocumented" || in.totals[f.key()]+n > 0 { // what nobody documented has no 0 to begin with
			in.totals[f.key()] += n
			in.count(at, "httpstatus_responses", n, on("api", f.api, "route", f.route, "method", f.method, "code", f.code,
				"class", f.class(), "meaning", f.meaning, "verdict", f.verdictOr())...)
		}
		in.objective(at, f, n, ago)
		if f.verdictOr() == "documented" {
			slo := map[byte]string{'4': "client", '5': "bad"}[f.code[0]]
			if slo == "" {
				slo = "good"
			}
			in.gauge(at, "httpstatus_documented_code_info", 1, on("api", f.api, "route", f.route, "code", f.code, "class", f.class(),
				"meaning", f.meaning, "category", map[bool]string{true: "error", false: "success"}[f.code >= "400"], "owner", "", "slo", slo)...)
		}
	}
	in.contracts(at, lines)
	in.sources(at, ago, lines)
	in.self(at, ago)
}

func (f flow) key() string { return "n" + f.api + f.route + f.method + f.code + f.verdict }

// objective counts a flow for the objective of its route, and how long its responses took.
func (in *installation) objective(at time.Time, f flow, n float64, ago time.Duration) {
	if f.verdict == "no_response" {
		return
	}
	route := on("api", f.api, "route", f.route)
	errors := 0.0
	if f.code >= "500" {
		errors = n
	}
	in.sum("httpstatus_slo_responses", n, route)
	in.sum("httpstatus_slo_errors", errors, route)
	in.sum("httpstatus_response_body_bytes", n*2300, route)
	middle := 0.03
	if f.code >= "500" {
		middle = 1.4
	}
	for _, le := range bounds {
		share := 1 / (1 + math.Pow(middle/le, 2.2))
		in.sum("le"+fmt.Sprint(le), math.Round(n*share), route)
	}
	in.sum("le+Inf", n, route)
	in.sum("seconds", n*middle*1.3, route)
}

// sum adds to what the flows of a route share; contracts writes it.
func (in *installation) sum(family string, n float64, labels []string) {
	in.totals[family+strings.Join(labels, "\x00")] += n
}

func (in *installation) contracts(at time.Time, lines map[string]float64) {
	var done []string
	for _, f := range flows {
		if f.verdict == "no_response" || slices.Contains(done, f.api+f.route) {
			continue
		}
		done = append(done, f.api+f.route)
		route := on("api", f.api, "route", f.route)
		total := func(family string) float64 { return in.totals[family+strings.Join(route, "\x00")] }
		for _, family := range []string{"httpstatus_slo_responses", "httpstatus_slo_errors", "httpstatus_response_body_bytes"} {
			in.out.add(family, "_total", "counter", at, total(family), route...)
		}
		for _, le := range bounds {
			in.out.add("httpstatus_response_duration_seconds", "_bucket", "histogram", at, total("le"+fmt.Sprint(le)), append(slices.Clone(route), "le", fmt.Sprint(le))...)
		}
		in.out.add("httpstatus_response_duration_seconds", "_bucket", "histogram", at, total("le+Inf"), append(slices.Clone(route), "le", "+Inf")...)
		in.out.add("httpstatus_response_duration_seconds", "_sum", "histogram", at, total("seconds"), route...)
		in.out.add("httpstatus_response_duration_seconds", "_count", "histogram", at, total("le+Inf"), route...)
	}
	for _, api := range []string{shop, agave} {
		in.gauge(at, "httpstatus_slo_objective_ratio", map[string]float64{shop: 0.99, agave: 0.999}[api], on("api", api)...)
		in.gauge(at, "httpstatus_slo_min_errors", 10, on("api", api)...)
		in.gauge(at, "httpstatus_contract_info", 1, on("api", api, "contract", api, "digest", "5f2c9a1e")...)
		in.count(at, "httpstatus_series_overflow", 0, on("api", api, "label", "route")...)
		for _, reason := range []string{"code", "route", "method", "invalid"} {
			in.count(at, "httpstatus_undocumented_responses", 0, on("api", api, "reason", reason)...)
		}
	}
	for _, f := range flows { // grown since the last minute
		if f.verdict == "undocumented" {
			reason := map[bool]string{true: "route", false: "code"}[f.route == "unmatched"]
			was := "seen" + f.key()
			in.totals["httpstatus_undocumented_responses"+strings.Join(on("api", f.api, "reason", reason), "\x00")] += in.totals[f.key()] - in.totals[was]
			in.totals[was] = in.totals[f.key()]
		}
	}
	in.gauge(at, "httpstatus_code_max_ratio", 0.01, on("api", shop, "code", "429")...)
	in.gauge(at, "httpstatus_code_max_ratio", 0.05, on("api", shop, "code", "404")...)
	in.gauge(at, "httpstatus_code_max_ratio", 0.02, on("api", agave, "code", "401")...)
	in.conditions(at)
}

func (in *installation) conditions(at time.Time) {
	for _, c := range []struct {
		api, id, severity   string
		pass, fail, unknown float64
	}{
		{shop, "created-only-on-post", "error", 120, 0, 0},
		{shop, "ordered-is-201", "error", 120, 1.5, 0},
		{shop, "replace-needs-if-match", "warning", 29, 2, 0},
		{shop, "slow-down-has-retry-after", "warning", 0, 0, 22},
		{agave, "created-only-on-put-post", "error", 40, 0, 0},
		{agave, "partial-only-on-get", "error", 12, 0, 0},
		{agave, "range-always-206", "warning", 12, 3, 0},
		{agave, "not-modified-has-no-body", "error", 60, 0, 0},
		{agave, "moved-has-location", "error", 0, 0, 8},
		{agave, "unauthorized-means-no-credentials", "warning", 0, 0, 11},
	} {
		for result, n := range map[string]float64{"pass": c.pass, "fail": c.fail, "unknown": c.unknown} {
			in.count(at, "httpstatus_condition_checks", in.few(n), on("api", c.api, "condition", c.id, "severity", c.severity, "result", result)...)
		}
	}
}

func (in *installation) sources(at time.Time, ago time.Duration, lines map[string]float64) {
	for api, path := range map[string]string{shop: "/var/log/nginx/shop.log", agave: "/var/log/nginx/agave.log"} {
		source := on("source", path)
		n := lines[api]
		failed, skipped := in.few(n/4000), in.few(0.05)
		in.count(at, "httpstatus_log_lines", n+failed+skipped, source...)
		for _, reason := range []string{"malformed", "too_long"} {
			in.count(at, "httpstatus_log_lines_failed", map[string]float64{"malformed": failed}[reason], append(source, "reason", reason)...)
		}
		in.count(at, "httpstatus_log_lines_skipped", skipped, append(source, "reason", "error_log")...)
		in.count(at, "httpstatus_log_bytes", n*231, source...)
		in.count(at, "httpstatus_log_rotations", map[bool]float64{true: 1}[at.Unix()%(3*3600) < 60], source...)
		in.count(at, "httpstatus_log_truncations", 0, source...)
		in.count(at, "httpstatus_log_read_errors", 0, source...)
		in.count(at, "httpstatus_log_lost_bytes", 0, source...)
		in.gauge(at, "httpstatus_log_source_up", 1, source...)
		unread := in.few(600)
		if api == shop && ago > 80*time.Minute && ago < 95*time.Minute {
			unread = 3e6 * float64(ago-80*time.Minute) / float64(15*time.Minute)
		}
		in.gauge(at, "httpstatus_log_unread_bytes", unread, source...)
		in.gauge(at, "httpstatus_log_last_entry_timestamp_seconds", float64(at.Unix())-in.few(1)-unread/1e5, source...)
		in.gauge(at, "httpstatus_log_last_read_timestamp_seconds", float64(at.Unix())-0.2, source...)
	}
}

func (in *installation) self(at time.Time, ago time.Duration) {
	in.count(at, "httpstatus_storage_write_errors", 0, web...)
	in.gauge(at, "httpstatus_exporter_config_last_reload_successful", 1, web...)
	in.gauge(at, "httpstatus_exporter_config_last_reload_success_timestamp_seconds", float64(at.Unix()-at.Unix()%86400), web...)
	in.gauge(at, "httpstatus_exporter_build_info", 1, on("version", "1.0.0", "revision", "cbabe21", "branch", "main", "goversion", "go1.26.8", "goos", "linux", "goarch", "amd64", "tags", "netgo")...)
	in.gauge(at, "up", 1, web...)
	in.gauge(at, "scrape_samples_scraped", 412, web...)
	in.count(at, "process_cpu_seconds", 0.08+0.02*in.rnd.Float64(), web...)
	in.gauge(at, "process_resident_memory_bytes", 19e6+1e6*in.rnd.Float64(), web...)
	if ago < 50*time.Minute && ago > 25*time.Minute {
		in.gauge(at, "ALERTS", 1, "alertname", "HTTPStatusErrorBudgetBurn", "alertstate", "firing", "job", "web", "api", shop, "severity", "critical")
	}
	if ago < 3*time.Hour {
		in.gauge(at, "ALERTS", 1, "alertname", "HTTPStatusUndocumentedCode", "alertstate", "firing", "job", "web", "api", shop, "severity", "warning")
	}
}
