package traffic

// An oddity is a line that every public server sees now and then, and that simple parsers count wrongly.
type oddity struct {
	name string
	make func(r *request)
}

// drawOdd makes up an odd line: one of the oddities, each as often as the others, from an ordinary client.
func (g *Generator) drawOdd(r *request) {
	w := g.world
	resource := &w.resources[w.popularity.draw(g.rng.Uint64())]
	r.method, r.status, r.protocol, r.host = get, 200, "HTTP/1.1", w.host
	r.target, r.path, r.query, r.body = resource.target, resource.path, resource.query, resource.size
	r.upstream, r.completed = true, true
	g.drawClient(r)
	r.odd = 1 + g.below(len(g.odd))
	g.odd[r.odd-1].make(r)
}

// oddities returns all kinds with their texts escaped.
func oddities(esc escape) []oddity {
	hello := esc.text("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x9d\"s\xff q/1.1\\")
	preface := "PRI * HTTP/2.0"
	blanks := esc.text(`/files/v2/media/my report "final" 2.dat`)
	quoted := esc.text(`/search?q="GET / HTTP/1.1" 500 0`)
	fakeStatus := esc.text(`Mozilla/5.0" 500 999 "-" "injected`)
	fakeLine := esc.text("x\" \"\n10.0.0.1 - - [22/Nov/2026:13:00:00 +0000] \"POST /jobs/v2 HTTP/1.1\" 503 0 \"-\" \"curl")
	backslashes := esc.text(`back\\slash\" and \x22 and €`)
	user := esc.text(`frank "the tank" 404`)
	return []oddity{
		{"no_request_408", func(r *request) { refused(r, "", 408, 0) }},
		{"tls_hello_400", func(r *request) { refused(r, hello, 400, 157) }},
		{"http2_preface_400", func(r *request) { refused(r, preface, 400, 157); r.method = pri }},
		{"blanks_in_url", func(r *request) { setTarget(r, blanks, blanks, "") }},
		{"quotes_in_url", func(r *request) { setTarget(r, quoted, quoted[:len("/search")], quoted[len("/search?"):]) }},
		{"agent_fakes_status", func(r *request) { r.agent = fakeStatus }},
		{"agent_fakes_line", func(r *request) { r.agent = fakeLine }},
		{"referer_backslashes", func(r *request) { r.referer = backslashes }},
		{"user_with_blanks", func(r *request) { r.user = user }},
		{"client_gone_499", func(r *request) { r.status, r.body, r.completed = 499, 0, false }},
		{"no_answer_000", func(r *request) { r.status, r.body, r.completed = 0, 0, false }},
		{"http09_009", func(r *request) { r.status, r.body = 9, 19 }},
	}
}

// refused makes r a request that the server gave up before it had read it.
func refused(r *request, line string, status int, body int64) {
	*r = request{addr: r.addr, line: line, method: unreadable, status: status, body: body, completed: true, odd: r.odd}
}

func setTarget(r *request, target, path, query string) {
	r.target, r.path, r.query = target, path, query
}
