package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"httpstatus_exporter/ingest/tail"
	"httpstatus_exporter/metrics"
)

// stateOf makes a snapshot in which n lines were read, with a position of offset n.
func stateOf(t *testing.T, n int) (*metrics.Snapshot, map[string][]tail.Position) {
	t.Helper()
	api := apiFlags{contract: "agave", maxLine: 1 << 20}
	cfg, err := api.load()
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{workers: 1, maxSeries: 100}
	tb := e.newTable(cfg, nil)
	tb.recorder.StorageWriteErrors.Add(int64(n)) // any counter will do
	return tb.recorder.Snapshot(), map[string][]tail.Position{"/log": {{Path: "/log", Offset: int64(n)}}}
}

func openState(t *testing.T, dir string) (*storage, *saved, []string) {
	t.Helper()
	s, sv, notes, err := openStorage(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, sv, notes
}

func writeState(t *testing.T, s *storage, n int) error {
	t.Helper()
	snapshot, positions := stateOf(t, n)
	return s.write(snapshot, positions, time.Unix(int64(n), 0))
}

// offsetOf is the n that a saved state was made with, -1 for none.
func offsetOf(sv *saved) int {
	if sv == nil {
		return -1
	}
	return int(sv.positions["/log"][0].Offset)
}

func TestStateRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "the", "exporter")
	s, sv, notes := openState(t, dir)
	if sv != nil || len(notes) > 0 {
		t.Fatalf("a new directory holds %v, %v", sv, notes)
	}
	for n := 1; n <= 3; n++ {
		if err := writeState(t, s, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := openStorage(dir); err == nil || !strings.Contains(err.Error(), "in use by another httpstatus_exporter") {
		t.Errorf("a second process got %v", err)
	}
	s.close()
	s, sv, notes = openState(t, dir)
	defer s.close()
	if offsetOf(sv) != 3 || sv.stale || sv.snapshot == nil || !sv.time.Equal(time.Unix(3, 0)) || len(notes) > 0 {
		t.Errorf("found %+v, %v", sv, notes)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, previousName)); len(data) == 0 {
		t.Error("the previous generation was not kept")
	}
}

// TestStateDamage cuts and flips the newest generation everywhere: it is used whole, or the previous one is, and never a
// third thing.
func TestStateDamage(t *testing.T) {
	dir := t.TempDir()
	s, _, _ := openState(t, dir)
	for n := 1; n <= 2; n++ {
		if err := writeState(t, s, n); err != nil {
			t.Fatal(err)
		}
	}
	s.close()
	name := filepath.Join(dir, stateName)
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		sv, notes := s.read()
		if offsetOf(sv) != 1 || !sv.stale {
			t.Errorf("%s: found state %d", what, offsetOf(sv))
		}
		if len(notes) != 1 || !strings.Contains(notes[0], name) {
			t.Errorf("%s: said %q", what, notes)
		}
	}
	for _, n := range []int{0, 1, 7, 8, 9, 17, 18, 30, len(good) / 2, len(good) - 5, len(good) - 4, len(good) - 1} {
		check(fmt.Sprintf("cut to %d bytes", n), good[:n])
	}
	for i := range good {
		if int64(i) == flagOffset || i%7 > 0 && i > 40 { // the flag has a test of its own; every seventh byte of the long body
			continue
		}
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x40
		check(fmt.Sprintf("byte %d flipped", i), bad)
	}
	old := append([]byte(nil), good...)
	old[len(stateMagic)] = stateVersion + 1
	check("another version", old)
	os.WriteFile(name, good, 0o600)
	if sv, _ := s.read(); offsetOf(sv) != 2 || sv.stale {
		t.Errorf("the undamaged file gives %d", offsetOf(sv))
	}
}

