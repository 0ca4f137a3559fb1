package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest/accesslog"
)

func checkCommand() *command {
	return &command{
		name:    "check",
		summary: "validate configuration, contract, thresholds and log access; say which conditions are live",
		long: `Read everything that serve would read, follow nothing, and say what is in force: the contract and its thresholds, whether
each log can be read and its last lines fit the format, which conditions are live with that format, and which log field would
switch the others on.

  httpstatus_exporter check --access-log.path=/var/log/nginx/access.log -f combined

Exit code: 0 in order, 2 when something is wrong.`,
		run: runCheck,
	}
}

func runCheck(_ context.Context, c *command, args []string, s std) error {
	f, cfg, err := parseServe(c, args, s)
	if err != nil {
		return err
	}
	if err := checkStorage(f.storage); err != nil {
		return err
	}
	for i, a := range cfg.apis {
		writeAPICheck(s.out, a)
		for _, l := range cfg.logs {
			if l.api == i {
				writeLogCheck(s.out, a.classifier, l, lookAt(l, a.classifier, f.api.maxLine))
			}
		}
	}
	if len(cfg.logs) == 0 {
		fmt.Fprintln(s.out, "\nno access log is named; with --access-log.path check also says which conditions are live")
	}
	return nil
}

// checkStorage tries to write where the state would be written, or where serve would make the directory.
func checkStorage(dir string) error {
	if dir == "" {
		return nil
	}
	at := filepath.Clean(dir)
	st, err := os.Stat(at)
	for errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
		at = filepath.Dir(at)
		st, err = os.Stat(at)
	}
	if err == nil && !st.IsDir() {
		return fmt.Errorf("--storage.path: %s is a file; name a directory", at)
	}
	f, err := os.CreateTemp(at, ".httpstatus_exporter-check-")
	if err != nil {
		return fmt.Errorf("--storage.path: %s: %w; the exporter must be able to write there", at, withoutPath(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

func writeAPICheck(w io.Writer, a apiConfig) {
	c := a.classifier.Contract()
	fmt.Fprintf(w, "api %s\n  contract    %s (%s): %s, %s, %s\n", a.name, c.Name, c.File, count(int64(len(c.Codes)), "code"), count(int64(len(c.Routes)), "route"),
		count(int64(len(a.classifier.Conditions())), "condition"))
	fmt.Fprintf(w, "  thresholds  objective %g (at most %s bad responses), alerts from %g bad responses on\n", c.Objective, percent(1-c.Objective), c.MinErrors)
	for _, code := range slices.Sorted(maps.Keys(c.MaxRatio)) {
		fmt.Fprintf(w, "              %s at most %s of the responses\n", code, percent(c.MaxRatio[code]))
	}
}

// writeLogCheck prints which conditions the format of l can answer.
func writeLogCheck(w io.Writer, c *classify.Classifier, l logConfig, look *look) {
	name := l.format.Name()
	if name == "" {
		name = "own format"
	}
	fmt.Fprintf(w, "\n  log %s   %s, %s\n", l.path, name, look.state)
	l.format = writeLogColumns(w, l)
	for _, warning := range slices.Concat(l.format.Warnings(), look.warnings) {
		fmt.Fprintf(w, "    WARNING   %s\n", warning)
	}
	width := 0
	for _, cond := range c.Conditions() {
		width = max(width, len(cond.ID))
	}
	for _, cond := range c.Conditions() {
		state, missing := "live", lacking(c, cond, l.format)
		switch {
		case len(missing) > 0:
			state = "unknown"
		case len(depending(cond, l.format)) > 0:
			state, missing = "depends", depending(cond, l.format)
		}
		row := fmt.Sprintf("    %-9s %-*s  %-8s %s", state, width, cond.ID, cond.Severity, strings.Join(missing, "; "))
		fmt.Fprintln(w, strings.TrimRight(row, " "))
	}
	if !l.format.HasDuration() {
		fmt.Fprintf(w, "    no response_duration_seconds: %s\n", fieldHint(l.format.Server(), "duration"))
	}
}

// lacking says what would have to be added, to the format or to the contract, so that a condition can be answered.
func lacking(c *classify.Classifier, cond classify.ConditionInfo, f *accesslog.Format) []string {
	var hints []string
	for _, name := range cond.Fields {
		if !f.Logs(name) {
			hints = append(hints, fieldHint(f.Server(), name))
		}
	}
	if cond.Body && !f.HasBodyBytes() {
		hints = append(hints, fieldHint(f.Server(), "body"))
	}
	if cond.Method && !f.HasMethod() {
		hints = append(hints, fieldHint(f.Server(), "method"))
	}
	if cond.Routes && len(c.Contract().Routes) == 0 {
		hints = append(hints, "add routes to the contract: without them nothing says which methods a resource has")
	}
	return hints
}

// depending says what a server must be told so that a condition can be answered of each of its lines.
func depending(cond classify.ConditionInfo, f *accesslog.Format) []string {
	var hints []string
	for _, name := range cond.Fields {
		if f.Depends(name) {
			hints = append(hints, fieldHint(f.Server(), name))
		}
	}
	return hints
}
