// Package classify holds an entry against a contract and gives its verdict. Pure: it sees facts, not logs, files, clocks
// or metrics.
package classify

import (
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/classify/route"
)

// A Verdict is what the contract says about one response.
type Verdict struct {
	Kind Kind
	// Reason is why it is Undocumented, else ReasonNone. Where the contract says "undocumented: warning" or "info", the
	// Kind of such a response is Documented and the Reason still tells; with "off", nothing does.
	Reason Reason

	Route  int // index into Classifier.Routes
	Method int // index into Classifier.Methods
	Code   int // 100..599, or CodeNone, CodeOther

	// Condition is the error condition that made this a Violation (the first in the order of the file), as an index into
	// Classifier.Conditions; -1 for every other kind.
	Condition int

	SLO    contract.SLO
	Checks []Check // every condition that was asked; valid until the next Classify with the same Verdict, not to be changed

	own     []Check // memory for Checks that no rule has ready
	scratch route.Scratch
}

// A Check is the outcome of one condition.
type Check struct {
	Condition int // index into Classifier.Conditions
	Result    Result
}

// Codes that are no status code.
const (
	CodeNone  = 0 // the token is no status: "-", "0", "000", "-1", "009"
	CodeOther = 1 // a number outside 100..599
)

// Kind is the verdict proper, the value of the verdict label.
type Kind uint8

const (
	Documented Kind = iota
	Undocumented
	Violation
	NoResponse
	Kinds // how many kinds there are
)

func (k Kind) String() string {
	return [...]string{"documented", "undocumented", "violation", "no_response"}[k]
}

// Reason says why a response is undocumented, the value of the reason label.
type Reason uint8

const (
	ReasonNone    Reason = iota
	ReasonCode           // the contract has no entry for the code
	ReasonRoute          // the contract has routes and none matches
	ReasonMethod         // the route does not have the method
	ReasonInvalid        // the number is outside 100..599
	Reasons              // how many reasons there are, None included
)

func (r Reason) String() string {
	return [...]string{"", "code", "route", "method", "invalid"}[r]
}

// Result is the outcome of one condition, the value of the result label.
type Result uint8

const (
	Pass Result = iota
	Fail
	Unknown // a fact that the condition asks for is not logged
	Results // how many results there are
)

func (r Result) String() string { return [...]string{"pass", "fail", "unknown"}[r] }

// A Series is one documented (route, method, code): what is counted from 0 on.
type Series struct {
	Route, Method, Code int // as in Verdict
	Meaning             string
	Category            string
	Owner               string
	SLO                 contract.SLO
}

// ConditionInfo describes one condition of the contract.
type ConditionInfo struct {
	ID       string
	Severity contract.Severity
	Pos      contract.Position
	Fields   []string // facts that it asks for beyond method, status and body size
	Body     bool     // it asks for the size of the body
	Method   bool     // it asks for the method, or by it whether the route documents it
	Routes   bool     // it asks whether the route documents the method: without routes nobody can say
	Codes    []string // patterns of the codes that it is about, as the contract writes them
	Standard string   // of a standard's note: what the standard says, and where; else ""
}

// Class returns the value of the class label: "1xx".."5xx", "none" for CodeNone and CodeOther.
func Class(code int) string {
	if code < 100 || code > 599 {
		return "none"
	}
	return [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[code/100-1]
}

// CodeLabel returns the value of the code label: "100".."599", "none" or "other".
func CodeLabel(code int) string {
	switch {
	case code == CodeNone:
		return "none"
	case code == CodeOther:
		return "other"
	}
	return string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)})
}
