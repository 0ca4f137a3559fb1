package metrics

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"
)

// How the status page is arranged: a tally (statuspage_tally.go) sums a snapshot by what the page shows, the history
// (statuspage_history.go) keeps what each minute added to it, the views (statuspage_view.go for the page, _sources.go, and
// _api.go with _figures.go, _drift.go and _contract.go for one API) put that into words and charts, and statuspage.html
// says where they stand.

//go:embed statuspage.html statuspage.css statuspage.js statuspage.svg
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "statuspage.html"))

// A StatusPage shows the last hour to people: one page that the server renders, which a small script keeps up to date.
// It is safe for concurrent use.
type StatusPage struct {
	state func() *PageState

	mu      sync.Mutex // guards history; held while a view is made
	history history
}

// A PageState is what the page shows at one moment.
type PageState struct {
	At       time.Time // when Snapshot was taken
	Snapshot *Snapshot
	APIs     []API        // in force, in the order of the configuration
	Sources  []PageSource // likewise

	Started     time.Time
	Ready       bool   // the backlog found at start has been read
	Behind      bool   // counts may be lower than what was exposed before the start
	Storage     string // directory of the saved state, "" for none
	Unsaved     bool   // the last attempt to write there failed
	Reload      *Reload
	ReloadError string // why the last reload failed; "" when it succeeded

	Version, Revision, GoVersion string
	MetricsPath                  string // "/metrics"
}

// A PageSource is one followed path.
type PageSource struct {
	Name   string // as in ingest.Source
	API    string
	Format string // what its lines look like: the name of a preset
}

// NewStatusPage returns a page of what state returns for each view and sample. State must be safe for concurrent use.
func NewStatusPage(state func() *PageState) *StatusPage { return &StatusPage{state: state} }

// Sample adds to the history if it is time. Call it every SampleInterval: it asks for a state once a minute, more often
// only in the first twenty minutes.
func (p *StatusPage) Sample(now time.Time) {
	p.mu.Lock()
	due := p.history.due(now)
	p.mu.Unlock()
	if !due {
		return
	}
	state := p.state()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.history.add(state.At, newTally(state.Snapshot, newReasons(state.APIs)), state.Snapshot.origin())
}

// origin tells snapshots of different recorders apart.
func (s *Snapshot) origin() *series {
	if len(s.series) == 0 {
		return nil
	}
	return s.series[0]
}

// Register mounts the page at / with what it consists of.
func (p *StatusPage) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", p.serve)
	mux.HandleFunc("GET /contract", p.serveContract)
	for _, name := range []string{"statuspage.css", "statuspage.js", "statuspage.svg"} {
		mux.Handle("GET /"+name, asset(name))
	}
	mux.Handle("GET /favicon.ico", asset("statuspage.svg")) // browsers ask for it beside what is no HTML
}

func (p *StatusPage) serve(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	if err := p.render(&page, r.URL.Query().Get("api")); err != nil {
		http.Error(w, "the status page cannot be rendered: "+err.Error(), http.StatusInternalServerError)
		return
	}
	secure(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(page.Bytes())
}

// render writes the page; only names the API to show alone, "" for all.
func (p *StatusPage) render(w *bytes.Buffer, only string) error {
	return pageTemplate.Execute(w, p.view(p.state(), only))
}

// The page loads nothing but its own style and script, cannot be framed, and sends nothing anywhere.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// asset serves one embedded file, again only when it has changed.
func asset(name string) http.Handler {
	data, err := pageFiles.ReadFile(name)
	if err != nil {
		panic("not embedded: " + name)
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(string(data)))
	})
}
