//go:build !linux

package tail

import "os"

// watchable returns false: without /proc/self/fd a watch cannot be pinned to what is open, and the tick does all.
func watchable(*os.File) bool { return false }
