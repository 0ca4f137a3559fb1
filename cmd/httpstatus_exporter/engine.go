package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"httpstatus_exporter/ingest"
	"httpstatus_exporter/ingest/tail"
	"httpstatus_exporter/metrics"
)

// An engine follows the logs of a configuration and counts their entries: the queue, the workers, one follower for each
// path, and the table that says how lines are read. It is what serve and demo run.
type engine struct {
	log       *slog.Logger
	stdin     *os.File
	maxLine   int
	maxSeries int
	workers   int

	queue  *ingest.Queue
	table  atomic.Pointer[table]
	group  sync.WaitGroup  // workers and followers
	ctx    context.Context // of all that runs; stop ends it
	cancel context.CancelFunc

	mu        sync.Mutex // guards what follows: held by start, reload and stop
	config    *config
	following map[string]*following      // by path
	sources   []*ingest.Source           // by ID
	left      map[string][]tail.Position // by path; of logs that are not followed now, should they be named again
}

// A following is one followed path with what stops it.
type following struct {
	source   *ingest.Source
	follower *tail.Follower // nil for standard input and pipes
	stop     context.CancelFunc
	done     chan struct{}
	caughtUp <-chan struct{}
}

func newEngine(log *slog.Logger, f *apiFlags) *engine {
	workers := f.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &engine{log: log, stdin: os.Stdin, maxLine: f.maxLine, maxSeries: f.maxSeries, workers: workers,
		queue: ingest.NewQueue(), following: map[string]*following{}, left: map[string][]tail.Position{}}
}

// start begins to follow the logs of c. What saved holds, if anything, goes on where it was. Nothing is read before read.
func (e *engine) start(c *config, saved *saved) error {
	e.ctx, e.cancel = context.WithCancel(context.Background())
	var snapshot *metrics.Snapshot
	if saved != nil {
		maps.Copy(e.left, saved.positions)
		snapshot = saved.snapshot
	}
	if err := e.apply(c, snapshot); err != nil {
		e.cancel()
		return err
	}
	return nil
}

// read begins to read and count what start has found.
func (e *engine) read() {
	for i := range e.workers {
		w := &worker{id: i, table: &e.table}
		e.group.Go(func() { w.run(e.ctx, e.queue) })
	}
}

// reload puts c in force. The counters go on where their series still exist; logs that c no longer names are left, new
// ones are begun, and those that were left before go on where that was: their responses have stayed. The caller has compiled c, so nothing that a user can get wrong fails here.
func (e *engine) reload(c *config) error {
	return e.apply(c, nil)
}

// apply builds the table for c and swaps it in, in a quiet moment, with the counts of the old one or of snapshot.
func (e *engine) apply(c *config, snapshot *metrics.Snapshot) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	wanted := map[string]bool{}
	for _, l := range c.logs {
		wanted[l.path] = true
	}
	var dropped []string
	for path, f := range e.following {
		if !wanted[path] {
			dropped = append(dropped, path)
			f.stop()
			<-f.done
		}
	}
	sources := make([]*ingest.Source, len(c.logs))
	for i, l := range c.logs {
		if f := e.following[l.path]; f != nil {
			sources[i] = f.source
		} else {
			sources[i] = &ingest.Source{Name: l.path}
		}
	}
	next := e.newTable(c, sources)
	e.queue.Quiet(func() {
		if old := e.table.Load(); old != nil {
			snapshot = old.recorder.Snapshot()
		}
		for _, path := range dropped {
			e.leave(path)
		}
		for i, s := range sources {
			s.ID = i
		}
		if snapshot != nil {
			next.recorder.Restore(snapshot)
		}
		e.table.Store(next)
	})
	e.config, e.sources = c, sources
	var errs []error
	for i, l := range c.logs {
		if e.following[l.path] == nil {
			errs = append(errs, e.follow(l, sources[i]))
		}
	}
	return errors.Join(errs...)
}

