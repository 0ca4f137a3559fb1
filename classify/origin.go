package classify

import (
	"bytes"
	"slices"
)

// Origin says who answered: the application behind the proxy that writes the log, or the proxy itself.
type Origin uint8

const (
	OriginUnknown Origin = iota // the log does not tell
	OriginApp
	OriginProxy
	Origins // how many there are
)

func (o Origin) String() string { return [...]string{"unknown", "app", "proxy"}[o] }

// The facts that tell the origin, by the names that formats give them. Each stands for itself: a log has those of its
// server.
const (
	// upstreamStatus is the status that the proxy got: nginx $upstream_status, target_status_code of an AWS load balancer,
	// OriginStatus of Traefik.
	upstreamStatus = "upstream_status"
	// terminationState is HAProxy's (configuration manual, 8.5): "----", "SC--", "PR".
	terminationState = "termination_state"
	// responseFlags, responseDetails and upstreamHost are Envoy's %RESPONSE_FLAGS%, %RESPONSE_CODE_DETAILS% and
	// %UPSTREAM_HOST%. The last, alone, is also the server's URL in Traefik's common format.
	responseFlags   = "response_flags"
	responseDetails = "response_code_details"
	upstreamHost    = "upstream_host"
	// edgeResult is CloudFront's x-edge-detailed-result-type, or x-edge-result-type in logs that have only that.
	edgeResult = "edge_result"
)

var originFacts = [...]string{upstreamStatus, terminationState, responseFlags, responseDetails, upstreamHost, edgeResult}

// Origin reads who answered. It is OriginUnknown where nobody did, or where the log leaves it open.
func (c *Classifier) Origin(f *Facts) Origin {
	if status(f.Status) == CodeNone {
		return OriginUnknown
	}
	if v, logged := c.value(f, upstreamStatus); logged {
		return originOfStatus(v, f.Status)
	}
	if v, logged := c.value(f, terminationState); logged {
		return originOfState(v)
	}
	if v, logged := c.value(f, edgeResult); logged {
		return originOfEdge(v)
	}
	host, hostLogged := c.value(f, upstreamHost)
	flags, flagsLogged := c.value(f, responseFlags) // nil where it is not logged
	details, detailsLogged := c.value(f, responseDetails)
	switch {
	case flagsLogged || detailsLogged:
		return originOfEnvoy(status(f.Status), flags, details, host, hostLogged)
	case hostLogged:
		return originOfHost(status(f.Status), host)
	}
	return OriginUnknown
}

// tellsOrigin reports whether the log has a fact that Origin asks for, be it one that leaves it open.
func (c *Classifier) tellsOrigin(f *Facts) bool {
	return slices.ContainsFunc(originFacts[:], func(name string) bool { _, logged := c.value(f, name); return logged })
}

// value returns a fact, and whether the log has it.
func (c *Classifier) value(f *Facts, name string) ([]byte, bool) {
	i, known := slices.BinarySearch(c.fields, name)
	if !known || i >= len(f.Values) || f.Values[i] == nil {
		return nil, false
	}
	return f.Values[i], true
}

// originOfStatus compares what the proxy got with what the client got. A list ("502, 200", "504 : 200") is of attempts, one
// after the other, across groups of servers and internal redirects: the last one counts. 502 and 504 leave it open, for
// nginx notes them for an upstream that never answered, too.
func originOfStatus(upstream, sent []byte) Origin {
	if at := bytes.LastIndexAny(upstream, ",:"); at >= 0 {
		upstream = upstream[at+1:]
	}
	upstream = bytes.TrimSpace(upstream)
	code := status(upstream)
	switch {
	case code == CodeNone, !bytes.Equal(upstream, sent): // nobody was asked, or the answer was replaced
		return OriginProxy
	case code == 502 || code == 504:
		return OriginUnknown
	}
	return OriginApp
}

// originOfState reads the two letters of HAProxy's state. L is an answer of HAProxy's own, whenever it was given; else the
// second letter says how far HAProxy had come: before the header of the server's response was there, the status is its own.
func originOfState(state []byte) Origin {
	if len(state) < 2 {
		return OriginUnknown
	}
	if state[0] == 'L' {
		return OriginProxy
	}
	switch state[1] {
	case 'R', 'Q', 'C', 'H', 'T':
		return OriginProxy
	case 'D', 'L', '-':
		return OriginApp
	}
	return OriginUnknown
}
