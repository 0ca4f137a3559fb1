package tail

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What random_test.go does with one log, these scenes do with several: files that are swapped, linked and moved between names
// that the followed glob or link matches, with the exporter coming and going between any two steps of it.

// A stage is a followed path and the names that its scenes play with.
type stage struct {
	name    string
	path    string   // of Config, in the directory of the rig
	logs    []string // that are written
	rotated func(log string, n int) string
	maxLine int
	actions []string // beside those that every stage has
}

func numbered(log string, n int) string { return fmt.Sprint(log, ".", n) }

var stages = []stage{
	{"logs", "*.log", []string{"a.log", "b.log", "c.log"}, numbered, 0, []string{"swap", "link", "copytruncate"}},
	{"rotated names match", "*.log*", []string{"a.log", "b.log"}, numbered, 0, []string{"swap", "link", "copytruncate"}},
	{"dates before the extension", "*.log", []string{"a.log", "b.log"}, func(log string, n int) string {
		return fmt.Sprintf("%s-2026112%d.log", strings.TrimSuffix(log, ".log"), 9-n)
	}, 0, nil},
	{"trees", "*/log", []string{"x/log", "y/log"}, numbered, 0, []string{"move tree", "hide tree"}},
	{"links", "cur", []string{"r0", "r1", "r2"}, numbered, 0, []string{"flip"}},
	{"short lines", "*.log", []string{"a.log", "b.log"}, numbered, 150, []string{"swap", "copytruncate"}},
}

const namesKept = 4 // rotated files of a log

// A troupe plays on a stage.
type troupe struct {
	*rig
	stage
	rnd     *rand.Rand
	nodes   map[string]*content // by name, without the ending of a compressor
	ending  map[string]string   // of the compressed ones
	writers map[string]*os.File
	old     []*os.File // descriptors of rotated files
	olds    []*content
	maybe   map[string]bool
	running bool
	long    map[string]bool // lines longer than may be
	hidden  map[string]string
	target  string // of the link

	copies   []clone
	looks    int             // of all followers so far, at least
	savedAt  int             // looks at the last snapshot
	maybeTwo map[string]bool // lines that may be counted twice
}

// A clone is a copy that somebody made of a rotated file.
type clone struct {
	of    *content
	lines []string
	at    int // looks when it was made
}

func (s *troupe) steps() []action {
	names := []string{"write", "write", "write", "write", "torn", "old", "old", "pause", "pause", "pause", "pause", "pause long",
		"snapshot", "kill", "stop", "start", "start", "rotate", "rotate", "rotate", "copy", "compress", "unpack", "unlink"}
	names = append(names, s.actions...)
	names = append(names, s.actions...)
	steps := make([]action, 20+s.rnd.IntN(60))
	for i := range steps {
		steps[i] = action{names[s.rnd.IntN(len(names))], s.rnd.IntN(1000)}
	}
	return steps
}

func (s *troupe) do(a action) {
	log := s.logs[a.arg%len(s.logs)]
	if s.hidden[filepath.Dir(log)] != "" && !slices.Contains([]string{"pause", "pause long", "snapshot", "kill", "stop", "start", "hide tree"}, a.name) {
		return
	}
	arg := a.arg / len(s.logs)
	switch a.name {
	case "write":
		if s.stage.path == "cur" {
			log = s.target
		}
		s.writeLines(log, 1+arg%40)
	case "torn":
		if w := s.writers[log]; w != nil {
			line := s.line()
			cut := 1 + arg%(len(line)-1)
			s.raw(w, line[:cut])
			s.between(arg)
			s.note(s.nodes[log], line)
			s.raw(w, line[cut:]+"\n")
		}
	case "old":
		if len(s.old) > 0 {
			i := arg % len(s.old)
			line := s.line()
			s.note(s.olds[i], line)
			s.raw(s.old[i], line+"\n")
		}
	case "pause":
		s.pause(arg % 4)
	case "pause long":
		s.pause(arg % 40)
	case "snapshot", "kill", "stop", "start":
		s.process(a.name)
	case "rotate":
		s.rotate(log, arg)
	case "copytruncate":
		s.copytruncate(log, arg)
	case "swap":
		s.swap(log, s.logs[(a.arg+1)%len(s.logs)], arg)
	case "unlink":
		if s.nodes[log] != nil && arg%3 == 0 {
			s.vanish(log)
			s.closeWriter(log)
		}
	case "move tree", "hide tree":
		s.tree(filepath.Dir(log), a.name == "hide tree")
	case "flip":
		s.flip(log, arg)
	default:
		s.rework(a.name, s.rotated(log, 1+arg%namesKept), arg)
	}
}

