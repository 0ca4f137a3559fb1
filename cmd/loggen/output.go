package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"
)

// An output is the log under its path, through rotations: at most two files take lines at once, the current one and the one
// that was renamed last.
type output struct {
	path     string
	every    time.Duration // between rotations; 0 = never
	truncate bool          // copy and truncate instead of renaming
	linger   time.Duration
	torn     *rand.Rand // nil writes lines whole

	now, old sink // old takes lines until lingers has passed
	lingers  time.Time
	next     time.Time // rotation
	rotated  int       // the highest suffix so far
	keep     int       // the highest suffix that there may be; 0 = any
}

func open(c config, stdout io.Writer) (*output, error) {
	o := &output{path: c.output, every: c.rotateEvery, truncate: c.rotation == "copytruncate", linger: c.linger, keep: c.keep}
	if c.torn {
		o.torn = rand.New(rand.NewPCG(c.seed, 1))
	}
	o.next = time.Now().Add(o.every)
	if c.output == "-" {
		o.now = sink{w: stdout, torn: o.torn}
		return o, nil
	}
	return o, o.create()
}

// create opens the file under the path as the current one; lines are appended, as servers do.
func (o *output) create() error {
	f, err := os.OpenFile(o.path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	o.now = sink{w: f, torn: o.torn}
	return nil
}

// write takes whole lines and rotates first when it is time.
func (o *output) write(lines []byte, now time.Time) error {
	if o.every > 0 && !now.Before(o.next) {
		o.next = now.Add(o.every)
		if err := o.rotate(now); err != nil {
			return fmt.Errorf("rotation: %w", err)
		}
	}
	if o.old.w == nil {
		return o.now.write(lines)
	}
	switch left := o.lingers.Sub(now); {
	case left <= 0:
		if err := o.closeOld(); err != nil {
			return err
		}
		return o.now.write(lines)
	case left > o.linger/2:
		return o.old.write(lines)
	}
	return o.deal(lines)
}

// deal gives every other line to the renamed file, as when some workers of a server have reopened their log and some not.
func (o *output) deal(lines []byte) error {
	var both [2][]byte
	for i := 0; len(lines) > 0; i++ {
		n := bytes.IndexByte(lines, '\n') + 1
		both[i&1] = append(both[i&1], lines[:n]...)
		lines = lines[n:]
	}
	return errors.Join(o.now.write(both[0]), o.old.write(both[1]))
}

func (o *output) rotate(now time.Time) error {
	if err := o.closeOld(); err != nil {
		return err
	}
	for n := o.rotated; n >= 1; n-- { // as logrotate does: FILE.1 is the newest
		if err := os.Rename(o.suffixed(n), o.suffixed(n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if o.rotated++; o.keep > 0 && o.rotated > o.keep {
		if err := os.Remove(o.suffixed(o.rotated)); err != nil {
			return err
		}
		o.rotated = o.keep
	}
	if o.truncate {
		return o.copyTruncate()
	}
	if err := os.Rename(o.path, o.suffixed(1)); err != nil {
		return err
	}
	o.old, o.lingers = o.now, now.Add(o.linger)
	if err := o.create(); err != nil {
		return err
	}
	if o.linger == 0 {
		return o.closeOld()
	}
	return nil
}

// copyTruncate loses nothing, because no line is written between its copy and its truncation.
func (o *output) copyTruncate() error {
	if err := o.now.flush(); err != nil {
		return err
	}
	src, err := os.Open(o.path)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.Create(o.suffixed(1))
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		dst.Close()
		return err
	}
	if err := dst.Close(); err != nil {
		return err
	}
	return os.Truncate(o.path, 0)
}

func (o *output) suffixed(n int) string { return fmt.Sprintf("%s.%d", o.path, n) }

func (o *output) closeOld() error {
	s := o.old
	o.old = sink{}
	return s.close()
}

func (o *output) close() error { return errors.Join(o.closeOld(), o.now.close()) }

// close finishes the last line and closes the file; closing no sink at all is fine.
func (s *sink) close() error {
	if s.w == nil {
		return nil
	}
	err := s.flush()
	if f, ok := s.w.(*os.File); ok && f != os.Stdout {
		err = errors.Join(err, f.Close())
	}
	return err
}
