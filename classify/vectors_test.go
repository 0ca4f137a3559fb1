package classify

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"httpstatus_exporter/classify/contract"
)

// A vector is one line of testdata/vectors.txt: METHOD PATH STATUS BYTES [fact=value ...] => verdict(reason).
type vector struct {
	line  string
	facts map[string]string // of the line, "-" where absent
	f     Facts             // but for Values
	want  string
}

func vectors(t testing.TB) []vector {
	file, err := os.Open("testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []vector
	for s := bufio.NewScanner(file); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		before, want, found := strings.Cut(line, "=>")
		if !found {
			continue
		}
		v := vector{line: strings.TrimSpace(line), want: strings.TrimSpace(want), facts: map[string]string{}}
		words := strings.Fields(before)
		v.f.Method, v.f.Target, v.f.Status = logged(words[0]), logged(words[1]), []byte(words[2])
		v.f.BodyBytes, _ = strconv.ParseInt(words[3], 10, 64)
		for _, w := range words[4:] {
			name, value, _ := strings.Cut(w, "=")
			v.facts[name] = value
		}
		all = append(all, v)
	}
	return all
}

// logged is a value as the parser of the log hands it over: "-" is absent.
func logged(s string) []byte {
	if s == "-" {
		return []byte{}
	}
	return []byte(s)
}

// values lays facts out as the classifier wants them.
func values(c *Classifier, facts map[string]string) [][]byte {
	all := make([][]byte, len(c.Fields()))
	for name, value := range facts {
		if i := slices.Index(c.Fields(), name); i >= 0 {
			all[i] = logged(value)
		}
	}
	return all
}

// verdict writes a verdict as the vectors do.
func verdict(c *Classifier, v *Verdict) string {
	switch v.Kind {
	case Undocumented:
		return "undocumented(" + v.Reason.String() + ")"
	case Violation:
		return "violation(" + c.Conditions()[v.Condition].ID + ")"
	}
	return v.Kind.String()
}

func mustLoad(t testing.TB, name string) *Classifier {
	t.Helper()
	parsed, err := contract.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return mustNew(t, parsed)
}

func mustParse(t testing.TB, text string) *Classifier {
	t.Helper()
	parsed, err := contract.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return mustNew(t, parsed)
}

func mustNew(t testing.TB, parsed *contract.Contract) *Classifier {
	t.Helper()
	c, err := New(parsed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVectors(t *testing.T) {
	c := mustLoad(t, "agave")
	all := vectors(t)
	if len(all) != 34 {
		t.Fatalf("%d vectors, want 34", len(all))
	}
	for _, vec := range all {
		var v Verdict
		vec.f.Values = values(c, vec.facts)
		c.Classify(&vec.f, &v)
		if got := verdict(c, &v); got != vec.want {
			t.Errorf("%s: got %s", vec.line, got)
		}
	}
}

// The comments of the vectors: which warnings are raised beside the verdict.
func TestVectorNotes(t *testing.T) {
	c := mustLoad(t, "agave")
	for _, row := range []struct {
		method, status string
		facts          map[string]string
		condition      string
		want           Result
		asked          bool
	}{
		{"GET", "200", map[string]string{"req.range": "bytes=0-99"}, "range-always-206", Fail, true},
		{"GET", "200", nil, "range-always-206", Unknown, true},
		{"GET", "200", map[string]string{"req.range": "-"}, "range-always-206", Pass, false},
		{"GET", "206", map[string]string{"req.range": "bytes=0-99"}, "range-always-206", Pass, true},
		{"GET", "404", map[string]string{"req.range": "bytes=0-99"}, "range-always-206", Pass, false},
		{"POST", "200", map[string]string{"req.range": "bytes=0-99"}, "range-always-206", Pass, false},
		{"GET", "401", map[string]string{"auth": "0"}, "unauthorized-means-no-credentials", Pass, true},
		{"GET", "401", map[string]string{"auth": "1"}, "unauthorized-means-no-credentials", Fail, true},
		{"GET", "403", map[string]string{"auth": "0"}, "forbidden-means-known-caller", Fail, true},
		{"GET", "405", nil, "method-not-in-contract", Unknown, true},
	} {
		f := Facts{Method: []byte(row.method), Target: []byte("/x"), Status: []byte(row.status), Values: values(c, row.facts)}
		var v Verdict
		c.Classify(&f, &v)
		asked := false
		for _, check := range v.Checks {
			if c.Conditions()[check.Condition].ID == row.condition {
				asked = true
				if check.Result != row.want {
					t.Errorf("%s %s %v: %s is %v, want %v", row.method, row.status, row.facts, row.condition, check.Result, row.want)
				}
			}
		}
		if asked != row.asked {
			t.Errorf("%s %s %v: %s asked: %v", row.method, row.status, row.facts, row.condition, asked)
		}
	}
}