// rework does something to a rotated file.
func (s *troupe) rework(what, name string, arg int) {
	plain := s.nodes[name] != nil && s.ending[name] == ""
	switch what {
	case "link":
		if plain {
			os.Link(s.at(name), s.at(name+".old"))
		}
	case "copy":
		if _, err := os.Lstat(s.at(name + ".bak")); err != nil && plain {
			s.rig.copy(name, name+".bak")
			s.copies = append(s.copies, clone{s.nodes[name], slices.Clone(s.nodes[name].lines), s.looks})
		}
	case "compress":
		s.pack(name, arg)
	case "unpack":
		s.unpack(name)
	default:
		s.t.Fatalf("no action %q", what)
	}
}

func (s *troupe) at(name string) string { return s.rig.path(name) }

// process does what an init system does.
func (s *troupe) process(what string) {
	switch {
	case what == "start" && !s.running:
		s.start()
		s.running = true
	case what == "snapshot" && s.running:
		s.snapshot()
		s.savedAt = s.looks
	case what == "kill" && s.running:
		s.kill()
		s.running = false
	case what == "stop" && s.running:
		s.stop()
		s.savedAt = s.looks
		s.running = false
	}
}

// between is what may happen between two steps of an action.
func (s *troupe) between(arg int) {
	switch arg % 7 {
	case 0, 1:
		s.pause(1 + arg%3)
	case 2:
		s.process("snapshot")
		s.process("kill")
	case 3:
		s.process("kill")
	case 4:
		s.process("start")
	}
}

func (s *troupe) note(c *content, line string) {
	if s.maxLine > 0 && len(line) > s.maxLine {
		s.long[line] = true
	} else {
		s.expect(line)
	}
	c.lines = append(c.lines, line)
}

func (s *troupe) writeLines(log string, n int) {
	if s.writers[log] == nil {
		s.create(log)
	}
	var b strings.Builder
	for range n {
		line := s.line()
		s.note(s.nodes[log], line)
		b.WriteString(line + "\n")
	}
	s.raw(s.writers[log], b.String())
}

func (s *troupe) create(log string) {
	os.MkdirAll(filepath.Dir(s.at(log)), 0o755)
	s.writers[log] = s.open(log)
	if s.nodes[log] == nil {
		s.nodes[log] = &content{}
	}
}

func (s *troupe) closeWriter(log string) {
	if w := s.writers[log]; w != nil {
		w.Close()
		delete(s.writers, log)
	}
}

// linger keeps the descriptor of a writer for a while.
func (s *troupe) linger(log string) {
	if w := s.writers[log]; w != nil {
		s.old, s.olds = append(s.old, w), append(s.olds, s.nodes[log])
		delete(s.writers, log)
	}
}

// leave closes the lingering descriptors of a content.
func (s *troupe) leave(c *content) {
	for i := len(s.old) - 1; i >= 0; i-- {
		if s.olds[i] == c {
			s.old[i].Close()
			s.old, s.olds = slices.Delete(s.old, i, i+1), slices.Delete(s.olds, i, i+1)
		}
	}
}

func (s *troupe) move(from, to string) {
	ext := s.ending[from]
	s.rename(from+ext, to+ext)
	s.nodes[to], s.ending[to] = s.nodes[from], ext
	delete(s.nodes, from)
	delete(s.ending, from)
}

// pause lets time pass.
func (s *troupe) pause(looks int) {
	if s.running {
		s.looks += looks
	}
	s.rig.pause(looks)
}

