package contract

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// maxBases is how many base paths one operation may have: with several servers, each is a template of its own.
const maxBases = 32

// bases returns the base paths of what f is the fields of: a document, a path item or an operation. A base path starts
// with a slash and does not end in one; the empty one is "". The base_path of the contract wins over all of them.
func (o *openAPI) bases(f map[string]node) []string {
	if o.opts.HasBasePath {
		return []string{basePath(o.opts.BasePath)}
	}
	var bases []string
	add := func(base string) {
		if !slices.Contains(bases, base) && len(bases) <= maxBases {
			bases = append(bases, base)
		}
	}
	if servers := f["servers"]; servers != nil {
		if list := o.resolve(servers); list != nil {
			for _, server := range list.elements() {
				o.server(server, add)
			}
		}
	} else if base := f["basePath"]; base != nil {
		add(basePath(text(base)))
	}
	switch {
	case bases == nil:
		bases = []string{""}
	case len(bases) > maxBases:
		o.errorf(f["servers"], "the servers and the values of their variables make more than %d base paths: refer to the document from a contract, "+
			"and say there which one it is: openapi: [{file: %s, base_path: %s}]", maxBases, filepath.Base(o.name), bases[0])
		bases = bases[:1]
	}
	return bases
}

// server adds the paths of one server. A variable stands for its default, and where it says which values it may have, for
// each of them.
func (o *openAPI) server(server node, add func(string)) {
	f := o.fields(server)
	address := text(f["url"])
	variables := o.members(f["variables"], "variables")
	for _, v := range variables { // {origin}/v1
		if rest, ok := strings.CutPrefix(address, "{"+v.key+"}"); ok {
			address = text(o.fields(v.value)["default"]) + rest
			break
		}
	}
	urls := []string{pathOfURL(address)}
	for _, v := range variables {
		name := "{" + v.key + "}"
		if !strings.Contains(urls[0], name) {
			continue
		}
		variable := o.fields(v.value)
		values := []string{text(variable["default"])}
		if enum := variable["enum"]; enum != nil {
			for _, e := range enum.elements() {
				if !slices.Contains(values, text(e)) {
					values = append(values, text(e))
				}
			}
		}
		var filled []string
		for _, u := range urls {
			for _, value := range values {
				if len(filled) <= maxBases { // one too many is enough to know
					filled = append(filled, strings.ReplaceAll(u, name, value))
				}
			}
		}
		urls = filled
	}
	for _, u := range urls {
		add(basePath(u))
	}
}

// pathOfURL cuts the path out of a server's URL, which may be relative and may have variables anywhere.
func pathOfURL(s string) string {
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, "#")
	if _, after, ok := strings.Cut(s, "//"); ok {
		_, rest, _ := strings.Cut(after, "/")
		return rest
	}
	return s
}

// basePath brings a base path into the form that goes before a path. Where a relative one leads up, it ends at the root:
// where the document lies on its server is not known.
func basePath(s string) string { return strings.TrimSuffix(path.Clean("/"+s), "/") }
