package traffic

import "time"

// A request is one request with its answer, as the server knows it. Texts are already escaped for the format; the empty
// text is an absent value.
type request struct {
	addr, user       string
	line             string // request line as the client sent it; when empty it is method, target, protocol
	method           method
	target           string // path with query
	path, query      string
	protocol         string
	host             string
	referer, agent   string
	accept           string
	rangeHeader      string
	ifNoneMatch      string
	ifModifiedSince  string
	authenticated    bool // credentials were sent
	status           int  // as logged, three digits: 9 is "009"
	body             int64
	duration         time.Duration
	upstream         bool // answered by the application, not by the server itself
	completed        bool
	location         string
	allow, challenge string
	contentRange     string
	contentType      string
	retryAfter       string
	odd              int // index into the oddities, plus 1; 0 = an ordinary line
}

// A method is an index into methodNames.
type method uint8

// The methods in the order of methodNames. Unreadable stands for a request line that has none.
const (
	unreadable method = iota
	get
	head
	post
	put
	patch
	del
	options
	pri // the HTTP/2 connection preface, logged by a server that does not speak it
	methods
)

var methodNames = [methods]string{"", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PRI"}

// draw makes up an ordinary request: an endpoint by its popularity, an answer that this endpoint gives, and a client.
func (g *Generator) draw(r *request) {
	w := g.world
	resource := &w.resources[w.popularity.draw(g.rng.Uint64())]
	endpoint := &w.endpoints[resource.endpoint]
	answer := &endpoint.answers[endpoint.mix.draw(g.rng.Uint64())]

	r.method, r.status = answer.method, answer.status
	r.target, r.path, r.query = resource.target, resource.path, resource.query
	r.protocol, r.host, r.upstream, r.completed = "HTTP/1.1", w.host, true, true
	g.drawClient(r)
	if g.chance(g.errorBelow) {
		r.status = serverErrors[g.below(len(serverErrors))]
	} else if g.chance(g.violationBelow) {
		g.drawViolation(r)
		g.fill(r, resource)
		spoil(r)
		return
	}
	g.fill(r, resource)
}

var serverErrors = [...]int{500, 500, 500, 502, 502, 503, 503, 504}

// drawClient sets who asks: an address, a browser or program, and where it came from.
func (g *Generator) drawClient(r *request) {
	w := g.world
	random := g.rng.Uint64()
	r.addr = w.addrs[w.addrMix.draw(random)]
	a := &w.agents[w.agentMix.draw(g.rng.Uint64())]
	r.agent, r.accept = a.text, a.accept
	if a.browser {
		r.referer = w.referers[w.refererMix.draw(g.rng.Uint64())]
	}
	r.authenticated = random&7 != 0 // seven in eight carry credentials
	if random&0x3f8 == 8 {          // one in 128 by a user name that the server itself checked
		r.user = w.users[int(random>>10&0xff)%len(w.users)]
	}
}

// fill sets what goes with the status: sizes, times, and the headers that the documentation asks for.
func (g *Generator) fill(r *request, resource *resource) {
	random := g.rng.Uint64()
	r.body = resource.size
	r.duration = g.world.durations[random&durationMask]
	r.contentType = "application/json"
	switch {
	case r.status >= 400:
		r.body = 60 + int64(random>>32&0x7f)
	case r.method == post || r.method == put || r.method == patch:
		r.body = 90 + int64(random>>32&0x1ff)
	case r.method == del:
		r.body = 31
	}
	switch r.status {
	case 201:
		r.location = g.world.createdAt
	case 204, 304:
		r.body = 0
	case 206:
		r.rangeHeader, r.contentRange = "bytes=0-65535", "bytes 0-65535/1048576"
		r.body = 65536
	case 301:
		r.location, r.body, r.upstream = g.world.movedTo, 178, false
	case 401:
		r.authenticated, r.challenge = random>>40&15 == 0, "Bearer realm=api" // one in 16 with refused credentials
	case 403:
		r.authenticated = random>>40&15 != 0
	case 405:
		r.allow = "GET, HEAD"
	case 406:
		r.accept = "application/xml"
	case 429, 503:
		r.retryAfter = "30"
	case 499:
		r.body, r.completed = 0, false
	case 504:
		r.duration += 60 * time.Second
	}
	if r.status == 304 {
		r.ifNoneMatch = "W/5e8f-17a2"
		if random>>41&1 == 0 {
			r.ifModifiedSince = "Sun, 22 Nov 2026 11:00:00 GMT"
		}
	}
	if r.method == head {
		r.body = 0
	}
}

// drawViolation turns the answer into one that the documentation rules out. Each breaks exactly one of the conditions that
// spoil and the tally know.
func (g *Generator) drawViolation(r *request) {
	v := violations[g.below(len(violations))]
	r.method, r.status = v.method, v.status
}

var violations = [...]struct {
	method method
	status int
}{
	{get, 201},   // created by a GET
	{patch, 201}, // created by a PATCH
	{post, 206},  // a part of what was not asked for by GET
	{get, 206},   // a part although no Range was sent
	{get, 301},   // moved, but not where to
	{get, 304},   // not modified, with a body
}

// spoil takes away, or adds, what makes the drawn answer a violation.
func spoil(r *request) {
	switch {
	case r.status == 206 && r.method == get:
		r.rangeHeader = ""
	case r.status == 301:
		r.location = ""
	case r.status == 304:
		r.body = 17
	}
}
