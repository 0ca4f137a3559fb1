package main_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"httpstatus_exporter/cmd/loggen/traffic"
)

// TestTorture writes a log at speed, rotates it with a writer that lingers in the renamed file and tears its lines, kills
// the exporter with -9 meanwhile, and scrapes all the time. The end must be exact, by status, and no scrape may ever see a
// counter below where an earlier one saw it. With -long it runs as hard as the figures in the README say.
func TestTorture(t *testing.T) {
	t.Parallel()
	run := torture{rate: 5000, duration: 6 * time.Second, every: 1500 * time.Millisecond, linger: 300 * time.Millisecond, kills: 2}
	if *long {
		run = torture{rate: 50_000, duration: 30 * time.Second, every: 2 * time.Second, linger: 300 * time.Millisecond, kills: 5}
	}
	run.test(t)
}

// TestThousandKills is the same with a kill more than once a second, for a quarter of an hour.
func TestThousandKills(t *testing.T) {
	if !*long {
		t.Skip("a thousand kills take a quarter of an hour; -long runs them")
	}
	torture{rate: 3000, duration: 12 * time.Minute, every: 2 * time.Second, linger: 300 * time.Millisecond, kills: 1000}.test(t)
}

// TestTortureOnOneProcessor is a short one with all goroutines of the exporter on one processor.
func TestTortureOnOneProcessor(t *testing.T) {
	t.Parallel()
	torture{rate: 5000, duration: 4 * time.Second, every: time.Second, linger: 300 * time.Millisecond, kills: 1,
		environment: []string{"GOMAXPROCS=1"}}.test(t)
}

// TestTortureCopytruncate kills the exporter while the log is copied and truncated by one that writes nothing in between.
func TestTortureCopytruncate(t *testing.T) {
	t.Parallel()
	torture{rate: 5000, duration: 6 * time.Second, every: time.Second, kills: 3, rotation: "copytruncate"}.test(t)
}

// TestSoak runs without kills for as long as -length says: memory, descriptors and state stay as they are.
func TestSoak(t *testing.T) {
	if !*long {
		t.Skip("takes as long as -length says; -long runs it")
	}
	torture{rate: 20_000, duration: *length, every: 5 * time.Second, linger: 300 * time.Millisecond, keep: 20}.test(t)
}

type torture struct {
	rate                    int // lines per second
	duration, every, linger time.Duration
	kills                   int
	keep                    int    // rotated files; 0 = all
	rotation                string // of loggen; "" = rename
	environment             []string
}

func (run torture) test(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	binary, loggen, dir := build(t, "."), build(t, "../loggen"), t.TempDir()
	log, truth := filepath.Join(dir, "access.log"), filepath.Join(dir, "truth.json")
	writeFile(t, log, "")
	args := []string{"--access-log.path=" + log, "-f", "combined", "--access-log.from=beginning", "--storage.path=" + filepath.Join(dir, "state")}

	begin := func() *exporter {
		address := "127.0.0.1:" + freePort(t)
		command := slices.Concat(run.environment, []string{binary, "--web.listen-address=" + address}, args)
		return &exporter{start(t, "env", command...), "http://" + address}
	}
	e := begin().ready(t)
	w := &watcher{stop: make(chan struct{}), seen: map[string]float64{}}
	w.scrape(e)
	w.wg.Go(w.run)
	writer := start(t, loggen, fmt.Sprint("--seed=", seed), fmt.Sprint("--rate=", run.rate), "--duration="+run.duration.String(),
		"--rotate-every="+run.every.String(), "--linger="+run.linger.String(), "--rotation="+cmp.Or(run.rotation, "rename"), fmt.Sprint("--keep=", run.keep), "--torn", "-o", log, "--truth="+truth)
	from := time.Now()
	for _, at := range killTimes(rand.New(rand.NewPCG(seed, 0)), run) {
		time.Sleep(time.Until(from.Add(at.kill)))
		e.end(syscall.SIGKILL)
		e.noRace(t)
		time.Sleep(at.down)
		e = begin()
		w.scrape(e)
	}
	<-writer.done
	if writer.err != nil {
		t.Fatalf("loggen: %v\n%s", writer.err, &writer.said)
	}
	written := readTruth(t, truth)
	e.ready(t)
	if run.kills == 0 {
		w.steady(t, filepath.Join(dir, "state", "state"))
	}
	s := e.counted(t, int(written.Lines))
	close(w.stop)
	w.wg.Wait()
	w.look(s)
	e.stop(t)

	t.Logf("written %d, counted %.0f, step-backs %d, kills %d, rotations %v, scrapes %d", written.Lines, s.sum("httpstatus_log_lines_total"),
		len(w.stepBacks), run.kills, s.sum("httpstatus_log_rotations_total"), w.scrapes)
	for _, back := range slices.Concat(w.stepBacks, w.wrong) {
		t.Error(back)
	}
	if got := s.sum("httpstatus_log_lines_total"); got != float64(written.Lines) {
		t.Errorf("counted %.0f lines, written %d", got, written.Lines)
	}
	if got, want := s.by("httpstatus_responses_total", "code"), codesOf(written); !maps.Equal(got, want) {
		t.Errorf("codes: counted %v, written %v", got, want)
	}
	if got := s.sum("httpstatus_response_body_bytes_total"); got != float64(written.BodyBytes) {
		t.Errorf("counted %v body bytes, written %d", got, written.BodyBytes)
	}
	for _, lost := range []string{"httpstatus_log_lost_bytes_total", "httpstatus_log_lines_failed_total"} {
		if n := s.sum(lost); n != 0 {
			t.Errorf("%s is %v", lost, n)
		}
	}
}

