package contract

import (
	"net/textproto"
	"strings"
)

// Words returns the conditions of an entry as sentences, one for each.
func (e *Code) Words() []string {
	var all []string
	for i := range e.OnlyWhen {
		all = append(all, "only when "+e.OnlyWhen[i].words()+e.OnlyWhen[i].weight())
	}
	for i := range e.AlwaysWhen {
		all = append(all, e.AlwaysWhen[i].demand())
	}
	for i := range e.Sends {
		all = append(all, "sends "+e.Sends[i].words()+e.Sends[i].weight())
	}
	return all
}

// Words returns the always_when conditions of the route itself as sentences.
func (r *Route) Words() []string {
	var all []string
	for i := range r.AlwaysWhen {
		all = append(all, r.AlwaysWhen[i].demand())
	}
	return all
}

// demand is an always_when in words. The statuses are those among which it holds.
func (k *Check) demand() string {
	among := ""
	if len(k.Status) > 0 {
		among = " among " + strings.Join(k.Status, ", ") + " answers"
	}
	rest := *k
	rest.Status = nil
	when := rest.words()
	if when != "" {
		when = " when " + when
	}
	return "always " + k.Code + when + among + k.weight()
}

// weight names a severity that is not the default.
func (k *Check) weight() string {
	if k.Severity == SeverityError {
		return ""
	}
	return " (" + k.Severity.String() + ")"
}

// words is what a condition asks, without its direction.
func (k *Check) words() string {
	var parts []string
	add := func(s string) { parts = append(parts, s) }
	if len(k.Methods) > 0 {
		add("the method is " + list(k.Methods))
	}
	if k.DocumentedMethod != nil {
		add(map[bool]string{true: "the route documents the method", false: "the route does not document the method"}[*k.DocumentedMethod])
	}
	var headers []string
	for _, h := range k.RequestHeaders {
		headers = append(headers, h.words("the request has"))
	}
	if k.AnyHeader && len(headers) > 1 {
		headers = []string{strings.Join(headers, " or ")}
	}
	parts = append(parts, headers...)
	switch k.Auth {
	case Present:
		add("the request has credentials")
	case Absent:
		add("the request has no credentials")
	}
	if len(k.Status) > 0 {
		add("the status is " + list(k.Status))
	}
	for _, h := range k.ResponseHeaders {
		add(h.words(""))
	}
	switch k.Body {
	case Present:
		add("a body")
	case Absent:
		add("no body")
	}
	return strings.Join(parts, " and ")
}

func (h Header) words(subject string) string {
	s := HeaderName(h.Name)
	switch h.Presence {
	case Absent:
		s = "no " + s
	case Matches:
		s += " like /" + h.Pattern + "/"
	}
	return strings.TrimSpace(subject + " " + s)
}

// HeaderName writes a header name as people do.
func HeaderName(name string) string {
	return strings.NewReplacer("Www-", "WWW-", "Etag", "ETag").Replace(textproto.CanonicalMIMEHeaderKey(name))
}
