package contract

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"
)

// jsonNode is a node of a JSON document: the place where its text starts. A mapping is scanned when somebody asks for its
// members, and what nobody asks for, which is all but a few percent of a document, is only ever stepped over: the 13 MB of
// the GitHub API take no memory beyond themselves.
type jsonNode struct {
	doc *document
	at  int // bytes from the start of the document
}

// parseJSONDocument checks that data is JSON: nothing else here looks for errors.
func parseJSONDocument(doc *document, data []byte) (node, *Error) {
	doc.data = data
	if !json.Valid(data) {
		return nil, jsonError(doc, data, json.Unmarshal(data, new(struct{})))
	}
	return jsonNode{doc, skipSpace(data, 0)}, nil
}

func (n jsonNode) document() *document       { return n.doc }
func (n jsonNode) place() (line, column int) { return n.doc.place(n.at) }

func (n jsonNode) kind() kind {
	switch n.doc.data[n.at] {
	case '{':
		return mapping
	case '[':
		return sequence
	case 'n':
		return null
	}
	return scalar
}

func (n jsonNode) text() string {
	if n.kind() != scalar {
		return ""
	}
	return jsonText(n.doc.data[n.at:skipValue(n.doc.data, n.at)])
}

func (n jsonNode) members() []member {
	if n.kind() != mapping {
		return nil
	}
	keys, scanned := jsonKeys(n.doc.data[n.at:])
	if !n.doc.loader.spend(len(keys) + scanned/scanCost + 1) {
		n.doc.loader.exhausted(n)
		return nil
	}
	list := make([]member, len(keys))
	for i, k := range keys {
		line, column := n.doc.place(n.at + k.at)
		list[i] = member{k.name, line, column, jsonNode{n.doc, n.at + k.value}}
	}
	return list
}

func (n jsonNode) elements() []node {
	if n.kind() != sequence {
		return nil
	}
	data, list := n.doc.data, []node(nil)
	i := skipSpace(data, n.at+1)
	for i < len(data) && data[i] != ']' {
		list = append(list, jsonNode{n.doc, i})
		if i = skipSpace(data, skipValue(data, i)); i < len(data) && data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	if !n.doc.loader.spend(len(list) + (i-n.at)/scanCost + 1) {
		n.doc.loader.exhausted(n)
		return nil
	}
	return list
}

// scanCost is how many bytes may be stepped over for what one visit costs: a reference to a large value, followed often
// enough, would otherwise take hours.
const scanCost = 256

// jsonKey is one member of an object: its name, and where name and value start.
type jsonKey struct {
	name      string
	at, value int
}

// jsonKeys returns the members of the object that data starts with, and how many bytes it looked at. It stops where data
// is no JSON.
func jsonKeys(data []byte) (keys []jsonKey, scanned int) {
	i := skipSpace(data, 1)
	for i < len(data) && data[i] == '"' {
		end := skipString(data, i)
		colon := skipSpace(data, end)
		if colon >= len(data) || data[colon] != ':' {
			break
		}
		value := skipSpace(data, colon+1)
		if value >= len(data) {
			break
		}
		keys = append(keys, jsonKey{jsonText(data[i:end]), i, value})
		if i = skipSpace(data, skipValue(data, value)); i < len(data) && data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	return keys, i
}

// jsonText returns what a scalar says: of a string what is between its quotes, of anything else its literal.
func jsonText(b []byte) string {
	if len(b) < 2 || b[0] != '"' {
		return string(b)
	}
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1])
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return string(b[1 : len(b)-1])
	}
	return s
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the end of the string that starts at i: behind the first quote that has an even number of backslashes
// before it.
func skipString(data []byte, i int) int {
	for i++; i < len(data); i++ {
		next := bytes.IndexByte(data[i:], '"')
		if next < 0 {
			break
		}
		start := i
		i += next
		backslashes := 0
		for i-backslashes > start && data[i-backslashes-1] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return i + 1
		}
	}
	return len(data)
}

// skipValue returns the end of the value that starts at i.
func skipValue(data []byte, i int) int {
	for depth := 0; i < len(data); {
		switch data[i] {
		case '"':
			i = skipString(data, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ' ', '\n', '\t', '\r', ',', ':':
			i++
			continue
		default:
			for i < len(data) && strings.IndexByte(" \n\t\r,:]}", data[i]) < 0 {
				i++
			}
		}
		if depth <= 0 {
			return i
		}
	}
	return len(data)
}

// place returns the line and column of an offset. The column counts bytes.
func (d *document) place(at int) (line, column int) {
	if d.lines == nil {
		d.lines = []int{0}
		for i := 0; ; {
			next := bytes.IndexByte(d.data[i:], '\n')
			if next < 0 {
				break
			}
			i += next + 1
			d.lines = append(d.lines, i)
		}
	}
	line = sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > at })
	return line, at - d.lines[line-1] + 1
}
