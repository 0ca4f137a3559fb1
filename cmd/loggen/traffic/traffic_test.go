package traffic

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func generate(t testing.TB, seed uint64, o Options, lines int) ([]byte, Truth) {
	t.Helper()
	g, err := New(seed, o)
	if err != nil {
		t.Fatal(err)
	}
	var log []byte
	for range lines {
		log = g.AppendLine(log)
	}
	return log, g.Truth()
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, format := range []string{"combined", "json", "contract"} {
		o := Defaults()
		o.Format = format
		first, _ := generate(t, 7, o, 5000)
		again, _ := generate(t, 7, o, 5000)
		other, _ := generate(t, 8, o, 5000)
		if !bytes.Equal(first, again) {
			t.Errorf("%s: the same seed made different logs", format)
		}
		if bytes.Equal(first, other) {
			t.Errorf("%s: different seeds made the same log", format)
		}
	}
}

// The first lines of seed 1 as they were when the figures were measured: no run, machine or release may make others.
func TestFirstLinesStay(t *testing.T) {
	log, _ := generate(t, 1, Defaults(), 2)
	want := `161.244.244.120 - - [22/Nov/2026:13:00:00 +0000] "GET /meta/v2/data/74489 HTTP/1.1" 200 1785 "-" "Go-http-client/2.0"
152.33.38.1 - - [22/Nov/2026:13:00:00 +0000] "GET /jobs/v2/59723 HTTP/1.1" 200 287 "https://portal.example.org/app/jobs?status=RUNNING&sort=created&page=2&size=100" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
`
	if string(log) != want {
		t.Errorf("got\n%swant\n%s", log, want)
	}
}

// The lengths that the project's figures per line are measured with.
func TestMeanLineLength(t *testing.T) {
	for format, want := range map[string]float64{"combined": 223, "json": 480} {
		for seed := range uint64(3) {
			o := Defaults()
			o.Format = format
			const lines = 40_000
			log, _ := generate(t, seed, o, lines)
			if mean := float64(len(log)) / lines; mean < want*0.98 || mean > want*1.02 {
				t.Errorf("%s, seed %d: a line has %.1f bytes on average, want %v within 2 %%", format, seed, mean, want)
			}
		}
	}
}

var readers = map[string]struct {
	format, line string // line has the groups method or request, status and bytes
}{
	"combined": {"combined", `^\S+ - .*? \[[^]]+\] "(?:(?P<method>[A-Z]+) [^"]* HTTP/[\d.]+|[^"]*)" (?P<status>\d{3}) (?P<bytes>\d+) "`},
	"json":     {"json", `"method":"(?P<method>[A-Z]*)",.*?"status":(?P<status>\d{3}),"body_bytes_sent":(?P<bytes>\d+),`},
	"directive": {"log_format own escape=none '$request_time|$status|' \"$body_bytes_sent|$request_method|\"\n  '${request_uri}';",
		`^[\d.]+\|(?P<status>\d{3})\|(?P<bytes>\d+)\|(?P<method>[A-Z]*)\|`},
}

// The truth agrees with what an independent reader, a regular expression, finds in the log.
func TestTruth(t *testing.T) {
	for name, reader := range readers {
		t.Run(name, func(t *testing.T) {
			o := Options{Format: reader.format, Odd: 0.05, Errors: 0.03, Violations: 0.02}
			log, truth := generate(t, 42, o, 20_000)
			expr := regexp.MustCompile(reader.line)
			statuses, requests, body, lines := map[string]int64{}, map[string]map[string]int64{}, int64(0), int64(0)
			for line := range strings.Lines(string(log)) {
				m := expr.FindStringSubmatch(line)
				if m == nil {
					t.Fatalf("line does not fit: %s", line)
				}
				method, status := m[expr.SubexpIndex("method")], m[expr.SubexpIndex("status")]
				n, _ := strconv.ParseInt(m[expr.SubexpIndex("bytes")], 10, 64)
				lines, body = lines+1, body+n
				statuses[status]++
				if requests[method] == nil {
					requests[method] = map[string]int64{}
				}
				requests[method][status]++
			}
			if truth.Lines != lines || truth.Bytes != int64(len(log)) || truth.BodyBytes != body {
				t.Errorf("truth has %d lines, %d bytes, %d body bytes; the log %d, %d, %d", truth.Lines, truth.Bytes, truth.BodyBytes, lines, len(log), body)
			}
			if !maps.Equal(truth.Statuses, statuses) {
				t.Errorf("statuses: truth %v, log %v", truth.Statuses, statuses)
			}
			if got, want := fmt.Sprint(requests), fmt.Sprint(truth.Requests); got != want {
				t.Errorf("requests: truth %s, log %s", want, got)
			}
		})
	}
}

