// Package promtest runs the real programs of Prometheus in tests: it finds them, starts a server on given rules and data,
// and says what a query refers to. Only tests import it.
package promtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A Tool is a program that was found.
type Tool struct {
	Path string
	V3   bool // from Prometheus 3, whose ranges are open to the left
}

// Find looks for a program of Prometheus ("prometheus", "promtool"): in $PROMETHEUS3_DIR, in the folder where the checks
// of this repository build Prometheus 3 (httpstatus_exporter-tools/prometheus-3.* beside Go's build cache), then in $PATH.
func Find(name string) (Tool, bool) {
	for _, dir := range []string{os.Getenv("PROMETHEUS3_DIR"), cacheDir()} {
		if dir == "" {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return Tool{Path: path, V3: true}, true
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return Tool{}, false
	}
	version, _ := exec.Command(path, "--version").CombinedOutput() // an old promtool says it on stderr
	return Tool{Path: path, V3: strings.Contains(string(version), "version 3.")}, true
}

// Require is Find for a test that cannot do without: where the program is missing the test is skipped, and fails when
// the environment says CI=true.
func Require(t testing.TB, name string) Tool {
	t.Helper()
	tool, ok := Find(name)
	if !ok {
		Missing(t, name+" is not installed")
	}
	return tool
}

// RequireV3 is Require for tests that need a Prometheus 3.
func RequireV3(t testing.TB, name string) Tool {
	t.Helper()
	tool, ok := Find(name)
	if !ok || !tool.V3 {
		Missing(t, name+" of Prometheus 3 is not installed (PROMETHEUS3_DIR names its folder)")
	}
	return tool
}

// Missing ends a test that needs something which is not there: skipped on a developer's machine, failed when CI=true.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

var cacheDir = sync.OnceValue(func() string {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return ""
	}
	built, _ := filepath.Glob(filepath.Join(filepath.Dir(strings.TrimSpace(string(out))), "httpstatus_exporter-tools", "prometheus-3.*"))
	if len(built) == 0 {
		return ""
	}
	return built[len(built)-1]
})
