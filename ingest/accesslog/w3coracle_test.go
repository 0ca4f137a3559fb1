package accesslog

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A w3cOracle is the obvious reader: it splits a line into a map from the name of each column to its value.
type w3cOracle struct{ columns []string }

func newW3COracle(directive string) w3cOracle {
	return w3cOracle{strings.Fields(strings.TrimPrefix(directive, "#Fields:"))}
}

var quotedColumns = map[byte]*regexp.Regexp{
	' ':  regexp.MustCompile(`(?s)^(?:"(?:[^"]|"")*"|[^ ]*)(?: (?:"(?:[^"]|"")*"|[^ ]*))*$`),
	'\t': regexp.MustCompile(`(?s)^(?:"(?:[^"]|"")*"|[^\t]*)(?:` + "\t" + `(?:"(?:[^"]|"")*"|[^\t]*))*$`),
}

// split returns the values, and whether there is one that fits for each column. Lines whose quotes could be taken in two ways are not for it.
func (o w3cOracle) split(line string) (map[string]string, bool) {
	separator := " "
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		separator = line[i : i+1]
	}
	values := strings.Split(line, separator)
	if len(values) != len(o.columns) {
		if !quotedColumns[separator[0]].MatchString(line) {
			return nil, false
		}
		values = regexp.MustCompile(`"(?:[^"]|"")*"|[^`+separator+`"]+`).FindAllString(line, -1)
	}
	if len(values) != len(o.columns) || strings.Join(values, separator) != line {
		return nil, false
	}
	m := map[string]string{}
	for i, v := range values {
		if len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"' {
			v = strings.ReplaceAll(v[1:len(v)-1], `""`, `"`)
		}
		if shape := w3cShapes[o.columns[i]]; shape != nil && !shape.MatchString(v) {
			return nil, false
		}
		if _, twice := m[o.columns[i]]; !twice {
			m[o.columns[i]] = v
		}
	}
	return m, true
}

var w3cShapes = map[string]*regexp.Regexp{
	"date":            regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`),
	"time":            regexp.MustCompile(`^[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$`),
	"sc-status":       regexp.MustCompile(`^(-[0-9]*|[0-9]+)$`),
	"sc-win32-status": regexp.MustCompile(`^(-|[+-]?[0-9]+(\.[0-9]+)?)$`),
	"time-taken":      regexp.MustCompile(`^(-|[0-9]+(\.[0-9]+)?)$`),
}

func init() {
	for _, name := range []string{"s-port", "c-port", "sc-bytes", "cs-bytes", "bytes", "sc-substatus"} {
		w3cShapes[name] = regexp.MustCompile(`^(-|[0-9]+)$`)
	}
}

// parse returns what parsed does for the fields w3cFuzzFields.
func (o w3cOracle) parse(line string) (string, bool) {
	m, ok := o.split(strings.TrimSuffix(line, "\r"))
	if !ok {
		return "", false
	}
	edge := slices.Contains(o.columns, "x-edge-result-type")
	if uri, ok := m["cs-uri"]; ok {
		m["cs-uri-stem"] = uri
	} else if q := absent(m["cs-uri-query"]); q != "" {
		m["cs-uri-stem"] = absent(m["cs-uri-stem"]) + "?" + q
	}
	known := func(name string, decode bool) string {
		v, ok := m[name]
		if !ok {
			return "?"
		}
		if v = absent(v); decode {
			v = decoded(v)
		}
		return fmt.Sprintf("%q", v)
	}
	got := fmt.Sprintf("%s %s %q %d %v", known("cs-method", false), known("cs-uri-stem", false), m["sc-status"], o.bytes(m), o.duration(m))
	for _, name := range []string{"cs(User-Agent)", "cs(Referer)", "sc-content-type"} {
		got += " " + known(name, edge)
	}
	return got, true
}

func (o w3cOracle) bytes(m map[string]string) int64 {
	for _, name := range []string{"sc-bytes", "bytes"} {
		if v, ok := m[name]; ok {
			n, err := strconv.ParseInt(v, 10, 64)
			if v == "-" {
				return 0
			} else if err != nil || len(v) > 19 {
				return -1
			}
			return n
		}
	}
	return -1
}

func (o w3cOracle) duration(m map[string]string) time.Duration {
	v, ok := m["time-taken"]
	unit := time.Second
	if _, iis := m["sc-substatus"]; iis && !strings.Contains(v, ".") {
		unit = time.Millisecond
	}
	if !ok || v == "-" {
		return -1
	}
	return duration([]byte(v), unit)
}

// decoded is url.PathUnescape for each escape that is one.
func decoded(s string) string {
	return regexp.MustCompile(`%[0-9A-Fa-f]{2}`).ReplaceAllStringFunc(s, func(e string) string {
		v, err := url.PathUnescape(e)
		if err != nil {
			panic(err)
		}
		return v
	})
}

var w3cFuzzFields = []string{"req.user-agent", "req.referer", "resp.content-type"}

// FuzzParseW3C holds the Parser against the oracle.
func FuzzParseW3C(f *testing.F) {
	formats := []string{iisFields, cloudfrontFields, tomcatForm, shortForm, "#Fields: sc-status cs(User-Agent) sc-status cs-method sc-win32-status"}
	for i := range formats {
		for _, c := range w3cCases {
			f.Add(uint8(i), []byte(c.line))
		}
		f.Add(uint8(i), []byte(`200 "a b" 404 GET -1`))
		f.Add(uint8(i), []byte(`"GET" "/a b" 404`))
	}
	var parsers []*Parser
	for _, s := range formats {
		parsers = append(parsers, mustCompile(f, s).NewParser(w3cFuzzFields))
	}
	f.Fuzz(func(t *testing.T, which uint8, line []byte) {
		i := int(which) % len(formats)
		p := parsers[i]
		p.Begin(nil)
		got := valuesOnly(parsed(p, string(line), w3cFuzzFields))
		if strings.HasPrefix(string(line), fieldsDirective) {
			return
		}
		if line, wrapped := p.unwrap(line); wrapped || len(line) == 0 {
			return
		}
		want, ok := newW3COracle(formats[i]).parse(string(line))
		if isEntry := strings.Contains(got, `"`); ok && got != want {
			t.Fatalf("%s\n%q\ngot  %s\nwant %s", formats[i], line, got, want)
		} else if !ok && isEntry && !strings.Contains(string(line), `"`) {
			t.Fatalf("%s\n%q\nis an entry, %s; it does not fit the columns", formats[i], line, got)
		}
	})
}

