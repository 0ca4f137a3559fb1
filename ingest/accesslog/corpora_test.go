package accesslog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/ingest/container"
)

// corpora are the cases whose format this package reads, each with the number of rows that its log must have.
// A format that stands in the case's file within prose is given here; one that begins with a line break is added to the file's,
// whose log has lines of both. Logged says that the programs which gave the rows
// left the server's escapes in the target.
var corpora = []struct {
	name   string
	rows   int
	format string
	logged bool
}{
	{name: "nginx-combined-A", rows: 502},
	{name: "nginx-main-A", rows: 502},
	{name: "nginx-timed-A", rows: 502},
	{name: "nginx-uri-var-A", rows: 502},
	{name: "nginx-long-lines-A", rows: 11},
	{name: "nginx-ingress-A", rows: 502},
	{name: "nginx-pipe-A", rows: 502},
	{name: "nginx-ltsv-A", rows: 502},
	{name: "nginx-json-A", rows: 502},
	{name: "nginx-json-strings-A", rows: 502},
	{name: "nginx-json-unescaped-A", rows: 502},
	{name: "nginx-mixed-error-A", rows: 662},
	{name: "apache-common-A", rows: 466},
	{name: "apache-combined-A", rows: 466},
	{name: "apache-vhost-combined-A", rows: 466},
	{name: "apache-combinedio-A", rows: 466},
	{name: "apache-combined-D-A", rows: 466},
	{name: "apache-fields-A", rows: 466},
	{name: "apache-weird-A", rows: 466},
	{name: "apache-json-A", rows: 466},
	{name: "varnishncsa-default-A", rows: 277, format: `%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i"`},
	{name: "varnishncsa-timed-A", rows: 277},
	{name: "varnishncsa-json-A", rows: 257},
	{name: "lighttpd-default-A", rows: 303, format: `%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`},
	{name: "lighttpd-custom-A", rows: 285},
	{name: "zanbil-short", rows: 2000, logged: true},
	{name: "elastic-apache-logs", rows: 10000},
	{name: "logparser-hackers", rows: 3456},
	{name: "logparser-nginx-allfields", rows: 1},
	{name: "lnav-shop", rows: 1000},
	{name: "lnav-access", rows: 3},
	{name: "mtail-apache-common", rows: 3},
	{name: "rla-apache-combined", rows: 5},
	{name: "matomo-common", rows: 1},
	{name: "matomo-common-complete", rows: 1},
	{name: "matomo-ovh", rows: 1},
	{name: "logstash-httpd", rows: 11},
	{name: "vrl-common", rows: 6},
	{name: "vrl-nginx-main", rows: 5},
	{name: "beats-apache-darwin", rows: 6},
	{name: "beats-apache-ubuntu", rows: 9},
	{name: "crowdsec-nginx", rows: 9},
	{name: "crowdsec-nginx-calibre", rows: 16},
	{name: "crowdsec-apache", rows: 9},
	{name: "datadog-apache", rows: 2},
	{name: "fail2ban-apache-badbots", rows: 4, format: `combined`},
	{name: "fail2ban-nginx-botsearch", rows: 14},
	{name: "matomo-icecast", rows: 1, format: `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %T`},
	{name: "crowdsec-npm", rows: 14, format: "\nlog_format combined '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"';"},
	{name: "nginx-syslog-timed-A", rows: 502},
	{name: "vrl-apache-error", rows: 5, format: "auto"},
	{name: "vrl-nginx-error", rows: 9, format: "auto"},
	{name: "haproxy-httplog-A", rows: 303},
	{name: "haproxy-httplog-captures-A", rows: 303},
	{name: "haproxy-httpslog-A", rows: 60},
	{name: "haproxy-clf-A", rows: 303},
	{name: "haproxy-json-A", rows: 303},
	{name: "haproxy-logasap-A", rows: 303},
	{name: "haproxy-rsyslog-file-A", rows: 303},
	{name: "haproxy-tcplog-A", rows: 5, format: "haproxy"},
	{name: "beats-haproxy-http", rows: 1, format: "haproxy"},
	{name: "crowdsec-haproxy", rows: 5, format: "haproxy"},
	{name: "fail2ban-haproxy", rows: 4, format: "haproxy"},
	{name: "matomo-haproxy", rows: 1, format: "haproxy"},
	{name: "datadog-envoy", rows: 4, format: "envoy"},
	{name: "crowdsec-traefik-clf", rows: 9, format: "traefik"},
	{name: "fail2ban-traefik", rows: 6, format: "traefik"},
	{name: "matomo-alb", rows: 1, format: "alb"},
	{name: "logstash-elb-classic", rows: 4, format: "elb"},
	// W3C extended logs, by the directives that they have, or by the format where they have none.
	{name: "beats-iis-10", rows: 15, format: "iis"},
	{name: "beats-iis-ipv6zone", rows: 5, format: "iis"},
	{name: "matomo-iis", rows: 5, format: "iis"},
	{name: "lnav-w3c-httpsys", rows: 5, format: "iis"},
	{name: "lnav-w3c-nonascii", rows: 5, format: "iis"},
	{name: "datadog-iis", rows: 1, format: "#Fields: date time s-ip cs-method cs-uri-stem x-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken"}, // the row leaves the query out
	{name: "crowdsec-cloudfront", rows: 2, format: "cloudfront"},
	{name: "matomo-cloudfront", rows: 3, format: "cloudfront"},
	// Objects, read by key.
	{name: "caddy-json-A", rows: 299},
	{name: "caddy-json-duration-nano-A", rows: 299},
	{name: "caddy-json-duration-string-A", rows: 299},
	{name: "caddy-json-filtered-A", rows: 299},
	{name: "caddy-console-A", rows: 299},
	{name: "caddy-default-mixed-A", rows: 1378, format: "caddy"},
	{name: "lnav-caddy-0", rows: 39, format: "caddy"},
	{name: "matomo-caddy-json", rows: 3, format: "caddy"},
	{name: "matomo-traefik-json", rows: 1, format: "traefik_json"},
	{name: "crowdsec-fastly", rows: 4, format: "json"},
	{name: "nginx-syslog-json-A", rows: 502, format: "json target=uri"},
	// Mixed and wrapped lines, and auto on its own.
	{name: "datadog-varnish", rows: 3, format: "auto"},
	{name: "datadog-kong", rows: 5, format: "auto"},
	{name: "datadog-gunicorn", rows: 4, format: "auto"},
	{name: "datadog-tomcat", rows: 11, format: "auto"},
	{name: "crowdsec-litespeed", rows: 3, format: "auto"},
	{name: "crowdsec-bunkerweb-malformed", rows: 13, format: "auto"},
	{name: "nginx-rsyslog-5424-A", rows: 502, format: "auto"},
	{name: "nginx-rsyslog-iso-A", rows: 502, format: "auto"},
	{name: "nginx-rsyslog-traditional-A", rows: 502, format: "auto"},
	{name: "nginx-syslog-raw-A", rows: 502, format: "auto"},
	{name: "apache-syslog-A", rows: 466, format: "auto"},
	{name: "cri-nginx-A", rows: 685},
	{name: "cri-nginx-A", rows: 685, format: "auto"},
	{name: "dockerjson-nginx-A", rows: 685},
	{name: "dockerjson-nginx-A", rows: 685, format: "auto"},
}

// TestCorpora holds the parser against logs that real servers wrote, and against the rows that other programs expect.
func TestCorpora(t *testing.T) {
	root := filepath.Join(moduleRoot(t), "..", "shared", "corpora")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("the corpora are not beside this repository: %v", err)
	}
	rows := 0
	for _, c := range corpora {
		t.Run(c.name, func(t *testing.T) {
			n := gradeCase(t, filepath.Join(root, c.name), c.format, c.logged)
			if n != c.rows {
				t.Errorf("graded %d rows, want %d", n, c.rows)
			}
			rows += n
		})
	}
	t.Logf("graded %d cases, %d rows", len(corpora), rows)
}

