package accesslog

import "time"

// An Entry is one request as one access-log line tells it. Its byte slices are borrowed from the line that was parsed, or
// from the Parser where the line had escapes to undo: they are valid until the next Parse and as long as the line is. In
// all of them nil is unknown (the format does not log it) and empty is absent (logged as "-" or as nothing).
type Entry struct {
	Method []byte // as logged; empty where the request line is unreadable
	Target []byte // request target with its query, the server's escapes undone
	Status []byte // status token as logged: "200", "-", "000", "-1"

	// Protocol, Host and Time (as logged; Format.ParseTime reads it) are set only for a Parser that was asked for the
	// fields "protocol", "host" and "time".
	Protocol []byte
	Host     []byte
	Time     []byte

	BodyBytes int64         // size of the response as the format's own field means it (see Format.HasBodyBytes), in bytes; -1 where unknown
	Duration  time.Duration // time to serve the request; -1 where unknown

	// Values has one value for each field that the Parser was made with. The slice itself belongs to the Parser, which
	// writes it anew with each line.
	Values [][]byte
}

// A Reason says why a line is no entry. The zero Reason is none: the line is an entry.
type Reason uint8

// The closed set of reasons. Blank and later ones are skipped lines, which are no access entries and never were; the
// others are failed lines.
const (
	None      Reason = iota
	Malformed        // the line does not fit the format
	Status           // the status field holds neither a number nor a word for none
	Truncated        // the line ends before its status
	TooLong          // the line exceeds the maximum length; counted by the reader
	Encoding         // bytes that no text has where the format's own text should be: a binary file

	Blank   // an empty line
	Comment // a line that begins with '#', or a header
	Message // a line of an error log or another program's message
	Partial // a piece of a line that a container runtime cut; the last piece is the whole line
	reasons
)

// Skipped reports whether a line with this reason counts as skipped, not as failed.
func (r Reason) Skipped() bool { return r >= Blank }

// String returns the value of the reason label.
func (r Reason) String() string {
	return [...]string{"", "malformed", "status", "truncated", "too_long", "encoding", "blank", "comment", "message", "partial"}[r]
}

// Reasons returns all reasons but None.
func Reasons() []Reason {
	all := make([]Reason, 0, reasons-1)
	for r := None + 1; r < reasons; r++ {
		all = append(all, r)
	}
	return all
}
