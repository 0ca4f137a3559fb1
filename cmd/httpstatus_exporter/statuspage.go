package main

import (
	"runtime"
	"time"

	"github.com/prometheus/common/version"

	"httpstatus_exporter/metrics"
)

// pageAge is how old the counts may be that the status page shows: however many people look, there is one quiet moment in
// that time.
const pageAge = time.Second

// statusPage returns the page at /. Call it once everything runs.
func (s *server) statusPage() *metrics.StatusPage {
	started := time.Now()
	return metrics.NewStatusPage(func() *metrics.PageState {
		p := &metrics.PageState{
			Started: started, Ready: s.engine.ready(), Behind: s.exposer.stale(), Reload: &s.reloads, MetricsPath: s.web.telemetryPath,
			Version: version.Version, Revision: version.GetRevision(), GoVersion: runtime.Version(),
		}
		if reason := s.reloadError.Load(); reason != nil {
			p.ReloadError = *reason
		}
		if s.exposer.storage != nil {
			p.Storage = s.exposer.storage.dir
		}
		s.engine.describe(p)
		p.Snapshot, p.At, p.Unsaved = s.exposer.recent(pageAge)
		return p
	})
}

// describe names the APIs and sources of the configuration in force.
func (e *engine) describe(p *metrics.PageState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.config.apis {
		p.APIs = append(p.APIs, metrics.API{Name: a.name, Classifier: a.classifier})
	}
	for _, l := range e.config.logs {
		p.Sources = append(p.Sources, metrics.PageSource{Name: l.path, API: e.config.apis[l.api].name, Format: l.format.Name()})
	}
}

// recent returns the latest counts, and when they were taken, or new ones when those are older than age. Unsaved says that
// they could not be written.
func (x *exposer) recent(age time.Duration) (latest *metrics.Snapshot, at time.Time, unsaved bool) {
	x.mu.Lock()
	fresh := x.latest != nil && time.Since(x.begun) < age
	x.mu.Unlock()
	if !fresh {
		x.snapshot()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.latest, x.begun, x.failing != ""
}
