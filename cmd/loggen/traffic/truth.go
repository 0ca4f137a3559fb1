package traffic

// Truth is what the lines made so far say, counted when they were made and not by reading them.
type Truth struct {
	Lines     int64 `json:"lines"`
	Bytes     int64 `json:"bytes"`      // of the log itself, with the line ends
	BodyBytes int64 `json:"body_bytes"` // sum of the sizes that the lines tell

	Statuses map[string]int64 `json:"statuses"` // by status as logged: "200", "009", "000"

	// Requests counts by method and status as logged. The method is "" where the request line is unreadable.
	Requests map[string]map[string]int64 `json:"requests"`

	// Breaks counts, by the condition's id in the built-in contract agave, the lines whose facts break it. A line breaks at
	// most one condition of severity error. Whether a reader can see it depends on the facts that the format logs.
	Breaks map[string]int64 `json:"breaks"`

	OddLines int64            `json:"odd_lines"`
	Odd      map[string]int64 `json:"odd"` // by kind
}

const statuses = 1000

// The conditions that the generator knows; their ids are those of the built-in contract agave.
const (
	createdOnlyOnPutPost = iota
	partialOnlyOnGet
	partialNeedsRange
	movedHasLocation
	notModifiedHasNoBody
	unauthorizedMeansNoCredentials
	forbiddenMeansKnownCaller
	notAcceptableNeedsAccept
	conditions
)

var conditionIDs = [conditions]string{
	"created-only-on-put-post", "partial-only-on-get", "partial-needs-range", "moved-has-location", "not-modified-has-no-body",
	"unauthorized-means-no-credentials", "forbidden-means-known-caller", "not-acceptable-needs-accept",
}

// A tally is the Truth in tables indexed by small numbers.
type tally struct {
	lines, bytes, body int64
	requests           []int64 // by method*statuses + status
	breaks             [conditions]int64
	odd                [64]int64 // by kind + 1; 0 = ordinary
}

func newTally() tally { return tally{requests: make([]int64, int(methods)*statuses)} }

// count adds one line of length bytes.
func (t *tally) count(r *request, length int) {
	t.lines++
	t.bytes += int64(length)
	t.body += r.body
	t.requests[int(r.method)*statuses+r.status]++
	t.odd[r.odd]++
	switch r.status {
	case 201:
		t.broken(createdOnlyOnPutPost, r.method != put && r.method != post)
	case 206:
		t.broken(partialOnlyOnGet, r.method != get)
		t.broken(partialNeedsRange, r.rangeHeader == "")
	case 301:
		t.broken(movedHasLocation, r.location == "")
	case 304:
		t.broken(notModifiedHasNoBody, r.body != 0)
	case 401:
		t.broken(unauthorizedMeansNoCredentials, r.authenticated)
	case 403:
		t.broken(forbiddenMeansKnownCaller, !r.authenticated)
	case 406:
		t.broken(notAcceptableNeedsAccept, r.accept == "")
	}
}

func (t *tally) broken(condition int, is bool) {
	if is {
		t.breaks[condition]++
	}
}

func (t *tally) truth(kinds []oddity) Truth {
	all := Truth{
		Lines: t.lines, Bytes: t.bytes, BodyBytes: t.body, OddLines: t.lines - t.odd[0],
		Statuses: map[string]int64{}, Requests: map[string]map[string]int64{}, Breaks: map[string]int64{}, Odd: map[string]int64{},
	}
	for i, n := range t.requests {
		if n == 0 {
			continue
		}
		name, status := methodNames[i/statuses], string(appendStatus(nil, i%statuses))
		if all.Requests[name] == nil {
			all.Requests[name] = map[string]int64{}
		}
		all.Requests[name][status] += n
		all.Statuses[status] += n
	}
	for i, n := range t.breaks {
		all.Breaks[conditionIDs[i]] = n
	}
	for i, kind := range kinds {
		all.Odd[kind.name] = t.odd[i+1]
	}
	return all
}
