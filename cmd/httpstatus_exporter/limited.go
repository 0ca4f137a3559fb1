package main

import (
	"fmt"
	"io"
	"os"
)

// maxText and maxReport are the sizes beyond which a file that a person writes, and a report that is read back, are not read,
// in bytes: /dev/zero, or a log in place of its configuration, fills no memory.
const (
	maxText   = 32 << 20
	maxReport = 256 << 20
)

// readFile reads a file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, name, limit)
}

// readAll reads r to its end, which must come within limit bytes. The name is what messages call it.
func readAll(r io.Reader, name string, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("%s:1:1: larger than %d MiB: is this the right file?", name, limit>>20)
	}
	return data, err
}
