package tail

import (
	"os"

	"golang.org/x/sys/unix"
)

// watchable reports whether the file is on a file system whose stat of an open file cannot fail.
func watchable(fd *os.File) bool {
	var st unix.Statfs_t
	if unix.Fstatfs(int(fd.Fd()), &st) != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC,
		unix.F2FS_SUPER_MAGIC, unix.RAMFS_MAGIC, 0x2fc12fc1 /* zfs */, 0xca451a4e /* bcachefs */ :
		return true
	}
	return false
}