// TestStateFaults ends or fails a write between any two of its steps. What is found afterwards is the generation before or
// the new one; after a failure that the process survived, the counts are marked as outrun.
func TestStateFaults(t *testing.T) {
	for _, step := range []string{"write", "fsync", "link", "rename"} {
		t.Run("killed after "+step, func(t *testing.T) {
			dir := t.TempDir()
			s, _, _ := openState(t, dir)
			writeState(t, s, 1)
			writeState(t, s, 2)
			s.fault = func(at string) error {
				if at == step {
					panic("killed")
				}
				return nil
			}
			func() {
				defer func() { recover() }()
				writeState(t, s, 3)
			}()
			s.close()
			s, sv, notes := openState(t, dir)
			defer s.close()
			want := 2
			if step == "rename" {
				want = 3
			}
			if offsetOf(sv) != want || sv.stale || sv.snapshot == nil || len(notes) > 0 {
				t.Errorf("found state %d, %v, want %d", offsetOf(sv), notes, want)
			}
			s.fault = nil
			if err := writeState(t, s, 4); err != nil {
				t.Errorf("the next write: %v", err)
			}
		})
		t.Run("failed after "+step, func(t *testing.T) {
			dir := t.TempDir()
			s, _, _ := openState(t, dir)
			writeState(t, s, 1)
			writeState(t, s, 2)
			s.fault = func(at string) error {
				if at == step {
					return syscall.ENOSPC
				}
				return nil
			}
			for range 2 {
				if err := writeState(t, s, 3); !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("the write returned %v", err)
				}
			}
			s.close()
			s, sv, _ := openState(t, dir)
			if offsetOf(sv) < 2 || sv.snapshot != nil {
				t.Errorf("found state %d with counts %v: they would step back", offsetOf(sv), sv.snapshot != nil)
			}
			if err := writeState(t, s, 4); err != nil { // space again
				t.Fatal(err)
			}
			s.close()
			s, sv, _ = openState(t, dir)
			defer s.close()
			if offsetOf(sv) != 4 || sv.snapshot == nil {
				t.Errorf("after the disk had room again: state %d, counts %v", offsetOf(sv), sv.snapshot != nil)
			}
		})
	}
}

// TestStateOrder: the new generation is on the disk before its name is, and the name before anybody relies on it.
func TestStateOrder(t *testing.T) {
	dir := t.TempDir()
	s, _, _ := openState(t, dir)
	defer s.close()
	if err := writeState(t, s, 1); err != nil {
		t.Fatal(err)
	}
	generation := func(name string) int {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return -1
		}
		sv, err := decodeState(data)
		if err != nil {
			return -1
		}
		return offsetOf(sv)
	}
	var synced []string
	s.sync = func(f *os.File) error {
		name, _ := filepath.Rel(dir, f.Name())
		synced = append(synced, fmt.Sprintf("%s: new %d, newest %d", name, generation(stateName+".tmp"), generation(stateName)))
		return f.Sync()
	}
	if err := writeState(t, s, 2); err != nil {
		t.Fatal(err)
	}
	if want := []string{"state.tmp: new 2, newest 1", ".: new -1, newest 2"}; !slices.Equal(synced, want) {
		t.Errorf("synced %q, want %q", synced, want)
	}
	if n := generation(previousName); n != 1 {
		t.Errorf("the previous generation is %d, want 1", n)
	}
}

// TestStateOnPoorFileSystems saves where there are no hard links, and where directories cannot be synced.
func TestStateOnPoorFileSystems(t *testing.T) {
	dir := t.TempDir()
	s, _, _ := openState(t, dir)
	s.link = func(string, string) error { return &os.LinkError{Op: "link", Err: syscall.EPERM} }
	s.sync = func(f *os.File) error {
		if info, err := f.Stat(); err != nil || info.IsDir() {
			return syscall.EINVAL
		}
		return f.Sync()
	}
	for n := 1; n <= 3; n++ {
		if err := writeState(t, s, n); err != nil {
			t.Fatal(err)
		}
	}
	s.close()
	if err := os.Truncate(filepath.Join(dir, stateName), 20); err != nil {
		t.Fatal(err)
	}
	s, sv, notes := openState(t, dir)
	defer s.close()
	if offsetOf(sv) != 2 || !sv.stale || len(notes) != 1 {
		t.Errorf("found state %d, %q; want the previous one, 2", offsetOf(sv), notes)
	}
}

func FuzzDecodeState(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte(stateMagic))
	f.Add([]byte(stateMagic + "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sv, err := decodeState(data)
		if (sv == nil) == (err == nil) {
			t.Errorf("decodeState gives %v and %v", sv, err)
		}
	})
}
