package contract

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxDocument is the size beyond which no file is read, in bytes: the largest public OpenAPI documents have 13 MB.
const maxDocument = 32 << 20

var (
	errDirectory  = errors.New("a directory: name a file in it")
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = fmt.Errorf("larger than %d MiB: is this the right file? Of an OpenAPI document, schemas and examples may be left out", maxDocument>>20)
)

//go:embed builtin/*.yaml
var builtins embed.FS

// Builtins returns the names of the built-in contracts.
func Builtins() []string { return []string{"agave", "rfc9110"} }

// Builtin returns the text of a built-in contract.
func Builtin(name string) ([]byte, error) { return builtins.ReadFile("builtin/" + name + ".yaml") }

// Load reads the contract of that name: a built-in one, or a file with a contract or an OpenAPI document. A built-in name
// wins over a file; write ./agave for a file of that name.
func Load(name string) (*Contract, error) {
	for _, b := range Builtins() {
		if name == b {
			data, err := Builtin(name)
			if err != nil {
				return nil, err
			}
			return Parse("builtin:"+name, data)
		}
	}
	data, err := readFile(name, maxDocument)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("contract %s: there is no such file, and the built-in contracts are %s%s", name,
			strings.ReplaceAll(list(Builtins()), " or ", " and "), suggest(name, Builtins()))
	}
	if err != nil {
		at := Position{File: name}
		if errors.Is(err, errTooLarge) {
			at.Line, at.Column = 1, 1
		}
		return nil, Errors{{at, cause(err).Error()}}
	}
	return Parse(name, data)
}

// cause says why a file could not be read, without its name, which stands before it already.
func cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// readFile reads a regular file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &os.PathError{Op: "read", Path: name, Err: errDirectory}
	case !info.Mode().IsRegular():
		return nil, &os.PathError{Op: "read", Path: name, Err: errNotRegular}
	case info.Size() > limit:
		return nil, &os.PathError{Op: "read", Path: name, Err: errTooLarge}
	}
	return os.ReadFile(name)
}
