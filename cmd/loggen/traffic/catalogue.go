package traffic

import (
	"fmt"
	"math"
	"time"
)

// A catalogue holds everything that ordinary requests are drawn from. It does not depend on the seed, so neither do the
// mean length of a line and the mix of codes.
type catalogue struct {
	endpoints  []endpoint
	resources  []resource
	popularity sampler // of resources
	addrs      []string
	addrMix    sampler
	agents     []agent
	agentMix   sampler
	referers   []string
	refererMix sampler
	users      []string
	durations  []time.Duration
	host       string
	createdAt  string // Location of a 201
	movedTo    string // Location of a 301
}

// A resource is one target of an endpoint.
type resource struct {
	target, path, query string
	size                int64 // bytes of the whole representation
	endpoint            int
}

// An endpoint answers requests with a fixed mix of methods and codes.
type endpoint struct {
	path    string // with at most one %d for the number of the resource
	count   int    // resources
	weight  float64
	answers []answer
	mix     sampler
}

type answer struct {
	method method
	status int
	weight float64
}

type agent struct {
	text    string
	browser bool
	accept  string
	weight  float64
}

const durationMask = 4095

func newCatalogue(esc escape) *catalogue {
	c := &catalogue{
		endpoints: endpoints(),
		agents:    agents(),
		host:      "api.test",
		createdAt: "/jobs/v2/4711",
		movedTo:   "https://api.test/v2/",
		users:     []string{"alice", "bob", "svc-backup", "carol.smith"},
	}
	c.addResources(esc)
	weights := make([]float64, len(c.agents))
	for i := range c.agents {
		c.agents[i].text = esc.text(c.agents[i].text)
		weights[i] = c.agents[i].weight
	}
	c.agentMix = newSampler(weights)
	c.referers = []string{
		"",
		"https://example.org/",
		"https://portal.example.org/app/jobs?status=RUNNING&sort=created&page=2&size=100",
		"https://portal.example.org/app/files/browser/media/out",
		"https://www.google.com/",
	}
	c.refererMix = newSampler([]float64{15, 9, 48, 22, 6})
	c.addrs = make([]string, 4096)
	for i := range c.addrs {
		h := scramble(uint64(i))
		c.addrs[i] = fmt.Sprintf("%d.%d.%d.%d", 11+h%180, h>>8&255, h>>16&255, 1+h>>24&127)
	}
	c.addrMix = newSampler(zipf(len(c.addrs), 0.9))
	c.durations = make([]time.Duration, durationMask+1)
	for i := range c.durations { // the quantiles of an exponential tail: median 25 ms, 1 % above 150 ms
		quantile := (float64(i) + 0.5) / float64(len(c.durations))
		c.durations[i] = time.Millisecond + time.Duration(-math.Log(1-quantile)*35)*time.Millisecond
	}
	return c
}

// addResources spreads each endpoint's weight over its resources by Zipf's law.
func (c *catalogue) addResources(esc escape) {
	var weights []float64
	for i := range c.endpoints {
		e := &c.endpoints[i]
		shares := make([]float64, len(e.answers))
		for j, a := range e.answers {
			shares[j] = a.weight
		}
		e.mix = newSampler(shares)
		popularity := zipf(e.count, 1)
		for n := range e.count {
			h := scramble(uint64(i)<<32 | uint64(n))
			path, query := e.path, ""
			if e.count > 1 {
				path = fmt.Sprintf(e.path, 1000+h%90000)
			}
			if h>>20%9 == 0 {
				query = fmt.Sprintf("limit=%d", 10+h>>40%90)
			}
			target := path
			if query != "" {
				target += "?" + query
			}
			size := int64(120 * math.Exp(float64(h>>44%1000)/1000*5)) // 120 B to 18 kB
			c.resources = append(c.resources, resource{esc.text(target), esc.text(path), esc.text(query), size, i})
			weights = append(weights, e.weight*popularity[n])
		}
	}
	c.popularity = newSampler(weights)
}

