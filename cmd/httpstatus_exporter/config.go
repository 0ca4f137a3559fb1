package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
	"httpstatus_exporter/ingest/accesslog"
)

// A config is what the command line or the configuration file says, read and compiled: every mistake has been found.
type config struct {
	apis []apiConfig
	logs []logConfig
}

// An apiConfig is one contract, ready to judge.
type apiConfig struct {
	name       string
	classifier *classify.Classifier
}

// A logConfig is one path or glob and how its lines are read. Its entries are held against apis[api].
type logConfig struct {
	path          string
	api           int
	format        *accesslog.Format
	fromBeginning bool
}

// The configuration file.
type fileConfig struct {
	APIs []fileAPI `yaml:"apis"`
}

var configKeys = keysOf{
	"fileConfig": "the only key here is apis",
	"fileAPI":    "the keys of an API are name, contract, access_logs",
	"fileLog":    "the keys of a log are path, format, from",
}

type fileAPI struct {
	Name       string    `yaml:"name"`
	Contract   string    `yaml:"contract"`
	AccessLogs []fileLog `yaml:"access_logs"`
}

type fileLog struct {
	Path   string `yaml:"path"`
	Format string `yaml:"format"`
	From   string `yaml:"from"`
}

// load compiles the configuration that the flags name. Without any path it returns a configuration without logs.
func (a *apiFlags) load() (*config, error) {
	if a.configFile == "" {
		api := fileAPI{Name: a.name, Contract: a.contract}
		for _, p := range a.paths {
			api.AccessLogs = append(api.AccessLogs, fileLog{p, a.format, a.from})
		}
		return compile([]fileAPI{api}, "", flagNames)
	}
	for _, name := range []string{"access-log.path", "access-log.format", "access-log.from", "api.contract", "api.name"} {
		if a.flags.Changed(name) {
			return nil, fmt.Errorf("found both --config.file and --%s; what describes an API belongs into the file", name)
		}
	}
	data, err := readFile(a.configFile, maxText)
	if err != nil {
		return nil, fmt.Errorf("--config.file: %w", plain(err))
	}
	doc, mistake := contract.ReadYAML(a.configFile, data, "configuration")
	if mistake != nil {
		return nil, mistake
	}
	var f fileConfig
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && err != io.EOF {
		return nil, yamlError(a.configFile, data, err, configKeys)
	}
	if len(f.APIs) == 0 {
		return nil, fmt.Errorf("%s: found no apis; write apis: [{name: ..., contract: ..., access_logs: [{path: ..., format: ...}]}]", a.configFile)
	}
	return compile(f.APIs, filepath.Dir(a.configFile), fileNames(a.configFile, doc))
}

// names tells how a message names a setting of an api, or of one of its logs (-1 for the api's own).
type names func(api, log int, key string) string

func flagNames(_, _ int, key string) string {
	return map[string]string{"contract": "--api.contract", "name": "--api.name", "path": "--access-log.path", "format": "--access-log.format", "from": "--access-log.from"}[key]
}

// compile reads the contracts, relative to dir, and compiles the formats.
func compile(apis []fileAPI, dir string, at names) (*config, error) {
	c := new(config)
	var errs []error
	seen := map[string]int{}
	taken := map[string]string{}
	for i, api := range apis {
		cl, err := loadClassifier(api.Contract, dir)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", at(i, -1, "contract"), err))
			continue
		}
		name := api.Name
		if name == "" {
			name = cl.Contract().Name
		}
		if j, ok := seen[name]; ok {
			errs = append(errs, fmt.Errorf("%s: found %q again, the name of apis[%d]; each API needs a name of its own", at(i, -1, "name"), name, j))
		}
		seen[name] = i
		c.apis = append(c.apis, apiConfig{name, cl})
		for j, l := range api.AccessLogs {
			lc, err := compileLog(l, len(c.apis)-1, func(key string) string { return at(i, j, key) })
			if err == nil {
				err = take(taken, lc.path, at(i, j, "path"))
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			c.logs = append(c.logs, lc)
		}
	}
	return c, errors.Join(errs...)
}

