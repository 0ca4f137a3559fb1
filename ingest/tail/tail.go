package tail

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/container"
)

// Defaults of Config.
const (
	DefaultTick       = time.Second
	DefaultRotateWait = time.Minute
	maxUnlinkedWait   = 10 * time.Second // RotateWait for a file without a name, whose space somebody may be waiting for
)

// Config says what a Follower follows.
type Config struct {
	// Path is a file or a glob (path/filepath.Match), which is expanded again at every tick. A path that exists as it is
	// written is that file, whatever characters it has.
	Path string

	// FromBeginning reads files that exist at the very first start from their first byte, else from their end. Files that
	// appear later are always read whole. Without meaning when Resume is given.
	FromBeginning bool

	// MaxLine is the longest line that is handed out, in bytes without its '\n'; 0 means ingest.DefaultMaxLine.
	MaxLine int

	// Resume is what Positions returned in the quiet moment of the last saved state; empty at the very first start.
	Resume []Position

	// Logger gets one message per change of state, none per line; nil discards them.
	Logger *slog.Logger

	// Tick is how often everything is looked at: paths, rotated files, directories. 0 means DefaultTick. Nothing is found
	// later than by the next tick; watched files are found within 100 ms.
	Tick time.Duration

	// RotateWait is how long a file must have been quiet after its rotation until it is closed. 0 means DefaultRotateWait.
	RotateWait time.Duration
}

// A Follower follows one configured path or glob through all that rotation does to it. New finds the files, Run follows
// them, and the workers that take its files from the queue read them.
type Follower struct {
	src     *ingest.Source
	q       *ingest.Queue
	log     *slog.Logger
	path    string
	glob    bool
	maxLine int
	tick    time.Duration
	wait    time.Duration

	// Owned by the manager: New, then the goroutine of Run. What Positions reads is changed inside Queue.Guard.
	files      map[fileID]*file
	paths      map[string]*followed
	dirs       map[string]*dir
	matched    map[string]*dir // see expandDirs
	ledger     ledger
	unresolved []Position                  // saved positions whose files have not been found (yet)
	absent     []Position                  // see StateAbsent
	left       map[string][]container.Open // by chain: what was open in a file that is closed
	seen       time.Time                   // begin of the last look at everything
	looks      int
	checked    int  // number of the last look that held the heads of all open files against their content
	scans      int  // of directories, begun
	turns      int  // of files, taken
	first      bool // the first look of the very first start
	fromStart  bool
	running    bool // Run has begun: files may be handed out
	unpacking  bool // archives may be opened
	watches    int
	ctx        context.Context // of Run, for reads that take long
	waiters    []chan struct{}

	events   chan *file         // from the watches
	poke     chan struct{}      // reported is not empty
	drains   chan chan struct{} // Drain's requests
	caughtUp chan struct{}
	ended    chan struct{} // Run has returned
	group    sync.WaitGroup
	stopped  atomic.Bool
	waiting  atomic.Int32 // waiters exist

	mu       sync.Mutex
	reported []*file // parked files that the manager should see to
}

// New returns a Follower that has found its files and their positions, but hands nothing out before Run. Positions may be
// called from then on. Errors are those of configuration: a malformed glob, a directory, and at the very first start a
// file that may not be read. A path that does not exist is none; it may come.
func New(cfg Config, src *ingest.Source, q *ingest.Queue) (*Follower, error) {
	f := &Follower{
		src: src, q: q, log: cfg.Logger, path: cfg.Path,
		maxLine: cfg.MaxLine, tick: cfg.Tick, wait: cfg.RotateWait, fromStart: cfg.FromBeginning,
		files: make(map[fileID]*file), paths: make(map[string]*followed), dirs: make(map[string]*dir), left: make(map[string][]container.Open),
		events: make(chan *file), poke: make(chan struct{}, 1), drains: make(chan chan struct{}),
		caughtUp: make(chan struct{}), ended: make(chan struct{}),
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	f.log = f.log.With("log", cfg.Path)
	if f.maxLine <= 0 {
		f.maxLine = ingest.DefaultMaxLine
	}
	if f.tick <= 0 {
		f.tick = DefaultTick
	}
	if f.wait <= 0 {
		f.wait = DefaultRotateWait
	}
	if err := f.checkPath(len(cfg.Resume) == 0); err != nil {
		return nil, err
	}
	now := time.Now()
	if len(cfg.Resume) > 0 {
		f.restore(cfg.Resume, now)
	} else {
		f.first = true
	}
	f.look(now)
	f.first = false
	return f, nil
}

func (f *Follower) checkPath(first bool) error {
	info, err := os.Stat(f.path)
	if err != nil && strings.ContainsAny(f.path, `*?[`) {
		f.glob = true
		if _, err := filepath.Match(f.path, ""); err != nil {
			return fmt.Errorf("following %q: malformed glob, want what path/filepath.Match describes", f.path)
		}
		return nil
	}
	if err == nil && info.IsDir() {
		return fmt.Errorf("following %s: is a directory, want a file or a glob such as %s", f.path, filepath.Join(f.path, "*.log"))
	}
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("following %s: not a regular file", f.path)
	}
	if first && err == nil {
		fd, openErr := os.Open(f.path)
		if openErr != nil {
			return fmt.Errorf("following %s: %w", f.path, errors.Unwrap(openErr))
		}
		fd.Close()
	}
	if first && errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("following %s: %w", f.path, errors.Unwrap(err))
	}
	return nil
}

