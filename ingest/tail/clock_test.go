package tail

import (
	"os"
	"testing"
	"time"
)

// What is decided by the times of files and directories runs by the real clock: in a bubble, whose clock begins in the year
// 2000, every directory has changed just now and no file is old.

// TestGrownLater writes to a closed file while its directory stays as it is.
func TestGrownLater(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.write("log", 100)
	r.start()
	r.rename("log", "log.1")
	r.write("log", 10)
	r.settled()
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(r.dir, old, old); err != nil {
		t.Fatal(err)
	}
	closed := func() (closed bool) {
		r.q.Quiet(func() { closed = len(r.f.files) == 1 })
		return closed
	}
	for range 500 {
		if closed() {
			break
		}
		r.pause(1)
	}
	if !closed() {
		t.Error("the rotated file was not closed")
	}
	r.write("log.1", 10)
	r.check()
}

// TestOldFilesAreNotNew restarts beside a compressed file that was there before anything was followed: nothing but its age
// tells that it was not written and rotated while the exporter was down.
func TestOldFilesAreNotNew(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if err := os.WriteFile(r.path("log.2"), []byte("from before the first start\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(r.path("log.2"), old, old); err != nil {
		t.Fatal(err)
	}
	r.compress("log.2", ".gz")
	r.write("log", 10)
	r.start()
	r.settled()
	r.stop()
	r.rename("log", "log.1")
	r.write("log", 10)
	r.start()
	r.check()
}

// TestSecondChangeOfADirectory changes a directory twice within what its time can tell.
func TestSecondChangeOfADirectory(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.write("log", 10)
	r.start()
	r.settled()
	info, err := os.Stat(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	r.write("log.1", 10)
	if err := os.Chtimes(r.dir, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	r.check()
}

// TestClockSetBack restarts with a clock that is behind the time of the saved state.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.write("log", 10)
	r.start()
	r.settled()
	r.stop()
	for i := range r.saved {
		if r.saved[i].State == StateSource {
			r.saved[i].Seen += int64(time.Hour)
		}
	}
	for range 3 {
		r.shiftNames(9)
		r.write("log", 10)
	}
	r.start()
	r.check()
}
