package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"httpstatus_exporter": main})
}

// TestScripts runs the real main through what users type; testdata/script says what they see.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			return os.Chmod(e.WorkDir, 0o755)
		},
		RequireExplicitExec: true,
	})
}
