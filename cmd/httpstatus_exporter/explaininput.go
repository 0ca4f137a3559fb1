package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"

	"httpstatus_exporter/ingest"
)

// hintFile says that an argument which is no entry looks like FILE:LINE or a file.
func hintFile(arg string, s std) {
	name, number, found := cutLast(arg, ':')
	_, err := strconv.Atoi(number)
	_, argErr := os.Stat(arg)
	_, nameErr := os.Stat(name)
	switch {
	case argErr == nil:
		fmt.Fprintf(s.err, "httpstatus_exporter explain: %s is a file; name a line of it, as in %s:1, or pipe it into explain\n", arg, arg)
	case found && err == nil && nameErr == nil:
		fmt.Fprintf(s.err, "httpstatus_exporter explain: %s has no line %s; the first one is %s:1\n", name, number, name)
	case found && err == nil && !strings.ContainsAny(name, " \t\""):
		fmt.Fprintf(s.err, "httpstatus_exporter explain: if %s is meant as FILE:LINE: there is no file %s\n", arg, name)
	}
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// explainInput yields the line that the arguments name, or the lines of standard input. Fields is the #Fields directive of a W3C log
// that is in force at the first of them.
func explainInput(args []string, maxLine int, s std) (lines iter.Seq2[string, error], fields string, err error) {
	switch {
	case len(args) == 0:
		if isTerminal(s.in) {
			fmt.Fprintln(s.err, "Paste access-log lines; Ctrl-D ends.")
		}
		return linesOf(s.in, maxLine), "", nil
	case len(args) > 1:
		return nil, "", fmt.Errorf("found %d arguments; put the line into quotes: explain '%s ...'", len(args), args[0])
	}
	line, lineErr := args[0], error(nil)
	if name, number, ok := fileLine(line); ok {
		if line, fields, lineErr = readLine(name, number, maxLine); lineErr != nil && !errors.Is(lineErr, errTooLong) {
			return nil, "", lineErr
		}
	}
	return func(yield func(string, error) bool) { yield(line, lineErr) }, fields, nil
}

// errTooLong stands for a line that exceeds the maximum length. More lines follow it.
var errTooLong = errors.New("the line exceeds the maximum length")

// linesOf yields the lines of r without their '\n', in no more memory than the longest line that is allowed needs.
func linesOf(r io.Reader, maxLine int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := ingest.NewLines(r, maxLine)
		var buffer ingest.Buffer
		for {
			block, err := in.NextJoined(&buffer)
			for range block.TooLong {
				if !yield("", errTooLong) {
					return
				}
			}
			for line := range bytes.Lines(block.Data) {
				if !yield(string(bytes.TrimSuffix(line, []byte("\n"))), nil) {
					return
				}
			}
			if err != nil {
				if err != io.EOF {
					yield("", err)
				}
				return
			}
		}
	}
}

// fileLine takes FILE:LINE apart; ok only when the file exists, so that no log line is mistaken for one.
func fileLine(arg string) (name string, number int, ok bool) {
	name, after, _ := cutLast(arg, ':')
	n, err := strconv.Atoi(after)
	if err != nil || n < 1 {
		return "", 0, false
	}
	st, err := os.Stat(name)
	return name, n, err == nil && !st.IsDir()
}

// readLine returns a line of a file, and the last #Fields directive before it.
func readLine(name string, number, maxLine int) (line, fields string, err error) {
	f, err := ingest.Open(name)
	if err != nil {
		return "", "", plain(err)
	}
	defer f.Close()
	n := 0
	for line, err := range linesOf(f, maxLine) {
		if err != nil && !errors.Is(err, errTooLong) {
			return "", "", fmt.Errorf("%s: %w", name, err)
		}
		if n++; n == number {
			return line, fields, err
		}
		if strings.HasPrefix(line, "#Fields:") {
			fields = line
		}
	}
	return "", "", fmt.Errorf("%s has %s; there is no line %d", name, count(int64(n), "line"), number)
}