// Every condition that the truth counts as broken can be found in a format that logs the facts.
func TestTruthOfBreaks(t *testing.T) {
	o := Defaults()
	o.Format, o.Violations = "contract", 0.05
	log, truth := generate(t, 3, o, 40_000)
	broken := map[string]*regexp.Regexp{
		"created-only-on-put-post":          regexp.MustCompile(`"method":"(GET|HEAD|PATCH|DELETE|OPTIONS|)",.*"status":"201"`),
		"partial-only-on-get":               regexp.MustCompile(`"method":"(HEAD|POST|PUT|PATCH|DELETE|OPTIONS|)",.*"status":"206"`),
		"partial-needs-range":               regexp.MustCompile(`"status":"206".*"range":""`),
		"moved-has-location":                regexp.MustCompile(`"status":"301".*"location":""`),
		"not-modified-has-no-body":          regexp.MustCompile(`"status":"304","bytes":[1-9]`),
		"unauthorized-means-no-credentials": regexp.MustCompile(`"status":"401".*"auth":"1"`),
		"forbidden-means-known-caller":      regexp.MustCompile(`"status":"403".*"auth":"0"`),
		"not-acceptable-needs-accept":       regexp.MustCompile(`"status":"406".*"accept":""`),
	}
	for id, n := range truth.Breaks {
		var found int64
		for line := range strings.Lines(string(log)) {
			if broken[id].MatchString(line) {
				found++
			}
		}
		if found != n {
			t.Errorf("%s: truth %d, log %d", id, n, found)
		}
		if n == 0 && id != "not-acceptable-needs-accept" {
			t.Errorf("%s was never broken in 40,000 lines", id)
		}
	}
}

func TestShares(t *testing.T) {
	const lines = 100_000
	_, truth := generate(t, 5, Options{Odd: 0.01, Errors: 0.1, Violations: 0.02}, lines)
	var errors int64
	for status, n := range truth.Statuses {
		if status[0] == '5' {
			errors += n
		}
	}
	near := func(what string, got int64, share float64) {
		if want := share * lines; float64(got) < want*0.9 || float64(got) > want*1.1 {
			t.Errorf("%s: %d of %d lines, want about %.0f", what, got, lines, want)
		}
	}
	near("odd", truth.OddLines, 0.01)
	near("5xx", errors, 0.1*0.99)
	for kind, n := range truth.Odd {
		if n == 0 {
			t.Errorf("no line of kind %s", kind)
		}
	}
	for _, status := range []string{"200", "201", "202", "206", "301", "304", "400", "401", "403", "404", "405", "406", "499", "000", "009", "500", "502", "503", "504"} {
		if truth.Statuses[status] == 0 {
			t.Errorf("no line with status %s", status)
		}
	}
	_, truth = generate(t, 5, Options{}, lines)
	if truth.OddLines != 0 || truth.Statuses["500"] != 0 || truth.Breaks["created-only-on-put-post"] != 0 {
		t.Errorf("shares of zero: %+v", truth)
	}
}

