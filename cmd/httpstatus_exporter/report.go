package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/metrics"
)

func reportCommand() *command {
	return &command{
		name:    "report",
		args:    "FILE...",
		summary: "read files to their end (gz, zst too), print the distribution and the drift",
		long: `Read finished logs once and print how many responses carried which documented code, and where traffic and
documentation differ. Files may be plain, .gz or .zst; - is standard input.

  httpstatus_exporter report -f combined access.log access.log.1.gz
  zcat access.log.*.gz | httpstatus_exporter report -c openapi.yaml --output=json -
  httpstatus_exporter report --fail-on=undocumented,error-ratio=0.01 access.log

Exit code: 0 in order, 1 when a --fail-on condition holds, 2 on a usage or input error.`,
		run: runReport,
	}
}

// A report is one run over files.
type report struct {
	*distribution
	From  time.Time  `json:"from,omitzero"`
	To    time.Time  `json:"to,omitzero"`
	Drift []driftRow `json:"drift"`

	gatherer prometheus.Gatherer
}

func runReport(ctx context.Context, c *command, args []string, s std) error {
	var (
		api            apiFlags
		output, failOn string
	)
	fs := newFlags(c, s)
	api.addContract(fs)
	api.addFormat(fs)
	fs.StringVarP(&output, "output", "o", "text", "text, json or openmetrics")
	fs.StringVar(&failOn, "fail-on", "", "exit 1 when one of these holds, comma separated: undocumented, violation, failed, error-ratio=0.01")
	fs.IntVar(&api.workers, "workers", runtime.GOMAXPROCS(0), "how many lines are worked on at once")
	if err := parse(fs, args); err != nil {
		return err
	}
	limits, err := parseFailOn(failOn)
	if err != nil {
		return err
	}
	write := map[string]func(*report, io.Writer) error{
		"text": (*report).writeText, "json": (*report).writeJSON, "openmetrics": (*report).writeOpenMetrics,
	}[output]
	if write == nil {
		return fmt.Errorf("--output: found %q; use text, json or openmetrics", output)
	}
	if fs.NArg() == 0 {
		return errors.New("no file is named; use httpstatus_exporter report -f combined FILE..., or - for standard input")
	}
	r, err := readFiles(ctx, &api, fs.Args(), s)
	if err != nil {
		return err
	}
	if err := write(r, s.out); err != nil {
		return err
	}
	if found := limits.hold(r.distribution); found != "" {
		fmt.Fprintf(s.err, "httpstatus_exporter report: --fail-on: %s\n", found)
		return exitCode(exitFinding)
	}
	return nil
}

// readFiles counts the lines of all files with a pipeline of its own.
func readFiles(ctx context.Context, api *apiFlags, names []string, s std) (*report, error) {
	api.maxSeries = 1 << 20
	inputs, err := openInputs(names, s.in)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, in := range inputs {
			in.close()
		}
	}()
	cfg, err := api.load()
	if err != nil {
		return nil, err
	}
	lc, err := compileLog(fileLog{Path: "-", Format: api.format}, 0, func(key string) string { return flagNames(0, key) })
	if err != nil {
		return nil, err
	}
	sources := make([]*ingest.Source, len(inputs))
	for i, in := range inputs {
		sources[i] = in.source
		in.source.ID = i
		cfg.logs = append(cfg.logs, lc)
	}
	e := &engine{maxSeries: api.maxSeries, workers: max(1, api.workers)}
	var current atomic.Pointer[table]
	current.Store(e.newTable(cfg, sources))
	d, err := work(ctx, &current, e.workers, inputs, api.maxLine, s)
	if err != nil {
		return nil, err
	}
	snapshot := current.Load().recorder.Snapshot()
	reg := gathererOf(snapshot)
	dist, err := distributionOf(reg, cfg.apis[0].name)
	if err != nil {
		return nil, err
	}
	return &report{distribution: dist, From: d.from, To: d.to, Drift: d.rows(cfg.apis[0].classifier, dist), gatherer: reg}, nil
}

// gathererOf exposes one snapshot as /metrics would.
func gathererOf(snapshot *metrics.Snapshot) prometheus.Gatherer {
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics.NewCollector(func() *metrics.Snapshot { return snapshot }))
	return reg
}

// work runs the workers over the inputs, one input after the other, and returns what they saw.
func work(ctx context.Context, t *atomic.Pointer[table], workers int, inputs []*input, maxLine int, s std) (*drift, error) {
	q := ingest.NewQueue()
	working, stop := context.WithCancel(ctx)
	defer stop()
	drifts := make([]*drift, workers)
	var group sync.WaitGroup
	for i := range workers {
		drifts[i] = newDrift()
		w := &worker{id: i, table: t, drift: drifts[i]}
		group.Go(func() { w.run(working, q) })
	}
	done := showProgress(s.err, inputs)
	defer done()
	for _, in := range inputs {
		if err := in.run(ctx, q, maxLine); err != nil && ctx.Err() == nil {
			return nil, err
		}
	}
	q.Quiet(func() {}) // the last blocks have been taken; now they are counted
	stop()
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, errors.New("interrupted; nothing is reported of files that were read in part")
	}
	for _, d := range drifts[1:] {
		drifts[0].merge(d)
	}
	return drifts[0], nil
}

// An input is one opened file of a report.
type input struct {
	source *ingest.Source
	reader io.Reader
	file   *ingest.File // nil for standard input
}

// run reads the input to its end, by way of the queue.
func (in *input) run(ctx context.Context, q *ingest.Queue, maxLine int) error {
	if in.file == nil {
		return ingest.NewReader(in.source, in.reader, q, maxLine).Run(ctx)
	}
	return ingest.NewFinite(in.source, in.file, q, maxLine).Run(ctx)
}

func (in *input) close() {
	if in.file != nil {
		in.file.Close()
	}
}

// openInputs opens all files before any is read, so that a mistyped name costs nothing.
func openInputs(names []string, stdin io.Reader) ([]*input, error) {
	var inputs []*input
	var errs []error
	for _, name := range names {
		if name == "-" {
			inputs = append(inputs, &input{source: &ingest.Source{Name: name}, reader: ingest.Decompress(stdin)})
			continue
		}
		f, err := ingest.Open(name)
		if err != nil {
			errs = append(errs, inputError(name, err))
			continue
		}
		inputs = append(inputs, &input{source: &ingest.Source{Name: name}, reader: f, file: f})
	}
	return inputs, errors.Join(errs...)
}

func inputError(name string, err error) error {
	if st, serr := os.Stat(name); serr == nil && st.IsDir() {
		return fmt.Errorf("%s is a directory; name the files in it, such as %s", name, filepath.Join(name, "*.log"))
	}
	if errors.Is(err, os.ErrNotExist) && strings.ContainsAny(name, "$%") {
		return fmt.Errorf("%w; a format is given with -f, before the files", plain(err))
	}
	return plain(err)
}

func (r *report) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

func (r *report) writeOpenMetrics(w io.Writer) error {
	families, err := r.gatherer.Gather()
	if err != nil {
		return err
	}
	enc := expfmt.NewEncoder(w, expfmt.NewFormat(expfmt.TypeOpenMetrics))
	for _, f := range families {
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	if c, ok := enc.(expfmt.Closer); ok {
		return c.Close()
	}
	return nil
}
