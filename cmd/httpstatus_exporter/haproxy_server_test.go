package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const haproxyConf = `
global
  maxconn 200
defaults
  mode http
  retries 0
  option abortonclose
  timeout connect 1s
  timeout client 10s
  timeout server 10s
  timeout http-request 1s
  timeout queue 200ms
frontend httplog
  bind HTTPLOG
  log fd@3 format rfc3164 local0
  option httplog
  RULES
frontend clf
  bind CLF
  log fd@4 format raw local0
  option httplog clf
  RULES
OWN
  bind OWNADDRESS
  log fd@5 format short local0
  RULES
backend app
  server app UPSTREAM
backend late
  timeout server 300ms
  server app UPSTREAM
backend busy
  server app UPSTREAM maxconn 1
backend down
  server down 127.0.0.1:DOWN
`

const haproxyRules = `
  http-request deny if { path /denied }
  http-request silent-drop if { path /dropped }
  http-request return status 418 content-type text/plain string short if { path /teapot }
  http-request redirect location https://api.test/new if { path /old }
  use_backend down if { path /down }
  use_backend late if { path_beg /late/ }
  use_backend busy if { path_beg /busy/ }
  default_backend app
`

// The part of HAProxy's configuration that -f is given: a log-format with the facts that the contract asks for.
const haproxyFrontend = `frontend own
  capture request header Range len 64
  capture response header Location len 64
  http-request set-var(txn.auth) req.fhdr_cnt(authorization)
  log-format '%ci [%trg] %ST %B %Ta %ts %[var(txn.auth)] %hr %hs "%HM" %{+Q}HU'`

// A haproxy is a running server with a log for each of its frontends in dir.
type haproxy struct {
	*process
	dir       string
	addresses map[string]string // by frontend
}

func startHAProxy(t *testing.T, u *upstream) *haproxy {
	t.Helper()
	program, dir := need(t, "haproxy"), openDir(t)
	h := &haproxy{dir: dir, addresses: map[string]string{}}
	for _, frontend := range []string{"httplog", "clf", "own"} {
		h.addresses[frontend] = "127.0.0.1:" + freePort(t)
	}
	writeFile(t, filepath.Join(dir, "haproxy.cfg"), strings.NewReplacer("HTTPLOG", h.addresses["httplog"], "CLF", h.addresses["clf"], "OWNADDRESS", h.addresses["own"],
		"OWN", haproxyFrontend, "RULES", haproxyRules, "UPSTREAM", strings.TrimPrefix(u.URL, "http://"), "DOWN", freePort(t)).Replace(haproxyConf))
	cfg := filepath.Join(dir, "haproxy.cfg")
	if out, err := exec.Command(program, "-c", "-f", cfg).CombinedOutput(); err != nil {
		t.Fatalf("haproxy -c: %v\n%s", err, out)
	}
	h.process = start(t, "/bin/sh", "-c", fmt.Sprintf("cd %s && exec %s -db -f %s 3>>httplog.log 4>>clf.log 5>>own.log", dir, program, cfg))
	for _, address := range h.addresses {
		await(t, "haproxy", func() bool {
			if h.ended() {
				t.Fatalf("haproxy ended: %v\n%s", h.err, &h.said)
			}
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
			}
			return err == nil
		}, h.said.String)
	}
	return h
}

// A haproxyVisit also says who answered.
type haproxyVisit struct {
	visit
	origin string
}

var haproxyVisits = []haproxyVisit{
	{visit{method: "GET", path: "/app/200", status: "200", plain: documented}, "app"},
	{visit{method: "HEAD", path: "/app/200", header: "Authorization: Basic eDp5", status: "200", plain: documented}, "app"},
	{visit{method: "PUT", path: "/app/201?location=/jobs/1", status: "201", plain: documented}, "app"},
	{visit{method: "GET", path: "/app/201", status: "201", plain: violation}, "app"},
	{visit{method: "GET", path: "/app/206", header: "Range: bytes=0-9", status: "206", plain: documented}, "app"},
	{visit{method: "GET", path: "/app/206", status: "206", plain: documented, facts: violation}, "app"},
	{visit{method: "GET", path: "/app/301?location=/b", status: "301", plain: documented}, "app"},
	{visit{method: "GET", path: "/app/301", status: "301", plain: documented, facts: violation}, "app"},
	{visit{method: "GET", path: "/old", status: "302", plain: undocumented}, "proxy"},
	{visit{method: "GET", path: "/app/404?%22%20500=|{}", status: "404", plain: documented}, "app"},
	{visit{method: "GET", path: "/denied", status: "403", plain: documented}, "proxy"},
	{visit{method: "GET", path: "/app/418", header: "Range: a\"b|c}#d", status: "418", plain: undocumented}, "app"},
	{visit{method: "GET", path: "/teapot", status: "418", plain: undocumented}, "proxy"},
	{visit{method: "GET", path: "/app/503", status: "503", plain: undocumented}, "app"},
	{visit{method: "GET", path: "/down", status: "503", plain: undocumented}, "proxy"},
	{visit{method: "GET", path: "/app/429", status: "429", plain: undocumented}, "app"},
	{visit{method: "BREW", path: "/app/501", status: "501", plain: undocumented}, "app"},
	{visit{raw: "GARBAGE \" 200 0 \"\r\n\r\n", status: "400", plain: documented}, "proxy"},
	{visit{raw: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\"\\ \xff\xfe\r\n", status: "400", plain: documented}, "proxy"},
	{visit{raw: "GET /app/200#\"x\" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", status: "400", plain: documented}, "proxy"},
}

