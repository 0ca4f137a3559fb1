package classify

import (
	"slices"

	"httpstatus_exporter/classify/contract"
)

// OtherMethod is the label of every method that is neither registered nor named by the contract.
const OtherMethod = "_OTHER"

// knownMethods have label values of their own whatever the contract says, in the order of their numbers in methods.find.
var knownMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"}

// The numbers of the methods that rules speak of.
const (
	methodGET     = 0
	methodHEAD    = 1
	methodOPTIONS = 6
)

// methods numbers the methods of one contract.
type methods struct {
	names []string       // knownMethods, what the contract names in alphabetical order, OtherMethod
	own   map[string]int // numbers of the methods that only the contract names; nil when there are none
}

func newMethods(c *contract.Contract) methods {
	var named []string
	add := func(checks []contract.Check) {
		for i := range checks {
			named = append(named, checks[i].Methods...)
		}
	}
	addCodes := func(codes []contract.Code) {
		for i := range codes {
			add(codes[i].OnlyWhen)
			add(codes[i].AlwaysWhen)
		}
	}
	addCodes(c.Codes)
	for i := range c.Routes {
		named = append(named, c.Routes[i].Methods...)
		addCodes(c.Routes[i].Codes)
		add(c.Routes[i].AlwaysWhen)
	}
	slices.Sort(named)
	m := methods{names: slices.Clone(knownMethods)}
	for _, name := range slices.Compact(named) {
		if slices.Contains(knownMethods, name) {
			continue
		}
		if m.own == nil {
			m.own = make(map[string]int)
		}
		m.own[name] = len(m.names)
		m.names = append(m.names, name)
	}
	m.names = append(m.names, OtherMethod)
	return m
}

// other is the number of OtherMethod.
func (m *methods) other() int { return len(m.names) - 1 }

// unknown stands for the method of an unreadable request line: it is labelled OtherMethod, but no condition on the method
// may judge it. It is the last column of every table.
func (m *methods) unknown() int { return len(m.names) }

// find returns the number of a method as logged. Methods are case-sensitive (RFC 9110 section 9.1).
func (m *methods) find(b []byte) int {
	switch string(b) {
	case "GET":
		return methodGET
	case "HEAD":
		return methodHEAD
	case "POST":
		return 2
	case "PUT":
		return 3
	case "PATCH":
		return 4
	case "DELETE":
		return 5
	case "OPTIONS":
		return methodOPTIONS
	case "CONNECT":
		return 7
	case "TRACE":
		return 8
	case "":
		return m.unknown()
	}
	if m.own != nil {
		if i, ok := m.own[string(b)]; ok {
			return i
		}
	}
	return m.other()
}
