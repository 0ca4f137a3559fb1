package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What one OpenAPI document may ask for. The largest public ones stay below a tenth of each.
const (
	maxFiles   = 20_000
	maxBytes   = 64 << 20  // of all files together
	maxVisits  = 5_000_000 // values, those behind aliases and references counted each time
	maxResults = 200_000   // responses of all operations
	maxHops    = 64        // references in a row, and merge keys inside of merge keys
)

const byteOrderMark = "\xef\xbb\xbf"

// A document is one file, read as a whole or, where it is JSON, as far as somebody asks.
type document struct {
	loader *loader
	name   string
	root   node
	at     map[string]map[string]node // members by the JSON pointer of what holds them

	data  []byte // of JSON
	lines []int  // where the lines of data start; nil until somebody asks
}

// A loader reads an OpenAPI document and every file that it refers to, each once, and gathers what is wrong.
type loader struct {
	docs    map[string]*document // by cleaned name; nil for a file that cannot be read
	name    string               // of the first
	sums    []byte               // digests of the files in the order in which they were read
	bytes   int64
	errs    Errors
	visits  int
	depth   int
	overrun bool // a limit was passed: nothing more is read
}

func newLoader() *loader { return &loader{docs: map[string]*document{}} }

// digest covers every file that was read.
func (l *loader) digest() string {
	sum := sha256.Sum256(l.sums)
	return hex.EncodeToString(sum[:])
}

func (l *loader) errorf(n node, format string, args ...any) {
	if len(l.errs) < maxErrors {
		l.errs = append(l.errs, errorOf(n, format, args...))
	}
}

func errorOf(n node, format string, args ...any) *Error {
	line, column := n.place()
	return &Error{Position{n.document().name, line, column}, fmt.Sprintf(format, args...)}
}

// spend counts visited values, and reports whether there is any room left.
func (l *loader) spend(n int) bool {
	l.visits += n
	return l.visits <= maxVisits && !l.overrun
}

// exhausted says, once, where the values became too many.
func (l *loader) exhausted(at node) {
	if !l.overrun {
		l.overrun = true
		l.errs = append(l.errs, errorOf(at, "the OpenAPI document has more than %d values when its aliases and references are "+
			"followed: here reading ends", maxVisits))
	}
}

// add reads data as the file of that name.
func (l *loader) add(name string, data []byte) (*document, *Error) {
	doc := &document{loader: l, name: name, at: map[string]map[string]node{}}
	l.docs[filepath.Clean(name)] = doc
	if l.name == "" {
		l.name = name
	}
	sum := sha256.Sum256(data)
	l.sums = append(l.sums, sum[:]...)
	if l.bytes += int64(len(data)); len(data) > maxDocument || l.bytes > maxBytes || len(l.docs) > maxFiles {
		l.overrun = true
		return nil, &Error{Position{name, 1, 1}, fmt.Sprintf("the OpenAPI document is too large: at most %d MiB in one file, "+
			"%d MiB and %d files in all are read; schemas and examples may be left out", maxDocument>>20, maxBytes>>20, maxFiles)}
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if err := unreadable(name, data, "document"); err != nil {
		return nil, err
	}
	var err *Error
	if start := skipSpace(data, 0); start < len(data) && data[start] == '{' {
		doc.root, err = parseJSONDocument(doc, data)
		if err == nil || strings.EqualFold(filepath.Ext(name), ".json") {
			return doc, err
		}
		doc.data, doc.lines = nil, nil // YAML in braces
	}
	doc.root, err = parseYAMLDocument(doc, data)
	return doc, err
}

// open returns the file that a document refers to.
func (l *loader) open(from node, name string) *document {
	if doc, ok := l.docs[filepath.Clean(name)]; ok {
		if doc != nil && doc.root == nil {
			return nil // said already what is wrong with it
		}
		return doc
	}
	data, err := readFile(name, maxDocument)
	if err != nil {
		l.docs[filepath.Clean(name)] = nil
		l.errorf(from, "%s cannot be read: %v", name, cause(err))
		return nil
	}
	doc, wrong := l.add(name, data)
	if wrong != nil {
		l.errs = append(l.errs, wrong)
		l.errorf(from, "the file that is referred to here is refused")
		return nil
	}
	return doc
}

// hasScheme tells the address of a document from the name of a file.
var hasScheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*:|//)`)

// follow returns what a $ref refers to, nil when it leads nowhere; then it has said so.
func (l *loader) follow(ref node) node {
	name, fragment, _ := strings.Cut(ref.text(), "#")
	if hasScheme.MatchString(name) {
		if name != text(l.fields(ref.document().root)["$self"]) { // OpenAPI 3.2: the document's own address
			l.errorf(ref, "$ref %s is an address: nothing is fetched; download the document and refer to the file", clip(ref.text()))
			return nil
		}
		name = ""
	}
	file, err1 := url.PathUnescape(name)
	pointer, err2 := url.PathUnescape(fragment)
	if err1 != nil || err2 != nil || strings.ContainsRune(file, 0) {
		l.errorf(ref, "$ref %s is no URI reference", clip(ref.text()))
		return nil
	}
	doc := ref.document()
	if file != "" {
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(doc.name), file)
		}
		if doc = l.open(ref, file); doc == nil {
			return nil
		}
	}
	if pointer != "" && pointer[0] != '/' {
		l.errorf(ref, "$ref %s names an anchor: write the path to it, #/components/responses/name", clip(ref.text()))
		return nil
	}
	found, step := l.find(doc, pointer)
	if found == nil && !l.overrun {
		l.errorf(ref, "$ref %s leads nowhere: %s has no %s", clip(ref.text()), doc.name, clip(step))
	}
	return found
}

