package main

import (
	"log/slog"
	"sync"
	"time"

	"httpstatus_exporter/metrics"
)

// An exposer hands out snapshots, and with a storage only such as are durable: positions and counts of one quiet moment
// are on disk before anybody sees the counts, so that no exposed value is ever taken back.
type exposer struct {
	engine  *engine
	storage *storage // nil without --storage.path
	log     *slog.Logger

	mu      sync.Mutex
	begun   time.Time // when the latest snapshot was begun
	latest  *metrics.Snapshot
	failing string // what was said of the last write, if it failed
	behind  bool   // resumed from the previous generation and not caught up yet
}

// open locks and reads the storage in dir, if there is one.
func (x *exposer) open(dir string) (*saved, error) {
	if dir == "" {
		return nil, nil
	}
	st, sv, notes, err := openStorage(dir)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		x.log.Error("A saved state cannot be used", "err", n)
	}
	switch {
	case sv == nil:
		x.log.Info("No saved state; counting begins at 0", "dir", dir)
	case sv.snapshot == nil:
		x.log.Warn("The last state could not be saved in full; positions go on, counts begin at 0", "dir", dir, "saved", sv.time)
	default:
		x.log.Info("Going on from the saved state", "dir", dir, "saved", sv.time)
		x.behind = sv.stale
	}
	x.storage = st
	return sv, nil
}

func (x *exposer) close() {
	if x.storage != nil {
		x.storage.close()
	}
}

// snapshot returns counts that were taken after the call began and are durable. Calls that come together share one. When
// the state cannot be written, serving goes on and the failure is counted.
func (x *exposer) snapshot() *metrics.Snapshot {
	asked := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.latest != nil && x.begun.After(asked) {
		return x.latest
	}
	x.begun = time.Now()
	snapshot, positions := x.engine.capture()
	if x.storage != nil {
		x.report(x.storage.write(snapshot, positions, x.begun))
	}
	x.latest = snapshot
	return snapshot
}

// report counts a failed write and logs when writing begins or ceases to fail, and what that means for the next start.
func (x *exposer) report(err error) {
	failing := ""
	switch {
	case err != nil && x.storage.outrun:
		failing = "The state cannot be saved; serving goes on, the next start begins at 0"
	case err != nil:
		failing = "The state cannot be saved, and the last one can neither be marked as outrun nor removed; serving goes on. Remove it before the next start, or counts step back to it"
	}
	if err != nil {
		x.engine.table.Load().recorder.StorageWriteErrors.Add(1)
	}
	if failing != "" && failing != x.failing {
		x.log.Error(failing, "dir", x.storage.dir, "err", err)
	} else if failing == "" && x.failing != "" {
		x.log.Info("The state can be saved again")
	}
	x.failing = failing
}

// stale reports whether counts may be lower than what was exposed before the start: true while a backlog is read after the
// newest generation was found damaged.
func (x *exposer) stale() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.behind && x.engine.ready() {
		x.behind = false
	}
	return x.behind
}
