package main

import (
	"sync/atomic"
	"testing"

	"httpstatus_exporter/ingest"
)

// TestLeftSource counts blocks of sources that a reload has left: their streams may still be on the queue, and their IDs may
// be beyond the new table or another source's.
func TestLeftSource(t *testing.T) {
	api := apiFlags{contract: "agave", format: "combined", paths: []string{"a.log"}}
	cfg, err := api.load()
	if err != nil {
		t.Fatal(err)
	}
	followed := &ingest.Source{Name: "a.log"}
	e := &engine{maxSeries: 100, workers: 1}
	var current atomic.Pointer[table]
	current.Store(e.newTable(cfg, []*ingest.Source{followed}))
	w := &worker{table: &current}
	line := []byte(`203.0.113.9 - - [22/Nov/2026:10:00:01 +0000] "GET /x HTTP/1.1" 200 5 "-" "curl/8"` + "\n")
	for _, c := range []struct {
		what   string
		source *ingest.Source
		want   int64
	}{
		{"followed", followed, 1},
		{"left, with the ID of another", &ingest.Source{Name: "b.log", ID: 0}, 1},
		{"left, with an ID beyond the table", &ingest.Source{Name: "c.log", ID: 7}, 1},
		{"followed, again", followed, 2},
	} {
		w.count(c.source, ingest.Block{Data: line})
		dist, err := distributionOf(recorderGatherer(current.Load()), "agave")
		if err != nil {
			t.Fatal(err)
		}
		if dist.Lines != c.want || dist.Responses != c.want {
			t.Errorf("%s: %d lines and %d responses, want %d of each", c.what, dist.Lines, dist.Responses, c.want)
		}
	}
}
