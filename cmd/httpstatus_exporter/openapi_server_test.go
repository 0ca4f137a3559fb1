package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestRealDocumentsFit gives public OpenAPI documents to a running exporter: each must be compiled in less than 200 MiB at the
// peak. The CPU time is logged; a start should take less than two seconds of it. The kernel's own figure of the process is
// asked while it runs: the one that it leaves behind begins with that of the process that started it.
func TestRealDocumentsFit(t *testing.T) {
	const mostMemory = 200 << 10 // KiB
	dir := filepath.Join("..", "..", "..", "shared", "openapi")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no public documents beside the repository: %v", err)
	}
	binary, log := buildWith(t, "."), filepath.Join(t.TempDir(), "access.log")
	writeFile(t, log, "")
	for _, file := range []string{"api.github.com.json", "twilio_api_v2010.json", "twilio_messaging_v1.yaml", "digitalocean/specification/DigitalOcean-public.v2.yaml",
		"redocly/oas2.yaml", "redocly/oas3.1.yaml", "redocly/oas3.2.yaml"} {
		t.Run(file, func(t *testing.T) {
			name := filepath.Join(dir, filepath.FromSlash(file))
			if _, err := os.Stat(name); err != nil {
				t.Skipf("no %s beside the repository: %v", file, err)
			}
			e := startExporter(t, binary, "-c", name, "--access-log.path="+log).ready(t)
			var memory int // KiB
			if _, err := fmt.Sscanf(e.peak(t), "%d kB", &memory); err != nil {
				t.Fatal(err)
			}
			e.stop(t)
			used := e.cmd.ProcessState.UserTime() + e.cmd.ProcessState.SystemTime()
			t.Logf("%v of CPU time, %d KiB", used, memory)
			if memory > mostMemory {
				t.Errorf("%d KiB, want at most %d", memory, mostMemory)
			}
		})
	}
}
