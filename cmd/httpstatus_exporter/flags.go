package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"github.com/prometheus/common/promslog"
	"github.com/spf13/pflag"

	"httpstatus_exporter/ingest/accesslog"
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

// parse parses args. What is wrong is said as it is of any other input: what was found, and what would be right.
func parse(fs *pflag.FlagSet, args []string) error {
	err := fs.Parse(args)
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(fs, unknown)
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: %s", invalid.GetFlag().Name, invalidValue(invalid))
	case errors.As(err, &missing):
		return fmt.Errorf("--%s: found no value; see httpstatus_exporter %s --help", missing.GetFlag().Name, fs.Name())
	}
	return err
}

// unknownFlag turns a mistyped flag into a suggestion.
func unknownFlag(fs *pflag.FlagSet, err *pflag.NotExistError) error {
	if letters := err.GetSpecifiedShortnames(); letters != "" {
		return fmt.Errorf("there is no flag -%s; see httpstatus_exporter %s --help", err.GetSpecifiedName(), fs.Name())
	}
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if best := nearest(err.GetSpecifiedName(), names); best != "" {
		return fmt.Errorf("there is no flag --%s; did you mean --%s?", err.GetSpecifiedName(), best)
	}
	return fmt.Errorf("there is no flag --%s; see httpstatus_exporter %s --help", err.GetSpecifiedName(), fs.Name())
}

func invalidValue(err *pflag.InvalidValueError) string {
	switch err.GetFlag().Value.Type() {
	case "bool":
		return fmt.Sprintf("found %q; use true or false", err.GetValue())
	case "duration":
		return fmt.Sprintf("found %q; use a duration such as 30s or 1m", err.GetValue())
	case "float64":
		return fmt.Sprintf("found %q; use a number", err.GetValue())
	case "uint64":
		return fmt.Sprintf("found %q; use a whole number from 0 on", err.GetValue())
	}
	return err.Unwrap().Error() // of our own flags
}

// apiFlags are the flags that mean the same in every command.
type apiFlags struct {
	flags      *pflag.FlagSet // where addSources has put them
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
	fs.StringVarP(&a.format, "access-log.format", "f", "auto", "a preset ("+strings.Join(accesslog.Presets(), ", ")+"), or verbatim: nginx log_format, Apache LogFormat, HAProxy log-format or frontend, Envoy format string or json_format, a W3C log's #Fields line; or json status=KEY ... for keys of your own")
	intVar(fs, &a.maxLine, "access-log.max-line-bytes", 1, 1<<20, "longest line; longer ones are counted as failed, reason too_long")
}

func (a *apiFlags) addSources(fs *pflag.FlagSet) {
	a.flags = fs
	fs.StringVar(&a.configFile, "config.file", "", "YAML file for several APIs; the flags --api.* and --access-log.* describe a single one")
	a.addContract(fs)
	fs.StringArrayVar(&a.paths, "access-log.path", nil, "access log to follow, or a named pipe; repeatable; globs are re-read while running; - is standard input")
	a.addFormat(fs)
	fs.StringVar(&a.from, "access-log.from", "end", "where to begin in a file seen for the first time at start: end or beginning; files that appear later are read whole")
	intVar(fs, &a.maxSeries, "metrics.max-series", 1, 10_000, "most response series of one API; further ones are folded into route=\"_overflow\"")
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

// An intFlag is a whole number with a least value.
type intFlag struct {
	value *int
	least int
}

func intVar(fs *pflag.FlagSet, p *int, name string, least, value int, usage string) {
	*p = value
	fs.Var(intFlag{p, least}, name, usage)
}

func (intFlag) Type() string     { return "int" }
func (f intFlag) String() string { return strconv.Itoa(*f.value) }

func (f intFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < f.least {
		return fmt.Errorf("found %q; use a whole number from %d on", s, f.least)
	}
	*f.value = n
	return nil
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
