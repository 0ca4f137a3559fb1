package tail

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seedFlag = flag.Uint64("seed", 0, "seed of the one random scene to run")
	runsFlag = flag.Int("scenes", 0, "how many random scenes to run")
)

// An action is one step of a random scene.
type action struct {
	name string
	arg  int
}

// A content is what one incarnation of the log holds, whatever its names; the model of the test.
type content struct {
	lines  []string
	copied bool // it lives on in a copy: nobody renames that back
}

// A scenery plays actions on a rig and knows which lines cannot be promised: those that were in a file when it was
// truncated without a copy or removed, and were not part of a saved state by then.
type scenery struct {
	*rig
	files   map[string]*content // by name, without the ending of a compressor
	packed  map[string]string   // name -> that ending
	writer  *os.File            // of log
	linger  *os.File            // of a rotated file
	old     *content            // what linger writes to
	torn    string              // rest of the line that was begun in log
	maybe   map[string]bool
	running bool
	pieces  *containerRuntime // writes pieces of lines; nil for whole lines
}

const keep = 6 // rotated files

var actions = []struct {
	name   string
	weight int
}{
	{"write", 30}, {"torn", 8}, {"linger", 12}, {"pause", 25}, {"pause long", 3}, {"snapshot", 10}, {"kill", 5}, {"stop", 3}, {"start", 12},
	{"rename", 6}, {"rename and linger", 6}, {"rename, no create", 3}, {"rename back", 2}, {"copytruncate", 6}, {"truncate", 2},
	{"unlink", 2}, {"copy", 3}, {"link", 2}, {"compress", 5},
}

// orderly are the actions that a container runtime and people who look after its logs have: it never goes on with an old file
// when it has begun a new one, and nothing is lost.
var orderly = []string{"write", "torn", "pause", "pause long", "snapshot", "kill", "stop", "start", "rename", "copy", "compress"}

// script draws the actions of a scene.
func script(rnd *rand.Rand, wrapped bool) []action {
	actions, total := slices.Clone(actions), 0
	if wrapped {
		actions = slices.DeleteFunc(actions, func(a struct {
			name   string
			weight int
		}) bool {
			return !slices.Contains(orderly, a.name)
		})
	}
	for _, a := range actions {
		total += a.weight
	}
	steps := make([]action, 20+rnd.IntN(60))
	steps[0] = action{"hops", rnd.IntN(3)}
	for i := 1; i < len(steps); i++ {
		n := rnd.IntN(total)
		for _, a := range actions {
			if n -= a.weight; n < 0 {
				steps[i] = action{a.name, rnd.IntN(1000)}
				break
			}
		}
	}
	return steps
}

func (s *scenery) do(a action) {
	switch a.name {
	case "write":
		s.writeLines(1 + a.arg%60)
	case "torn":
		if s.torn == "" && s.writer != nil {
			line := s.nextLine(a.arg)
			cut := 1 + a.arg%(len(line)-1)
			s.raw(s.writer, line[:cut])
			s.torn = line[cut:]
		}
	case "linger":
		if s.linger != nil {
			for range 1 + a.arg%20 {
				line := s.line()
				s.add(s.old, line)
				s.raw(s.linger, line+"\n")
			}
		}
	case "pause":
		s.pause(a.arg % 4)
	case "pause long":
		s.finishLine()
		s.pause(a.arg % 40)
	case "snapshot":
		if s.running {
			s.snapshot()
		}
	case "kill", "stop":
		if s.running && a.name == "stop" {
			s.stop()
		} else if s.running {
			s.kill()
		}
		s.running = false
	case "start":
		if !s.running {
			s.start()
			s.running = true
		}
	default:
		s.disturb(a)
	}
}

