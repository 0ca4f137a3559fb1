package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxContract is the size beyond which a contract file is refused, in bytes. The YAML nodes of a file take up to two
// hundred times its size, so this bounds memory as well; a thousand routes fit.
const maxContract = 1 << 20

// Parse reads a contract, or an OpenAPI document, from data. The filename appears in positions, and files that the
// contract names are read relative to its directory. The error of a contract that is wrong is an Errors with everything
// that is wrong.
func Parse(filename string, data []byte) (*Contract, error) {
	if len(data) > maxDocument {
		return nil, Errors{{Position{filename, 1, 1}, fmt.Sprintf(
			"the document has %d bytes; at most %d are read: is this the right file?", len(data), maxDocument)}}
	}
	if IsOpenAPI(data) {
		c, err := parseOpenAPI(filename, data, openAPIOptions{Inherit: true})
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	doc, err := parseYAML(filename, data)
	if err != nil {
		return nil, Errors{err}
	}
	r := &reader{file: filename, ids: map[string]Position{}}
	digest := sha256.New()
	digest.Write(data)
	if doc.Kind != yaml.MappingNode {
		r.errorf(doc, "a contract is a mapping (key: value) that starts with \"contract: v1\", found %s", describe(doc))
		return nil, r.errs
	}
	c := r.contract(doc, digest)
	if len(r.errs) > 0 {
		return nil, r.errs.sort()
	}
	c.File = filename
	c.Digest = hex.EncodeToString(digest.Sum(nil))
	if c.Name == "" {
		c.Name = nameOf(filename)
	}
	return c, nil
}

// parseYAML reads the document of a contract.
func parseYAML(filename string, data []byte) (*yaml.Node, *Error) {
	if len(data) > maxContract {
		return nil, &Error{Position{filename, 1, 1}, fmt.Sprintf(
			"the contract has %d bytes; at most %d are read: is this the right file?", len(data), maxContract)}
	}
	doc, err := ReadYAML(filename, data, "contract")
	if doc == nil && err == nil {
		err = errorIn(filename, data, 0, "the contract is empty: it starts with \"contract: v1\"")
	}
	return doc, err
}

// ReadYAML reads the one YAML document of a file into nodes; nil when there is none. What names the kind of the file in
// messages.
func ReadYAML(filename string, data []byte, what string) (*yaml.Node, *Error) {
	if err := unreadable(filename, data, what); err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, yamlError(filename, data, err)
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case err == nil:
		return nil, &Error{Position{filename, max(second.Line, 1), 1},
			fmt.Sprintf("a second YAML document starts here: a %s is one document; remove the line ---", what)}
	case !errors.Is(err, io.EOF):
		return nil, yamlError(filename, data, err)
	}
	return doc.Content[0], nil
}

// nameOf makes a name from a file name: what the api label says where neither contract nor command line say it.
func nameOf(filename string) string {
	base := strings.ToLower(filepath.Base(filename))
	base, _, _ = strings.Cut(base, ".")
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, base)
	name = strings.TrimLeft(name, "0123456789_-")
	if name == "" {
		return "api"
	}
	return name
}
