package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestRealDocumentsFit gives public OpenAPI documents to the binary: each is compiled in less than two seconds of CPU time and
// 200 MiB of memory at its peak.
func TestRealDocumentsFit(t *testing.T) {
	const mostTime, mostMemory = 2 * time.Second, 200 << 10 // KiB, as Linux counts
	if raceEnabled {
		t.Skip("the race detector takes a multiple of both")
	}
	dir := filepath.Join("..", "..", "..", "shared", "openapi")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no public documents beside the repository: %v", err)
	}
	binary := build(t, ".")
	for _, file := range []string{"api.github.com.json", "twilio_api_v2010.json", "twilio_messaging_v1.yaml", "digitalocean/specification/DigitalOcean-public.v2.yaml",
		"redocly/oas2.yaml", "redocly/oas3.1.yaml", "redocly/oas3.2.yaml"} {
		t.Run(file, func(t *testing.T) {
			name := filepath.Join(dir, filepath.FromSlash(file))
			if _, err := os.Stat(name); err != nil {
				t.Skipf("no %s beside the repository: %v", file, err)
			}
			cmd := exec.Command(binary, "check", "-c", name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			memory := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
			if used > mostTime || memory > mostMemory {
				t.Errorf("%v, %d KiB", used, memory)
			}
			t.Logf("%v, %d KiB", used, memory)
		})
	}
}
