package container

import (
	"bytes"
	"slices"
)

// A Joiner puts the pieces of long lines together, in the order in which one container wrote them: through all blocks of a
// file and all files of a rotation. The zero Joiner with MaxLine set is ready to use.
type Joiner struct {
	MaxLine int // longest content of a joined line in bytes, as it is wrapped

	wrapped bool
	open    [len(streams)]Open
}

// An Open is what has come of a line whose last piece has not.
type Open struct {
	Stream  string `json:"stream"`
	Content []byte `json:"content,omitempty"`
	TooLong bool   `json:"too_long,omitempty"` // its content was let go

	pieces int
}

// Join returns data, which is a run of whole lines, with the content of the pieces before it in the last piece of each line.
// The pieces stay, so that every line can still be counted: Split says that they are Partial. A line that becomes too long
// is left out and counted. Data that has nothing to join is returned as it is, else the result is new memory.
func (j *Joiner) Join(data []byte) (joined []byte, tooLong int) {
	if !j.wrapped {
		if !Wraps(firstLine(data)) {
			return data, 0
		}
		j.wrapped = true
	}
	same := 0 // data before this offset is in joined
	for start := 0; start < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		line := data[start:end]
		l, ok := Split(bytes.TrimSuffix(line, []byte("\n")))
		switch {
		case !ok:
		case l.Partial:
			j.add(&l)
		case j.open[l.stream].pieces > 0:
			o := j.open[l.stream]
			j.open[l.stream] = Open{}
			if joined == nil {
				joined = make([]byte, 0, len(data)+len(o.Content))
			}
			joined = append(joined, data[same:start]...)
			same = end
			if o.TooLong || len(o.Content)+len(l.Content) > j.MaxLine {
				tooLong++
			} else {
				joined = append(joined, line[:l.start]...)
				joined = append(joined, o.Content...)
				joined = append(joined, line[l.start:]...)
			}
		}
		start = end
	}
	if same == 0 {
		return data, tooLong
	}
	return append(joined, data[same:]...), tooLong
}

// add appends a piece to the line that is open in its stream.
func (j *Joiner) add(l *Line) {
	o := &j.open[l.stream]
	o.pieces++
	if o.TooLong = o.TooLong || len(o.Content)+len(l.Content) > j.MaxLine; o.TooLong {
		o.Content = nil
		return
	}
	o.Content = append(o.Content, l.Content...)
}

// Wrapped reports whether a wrapped line has been seen.
func (j *Joiner) Wrapped() bool { return j.wrapped }

// Open returns the lines that have begun and not ended, for a saved state. It owns the memory.
func (j *Joiner) Open() []Open {
	var open []Open
	for i, o := range j.open {
		if o.pieces > 0 {
			o.Stream, o.Content = streams[i], bytes.Clone(o.Content)
			open = append(open, o)
		}
	}
	return open
}

// Take returns what Open does, and forgets it.
func (j *Joiner) Take() []Open {
	open := j.Open()
	j.open = [len(streams)]Open{}
	return open
}

// Resume makes a Joiner go on with what Open or Take returned.
func (j *Joiner) Resume(open []Open) {
	for _, o := range open {
		if i := slices.Index(streams[:], o.Stream); i >= 0 {
			j.wrapped = true
			o.pieces = 1
			j.open[i] = o
		}
	}
}

func firstLine(data []byte) []byte {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return data[:i]
	}
	return data
}
