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
)

func (o Origin) String() string { return [...]string{"unknown", "app", "proxy"}[o] }

// Origin reads who answered from the fact upstream_status: nginx $upstream_status, target_status_code of an AWS load
// balancer, OriginStatus of Traefik. Values are those of Facts. The proxy answered where it asked nobody, or where the last
// one that it asked gave no status. 502 and 504 leave it open: nginx notes them for an upstream that never answered, too.
func (c *Classifier) Origin(values [][]byte) Origin {
	i := slices.Index(c.fields, upstreamStatus)
	if i < 0 || i >= len(values) || values[i] == nil {
		return OriginUnknown
	}
	last := values[i] // "502, 200 : 504": tried one after the other, the last one answered
	if at := bytes.LastIndexAny(last, ",:"); at >= 0 {
		last = last[at+1:]
	}
	switch code := status(bytes.TrimSpace(last)); {
	case code == 502 || code == 504:
		return OriginUnknown
	case code > CodeOther:
		return OriginApp
	}
	return OriginProxy
}
