package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"httpstatus_exporter/ingest/tail"
	"httpstatus_exporter/metrics"
)

// The state file, one snapshot of counts and positions from one quiet moment:
//
//	magic (8 bytes), version (1), flags (1), length of the body (8, little endian)
//	body: length of the positions (4), positions as JSON, encoded snapshot
//	time (8, Unix nanoseconds), CRC-32C of all but what comes before the length (4)
//
// A new generation is written beside the
// old one, synced, and renamed over it; the old one stays as state.previous. flagOutrun is set in place when a later
// generation could not be written: the counts in the file are then older than what was exposed.
const (
	stateMagic   = "HTTPSTAT"
	stateVersion = 1
	flagOutrun   = 1
	flagOffset   = int64(len(stateMagic)) + 1
	fixedSize    = len(stateMagic) + 2 + 8
	trailerSize  = 8 + 4
	stateName    = "state"
	previousName = "state.previous"
	lockName     = "lock"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// saved is what a state file holds.
type saved struct {
	time      time.Time
	positions map[string][]tail.Position
	snapshot  *metrics.Snapshot // nil when the counts were outrun: only the positions count
	stale     bool              // the previous generation: lower than what was exposed until the backlog is read
}

// A storage is a directory that this process alone writes its state to.
type storage struct {
	dir    string
	lock   *os.File
	buf    []byte                  // the last generation as it was written
	spare  []byte                  // memory for the next
	fault  func(step string) error // of tests: fails or ends the process between two steps
	outrun bool                    // flagOutrun is set in the file
}

// openStorage locks dir, which it makes if need be, and reads the state in it. A missing state is no error.
func openStorage(dir string) (*storage, *saved, []string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, nil, nil, fmt.Errorf("--storage.path: %w; name a directory that the exporter may write to", plain(err))
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("--storage.path: %w; the directory must be writable", plain(err))
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return nil, nil, nil, fmt.Errorf("--storage.path: %s is in use by another httpstatus_exporter; give each its own directory", dir)
	}
	s := &storage{dir: dir, lock: lock}
	sv, notes := s.read()
	return s, sv, notes, nil
}

// read returns the newest usable generation and what is wrong with those that are not.
func (s *storage) read() (*saved, []string) {
	var notes []string
	for i, name := range []string{stateName, previousName} {
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var sv *saved
		if err == nil {
			sv, err = decodeState(data)
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s: %v", filepath.Join(s.dir, name), plain(err)))
			continue
		}
		sv.stale = i == 1
		return sv, notes
	}
	return nil, notes
}

func (s *storage) close() error { return s.lock.Close() }

// write makes counts and positions durable. When it fails, the file on disk is marked as outrun, so that the next start
// does not fall back behind what is exposed from now on.
//
// A state that differs from the last one by its time alone is on disk already: nothing is written while nothing happens.
func (s *storage) write(snapshot *metrics.Snapshot, positions map[string][]tail.Position, now time.Time) error {
	data, err := s.encode(snapshot, positions, now)
	if err == nil && s.buf != nil && bytes.Equal(data[fixedSize:len(data)-trailerSize], s.buf[fixedSize:len(s.buf)-trailerSize]) {
		return nil
	}
	if err == nil {
		err = s.replace(data)
	}
	if err != nil {
		s.buf = nil
		s.markOutrun()
		return err
	}
	s.buf, s.spare = data, s.buf
	return nil
}

func (s *storage) encode(snapshot *metrics.Snapshot, positions map[string][]tail.Position, now time.Time) ([]byte, error) {
	encoded, err := json.Marshal(positions)
	if err != nil {
		return nil, err
	}
	b := append(s.spare[:0], stateMagic...)
	b = append(b, stateVersion, 0)
	b = binary.LittleEndian.AppendUint64(b, 0) // the length, when it is known
	b = binary.LittleEndian.AppendUint32(b, uint32(len(encoded)))
	b = append(b, encoded...)
	if b, err = snapshot.AppendBinary(b); err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint64(b[fixedSize-8:], uint64(len(b)-fixedSize))
	b = binary.LittleEndian.AppendUint64(b, uint64(now.UnixNano()))
	// The flags are left out of the checksum: they change in place.
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[flagOffset+1:], castagnoli)), nil
}