// What odd lines look like, in both escapes, as real servers write them.
func TestOddLines(t *testing.T) {
	for format, want := range map[string][]string{
		"combined": {
			`"-" 408 0 "-" "-"`,
			`"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\x9D\x22s\xFF q/1.1\x5C" 400 157 "-" "-"`,
			`"PRI * HTTP/2.0" 400 157 "-" "-"`,
			`"GET /files/v2/media/my report \x22final\x22 2.dat HTTP/1.1" 200`,
			`"Mozilla/5.0\x22 500 999 \x22-\x22 \x22injected"`,
			` - frank \x22the tank\x22 404 [`,
			`HTTP/1.1" 499 0`, `HTTP/1.1" 000 0`, `HTTP/1.1" 009 19`,
		},
		"json": {
			`"request":"-","status":408`,
			`"request":"\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001` + "\xfc" + `\u0003\u0003` + "\x9d" + `\"s` + "\xff" + ` q/1.1\\","status":400`,
			`"user_agent":"x\" \"\n10.0.0.1 - - [22/Nov/2026`,
			`"remote_user":"frank \"the tank\" 404"`,
			`"status":009,`,
		},
	} {
		log, _ := generate(t, 1, Options{Format: format, Odd: 1}, 500)
		for _, w := range want {
			if !bytes.Contains(log, []byte(w)) {
				t.Errorf("%s: no line has %s", format, w)
			}
		}
	}
}

func TestTimeOfLines(t *testing.T) {
	o := Options{Format: "$time_iso8601 $msec $status", Start: time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), PerSecond: 2}
	log, _ := generate(t, 1, o, 3)
	want := regexp.MustCompile(`^2030-01-02T03:04:05\+01:00 1893549845\.000 \d{3}\n2030-01-02T03:04:05\+01:00 1893549845\.500 \d{3}\n2030-01-02T03:04:06\+01:00 1893549846\.000 \d{3}\n$`)
	if !want.Match(log) {
		t.Errorf("got\n%s", log)
	}
}

func TestBadOptions(t *testing.T) {
	for _, row := range []struct {
		o    Options
		want string
	}{
		{Options{Format: "$status $nonsense"}, "$nonsense"},
		{Options{Format: "$request"}, "no $status"},
		{Options{Format: "log_format x '$status"}, "no closing '"},
		{Options{Format: "log_format x"}, "needs a name and a string"},
		{Options{Format: "log_format x escape=yaml '$status'"}, `unknown escape "yaml"`},
		{Options{Odd: 1.5}, "share of odd is 1.5"},
		{Options{Errors: -1}, "share of errors is -1"},
		{Options{PerSecond: -1}, "-1 lines per second"},
	} {
		if _, err := New(1, row.o); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: error %v, want %q", row.o, err, row.want)
		}
	}
}

func TestSamplerKeepsWeights(t *testing.T) {
	weights := []float64{50, 0, 30, 15, 5}
	s := newSampler(weights)
	var counts [5]int
	for i := range uint64(500_000) {
		counts[s.draw(scramble(i))]++
	}
	for i, w := range weights {
		if got := float64(counts[i]) / 5000; got < w-0.3 || got > w+0.3 {
			t.Errorf("index %d drawn in %.2f %%, want %v", i, got, w)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	g, err := New(1, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(5000, func() { buf = g.AppendLine(buf[:0]) }); n != 0 {
		t.Errorf("%v allocations per line", n)
	}
}

func BenchmarkAppendLine(b *testing.B) {
	for _, format := range []string{"combined", "json", "contract"} {
		b.Run(format, func(b *testing.B) {
			o := Defaults()
			o.Format = format
			g, err := New(1, o)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, 1<<20)
			total := 0
			for b.Loop() {
				if buf = g.AppendLine(buf); len(buf) > 1<<20-8192 {
					total, buf = total+len(buf), buf[:0]
				}
			}
			b.SetBytes(int64(total+len(buf)) / int64(max(b.N, 1)))
		})
	}
}