// A blow is when the exporter is killed, counted from the writer's start, and for how long it stays down.
type blow struct{ kill, down time.Duration }

// killTimes spreads the kills over the run, each at a random moment of its share.
func killTimes(r *rand.Rand, run torture) []blow {
	share := run.duration / time.Duration(run.kills+1)
	var all []blow
	for n := range run.kills {
		longest := 600 * time.Millisecond
		if n%20 == 19 { // now and then long enough for rotations
			longest = 5 * time.Second
		}
		at := share*time.Duration(n) + share/2 + time.Duration(r.Int64N(int64(share/2)))
		all = append(all, blow{at, time.Duration(r.Int64N(int64(longest)))})
	}
	return all
}

// underKills runs an exporter that is killed three times, after it was up for a while, and stays down for another, while write
// goes on, which returns how many lines there are. It returns the scrape that has all of them. No counter may have gone back.
func underKills(t *testing.T, args []string, up, down time.Duration, write func() int) samples {
	t.Helper()
	binary := build(t, ".")
	e := startExporter(t, binary, args...).ready(t)
	w := &watcher{stop: make(chan struct{}), seen: map[string]float64{}}
	w.scrape(e)
	w.wg.Go(w.run)
	written := make(chan int, 1)
	go func() { written <- write() }()
	for range 3 {
		time.Sleep(up)
		e.end(syscall.SIGKILL)
		e.noRace(t)
		time.Sleep(down)
		e = startExporter(t, binary, args...)
		w.scrape(e)
	}
	lines := <-written
	e.ready(t)
	s := e.counted(t, lines)
	close(w.stop)
	w.wg.Wait()
	w.look(s)
	e.stop(t)
	for _, back := range append(w.stepBacks, w.wrong...) {
		t.Error(back)
	}
	return s
}

// A watcher scrapes every 100 ms, whoever serves at the time, and remembers the highest value of every counter.
type watcher struct {
	stop chan struct{}
	wg   sync.WaitGroup

	mu        sync.Mutex
	target    *exporter
	scrapes   int
	seen      map[string]float64
	rss, fds  float64 // the highest that were seen
	stepBacks []string
	wrong     []string // scrapes out of balance
}

// scrape makes e the exporter to be scraped.
func (w *watcher) scrape(e *exporter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.target = e
}

func (w *watcher) run() {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		w.mu.Lock()
		e := w.target
		w.mu.Unlock()
		if s, err := e.scrape(); err == nil { // otherwise killed, or not up yet
			w.look(s)
		}
	}
}

// look compares a scrape with all that came before it. A series that has gone is a step back as well.
func (w *watcher) look(s samples) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scrapes++
	if err := s.balance(); err != nil {
		w.wrong = append(w.wrong, fmt.Sprintf("scrape %d: %v", w.scrapes, err))
	}
	w.rss, w.fds = max(w.rss, s.sum("process_resident_memory_bytes")), max(w.fds, s.sum("process_open_fds"))
	now := s.counters()
	for _, series := range slices.Sorted(maps.Keys(w.seen)) {
		if value, ok := now[series]; !ok || value < w.seen[series] {
			w.stepBacks = append(w.stepBacks, fmt.Sprintf("scrape %d: %s went from %v to %v (there: %v)", w.scrapes, series, w.seen[series], value, ok))
		}
	}
	maps.Copy(w.seen, now)
}

// steady holds what the exporter takes to what it may take, however long it runs.
func (w *watcher) steady(t *testing.T, state string) {
	t.Helper()
	info, err := os.Stat(state)
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t.Logf("at most: resident %.1f MiB, %.0f descriptors; state %d bytes", w.rss/(1<<20), w.fds, info.Size())
	if w.rss > 40<<20 && !raceEnabled {
		t.Errorf("%.1f MiB were resident, want at most 40", w.rss/(1<<20))
	}
	if w.fds > 60 { // a rotated file is let go after a minute
		t.Errorf("%.0f descriptors were open, want at most 60", w.fds)
	}
	if info.Size() > 256<<10 {
		t.Errorf("the state has %d bytes, want at most 256 KiB", info.Size())
	}
}

func readTruth(t *testing.T, path string) traffic.Truth {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var truth traffic.Truth
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	return truth
}

// codesOf returns what the code label must say about a truth: "000" and "009" are no status.
func codesOf(truth traffic.Truth) map[string]int {
	codes := map[string]int{}
	for status, n := range truth.Statuses {
		if status < "100" {
			status = "none"
		}
		codes[status] += int(n)
	}
	return codes
}
