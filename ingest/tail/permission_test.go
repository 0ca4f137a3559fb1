package tail

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestUnreadable has the new file refuse to be opened for a while, as between the create and the chown of logrotate. Modes
// mean nothing to root: then the test runs again as a process of nobody.
func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	scene(t, "new file, for a second", nil, func(r *rig) {
		old, fd := r.rotateUnreadable()
		for range 10 {
			r.writeTo(old, 5)
			r.writeTo(fd, 5)
			r.pause(5)
		}
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 0)
		if n := r.src.Stats.ReadErrors.Load(); n < 40 {
			r.t.Errorf("%d read errors were counted in 50 ticks", n)
		}
		os.Chmod(r.path("log"), 0o644)
		r.settled()
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 1)
	})
	scene(t, "new file, and rotated again before it can be read", nil, func(r *rig) {
		_, fd := r.rotateUnreadable()
		r.writeTo(fd, 20)
		r.pause(5)
		r.shiftNames(3)
		r.write("log", 20)
		r.pause(50)
		os.Chmod(r.path("log.1"), 0o644)
	})
	scene(t, "new file, over a restart", nil, func(r *rig) {
		old, fd := r.rotateUnreadable()
		r.writeTo(fd, 20)
		r.pause(5)
		r.snapshot()
		r.restart()
		r.writeTo(old, 20)
		r.pause(5)
		os.Chmod(r.path("log"), 0o644)
	})
	scene(t, "file that was being read, over a restart", nil, func(r *rig) {
		r.write("log", 20)
		r.start()
		r.settled()
		r.snapshot()
		r.kill()
		os.Chmod(r.path("log"), 0)
		r.start()
		r.pause(10)
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 0)
		os.Chmod(r.path("log"), 0o644)
		r.pause(3)
		r.write("log", 20)
	})
	scene(t, "whole directory", nil, func(r *rig) {
		r.write("log", 20)
		r.start()
		fd := r.open("log")
		os.Chmod(r.dir, 0)
		for range 10 {
			r.writeTo(fd, 5)
			r.pause(5)
		}
		wantStat(r.t, "Up", r.src.Stats.Up.Load(), 0)
		os.Chmod(r.dir, 0o755)
		r.rename("log", "log.1")
		r.writeTo(fd, 5)
		r.write("log", 5)
	})
}

// rotateUnreadable rotates to a file that may not be read, and returns what writers have open of both.
func (r *rig) rotateUnreadable() (old, new *os.File) {
	r.write("log", 100)
	r.start()
	r.settled()
	old, new = r.open("log"), r.open("next")
	if err := os.Chmod(r.path("next"), 0); err != nil {
		r.t.Fatal(err)
	}
	r.rename("log", "log.1")
	r.rename("next", "log")
	return old, new
}

// asNobody runs the test that calls it again, in a process without privileges.
func asNobody(t *testing.T) {
	const nobody = 65534
	dir, err := os.MkdirTemp("", "nobody") // one of t lies in a directory that others may not enter
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "test")
	if err := errors.Join(os.Chmod(dir, 0o777), copyProgram(program)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+"/") {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// copyProgram copies the running program to where everybody may run it.
func copyProgram(to string) error {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer self.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, self); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
