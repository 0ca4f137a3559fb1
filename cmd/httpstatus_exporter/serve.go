package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"

	"httpstatus_exporter/metrics"
)

// How long a stop may take: what was written is read, the state is saved, requests in flight are answered.
const (
	drainTimeout    = 3 * time.Second
	shutdownTimeout = time.Second
	checkpointEvery = metrics.SampleInterval
)

func serveCommand() *command {
	return &command{
		name:    "serve",
		summary: "follow the logs, serve /metrics and the status page (the default command)",
		long: `Follow access logs, hold every entry against the contract, and serve the counts.

  httpstatus_exporter --access-log.path=/var/log/nginx/access.log
  httpstatus_exporter -c openapi.yaml --access-log.path='/var/log/nginx/*.log' --storage.path=/var/lib/httpstatus_exporter

SIGHUP reads contracts and configuration again; a mistake in them changes nothing and is logged.`,
		run: runServe,
	}
}

// serveFlags are the flags of serve, which check takes as well.
type serveFlags struct {
	api     apiFlags
	web     webFlags
	storage string
}

// parseServe reads the flags and the configuration that they name.
func parseServe(c *command, args []string, s std) (*serveFlags, *config, error) {
	f := new(serveFlags)
	fs := newFlags(c, s)
	f.api.addSources(fs)
	fs.StringVar(&f.storage, "storage.path", "", "directory for positions and counts; with it, counting is exact across crashes")
	f.web.add(fs)
	f.api.addLog(fs)
	if err := parse(fs, args); err != nil {
		return nil, nil, err
	}
	if fs.NArg() > 0 {
		return nil, nil, fmt.Errorf("found the argument %q; logs are named with --access-log.path=%s", fs.Arg(0), fs.Arg(0))
	}
	if err := f.web.check(); err != nil {
		return nil, nil, err
	}
	cfg, err := f.api.load()
	return f, cfg, err
}

func runServe(ctx context.Context, c *command, args []string, s std) error {
	f, cfg, err := parseServe(c, args, s)
	if err != nil {
		return err
	}
	if len(cfg.logs) == 0 {
		return errors.New("no access log is named; use --access-log.path=/var/log/nginx/access.log, or try httpstatus_exporter demo")
	}
	srv := &server{flags: &f.api, web: &f.web, log: f.api.logger(s.err)}
	return srv.run(ctx, cfg, f.storage)
}

// A server is the long-running exporter: an engine and what HTTP shows of it.
type server struct {
	flags *apiFlags
	web   *webFlags
	log   *slog.Logger

	engine      *engine
	exposer     *exposer
	page        *metrics.StatusPage
	reloading   sync.Mutex // one at a time, none after stop
	reloads     metrics.Reload
	reloadError atomic.Pointer[string] // why the last reload failed; nil when it did not
	stopping    atomic.Bool
	unfit       map[string]bool // logs that warnUnfit has named
	started     func()          // of demo: called when everything runs
}

// run serves until ctx is done or the listener fails.
func (s *server) run(ctx context.Context, cfg *config, storagePath string) error {
	for _, l := range cfg.logs {
		for _, w := range l.format.Warnings() {
			s.log.Warn("The access log format deserves a look", "log", l.path, "warning", w)
		}
	}
	s.engine, s.unfit = newEngine(s.log, s.flags), map[string]bool{}
	s.exposer = &exposer{engine: s.engine, log: s.log}
	s.reloads.Succeeded(time.Now())
	sv, err := s.exposer.open(storagePath)
	if err != nil {
		return err
	}
	defer s.exposer.close()
	if err := s.engine.start(cfg, sv); err != nil {
		return err
	}
	s.exposer.snapshot() // the first checkpoint holds the identity of what is about to be read
	s.page = s.statusPage()
	s.page.Sample(time.Now()) // its history begins before anything is read
	s.engine.read()
	failed := make(chan error, 1)
	httpServer := &http.Server{Handler: s.handler(), ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	go func() { failed <- web.ListenAndServe(httpServer, s.web.config(), s.log) }()
	s.log.Info("Following", "logs", len(cfg.logs), "apis", len(cfg.apis), "version", version.Info())
	if s.started != nil {
		s.started()
	}
	err = s.wait(ctx, failed)
	s.stop(httpServer)
	return err
}

// wait returns when ctx is done, or with the error of the listener.
func (s *server) wait(ctx context.Context, failed <-chan error) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	checkpoint := time.NewTicker(checkpointEvery)
	defer checkpoint.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			if s.web.systemdSocket {
				return fmt.Errorf("--web.systemd-socket: %w; start it by a .socket unit of systemd", err)
			}
			return fmt.Errorf("--web.listen-address: %w%s", err, listenHint(err))
		case <-hangup:
			s.reload()
		case <-checkpoint.C:
			if s.exposer.storage != nil {
				s.exposer.snapshot()
			}
			s.page.Sample(time.Now())
			s.warnUnfit()
		}
	}
}

