package tail

import (
	"os"

	"golang.org/x/sys/unix"
)

// seekData returns the offset of the first data at or after off; off itself where there is no hole, or nobody knows.
func seekData(fd *os.File, off int64) int64 {
	next, err := fd.Seek(off, unix.SEEK_DATA)
	if err != nil {
		return off
	}
	return next
}
