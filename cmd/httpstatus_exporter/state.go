package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"httpstatus_exporter/ingest/tail"
	"httpstatus_exporter/metrics"
)

// The files of a storage. A new generation is written beside the old one, synced, and renamed over it; the old one stays as
// state.previous.
const (
	stateName    = "state"
	previousName = "state.previous"
	lockName     = "lock"
)

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
	buf    []byte               // the last generation as it was written
	spare  []byte               // memory for the next
	outrun bool                 // flagOutrun is set in the file
	sync   func(*os.File) error // makes a file or the entries of a directory durable
	link   func(from, to string) error
	fault  func(step string) error // of tests: fails or ends the process between two steps
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
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, nil, nil, fmt.Errorf("--storage.path: %s cannot be locked: %w; name a directory on a file system that has locks (flock)", lock.Name(), err)
		}
		return nil, nil, nil, fmt.Errorf("--storage.path: %s is in use by another httpstatus_exporter; give each its own directory", dir)
	}
	s := &storage{dir: dir, lock: lock, sync: (*os.File).Sync, link: os.Link}
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
// does not fall back behind what is exposed from now on. Where not even that can be written, as on a file system that has
// turned read-only, nothing on it can tell the next start whether the process lived on: only people can (see exposer.report).
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
		err = s.step("fsync", s.sync(f))
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(tmp)
		return plain(err)
	}
	if err := s.step("link", s.keepPrevious(name)); err != nil {
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

// keepPrevious gives the generation under name a second name, or copies it where the file system has no hard links.
func (s *storage) keepPrevious(name string) error {
	previous := filepath.Join(s.dir, previousName)
	os.Remove(previous)
	err := s.link(name, previous)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	data, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(previous, data, 0o640)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep the previous state: %w", plain(err))
	}
	return nil
}

// syncDir makes the rename durable, where the file system knows how (SMB, for one, says EINVAL).
func (s *storage) syncDir() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return plain(err)
	}
	defer d.Close()
	if err := s.sync(d); !errors.Is(err, unix.EINVAL) {
		return err
	}
	return nil
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
			err = s.sync(f)
		}
		f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		os.Remove(filepath.Join(s.dir, previousName))
		err = os.Remove(name)
	}
	s.outrun = err == nil || errors.Is(err, fs.ErrNotExist)
}