// vanish removes a file. What is not saved of it may be lost. A copy that is shorter than what is known of its head, and that no
// saved state knows, is not known as such any more.
func (s *troupe) vanish(name string) {
	c := s.nodes[name]
	s.uncertain(c)
	for _, copied := range s.copies {
		if copied.of == c && s.savedAt < copied.at+maxTurnWait && len(strings.Join(copied.lines, "\n")) < headSize {
			for _, line := range copied.lines {
				s.maybeTwo[line] = true
			}
		}
	}
	s.leave(c)
	s.remove(name + s.ending[name])
	delete(s.nodes, name)
	delete(s.ending, name)
}

func (s *troupe) uncertain(c *content) {
	for _, line := range c.lines {
		if s.savedGot[line] == 0 {
			s.maybe[line] = true
		}
	}
}

func (s *troupe) shift(log string, arg int) {
	for i := namesKept; i > 0; i-- {
		from := s.rotated(log, i)
		if s.nodes[from] == nil {
			continue
		}
		if i == namesKept {
			s.vanish(from)
		} else {
			s.move(from, s.rotated(log, i+1))
		}
		if arg%5 == 0 {
			s.between(arg / 5 * i)
		}
	}
}

func (s *troupe) rotate(log string, arg int) {
	if s.nodes[log] == nil {
		return
	}
	s.shift(log, arg)
	if arg%2 == 0 {
		s.closeWriter(log)
	} else {
		s.linger(log)
	}
	s.move(log, s.rotated(log, 1))
	s.between(arg / 2)
	if arg%3 > 0 {
		s.create(log)
	}
}

func (s *troupe) copytruncate(log string, arg int) {
	if s.nodes[log] == nil || len(s.nodes[log].lines) == 0 {
		return
	}
	s.shift(log, arg)
	to := s.rotated(log, 1)
	s.rig.copy(log, to)
	s.nodes[to] = &content{lines: slices.Clone(s.nodes[log].lines), copied: true}
	s.between(arg)
	if arg%3 == 0 && s.size(to) >= headSize { // what comes now is in the log for a moment only
		s.writeLines(log, 1+arg%5)
		for _, line := range s.nodes[log].lines[len(s.nodes[to].lines):] {
			s.maybe[line] = true
		}
		s.between(arg / 3)
	}
	s.truncate(log)
	s.nodes[log].lines = nil
}

// swap exchanges two logs by three renames.
func (s *troupe) swap(a, b string, arg int) {
	if s.nodes[a] == nil || s.nodes[b] == nil {
		return
	}
	s.linger(a)
	s.linger(b)
	s.move(a, "t.log.1")
	s.between(arg)
	s.move(b, a)
	s.between(arg / 7)
	s.move("t.log.1", b)
}

func (s *troupe) pack(name string, arg int) {
	c := s.nodes[name]
	if c == nil || s.ending[name] != "" {
		return
	}
	if arg%2 == 0 {
		s.leave(c)
	}
	s.ending[name] = []string{".gz", ".zst"}[arg%2]
	if s.ending[name] == ".zst" && slices.Contains(s.olds, c) { // made from a stream, it does not tell that there is more in it
		s.uncertain(c)
	}
	os.Remove(s.at(name + s.ending[name]))
	s.compress(name, s.ending[name])
	for i := range s.olds { // what is written there now has no name
		if s.olds[i] == c {
			s.olds[i] = &content{}
			s.old[i].Close()
			s.old, s.olds = slices.Delete(s.old, i, i+1), slices.Delete(s.olds, i, i+1)
			break
		}
	}
	s.leave(c)
}

// unpack makes a compressed file plain again.
func (s *troupe) unpack(name string) {
	if s.nodes[name] == nil || s.ending[name] == "" {
		return
	}
	if _, err := os.Lstat(s.at(name)); err == nil {
		return
	}
	text := strings.Join(s.nodes[name].lines, "\n")
	if text != "" {
		text += "\n"
	}
	os.WriteFile(s.at(name), []byte(text), 0o644)
	s.remove(name + s.ending[name])
	s.ending[name] = ""
}