// Run follows the files until ctx ends, and returns nil then. It closes everything; Positions stays valid.
func (f *Follower) Run(ctx context.Context) error {
	defer close(f.ended)
	tick := time.NewTicker(f.tick)
	defer tick.Stop()

	f.ctx, f.running = ctx, true
	for _, x := range f.files {
		f.kick(x)
	}
	f.unpacking = true
	f.look(time.Now())
	f.unpack()
	f.wantAll(f.caughtUp)
	f.settle(time.Now())
	for ctx.Err() == nil {
		select {
		case <-tick.C:
			f.look(time.Now())
			f.unpack()
		case x := <-f.events:
			f.changed(x, time.Now())
		case <-f.poke:
		case done := <-f.drains:
			f.look(time.Now())
			f.wantAll(done)
		case <-ctx.Done():
		}
		f.settle(time.Now())
	}
	f.close()
	return nil
}

// Close frees the files of a Follower whose Run is never called.
func (f *Follower) Close() { f.close() }

func (f *Follower) close() {
	f.stopped.Store(true)
	for _, x := range f.files {
		f.stopWatch(x)
		x.close()
	}
	f.group.Wait()
}

// CaughtUp returns a channel that is closed when all that had been written at the start of Run has been read.
func (f *Follower) CaughtUp() <-chan struct{} { return f.caughtUp }

// Drain returns when the workers have read every whole line that had been written when it was called, when ctx ends, or
// when Run does.
func (f *Follower) Drain(ctx context.Context) {
	done := make(chan struct{})
	select {
	case f.drains <- done:
	case <-f.ended:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-done:
	case <-f.ended:
	case <-ctx.Done():
	}
}

// Positions returns how far everything has been read. It must be called inside Queue.Quiet (or when no worker and no Run
// is active), so that the positions are those of the counts.
func (f *Follower) Positions() []Position {
	ps := make([]Position, 0, 1+len(f.files)+len(f.ledger.list)+len(f.unresolved))
	ps = append(ps, Position{State: StateSource, Path: f.path, Seen: f.seen.UnixNano()})
	for _, x := range f.files {
		ps = append(ps, x.position())
	}
	for _, p := range f.ledger.list {
		ps = append(ps, p.Position)
	}
	return append(append(ps, f.absent...), f.unresolved...)
}

// kick puts a file that may have something to read on the queue, or has it read again where it is there already.
func (f *Follower) kick(x *file) {
	if !f.running || x.waits {
		return // Run will, or its turn
	}
	if x.state.CompareAndSwap(parked, queued) {
		f.q.Put(x)
	} else {
		x.state.CompareAndSwap(queued, again)
	}
}

// report tells the manager that a parked file needs it.
func (f *Follower) report(x *file) {
	f.mu.Lock()
	f.reported = append(f.reported, x)
	f.mu.Unlock()
	select {
	case f.poke <- struct{}{}:
	default:
	}
}

// wantAll closes done when every file has been read up to its present size.
func (f *Follower) wantAll(done chan struct{}) {
	f.waiters = append(f.waiters, done)
	f.waiting.Store(1)
	for _, x := range f.files {
		x.goal.Store(x.size.Load())
		if x.arch != nil {
			x.goal.Store(math.MaxInt64)
		}
		f.kick(x)
	}
}

// answerWaiters tells the waiters when no file is short of its goal. A parked file has been read to its last whole line.
func (f *Follower) answerWaiters() {
	if len(f.waiters) == 0 {
		return
	}
	for _, x := range f.files {
		if x.pending() {
			return
		}
	}
	for _, done := range f.waiters {
		close(done)
	}
	f.waiters = nil
	f.waiting.Store(0)
}