func (e *engine) newTable(c *config, sources []*ingest.Source) *table {
	apis := make([]metrics.API, len(c.apis))
	for i, a := range c.apis {
		apis[i] = metrics.API{Name: a.name, Classifier: a.classifier, SeriesLimit: e.maxSeries}
	}
	t := &table{lanes: make([]lane, len(c.logs))}
	for i, l := range c.logs {
		api := &apis[l.api]
		api.HasDuration = api.HasDuration || l.format.HasDuration()
		api.HasBodyBytes = api.HasBodyBytes || l.format.HasSize()
		known := c.apis[l.api].classifier.Knowing(loggedOf(c.apis[l.api].classifier, l.format), l.format.HasBodyBytes())
		t.lanes[i] = lane{source: sources[i], api: l.api, format: l.format, classifier: known, hasBody: l.format.HasBodyBytes()}
	}
	t.recorder = metrics.NewRecorder(apis, sources, e.workers)
	return t
}

// follow starts the source of l. It runs until the engine stops or the path is left by a reload.
func (e *engine) follow(l logConfig, src *ingest.Source) error {
	ctx, stop := context.WithCancel(e.ctx)
	f := &following{source: src, stop: stop, done: make(chan struct{})}
	runSource, err := e.open(f, l)
	if err != nil {
		stop()
		return err
	}
	e.following[l.path] = f
	e.group.Go(func() {
		defer close(f.done)
		if err := runSource(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("A log is no longer read", "log", src.Name, "err", err)
		}
	})
	return nil
}

// open makes the source of l and returns what runs it: a Follower of files, or a Reader of what can be read only once.
func (e *engine) open(f *following, l logConfig) (func(context.Context) error, error) {
	if l.path == "-" {
		return ingest.NewReader(f.source, e.stdin, e.queue, e.maxLine).Run, nil
	}
	if st, err := os.Stat(l.path); err == nil && st.Mode().Type() == os.ModeNamedPipe {
		pipe, err := ingest.OpenPipe(l.path)
		if err != nil {
			return nil, plain(err)
		}
		in := ingest.NewReader(f.source, pipe, e.queue, e.maxLine)
		return func(ctx context.Context) error {
			defer pipe.Close()
			return in.Run(ctx)
		}, nil
	}
	positions, known := e.left[l.path] // known without positions: there was no file yet when the state was saved
	var err error
	f.follower, err = tail.New(tail.Config{Path: l.path, FromBeginning: l.fromBeginning || known, MaxLine: e.maxLine,
		Resume: positions, Logger: e.log}, f.source, e.queue)
	if err != nil {
		return nil, err
	}
	delete(e.left, l.path)
	f.caughtUp = f.follower.CaughtUp()
	return f.follower.Run, nil
}

// leave forgets a path whose follower has ended, but for its positions. Only in the quiet moment in which its counts are
// taken from the table.
func (e *engine) leave(path string) {
	if f := e.following[path].follower; f != nil {
		e.left[path] = f.Positions()
	}
	delete(e.following, path)
}

// capture returns counts and positions of one quiet moment.
func (e *engine) capture() (*metrics.Snapshot, map[string][]tail.Position) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var snapshot *metrics.Snapshot
	positions := map[string][]tail.Position{}
	e.queue.Quiet(func() {
		snapshot = e.table.Load().recorder.Snapshot()
		maps.Copy(positions, e.left)
		for path, f := range e.following {
			if f.follower != nil {
				positions[path] = f.follower.Positions()
			}
		}
	})
	return snapshot, positions
}

// ready reports whether the backlog that was found at start has been read.
func (e *engine) ready() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.following {
		if f.caughtUp == nil {
			continue
		}
		select {
		case <-f.caughtUp:
		default:
			return false
		}
	}
	return true
}

// drain reads what has been written so far, until ctx is done.
func (e *engine) drain(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.following {
		if f.follower != nil {
			f.follower.Drain(ctx)
		}
	}
}

// stop ends workers and followers and waits for them. Standard input may be blocked in a read and is not waited for.
func (e *engine) stop() {
	e.cancel()
	done := make(chan struct{})
	go func() { e.group.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
}
