// Package tail follows one configured path or glob through append, rename, truncation and recreation, and hands out blocks
// of whole lines: each line once.
//
// # What is promised
//
// Every whole line that a writer appends to a followed file is handed out once, as long as the bytes exist somewhere where
// this process can find them. That holds through
//
//   - rename rotation with any number of writers that go on writing to the old file, until it has been quiet for RotateWait
//     (and afterwards: a closed file that grows is opened again);
//   - rotation without a new file, unlink, several rotations between two looks with all names shifted, a rename back,
//     symbolic links of any number of hops that are made to point elsewhere, directories that vanish and come back;
//   - truncation with regrowth to any size, a writer that keeps its own offset and so leaves a hole of NUL bytes,
//     copytruncate with the reader behind: the rest is read from the copy;
//   - copies that somebody makes beside the log, also where the glob matches them: they are known by their content;
//   - a restart from saved Positions, whatever rotation, copying and compression (gzip, zstd) happened meanwhile, and though
//     directories, links and permissions may come later than the exporter.
//
// What a container runtime cut into pieces is handed out whole: the last piece with the content of those before it, also where
// a rotation or a restart comes between them (turn.go says how). Only copytruncate several times between two looks can part
// them; the pieces are counted then, and the last one is no entry.
//
// A line counts when its '\n' has been written. The offset stays before a line that is half written, at a restart too; only
// when a rotated file is let go is an unterminated last piece handed out as a line. Lines longer than MaxLine are dropped in
// constant memory and counted in Block.TooLong.
//
// # What cannot be promised, and where it shows
//
//   - Lines that are written between the copy and the truncation of logrotate's copytruncate are in no file any more.
//     What had been seen of them by size, and not been read by then, is in Stats.LostBytes.
//   - A truncation without a copy destroys what had not been read: Stats.Truncations, and Stats.LostBytes for the bytes that
//     were known to be there. Nobody can know of bytes that came and went between two looks (100 ms for a busy file, else
//     Tick).
//   - A file that is removed while nothing runs is gone: Stats.LostBytes counts what was known of it and not read, and one
//     warning names it. The same for a rotated file that is moved to another directory in that time.
//   - A compressed file that is damaged is read up to the damage: Stats.ReadErrors, and Stats.LostBytes for what was known of
//     the rest.
//   - A copy of the log that is put in its place (sed -i) is a new file, and read whole. Logs whose lines carry no time begin
//     alike after each rotation, so content alone proves nothing there.
//   - A file that is truncated to a size other than 0 and keeps its first lines is read again from its start: it cannot be
//     told from a new one that begins alike.
//   - A file that a glob matches under a new name, or that has a rotated name and was never seen under its path, and is nothing but
//     the first lines of another one, is a copy of it; when it goes on otherwise, it is read whole. Lines of an access log carry a
//     time and differ.
//   - Of a file that is gone, only what it began with and where it was read to are known: an unknown shorter file that begins with the
//     same 256 bytes is a copy of it; one of fewer bytes is not known as such.
//   - A rotated name is known by its look: a number, a date or a word such as old behind the name or before its extension.
//     Files that were born and rotated between two looks under other names are not found, nor what was compressed meanwhile by other
//     programs than gzip and zstd. A zstd file that was made from a stream does not say its size: lines that were added to a closed
//     file right before are not found.
//
// Failed opens, stats and reads are counted in Stats.ReadErrors and tried again at every tick. Each change of state is
// logged once.
//
// # How it is arranged
//
// A file (one inode, held open) is the stream that workers read; a Position says how far it was read and how to know it
// again. One goroutine, the manager, owns all that is not reading: it looks at every path, rotated file and directory once
// per Tick. file.go and read.go are the workers' side; look.go, scan.go, missed.go, settle.go and ledger.go the manager's; alike.go holds
// unknown files against known ones; resume.go and archive.go find the files of saved positions again.
//
// Identity is inode plus content. An inode number alone means little: file systems give the number of a removed file to the
// next one at once. So the first 256 bytes and the last 512 bytes before the offset are compared whenever a block is read (in
// the same pread as the block itself; reading costs 12 % more than a bare read loop over the same file) and whenever a file is
// met again. Both are needed, and these lengths: 64 bytes before the offset lay wholly within identical user agents in an
// earlier experiment, and truncations went unnoticed.
//
// The ledger remembers the files that were read to their end and closed, and copies. Without it, a restart took them for
// files that were born meanwhile and counted them again.
//
// hpcloud/tail's watch package says when a busy file has changed. It only wakes the manager: it polls (a stat each 100 ms),
// pinned to the open descriptor by /proc/self/fd/N, so that it can neither confuse files nor fail. The library's own line
// reader lost between 48 and 97 % of the lines around a rotation by rename, depending on mode and version, because it leaves the old file at
// once; inotify costs about 6 µs per write call and finds nothing that the next poll would not. A poller per file would cost
// 17 % of a core for 2000 idle files, so at most 16 files, those that grew last, have one at a time; the other 1984 are found
// by the tick, and all together cost 1 %. One file that grows by 50,000 lines a second costs less than 1 % of a core.
// Watches are only used on local file systems: elsewhere a stat can fail, upon which the library ends the process.
package tail
