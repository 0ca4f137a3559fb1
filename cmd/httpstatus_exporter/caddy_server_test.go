package main_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Caddy with three logs of the same requests: its entries alone, its entries among everything that it has to say at the
// level debug, and its entries as it writes them for people.
const caddyfile = `
{
	admin off
	auto_https off
	log all {
		output file DIR/all.log
		format json
		level DEBUG
	}
	log entries {
		output file DIR/entries.log
		format json
		include http.log.access
	}
	log people {
		output file DIR/people.log
		format console
		include http.log.access
	}
}
http://:PORT {
	bind 127.0.0.1
	log
	root * DIR/docs
	redir /old https://api.test/new 301
	respond /created 201
	respond /forbidden 403
	abort /closed
	basicauth /private {
		frank HASH
	}
	reverse_proxy /down DOWN
	reverse_proxy /app/* UPSTREAM
	file_server
}
`

// secretHash is bcrypt's of "secret", of the least cost.
const secretHash = "$2a$04$iRMk8DX.zy2zSOrIB4jqLeS2xjP.9JSFSB4aD6LHPefBpWYhitAd6"

const (
	caddyStatus  = `"size":\d+,"status":(\d+)`
	peopleStatus = `"size": \d+, "status": (\d+)`
)

// startCaddy starts Debian's Caddy and returns the folder of its logs.
func startCaddy(t *testing.T, u *upstream) (dir, address string) {
	t.Helper()
	program, dir := need(t, "caddy"), openDir(t)
	port := freePort(t)
	address = "127.0.0.1:" + port
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "docs/file.txt"), strings.Repeat("0123456789", 30))
	writeFile(t, filepath.Join(dir, "docs/private"), "for frank\n")
	writeFile(t, filepath.Join(dir, "Caddyfile"), strings.NewReplacer("DIR", dir, "PORT", port, "HASH", secretHash,
		"DOWN", "127.0.0.1:"+freePort(t), "UPSTREAM", u.URL).Replace(caddyfile))
	p := start(t, "env", "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, program, "run", "--config", filepath.Join(dir, "Caddyfile"), "--adapter", "caddyfile")
	await(t, "caddy", func() bool {
		if p.ended() {
			t.Fatalf("caddy ended: %v\n%s", p.err, &p.said)
		}
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, p.said.String)
	return dir, address
}

var caddyVisits = []visit{
	// 2XX
	{method: "GET", path: "/file.txt", status: "200", plain: documented},
	{method: "HEAD", path: "/file.txt", status: "200", plain: documented},
	{method: "GET", path: "/private", header: "User: frank:secret", status: "200", plain: documented},
	{method: "GET", path: "/app/200", header: "Range: bytes=0-9\nUser-Agent: x\" 500 0 \"-\" \"y\\", status: "200", plain: documented},
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
	{method: "GET", path: "/private", header: "User: frank:wrong", status: "401", plain: documented},
	{method: "GET", path: "/forbidden", status: "403", plain: documented},
	{method: "GET", path: "/nothing?q=%22,%22status%22:500", status: "404", plain: documented},
	{method: "GET", path: "/nothing?q=\",\"status\":500", status: "404", plain: documented},
	{method: "POST", path: "/app/405", status: "405", plain: documented},
	{method: "BREW", path: "/app/405", status: "405", plain: documented},
	{method: "GET", path: "/app/406", header: "Accept: application/xml", status: "406", plain: documented},
	{method: "GET", path: "/app/429", status: "429", plain: undocumented},

	// 5XX and beyond
	{method: "GET", path: "/app/500", header: "X-Object: {\"status\":200,\"request\":{\"method\":\"GET\"}}", status: "500", plain: undocumented},
	{method: "GET", path: "/down", status: "502", plain: undocumented},
	{method: "GET", path: "/app/503", status: "503", plain: undocumented},
	{method: "GET", path: "/app/783", status: "783", plain: undocumented},

	// what gets no answer
	{raw: "GET /app/hold HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", hangUp: true, status: "0", plain: noResponse},
	{raw: "GET /closed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", status: "0", plain: noResponse},
}

// A real Caddy under every kind of request: the counts are exactly the requests, live, from each of its logs.
func TestCaddy(t *testing.T) {
	t.Parallel()
	binary, u := build(t, "."), startUpstream(t)
	dir, address := startCaddy(t, u)
	follow := func(log, format string) *exporter {
		return startExporter(t, binary, "--access-log.path="+filepath.Join(dir, log), "-f", format, "--access-log.from=beginning").ready(t)
	}
	onEntries, onAuto, onAll, onPeople := follow("entries.log", "caddy"), follow("entries.log", "auto"), follow("all.log", "caddy"), follow("people.log", "caddy")

	const times = 3
	plain, facts := payAll(t, caddyVisits, times, address, u)
	visits := slices.Repeat(caddyVisits, times)
	lines := logHas(t, filepath.Join(dir, "entries.log"), caddyStatus, visits)
	logHas(t, filepath.Join(dir, "people.log"), peopleStatus, visits)
	all := linesWith(t, filepath.Join(dir, "all.log"), `"logger":"http.log.access"`, lines)

	t.Run("entries", func(t *testing.T) {
		s := onEntries.counted(t, lines)
		s.exactly(t, facts)
		bytesMatch(t, s, filepath.Join(dir, "entries.log"), `"size":(\d+),`)
		if got := s.sum("httpstatus_response_duration_seconds_count"); int(got) != lines {
			t.Errorf("%v durations, want %d", got, lines)
		}
		for condition, want := range map[string]float64{
			"created-only-on-put-post": 2 * times, "partial-only-on-get": times, "partial-needs-range": times, "moved-has-location": times,
			"range-always-206": times, "unauthorized-means-no-credentials": times, "forbidden-means-known-caller": times,
		} {
			if got := s.sum("httpstatus_condition_checks_total", "condition", condition, "result", "fail"); got != want {
				t.Errorf("condition %s failed %v times, want %v", condition, got, want)
			}
		}
		onEntries.stop(t)
	})
	t.Run("auto", func(t *testing.T) {
		onAuto.counted(t, lines).exactly(t, plain)
		onAuto.stop(t)
	})
	t.Run("all", func(t *testing.T) {
		if all < 2*lines {
			t.Errorf("%d lines hold %d entries: Caddy has not said much", all, lines)
		}
		s := onAll.counted(t, all)
		s.exactly(t, facts)
		if got := s.sum("httpstatus_log_lines_failed_total"); got != 0 {
			t.Errorf("%v lines failed; messages are skipped", got)
		}
		if got := s.sum("httpstatus_log_lines_skipped_total", "reason", "message"); int(got) < all-lines {
			t.Errorf("%v messages, want at least %d", got, all-lines)
		}
		onAll.stop(t)
	})
	t.Run("people", func(t *testing.T) {
		onPeople.counted(t, lines).exactly(t, facts)
		onPeople.stop(t)
	})
}

// linesWith waits until that many lines of a log hold a text and returns how many lines the log has.
func linesWith(t *testing.T, path, text string, n int) (lines int) {
	t.Helper()
	got := 0
	await(t, path, func() bool {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines, got = bytes.Count(data, []byte("\n")), bytes.Count(data, []byte(text))
		return got >= n
	}, func() string { return "not all lines are there" })
	if got != n {
		t.Fatalf("%s has %d lines with %s, want %d", path, got, text, n)
	}
	return lines
}
