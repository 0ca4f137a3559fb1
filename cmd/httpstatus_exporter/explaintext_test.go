package main

import (
	"testing"

	"httpstatus_exporter/ingest/accesslog"
)

// TestReasonText: whatever makes a line no entry, explain says what it means.
func TestReasonText(t *testing.T) {
	for _, r := range accesslog.Reasons() {
		if reasonText(r.String()) == "" {
			t.Errorf("reason %s has no explanation", r)
		}
	}
}
