package ingest

import "sync/atomic"

// A Source is where entries come from: a followed path or glob, standard input, one file of a report. The followers of
// package tail and the workers write its Stats; a scrape reads them.
type Source struct {
	Name  string // value of the source label: the configured path or glob, "-" for standard input
	ID    int    // index among the sources of the process, the one that metrics.Shard takes
	Stats Stats
}

// Stats are the counts of one source. The counters only grow and are part of the saved state; the gauges are not.
type Stats struct {
	Bytes       atomic.Int64 // bytes read and handed out as lines, or dropped as part of a line that was too long
	Rotations   atomic.Int64 // times that the path began to name another file
	Truncations atomic.Int64 // times that a file became shorter than what was read of it, or was rewritten in place
	ReadErrors  atomic.Int64 // failed opens, stats and reads, absence of the path not included
	LostBytes   atomic.Int64 // bytes known to have been written and never read

	Up          atomic.Int64 // 1 when the source can be read, else 0
	UnreadBytes atomic.Int64 // bytes written and not read yet
	LastRead    atomic.Int64 // wall clock of the last successful read, Unix nanoseconds; 0 = never
}

// A Block is a run of whole lines of one stream. Data is borrowed: it is valid until the next call to Next with the same
// Buffer. Each line ends with '\n', except the last one of a stream that has ended.
type Block struct {
	Data    []byte
	Offset  int64 // of the block in its stream, unpacked, in bytes; blocks of one stream are in the order of their offsets
	TooLong int   // lines of this block that were dropped because they exceed the maximum line length

	// Fields is the #Fields directive of a W3C log that is in force where Data begins, as its line has it; nil where there is none.
	// It stays valid. Directives in Data are for whoever reads the lines.
	Fields []byte
}

// A Stream is one ordered run of bytes: one incarnation of a file, standard input.
//
// A stream is in one place at a time: on the Queue, with the worker that took it, or with its source, which puts it on
// the queue when there is something to read. Next therefore never runs twice at once.
type Stream interface {
	Source() *Source

	// Next reads the next block of whole lines into b. When more can be read at once, it puts the stream back on its
	// queue before it returns, so that a second worker can read on while the first works through the block. The block
	// may be empty. The error is io.EOF once the stream has ended for good; a block may come with it.
	Next(b *Buffer) (Block, error)
}
