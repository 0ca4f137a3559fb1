package main

import (
	"fmt"
	"strings"

	"httpstatus_exporter/classify"
)

// origins says how many responses the application answered, how many the proxy that wrote the log, and of how many the log
// does not tell.
type origins struct {
	App     int64 `json:"app"`
	Proxy   int64 `json:"proxy"`
	Unknown int64 `json:"unknown"`
}

func originsOf(f *finding) origins {
	return origins{f.origins[classify.OriginApp], f.origins[classify.OriginProxy], f.origins[classify.OriginUnknown]}
}

func (o *origins) add(p origins) {
	o.App += p.App
	o.Proxy += p.Proxy
	o.Unknown += p.Unknown
}

// String is "" where the log tells of none, "by the proxy" where all are alike, else "by the app 12, by the proxy 3".
func (o origins) String() string {
	known := o.App + o.Proxy
	if known == 0 {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		name string
		n    int64
	}{{"by the app", o.App}, {"by the proxy", o.Proxy}, {"unknown", o.Unknown}} {
		switch {
		case p.n == known+o.Unknown:
			return p.name
		case p.n > 0:
			parts = append(parts, fmt.Sprintf("%s %s", p.name, thousands(p.n)))
		}
	}
	return strings.Join(parts, ", ")
}
