package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"httpstatus_exporter/cmd/loggen/traffic"
	"httpstatus_exporter/ingest/accesslog"
)

func demoCommand() *command {
	return &command{
		name:    "demo",
		summary: "generate traffic into a temporary log and serve it",
		long: `Write generated traffic into a temporary access log, follow that log, and serve the counts: the whole program without a
web server. The log is removed at the end.

  httpstatus_exporter demo
  curl -s localhost:10057/metrics | grep responses_total`,
		run: runDemo,
	}
}

func runDemo(ctx context.Context, c *command, args []string, s std) error {
	var (
		api  apiFlags
		w    webFlags
		rate float64
		seed uint64
	)
	fs := newFlags(c, s)
	api.addContract(fs)
	fs.Float64Var(&rate, "rate", 200, "requests a second")
	fs.Uint64Var(&seed, "seed", 1, "seed of the traffic")
	w.add(fs)
	api.addLog(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("found the argument %q; demo takes flags only", fs.Arg(0))
	}
	if err := w.check(); err != nil {
		return err
	}
	if rate <= 0 || rate > 1e6 {
		return fmt.Errorf("--rate: found %v; use a number of requests a second from 1 to 1000000", rate)
	}
	dir, err := os.MkdirTemp("", "httpstatus_exporter-demo-")
	if err != nil {
		return plain(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "access.log")
	gen, err := traffic.New(seed, traffic.Options{Format: accesslog.ContractFormat, Odd: 0.001, Errors: 0.004, Violations: 0.002, PerSecond: rate, Start: time.Now()})
	if err != nil {
		return err
	}
	api.paths, api.format, api.from, api.maxLine, api.maxSeries = []string{path}, "contract", "beginning", 1<<20, 10_000
	cfg, err := api.load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	written := make(chan error, 1)
	go func() { written <- writeTraffic(ctx, path, gen, rate) }()
	srv := &server{flags: &api, web: &w, log: api.logger(s.err), started: func() { greet(s, w.listen[0], w.telemetryPath, path, rate) }}
	err = srv.run(ctx, cfg, "")
	cancel()
	if werr := <-written; err == nil {
		err = werr
	}
	return err
}

// greet says what is to be seen where.
func greet(s std, address, telemetryPath, log string, rate float64) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	url := "http://" + net.JoinHostPort(host, port)
	fmt.Fprintf(s.out, `Generated traffic, %g requests a second, is being written to %s and counted.

  status page   %s/
  metrics       curl -s %s%s | grep responses_total
  one line      tail -n 1 %s | httpstatus_exporter explain -f contract

Ctrl-C ends the demo.
`, rate, log, url, url, telemetryPath, log)
}

// writeTraffic appends lines to path at the given rate until ctx is done, a batch every 20 ms.
func writeTraffic(ctx context.Context, path string, gen *traffic.Generator, rate float64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return plain(err)
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<16)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var line []byte
	start, lines := time.Now(), 0
	for {
		for due := int(time.Since(start).Seconds() * rate); lines < due; lines++ {
			line = gen.AppendLine(line[:0])
			out.Write(line)
		}
		if err := out.Flush(); err != nil {
			return fmt.Errorf("write the demo's log: %w", plain(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
