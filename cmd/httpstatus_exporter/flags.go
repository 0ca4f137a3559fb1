package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/exporter-toolkit/web"
	"github.com/spf13/pflag"
)

// newFlags returns an empty flag set that prints the help of c, and nothing else, to s.
func newFlags(c *command, s std) *pflag.FlagSet {
	fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are printed once, by run
	fs.SortFlags = false
	fs.Usage = func() {
		fmt.Fprintf(s.out, "%s\n\nUsage:\n  httpstatus_exporter %s\n\n", c.long, strings.TrimSpace(c.name+" [flags] "+c.args))
		fmt.Fprintf(s.out, "Flags:\n%s", fs.FlagUsagesWrapped(110))
	}
	return fs
}

// parse parses args and turns a mistyped flag into a suggestion.
func parse(fs *pflag.FlagSet, args []string) error {
	err := fs.Parse(args)
	if err == nil || err == pflag.ErrHelp {
		return err
	}
	if word, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		var names []string
		fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if best := nearest(word, names); best != "" {
			return fmt.Errorf("there is no flag --%s; did you mean --%s?", word, best)
		}
		return fmt.Errorf("there is no flag --%s; see httpstatus_exporter %s --help", word, fs.Name())
	}
	return err
}

// apiFlags are the flags that mean the same in every command.
type apiFlags struct {
	configFile string
	name       string
	contract   string
	paths      []string
	format     string
	from       string
	maxLine    int
	maxSeries  int
	workers    int
	log        promslog.Config
}

func (a *apiFlags) addContract(fs *pflag.FlagSet) {
	fs.StringVarP(&a.contract, "api.contract", "c", "agave", "what the API documents: a built-in contract (agave, rfc9110) or a file (contract YAML, OpenAPI 2.0/3.x)")
	fs.StringVar(&a.name, "api.name", "", "value of the api label (default: the contract's name)")
}

func (a *apiFlags) addFormat(fs *pflag.FlagSet) {
	fs.StringVarP(&a.format, "access-log.format", "f", "auto", "a preset (auto, common, combined, vhost_combined, contract), or an nginx log_format or Apache LogFormat verbatim")
	fs.IntVar(&a.maxLine, "access-log.max-line-bytes", 1<<20, "longest line; longer ones are counted as failed, reason too_long")
}

func (a *apiFlags) addSources(fs *pflag.FlagSet) {
	fs.StringVar(&a.configFile, "config.file", "", "YAML file for several APIs; the flags --api.* and --access-log.* describe a single one")
	a.addContract(fs)
	fs.StringArrayVar(&a.paths, "access-log.path", nil, "access log to follow; repeatable; globs are re-read while running; - is standard input")
	a.addFormat(fs)
	fs.StringVar(&a.from, "access-log.from", "end", "where to begin in a file seen for the first time at start: end or beginning; files that appear later are read whole")
	fs.IntVar(&a.maxSeries, "metrics.max-series", 10_000, "most response series of one API; further ones are folded into route=\"_overflow\"")
}

func (a *apiFlags) addLog(fs *pflag.FlagSet) {
	a.log = promslog.Config{Level: promslog.NewLevel(), Format: promslog.NewFormat()}
	fs.Var(levelFlag{a.log.Level}, "log.level", "debug, info, warn or error")
	fs.Var(formatFlag{a.log.Format}, "log.format", "logfmt or json")
}

func (a *apiFlags) logger(w io.Writer) *slog.Logger {
	a.log.Writer = w
	return promslog.New(&a.log)
}

// levelFlag and formatFlag give promslog's values the method that pflag asks for.
type levelFlag struct{ *promslog.Level }
type formatFlag struct{ *promslog.Format }

func (levelFlag) Type() string  { return "level" }
func (formatFlag) Type() string { return "format" }

func (l levelFlag) Set(s string) error {
	if err := l.Level.Set(s); err != nil {
		return fmt.Errorf("found %q; use debug, info, warn or error", s)
	}
	return nil
}

func (f formatFlag) Set(s string) error {
	if err := f.Format.Set(s); err != nil {
		return fmt.Errorf("found %q; use logfmt or json", s)
	}
	return nil
}

// webFlags are the flags of the HTTP server, named as in every exporter.
type webFlags struct {
	listen          []string
	configFile      string
	systemdSocket   bool
	telemetryPath   string
	maxRequests     int
	enableLifecycle bool
	noSelfMetrics   bool
}

func (w *webFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&w.listen, "web.listen-address", []string{":10057"}, "address to listen on; repeatable")
	fs.StringVar(&w.configFile, "web.config.file", "", "file with TLS and authentication settings (Prometheus exporter-toolkit)")
	fs.BoolVar(&w.systemdSocket, "web.systemd-socket", false, "use systemd socket activation instead of listening")
	fs.StringVar(&w.telemetryPath, "web.telemetry-path", "/metrics", "path of the metrics")
	fs.IntVar(&w.maxRequests, "web.max-requests", 40, "most scrapes at once; further ones get 503; 0 = no limit")
	fs.BoolVar(&w.enableLifecycle, "web.enable-lifecycle", false, "allow POST /-/reload")
	fs.BoolVar(&w.noSelfMetrics, "web.disable-exporter-metrics", false, "leave out go_*, process_* and promhttp_*")
}

// check refuses a telemetry path that is no path or that another page has.
func (w *webFlags) check() error {
	path := w.telemetryPath
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " {}?#") {
		return fmt.Errorf("--web.telemetry-path: found %q; use a path that begins with /, such as /metrics", path)
	}
	for _, taken := range []string{"/", "/contract", "/favicon.ico", "/statuspage.css", "/statuspage.js", "/statuspage.svg"} {
		if path == taken || strings.HasPrefix(path, "/-/") {
			return fmt.Errorf("--web.telemetry-path: %s is a page of its own; use another path, such as /metrics", path)
		}
	}
	return nil
}

func (w *webFlags) config() *web.FlagConfig {
	return &web.FlagConfig{WebListenAddresses: &w.listen, WebSystemdSocket: &w.systemdSocket, WebConfigFile: &w.configFile}
}