// replace writes data as the new generation: temporary file, fsync, rename, fsync of the directory.
func (s *storage) replace(data []byte) error {
	name := filepath.Join(s.dir, stateName)
	tmp := name + ".tmp"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
	if err != nil {
		return plain(err)
	}
	_, err = f.Write(data)
	err = s.step("write", err)
	if err == nil {
		err = s.step("fsync", unix.Fdatasync(int(f.Fd())))
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(tmp)
		return plain(err)
	}
	previous := filepath.Join(s.dir, previousName)
	os.Remove(previous)
	if err := os.Link(name, previous); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep the previous state: %w", err)
	}
	if err := s.step("link", nil); err != nil {
		return err
	}
	err = os.Rename(tmp, name)
	if err == nil {
		s.outrun = false // whatever fails from here on, this file is a new one
	}
	if err := s.step("rename", err); err != nil {
		return err
	}
	return s.syncDir()
}

func (s *storage) syncDir() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return plain(err)
	}
	defer d.Close()
	return d.Sync()
}

func (s *storage) step(name string, err error) error {
	if err == nil && s.fault != nil {
		return s.fault(name)
	}
	return err
}

// markOutrun sets the flag in place, which needs no space on the disk, and removes the file where even that fails.
func (s *storage) markOutrun() {
	if s.outrun {
		return
	}
	name := filepath.Join(s.dir, stateName)
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt([]byte{flagOutrun}, flagOffset)
		if err == nil {
			err = f.Sync()
		}
		f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		os.Remove(filepath.Join(s.dir, previousName))
		err = os.Remove(name)
	}
	s.outrun = err == nil || errors.Is(err, fs.ErrNotExist)
}

func decodeState(b []byte) (*saved, error) {
	switch {
	case len(b) == 0:
		return nil, errors.New("the state file is empty")
	case len(b) < len(stateMagic)+1 || string(b[:len(stateMagic)]) != stateMagic:
		return nil, errors.New("this is no state file of httpstatus_exporter")
	case b[len(stateMagic)] != stateVersion:
		return nil, fmt.Errorf("found state version %d; this program reads version %d", b[len(stateMagic)], stateVersion)
	case len(b) < fixedSize+4+trailerSize:
		return nil, fmt.Errorf("the state file is torn: found %d bytes", len(b))
	}
	body := b[fixedSize : len(b)-trailerSize]
	if length := binary.LittleEndian.Uint64(b[fixedSize-8:]); length != uint64(len(body)) {
		return nil, fmt.Errorf("the state file is torn: found %d bytes of %d", len(body), length)
	}
	end := len(b) - 4
	if crc32.Checksum(b[flagOffset+1:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, errors.New("the state file is damaged: its checksum is wrong")
	}
	n := uint64(binary.LittleEndian.Uint32(body))
	if n > uint64(len(body)-4) {
		return nil, errors.New("the state file is damaged: its positions are longer than the file")
	}
	sv := &saved{time: time.Unix(0, int64(binary.LittleEndian.Uint64(b[len(b)-trailerSize:])))}
	if err := json.Unmarshal(body[4:4+n], &sv.positions); err != nil {
		return nil, fmt.Errorf("the state file is damaged: %w", err)
	}
	if b[flagOffset]&flagOutrun != 0 {
		return sv, nil
	}
	var err error
	if sv.snapshot, err = metrics.DecodeSnapshot(body[4+n:]); err != nil {
		return nil, fmt.Errorf("the state file is damaged: %w", err)
	}
	return sv, nil
}