// tree moves a directory to another name that the glob matches and back, or out of its sight and back.
func (s *troupe) tree(dir string, hide bool) {
	if s.nodes[dir+"/log"] == nil {
		return
	}
	if away := s.hidden[dir]; away != "" {
		if hide {
			s.rename(away, dir)
			delete(s.hidden, dir)
		}
		return
	}
	if hide {
		os.MkdirAll(s.at("far/away"), 0o755)
		away := "far/away/" + dir
		s.rename(dir, away)
		s.hidden[dir] = away
		return
	}
	s.rename(dir, dir+"moved")
	s.between(s.rnd.IntN(7))
	s.rename(dir+"moved", dir)
}

// flip makes the link name another file, which is there or not.
func (s *troupe) flip(log string, arg int) {
	if s.target != "" {
		s.linger(s.target)
	}
	s.target = log
	os.Symlink(log, s.at("next"))
	s.rename("next", "hop")
	s.between(arg)
	s.create(log)
}

// perform returns what went wrong.
func perform(t testing.TB, st stage, seed uint64, steps []action) []string {
	rec := &recorder{TB: t}
	r := newRig(rec, func(c *Config) { c.MaxLine = st.maxLine })
	defer os.RemoveAll(r.dir)
	s := &troupe{rig: r, stage: st, rnd: rand.New(rand.NewPCG(seed, 1)), nodes: make(map[string]*content), ending: make(map[string]string),
		writers: make(map[string]*os.File), maybe: make(map[string]bool), long: make(map[string]bool), hidden: make(map[string]string), maybeTwo: make(map[string]bool)}
	r.cfg.Path = r.path(st.path)
	if st.path == "cur" {
		os.Symlink("hop", r.path("cur"))
		s.flip("r0", 6)
	} else {
		for _, log := range st.logs {
			s.writeLines(log, 3)
		}
	}
	s.start()
	s.running = true
	for _, a := range steps {
		s.do(a)
	}
	for dir, away := range s.hidden {
		s.rename(away, dir)
	}
	if !s.running {
		s.start()
	}
	s.settledBut(s.maybe)
	s.drain()
	s.snapshot()
	s.kill()
	s.judge()
	return rec.failures
}

// judge holds what was counted against what was written.
func (s *troupe) judge() {
	for log := range s.writers {
		s.closeWriter(log)
	}
	for _, w := range s.old {
		w.Close()
	}
	lostLong := false
	for line := range s.maybe {
		lostLong = lostLong || s.long[line]
		if s.got[line] == 0 {
			delete(s.wrote, line)
		}
	}
	most := len(s.long)
	for line := range s.maybeTwo {
		if s.got[line] == 2 {
			s.got[line] = 1
		}
		if s.long[line] {
			most++
		}
	}
	s.compare()
	if s.tooLong > most || s.tooLong < len(s.long) && !lostLong {
		s.t.Errorf("%d lines too long, want %d", s.tooLong, len(s.long))
	}
}

func TestRandomNames(t *testing.T) {
	runs, first, begin := 60, uint64(time.Now().UnixNano()%1e9), time.Now()
	if *runsFlag > 0 {
		runs = *runsFlag
	}
	if *seedFlag != 0 {
		runs, first = 1, *seedFlag
	}
	for i := range runs {
		seed := first + uint64(i)
		st := stages[seed%uint64(len(stages))]
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(2 * pollInterval)
			s := &troupe{stage: st, rnd: rand.New(rand.NewPCG(seed, 0))}
			steps := s.steps()
			play := func(steps []action) []string { return perform(t, st, seed, steps) }
			failures := play(steps)
			if len(failures) == 0 {
				return
			}
			steps = shrink(play, steps)
			if less := play(steps); len(less) > 0 {
				failures = less
			}
			t.Errorf("seed %d, %s (run it alone with -seed=%[1]d):\n%[3]s\nwith these actions:\n%[4]v", seed, st.name, strings.Join(failures, "\n"), steps)
		})
	}
	t.Logf("%d scenes in %v", runs, time.Since(begin).Round(time.Second))
}
