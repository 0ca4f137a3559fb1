package contract

import (
	"cmp"
	"slices"
)

// A Finding is one thing in a contract that is probably not meant so, though the contract can be used.
type Finding struct {
	Pos        Position
	Rule       string   // one of LintRules
	Severity   Severity // SeverityWarning or SeverityInfo
	Message    string   // what was found
	Suggestion string   // what would be right
}

// A LintRule is one question that Lint asks.
type LintRule struct{ ID, Summary string }

// The rules, by id.
const (
	ruleMissing      = "missing-code"
	ruleRetryAfter   = "retry-after"
	rulePhrase       = "wrong-phrase"
	ruleOldPhrase    = "old-phrase"
	ruleCategory     = "category-of-class"
	ruleUnregistered = "unregistered-code"
	ruleObsoleteCode = "obsolete-code"
	ruleObsoleteRFC  = "obsolete-rfc"
	ruleInterim      = "interim-code"
	ruleUnreachable  = "unreachable-entry"
	ruleShadowed     = "shadowed-route"
	ruleNotation     = "route-notation"
	ruleNever        = "condition-never-holds"
	ruleUnasked      = "condition-never-asked"
	ruleStricter     = "stricter-than-standard"
	ruleLaxer        = "laxer-than-standard"
)

// LintRules returns every rule of Lint.
func LintRules() []LintRule {
	return []LintRule{
		{ruleMissing, "A code that nearly every API answers is not documented (the lists of KICS and of Spectral's OWASP rules)."},
		{ruleRetryAfter, "429 does not say when to come back (RFC 6585, 4)."},
		{rulePhrase, "The meaning is the registered phrase of another code."},
		{ruleOldPhrase, "The meaning is a phrase that the registry has replaced."},
		{ruleCategory, "The category is not that of the code's class (RFC 9110, 15)."},
		{ruleUnregistered, "The code is not in the IANA registry."},
		{ruleObsoleteCode, "The registry calls the code unused, deprecated or obsoleted."},
		{ruleObsoleteRFC, "The documentation cites an RFC that another one has replaced."},
		{ruleInterim, "An interim response is followed by a final one, and only that is logged (RFC 9110, 15.2)."},
		{ruleUnreachable, "The entry is never looked up: narrower ones cover all of its codes."},
		{ruleShadowed, "The route matches the same requests as another."},
		{ruleNotation, "The path is written as a router or a gateway writes it: parts of it are taken literally."},
		{ruleNever, "The condition cannot hold, so every response that it is asked of breaks it."},
		{ruleUnasked, "The condition is never asked."},
		{ruleStricter, "The condition asks more than the standard."},
		{ruleLaxer, "The documentation allows what the standard rules out."},
	}
}

// Lint returns what is probably not meant as the contract says it, in the order of the file.
func Lint(c *Contract) []Finding {
	l := &linter{contract: c}
	l.expected()
	l.source()
	for i := range c.Codes {
		l.code(&c.Codes[i], nil)
	}
	for i := range c.Routes {
		l.notation(&c.Routes[i])
		for j := range c.Routes[i].Codes {
			l.code(&c.Routes[i].Codes[j], &c.Routes[i])
		}
	}
	for _, p := range c.Places() {
		l.reach(&p)
		l.always(&p)
	}
	l.shadowed()
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(l.findings)
}

type linter struct {
	contract *Contract
	findings []Finding
}

func (l *linter) add(pos Position, rule string, s Severity, message, suggestion string) {
	l.findings = append(l.findings, Finding{pos, rule, s, message, suggestion})
}

// code looks at one entry by itself.
func (l *linter) code(e *Code, r *Route) {
	if e.Removed {
		return
	}
	l.phrase(e)
	l.category(e)
	l.registered(e, r)
	l.interim(e)
	l.cites(e.Pos, e.Description)
	l.retryAfter(e)
	l.contradictions(e, r)
	l.stricter(e)
	l.laxer(e, r)
}
