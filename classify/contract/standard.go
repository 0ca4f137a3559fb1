package contract

import "slices"

// A Note is a check of the HTTP standard itself, beside what a contract says. Notes never change a verdict.
type Note struct {
	Codes []string // patterns of the codes that it is about
	Sends bool     // about the response; else it is an only_when
	Check Check    // with Sends, Methods are the requests that it is about
	Why   string   // the sentence of the standard, and where it stands
}

var bodyless = []string{"GET", "HEAD"}

// notes are what RFC 9110 says about a code and a log can show. Section numbers are RFC 9110's; RFC 2616 says the same
// unless is2616 is false.
var notes = []struct {
	Note
	is2616 bool
}{
	{note("interim-not-final", "An interim response is followed by a final one, and only that is logged (15.2)",
		Check{Status: []string{"101"}}, "100", "102", "103", "104"), true},
	{note("switch-needs-upgrade", "A server must not switch to a protocol that the client did not name in Upgrade (7.8)",
		Check{RequestHeaders: present("upgrade")}, "101"), true},
	{sent("no-content-is-empty", "204 ends with its header section (15.3.5)", Check{Body: Absent}, "204"), true},
	{sent("reset-is-empty", "205 must not have content (15.3.6)", Check{Body: Absent}, "205"), true},
	{note("partial-only-on-get", "Range is defined for GET alone and ignored elsewhere (14.2)",
		Check{Methods: []string{"GET"}}, "206"), true},
	{note("partial-needs-range", "206 answers a Range request (15.3.7)", Check{RequestHeaders: present("range")}, "206"), true},
	{sent("redirect-has-location", "A redirect should say where to in Location (15.4)",
		Check{ResponseHeaders: present("location")}, "301", "302", "303", "307", "308"), true},
	{note("not-modified-only-on-get", "304 answers a conditional GET or HEAD (15.4.5)", Check{Methods: bodyless}, "304"), true},
	{note("not-modified-needs-condition", "304 answers a conditional request (15.4.5)",
		Check{RequestHeaders: present("if-none-match", "if-modified-since"), AnyHeader: true}, "304"), true},
	{sent("not-modified-is-empty", "304 ends with its header section (15.4.5)", Check{Body: Absent}, "304"), true},
	{sent("unauthorized-has-challenge", "401 must send WWW-Authenticate (15.5.2)",
		Check{ResponseHeaders: present("www-authenticate")}, "401"), true},
	{sent("not-allowed-has-allow", "405 must send Allow (15.5.6)", Check{ResponseHeaders: present("allow")}, "405"), true},
	{sent("proxy-auth-has-challenge", "407 must send Proxy-Authenticate (15.5.8)",
		Check{ResponseHeaders: present("proxy-authenticate")}, "407"), true},
	{note("unsatisfiable-needs-range", "416 answers a Range request (15.5.17)", Check{RequestHeaders: present("range")}, "416"), true},
	{note("expectation-needs-expect", "417 answers a request with Expect (15.5.18)", Check{RequestHeaders: present("expect")}, "417"), true},
	{sent("upgrade-required-has-upgrade", "426 must send Upgrade (15.5.22)", Check{ResponseHeaders: present("upgrade")}, "426"), false},
	{sent("head-is-empty", "The answer to HEAD has no content (9.3.2)", Check{Methods: []string{"HEAD"}, Body: Absent},
		"2XX", "3XX", "4XX", "5XX"), true},
}

func note(id, why string, c Check, codes ...string) Note {
	c.ID, c.Severity = "rfc-"+id, SeverityInfo
	return Note{Codes: codes, Check: c, Why: why}
}

func sent(id, why string, c Check, codes ...string) Note {
	n := note(id, why, c, codes...)
	n.Sends = true
	return n
}

func present(names ...string) []Header {
	headers := make([]Header, len(names))
	for i, name := range names {
		headers[i] = Header{Name: name, Presence: Present}
	}
	return headers
}

// Notes returns the checks of the standard that the contract cites.
func (c *Contract) Notes() []Note {
	var all []Note
	for _, n := range notes {
		if c.Source.Standard == "rfc9110" || c.Source.Standard == "rfc2616" && n.is2616 {
			all = append(all, n.Note)
		}
	}
	return all
}

// States reports whether an entry asks for the same as a note already does, under an id of its own.
func (c *Code) States(n *Note) bool {
	own := c.OnlyWhen
	if n.Sends {
		own = c.Sends
	}
	return slices.ContainsFunc(own, func(o Check) bool { return o.sameParts(&n.Check) })
}

// Equal reports whether two conditions ask for the same with the same severity, whatever they are called.
func (c *Check) Equal(o *Check) bool { return c.Severity == o.Severity && c.sameParts(o) }

func (c *Check) sameParts(o *Check) bool {
	return slices.Equal(c.Methods, o.Methods) && slices.Equal(c.RequestHeaders, o.RequestHeaders) && c.Auth == o.Auth &&
		sameBool(c.DocumentedMethod, o.DocumentedMethod) && slices.Equal(c.Status, o.Status) && c.Code == o.Code &&
		c.AnyHeader == o.AnyHeader && slices.Equal(c.ResponseHeaders, o.ResponseHeaders) && c.Body == o.Body
}

func sameBool(a, b *bool) bool { return a == b || a != nil && b != nil && *a == *b }
