package main_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A w3cLog is a log as IIS writes it, with a new head and other columns at each start of the server. All sets of columns are as
// many, and numbers stand where another set has its status: read by the wrong ones, an entry still is one, of another code.
type w3cLog struct {
	path    string
	columns []string // of the head that was written last
	lines   int
	codes   map[string]int
	rotated int
}

// write appends entries, after a head if it is time for one.
func (l *w3cLog) write(rnd *rand.Rand, entries int, head bool) error {
	var b strings.Builder
	if head || l.columns == nil {
		l.columns = []string{"sc-status", "sc-substatus", "sc-win32-status", "sc-bytes"}
		rnd.Shuffle(len(l.columns), func(i, j int) { l.columns[i], l.columns[j] = l.columns[j], l.columns[i] })
		l.lines += 4
		fmt.Fprintf(&b, "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: %v\r\n#Fields: date time cs-method cs-uri-stem cs-uri-query %s time-taken\r\n",
			time.Now().UTC().Format("2006-01-02 15:04:05.000000"), strings.Join(l.columns, " "))
	}
	for range entries {
		values := map[string]string{"sc-status": []string{"200", "200", "404", "500"}[rnd.IntN(4)], "sc-substatus": "418", "sc-win32-status": "503", "sc-bytes": "201"}
		fmt.Fprintf(&b, "2026-11-26 08:%02d:10 GET /%016x -", l.lines/10_000%60, rnd.Uint64())
		for _, c := range l.columns {
			b.WriteString(" " + values[c])
		}
		b.WriteString(" 7\r\n")
		l.codes[values["sc-status"]]++
		l.lines++
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(b.String())
	return err
}

func (l *w3cLog) rotate() error {
	l.rotated++
	l.columns = nil
	return os.Rename(l.path, fmt.Sprintf("%s.%d", l.path, l.rotated))
}

// TestW3CLog follows such a log through heads, rotations and kill -9: each entry counts by its own columns.
func TestW3CLog(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	l := &w3cLog{path: filepath.Join(dir, "u_ex.log"), codes: map[string]int{}}
	if err := l.write(rnd, 5000, true); err != nil {
		t.Fatal(err)
	}
	args := []string{"--access-log.path=" + l.path, "-f=iis", "--access-log.from=beginning", "--storage.path=" + filepath.Join(dir, "state"), "--api.contract=rfc9110"}
	s := underKills(t, args, 400*time.Millisecond, 200*time.Millisecond, func() int {
		for range 1500 {
			err := l.write(rnd, rnd.IntN(40), rnd.IntN(20) == 0)
			if err == nil && rnd.IntN(100) == 0 {
				err = l.rotate()
			}
			if err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
		return l.lines
	})
	t.Logf("written %d lines, %d rotations", l.lines, l.rotated)
	if got := s.by("httpstatus_responses_total", "code"); !maps.Equal(got, l.codes) {
		t.Errorf("codes: counted %v, written %v", got, l.codes)
	}
	if failed := s.by("httpstatus_log_lines_failed_total", "reason"); len(failed) > 0 {
		t.Errorf("failed %v", failed)
	}
}

// TestW3CReport reads such a log of many blocks with several workers, as history, whose blocks are cut once more at each minute
// of the log, and its last lines alone.
func TestW3CReport(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	l := &w3cLog{path: filepath.Join(t.TempDir(), "u_ex.log"), codes: map[string]int{}}
	for range 100 {
		if err := l.write(rnd, rnd.IntN(2000), true); err != nil {
			t.Fatal(err)
		}
	}
	binary := build(t, ".")
	for _, args := range [][]string{{"--workers=3"}, {"--timestamps"}} {
		out, err := exec.Command(binary, append([]string{"report", "-f=iis", "-c=rfc9110", "--output=openmetrics", args[0]}, l.path)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		last := map[string]float64{} // by series
		for _, m := range regexp.MustCompile(`(?m)^httpstatus_responses_total(\{.*\}) (\S+)`).FindAllStringSubmatch(string(out), -1) {
			last[m[1]], _ = strconv.ParseFloat(m[2], 64)
		}
		got := map[string]int{}
		for series, n := range last {
			if n > 0 {
				got[regexp.MustCompile(`code="(.*?)"`).FindStringSubmatch(series)[1]] += int(n)
			}
		}
		if !maps.Equal(got, l.codes) {
			t.Errorf("%v: counted %v, written %v", args, got, l.codes)
		}
	}

	if err := l.write(rnd, 5000, true); err != nil { // its directive is farther from the end than check looks at lines
		t.Fatal(err)
	}
	out, err := exec.Command(binary, "check", "-f=iis", "--access-log.path="+l.path).CombinedOutput()
	if fits := regexp.MustCompile(`; the last [\d,]+ lines: [\d,]+ entries, failed 0, skipped 0\n`); err != nil || !fits.Match(out) {
		t.Errorf("check reads the last lines by other columns than theirs: %v\n%s", err, out)
	}
}