// disturb does what logrotate and people do.
func (s *scenery) disturb(a action) {
	s.finishLine()
	switch a.name {
	case "hops": // see playScene
	case "rename", "rename and linger", "rename, no create":
		if s.files["log"] == nil {
			return
		}
		s.closeLinger()
		if a.name == "rename" {
			s.closeWriter()
		} else {
			s.linger, s.old, s.writer = s.writer, s.files["log"], nil
		}
		s.shift("log")
		s.move("log", "log.1")
		if a.name != "rename, no create" {
			s.create()
		}
	case "rename back":
		if s.files["log.1"] == nil || s.packed["log.1"] != "" || s.files["log.1"].copied {
			return
		}
		s.closeWriter()
		if s.files["log"] != nil {
			s.gone("log")
		}
		s.move("log.1", "log")
		s.closeLinger()
		s.create()
	case "copytruncate":
		if s.files["log"] == nil {
			return
		}
		s.shift("log")
		s.copy("log", "log.1")
		s.files["log.1"] = s.files["log"]
		s.files["log.1"].copied = true
		s.files["log"] = &content{}
		if s.pieces == nil && a.arg%2 == 0 && s.size("log.1") >= headSize { // what comes now is in the log for a moment only
			s.writeLines(1 + a.arg%5)
			for _, line := range s.files["log"].lines {
				s.maybe[line] = true
			}
			s.pause(a.arg % 3)
		}
		s.truncate("log")
		s.files["log"] = &content{}
	case "truncate":
		if s.files["log"] == nil {
			return
		}
		s.uncertain(s.files["log"])
		s.truncate("log")
		s.files["log"] = &content{}
	case "unlink":
		if s.files["log"] == nil {
			return
		}
		s.closeWriter()
		s.gone("log")
		s.create()
	case "copy":
		name := fmt.Sprint("log.", 1+a.arg%keep)
		if _, err := os.Lstat(s.path(name + ".bak")); err != nil && s.files[name] != nil && s.packed[name] == "" {
			s.copy(name, name+".bak")
		}
	case "link":
		name := fmt.Sprint("log.", 1+a.arg%keep)
		if s.files[name] != nil && s.packed[name] == "" {
			os.Link(s.path(name), s.path(name+".old")) // or there is one already
		}
	case "compress":
		name := fmt.Sprint("log.", 1+a.arg%keep)
		if s.files[name] != nil && s.packed[name] == "" {
			s.closeLinger()
			s.packed[name] = []string{".gz", ".zst"}[a.arg%2]
			s.compress(name, s.packed[name])
		}
	default:
		s.t.Fatalf("no action %q", a.name)
	}
}

func (s *scenery) create() {
	s.writer = s.open("log")
	if s.files["log"] == nil {
		s.files["log"] = &content{}
	}
}

func (s *scenery) writeLines(n int) {
	if s.writer == nil {
		s.create()
	}
	s.finishLine()
	var b strings.Builder
	for i := range n {
		b.WriteString(s.nextLine(n + 7*i))
	}
	s.raw(s.writer, b.String())
}

// nextLine returns the next line of the log, or the next piece of one, with its line end.
func (s *scenery) nextLine(arg int) string {
	if s.pieces != nil {
		return s.pieces.next([]string{"stdout", "stderr"}[arg%2], arg%3 == 0)
	}
	line := s.line()
	s.add(s.files["log"], line)
	return line + "\n"
}

func (s *scenery) add(c *content, line string) {
	s.expect(line)
	c.lines = append(c.lines, line)
}

func (s *scenery) finishLine() {
	if s.torn != "" {
		s.raw(s.writer, s.torn)
		s.torn = ""
	}
}

func (s *scenery) closeWriter() {
	if s.writer != nil {
		s.writer.Close()
		s.writer = nil
	}
}

func (s *scenery) closeLinger() {
	if s.linger != nil {
		s.linger.Close()
		s.linger = nil
	}
}

// shift makes room for name.1 and prunes the oldest.
func (s *scenery) shift(name string) {
	last := keep
	if s.pieces != nil {
		last = len(s.files)
	}
	for i := last; i > 0; i-- {
		at := fmt.Sprint(name, ".", i)
		if s.files[at] == nil {
			continue
		}
		if i == keep && s.pieces == nil {
			s.gone(at)
		} else {
			s.move(at, fmt.Sprint(name, ".", i+1))
		}
	}
}

func (s *scenery) move(from, to string) {
	ext := s.packed[from]
	s.rename(from+ext, to+ext)
	s.files[to], s.packed[to] = s.files[from], ext
	delete(s.files, from)
	delete(s.packed, from)
}

