package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
)

// lookBytes is how much of the end of a file is held against the format: some hundred lines.
const lookBytes = 64 << 10

// A look is what check finds at a path now; checkPath has found what cannot work.
type look struct {
	state    string // in a few words
	warnings []string

	path    string
	parser  *accesslog.Parser
	maxLine int
	files   int
	bytes   int64
	lines   int64 // at the ends of the files
	entries int64 // among them
	failed  map[string]int64
	skipped map[string]int64
	unfit   []string // files of whose last lines none is an entry, and not all are blank or comments
}

// lookAt looks at the files of l, and at their last lines.
func lookAt(l logConfig, c *classify.Classifier, maxLine int) *look {
	k := &look{state: "standard input", path: l.path, maxLine: maxLine, failed: map[string]int64{}, skipped: map[string]int64{}}
	if l.path == "-" {
		return k
	}
	if st, err := os.Stat(l.path); err == nil && st.Mode().Type() == os.ModeNamedPipe {
		k.state = "named pipe"
		return k
	}
	k.parser = newReader(lane{format: l.format, classifier: c}, false).parser
	names, _ := filepath.Glob(l.path)
	if _, err := os.Stat(l.path); err == nil { // whatever its name looks like
		names = []string{l.path}
	}
	for _, name := range names {
		if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() {
			if err := k.file(name); err != nil {
				k.warn("%v", notReadable(err, "not read"))
			}
		}
	}
	k.sum()
	return k
}

func (k *look) warn(format string, args ...any) {
	k.warnings = append(k.warnings, fmt.Sprintf(format, args...))
}

// sum puts what was found into words.
func (k *look) sum() {
	switch {
	case k.files == 0 && len(k.warnings) > 0:
		k.state = "nothing that can be read"
		return
	case k.files == 0:
		k.state = "nothing there yet; it is read from its first byte when it appears"
		return
	case k.files == 1:
		k.state = "readable, " + bytesText(float64(k.bytes))
	default:
		k.state = fmt.Sprintf("%d files, %s", k.files, bytesText(float64(k.bytes)))
	}
	if k.lines > 0 {
		k.state += fmt.Sprintf("; the last %s: %s, failed %s, skipped %s", count(k.lines, "line"), count(k.entries, "entry"), reasons(k.failed), reasons(k.skipped))
	}
	if n := len(k.unfit); n > 0 {
		more := ""
		if n > 1 {
			more = ", nor of " + count(int64(n-1), "more file")
		}
		k.warn("none of the last lines of %s is an entry%s: give -f the format that the server writes", k.unfit[0], more)
	}
}

// file counts how the last lines of a file fit.
func (k *look) file(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	end := make([]byte, min(st.Size(), lookBytes))
	n, err := f.ReadAt(end, st.Size()-int64(len(end)))
	if err != nil && err != io.EOF {
		return err
	}
	magic := make([]byte, ingest.MagicSize)
	if m, _ := f.ReadAt(magic, 0); ingest.DetectCompression(magic[:m]) != ingest.Plain {
		if name == k.path { // what a glob matches besides is passed over
			k.warn("%s is compressed; serve follows plain files, report reads it", name)
		}
		return nil
	}
	k.files++
	k.bytes += st.Size()
	begin := 0 // of the first line that is not cut
	if int64(n) < st.Size() {
		begin = bytes.IndexByte(end[:n], '\n') + 1
	}
	header := ingest.HeaderAfter(io.NewSectionReader(f, 0, st.Size()-int64(len(end)-begin)))
	k.parser.Begin(header.Fields())
	k.fit(name, end[begin:max(begin, bytes.LastIndexByte(end[:n], '\n')+1)])
	return nil
}

// fit holds whole lines against the format.
func (k *look) fit(name string, data []byte) {
	var e accesslog.Entry
	entries, rest := 0, 0
	for line, err := range linesOf(bytes.NewReader(data), k.maxLine) {
		k.lines++
		reason := accesslog.TooLong
		if err == nil {
			reason = k.parser.Parse([]byte(line), &e)
		}
		switch {
		case reason == accesslog.None:
			entries++
			k.entries++
		case reason.Skipped():
			k.skipped[reason.String()]++
		default:
			k.failed[reason.String()]++
		}
		if reason != accesslog.None && reason != accesslog.Blank && reason != accesslog.Comment {
			rest++
		}
	}
	if entries == 0 && rest > 0 {
		k.unfit = append(k.unfit, name)
	}
}
