package classify

import "bytes"

// envoyFlags are the flags that come with an answer of Envoy's own, and the code that it then gives; 0 is any. With another
// code the flag tells what happened after the application's header had come: UC and 200 is a body that was cut. Missing here
// are those that say nothing about who answered: DI (an injected delay) and DC (the client left), and URX.
// (configuration/observability/access_log/usage, %RESPONSE_FLAGS%)
var envoyFlags = map[string][2]int{
	"UH": {503}, "UF": {503}, "UO": {503}, "NC": {503}, "LH": {503}, "LR": {503}, "UR": {503}, "UC": {503}, "DF": {503}, "DO": {503}, "OM": {503},
	"NR": {404}, "UT": {504}, "UPE": {502}, "UMSDR": {504}, "SI": {408, 504}, "DT": {408, 504},
	"FI": {}, "RL": {}, "UAEX": {}, "RLSE": {}, "IH": {}, "DPE": {}, "RFCF": {}, "NFCF": {},
}

const (
	viaUpstream      = "via_upstream"      // the code came from the application
	retriesExhausted = "URX"               // the answer may be the application's last one, or Envoy's
	afterStart       = "upstream_reset_af" // upstream_reset_after_response_started: what came after the application's header
	clientLeft       = "downstream_"       // downstream_remote_disconnect and others: likewise
)

// originOfEnvoy reads Envoy's words. "via_upstream" is its own for an answer of the application; else the flags decide, then
// whether a host was asked, then whether the details name a reason of Envoy's. Without host or flags in the log the rest
// stays open. flags is nil where they are not logged.
func originOfEnvoy(code int, flags, details, host []byte, hostLogged bool) Origin {
	if string(details) == viaUpstream {
		return OriginApp
	}
	exhausted := false
	for flag := range bytes.SplitSeq(flags, []byte(",")) {
		codes, own := envoyFlags[string(flag)]
		if own && (codes[0] == 0 || codes[0] == code || codes[1] == code) {
			return OriginProxy
		}
		exhausted = exhausted || string(flag) == retriesExhausted
	}
	named := len(details) > 0
	switch {
	case bytes.HasPrefix(details, []byte(afterStart)):
		return OriginApp
	case hostLogged && len(host) == 0:
		return OriginProxy
	case named && !bytes.HasPrefix(details, []byte(clientLeft)):
		return OriginProxy
	case !hostLogged || flags == nil || exhausted:
		return OriginUnknown
	}
	return OriginApp
}

// originOfHost is for logs that tell only which server was asked. Without one the proxy answered; 500, 502, 503 and 504 it
// gives for a server that failed, too.
func originOfHost(code int, host []byte) Origin {
	switch {
	case len(host) == 0:
		return OriginProxy
	case code == 500 || code == 502 || code == 503 || code == 504:
		return OriginUnknown
	}
	return OriginApp
}
