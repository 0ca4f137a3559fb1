package main_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The log format that gives a contract all its facts and no secrets, as in the README.
const contractFormat = `log_format contract escape=json
  '{"time":"$time_iso8601","method":"$request_method","uri":"$request_uri","status":"$status","bytes":$body_bytes_sent,'
  '"rt":$request_time,"host":"$host","up":"$upstream_status","done":"$request_completion","auth":"$auth",'
  '"range":"$http_range","inm":"$http_if_none_match","ims":"$http_if_modified_since","accept":"$http_accept",'
  '"location":"$sent_http_location","allow":"$sent_http_allow","wwwauth":"$sent_http_www_authenticate"}';`

const (
	combinedStatus = `" (\d{3}) \d+ "` // nginx escapes every quote of a client
	contractStatus = `"status":"(\d{3})"`
)

const nginxConf = `
USER
worker_processes 2;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 256; }
http {
  client_body_temp_path DIR/tmp; proxy_temp_path DIR/tmp; fastcgi_temp_path DIR/tmp; uwsgi_temp_path DIR/tmp; scgi_temp_path DIR/tmp;
  map $http_authorization $auth { "" 0; default 1; }
  FORMAT
  keepalive_requests 1000000;
  client_header_timeout 1s;
  server {
    listen ADDRESS;
    access_log DIR/combined.log combined;
    access_log DIR/contract.log contract;
    root DIR/docs;
    location = /old { return 301 https://api.test/new; }
    location = /created { return 201; }
    location = /closed { return 444; }
    location = /forbidden { deny all; }
    location = /private { auth_basic api; auth_basic_user_file DIR/htpasswd; try_files /file.txt =404; }
    location = /down { proxy_pass DOWN; }
    location = /late/hold { proxy_pass UPSTREAM; proxy_read_timeout 1s; }
    location /app/ { proxy_pass UPSTREAM; }
    MORE
  }
}
`

// An nginx is a running server with two logs of the same requests in dir: combined.log and contract.log.
type nginx struct {
	*process
	dir, address string
}

// startNginx starts Debian's nginx with locations of every kind; more goes into the server block.
func startNginx(t *testing.T, u *upstream, more string) *nginx {
	t.Helper()
	program, dir := need(t, "nginx"), openDir(t)
	address := "127.0.0.1:" + freePort(t)
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "docs/file.txt"), strings.Repeat("0123456789", 30))
	writeFile(t, filepath.Join(dir, "htpasswd"), "frank the tank:{PLAIN}secret\n")
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	writeFile(t, filepath.Join(dir, "nginx.conf"), strings.NewReplacer("USER", user, "DIR", dir, "FORMAT", contractFormat,
		"ADDRESS", address, "DOWN", "http://127.0.0.1:"+freePort(t), "UPSTREAM", u.URL, "MORE", more).Replace(nginxConf))
	n := &nginx{start(t, program, "-e", filepath.Join(dir, "error.log"), "-c", filepath.Join(dir, "nginx.conf"), "-g", "daemon off;"), dir, address}
	await(t, "nginx", func() bool {
		if n.ended() {
			t.Fatalf("nginx ended: %v\n%s", n.err, &n.said)
		}
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, n.said.String)
	return n
}

// oneLiner is an upstream that speaks HTTP/0.9: nginx logs its answer with the status 009.
func oneLiner(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(patience))
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, "just a line of text\n")
			conn.Close()
		}
	}()
	return l.Addr().String()
}

