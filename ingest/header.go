package ingest

import (
	"bytes"
	"io"
)

// A Header follows the #Fields directives in one stream of a W3C extended log (WD-logfile): they say which columns the lines
// behind them have, and may come again with others anywhere. The zero Header stands at the start of a stream.
//
// Such a log begins with a directive, or its blocks with a date; of other logs nothing but the first bytes of each block is
// looked at. Lines that a container runtime wrapped are none.
type Header struct {
	w3c    bool
	fields []byte // the last directive, without its line end; never written to
}

var fieldsDirective = []byte("#Fields:")

// Pass returns the directive that is in force where data begins, nil where there is none, and goes on to the end of data, the
// next run of whole lines. The result stays valid.
func (h *Header) Pass(data []byte) []byte {
	before := h.fields
	if h.w3c = h.w3c || beginsW3C(data); !h.w3c {
		return nil
	}
	if last := lastFields(data); last != nil && !bytes.Equal(last, before) {
		h.fields = bytes.Clone(last)
	}
	return before
}

// Fields returns the directive that is in force where Pass has come to; nil where there is none.
func (h *Header) Fields() []byte { return h.fields }

// HeaderAfter returns the Header behind all of r. Where r does not begin with a directive nothing but its first byte is read.
func HeaderAfter(r io.Reader) (h Header) {
	first := make([]byte, 1)
	if _, err := io.ReadFull(r, first); err != nil || first[0] != '#' {
		return h
	}
	lines := NewLines(io.MultiReader(bytes.NewReader(first), r), 0)
	var b Buffer
	for {
		block, err := lines.Next(&b)
		h.Pass(block.Data)
		if err != nil {
			return h
		}
	}
}

// beginsW3C reports whether data begins with a directive, or with a date and a separator as the lines of most W3C logs do.
func beginsW3C(data []byte) bool {
	const date = len("2006-01-02")
	return len(data) > 0 && data[0] == '#' ||
		len(data) > date && data[4] == '-' && data[7] == '-' && (data[date] == ' ' || data[date] == '\t')
}

// lastFields returns the last #Fields directive in data, without its line end, or nil.
func lastFields(data []byte) (last []byte) {
	for at := 0; ; at++ {
		i := bytes.IndexByte(data[at:], '#')
		if i < 0 {
			return last
		}
		at += i
		if (at == 0 || data[at-1] == '\n') && bytes.HasPrefix(data[at:], fieldsDirective) {
			last, _, _ = bytes.Cut(data[at:], []byte("\n"))
			last = bytes.TrimSuffix(last, []byte("\r"))
		}
	}
}
