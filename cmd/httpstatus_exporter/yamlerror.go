package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fileNames names settings by where they stand: file:line:column. A setting that is not there stands where what it belongs
// to begins.
func fileNames(file string, doc *yaml.Node) names {
	return func(api, log int, key string) string {
		n := item(value(doc, "apis"), api)
		if log >= 0 {
			n = item(value(n, "access_logs"), log)
		}
		if v := value(n, key); v != nil {
			n = v
		}
		return fmt.Sprintf("%s:%d:%d: %s", file, n.Line, n.Column, key)
	}
}

// value returns what a mapping has under key, nil where it has nothing.
func value(n *yaml.Node, key string) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// item returns the i-th element of a sequence that was decoded already, by which nulls were passed over.
func item(n *yaml.Node, i int) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	given := slices.DeleteFunc(slices.Clone(n.Content), func(e *yaml.Node) bool { return e.ShortTag() == "!!null" })
	return given[i]
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)`)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type main\.(\w+)$`)
	yamlWrong   = regexp.MustCompile("^cannot unmarshal !!(\\w+) (?:`(.*)` )?into (\\S+)$")
)

// keysOf says for each Go type of a file what its mappings hold.
type keysOf map[string]string

// yamlError says where the decoder's mistakes are, a line for each, and names what would be right as the file does.
func yamlError(file string, data []byte, err error, keys keysOf) error {
	messages := []string{err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		messages = te.Errors
	}
	lines := strings.Split(string(data), "\n")
	for i, m := range messages {
		at, rest := file, strings.TrimPrefix(m, "yaml: ")
		word := ""
		if found := yamlLine.FindStringSubmatch(m); found != nil {
			at, rest = file+":"+found[1], found[2]
			rest, word = keys.mistake(rest)
			var n int
			fmt.Sscan(found[1], &n)
			if word != "" && n >= 1 && n <= len(lines) {
				at = fmt.Sprintf("%s:%d", at, 1+max(0, strings.Index(lines[n-1], word)))
			}
		}
		messages[i] = at + ": " + rest
	}
	return errors.New(strings.Join(messages, "\n"))
}

// mistake puts one mistake into words, and returns the word of the file that it is about.
func (keys keysOf) mistake(m string) (text, word string) {
	if found := yamlUnknown.FindStringSubmatch(m); found != nil {
		return fmt.Sprintf("unknown key %q; %s", found[1], keys[found[2]]), found[1]
	}
	found := yamlWrong.FindStringSubmatch(m)
	if found == nil {
		return m, ""
	}
	wanted := "a list"
	switch name, isStruct := strings.CutPrefix(found[3], "main."); {
	case isStruct:
		wanted = "a mapping; " + keys[name]
	case !strings.HasPrefix(found[3], "[]"):
		wanted = "a text"
	}
	if kind := map[string]string{"map": "a mapping", "seq": "a list"}[found[1]]; kind != "" {
		return fmt.Sprintf("found %s; expected %s", kind, wanted), ""
	}
	return fmt.Sprintf("found %q; expected %s", found[2], wanted), found[2]
}
