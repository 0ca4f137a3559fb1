// Httpstatus_exporter counts the responses of an HTTP API by the status codes that its documentation promises. It follows
// the access logs that the servers already write and exposes the counts to Prometheus.
//
// The way of the data is one line: source -> block -> entry -> verdict -> count; pipeline.go has the loop that does it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/prometheus/common/version"
	"github.com/spf13/pflag"
)

// Exit codes of every command.
const (
	exitOK      = 0
	exitFinding = 1 // a --fail-on condition holds, a line has no documented verdict, a check failed
	exitUsage   = 2 // usage, configuration or input
)

// std is where a command reads and writes: the process's own streams, or a test's.
type std struct {
	in       io.Reader
	out, err io.Writer
}

// A command is one subcommand.
type command struct {
	name    string
	args    string // what follows the flags, for the help text
	summary string
	run     func(ctx context.Context, c *command, args []string, s std) error
	long    string
}

// commands is filled by a function because the commands refer to it.
func commands() []*command {
	return []*command{serveCommand(), reportCommand(), explainCommand(), checkCommand(), contractCommand(), demoCommand(), versionCommand()}
}

func main() {
	if version.Version == "" {
		version.Version = release
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once: what is on disk is exact at every moment.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], std{os.Stdin, os.Stdout, os.Stderr})
	os.Exit(code)
}

// run is main without the process: it runs one command and returns its exit code.
func run(ctx context.Context, args []string, s std) int {
	all := commands()
	cmd, rest := all[0], args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		i := slices.IndexFunc(all, func(c *command) bool { return c.name == args[0] })
		switch {
		case args[0] == "help":
			return help(all, args[1:], s)
		case i < 0:
			fmt.Fprintf(s.err, "httpstatus_exporter: there is no command %q; %s\n", args[0], suggestCommand(all, args[0]))
			return exitUsage
		}
		cmd, rest = all[i], args[1:]
	} else if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		return help(all, nil, s)
	} else if len(args) == 1 && args[0] == "--version" { // as every Prometheus component has it
		return run(ctx, []string{"version"}, s)
	}
	out := &checkedWriter{Writer: s.out}
	s.out = out
	err := cmd.run(ctx, cmd, rest, s)
	if out.err != nil {
		err = fmt.Errorf("the output could not be written: %w", withoutPath(out.err))
	}
	var code exitCode
	switch {
	case err == nil || errors.Is(err, pflag.ErrHelp):
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(s.err, "httpstatus_exporter %s: %v\n", cmd.name, err)
	return exitUsage
}

// A checkedWriter remembers the first error, so that no command succeeds whose output is lost on a full disk.
type checkedWriter struct {
	io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// exitCode is an error that has been reported already and only sets the exit code.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func help(all []*command, args []string, s std) int {
	if len(args) > 0 {
		return run(context.Background(), []string{args[0], "--help"}, s)
	}
	fmt.Fprint(s.out, "Count the responses of an HTTP API by the status codes that its documentation promises.\n\nUsage:\n  httpstatus_exporter [command] [flags]\n\nCommands:\n")
	for _, c := range all {
		fmt.Fprintf(s.out, "  %-9s %s\n", c.name, c.summary)
	}
	fmt.Fprint(s.out, `
Without a command, serve is meant. "httpstatus_exporter COMMAND --help" lists the flags of a command.

Try it:
  httpstatus_exporter demo                                   generated traffic, http://localhost:10057/
  httpstatus_exporter report -f combined access.log          a finished log, once
  httpstatus_exporter --access-log.path=/var/log/nginx/access.log
`)
	return exitOK
}

func suggestCommand(all []*command, word string) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.name
	}
	if best := nearest(word, names); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "the commands are " + strings.Join(names, ", ")
}

// nearest returns the candidate with the smallest edit distance to word, "" when none is near.
func nearest(word string, candidates []string) string {
	best, limit := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if d := distance(word, c); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
