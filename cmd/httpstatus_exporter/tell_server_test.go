package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTellsWhatIsWrong holds that a format which is not the server's, and a state that cannot be written, are on the status
// page and in the log of the exporter, once: nothing looks in order that is not.
func TestTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, state := filepath.Join(dir, "access.log"), filepath.Join(dir, "state")
	appendLines(t, log, "200", 3)
	if err := os.MkdirAll(filepath.Join(state, "state.tmp"), 0o755); err != nil { // in the way of every save
		t.Fatal(err)
	}
	e := startExporter(t, build(t, "."), "--access-log.path="+log, "-f", "haproxy", "--access-log.from=beginning", "--storage.path="+state).ready(t)
	e.counted(t, 3)
	_, page, err := fetch(e.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"No line of " + log + " fits its format", "Storage: cannot be written, the next start counts from 0."} {
		if !strings.Contains(page, want) {
			t.Errorf("the status page lacks %q", want)
		}
	}
	const warning = `msg="None of the lines so far fits the format of the log; give the one that the server writes"`
	await(t, "the warning", func() bool { return strings.Contains(e.said.String(), warning) }, e.said.String)
	appendLines(t, log, "200", 1)
	e.counted(t, 4)
	e.stop(t)
	for _, said := range []string{warning, "The state cannot be saved"} {
		if n := strings.Count(e.said.String(), said); n != 1 {
			t.Errorf("%q is said %d times:\n%s", said, n, e.said.String())
		}
	}
}
