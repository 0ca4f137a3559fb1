package metrics

import "httpstatus_exporter/classify"

// meaningLabel is the place of meaning among the labels of responses_total.
const meaningLabel = 5

// responseLabels returns the labels of a series of responses_total, in the order of the documentation.
func (a *apiSeries) responseLabels(key uint64, meaning string) []string {
	code, kind := keyCode(key), keyKind(key)
	class := classify.Class(code)
	if kind == classify.NoResponse {
		class = classify.Class(classify.CodeNone)
	}
	return []string{a.Name, a.routes[keyRoute(key)], a.methods[keyMethod(key)], classify.CodeLabel(code), class, meaning, kind.String()}
}

// response returns the number of the series of responses_total that a cell's key belongs to. It makes the series if there
// is room, and else folds the response into a series of overflowRoute.
func (r *Recorder) response(a *apiSeries, key uint64, created int64) int32 {
	key &^= reasonMask
	if i, ok := a.documented[key]; ok {
		return i
	}
	if keyRoute(key) != a.overflow {
		labels := a.responseLabels(key, r.meaning(a, key))
		if i, ok := r.dir.find(famResponses, labels...); ok {
			r.dir.created[i] = min(r.dir.created[i], created)
			return i
		}
		if a.limit > 0 {
			a.limit--
			return r.dir.add(famResponses, created, labels...)
		}
		key = a.fold(key)
	}
	next := int32(len(r.dir.series))
	i := r.dir.add(famResponses, created, a.responseLabels(key, r.meaning(a, key))...)
	if i == next {
		a.overflowed = append(a.overflowed, i)
	}
	return i
}

// fold returns the key of the series that stands for key beyond the series limit: two for each code at most, as no method
// is told apart.
func (a *apiSeries) fold(key uint64) uint64 {
	return seriesKey(a.overflow, a.otherMethod, keyCode(key), keyKind(key)) | uint64(keyReason(key))
}

// meaning returns the meaning of a series that is not documented as such: that of the documented response with the same
// route, method and code, else what the classifier knows of the code.
func (r *Recorder) meaning(a *apiSeries, key uint64) string {
	route, code := keyRoute(key), keyCode(key)
	if i, ok := a.documented[seriesKey(route, keyMethod(key), code, classify.Documented)]; ok {
		return r.dir.series[i].labels[meaningLabel]
	}
	if route >= len(a.Routes()) {
		route = len(a.Routes()) - 1 // page level
	}
	return a.Meaning(route, keyMethod(key), code)
}
