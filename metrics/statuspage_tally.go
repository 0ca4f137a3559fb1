package metrics

import (
	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// A tallyKey names one sum that the status page shows over time. How many there can be is bounded by the contracts and
// by closed sets, not by traffic:
//
//	responses_total                   code, verdict, reason of an undocumented one
//	slo_responses_total, slo_errors_total   route
//	condition_checks_total            condition, result
//	log_lines_total, log_lost_bytes_total   source (api is empty)
//	log_lines_failed_total            source, reason (api is empty)
type tallyKey struct {
	family       family
	api, a, b, c string
}

// A tally is the sums of one snapshot; those that are 0 are left out.
type tally map[tallyKey]uint64

func newTally(s *Snapshot, reasons *reasons) tally {
	t := tally{}
	for i, series := range s.series {
		if n := s.values[i]; n > 0 {
			if key, ok := keyOf(series, reasons); ok {
				t[key] += n
			}
		}
	}
	return t
}

func keyOf(s *series, reasons *reasons) (tallyKey, bool) {
	k := tallyKey{family: s.family}
	l := s.labels
	switch s.family {
	case famResponses:
		k.api, k.a, k.b = l[0], l[3], l[6]
		if k.b == classify.Undocumented.String() {
			k.c = reasons.of(l[0], l[1], l[2], l[3]).String()
		}
	case famSLOResponses, famSLOErrors:
		k.api, k.a = l[0], l[1]
	case famChecks:
		k.api, k.a, k.b = l[0], l[1], l[3]
	case famLines, famLostBytes:
		k.a = l[0]
	case famFailed:
		k.a, k.b = l[0], l[1]
	default:
		return k, false
	}
	return k, true
}

// reasons tell why a response is undocumented from the labels of its series, which do not say so.
type reasons struct {
	apis  map[string]*API
	known map[[3]string]bool // whether api, route, method is an operation of the contract
}

func newReasons(apis []API) *reasons {
	r := &reasons{map[string]*API{}, map[[3]string]bool{}}
	for i := range apis {
		r.apis[apis[i].Name] = &apis[i]
	}
	return r
}

// of returns ReasonNone where the labels no longer tell, which is beyond the series limit and for an API that is gone.
func (r *reasons) of(api, route, method, code string) classify.Reason {
	a := r.apis[api]
	switch {
	case code == classify.CodeLabel(classify.CodeOther):
		return classify.ReasonInvalid
	case a == nil || route == overflowRoute:
		return classify.ReasonNone
	}
	c, routes := a.Classifier.Contract(), a.Classifier.Routes()
	switch {
	case len(c.Routes) == 0:
		return classify.ReasonCode
	case route == routes[len(routes)-1]:
		return classify.ReasonRoute
	case r.operation(c, api, route, method):
		return classify.ReasonCode
	}
	return classify.ReasonMethod
}

func (r *reasons) operation(c *contract.Contract, api, route, method string) bool {
	key := [3]string{api, route, method}
	known, ok := r.known[key]
	if !ok {
		known = c.Operation(route, method) != nil
		r.known[key] = known
	}
	return known
}
