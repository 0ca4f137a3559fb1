package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"httpstatus_exporter/classify/contract"
)

func contractDiff() *command {
	return &command{
		name:    "contract diff",
		args:    "A B",
		summary: "compare two contracts: what changed, and what breaks clients",
		long: `Compare two contracts code by code, as they apply on every route. Breaking changes begin with an exclamation mark: a route
or a success that is gone, an error that nothing covered before, a header that is no longer promised.

  httpstatus_exporter contract diff --fail-on=breaking old.yaml new.yaml

Exit code: 0, 1 when a --fail-on condition holds, 2 when a contract cannot be read.`,
		run: runContractDiff,
	}
}

func runContractDiff(_ context.Context, c *command, args []string, s std) error {
	var output, failOn string
	fs := newFlags(c, s)
	fs.StringVarP(&output, "output", "o", "text", "text or json")
	fs.StringVar(&failOn, "fail-on", "none", "exit 1 with such a change: breaking, any or none")
	if err := parse(fs, args); err != nil {
		return err
	}
	write := map[string]func(io.Writer, []contract.Change) error{"text": diffText, "json": diffJSON}[output]
	if write == nil {
		return fmt.Errorf("--output: found %q; use text or json", output)
	}
	if failOn != "breaking" && failOn != "any" && failOn != "none" {
		return fmt.Errorf("--fail-on: found %q; use breaking, any or none", failOn)
	}
	if fs.NArg() != 2 {
		return fmt.Errorf("found %s; name two: contract diff old.yaml new.yaml", count(int64(fs.NArg()), "contract"))
	}
	a, errA := contract.Load(fs.Arg(0))
	b, errB := contract.Load(fs.Arg(1))
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	changes := contract.Diff(a, b)
	if err := write(s.out, changes); err != nil {
		return err
	}
	for _, ch := range changes {
		if failOn == "any" || failOn == "breaking" && ch.Breaking {
			return exitCode(exitFinding)
		}
	}
	return nil
}

func diffText(w io.Writer, changes []contract.Change) error {
	var breaking int64
	for _, ch := range changes {
		mark := " "
		if ch.Breaking {
			mark = "!"
			breaking++
		}
		fmt.Fprintf(w, "%s %s\n", mark, ch)
	}
	_, err := fmt.Fprintf(w, "%s, %d breaking\n", count(int64(len(changes)), "change"), breaking)
	return err
}

// A diffChange is one change as JSON.
type diffChange struct {
	Kind     string `json:"kind"`
	Route    string `json:"route,omitempty"`
	Code     string `json:"code,omitempty"`
	What     string `json:"what"`
	Old      string `json:"old,omitempty"`
	New      string `json:"new,omitempty"`
	Breaking bool   `json:"breaking"`
	Why      string `json:"why,omitempty"`
	At       string `json:"at"`
}

func diffJSON(w io.Writer, changes []contract.Change) error {
	rows := []diffChange{}
	for _, c := range changes {
		rows = append(rows, diffChange{c.Kind, c.Route, c.Code, c.What, c.Old, c.New, c.Breaking, c.Why, c.Pos.String()})
	}
	return writeIndented(w, rows)
}
