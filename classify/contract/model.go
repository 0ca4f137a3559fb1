// Package contract is the contract language: what an API's documentation says about its status codes, read from a contract
// file, a built-in contract, or an OpenAPI document.
//
// A contract is YAML; contract.schema.json is its grammar. A page of codes and a table of routes share one shape: each
// code is a text, its meaning, or a mapping with meaning, description, category, owner, slo, deprecated, max_ratio and
// three lists of conditions:
//
//	only_when    this code only if all of them hold: method, request_header, auth, documented_method, status
//	always_when  if it holds, always this code; each stands alone
//	sends        what the response carries: response_header, body
//
// A code is written 404, 50X, 5XX or default, or as a comma list of these but default; null takes an inherited code away.
// A condition without severity is an error; one without id gets the place where it stands as its id. Beside codes and
// routes a contract has openapi (documents whose operations are added), unmatched, no_response, vendor, undocumented,
// objective and min_errors.
package contract

import "fmt"

// A Contract is one API's documented status codes. It is not changed after it was loaded.
type Contract struct {
	Name   string // value of the api label where the command line does not say another
	File   string // where it was read from; "builtin:agave" for a built-in one
	Digest string // hex digest of everything that was read: the file and what it refers to
	Source Source

	Undocumented Severity // severity of an undocumented response; error by default
	Codes        []Code   // page level, in the order of the file
	Routes       []Route
	Unmatched    Unmatched
	NoResponse   []string // status tokens that no client ever received
	Vendors      []string // vendor packs whose phrases name undocumented codes

	Objective float64            // share of good responses that is promised, 0.999 by default
	MinErrors float64            // floor of the error-budget alerts, 10 by default
	MaxRatio  map[string]float64 // highest documented share by exact code
}

// Source says which documentation the contract restates.
type Source struct {
	Title, URL, Path string
	Standard         string // "rfc9110", "rfc2616" or "none"
}

// A Position is a place in a file. Line and Column count from 1; 0 where there is none.
type Position struct {
	File         string
	Line, Column int
}

// String returns file:line:column, without what is not known.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// A Code is what the contract says about one status code, or about a range of them.
type Code struct {
	Pattern     string // "404", "50X", "5XX" or "default"
	Removed     bool   // null: takes an inherited code away
	Meaning     string
	Description string
	Category    string
	Owner       string
	SLO         SLO // SLOUnset where the contract is silent
	Deprecated  bool
	MaxRatio    float64 // highest documented share of all responses, 0 where the contract is silent; exact codes only
	OnlyWhen    []Check
	AlwaysWhen  []Check
	Sends       []Check
	Pos         Position
}

// maxMeaning is how long a Code's Meaning may be, in characters: it becomes a label value.
const maxMeaning = 64

// A Check is one condition. All of its parts must hold; an empty part asks nothing.
type Check struct {
	// ID names one condition of the contract. Several codes may share a condition: those of a comma list, and those of
	// several operations that ask for the same.
	ID       string
	Severity Severity

	Methods          []string
	RequestHeaders   []Header
	Auth             Presence
	DocumentedMethod *bool
	Status           []string // patterns; of always_when: the answers among which it holds
	Code             string   // of always_when: the codes that it demands, a pattern or a comma list of patterns

	AnyHeader bool // one of RequestHeaders is enough; only the standard's notes use it

	ResponseHeaders []Header // of sends
	Body            Presence // of sends: Absent is "empty"

	Pos Position
}

// A Header is one header of a condition: it must be present, absent, or match a regular expression.
type Header struct {
	Name     string // lower case
	Presence Presence
	Pattern  string // without its slashes; only with Presence Matches
}

// Presence is what a condition asks of a value.
type Presence uint8

const (
	Any Presence = iota
	Present
	Absent
	Matches
)

// A Route is one path template with the methods it applies to.
type Route struct {
	Methods    []string // empty: every method
	Template   string   // "/jobs/{id}"
	Host       string
	Name       string // value of the route label; the template when empty
	Owner      string
	Inherit    bool // page-level codes apply too
	Codes      []Code
	AlwaysWhen []Check
	Deprecated bool
	Pos        Position
	Operation  *Operation // nil where no OpenAPI document has it
}

// An Operation is the place of a route in an OpenAPI document.
type Operation struct {
	File      string   // the document
	Path      string   // key of paths
	Keys      []string // of the path item: get, or additionalOperations and a method
	PathRef   bool     // the path item, or all of paths, is a $ref
	Ref       bool     // the operation, or its responses, are a $ref
	Responses bool     // it has responses
}

// Unmatched says what to expect of requests that no route matches.
type Unmatched struct {
	Expect []string // status patterns; 3XX and 4XX by default
	Label  string   // "unmatched" by default
}

// Severity is how much a broken condition matters. Only SeverityError changes a verdict.
type Severity uint8

const (
	SeverityError Severity = iota
	SeverityWarning
	SeverityInfo
	SeverityOff
)

func (s Severity) String() string { return [...]string{"error", "warning", "info", "off"}[s] }

// SLO says how a response counts against the error budget.
type SLO uint8

const (
	SLOUnset SLO = iota
	SLOGood
	SLOBad
	SLOClient
	SLOIgnore
)

func (s SLO) String() string { return [...]string{"", "good", "bad", "client", "ignore"}[s] }