// TestTestdata is TestCorpora with the small cases that this repository has.
func TestTestdata(t *testing.T) {
	files, err := filepath.Glob("testdata/*/log")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d cases in testdata (%v), want at least 10", len(files), err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			if n := gradeCase(t, dir, "", false); n < 40 {
				t.Errorf("graded %d rows, want at least 40", n)
			}
		})
	}
}

// gradeCase parses the log of a case and holds each line against its row. It returns how many rows it graded.
func gradeCase(t *testing.T, dir, format string, logged bool) int {
	t.Helper()
	if format == "" || format[0] == '\n' {
		format = string(read(t, filepath.Join(dir, "format"))) + format
	}
	f, err := Compile(format)
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	joiner := container.Joiner{MaxLine: 1 << 20}
	joined, _ := joiner.Join(read(t, filepath.Join(dir, "log"))) // as a source hands it out
	lines := splitLines(joined)
	rows := splitLines(read(t, filepath.Join(dir, "expected.tsv")))
	if len(lines) != len(rows) {
		t.Fatalf("%d lines but %d rows", len(lines), len(rows))
	}
	p := f.NewParser(f.Fields())
	plain := f.NewParser(nil)
	var e Entry
	for i, line := range lines {
		if logged {
			rows[i] = []byte(strings.ReplaceAll(string(rows[i]), `\\x5C`, `\\`))
		}
		reason := p.Parse(line, &e)
		if problem := grade(f, string(rows[i]), reason, &e); problem != "" {
			t.Errorf("line %d: %s\nline %.300q\nrow  %q", i+1, problem, line, rows[i])
		}
		reason = plain.Parse(line, &e)
		if problem := grade(f, string(rows[i]), reason, &e); problem != "" {
			t.Errorf("line %d, with no field asked for: %s\nline %.300q\nrow  %q", i+1, problem, line, rows[i])
		}
	}
	return len(rows)
}

