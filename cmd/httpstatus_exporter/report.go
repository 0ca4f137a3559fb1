package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/accesslog"
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
  httpstatus_exporter report --fail-on=undocumented,error-ratio=0.01 --baseline=known.yaml access.log
  httpstatus_exporter report --output=html access.log > distribution.html
  httpstatus_exporter report -c shop.yaml --patch=contract access.log > shop-with-what-is-answered.yaml
  httpstatus_exporter report --output=openmetrics --timestamps access.log.2.gz access.log.1 access.log > history.txt

Exit code: 0 in order, 1 when a --fail-on condition holds, 2 on a usage or input error.`,
		run: runReport,
	}
}

// reportSeries is the series limit of a report: memory is not at stake in a run that ends.
const reportSeries = 1 << 20

// A report is one run over files.
type report struct {
	*distribution
	From  time.Time  `json:"from,omitzero"`
	To    time.Time  `json:"to,omitzero"`
	Drift []driftRow `json:"drift"`
	Seen  []seenRow  `json:"seen"`

	contract *contract.Contract
	gatherer prometheus.Gatherer
}

func runReport(ctx context.Context, c *command, args []string, s std) error {
	f, err := parseReportFlags(c, args, s)
	if err != nil {
		return err
	}
	inputs, err := openInputs(f.files, s.in)
	if err != nil {
		return err
	}
	if f.timestamps {
		t, _, err := inputTable(&f.api, inputs)
		if err != nil {
			return err
		}
		return runBackfill(ctx, t, inputs, f.api.maxLine, f.step, s)
	}
	r, err := readFiles(ctx, &f.api, inputs, s)
	if err != nil {
		return err
	}
	if err := r.fit(); err != nil {
		return err
	}
	if f.writeBaseline != "" {
		return saveBaseline(f.writeBaseline, r.Drift)
	}
	if err := r.accept(f.accepted, s); err != nil {
		return err
	}
	if err := r.print(f, s); err != nil {
		return err
	}
	if found := f.limits.hold(r); found != "" {
		fmt.Fprintf(s.err, "httpstatus_exporter report: --fail-on: %s\n", found)
		return exitCode(exitFinding)
	}
	return nil
}

// fit refuses logs that have lines, not only blank ones and comments, of which none is an entry: a report of them would say
// that nothing is wrong.
func (r *report) fit() error {
	if r.Responses > 0 || r.Lines == r.Skipped[accesslog.Blank.String()]+r.Skipped[accesslog.Comment.String()] {
		return nil
	}
	return fmt.Errorf("none of %s is an entry, failed %s, skipped %s: is -f the format that the server writes? explain takes one of them",
		count(r.Lines, "line"), reasons(r.Failed), reasons(r.Skipped))
}

// print writes the output, or the patch, that the flags ask for.
func (r *report) print(f *reportFlags, s std) error {
	if f.patch == "" {
		return f.write(r, s.out)
	}
	err := r.writePatch(s.out, f.patch, r.contract)
	if errors.Is(err, errNothing) {
		fmt.Fprintf(s.err, "httpstatus_exporter report: %v\n", err)
		return nil
	}
	return err
}

// accept leaves out the findings that a baseline accepts.
func (r *report) accept(b *baseline, s std) error {
	if b == nil {
		return nil
	}
	rest, known, stale := b.filter(r.Drift)
	r.Drift = rest
	fmt.Fprintf(s.err, "httpstatus_exporter report: --baseline: %s accepted", count(int64(known), "finding"))
	if len(stale) > 0 {
		fmt.Fprintf(s.err, ", %d did not occur any more", len(stale))
	}
	fmt.Fprintln(s.err)
	return nil
}

func saveBaseline(name string, rows []driftRow) error {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("--write-baseline: %w", plain(err))
	}
	if err := writeBaseline(f, rows); err != nil {
		f.Close()
		return fmt.Errorf("--write-baseline: %w", plain(err))
	}
	return f.Close()
}

// readFiles counts the lines of all files with a pipeline of its own.
func readFiles(ctx context.Context, api *apiFlags, inputs []*input, s std) (*report, error) {
	t, cfg, err := inputTable(api, inputs)
	if err != nil {
		return nil, err
	}
	d, err := work(ctx, t, max(1, api.workers), inputs, api.maxLine, s)
	if err != nil {
		return nil, err
	}
	reg := gathererOf(t.recorder.Snapshot())
	dist, err := distributionOf(reg, cfg.apis[0].name)
	if err != nil {
		return nil, err
	}
	cl := cfg.apis[0].classifier
	seen, err := seenRows(reg, dist.API)
	if err != nil {
		return nil, err
	}
	d.dateSeen(cl, seen)
	rows := append(d.rows(cl, dist), defaultOnly(cl.Contract(), seen)...)
	return &report{distribution: dist, From: d.from, To: d.to, Drift: rows, Seen: seen, contract: cl.Contract(), gatherer: reg}, nil
}

// inputTable compiles how the lines of the inputs are read and judged.
func inputTable(api *apiFlags, inputs []*input) (*table, *config, error) {
	cfg, err := api.load()
	if err != nil {
		return nil, nil, err
	}
	lc, err := compileLog(fileLog{Path: "-", Format: api.format}, 0, func(key string) string { return flagNames(0, -1, key) })
	if err != nil {
		return nil, nil, err
	}
	sources := make([]*ingest.Source, len(inputs))
	for i, in := range inputs {
		sources[i] = in.source
		in.source.ID = i
		cfg.logs = append(cfg.logs, lc)
	}
	e := &engine{maxSeries: reportSeries, workers: max(1, api.workers)}
	return e.newTable(cfg, sources), cfg, nil
}

// recorderGatherer exposes a recorder's counts as they are at each Gather. Nothing may count meanwhile.
func recorderGatherer(t *table) prometheus.Gatherer {
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics.NewCollector(t.recorder.Snapshot))
	return reg
}

// gathererOf exposes one snapshot as /metrics would.
func gathererOf(snapshot *metrics.Snapshot) prometheus.Gatherer {
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics.NewCollector(func() *metrics.Snapshot { return snapshot }))
	return reg
}

// work runs the workers over the inputs, one input after the other, and returns what they saw.
func work(ctx context.Context, t *table, workers int, inputs []*input, maxLine int, s std) (*drift, error) {
	var current atomic.Pointer[table]
	current.Store(t)
	q := ingest.NewQueue()
	working, stop := context.WithCancel(ctx)
	defer stop()
	drifts := make([]*drift, workers)
	var group sync.WaitGroup
	for i := range workers {
		drifts[i] = newDrift()
		w := &worker{id: i, table: &current, drift: drifts[i]}
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
