package main_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A visit is one request to a real server: what it must answer and what the exporter must say about it.
type visit struct {
	method, path string
	header       string // "Name: value", lines apart; "User: name:password" sends credentials
	status       string // as logged
	plain        string // verdict from a log without the facts: combined
	facts        string // verdict from a log that has them; empty = as plain
	raw          string // sent as it is instead of method, path and header
	hangUp       bool   // raw: leave as soon as the upstream has the request
}

// The verdicts, as they stand in the label.
const (
	documented   = "documented"
	undocumented = "undocumented"
	violation    = "violation"
	noResponse   = "no_response"
)

// An upstream is the application behind the servers. It answers /app/CODE with that code, with a Location when the query asks
// for one; /app/hold answers only when the client has gone.
type upstream struct {
	*httptest.Server
	held chan struct{} // receives when a request for /app/hold has arrived
}

func startUpstream(t *testing.T) *upstream {
	u := &upstream{held: make(chan struct{}, 8)}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		if last == "hold" {
			u.held <- struct{}{}
			<-r.Context().Done()
			return
		}
		code, err := strconv.Atoi(last)
		if err != nil {
			code = http.StatusNotFound
		}
		if location := r.URL.Query().Get("location"); location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(code)
		if code != http.StatusNoContent && code != http.StatusNotModified {
			io.WriteString(w, "answer\n")
		}
	}))
	t.Cleanup(u.Close)
	return u
}

// pay makes the visit and fails when the client is not answered as the table says.
func (v *visit) pay(t *testing.T, address string, u *upstream) {
	t.Helper()
	if v.raw != "" {
		v.send(t, address, u)
		return
	}
	req, err := http.NewRequest(v.method, "http://"+address+v.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(v.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		req.Header.Set(name, value)
	}
	if user := req.Header.Get("User"); user != "" { // not a header, but whose credentials to send
		req.Header.Del("User")
		name, password, _ := strings.Cut(user, ":")
		req.SetBasicAuth(name, password)
	}
	noRedirect := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noRedirect.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", v.method, v.path, err)
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	if got := fmt.Sprint(res.StatusCode); got != v.status {
		t.Errorf("%s %s: the server answered %s, want %s", v.method, v.path, got, v.status)
	}
}

// send writes the raw bytes and reads until the server closes.
func (v *visit) send(t *testing.T, address string, u *upstream) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, v.raw); err != nil {
		t.Fatalf("%q: %v", v.raw, err)
	}
	if v.hangUp {
		<-u.held
		return
	}
	io.Copy(io.Discard, conn)
}

// payAll makes every visit, times times over, and returns what the exporter must count by code and verdict: from a log
// without the facts and from one with them.
func payAll(t *testing.T, visits []visit, times int, address string, u *upstream) (plain, facts map[string]int) {
	t.Helper()
	plain, facts = map[string]int{}, map[string]int{}
	for range times {
		for _, v := range visits {
			v.pay(t, address, u)
			code := v.status
			switch {
			case code < "100":
				code = "none"
			case code > "599":
				code = "other"
			}
			plain[code+" "+v.plain]++
			if v.facts == "" {
				v.facts = v.plain
			}
			facts[code+" "+v.facts]++
		}
	}
	return plain, facts
}

// statusesOf counts statuses in a log by a pattern whose first group is the status.
func statusesOf(t *testing.T, path, pattern string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	expr, counts := regexp.MustCompile(pattern), map[string]int{}
	for line := range strings.Lines(string(text)) {
		m := expr.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%s: line does not fit %s: %s", path, pattern, line)
		}
		counts[m[1]]++
	}
	return counts
}

// logHas waits until the log has one line for each visit, each with its status.
func logHas(t *testing.T, path, pattern string, visits []visit) (lines int) {
	t.Helper()
	want := map[string]int{}
	for _, v := range visits {
		want[v.status]++
	}
	var got map[string]int
	lines = len(visits)
	await(t, "the server's log "+path, func() bool {
		got = statusesOf(t, path, pattern)
		total := 0
		for _, n := range got {
			total += n
		}
		return total >= lines
	}, func() string { return fmt.Sprint("it has ", got, ", want ", want) })
	if !maps.Equal(got, want) {
		t.Fatalf("%s has %v, want %v", path, got, want)
	}
	return lines
}

// exactly holds the responses by code and verdict against what was asked for.
func (s samples) exactly(t *testing.T, want map[string]int) {
	t.Helper()
	got := s.by("httpstatus_responses_total", "code", "verdict")
	all := maps.Clone(got)
	maps.Copy(all, want)
	for key := range all {
		if got[key] != want[key] {
			t.Errorf("responses with %s: counted %d, want %d", key, got[key], want[key])
		}
	}
}

// bytesMatch holds the body bytes against the sum that the log itself has; the first group of the pattern is the size.
func bytesMatch(t *testing.T, s samples, path, pattern string) {
	t.Helper()
	want := 0.0
	for size, n := range statusesOf(t, path, pattern) {
		bytes, err := strconv.Atoi(strings.Replace(size, "-", "0", 1))
		if err != nil {
			t.Fatal(err)
		}
		want += float64(bytes * n)
	}
	if got := s.sum("httpstatus_response_body_bytes_total"); got != want {
		t.Errorf("%v body bytes, the log has %v", got, want)
	}
}
