package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

// writeLogColumns says what there is to say of the #Fields directive that is in force at the end of a log, and returns the format of
// these columns; without one, or where l reads no W3C log, it is that of l.
func writeLogColumns(w io.Writer, l logConfig) *accesslog.Format {
	if !l.format.ReadsColumns() {
		return l.format
	}
	directive := lastDirective(l.path)
	if directive == nil {
		return l.format
	}
	own, err := accesslog.Compile(string(directive))
	switch {
	case err != nil:
		fmt.Fprintf(w, "    WARNING   the log's own #Fields line: %v\n", err)
	case l.format.Name() == "auto":
		fmt.Fprintln(w, "    the log names its columns: with -f iis, or -f cloudfront, its durations, sizes and headers count, too")
	default:
		fmt.Fprintln(w, "    columns   those of the log's own #Fields line")
		return own
	}
	return l.format
}

// lastDirective returns the last #Fields directive of the file at path; of the files that a glob matches, of the last by name, as
// IIS names them by date.
func lastDirective(path string) []byte {
	names, _ := filepath.Glob(path)
	for i := len(names) - 1; i >= 0; i-- {
		if st, err := os.Stat(names[i]); err != nil || !st.Mode().IsRegular() {
			continue
		}
		f, err := ingest.Open(names[i])
		if err != nil {
			return nil
		}
		defer f.Close()
		header := ingest.HeaderAfter(f)
		return header.Fields()
	}
	return nil
}
