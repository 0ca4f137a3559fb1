package contract

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// maxDocument is the size beyond which no file is read, in bytes: the largest public OpenAPI documents have 13 MB.
const maxDocument = 32 << 20

var (
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
		return nil, Errors{{Position{File: name}, cause(err).Error()}}
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
