package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// This is what stands between a file and its nodes: text that is no text, no YAML, or no JSON, said in words that name the
// mistake instead of the state that a scanner was in.

// errorIn places a message at an offset of data.
func errorIn(filename string, data []byte, offset int, format string, args ...any) *Error {
	before := data[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := offset - (bytes.LastIndexByte(before, '\n') + 1) + 1
	return &Error{Position{filename, line, column}, fmt.Sprintf(format, args...)}
}

// archives are what files begin with that have another one inside.
var archives = []struct{ magic, what string }{
	{"\x1f\x8b", "gzip"}, {"PK\x03\x04", "a ZIP archive"},
}

// unreadable says where data is no UTF-8, nil where it is. What names the file's kind.
func unreadable(filename string, data []byte, what string) *Error {
	for _, a := range archives {
		if bytes.HasPrefix(data, []byte(a.magic)) {
			return &Error{Position{filename, 1, 1}, "this is " + a.what + ": unpack it, and name the " + what + " that is in it"}
		}
	}
	if utf16(data) {
		return &Error{Position{filename, 1, 1}, "this is UTF-16: save the " + what + " as UTF-8"}
	}
	if i := invalidUTF8(data); i >= 0 {
		return errorIn(filename, data, i, "byte 0x%02x is not UTF-8: save the %s as UTF-8", data[i], what)
	}
	return nil
}

// utf16 reports whether data begins with the byte order mark of UTF-16, or with an ASCII character in it.
func utf16(data []byte) bool {
	if len(data) < 2 {
		return false
	}
	a, b := data[0], data[1]
	return a == 0xff && b == 0xfe || a == 0xfe && b == 0xff || a == 0 && ' ' <= b && b < 0x7f || b == 0 && ' ' <= a && a < 0x7f
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, -1 when there is none.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// isControl reports whether YAML has no place for a character (YAML 1.2, 5.1).
func isControl(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}

// leadingTab returns the offset of the first tab that indents a line, -1 when there is none.
func leadingTab(data []byte) int {
	offset := 0
	for line := range bytes.Lines(data) {
		indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if i := bytes.IndexByte(indent, '\t'); i >= 0 {
			return offset + i
		}
		offset += len(line)
	}
	return -1
}

var (
	yamlLine   = regexp.MustCompile(`^line (\d+): (.*)$`)
	yamlAnchor = regexp.MustCompile(`unknown anchor '(\w+)' referenced`)
)

// yamlMistakes says what the YAML reader's messages mean. Those of its parser count lines from 0.
var yamlMistakes = map[string]struct {
	means string
	from0 bool
}{
	"did not find expected key":                              {"the mapping around this line goes on with other indentation, or with a line that is no key: value", true},
	"did not find expected '-' indicator":                    {"the list around this line goes on with other indentation, or with a line that begins with no -", true},
	"did not find expected ',' or '}'":                       {"the { of this line is not closed, or a comma is missing", true},
	"did not find expected ',' or ']'":                       {"the [ of this line is not closed, or a comma is missing", true},
	"did not find expected node content":                     {"a value is missing, or a { or [ before it is not closed", true},
	"did not find expected <document start>":                 {"the text goes on behind its end", true},
	"found undefined tag handle":                             {"a word with ! is a tag: put it into quotes", true},
	"could not find expected ':'":                            {"a line without \": \", or a quoted text that goes on behind its quote", false},
	"found unexpected end of stream":                         {"a quote is not closed", false},
	"found unexpected document indicator":                    {"a quote is not closed before ---", false},
	"found unknown escape character":                         {`in double quotes a backslash is written \\; or use single quotes`, false},
	"mapping values are not allowed in this context":         {"\": \" in the middle of a value, or other indentation than the line before: put the value into quotes, or indent alike", false},
	"block sequence entries are not allowed in this context": {"a list cannot begin here: put it on a line of its own", false},
	"found character that cannot start any token":            {"no value begins with this character: put it into quotes", false},
	"exceeded max depth of 10000":                            {"nested deeper than 10000 levels", false},
}

// yamlError turns an error of the YAML reader into one with a position.
func yamlError(filename string, data []byte, err error) *Error {
	if i := bytes.IndexFunc(data, isControl); i >= 0 && strings.Contains(err.Error(), "control characters") {
		r, _ := utf8.DecodeRune(data[i:])
		return errorIn(filename, data, i, "control character %U: YAML is plain text", r)
	}
	if i := leadingTab(data); i >= 0 {
		return errorIn(filename, data, i, "a tab indents this line: YAML wants spaces")
	}
	msg, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := yamlAnchor.FindStringSubmatch(msg); m != nil {
		if i := bytes.Index(data, []byte("*"+m[1])); i >= 0 {
			return errorIn(filename, data, i, "the alias *%s has no anchor: &%s must come before it", m[1], m[1])
		}
	}
	m := yamlLine.FindStringSubmatch(msg)
	if m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = m[2]
	}
	if known, ok := yamlMistakes[msg]; ok {
		if msg = known.means; known.from0 && m != nil {
			line++
		}
	}
	line = min(line, bytes.Count(bytes.TrimRight(data, "\n"), []byte("\n"))+1) // the end is behind the last line
	return &Error{Position{filename, line, blanksBefore(data, line) + 1}, "not YAML: " + msg}
}

// blanksBefore returns how many blanks a line begins with, counting lines from 1.
func blanksBefore(data []byte, line int) int {
	for text := range bytes.Lines(data) {
		if line--; line == 0 {
			return len(text) - len(bytes.TrimLeft(text, " "))
		}
	}
	return 0
}

// jsonMistakes says what the JSON reader's messages mean.
var jsonMistakes = []struct{ found, means string }{
	{"'}' looking for beginning of object key string", "a comma before }: JSON has none behind the last entry"},
	{"']' looking for beginning of value", "a comma before ]: JSON has none behind the last entry"},
	{"looking for beginning of object key string", "a key is written in double quotes"},
	{"unexpected end of JSON input", "the document ends in the middle: is the file whole?"},
	{"exceeded max depth", "nested deeper than 10000 levels"},
	{"after top-level value", "the text goes on behind its end"},
}

// jsonError turns an error of the JSON reader into one with a position.
func jsonError(doc *document, data []byte, err error) *Error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &Error{Position{doc.name, 1, 1}, fmt.Sprintf("not JSON: %v", err)}
	}
	line, column := doc.place(min(max(int(syntax.Offset)-1, 0), len(data)))
	msg := strings.TrimPrefix(syntax.Error(), "json: ")
	for _, m := range jsonMistakes {
		if strings.Contains(msg, m.found) {
			msg = m.means
			break
		}
	}
	return &Error{Position{doc.name, line, column}, "not JSON: " + msg}
}