func (s *scenery) gone(name string) {
	s.uncertain(s.files[name])
	if s.old == s.files[name] {
		s.closeLinger()
	}
	s.remove(name + s.packed[name])
	delete(s.files, name)
	delete(s.packed, name)
}

// followThrough has the log followed through a chain of symbolic links.
func (s *scenery) followThrough(hops int) {
	target := "log"
	for i := range hops {
		name := "hop" + string(rune('a'+i))
		if err := os.Symlink(target, s.path(name)); err != nil {
			s.t.Fatal(err)
		}
		target = name
	}
	s.cfg.Path = s.path(target)
}

// uncertain notes that what is not saved of a content may be lost from now on.
func (s *scenery) uncertain(c *content) {
	for _, line := range c.lines {
		if s.savedGot[line] == 0 {
			s.maybe[line] = true
		}
	}
}

// recorder takes the failures of a scene that is shrunk.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}
func (r *recorder) Error(args ...any) { r.failures = append(r.failures, fmt.Sprint(args...)) }

// playScene returns what went wrong. The log is plain, or a runtime's: "cri", "docker".
func playScene(t testing.TB, kind string, steps []action) []string {
	rec := &recorder{TB: t}
	r := newRig(rec, nil)
	defer os.RemoveAll(r.dir)
	s := &scenery{rig: r, files: make(map[string]*content), packed: make(map[string]string), maybe: make(map[string]bool)}
	if kind != "plain" {
		s.pieces = &containerRuntime{r: r, docker: kind == "docker", open: make(map[string]string)}
	}
	if len(steps) > 0 && steps[0].name == "hops" {
		s.followThrough(steps[0].arg)
	}
	s.create()
	s.start()
	s.running = true
	for _, a := range steps {
		s.do(a)
	}
	s.finishLine()
	if !s.running {
		s.start()
	}
	s.settledBut(s.maybe)
	s.drain()
	s.snapshot()
	s.kill()
	s.closeWriter()
	s.closeLinger()
	for line := range s.maybe {
		if s.got[line] == 0 {
			delete(s.wrote, line)
		}
	}
	s.compare()
	return rec.failures
}

// settledBut is settled for a rig of which some lines may be lost.
func (r *rig) settledBut(maybe map[string]bool) {
	for range 60 {
		r.pause(1)
		r.mu.Lock()
		missing := 0
		for line, n := range r.wrote {
			if r.got[line] < n && !maybe[line] {
				missing++
			}
		}
		r.mu.Unlock()
		if missing == 0 {
			break
		}
	}
	r.pause(15)
}

// shrink leaves out actions as long as the scene still fails.
func shrink(play func([]action) []string, steps []action) []action {
	fails := func(steps []action) bool {
		for range 3 {
			if len(play(steps)) > 0 {
				return true
			}
		}
		return false
	}
	for size := len(steps) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(steps); {
			if less := slices.Delete(slices.Clone(steps), i, i+size); fails(less) {
				steps = less
			} else {
				i += size
			}
		}
	}
	return steps
}

func TestRandomScenes(t *testing.T) {
	runs, first, begin := 60, uint64(time.Now().UnixNano()%1e9), time.Now()
	if *long {
		runs = 1 << 30 // until the time is over
	}
	if *runsFlag > 0 {
		runs = *runsFlag
	}
	if *seedFlag != 0 {
		runs, first = 1, *seedFlag
	}
	played := 0
	defer func() { t.Logf("%d scenes in %v", played, time.Since(begin).Round(time.Second)) }()
	for i := range runs {
		if *long && *runsFlag == 0 && time.Since(begin) > *length {
			return
		}
		played++
		seed := first + uint64(i)
		kind := []string{"plain", "cri", "plain", "docker"}[seed%4]
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(2 * pollInterval)
			steps := script(rand.New(rand.NewPCG(seed, 0)), kind != "plain")
			play := func(steps []action) []string { return playScene(t, kind, steps) }
			failures := play(steps)
			if len(failures) == 0 {
				return
			}
			steps = shrink(play, steps)
			t.Errorf("seed %d, %s (run it alone with -seed=%[1]d):\n%[3]s\nwith these actions:\n%[4]v", seed, kind, strings.Join(failures, "\n"), steps)
		})
		if t.Failed() {
			return
		}
	}
}
