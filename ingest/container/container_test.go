package container

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const at = "2026-11-22T13:34:00.000000000Z"

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"CRI", at + " stdout F a b", `stdout "a b"`},
		{"CRI, stderr", at + " stderr F a", `stderr "a"`},
		{"CRI, a piece", at + " stdout P a", `stdout "a" partial`},
		{"CRI, more tags", at + " stdout P:x:y a", `stdout "a" partial`},
		{"CRI, no content", at + " stdout F ", `stdout ""`},
		{"CRI, no content and no blank", at + " stdout F", `stdout ""`},
		{"CRI, content of blanks", at + " stdout F   a ", `stdout "  a "`},
		{"CRI, a zone", "2026-11-22T13:34:00.000000000+01:00 stdout F a", `stdout "a"`},
		{"CRI, whole seconds", "2026-11-22T13:34:00Z stdout F a", `stdout "a"`},
		{"CRI, another tag", at + " stdout X a", ""},
		{"CRI, a longer tag", at + " stdout FULL a", ""},
		{"CRI, another stream", at + " stdlog F a", ""},
		{"CRI, no tag", at + " stdout a", ""},
		{"CRI, cut", at + " stdout ", ""},
		{"CRI, cut in the stream", at + " std", ""},
		{"a time alone", at, ""},
		{"ISO time in front", "2026-11-22T13:37:29+00:00 192.0.2.1 GET / 200", ""},
		{"Docker", `{"log":"a b\n","stream":"stdout","time":"` + at + `"}`, `stdout "a b" escaped`},
		{"Docker, a piece", `{"log":"a b","stream":"stderr","time":"` + at + `"}`, `stderr "a b" escaped partial`},
		{"Docker, attributes", `{"log":"a\n","stream":"stdout","attrs":{"tag":"x"},"time":"` + at + `"}`, `stdout "a" escaped`},
		{"Docker, quotes and backslashes", `{"log":"\"a\\\" \\\\\n","stream":"stdout","time":""}`, `stdout "\\\"a\\\\\\\" \\\\\\\\" escaped`},
		{"Docker, a backslash before an n", `{"log":"a\\n","stream":"stdout","time":""}`, `stdout "a\\\\n" escaped partial`},
		{"Docker, nothing but the line end", `{"log":"\n","stream":"stdout","time":""}`, `stdout "" escaped`},
		{"Docker, nothing", `{"log":"","stream":"stdout","time":""}`, `stdout "" escaped partial`},
		{"an object with the same key", `{"log":"a","level":"info"}`, ""},
		{"Docker, cut", `{"log":"a b`, ""},
		{"Docker, cut behind the content", `{"log":"a b"`, ""},
		{"empty", "", ""},
		{"combined", `192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET / HTTP/1.1" 200 2`, ""},
		{"a number and a dash", `1234-stdout F a and more bytes than a time has`, ""},
	} {
		got := ""
		if l, ok := Split([]byte(c.line)); ok {
			got = fmt.Sprintf("%s %q", streams[l.stream], l.Content)
			if l.Escaped {
				got += " escaped"
			}
			if l.Partial {
				got += " partial"
			}
			if l.start+len(l.Content) > len(c.line) || c.line[l.start:l.start+len(l.Content)] != string(l.Content) {
				t.Errorf("%s: the content does not start at %d", c.name, l.start)
			}
		}
		if got != c.want {
			t.Errorf("%s: Split(%q) = %s, want %s", c.name, c.line, got, c.want)
		}
	}
}

func TestTime(t *testing.T) {
	for _, c := range []struct{ head, want string }{
		{at + " stdout F a", "2026-11-22T13:34:00Z"},
		{"2026-11-22T13:34:00.5+01:00 stdout P", "2026-11-22T12:34:00.5Z"},
		{`{"log":"a \" \n","stream":"stdout","time":"2026-11-22T13:34:00.25Z"}` + "\n{", "2026-11-22T13:34:00.25Z"},
		{`{"log":"a \" \n","stream":"stdout","attrs":{"a":"b"},"time":"2026-11-22T13:34:00.25Z"}`, "2026-11-22T13:34:00.25Z"},
		{`{"log":"a`, ""},
		{`{"log":"a","stream":"stdout","time":"2026`, ""},
		{"no time", ""},
		{"", ""},
	} {
		got := ""
		if at, ok := Time([]byte(c.head)); ok {
			got = at.UTC().Format("2006-01-02T15:04:05.999Z07:00")
		}
		if got != c.want {
			t.Errorf("Time(%q) = %q, want %q", c.head, got, c.want)
		}
	}
}

// A writer makes wrapped lines, and knows what a Joiner must make of them.
type writer struct {
	docker bool
	max    int
	raw    []byte
	want   []byte
	open   [len(streams)]struct {
		content string
		pieces  int
	}
	tooLong int
}

func (w *writer) wrap(content string, stream int, last bool) string {
	if w.docker {
		return fmt.Sprintf(`{"log":"%s","stream":"%s","time":"%s"}`, content+strings.Repeat(`\n`, count(last)), streams[stream], at) + "\n"
	}
	return at + " " + streams[stream] + " " + []string{"P", "F"}[count(last)] + " " + content + "\n"
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *writer) piece(content string, stream int, last bool) {
	line := w.wrap(content, stream, last)
	w.raw = append(w.raw, line...)
	o := &w.open[stream]
	if !last {
		o.content += content
		o.pieces++
		w.want = append(w.want, line...)
		return
	}
	whole := o.content + content
	if o.pieces > 0 && len(whole) > w.max {
		w.tooLong++
	} else {
		w.want = append(w.want, w.wrap(whole, stream, true)...)
	}
	o.content, o.pieces = "", 0
}

