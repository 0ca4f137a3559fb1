package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"httpstatus_exporter/classify/contract"
)

func contractCommand() *command {
	return &command{
		name:    "contract",
		args:    "show|import|lint|diff",
		summary: "work on contracts: show the effective table, import a page, lint, compare two",
		long: `Work on what an API documents, without any traffic.

  httpstatus_exporter contract show -c openapi.yaml            every code in every place, after inheritance
  httpstatus_exporter contract show --output=html > codes.html the same as a documentation page
  httpstatus_exporter contract import status-codes.rst         a page's table as a contract, on standard output
  httpstatus_exporter contract lint contract.yaml              what is probably not meant so
  httpstatus_exporter contract diff old.yaml new.yaml          what changed, and what breaks clients

"httpstatus_exporter contract COMMAND --help" lists the flags of each.`,
		run: runContract,
	}
}

func contractCommands() []*command {
	return []*command{contractShow(), contractImport(), contractLint(), contractDiff()}
}

func runContract(ctx context.Context, c *command, args []string, s std) error {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		fs := newFlags(c, s)
		fs.Usage = func() {
			fmt.Fprintf(s.out, "%s\n\nUsage:\n  httpstatus_exporter contract COMMAND [flags]\n\nCommands:\n", c.long)
			for _, sub := range contractCommands() {
				fmt.Fprintf(s.out, "  %-6s  %s\n", strings.TrimPrefix(sub.name, "contract "), sub.summary)
			}
		}
		if err := parse(fs, args); err != nil {
			return err
		}
		return errors.New("no command is named; use contract show, import, lint or diff")
	}
	names := []string{}
	for _, sub := range contractCommands() {
		name := strings.TrimPrefix(sub.name, "contract ")
		if name == args[0] {
			return sub.run(ctx, sub, args[1:], s)
		}
		names = append(names, name)
	}
	if best := nearest(args[0], names); best != "" {
		return fmt.Errorf("there is no command contract %s; did you mean contract %s?", args[0], best)
	}
	return fmt.Errorf("there is no command contract %s; the commands are %s", args[0], strings.Join(names, ", "))
}

// loadNamed reads the contract that -c or the only argument names.
func loadNamed(api *apiFlags, fs *pflag.FlagSet) (*contract.Contract, error) {
	switch {
	case fs.NArg() > 1:
		return nil, fmt.Errorf("found %d contracts; name one", fs.NArg())
	case fs.NArg() == 1 && fs.Changed("api.contract"):
		return nil, fmt.Errorf("found both --api.contract=%s and the argument %s; name one contract", api.contract, fs.Arg(0))
	case fs.NArg() == 1:
		api.contract = fs.Arg(0)
	}
	return contract.Load(api.contract)
}
