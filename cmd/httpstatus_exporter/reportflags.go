package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
)

// reportFlags are the flags of report, checked.
type reportFlags struct {
	api    apiFlags
	output string
	failOn string

	timestamps bool
	step       time.Duration

	patch         string
	baseline      string
	writeBaseline string

	files    []string
	limits   failLimits
	accepted *baseline
	write    func(*report, io.Writer) error
}

func parseReportFlags(c *command, args []string, s std) (*reportFlags, error) {
	f := new(reportFlags)
	fs := newFlags(c, s)
	f.api.addContract(fs)
	f.api.addFormat(fs)
	fs.StringVarP(&f.output, "output", "o", "text", "text, json, html, markdown, sarif or openmetrics")
	fs.StringVar(&f.failOn, "fail-on", "", "exit 1 when one of these holds, comma separated: undocumented, violation, failed, error-ratio=0.01")
	fs.StringVar(&f.baseline, "baseline", "", "file of accepted findings: they are left out of the drift and of --fail-on")
	fs.StringVar(&f.writeBaseline, "write-baseline", "", "write a baseline that accepts all of today's findings, and nothing else")
	fs.StringVar(&f.patch, "patch", "", "print what would document the undocumented: contract, openapi-overlay or markdown")
	fs.BoolVar(&f.timestamps, "timestamps", false, "with --output=openmetrics: samples by log time, for promtool tsdb create-blocks-from openmetrics; name the oldest file first")
	fs.DurationVar(&f.step, "step", time.Minute, "with --timestamps: time between two samples")
	intVar(fs, &f.api.workers, "workers", 1, runtime.GOMAXPROCS(0), "how many blocks of lines are worked on at once")
	if err := parse(fs, args); err != nil {
		return nil, err
	}
	f.files = fs.Args()
	return f, f.check()
}

// check finds what is wrong with the flags before any file is read.
func (f *reportFlags) check() (err error) {
	if f.limits, err = parseFailOn(f.failOn); err != nil {
		return err
	}
	f.write = map[string]func(*report, io.Writer) error{
		"text": (*report).writeText, "json": (*report).writeJSON, "html": (*report).writeHTML, "markdown": (*report).writeMarkdown, "sarif": (*report).writeSARIF,
		"openmetrics": (*report).writeOpenMetrics,
	}[f.output]
	switch {
	case f.write == nil:
		return fmt.Errorf("--output: found %q; use text, json, html, markdown, sarif or openmetrics", f.output)
	case f.timestamps && f.output != "openmetrics":
		return fmt.Errorf("--timestamps: found --output=%s; timestamps are for --output=openmetrics", f.output)
	case f.timestamps && f.step < time.Second:
		return fmt.Errorf("--step: found %v; use a second or more", f.step)
	case len(f.files) == 0:
		return errors.New("no file is named; use httpstatus_exporter report -f combined FILE..., or - for standard input")
	}
	switch f.patch {
	case "", "contract", "openapi-overlay", "markdown":
	default:
		return fmt.Errorf("--patch: found %q; use contract, openapi-overlay or markdown", f.patch)
	}
	if f.baseline != "" {
		if f.accepted, err = loadBaseline(f.baseline); err != nil {
			return fmt.Errorf("--baseline: %w", err)
		}
	}
	if f.timestamps {
		f.api.workers = 1 // lines are read in their order
	}
	return nil
}
