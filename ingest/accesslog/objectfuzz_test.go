package accesslog

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzParseObject holds the Parser against encoding/json.
func FuzzParseObject(f *testing.F) {
	formats := []string{"json", "caddy", "traefik_json", "envoy_json", keyedFormat,
		"json status=a.b method=a>c target=a path=d query=e request=f auth=g? req.x=h>x? resp.y=i>y?a time=j host=k", `{"s": "%RESPONSE_CODE%", "n": {"p": "%REQ(:PATH)%"}, "r": "%REQ(RANGE)%"}`}
	for i := range formats {
		for _, c := range objectCases {
			f.Add(uint8(i), []byte(c.line))
		}
		f.Add(uint8(i), []byte(`{"a":{"b":200,"c":"GET"},"a.b":404,"d":"/x","e":"?y","f":"PUT /z HTTP/1.1","g":[],"h":{"X":["1"]},"i":{},"s":1,"n":{}}`))
		f.Add(uint8(i), []byte(`{"a":"/p","a.b":"500","f":"/q","e":"r","g":{},"h":{"x":{},"Y":1},"i":null,"j":1.5e3,"k":["h",2],"status":true}`))
		f.Add(uint8(i), []byte(`{"a.b":"","f":[],"i":[]}`))
		f.Add(uint8(i), []byte("{\r}\r"))
	}
	type pair struct {
		parser *Parser
		oracle objectOracle
		fields []string
	}
	var pairs []pair
	for _, s := range formats {
		format := mustCompile(f, s)
		fields := append(format.Fields(), "req.range", "resp.location", "auth")
		pairs = append(pairs, pair{format.NewParser(fields), objectOracle{format.templates[0], fields}, fields})
	}
	f.Fuzz(func(t *testing.T, which uint8, line []byte) {
		i := int(which) % len(pairs)
		p := pairs[i]
		got := parsed(p.parser, string(line), p.fields)
		if again := parsed(p.parser, string(line), p.fields); again != got {
			t.Fatalf("%s\n%q\nfirst %s\nthen  %s", formats[i], line, got, again)
		}
		want, ok := p.oracle.parse(line)
		if !ok || foldedTwice(line) {
			return
		}
		if valid := strings.ToValidUTF8(got, "?"); got != want && valid == got {
			t.Fatalf("%s\n%q\ngot  %s\nwant %s", formats[i], line, got, want)
		}
	})
}

// foldedTwice reports whether a line has what encoding/json's maps forget: the order of names that differ in case alone, and
// bytes that are no UTF-8.
func foldedTwice(line []byte) bool {
	lower := bytes.ToLower(line)
	for _, name := range []string{`"range"`, `"location"`, `"x"`, `"y"`, `"user-agent"`, `"user_agent"`, `range"`, `location"`} {
		if bytes.Count(lower, []byte(name)) > 1 {
			return true
		}
	}
	return !bytes.Equal(bytes.ToValidUTF8(line, nil), line) || bytes.Contains(lower, []byte(`\u`))
}

// TestHostileObjects would not end before the test's time limit if any of these took more than a few passes over the line.
func TestHostileObjects(t *testing.T) {
	const size = 4 << 20
	for _, piece := range []string{"{", "x{ ", "{\"", "[", "\"\\\"", "\\", "\\\"", "\"", "{\"request\":", "{\"request\":{\"headers\":[", "{\"status\":200,", "\"status\":200,", "{}", " ", "{\"\\u0061\":\"\\u0061\","} {
		for _, before := range []string{"", `{"status":`, `{"a":"`, `{"a":[`} {
			line := []byte(before + strings.Repeat(piece, size/len(piece)))
			for _, format := range []string{"json", "caddy", "auto"} {
				var e Entry
				if reason := mustCompile(t, format).NewParser([]string{"req.range", "host"}).Parse(line, &e); reason == None && format != "auto" {
					t.Errorf("%s: %q and %q over and over is an entry", format, before, piece)
				}
			}
		}
	}
}

// TestObjectDifferential reads the objects that templates can read by key, too: both ways must give each row.
func TestObjectDifferential(t *testing.T) {
	root := filepath.Join(moduleRoot(t), "..", "shared", "corpora")
	for _, c := range []struct {
		name, keys string
		rows       int
	}{
		{"nginx-json", "json status=status method=method target=uri bytes=body_bytes_sent duration_s=request_time", 502},
		{"nginx-json", "json target=uri", 502},
		{"nginx-json-strings", "json request=request status=status bytes=bytes duration_s=duration", 502},
		{"nginx-json-unescaped", "json request=request status=status bytes=bytes duration_s=request_time", 502},
		{"apache-json", "json status=status method=method path=request query=query bytes=bytes duration_us=duration_us", 466},
		{"varnishncsa-json", "json path=path query=query bytes=bytes duration_us=time time=t", 257},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := gradeCase(t, filepath.Join("testdata", c.name), c.keys, false); n < 40 {
				t.Errorf("graded %d rows of testdata, want at least 40", n)
			}
			if !haveCorpora(root) {
				t.Skip("the corpora are not beside this repository")
			}
			if n := gradeCase(t, filepath.Join(root, c.name+"-A"), c.keys, false); n != c.rows {
				t.Errorf("graded %d rows, want %d", n, c.rows)
			}
		})
	}
}

func haveCorpora(root string) bool {
	dirs, err := filepath.Glob(filepath.Join(root, "*", "log"))
	return err == nil && len(dirs) > 0
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		text string
		unit time.Duration
		want time.Duration
	}{
		{"0.002738966", time.Second, 2738966}, {"12", time.Millisecond, 12 * time.Millisecond}, {"7.3e-07", time.Second, 730}, {"1E3", time.Microsecond, time.Millisecond},
		{"2.738966ms", 0, 2738966}, {"69.474µs", time.Second, 69474}, {"69.474μs", time.Second, 69474}, {"5us", 0, 5000}, {"1h1m1.5s", 0, time.Hour + time.Minute + 1500*time.Millisecond}, {"3ns", 0, 3},
		{"12", 0, -1}, {"", time.Second, -1}, {"-", time.Second, -1}, {"-1", time.Second, -1}, {"1e99", time.Second, -1}, {"NaN", time.Second, -1}, {"ms", 0, -1}, {"1x", 0, -1}, {"1 s", 0, -1},
		{"9223372036854775806ns", 0, math.MaxInt64 - 1}, {"9223372036854775806ns2ns", 0, -1}, {"99999999999h", 0, -1}, {"true", time.Second, -1},
	} {
		if got := span([]byte(c.text), c.unit); got != c.want {
			t.Errorf("span(%q, %v) = %v, want %v", c.text, c.unit, got, c.want)
		}
	}
}
