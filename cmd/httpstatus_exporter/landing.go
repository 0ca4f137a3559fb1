package main

import (
	"net/http"

	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"
)

// landing is the page at /.
func (s *server) landing() http.Handler {
	page, err := web.NewLandingPage(web.LandingConfig{
		Name:        "httpstatus_exporter",
		Description: "Counts the responses of an HTTP API by the status codes that its documentation promises.",
		Version:     version.Info(),
		Profiling:   "false",
		Links:       []web.LandingLinks{{Address: s.web.telemetryPath, Text: "Metrics"}, {Address: "/-/ready", Text: "Ready"}},
	})
	if err != nil {
		panic("the landing page does not compile: " + err.Error())
	}
	return page
}