// These take as long as HAProxy waits, or end a connection in ways of their own.
var oddHAProxyVisits = []haproxyVisit{
	{visit{method: "GET", path: "/late/hold", status: "504", plain: undocumented}, "proxy"},
	{visit{raw: "GET /begun", status: "408", plain: undocumented}, "proxy"},
	{visit{raw: "GET /app/hold HTTP/1.1\r\nHost: x\r\n\r\n", hangUp: true, status: "400", plain: documented}, "proxy"}, // CH
	{visit{status: "400", plain: documented}, "proxy"},                                                                 // the connection of startHAProxy, which sent nothing
}

// queued makes two visits to the backend that serves one at a time: the first is held, the second waits for its turn until
// HAProxy gives up; then the first leaves.
func queued(t *testing.T, address string, u *upstream) []haproxyVisit {
	t.Helper()
	conn := dialed(t, address, "GET /busy/hold HTTP/1.1\r\nHost: x\r\n\r\n")
	defer conn.Close()
	<-u.held
	waits := haproxyVisit{visit{method: "GET", path: "/busy/200", status: "503", plain: undocumented}, "proxy"}
	waits.pay(t, address, u)
	return []haproxyVisit{waits, {visit{status: "400", plain: documented}, "proxy"}}
}

// dropped makes a visit that HAProxy forgets without a word to the client: it is over when the log has it.
func dropped(t *testing.T, address, log string) haproxyVisit {
	t.Helper()
	conn := dialed(t, address, "GET /dropped HTTP/1.1\r\nHost: x\r\n\r\n")
	defer conn.Close()
	await(t, "/dropped in "+log, func() bool {
		text, err := os.ReadFile(log)
		return err == nil && strings.Contains(string(text), "/dropped")
	}, func() string { return "it is not there" })
	return haproxyVisit{visit{status: "-1", plain: noResponse}, ""}
}

func dialed(t *testing.T, address, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

// visitHAProxy makes all visits to one frontend and returns them.
func visitHAProxy(t *testing.T, address, log string, u *upstream) []haproxyVisit {
	t.Helper()
	all := slices.Concat(haproxyVisits, haproxyVisits, oddHAProxyVisits)
	for _, v := range all {
		if v.method != "" || v.raw != "" {
			v.pay(t, address, u)
		}
		if v.path == "/late/hold" {
			<-u.held
		}
	}
	return append(append(all, queued(t, address, u)...), dropped(t, address, log))
}

// A real HAProxy with three kinds of log: the counts are exactly the requests, and of each undocumented code report says how
// many the application answered and how many HAProxy.
func TestHAProxy(t *testing.T) {
	t.Parallel()
	binary, u := build(t, "."), startUpstream(t)
	h := startHAProxy(t, u)
	for _, log := range []struct {
		frontend, format, status, size string
		facts                          bool
	}{
		{frontend: "httplog", format: "haproxy", status: `/\d+ (-1|\d+) \d+ - - `, size: `/\d+ (?:-1|\d+) (\d+) - - `},
		{frontend: "clf", format: "haproxy_clf", status: `" (-1|\d+) \d+ "" "" `, size: `" (?:-1|\d+) (\d+) "" "" `},
		{frontend: "own", format: haproxyFrontend, status: `\] (-1|\d+) `, size: `\] (?:-1|\d+) (\d+) `, facts: true},
	} {
		t.Run(log.frontend, func(t *testing.T) {
			path := filepath.Join(h.dir, log.frontend+".log")
			e := startExporter(t, binary, "--access-log.path="+path, "-f", log.format, "--access-log.from=beginning").ready(t)
			all := visitHAProxy(t, h.addresses[log.frontend], path, u)
			var plain []visit
			for _, v := range all {
				plain = append(plain, v.visit)
			}
			lines := logHas(t, path, log.status, plain)
			s := e.counted(t, lines)
			s.exactly(t, haproxyCounts(all, log.facts))
			bytesMatch(t, s, path, log.size)
			if got := s.sum("httpstatus_response_duration_seconds_count"); int(got) == 0 {
				t.Error("no durations")
			}
			e.stop(t)
			if got, want := originsReported(t, binary, "-f", log.format, path), haproxyOrigins(all); !maps.Equal(got, want) {
				t.Errorf("report: origins %v, want %v", got, want)
			}
			if log.frontend == "httplog" {
				if got, want := originsReported(t, binary, path), haproxyOrigins(all); !maps.Equal(got, want) {
					t.Errorf("report with auto: origins %v, want %v", got, want)
				}
			}
		})
	}
}

// haproxyCounts returns what must be counted by code and verdict.
func haproxyCounts(all []haproxyVisit, facts bool) map[string]int {
	counts := map[string]int{}
	for _, v := range all {
		code, verdict := v.status, v.plain
		if code == "-1" {
			code = "none"
		}
		if facts && v.facts != "" {
			verdict = v.facts
		}
		counts[code+" "+verdict]++
	}
	return counts
}

// haproxyOrigins returns the undocumented visits by code and who answered.
func haproxyOrigins(all []haproxyVisit) map[string]int {
	counts := map[string]int{}
	for _, v := range all {
		if v.plain == undocumented {
			counts[v.status+" "+v.origin]++
		}
	}
	return counts
}

// originsReported returns the same from report.
func originsReported(t *testing.T, binary string, args ...string) map[string]int {
	t.Helper()
	out, err := exec.Command(binary, append([]string{"report", "--output=json"}, args...)...).Output()
	if err != nil {
		t.Fatalf("report: %v", err)
	}
	var report struct {
		Drift []struct {
			Kind, Code string
			Count      int
			Origin     map[string]int
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, row := range report.Drift {
		for who, n := range row.Origin {
			if row.Kind == undocumented && n > 0 {
				counts[row.Code+" "+who] += n
			}
		}
	}
	return counts
}