// checkJoin cuts what w has written into runs of lines, at the cuts given, with a restart at each, and compares.
func checkJoin(t *testing.T, w *writer, cuts []byte) {
	t.Helper()
	j := &Joiner{MaxLine: w.max}
	var got []byte
	tooLong := 0
	rest := bytes.SplitAfter(w.raw, []byte("\n"))
	for i := 0; len(rest) > 0; i++ {
		n := len(rest)
		if i < len(cuts) {
			n = min(n, 1+int(cuts[i])%8)
		}
		joined, k := j.Join(bytes.Join(rest[:n], nil))
		got = append(got, joined...)
		tooLong += k
		rest = rest[n:]
		var open []Open
		saved, err := json.Marshal(j.Open())
		if err == nil {
			err = json.Unmarshal(saved, &open)
		}
		if err != nil {
			t.Fatal(err)
		}
		j = &Joiner{MaxLine: w.max, wrapped: j.wrapped}
		j.Resume(open)
	}
	if !bytes.Equal(got, w.want) || tooLong != w.tooLong {
		t.Errorf("joined\n%s\nwant\n%s\n%d too long, want %d", got, w.want, tooLong, w.tooLong)
	}
}

func TestJoin(t *testing.T) {
	for _, docker := range []bool{false, true} {
		w := &writer{docker: docker, max: 12}
		w.piece("whole", 0, true)
		w.piece("a", 0, false)
		w.piece("b", 0, true)
		w.piece("out1", 0, false)
		w.piece("err1", 1, false)
		w.piece("out2", 0, false)
		w.piece("err2", 1, true)
		w.piece("out3", 0, true)
		w.piece("just fits", 0, false)
		w.piece("abc", 0, true)
		w.piece("one too lon", 0, false)
		w.piece("gg", 0, true)
		w.piece("far too long as it is", 1, false)
		w.piece("and", 1, false)
		w.piece("on", 1, true)
		w.piece("", 0, false)
		w.piece("", 0, true)
		w.piece("never ended", 0, false)
		for size := range 8 {
			checkJoin(t, w, bytes.Repeat([]byte{byte(size)}, 100))
		}
		if w.tooLong != 2 {
			t.Fatalf("the writer made %d lines too long, want 2", w.tooLong)
		}
	}
}

// TestJoinLeavesOthersAlone: what no container runtime wrote, and what needs no joining, is returned as it is.
func TestJoinLeavesOthersAlone(t *testing.T) {
	for _, data := range []string{
		"", "\n", "192.0.2.1 a\n192.0.2.2 b\n", at + " stdout F a\n" + at + " stderr F b\nnot wrapped\n\n" + at + " stdout F c",
	} {
		j := &Joiner{MaxLine: 100}
		in := []byte(data)
		got, tooLong := j.Join(in)
		if string(got) != data || tooLong != 0 || len(in) > 0 && &got[0] != &in[0] || len(j.Open()) > 0 {
			t.Errorf("Join(%q) = %q, %d, with %v open", data, got, tooLong, j.Open())
		}
		if n := testing.AllocsPerRun(10, func() { j.Join(in) }); n != 0 {
			t.Errorf("Join(%q): %v allocations, want 0", data, n)
		}
	}
}

// FuzzJoin: pieces of any content, in any order of streams, cut into any runs of lines.
func FuzzJoin(f *testing.F) {
	f.Add(false, uint16(20), []byte("abcdef\x80gh\x01ij\xc0kl"), []byte{1, 2, 3})
	f.Add(true, uint16(5), []byte("\x00\x81\x42\xc3\x04"), []byte{0})
	f.Fuzz(func(t *testing.T, docker bool, maxLine uint16, script, cuts []byte) {
		w := &writer{docker: docker, max: int(maxLine)}
		for i, b := range script {
			w.piece(strings.Repeat("x", int(b&0x3f))+fmt.Sprint(i), int(b>>6&1), b>>7 == 1)
		}
		checkJoin(t, w, cuts)
	})
}

// FuzzSplit: no input makes it fail, and what it takes for wrapped it finds again when wrapped anew.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(at + " stdout P:x a"))
	f.Add([]byte(`{"log":"a\\\"\n","stream":"stderr","time":"` + at + `"}`))
	f.Add([]byte(`{"log":"a","stream":"stderr","Log":"b","time":"` + at + `"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		Time(line)
		l, ok := Split(line)
		if ok && !l.Escaped && !Wraps(line[:l.start]) && l.start < len(line) {
			t.Errorf("the header %q alone is not known", line[:l.start])
		}
		var object map[string]any // a struct's fields would take names in any case
		if ok && l.Escaped && json.Unmarshal(line, &object) == nil && !bytes.Contains(line, []byte(`\u`)) {
			var content string
			json.Unmarshal([]byte(`"`+string(l.Content)+`"`), &content)
			log, _ := object["log"].(string)
			if want := strings.TrimSuffix(log, "\n"); bytes.Count(line, []byte(`"log"`)) == 1 && content != want {
				t.Errorf("%q: content %q, want %q", line, content, want)
			}
		}
	})
}