func compileLog(l fileLog, api int, at func(key string) string) (logConfig, error) {
	lc := logConfig{path: l.Path, api: api}
	if l.Format == "" {
		l.Format = "auto"
	}
	var err error
	if lc.format, err = accesslog.Compile(l.Format); err != nil {
		return lc, fmt.Errorf("%s: %w", at("format"), err)
	}
	switch l.From {
	case "", "end":
	case "beginning":
		lc.fromBeginning = true
	default:
		return lc, fmt.Errorf("%s: found %q; use end or beginning", at("from"), l.From)
	}
	return lc, checkPath(l.Path, at("path"))
}

// checkPath finds at start what would otherwise show up as a log that never says anything. A path that does not exist yet
// is fine as long as its directory does.
func checkPath(path, at string) error {
	if path == "-" {
		return nil
	}
	if path == "" {
		return fmt.Errorf("%s: found an empty path; name an access log, a glob, or - for standard input", at)
	}
	st, err := os.Stat(path)
	switch {
	case err != nil && strings.ContainsAny(path, "*?["):
		return checkGlob(path, at)
	case errors.Is(err, fs.ErrNotExist):
		return checkDirectory(path, at)
	case err != nil:
		return notReadable(err, at)
	case st.IsDir():
		return fmt.Errorf("%s: %s is a directory; name a file in it, or a glob such as %s", at, path, filepath.Join(path, "*.log"))
	case st.Mode().Type() == fs.ModeNamedPipe: // to open it would wait for a writer
		return nil
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s: %s is neither a file nor a named pipe; name the file that the server writes, or - for standard input", at, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return notReadable(err, at)
	}
	return f.Close()
}

// take notes in taken which files a path or glob names, by what symbolic links lead to. It refuses a path of which another
// log has a file: its lines would count twice.
func take(taken map[string]string, path, at string) error {
	names, _ := filepath.Glob(path)
	if _, err := os.Stat(path); err == nil || len(names) == 0 { // whatever its name looks like, or nothing yet
		names = []string{path}
	}
	for i, name := range names {
		file := realPath(name)
		switch other, ok := taken[file]; {
		case ok && other == path:
			return fmt.Errorf("%s: found %q again; each log belongs to one API once", at, path)
		case ok:
			return fmt.Errorf("%s: found %q, but %s is a file of %q already; each log belongs to one API once", at, path, name, other)
		}
		names[i] = file
	}
	for _, file := range names {
		taken[file] = path
	}
	return nil
}

// realPath returns what tells the file of a name from all others, as far as that can be known before it is there.
func realPath(name string) string {
	if name == "-" {
		return name
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if real, err := filepath.Abs(name); err == nil {
		name = real
	}
	return name
}

// checkGlob finds what would keep a glob from ever matching.
func checkGlob(path, at string) error {
	if _, err := filepath.Match(path, ""); err != nil {
		return fmt.Errorf("%s: found %q, which is no glob pattern: %w", at, path, err)
	}
	if strings.ContainsAny(filepath.Dir(path), "*?[") {
		return nil
	}
	d, err := os.Open(filepath.Dir(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkDirectory(path, at)
	case err != nil:
		return notReadable(err, at)
	}
	return d.Close()
}

// checkDirectory accepts a path that is not there as long as its directory is.
func checkDirectory(path, at string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %s does not exist, and neither does the directory %s; name the log that the server writes", at, path, filepath.Dir(path))
	}
	return nil
}

func notReadable(err error, at string) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s: %w; the exporter must run as a user or group that may read it (often the group adm)", at, plain(err))
	}
	return fmt.Errorf("%s: %w", at, plain(err))
}

func loadClassifier(name, dir string) (*classify.Classifier, error) {
	if name == "" {
		name = "agave"
	}
	if dir != "" && !filepath.IsAbs(name) && strings.ContainsAny(name, "./") {
		name = filepath.Join(dir, name)
	}
	c, err := contract.Load(name)
	if err != nil {
		return nil, err
	}
	return classify.New(c)
}

// plain turns "open /x: permission denied" into "/x: permission denied".
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// withoutPath is plain for a message that names the file already.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