// grade returns what is wrong with an entry by the corpora's notes, "" if nothing is.
func grade(f *Format, row string, reason Reason, e *Entry) string {
	columns := strings.Split(row, "\t")
	if len(columns) < 6 {
		if reason == None {
			return fmt.Sprintf("became an entry %s, want a reason", show(e))
		}
		return ""
	}
	notes := strings.Split(columns[5], ",")
	if reason != None {
		if slices.Contains(notes, "invalid-json") || slices.Contains(notes, "fields-mismatch") {
			return ""
		}
		return fmt.Sprintf("is no entry (%s)", reason)
	}
	var wrong []string
	check := func(name, got, want string) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s %q, want %q", name, got, want))
		}
	}
	if !slices.Contains(notes, "malformed") {
		check("method", dash(e.Method), columns[0])
		check("target", escape(e.Target), columns[1])
	}
	check("status", dash(e.Status), columns[2])
	if columns[3] != "-" {
		check("bytes", strconv.FormatInt(e.BodyBytes, 10), columns[3])
	}
	if columns[4] == "-" {
		check("duration", e.Duration.String(), time.Duration(-1).String())
	} else {
		seconds, _ := strconv.ParseFloat(columns[4], 64)
		if e.Duration < 0 {
			wrong = append(wrong, "duration is unknown, want "+columns[4])
		}
		check("duration", e.Duration.Round(time.Microsecond).String(), time.Duration(seconds*1e9).Round(time.Microsecond).String())
	}
	if len(e.Time) > 0 {
		if _, ok := f.ParseTime(e.Time); !ok && columns[2] != "-" {
			wrong = append(wrong, fmt.Sprintf("time %q cannot be read", e.Time))
		}
	}
	return strings.Join(wrong, "; ")
}

func show(e *Entry) string {
	return fmt.Sprintf("%q %q %q %d %v", e.Method, e.Target, e.Status, e.BodyBytes, e.Duration)
}

func dash(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	return string(b)
}

// escape writes bytes as expected.tsv does.
func escape(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		switch {
		case c == '\\':
			s.WriteString(`\\`)
		case c < 0x20 || c > 0x7e:
			fmt.Fprintf(&s, `\x%02x`, c)
		default:
			s.WriteByte(c)
		}
	}
	if s.Len() == 0 {
		return "-"
	}
	return s.String()
}

func splitLines(data []byte) [][]byte {
	data = bytes.TrimSuffix(data, []byte("\n"))
	return bytes.Split(data, []byte("\n"))
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// moduleRoot returns the directory of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); !errors.Is(err, fs.ErrNotExist) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above this package")
		}
		dir = parent
	}
}
