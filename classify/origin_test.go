package classify

import (
	"slices"
	"strings"
	"testing"
)

func TestOrigin(t *testing.T) {
	type facts = map[string]string
	tests := []struct {
		name   string
		status string
		facts  facts
		want   Origin
	}{
		{"not logged", "503", nil, OriginUnknown},
		{"nginx: from upstream", "503", facts{"upstream_status": "503"}, OriginApp},
		{"nginx: nobody was asked", "503", facts{"upstream_status": "-"}, OriginProxy},
		{"nginx, escape=json: nobody was asked", "503", facts{"upstream_status": ""}, OriginProxy},
		{"nginx: second attempt", "200", facts{"upstream_status": "502, 200"}, OriginApp},
		{"nginx: after an internal redirect", "500", facts{"upstream_status": "404 : 500"}, OriginApp},
		{"nginx: both", "404", facts{"upstream_status": "502, 504 : 200, 404"}, OriginApp},
		{"nginx: without blanks", "404", facts{"upstream_status": "502,404"}, OriginApp},
		{"nginx: the last attempt had no status", "502", facts{"upstream_status": "200, -"}, OriginProxy},
		{"nginx: 502 of nginx or of upstream", "502", facts{"upstream_status": "502"}, OriginUnknown},
		{"nginx: 504 of nginx or of upstream", "504", facts{"upstream_status": "504, 504"}, OriginUnknown},
		{"nginx: error_page replaced the answer", "503", facts{"upstream_status": "500"}, OriginProxy},
		{"nginx: answered a Range itself", "416", facts{"upstream_status": "200"}, OriginProxy},
		{"a number outside 100..599 from upstream", "783", facts{"upstream_status": "783"}, OriginApp},
		{"ALB: the target answered", "429", facts{"upstream_status": "429"}, OriginApp},
		{"ALB: the load balancer answered", "503", facts{"upstream_status": "-"}, OriginProxy},
		{"Traefik: no origin", "404", facts{"upstream_status": "0"}, OriginProxy},
		{"nobody answered", "-", facts{"upstream_status": "200"}, OriginUnknown},

		{"HAProxy: complete", "503", facts{"termination_state": "----"}, OriginApp},
		{"HAProxy: the server went away in the body", "200", facts{"termination_state": "SD--"}, OriginApp},
		{"HAProxy: no connection", "503", facts{"termination_state": "SC--"}, OriginProxy},
		{"HAProxy: the server timed out", "504", facts{"termination_state": "sH--"}, OriginProxy},
		{"HAProxy: denied", "403", facts{"termination_state": "PR--"}, OriginProxy},
		{"HAProxy: redirect of its own", "302", facts{"termination_state": "LR"}, OriginProxy},
		{"HAProxy: queue full", "503", facts{"termination_state": "sQ--"}, OriginProxy},
		{"HAProxy: no state", "503", facts{"termination_state": "-"}, OriginUnknown},

		{"Envoy: no flag, a host", "503", facts{"response_flags": "-", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: direct response", "302", facts{"response_flags": "-", "upstream_host": "-"}, OriginProxy},
		{"Envoy: no healthy host", "503", facts{"response_flags": "UH", "upstream_host": "-"}, OriginProxy},
		{"Envoy: retries used up", "503", facts{"response_flags": "URX", "upstream_host": "10.0.0.7:80"}, OriginUnknown},
		{"Envoy: retries used up, the application's last answer", "503", facts{"response_flags": "URX", "response_code_details": "via_upstream", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: connection failed, retries used up", "503", facts{"response_flags": "UF,URX", "upstream_host": "10.0.0.7:80"}, OriginProxy},
		{"Envoy: delayed, then from the application", "404", facts{"response_flags": "DI", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: delayed, nobody asked", "404", facts{"response_flags": "DI", "upstream_host": "-"}, OriginProxy},
		{"Envoy: the client left in the body", "418", facts{"response_flags": "DC", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: the client left, so say the details", "418", facts{"response_flags": "DC", "response_code_details": "downstream_remote_disconnect", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: the client left before an answer", "0", facts{"response_flags": "DC", "upstream_host": "10.0.0.7:80"}, OriginUnknown},
		{"Envoy: cut in the body", "418", facts{"response_flags": "UC", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: cut in the body, so say the details", "418", facts{"response_flags": "UC", "response_code_details": "upstream_reset_after_response_started{connection_termination}", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: a filter answered after the host was chosen", "403", facts{"response_flags": "-", "response_code_details": "rbac_access_denied", "upstream_host": "10.0.0.7:80"}, OriginProxy},
		{"Envoy: details alone, the application", "503", facts{"response_code_details": "via_upstream"}, OriginApp},
		{"Envoy: details alone, Envoy", "404", facts{"response_code_details": "route_not_found"}, OriginProxy},
		{"Envoy: details alone, none", "404", facts{"response_code_details": "-", "upstream_host": "10.0.0.7:80"}, OriginUnknown},
		{"Envoy: a number outside 100..599 with a flag of 503", "783", facts{"response_flags": "UC", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Envoy: unknown flag", "404", facts{"response_flags": "XYZ", "upstream_host": "10.0.0.7:80"}, OriginApp},
		{"Traefik: nobody was asked", "404", facts{"upstream_host": "-"}, OriginProxy},
		{"Traefik: from the server", "418", facts{"upstream_host": "http://10.0.0.7:80"}, OriginApp},
		{"Traefik: 502 of Traefik or of the server", "502", facts{"upstream_host": "http://10.0.0.7:80"}, OriginUnknown},
		{"CloudFront: from the origin", "200", facts{"edge_result": "Miss"}, OriginApp},
		{"CloudFront: from the origin, kept", "200", facts{"edge_result": "RefreshHit"}, OriginApp},
		{"CloudFront: from Origin Shield", "200", facts{"edge_result": "OriginShieldHit"}, OriginApp},
		{"CloudFront: an error of either", "404", facts{"edge_result": "Error"}, OriginUnknown},
		{"CloudFront: an answer that it took for wrong", "502", facts{"edge_result": "OriginError"}, OriginUnknown},
		{"CloudFront: the client did not take it", "200", facts{"edge_result": "ClientCommError"}, OriginUnknown},
		{"CloudFront: no connection to the origin", "502", facts{"edge_result": "OriginConnectError"}, OriginProxy},
		{"CloudFront: to HTTPS", "301", facts{"edge_result": "Redirect"}, OriginProxy},
		{"CloudFront: a limit", "503", facts{"edge_result": "LimitExceeded"}, OriginProxy},
		{"CloudFront: a function at the edge", "200", facts{"edge_result": "FunctionGeneratedResponse"}, OriginProxy},
		{"CloudFront: nobody answered", "000", facts{"edge_result": "Miss"}, OriginUnknown},
		{"CloudFront: no word", "200", facts{"edge_result": "-"}, OriginUnknown},
		{"Envoy: timeout after a delay", "504", facts{"response_flags": "UT,DI", "upstream_host": "10.0.0.7:80"}, OriginProxy},
		{"Envoy: no flag, host not logged", "503", facts{"response_flags": "-"}, OriginUnknown},
	}
	c := mustLoad(t, "agave")
	for _, tt := range tests {
		f := Facts{Status: []byte(tt.status), Values: values(c, tt.facts)}
		if got := c.Origin(&f); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		if n := testing.AllocsPerRun(10, func() { c.Origin(&f) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

// Each state that HAProxy's manual (8.5) lists, with the code that it gives: whose the code is.
func TestOriginOfHAProxyStates(t *testing.T) {
	c := mustLoad(t, "agave")
	for _, tt := range []struct {
		states string
		want   Origin
	}{
		{"-- CD cD CL cL SD sD PD SL sL RD ID KD DD UD", OriginApp},                                    // the server's header had come
		{"CR cR PR RR IR CQ cQ SQ sQ PQ RQ CC cC SC sC PC RC CH cH SH sH PH IH CT PT RT", OriginProxy}, // it had not
		{"LR LH LC LD L-", OriginProxy},                                                                // redirects, statistics, return
		{"X? -? -", OriginUnknown},
	} {
		for state := range strings.FieldsSeq(tt.states) {
			f := Facts{Status: []byte("503"), Values: values(c, map[string]string{"termination_state": state})}
			if got := c.Origin(&f); got != tt.want {
				t.Errorf("%s: %v, want %v", state, got, tt.want)
			}
		}
	}
}

// Each of Envoy's response flags with the code that its documentation names, and with another one, which it had from the host.
func TestOriginOfEnvoyFlags(t *testing.T) {
	c := mustLoad(t, "agave")
	for _, tt := range []struct {
		flags, code string
		own, other  Origin
	}{
		{"UH UF UO NC LH LR UR UC DF DO OM", "503", OriginProxy, OriginApp},
		{"NR", "404", OriginProxy, OriginApp},
		{"UT UMSDR", "504", OriginProxy, OriginApp},
		{"UPE", "502", OriginProxy, OriginApp},
		{"SI DT", "408", OriginProxy, OriginApp},
		{"SI DT", "504", OriginProxy, OriginApp},
		{"RL", "429", OriginProxy, OriginProxy}, // the code can be configured
		{"UAEX FI RLSE IH DPE RFCF NFCF", "403", OriginProxy, OriginProxy},
		{"DI DC", "503", OriginApp, OriginApp},
		{"URX", "503", OriginUnknown, OriginUnknown},
	} {
		for flag := range strings.FieldsSeq(tt.flags) {
			for code, want := range map[string]Origin{tt.code: tt.own, "418": tt.other} {
				f := Facts{Status: []byte(code), Values: values(c, map[string]string{"response_flags": flag, "upstream_host": "10.0.0.7:80"})}
				if got := c.Origin(&f); got != want {
					t.Errorf("%s with %s: %v, want %v", code, flag, got, want)
				}
			}
		}
	}
}

// Who answered is asked of undocumented responses: where the log does not tell, Explain says which field would.
func TestExplainAsksForTheOrigin(t *testing.T) {
	c := mustLoad(t, "agave")
	for _, tt := range []struct {
		status string
		facts  map[string]string
		asks   bool
		want   Origin
	}{
		{"503", nil, true, OriginUnknown},
		{"503", map[string]string{"upstream_status": "-"}, false, OriginProxy},
		{"502", map[string]string{"upstream_status": "502"}, false, OriginUnknown},
		{"200", nil, false, OriginUnknown},
		{"499", map[string]string{"upstream_status": "-"}, false, OriginUnknown},
	} {
		x := c.Explain(&Facts{Method: []byte("GET"), Target: []byte("/"), Status: []byte(tt.status), BodyBytes: 1, Values: values(c, tt.facts)})
		if x.Origin != tt.want || slices.Contains(x.Unknown, "upstream_status") != tt.asks {
			t.Errorf("%s %v: origin %v, unknown %v", tt.status, tt.facts, x.Origin, x.Unknown)
		}
	}
}
