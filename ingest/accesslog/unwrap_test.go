package accesslog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"httpstatus_exporter/ingest/container"
)

// wrap returns a line as a container runtime keeps it.
func wrap(line []byte, docker, last bool) []byte {
	const at = "2026-11-22T13:34:00.000000001Z"
	if !docker {
		return fmt.Appendf(nil, "%s stdout %s %s", at, []string{"P", "F"}[btoi(last)], line)
	}
	content := string(line)
	if last {
		content += "\n"
	}
	quoted, _ := json.Marshal(content)
	return fmt.Appendf(nil, `{"log":%s,"stream":"stdout","time":"%s"}`, quoted, at)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestUnwrap: a line says the same wrapped and bare; a piece of one says nothing.
func TestUnwrap(t *testing.T) {
	for _, c := range parseCases {
		f := mustCompile(t, c.format)
		bare, wrapped := f.NewParser(f.Fields()), f.NewParser(f.Fields())
		for _, docker := range []bool{false, true} {
			if docker && !json.Valid(wrap([]byte(c.line), docker, true)) || bytes.ContainsRune([]byte(c.line), 0xfffd) {
				continue
			}
			var want, got Entry
			wantReason, gotReason := bare.Parse([]byte(c.line), &want), wrapped.Parse(wrap([]byte(c.line), docker, true), &got)
			if gotReason != wantReason || gotReason == None && (show(&got) != show(&want) || fmt.Sprintf("%q", got.Values) != fmt.Sprintf("%q", want.Values)) {
				if docker && !validText(c.line) {
					continue // Docker replaces what is no UTF-8
				}
				t.Errorf("%s, docker %v: %v %s, want %v %s", c.name, docker, gotReason, show(&got), wantReason, show(&want))
			}
			if reason := wrapped.Parse(wrap([]byte(c.line), docker, false), &got); reason != Partial {
				t.Errorf("%s, docker %v, a piece: %v, want partial", c.name, docker, reason)
			}
		}
	}
}

func validText(s string) bool {
	return bytes.Equal(bytes.ToValidUTF8([]byte(s), []byte("?")), []byte(s))
}

// TestUnwrapOwnFormat: a format that itself begins as a runtime's lines do is not unwrapped.
func TestUnwrapOwnFormat(t *testing.T) {
	f := mustCompile(t, `log_format own escape=json '{"log":"$request","stream":"stdout","status":"$status"}';`)
	var e Entry
	if reason := f.NewParser(nil).Parse([]byte(`{"log":"GET /a HTTP/1.1","stream":"stdout","status":"200"}`), &e); reason != None || string(e.Target) != "/a" || string(e.Status) != "200" {
		t.Errorf("%v %s, want GET /a 200", reason, show(&e))
	}
}

func TestUnwrapAllocatesNothing(t *testing.T) {
	for _, docker := range []bool{false, true} {
		f := mustCompile(t, "combined")
		p := f.NewParser([]string{"req.referer"})
		line := wrap([]byte(`192.0.2.1 - - [22/Nov/2026:13:37:29 +0000] "GET /a?b=c HTTP/1.1" 200 27 "-" "curl/7.88.1"`), docker, true)
		var e Entry
		p.Parse(line, &e)
		if n := testing.AllocsPerRun(100, func() { p.Parse(line, &e) }); n != 0 || string(e.Status) != "200" {
			t.Errorf("docker %v: %v allocations, status %q", docker, n, e.Status)
		}
	}
}

// FuzzUnwrap: any line that is not wrapped says the same when it is.
func FuzzUnwrap(f *testing.F) {
	for i := range fuzzFormats {
		for _, c := range parseCases[:20] {
			f.Add(uint8(i), []byte(c.line), i%2 == 0)
		}
	}
	var formats []*Format
	for _, s := range fuzzFormats {
		formats = append(formats, mustCompile(f, s))
	}
	f.Fuzz(func(t *testing.T, which uint8, line []byte, docker bool) {
		if _, wrapped := container.Split(line); wrapped || bytes.IndexByte(line, '\n') >= 0 || docker && !validText(string(line)) {
			return
		}
		format := formats[int(which)%len(formats)]
		var want, got Entry
		wantReason, gotReason := format.NewParser(nil).Parse(line, &want), format.NewParser(nil).Parse(wrap(line, docker, true), &got)
		if wantReason != gotReason || wantReason == None && show(&want) != show(&got) {
			t.Errorf("%q: wrapped %v %s, bare %v %s", line, gotReason, show(&got), wantReason, show(&want))
		}
	})
}
