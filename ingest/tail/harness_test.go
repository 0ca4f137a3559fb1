package tail

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"httpstatus_exporter/ingest"
)

var (
	long   = flag.Bool("long", false, "also run the tests that take minutes (give go test a -timeout that is long enough)")
	length = flag.Duration("length", 10*time.Minute, "with -long: how long the random scenes go on")
)

// A rig is a log directory with a writer that numbers its lines, and a reader that stands for the whole pipeline: workers
// that count, and a state that is saved and restored. Counts and positions live and die together, as they do in a state
// file.
type rig struct {
	t      testing.TB
	dir    string
	cfg    Config
	wrote  map[string]int // line -> times
	n      int
	slow   time.Duration // that a worker rests after a block
	buffer ingest.Buffer // of next

	src    *ingest.Source
	q      *ingest.Queue
	f      *Follower
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex
	got     map[string]int
	tooLong int

	saved     []Position // the last snapshot
	savedGot  map[string]int
	savedLong int
}

func newRig(t testing.TB, change func(*Config)) *rig {
	r := &rig{t: t, dir: t.TempDir(), wrote: make(map[string]int), got: make(map[string]int)}
	r.cfg = Config{Path: r.path("log"), FromBeginning: true, Tick: 20 * time.Millisecond, RotateWait: 200 * time.Millisecond}
	if change != nil {
		change(&r.cfg)
	}
	r.src = &ingest.Source{Name: r.cfg.Path}
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// start starts the follower from the last snapshot.
func (r *rig) start() {
	r.t.Helper()
	r.q = ingest.NewQueue()
	cfg := r.cfg
	cfg.Resume = r.saved
	f, err := New(cfg, r.src, r.q)
	if err != nil {
		r.t.Fatal(err)
	}
	r.f = f
	r.resume()
}

// startPaused starts the follower with nobody at work: the test is manager and worker, until resume.
func (r *rig) startPaused() {
	r.t.Helper()
	r.q = ingest.NewQueue()
	cfg := r.cfg
	cfg.Resume = r.saved
	f, err := New(cfg, r.src, r.q)
	if err != nil {
		r.t.Fatal(err)
	}
	r.f, f.running = f, true
	for _, x := range f.files {
		f.kick(x)
	}
}

// next reads one block as a worker does. It is valid until the next call.
func (r *rig) next() ingest.Block {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	time.AfterFunc(time.Second, cancel)
	s, err := r.q.Take(ctx)
	if err != nil {
		r.t.Fatal("nothing is on the queue")
	}
	defer r.q.Done()
	block, err := s.Next(&r.buffer)
	if err != nil {
		r.t.Errorf("Next: %v", err)
	}
	return block
}

// resume goes on as start does.
func (r *rig) resume() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.done.Go(func() {
		if err := r.f.Run(ctx); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	for range 2 {
		r.done.Go(func() { r.work(ctx) })
	}
	r.snapshot()
}

// countMessages returns a logger that counts warnings.
func countMessages(n *int) *slog.Logger { return slog.New(messageCounter{n}) }

type messageCounter struct{ n *int }

func (c messageCounter) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (c messageCounter) Handle(context.Context, slog.Record) error    { *c.n++; return nil }
func (c messageCounter) WithAttrs([]slog.Attr) slog.Handler           { return c }
func (c messageCounter) WithGroup(string) slog.Handler                { return c }

func (r *rig) work(ctx context.Context) {
	var b ingest.Buffer
	for {
		s, err := r.q.Take(ctx)
		if err != nil {
			return
		}
		block, err := s.Next(&b)
		if err != nil && err != io.EOF {
			r.t.Errorf("Next: %v", err)
		}
		r.count(block, err == io.EOF)
		r.q.Done()
		time.Sleep(r.slow)
	}
}

func (r *rig) count(block ingest.Block, ended bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tooLong += block.TooLong
	data := block.Data
	if n := len(data); n > 0 && data[n-1] != '\n' && !ended {
		r.t.Errorf("a block ends with %q and the stream has not ended", tailOf(data))
	}
	directive := string(block.Fields)
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		r.got[by(string(line), directive)]++
		if bytes.HasPrefix(line, []byte("#Fields:")) {
			directive = string(line)
		}
		data = rest
	}
}

// by is what a line counts as: itself with the #Fields directive that is in force there.
func by(line, directive string) string {
	if directive == "" {
		return line
	}
	return line + " by " + directive
}

func tailOf(b []byte) []byte { return b[max(0, len(b)-40):] }

// snapshot saves the state: what a scrape does.
func (r *rig) snapshot() {
	r.q.Quiet(func() {
		data, err := json.Marshal(r.f.Positions()) // as a state file may hold them
		if err == nil {
			r.saved = nil
			err = json.Unmarshal(data, &r.saved)
		}
		if err != nil {
			r.t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.savedLong = r.tooLong
		r.savedGot = make(map[string]int, len(r.got))
		for k, n := range r.got {
			r.savedGot[k] = n
		}
	})
}

// kill ends the follower; what was counted after the last snapshot is forgotten.
func (r *rig) kill() {
	r.cancel()
	r.done.Wait()
	r.got = make(map[string]int, len(r.savedGot))
	for k, n := range r.savedGot {
		r.got[k] = n
	}
	r.tooLong = r.savedLong
}

// stop ends the follower as SIGTERM does.
func (r *rig) stop() {
	r.drain()
	r.snapshot()
	r.kill()
}

func (r *rig) restart() { r.kill(); r.start() }

func (r *rig) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r.f.Drain(ctx)
	if ctx.Err() != nil {
		r.t.Error("Drain did not end in 10 s")
	}
}

func (r *rig) line() string {
	r.n++
	return fmt.Sprintf("%07d 127.0.0.1 - - [31/Jul/2026:10:00:00 +0000] \"GET /x HTTP/1.1\" 200 12 \"-\" \"%s\"", r.n, strings.Repeat("Mozilla ", 1+r.n%17))
}

// expect notes lines as written.
func (r *rig) expect(lines ...string) {
	for _, line := range lines {
		r.wrote[line]++
	}
}

// write appends n lines to a file.
func (r *rig) write(name string, n int) {
	r.t.Helper()
	fd := r.open(name)
	defer fd.Close()
	r.writeTo(fd, n)
}

func (r *rig) open(name string) *os.File {
	r.t.Helper()
	fd, err := os.OpenFile(r.path(name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		r.t.Fatal(err)
	}
	return fd
}

func (r *rig) writeTo(fd *os.File, n int) {
	r.t.Helper()
	var b strings.Builder
	for range n {
		line := r.line()
		r.expect(line)
		b.WriteString(line + "\n")
	}
	r.raw(fd, b.String())
}

func (r *rig) raw(fd *os.File, s string) {
	r.t.Helper()
	if _, err := fd.WriteString(s); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) rename(from, to string) {
	r.t.Helper()
	if err := os.Rename(r.path(from), r.path(to)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) copy(from, to string) {
	r.t.Helper()
	data, err := os.ReadFile(r.path(from))
	if err == nil {
		err = os.WriteFile(r.path(to), data, 0o644)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) size(name string) int64 {
	r.t.Helper()
	info, err := os.Stat(r.path(name))
	if err != nil {
		r.t.Fatal(err)
	}
	return info.Size()
}

func (r *rig) truncate(name string) {
	r.t.Helper()
	if err := os.Truncate(r.path(name), 0); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) remove(name string) {
	r.t.Helper()
	if err := os.RemoveAll(r.path(name)); err != nil {
		r.t.Fatal(err)
	}
}

// pause lets time pass: enough for some looks.
func (r *rig) pause(looks int) { time.Sleep(time.Duration(looks) * r.cfg.Tick) }

// settled waits until what was written has been delivered, or long enough to know that it will not be.
func (r *rig) settled() {
	for range 400 {
		r.mu.Lock()
		missing := 0
		for line, n := range r.wrote {
			if r.got[line] < n {
				missing++
				break
			}
		}
		r.mu.Unlock()
		if missing == 0 {
			break
		}
		r.pause(1)
	}
	r.pause(5) // what would come twice
}

// check stops the rig and holds what was delivered against what was written.
func (r *rig) check() {
	r.t.Helper()
	r.settled()
	r.drain()
	r.snapshot()
	r.kill()
	r.compare()
}

func (r *rig) compare() {
	r.t.Helper()
	lost, twice, strange := 0, 0, 0
	show := func(what, line string, count *int) {
		if *count++; *count <= 3 {
			r.t.Errorf("%s: %.90q", what, line)
		}
	}
	for line, n := range r.wrote {
		if r.got[line] < n {
			show("lost", line, &lost)
		} else if r.got[line] > n {
			show(fmt.Sprintf("%d times instead of %d", r.got[line], n), line, &twice)
		}
	}
	for line := range r.got {
		if r.wrote[line] == 0 {
			show("never written", line, &strange)
		}
	}
	if lost+twice+strange > 0 {
		r.t.Errorf("%d written, %d lost, %d more than once, %d never written", len(r.wrote), lost, twice, strange)
	}
	if n := r.src.Stats.UnreadBytes.Load(); n != 0 {
		r.t.Errorf("UnreadBytes is %d at the end, want 0", n)
	}
}

func wantStat(t testing.TB, name string, got, want int64) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %d, want %d", name, got, want)
	}
}
