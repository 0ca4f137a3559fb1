package classify

// Facts are what one entry says about one response, as far as a verdict can depend on it. All byte slices are borrowed
// from the line: Classify keeps none of them.
type Facts struct {
	Method []byte // as logged; nil or empty where the request line is unreadable
	Target []byte // request target as logged, query included; nil where unknown
	Host   []byte // nil where the format has none
	Status []byte // status token as logged: "200", "-", "000", "-1"

	// BodyBytes is the size of the response body in bytes, -1 where unknown.
	BodyBytes int64

	// Values holds one value for each name of Classifier.Fields, in that order: nil is unknown (the format does not log
	// the field), empty is absent (logged as "-" or as an empty string), anything else is the value.
	Values [][]byte
}
