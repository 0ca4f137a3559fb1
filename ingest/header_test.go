package ingest

import (
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// inForce says, the obvious way, which directive is in force at each line of data, and at its end.
func inForce(data, directive string) (all []string) {
	for line := range strings.Lines(data) {
		all = append(all, directive)
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, "#Fields:") {
			directive = strings.TrimSuffix(line, "\r")
		}
	}
	return append(all, directive)
}

// byBlocks says the same by the blocks that a Lines makes of r.
func byBlocks(t *testing.T, r io.Reader, maxLine int) (all []string) {
	lines := NewLines(r, maxLine)
	var b Buffer
	for {
		block, err := lines.NextJoined(&b)
		in := inForce(string(block.Data), string(block.Fields))
		if err == io.EOF {
			return append(all, in...)
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, in[:len(in)-1]...)
	}
}

var headerCases = []struct {
	name, log string
	want      string // what is in force at the end
}{
	{"none", "a\nb\n", ""},
	{"at the start", "#Software: x\n#Fields: date time\n1 2\n", "#Fields: date time"},
	{"with a carriage return", "#Fields: a\r\n1\r\n", "#Fields: a"},
	{"again, with others", "#Fields: a\n1\n#Fields: b\n2\n", "#Fields: b"},
	{"in the middle of a line", "#Fields: a\nx #Fields: b\n2\n", "#Fields: a"},
	{"a log that begins with its lines", "2026-11-26 10:00:00 1\n#Fields: b\n2\n", "#Fields: b"},
	{"with tabs", "2026-11-26\t10:00:00 1\n#Fields: b\n2\n", "#Fields: b"},
	{"a log of another kind", "192.0.2.1 - -\n#Fields: b\n2\n", ""},
	{"a log of another kind with dates", "2026-11-26T10:00:00Z x\n#Fields: b\n2\n", ""},
	{"no end of line yet", "#Fields: a", "#Fields: a"},
	{"not the whole word", "#Fields\n#fields: a\n", ""},
}

func TestHeader(t *testing.T) {
	for _, c := range headerCases {
		t.Run(c.name, func(t *testing.T) {
			var h Header
			if before := h.Pass([]byte(c.log)); before != nil {
				t.Errorf("before the first line %q is in force", before)
			}
			if got := string(h.Fields()); got != c.want {
				t.Errorf("at the end %q is in force, want %q", got, c.want)
			}
			after := HeaderAfter(iotest.OneByteReader(strings.NewReader(c.log)))
			if want := c.want; c.log[0] == '#' && string(after.Fields()) != want {
				t.Errorf("HeaderAfter has %q, want %q", after.Fields(), want)
			}
		})
	}
}

// TestHeaderReadsOthersNot: of a log that does not begin with a directive HeaderAfter reads one byte.
func TestHeaderReadsOthersNot(t *testing.T) {
	r := strings.NewReader(strings.Repeat("192.0.2.1 - - \n", 1000))
	size := r.Len()
	HeaderAfter(r)
	if read := size - r.Len(); read != 1 {
		t.Errorf("read %d bytes, want 1", read)
	}
}

// TestHeaderStays: a directive that was handed out is not changed by those that come later.
func TestHeaderStays(t *testing.T) {
	var h Header
	block := []byte("#Fields: a\n1\n")
	h.Pass(block)
	first := h.Pass([]byte("#Fields: b\n"))
	copy(block, "overwritten")
	h.Pass([]byte("#Fields: c\n"))
	if string(first) != "#Fields: a" {
		t.Errorf("the first directive became %q", first)
	}
}

func TestHeaderAllocatesNothing(t *testing.T) {
	block := []byte("#Fields: a\n" + strings.Repeat("2026-11-26 10:00:00 #\n", 100))
	var h Header
	h.Pass(block)
	if n := testing.AllocsPerRun(10, func() { h.Pass(block) }); n != 0 {
		t.Errorf("%v allocations for a block whose directive is known, want none", n)
	}
}

// FuzzHeader: however a log that begins with a directive is cut into blocks, each line gets the directive before it.
func FuzzHeader(f *testing.F) {
	for _, c := range headerCases {
		f.Add(c.log, uint8(len(c.log)))
	}
	f.Add("#Fields: a\n\n\n#Fields: b\n"+strings.Repeat("1\n", 40)+"#Fields: c\n2\n", uint8(20))
	f.Fuzz(func(t *testing.T, log string, maxLine uint8) {
		log = "#\n" + log
		longest := 0
		for line := range strings.Lines(log) {
			longest = max(longest, len(line))
		}
		want := inForce(log, "")
		if got := byBlocks(t, iotest.HalfReader(strings.NewReader(log)), longest+int(maxLine)); !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %q\nwant %q", log, got, want)
		}
		if h := HeaderAfter(strings.NewReader(log)); string(h.Fields()) != want[len(want)-1] {
			t.Errorf("%q: HeaderAfter has %q, want %q", log, h.Fields(), want[len(want)-1])
		}
	})
}