// find returns the value at a JSON pointer (RFC 6901), or nil and the step that is not there.
func (l *loader) find(doc *document, pointer string) (node, string) {
	n, done := doc.root, ""
	for rest := pointer; rest != ""; {
		step, after, _ := strings.Cut(rest[1:], "/")
		if after != "" || strings.HasSuffix(rest[1:], "/") {
			after = "/" + after
		}
		members := doc.at[done]
		if members == nil {
			members = l.index(n)
			doc.at[done] = members
		}
		done += "/" + step
		if n = members[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]; n == nil {
			return nil, "#" + done
		}
		rest = after
	}
	return n, ""
}

// index returns the members of a mapping or the elements of a list by name.
func (l *loader) index(n node) map[string]node {
	n = l.resolve(n)
	if n == nil {
		return map[string]node{}
	}
	list := n.members()
	index := make(map[string]node, len(list))
	for _, m := range list {
		if index[m.key] == nil {
			index[m.key] = m.value
		}
	}
	for i, e := range n.elements() {
		index[strconv.Itoa(i)] = e
	}
	return index
}

// resolve follows references until there is none.
func (l *loader) resolve(n node) node {
	chain, _ := l.chain(n)
	if len(chain) == 0 {
		return nil
	}
	return chain[len(chain)-1]
}

// chain returns n and what it refers to, one after the other; nil when a reference leads nowhere or back to itself.
func (l *loader) chain(n node) (chain []node, refs []member) {
	l.depth++
	defer func() { l.depth-- }()
	first := n
	var ref node
	for n != nil {
		if at, ok := n.(nodeAt); ok {
			n = at.node
		}
		if slices.Contains(chain, n) {
			l.errorf(ref, "$ref %s leads in a circle, back to where it comes from: one of these references must be the value itself", clip(ref.text()))
			return nil, nil
		}
		if len(chain) == maxHops || l.depth > maxHops {
			l.errorf(first, "$ref leads in a circle, or through more than %d others: refer to the value itself", maxHops)
			return nil, nil
		}
		chain = append(chain, n)
		ref = nil
		refs = n.members()
		for _, m := range refs {
			if m.key == "$ref" && m.value.kind() == scalar {
				ref = m.value
			}
		}
		if ref == nil {
			return chain, refs
		}
		n = l.follow(ref)
	}
	return nil, nil
}

// refers reports whether n is a reference.
func refers(n node) bool {
	if n == nil {
		return false
	}
	return slices.ContainsFunc(n.members(), func(m member) bool { return m.key == "$ref" && m.value.kind() == scalar })
}

// referred says where the last of a chain is referred to, "" where it stands for itself.
func referred(chain []node) string {
	if len(chain) < 2 {
		return ""
	}
	from := chain[len(chain)-2]
	line, column := from.place()
	return fmt.Sprintf("; %s refers to it", Position{from.document().name, line, column})
}

// members returns the members of a mapping, with those of what it refers to; its own win. It reports anything that is no
// mapping, and keys that are there twice.
func (l *loader) members(n node, what string) []member {
	if n == nil || n.kind() == null {
		return nil
	}
	chain, last := l.chain(n)
	if chain == nil {
		return nil
	}
	if end := chain[len(chain)-1]; end.kind() != mapping {
		if what != "" && end.kind() != null {
			l.errorf(end, "%s must be a mapping, found %s%s", what, end.kind(), referred(chain))
		}
		return nil
	}
	if len(chain) == 1 && len(last) < 2 {
		return last
	}
	var list []member
	first := map[string]int{}
	for hop, c := range chain {
		for _, m := range c.members() {
			if before, again := first[m.key]; !again {
				first[m.key] = hop
			} else {
				if before == hop {
					l.errorf(nodeAt{m.value, m.line, m.column}, "the key %q is there twice in the same mapping", clip(m.key))
				}
				continue
			}
			if m.key != "$ref" {
				list = append(list, m)
			}
		}
	}
	return list
}

// fields is members by key, for mappings whose order does not matter; nil where n is no mapping.
func (l *loader) fields(n node) map[string]node {
	list := l.members(n, "")
	f := make(map[string]node, len(list))
	for _, m := range list {
		f[m.key] = m.value
	}
	return f
}

// merge returns the members of what the merge keys of a YAML mapping name: mappings, or lists of mappings.
func (l *loader) merge(from []node) []member {
	l.depth++
	defer func() { l.depth-- }()
	var list []member
	for _, n := range from {
		if l.depth > maxHops {
			l.errorf(n, "merge keys lead in a circle, or through more than %d others", maxHops)
			l.overrun = true
			return nil
		}
		list = append(list, n.members()...)
		list = append(list, l.merge(n.elements())...)
	}
	return list
}