// warnUnfit logs, once, for each log that none of its lines fits the format. It looks at the counts that were taken last.
func (s *server) warnUnfit() {
	latest, _, _ := s.exposer.recent(time.Hour)
	for _, name := range latest.Unfit() {
		if !s.unfit[name] {
			s.log.Warn("None of the lines so far fits the format of the log; give the one that the server writes", "log", name)
			s.unfit[name] = true
		}
	}
}

func listenHint(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "; another program listens there (perhaps another httpstatus_exporter): stop it or choose another address"
	case errors.Is(err, syscall.EACCES):
		return "; ports below 1024 need a privilege: choose a higher one"
	case errors.Is(err, syscall.EMFILE):
		return "; the logs take all of them: raise the limit (ulimit -n, LimitNOFILE= of a unit), or follow fewer"
	}
	return ""
}

// stop reads what was written until now, saves it, and ends.
func (s *server) stop(h *http.Server) {
	s.reloading.Lock()
	s.stopping.Store(true)
	s.reloading.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	s.engine.drain(ctx)
	s.exposer.snapshot()
	s.engine.stop()
	ctx, cancel = context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		h.Close()
	}
	s.log.Info("Stopped")
}

// reload reads the configuration again. A mistake in it changes nothing.
func (s *server) reload() error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if s.stopping.Load() {
		return errors.New("the exporter is stopping")
	}
	cfg, err := s.flags.load()
	if err == nil && len(cfg.logs) == 0 {
		err = errors.New("the configuration names no access log")
	}
	if err == nil {
		err = s.engine.reload(cfg)
	}
	if err != nil {
		reason := err.Error()
		s.reloadError.Store(&reason)
		s.reloads.Failed()
		s.log.Error("Reload failed, the old configuration goes on", "err", err)
		return err
	}
	s.reloadError.Store(nil)
	s.reloads.Succeeded(time.Now())
	s.log.Info("Reloaded", "logs", len(cfg.logs), "apis", len(cfg.apis))
	return nil
}

func (s *server) handler() http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics.NewCollector(s.exposer.snapshot), &s.reloads, versioncollector.NewCollector("httpstatus_exporter"))
	opts := promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: s.web.maxRequests, Timeout: 10 * time.Second}
	if !s.web.noSelfMetrics {
		reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		opts.Registry = reg
	}
	scrape := promhttp.HandlerFor(reg, opts)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+s.web.telemetryPath, func(w http.ResponseWriter, r *http.Request) {
		if s.exposer.stale() {
			http.Error(w, "the newest saved state was damaged; the counts are complete again when the backlog has been read", http.StatusServiceUnavailable)
			return
		}
		scrape.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case s.stopping.Load():
			http.Error(w, "stopping", http.StatusServiceUnavailable)
		case !s.engine.ready():
			http.Error(w, "reading the backlog found at start", http.StatusServiceUnavailable)
		default:
			fmt.Fprintln(w, "ready")
		}
	})
	mux.HandleFunc("POST /-/reload", func(w http.ResponseWriter, _ *http.Request) {
		if !s.web.enableLifecycle {
			http.Error(w, "reload over HTTP is off; start with --web.enable-lifecycle, or send SIGHUP", http.StatusForbidden)
			return
		}
		if err := s.reload(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "reloaded")
	})
	s.page.Register(mux)
	return mux
}