// valuesOnly takes the names out of what parsed returns.
func valuesOnly(s string) string {
	for _, name := range w3cFuzzFields {
		s = strings.Replace(s, " "+name+"=", " ", 1)
	}
	return s
}

// The ways in which the servers keep a value to its column: HTTP.sys ("Format of the HTTP Server API Error Logs", which says it of
// all of its logs), CloudFront, and Tomcat's ExtendedAccessLogValve, which quotes headers.
var w3cWriters = map[string]func(string) string{
	"iis": func(s string) string {
		return escapeWith(s, func(c byte) string {
			if c <= ' ' || c == 0x7f {
				return "+"
			}
			return string([]byte{c})
		})
	},
	"cloudfront": func(s string) string {
		return escapeWith(s, func(c byte) string {
			if c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"#%{}|\\^~[]`'", c) >= 0 {
				return fmt.Sprintf("%%%02X", c)
			}
			return string([]byte{c})
		})
	},
	"tomcat": func(s string) string {
		if s == "-" {
			return s
		}
		return `"` + strings.ReplaceAll(strings.ReplaceAll(s, "\n", ""), `"`, `""`) + `"`
	},
}

// FuzzWrittenW3C: whatever a client sends as query and headers, a line gives back the status and the duration that the server wrote.
func FuzzWrittenW3C(f *testing.F) {
	lines := map[string]string{
		"iis":        "2026-11-26 08:09:10 10.0.0.1 GET /a %s 80 - 192.0.2.1 %s %s 418 0 0 77",
		"cloudfront": "2026-11-26\t15:22:28\tCDG50\t7\t192.0.2.1\tGET\td1\t/a\t418\t%[3]s\t%[2]s\t%[1]s\t-\tHit\tid\th\thttps\t62\t0.077\t-\t-\t-\tHit\tHTTP/2.0\t-\t-\t5\t0.1\tHit\ta\t2\t-\t-",
		"tomcat":     "2026-11-26 08:09:10 GET /a 418 0.077 - %[2]s %[3]s \"%.0[1]s/b c\"",
	}
	formats := map[string]string{"iis": "iis", "cloudfront": "cloudfront", "tomcat": tomcatForm}
	for _, s := range []string{"curl", `"a b"`, `a" "b`, `"`, `""`, "-", "", "x 200 0 0 1", "\t200\t", "%20%", "\xff\x00\n", `"" "`} {
		f.Add("q", s, s)
		f.Add(s, `"`, s)
	}
	f.Fuzz(func(t *testing.T, query, agent, other string) {
		for name, format := range formats {
			p := mustCompile(t, format).NewParser([]string{"req.user-agent"})
			write := w3cWriters[name]
			args := []any{write(query), write(agent), write(other)}
			for i, a := range args {
				if a == "" {
					args[i] = "-"
				}
			}
			line := fmt.Sprintf(lines[name], args...)
			var e Entry
			if reason := p.Parse([]byte(line), &e); reason != None {
				t.Fatalf("%s: %q is no entry: %v", name, line, reason)
			}
			if string(e.Status) != "418" || string(e.Method) != "GET" || e.Duration != 77*time.Millisecond {
				t.Fatalf("%s: %q\ngot %s", name, line, show(&e))
			}
			if want := strings.ReplaceAll(agent, "\n", ""); name == "tomcat" && string(e.Values[0]) != absent(want) {
				t.Fatalf("%s: %q\ngot the user agent %q, want %q", name, line, e.Values[0], want)
			}
		}
	})
}
