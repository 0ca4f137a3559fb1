package dashboards

import (
	"math"
	"time"
)

// A flow is one series of responses of the made-up installation that the dashboards are tested and looked at with.
type flow struct {
	api, route, method, code, meaning, verdict string
	perMinute                                  float64
	from, to                                   time.Duration // before the end; 0, 0 is always
}

const (
	history = 30*time.Hour + 30*time.Minute // more than a day: today is compared with yesterday
	scrape  = time.Minute

	shop, agave = "shop", "agave"
)

// flows has what a dashboard must cope with: routes, an outage half an hour ago, undocumented codes of which one was never
// there before, violations, responses without status, and codes that never came.
var flows = []flow{
	{api: shop, route: "/items", method: "GET", code: "200", meaning: "OK", perMinute: 900},
	{api: shop, route: "/items", method: "GET", code: "304", meaning: "Not modified", perMinute: 210},
	{api: shop, route: "/items", method: "GET", code: "400", meaning: "Bad query", perMinute: 14},
	{api: shop, route: "/items", method: "GET", code: "429", meaning: "Slow down", perMinute: 22},
	{api: shop, route: "/items", method: "GET", code: "503", meaning: "Overloaded", perMinute: 0.2},
	{api: shop, route: "/items/{id}", method: "GET", code: "200", meaning: "OK", perMinute: 640},
	{api: shop, route: "/items/{id}", method: "GET", code: "404", meaning: "Not found", perMinute: 55},
	{api: shop, route: "/items/{id}", method: "PUT", code: "204", meaning: "Replaced", perMinute: 31},
	{api: shop, route: "/items/{id}", method: "PUT", code: "412", meaning: "Changed meanwhile", perMinute: 2},
	{api: shop, route: "/items/{id}", method: "PUT", code: "500", meaning: "Internal Server Error", verdict: "undocumented", perMinute: 6, from: 3 * time.Hour},
	{api: shop, route: "/orders", method: "POST", code: "201", meaning: "Created", perMinute: 120},
	{api: shop, route: "/orders", method: "POST", code: "200", meaning: "OK", verdict: "violation", perMinute: 1.5},
	{api: shop, route: "/orders", method: "POST", code: "401", meaning: "Log in first", perMinute: 17},
	{api: shop, route: "/orders", method: "POST", code: "409", meaning: "Already ordered", perMinute: 3},
	{api: shop, route: "/orders", method: "POST", code: "503", meaning: "Overloaded", perMinute: 80, from: 55 * time.Minute, to: 30 * time.Minute},
	{api: shop, route: "/orders", method: "POST", code: "410", meaning: "Gone", perMinute: 0},
	{api: shop, route: "unmatched", method: "GET", code: "404", meaning: "Not found", perMinute: 9},
	{api: shop, route: "unmatched", method: "GET", code: "200", meaning: "OK", verdict: "undocumented", perMinute: 0.3},
	{api: shop, route: "/items", method: "GET", code: "499", meaning: "Client Closed Request", verdict: "no_response", perMinute: 5},
	{api: agave, method: "GET", code: "200", meaning: "Success", perMinute: 310},
	{api: agave, method: "POST", code: "201", meaning: "Created", perMinute: 40},
	{api: agave, method: "POST", code: "202", meaning: "Accepted", perMinute: 25},
	{api: agave, method: "GET", code: "206", meaning: "Partial Content", perMinute: 12},
	{api: agave, method: "GET", code: "301", meaning: "Moved Permanently", perMinute: 8},
	{api: agave, method: "GET", code: "304", meaning: "Not Modified", perMinute: 60},
	{api: agave, method: "GET", code: "400", meaning: "Bad request", perMinute: 6},
	{api: agave, method: "GET", code: "401", meaning: "Unauthorized", perMinute: 11},
	{api: agave, method: "GET", code: "403", meaning: "Forbidden", perMinute: 4},
	{api: agave, method: "GET", code: "404", meaning: "Not found", perMinute: 19},
	{api: agave, method: "GET", code: "405", meaning: "Method Not Allowed", perMinute: 0},
	{api: agave, method: "GET", code: "406", meaning: "Not Acceptable", perMinute: 0},
	{api: agave, method: "GET", code: "502", meaning: "Bad Gateway", verdict: "undocumented", perMinute: 0.25},
}

func (f flow) verdictOr() string {
	if f.verdict == "" {
		return "documented"
	}
	return f.verdict
}

func (f flow) class() string {
	if f.verdict == "no_response" {
		return "none"
	}
	return f.code[:1] + "xx"
}

// rate is the flow's rate at a time: quieter at night, and in its time only.
func (f flow) rate(ago time.Duration, at time.Time) float64 {
	if f.from != 0 && (ago > f.from || ago < f.to) {
		return 0
	}
	day := 2 * math.Pi * float64(at.Unix()%86400) / 86400
	return f.perMinute * (1 - 0.35*math.Cos(day) + 0.1*math.Sin(5*day))
}
