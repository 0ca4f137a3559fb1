package ingest

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// referenceLines is the obvious way to cut an input: the lines that fit, in order, and how many did not.
func referenceLines(in []byte, maxLine int) (lines []string, tooLong int) {
	for len(in) > 0 {
		i := bytes.IndexByte(in, '\n')
		end, size := i+1, i
		if i < 0 {
			end, size = len(in), len(in)
		}
		if size > maxLine {
			tooLong++
		} else {
			lines = append(lines, string(in[:end]))
		}
		in = in[end:]
	}
	return lines, tooLong
}

// readLines reads everything that r holds; the lines as they come in blocks.
func readLines(t testing.TB, r io.Reader, maxLine int) (data []byte, tooLong int) {
	t.Helper()
	var b Buffer
	l := NewLines(r, maxLine)
	for {
		block, err := l.Next(&b)
		data = append(data, block.Data...)
		tooLong += block.TooLong
		if err == io.EOF {
			return data, tooLong
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		if n := len(block.Data); n > 0 && block.Data[n-1] != '\n' {
			t.Fatalf("block ends with %q before the end of the input", block.Data[n-1])
		}
	}
}

// cutReader gives its input in pieces whose sizes repeat.
type cutReader struct {
	in    []byte
	sizes []byte
	i     int
}

func (r *cutReader) Read(p []byte) (int, error) {
	if len(r.in) == 0 {
		return 0, io.EOF
	}
	n := 1
	if len(r.sizes) > 0 {
		n += int(r.sizes[r.i%len(r.sizes)])
		r.i++
	}
	n = copy(p, r.in[:min(n, len(r.in))])
	r.in = r.in[n:]
	return n, nil
}

func checkLines(t *testing.T, in []byte, r io.Reader, maxLine int) {
	t.Helper()
	got, gotLong := readLines(t, r, maxLine)
	lines, wantLong := referenceLines(in, maxLine)
	if want := strings.Join(lines, ""); string(got) != want || gotLong != wantLong {
		t.Errorf("max %d: got %.200q and %d too long, want %.200q and %d", maxLine, got, gotLong, want, wantLong)
	}
}

func TestLinesAnyCut(t *testing.T) {
	inputs := []string{
		"", "\n", "\n\n", "a", "a\n", "a\nb", "abc\ndefgh\n\nij\r\nk\x00l\xff\n", "abcd\nabcde\nabcdef\nabcd",
		strings.Repeat("x", 100), strings.Repeat("x", 100) + "\ny\n", "abcde" + strings.Repeat("\n", 9),
	}
	for _, in := range inputs {
		for _, maxLine := range []int{1, 4, 5, 6, 1000} {
			for size := range 8 {
				checkLines(t, []byte(in), &cutReader{in: []byte(in), sizes: []byte{byte(size)}}, maxLine)
			}
			checkLines(t, []byte(in), iotest.DataErrReader(strings.NewReader(in)), maxLine)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("abc\ndef\n"), []byte{0}, uint16(3))
	f.Add([]byte("abcdefgh\n\nij"), []byte{2, 0, 5}, uint16(4))
	f.Add(bytes.Repeat([]byte("x"), 600), []byte{255}, uint16(500))
	f.Fuzz(func(t *testing.T, in, sizes []byte, maxLine uint16) {
		checkLines(t, in, &cutReader{in: in, sizes: sizes}, int(maxLine)+1)
	})
}

func TestLinesLong(t *testing.T) {
	// Lines around every size at which the buffer changes.
	for _, size := range []int{BlockSize - 1, BlockSize, BlockSize + 1, 2 * BlockSize, DefaultMaxLine - 1, DefaultMaxLine, DefaultMaxLine + 1, 3 << 20} {
		in := []byte("a\n" + strings.Repeat("x", size) + "\nb\n" + strings.Repeat("y", size) + "\nc\n")
		checkLines(t, in, bytes.NewReader(in), DefaultMaxLine)
	}
}

func TestLinesResume(t *testing.T) {
	l := NewLines(strings.NewReader("rest of a dropped line\nabc\n"), 100)
	l.Resume(1000, true)
	var b Buffer
	block, err := l.Next(&b)
	if string(block.Data) != "abc\n" || block.TooLong != 0 || err != nil || l.Offset() != 1027 {
		t.Errorf("got %q, %d, %v, offset %d", block.Data, block.TooLong, err, l.Offset())
	}
}

type endless struct{ left int64 }

func (r *endless) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), r.left))
	for i := range p[:n] {
		p[i] = 'x'
	}
	r.left -= int64(n)
	return n, nil
}

func TestLinesGiantLineIsFlat(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	data, tooLong := readLines(t, io.MultiReader(&endless{256 << 20}, strings.NewReader("\nok\n")), 0)
	runtime.ReadMemStats(&after)
	if string(data) != "ok\n" || tooLong != 1 {
		t.Errorf("got %q, %d too long; want the line after the giant, 1", data, tooLong)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("allocated %d bytes for a line of 256 MiB, want at most 8 MiB", got)
	}
}

func TestBufferShrinks(t *testing.T) {
	var b Buffer
	b.Bytes(1 << 20)
	b.Bytes(1000)
	if cap(b.data) < 1<<20 {
		t.Error("the buffer shrank at once")
	}
	for range shrinkAfter {
		b.Bytes(BlockSize)
	}
	if cap(b.data) > BlockSize+smallSlack {
		t.Errorf("capacity is %d after %d small blocks", cap(b.data), shrinkAfter)
	}
	if n := testing.AllocsPerRun(100, func() { b.Bytes(BlockSize + 512) }); n != 0 {
		t.Errorf("%v allocations per block, want 0", n)
	}
}

func BenchmarkLines(b *testing.B) {
	line := strings.Repeat("x", 222) + "\n"
	in := []byte(strings.Repeat(line, 64<<20/len(line)))
	for _, name := range []string{"blocks", "plain read"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			var buf Buffer
			for b.Loop() {
				if name == "plain read" {
					for r := bytes.NewReader(in); ; {
						if _, err := r.Read(buf.Bytes(BlockSize)); err != nil {
							break
						}
					}
					continue
				}
				for l := NewLines(bytes.NewReader(in), 0); ; {
					if _, err := l.Next(&buf); err != nil {
						break
					}
				}
			}
		})
	}
}
