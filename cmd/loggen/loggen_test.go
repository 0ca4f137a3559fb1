package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"httpstatus_exporter/cmd/loggen/traffic"
)

func loggen(t testing.TB, args ...string) (stdout string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), args, &out, &errs); code != 0 {
		t.Fatalf("loggen %q: exit %d: %s", args, code, &errs)
	}
	return out.String()
}

func lines(s string) []string { return slices.Collect(strings.Lines(s)) }

func TestCommandLineMakesTheGeneratorsLines(t *testing.T) {
	g, err := traffic.New(9, traffic.Options{Format: "json", Odd: 0.1, Errors: 0.2, Violations: 0.3})
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for range 1000 {
		want = g.AppendLine(want)
	}
	truth := filepath.Join(t.TempDir(), "truth.json")
	got := loggen(t, "--seed=9", "-n1000", "--format=json", "--odd=0.1", "--errors=0.2", "--violations=0.3", "--truth="+truth)
	if got != string(want) {
		t.Error("standard output is not what the generator makes")
	}
	var told traffic.Truth
	text, err := os.ReadFile(truth)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(told) != fmt.Sprint(g.Truth()) {
		t.Errorf("truth file %+v, want %+v", told, g.Truth())
	}
}

func TestOutputIsAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	loggen(t, "-n10", "-o", path)
	loggen(t, "-n10", "-o", path, "--torn")
	text, _ := os.ReadFile(path)
	half := len(text) / 2
	if len(lines(string(text))) != 20 || !bytes.Equal(text[:half], text[half:]) {
		t.Errorf("got %d lines in %d bytes", len(lines(string(text))), len(text))
	}
}

// Whatever the rotation does, the files together hold each line exactly once, and none is cut.
func TestRotationKeepsEachLineOnce(t *testing.T) {
	for _, args := range [][]string{
		{"--rotation=rename"},
		{"--rotation=rename", "--linger=12ms"},
		{"--rotation=rename", "--linger=12ms", "--torn"},
		{"--rotation=rename", "--linger=1h", "--torn"},
		{"--rotation=copytruncate"},
		{"--rotation=copytruncate", "--torn"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			const n = 3000
			common := []string{"--seed=4", fmt.Sprint("-n", n), "--rate=15000", "--odd=0"}
			loggen(t, append(common, append(args, "--rotate-every=30ms", "-o", filepath.Join(dir, "log"))...)...)
			files, err := filepath.Glob(filepath.Join(dir, "log*"))
			if err != nil || len(files) < 2 {
				t.Fatalf("files: %v, %v", files, err)
			}
			var got []string
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, lines(string(text))...)
			}
			want := lines(loggen(t, common...))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%d lines in %d files, want %d", len(got), len(files), len(want))
			}
		})
	}
}

// A recorder keeps each write apart.
type recorder struct{ writes [][]byte }

func (r *recorder) Write(p []byte) (int, error) {
	r.writes = append(r.writes, bytes.Clone(p))
	return len(p), nil
}

func TestTornWritesReassemble(t *testing.T) {
	var whole, torn recorder
	args := []string{"-n", "2000", "--rate=200000"}
	if code := run(t.Context(), args, &whole, os.Stderr); code != 0 {
		t.Fatal(code)
	}
	if code := run(t.Context(), append(args, "--torn"), &torn, os.Stderr); code != 0 {
		t.Fatal(code)
	}
	if !bytes.Equal(bytes.Join(whole.writes, nil), bytes.Join(torn.writes, nil)) {
		t.Error("the pieces do not make the same log")
	}
	cut := 0
	for _, w := range torn.writes {
		if !bytes.HasSuffix(w, []byte("\n")) {
			cut++
		}
	}
	if cut < 100 {
		t.Errorf("%d of %d writes end inside a line", cut, len(torn.writes))
	}
	for _, w := range whole.writes {
		if len(w) > 0 && !bytes.HasSuffix(w, []byte("\n")) {
			t.Errorf("a whole write ends in %q", w[len(w)-10:])
		}
	}
}

// The end that --duration sets has exactly the lines that are due then, however late the last tick came.
func TestRateAndDuration(t *testing.T) {
	if n := len(lines(loggen(t, "--rate=2000", "--duration=150ms"))); n != 300 {
		t.Errorf("%d lines, want 300", n)
	}
	loggen(t, "--duration=20ms") // ends at full speed, too
}

func TestSignalEndsInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir := t.TempDir()
	path, truth := filepath.Join(dir, "log"), filepath.Join(dir, "truth")
	go func() { // the signal comes when something is written
		for ctx.Err() == nil {
			if info, err := os.Stat(path); err == nil && info.Size() > 0 {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if code := run(ctx, []string{"--rate=10000", "--torn", "-o", path, "--truth", truth}, nil, os.Stderr); code != 0 {
		t.Fatalf("exit %d", code)
	}
	text, _ := os.ReadFile(path)
	told, _ := os.ReadFile(truth)
	if want := fmt.Sprintf(`"bytes": %d,`, len(text)); !strings.Contains(string(told), want) || !bytes.HasSuffix(text, []byte("\n")) {
		t.Errorf("%d bytes written, truth: %s", len(text), told)
	}
}

func TestBadCommandLine(t *testing.T) {
	for _, row := range []struct {
		args string
		code int
		want string
	}{
		{"--format=$nothing", 2, "cannot make up variable $nothing"},
		{"--rotation=shred", 2, "want rename or copytruncate"},
		{"--rotate-every=1s", 2, "needs --output=FILE"},
		{"--linger=1s --rotation=copytruncate", 2, "--linger needs --rotation=rename"},
		{"--rate=-1", 2, "must not be negative"},
		{"--start=noon", 2, "--start"},
		{"--odd=2", 2, "share of odd is 2"},
		{"surplus", 2, `unexpected argument "surplus"`},
		{"--nosuch", 2, "unknown flag"},
		{"-n1 -o /nonexistent/log", 1, "no such file or directory"},
		{"--help", 0, "--rotate-every"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(row.args), &out, &errs); code != row.code || !strings.Contains(errs.String(), row.want) {
			t.Errorf("loggen %s: exit %d, want %d; said %q, want %q", row.args, code, row.code, &errs, row.want)
		}
	}
}

func BenchmarkFlatOut(b *testing.B) {
	path := filepath.Join(b.TempDir(), "log")
	for b.Loop() {
		os.Remove(path)
		loggen(b, "-n50000", "-o", path)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportMetric(50000*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
