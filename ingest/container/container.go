// Package container reads the lines in which container runtimes keep what a program writes. Pure.
//
// Kubernetes' runtimes (containerd, CRI-O) and podman put the time, the stream and tags before it; Docker's json-file
// driver makes an object of it:
//
//	2026-11-22T13:34:00.000000000Z stdout F 192.0.2.1 - - [22/Nov/2026:13:34:00 +0000] "GET / HTTP/1.1" 200 2
//	{"log":"192.0.2.1 - - [22/Nov/2026:13:34:00 +0000] \"GET / HTTP/1.1\" 200 2\n","stream":"stdout","time":"..."}
//
// Both cut a line of more than 16 KiB into pieces, each of them wrapped by itself, with pieces of the other stream
// between: all but the last have the tag P instead of F, or lack the \n. A Joiner puts them together again.
//
// Sources: the CRI logging format (kubernetes/design-proposals-archive, node/kubelet-cri-logging.md, and kubernetes
// pkg/kubelet/kuberuntime/logs), moby daemon/logger/jsonfilelog and daemon/logger/copier.go.
package container

import (
	"bytes"
	"time"
)

// A Line is one wrapped line taken apart. Its slices are borrowed from the line.
type Line struct {
	Content []byte // what the program wrote, without its line end; as Docker escaped it where Escaped
	Escaped bool   // Content is the inside of a JSON string
	Partial bool   // a piece that another one of the same stream continues
	stream  uint8  // index in streams
	start   int    // of Content in the line
}

// streams are the names of what a program writes to.
var streams = [...]string{"stdout", "stderr"}

const dockerStart = `{"log":"`

// Split takes a wrapped line, without its line end, apart. It reports whether it is one.
func Split(line []byte) (Line, bool) {
	switch {
	case len(line) <= len(dockerStart):
	case line[0] == '{':
		return splitDocker(line)
	case line[4] == '-':
		return splitCRI(line)
	}
	return Line{}, false
}

// Wraps reports whether the first bytes of a file, a whole header at least, are those of a wrapped line.
func Wraps(head []byte) bool {
	if bytes.HasPrefix(head, []byte(dockerStart)) {
		return true
	}
	_, ok := Split(head)
	return ok
}

// Time returns when the first of some wrapped lines was written. The bytes given begin with it; in Docker's format they must
// hold it whole.
func Time(head []byte) (time.Time, bool) {
	at := head[:max(0, bytes.IndexByte(head, ' '))]
	if bytes.HasPrefix(head, []byte(dockerStart)) {
		at = dockerTime(head)
	}
	t, err := time.Parse(time.RFC3339Nano, string(at))
	return t, err == nil
}

func dockerTime(line []byte) []byte {
	const key = `,"time":"`
	line = firstLine(line)
	end := max(0, stringEnd(line, len(dockerStart)))
	i := bytes.LastIndex(line[end:], []byte(key))
	if i < 0 {
		return nil
	}
	at := line[end+i+len(key):]
	return at[:max(0, bytes.IndexByte(at, '"'))]
}

// splitCRI: the longest time that RFC 3339 allows with nanoseconds has 35 bytes.
func splitCRI(line []byte) (l Line, ok bool) {
	at := bytes.IndexByte(line[:min(len(line), 36)], ' ')
	if at < len("2006-01-02T15:04:05Z") || line[7] != '-' || line[10] != 'T' || line[13] != ':' {
		return l, false
	}
	rest := line[at+1:]
	if l.stream, ok = streamOf(rest); !ok || len(rest) < len("stdout F") || rest[6] != ' ' {
		return l, false
	}
	tags := rest[7:]
	end := bytes.IndexByte(tags, ' ')
	if end < 0 {
		end = len(tags)
	}
	switch {
	case tags[0] != 'F' && tags[0] != 'P', end > 1 && tags[1] != ':':
		return l, false
	}
	l.Partial = tags[0] == 'P'
	l.start = min(at+8+end+1, len(line))
	l.Content = line[l.start:]
	return l, true
}

// splitDocker reads the keys in the order in which Docker writes them: log, stream, and then others.
func splitDocker(line []byte) (l Line, ok bool) {
	if string(line[:len(dockerStart)]) != dockerStart {
		return l, false
	}
	l.start, l.Escaped = len(dockerStart), true
	end := stringEnd(line, l.start)
	if end < 0 {
		return l, false
	}
	const key = `","stream":"`
	if !bytes.HasPrefix(line[end:], []byte(key)) {
		return l, false
	}
	if l.stream, ok = streamOf(line[end+len(key):]); !ok {
		return l, false
	}
	l.Content = line[l.start:end]
	if n := end - 2; n >= l.start && string(line[n:end]) == `\n` && !escaped(line[l.start:n]) {
		l.Content = line[l.start:n]
	} else {
		l.Partial = true
	}
	return l, true
}

func streamOf(b []byte) (uint8, bool) {
	for i, name := range streams {
		if len(b) >= len(name) && string(b[:len(name)]) == name {
			return uint8(i), true
		}
	}
	return 0, false
}

// stringEnd returns the offset of the quote that ends the JSON string whose inside begins at start, -1 if none does.
func stringEnd(b []byte, start int) int {
	for at := start; ; at++ {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 {
			return -1
		}
		if at += i; !escaped(b[start:at]) {
			return at
		}
	}
}

// escaped reports whether the byte behind b has a backslash that is not itself escaped before it.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}