// endpoints is an API after the one that the built-in contract documents: files, jobs, systems, metadata, tokens. The
// codes 204, 409, 416 and 429 are not on its page.
func endpoints() []endpoint {
	read := []answer{{get, 200, 80}, {get, 304, 8}, {head, 200, 3}, {get, 404, 3}, {get, 401, 1.5}, {get, 403, 0.8}, {get, 406, 0.1}, {get, 429, 0.3}, {get, 499, 0.05}, {options, 200, 0.5}}
	files := []answer{{get, 200, 55}, {get, 206, 14}, {get, 304, 15}, {head, 200, 4}, {put, 200, 1}, {post, 201, 2}, {post, 202, 2}, {del, 200, 1}, {get, 404, 3}, {get, 401, 1}, {get, 403, 1}, {get, 416, 0.1}, {patch, 405, 0.2}}
	jobs := []answer{{get, 200, 40}, {post, 201, 10}, {post, 202, 30}, {post, 400, 4}, {post, 401, 1}, {post, 403, 1}, {put, 405, 0.3}, {get, 406, 0.1}, {post, 429, 0.4}}
	meta := []answer{{get, 200, 60}, {put, 200, 8}, {put, 201, 5}, {del, 204, 2}, {get, 304, 6}, {get, 404, 4}, {get, 401, 1}, {put, 409, 0.2}, {patch, 200, 1}, {post, 405, 0.2}}
	return []endpoint{
		{path: "/jobs/v2", count: 1, weight: 12, answers: jobs},
		{path: "/jobs/v2/%d", count: 600, weight: 20, answers: read},
		{path: "/jobs/v2/%d/history", count: 200, weight: 4, answers: read},
		{path: "/files/v2/media/out/%d.dat", count: 900, weight: 22, answers: files},
		{path: "/files/v2/listings/u/%d", count: 300, weight: 8, answers: read},
		{path: "/systems/v2/%d", count: 60, weight: 7, answers: read},
		{path: "/apps/v2/%d", count: 120, weight: 6, answers: read},
		{path: "/meta/v2/data/%d", count: 400, weight: 9, answers: meta},
		{path: "/profiles/v2/me", count: 1, weight: 5, answers: read},
		{path: "/token", count: 1, weight: 4, answers: []answer{{post, 200, 92}, {post, 400, 3}, {post, 401, 5}}},
		{path: "/", count: 1, weight: 1, answers: []answer{{get, 200, 60}, {get, 301, 30}, {head, 200, 10}}},
		{path: "/v1/%d", count: 80, weight: 1, answers: []answer{{get, 301, 90}, {get, 404, 10}}},
		{path: "/wp-login.php", count: 1, weight: 0.5, answers: []answer{{get, 404, 60}, {post, 404, 30}, {post, 405, 10}}},
		{path: "/.env", count: 1, weight: 0.3, answers: []answer{{get, 404, 80}, {get, 403, 20}}},
		{path: "/health", count: 1, weight: 3, answers: []answer{{get, 200, 99}, {head, 200, 1}}},
	}
}

// agents are browsers and programs as servers see them.
func agents() []agent {
	const any, page = "*/*", "text/html,application/xhtml+xml,*/*;q=0.8"
	return []agent{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", true, page, 22},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", true, page, 9},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", true, page, 8},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", true, page, 8},
		{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", true, page, 7},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", true, page, 7},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", true, page, 6},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", false, any, 4},
		{"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", false, any, 2},
		{"python-requests/2.32.3", false, any, 5},
		{"curl/7.88.1", false, any, 4},
		{"Go-http-client/2.0", false, "", 4},
		{"Apache-HttpClient/4.5.14 (Java/17.0.15)", false, "application/json", 4},
		{"okhttp/4.12.0", false, "application/json", 3},
		{"Prometheus/3.16.0", false, any, 1},
		{"Mozilla/5.0 zgrab/0.x", false, any, 0.5},
		{"", false, "", 0.5},
	}
}

// zipf returns weights 1/rank^s that add up to 1.
func zipf(n int, s float64) []float64 {
	weights := make([]float64, n)
	sum := 0.0
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -s)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

// scramble is the finalizer of splitmix64: numbers that look random, the same everywhere.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
