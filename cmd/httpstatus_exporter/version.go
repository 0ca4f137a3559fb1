package main

import (
	"context"
	"fmt"

	"github.com/prometheus/common/version"
)

// release is the version of a build that sets none with -ldflags "-X github.com/prometheus/common/version.Version=...".
const release = "0.1.0-dev"

func versionCommand() *command {
	return &command{
		name:    "version",
		summary: "print the version",
		long:    "Print version, revision and build of this program.",
		run: func(_ context.Context, c *command, args []string, s std) error {
			if err := parse(newFlags(c, s), args); err != nil {
				return err
			}
			fmt.Fprintln(s.out, version.Print("httpstatus_exporter"))
			return nil
		},
	}
}
