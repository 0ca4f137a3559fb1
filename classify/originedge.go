package classify

import "slices"

// CloudFront's words for how it answered. ("Standard logging reference" in its developer guide, x-edge-result-type and
// x-edge-detailed-result-type.)
var (
	// edgeAnswers are for what the application answered, be it to an earlier request whose answer was kept.
	edgeAnswers = []string{"Hit", "RefreshHit", "OriginShieldHit", "Miss"}

	// edgeUnsaid come with any answer: Error with each 4XX and 5XX of the application's, and with many of CloudFront's own;
	// OriginError with an answer that it took for wrong; ClientCommError where the client did not take what it was sent.
	edgeUnsaid = []string{"", "Error", "OriginError", "ClientCommError"}
)

// originOfEdge reads one of these words. All others are reasons for an answer of CloudFront's own: a redirect to HTTPS, a limit, a
// request that it refused, an answer of a function at the edge, an origin that could not be asked or understood.
func originOfEdge(result []byte) Origin {
	switch word := string(result); {
	case slices.Contains(edgeAnswers, word):
		return OriginApp
	case slices.Contains(edgeUnsaid, word):
		return OriginUnknown
	}
	return OriginProxy
}
