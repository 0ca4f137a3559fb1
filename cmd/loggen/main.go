// Command loggen writes realistic access logs: benchmark corpora at full speed, demo traffic at a rate, and the torture of
// rotations with lingering writers and torn lines. The same seed writes the same lines; a truth file has their exact counts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"httpstatus_exporter/cmd/loggen/traffic"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// A config is what the command line says.
type config struct {
	seed        uint64
	traffic     traffic.Options
	lines       int64         // 0: until duration has passed or a signal comes
	rate        float64       // lines per second, 0: as fast as possible
	duration    time.Duration // 0: no end
	output      string        // "-" is standard output
	truth       string        // "" writes none
	rotateEvery time.Duration // 0: never
	rotation    string        // rename or copytruncate
	linger      time.Duration // how long lines go on into the renamed file
	keep        int           // rotated files; 0: all
	torn        bool
}

// run writes one log and returns the exit code: 0 when all was written (a signal ends it in order), 1 when writing failed,
// 2 when the command line is wrong.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if errors.Is(err, pflag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "loggen: %v\nTry 'loggen --help'.\n", err)
		return 2
	}
	g, err := traffic.New(c.seed, c.traffic)
	if err != nil {
		fmt.Fprintf(stderr, "loggen: %v\n", err)
		return 2
	}
	if err := write(ctx, c, g, stdout); err != nil {
		fmt.Fprintf(stderr, "loggen: %v\n", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (config, error) {
	c := config{traffic: traffic.Defaults()}
	flags := pflag.NewFlagSet("loggen", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: loggen [flags]\n\nWrites a realistic access log; the same seed writes the same lines.\n\n%s", flags.FlagUsages())
	}
	var start string
	flags.Uint64Var(&c.seed, "seed", 1, "`number` that decides every line")
	flags.Int64VarP(&c.lines, "lines", "n", 0, "stop after this many lines; 0 goes on until --duration or a signal")
	flags.Float64Var(&c.rate, "rate", 0, "lines per second; 0 is as fast as possible")
	flags.DurationVar(&c.duration, "duration", 0, "stop after this time")
	flags.StringVar(&c.traffic.Format, "format", "combined", "combined, json, contract (JSON with the facts that conditions need), or an nginx log_format `string`")
	flags.StringVarP(&c.output, "output", "o", "-", "append to this `file`; - is standard output")
	flags.StringVar(&c.truth, "truth", "", "at the end, write the exact counts to this `file` as JSON")
	flags.Float64Var(&c.traffic.Odd, "odd", c.traffic.Odd, "`share` of odd lines: no request, TLS and HTTP/2 bytes, blanks and quotes in the URL, agents that fake a status, 499, 000, 009")
	flags.Float64Var(&c.traffic.Errors, "errors", c.traffic.Errors, "`share` of answers with 500, 502, 503 or 504")
	flags.Float64Var(&c.traffic.Violations, "violations", c.traffic.Violations, "`share` of answers that break what the documentation ties to their code")
	flags.StringVar(&start, "start", "", "log `time` of the first line, RFC 3339; the default is fixed")
	flags.DurationVar(&c.rotateEvery, "rotate-every", 0, "rotate the output at this interval, as FILE.1, FILE.2, ...")
	flags.StringVar(&c.rotation, "rotation", "rename", "rename (and create), or copytruncate")
	flags.DurationVar(&c.linger, "linger", 0, "after a rename, write on into the renamed file for this time; in its second half every other line already goes to the new one")
	flags.IntVar(&c.keep, "keep", 0, "keep this `number` of rotated files; 0 keeps all")
	flags.BoolVar(&c.torn, "torn", false, "write lines in pieces and leave the last one unfinished until the next write")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if start != "" {
		var err error
		if c.traffic.Start, err = time.Parse(time.RFC3339, start); err != nil {
			return c, fmt.Errorf("--start: %w", err)
		}
	}
	c.traffic.PerSecond = c.rate
	return c, c.check(flags.Args())
}

// check finds what no single flag can see.
func (c *config) check(args []string) error {
	switch {
	case len(args) > 0:
		return fmt.Errorf("unexpected argument %q", args[0])
	case c.lines < 0 || c.rate < 0 || c.keep < 0 || c.duration < 0 || c.rotateEvery < 0 || c.linger < 0:
		return errors.New("numbers and times must not be negative")
	case c.rotation != "rename" && c.rotation != "copytruncate":
		return fmt.Errorf("--rotation=%s: want rename or copytruncate", c.rotation)
	case c.rotateEvery > 0 && c.output == "-":
		return errors.New("--rotate-every needs --output=FILE")
	case c.linger > 0 && c.rotation != "rename":
		return errors.New("--linger needs --rotation=rename")
	}
	return nil
}