var nginxVisits = []visit{
	// 2XX
	{method: "GET", path: "/file.txt", status: "200", plain: documented},
	{method: "HEAD", path: "/file.txt", status: "200", plain: documented},
	{method: "GET", path: "/private", header: "User: frank the tank:secret", status: "200", plain: documented},
	{method: "GET", path: "/app/200", header: "Range: bytes=0-9", status: "200", plain: documented},
	{method: "POST", path: "/created", status: "201", plain: documented},
	{method: "PUT", path: "/app/201?location=/jobs/v2/1", status: "201", plain: documented},
	{method: "GET", path: "/created", status: "201", plain: violation},
	{method: "PATCH", path: "/app/201", status: "201", plain: violation},
	{method: "POST", path: "/app/202", status: "202", plain: documented},
	{method: "DELETE", path: "/app/204", status: "204", plain: undocumented},
	{method: "GET", path: "/file.txt", header: "Range: bytes=10-19", status: "206", plain: documented},
	{method: "POST", path: "/app/206", header: "Range: bytes=10-19", status: "206", plain: violation},
	{method: "GET", path: "/app/206", status: "206", plain: documented, facts: violation},

	// 3XX
	{method: "GET", path: "/old", status: "301", plain: documented},
	{method: "GET", path: "/app/301", status: "301", plain: documented, facts: violation},
	{method: "GET", path: "/file.txt", header: "If-None-Match: *", status: "304", plain: documented},

	// 4XX
	{method: "GET", path: "/private", status: "401", plain: documented},
	{method: "GET", path: "/private", header: "User: frank \"x\" 500:wrong", status: "401", plain: documented},
	{method: "GET", path: "/forbidden", status: "403", plain: documented},
	{method: "GET", path: "/nothing?q=%22%20500", status: "404", plain: documented},
	{method: "POST", path: "/file.txt", status: "405", plain: documented},
	{method: "BREW", path: "/file.txt", status: "405", plain: documented},
	{method: "GET", path: "/app/406", header: "Accept: application/xml", status: "406", plain: documented},
	{method: "GET", path: "/app/429", status: "429", plain: undocumented},

	// 5XX and beyond
	{method: "GET", path: "/app/500", header: "User-Agent: x\" 200 0 \"-\" \"y", status: "500", plain: undocumented},
	{method: "GET", path: "/down", status: "502", plain: undocumented},
	{method: "GET", path: "/app/503", status: "503", plain: undocumented},
	{method: "GET", path: "/app/783", status: "783", plain: undocumented},

	// what is no request, and what gets no answer
	{raw: "GET /app/hold HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", hangUp: true, status: "499", plain: noResponse},
	{raw: "GET /closed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", status: "444", plain: noResponse},
	{raw: "GET /oneliner HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", status: "009", plain: noResponse},
	{raw: "GARBAGE \" 200 0 \"\r\n\r\n", status: "400", plain: documented},
	{raw: "GET /a b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", status: "400", plain: documented},
	{raw: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\"\\ \xff\xfe\r\n", status: "400", plain: documented},
	{raw: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: "400", plain: documented},
}

// These take a second each, as long as the server waits.
var slowVisits = []visit{
	{raw: "GET /begun", status: "408", plain: undocumented},
	{method: "GET", path: "/late/hold", status: "504", plain: undocumented},
}

// A real nginx under every kind of request: the counts are exactly the requests, live, from both of its logs.
func TestNginx(t *testing.T) {
	t.Parallel()
	binary, u := build(t, "."), startUpstream(t)
	server := startNginx(t, u, "location = /oneliner { proxy_pass http://"+oneLiner(t)+"; }")
	combined, contract := filepath.Join(server.dir, "combined.log"), filepath.Join(server.dir, "contract.log")
	onCombined := startExporter(t, binary, "--access-log.path="+combined, "-f", "combined", "--access-log.from=beginning").ready(t)
	onContract := startExporter(t, binary, "--access-log.path="+contract, "-f", contractFormat, "--access-log.from=beginning").ready(t)

	const times = 3
	plain, facts := payAll(t, nginxVisits, times, server.address, u)
	slowPlain, slowFacts := payAll(t, slowVisits, 1, server.address, u)
	add(plain, slowPlain)
	add(facts, slowFacts)
	all := slices.Concat(slices.Repeat(nginxVisits, times), slowVisits)
	lines := logHas(t, combined, combinedStatus, all)
	logHas(t, contract, contractStatus, all)

	t.Run("combined", func(t *testing.T) {
		s := onCombined.counted(t, lines)
		s.exactly(t, plain)
		bytesMatch(t, s, combined, `" \d{3} (\d+) "`)
		onCombined.stop(t)
	})
	t.Run("contract", func(t *testing.T) {
		s := onContract.counted(t, lines)
		s.exactly(t, facts)
		bytesMatch(t, s, contract, `"bytes":(\d+),`)
		if n := s.sum("httpstatus_response_duration_seconds_count"); n == 0 {
			t.Error("no durations")
		}
		for condition, want := range map[string]float64{ // what breaks a condition of any severity
			"created-only-on-put-post": 2 * times, "partial-only-on-get": times, "partial-needs-range": times, "moved-has-location": times,
			"range-always-206": times, "unauthorized-means-no-credentials": times, "forbidden-means-known-caller": times,
		} {
			if got := s.sum("httpstatus_condition_checks_total", "condition", condition, "result", "fail"); got != want {
				t.Errorf("condition %s failed %v times, want %v", condition, got, want)
			}
		}
		onContract.stop(t)
	})
}

func add(to, from map[string]int) {
	for key, n := range from {
		to[key] += n
	}
}
