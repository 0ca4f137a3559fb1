package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// showProgress keeps one line on a terminal up to date: bytes, rate, time left. The returned function ends it. Where w is
// no terminal nothing is written.
func showProgress(w io.Writer, inputs []*input) func() {
	if !isTerminal(w) {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		start := time.Now()
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				fmt.Fprint(w, "\r\x1b[K")
				return
			case <-tick.C:
				fmt.Fprintf(w, "\r\x1b[K%s", progressLine(inputs, time.Since(start)))
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

func progressLine(inputs []*input, elapsed time.Duration) string {
	var size, at int64
	known := true
	for _, in := range inputs {
		n, of, sized := in.position()
		at, size, known = at+n, size+of, known && sized
	}
	rate := float64(at) / elapsed.Seconds()
	if !known || size == 0 {
		return fmt.Sprintf("%s read, %s/s", bytesText(float64(at)), bytesText(rate))
	}
	left := time.Duration(float64(size-at) / max(rate, 1) * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%s of %s (%.0f%%), %s/s, %v left", bytesText(float64(at)), bytesText(float64(size)), 100*float64(at)/float64(size), bytesText(rate), left)
}

func bytesText(n float64) string {
	for _, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if n < 1000 {
			return fmt.Sprintf("%.3g %s", n, unit)
		}
		n /= 1024
	}
	return fmt.Sprintf("%.3g TiB", n)
}

// isTerminal reports whether a reader or writer is one.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
