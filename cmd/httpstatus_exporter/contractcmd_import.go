package main

import (
	"context"
	"errors"
	"fmt"

	"httpstatus_exporter/classify/contract"
)

func contractImport() *command {
	return &command{
		name:    "contract import",
		args:    "FILE",
		summary: "turn the tables of a documentation page into a contract",
		long: `Read a documentation page (HTML, reStructuredText or Markdown; - is standard input), find its tables of status codes, and
print a contract. What the text seems to ask of the codes is suggested as comments: nothing is guessed silently.

  httpstatus_exporter contract import status-codes.rst > contract.yaml

Exit code: 0, 2 when there is no such table.`,
		run: runContractImport,
	}
}

func runContractImport(_ context.Context, c *command, args []string, s std) error {
	fs := newFlags(c, s)
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		return errors.New("name one page: contract import status-codes.html, or - for standard input")
	}
	name := fs.Arg(0)
	var data []byte
	var err error
	if name == "-" {
		data, err = readAll(s.in, "standard input", maxText)
	} else {
		data, err = readFile(name, maxText)
	}
	if err != nil {
		return plain(err)
	}
	result, err := contract.Import(name, data)
	if err != nil {
		return err
	}
	for _, w := range result.Warnings {
		fmt.Fprintln(s.err, w)
	}
	_, err = s.out.Write(result.YAML)
	return err
}
