package tail

import (
	"fmt"
	"sync"
	"time"

	"github.com/hpcloud/tail/watch"
	"gopkg.in/tomb.v1"
)

// pollInterval is how often a watched file is looked at.
const pollInterval = 100 * time.Millisecond

// maxWatches is how many files of one follower are watched at once: those that grew last. One watch costs ten stats a
// second; the tick looks at all the others.
const maxWatches = 16

// idleAfter is how long a watch may see nothing before another file may have its place.
const idleAfter = 10 * time.Second

// The interval is a variable of the library, read by its goroutines: it is set once, before the first of them.
var setPollInterval = sync.OnceFunc(func() { watch.POLL_DURATION = pollInterval })

// A watcher tells the manager that one file has changed, sooner than the tick would.
type watcher struct {
	tomb tomb.Tomb
	last time.Time // when it last saw a change
}

// startWatch watches x by the library's poller, pinned to the open descriptor: renamed or not, /proc/self/fd/N is the inode
// that we read, and its stat can neither meet another file of the same name nor fail as a path can (the library ends the
// process then, which is why file systems over a network are left to the tick).
func (f *Follower) startWatch(x *file, now time.Time) {
	if x.watch != nil || x.arch != nil || f.watches >= maxWatches && !f.freeWatch(now) || !watchable(x.fd) {
		return
	}
	setPollInterval()
	w := &watcher{last: now}
	path := fmt.Sprintf("/proc/self/fd/%d", x.fd.Fd())
	changes, err := watch.NewPollingFileWatcher(path).ChangeEvents(&w.tomb, x.size.Load())
	if err != nil {
		return // no /proc: the tick will do
	}
	x.watch = w
	f.watches++
	f.group.Go(func() {
		for {
			select {
			case <-changes.Modified:
			case <-changes.Truncated:
			case <-changes.Deleted:
				return
			case <-w.tomb.Dying():
				return
			}
			select {
			case f.events <- x:
			case <-w.tomb.Dying():
				return
			}
		}
	})
}

// stopWatch ends the watch of x, if there is one. The library's goroutine notices within pollInterval and touches nothing
// of ours until then.
func (f *Follower) stopWatch(x *file) {
	if x.watch != nil {
		x.watch.tomb.Kill(nil)
		x.watch = nil
		f.watches--
	}
}

// freeWatch takes the watch from a file that has not changed for a while, and reports whether it found one.
func (f *Follower) freeWatch(now time.Time) bool {
	for _, x := range f.files {
		if x.watch != nil && now.Sub(x.watch.last) > idleAfter {
			f.stopWatch(x)
			return true
		}
	}
	return false
}
