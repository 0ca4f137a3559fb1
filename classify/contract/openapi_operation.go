package contract

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// operation adds the routes of one operation, one for each base path.
func (o *openAPI) operation(path, method string, op member, item map[string]node, bases []string, at *Operation) {
	f := o.fields(op.value)
	if len(f) == 0 {
		o.members(op.value, "an operation") // says what is wrong with it
		return
	}
	if f["servers"] != nil {
		bases = o.bases(f)
	}
	at.Responses, at.Ref = f["responses"] != nil, refers(op.value) || refers(f["responses"])
	r := Route{
		Operation:  at,
		Methods:    []string{method},
		Owner:      o.ownerOf(f, item),
		Inherit:    o.opts.Inherit,
		Deprecated: isTrue(f["deprecated"]),
		Pos:        Position{op.value.document().name, op.line, op.column},
	}
	r.Codes = o.documented(f["responses"])
	security := f["security"]
	if security == nil {
		security = o.security
	}
	if o.needsCredentials(security) {
		o.addCredentials(r.Codes)
	}
	for _, base := range bases {
		r.Template = base + path
		o.add(path, r)
	}
}

// owner returns who answers for what f is the fields of, as its extensions say.
func owner(f map[string]node) string {
	for _, key := range []string{"x-owner", "x-team"} {
		if s := words(text(f[key])); s != "" {
			return s
		}
	}
	return ""
}

// ownerOf returns who answers for an operation: what it says itself, its path item, or the document; else its first tag.
func (o *openAPI) ownerOf(operation, item map[string]node) string {
	for _, s := range []string{owner(operation), owner(item), o.owner} {
		if s != "" {
			return s
		}
	}
	if tags := operation["tags"]; tags != nil {
		if list := tags.elements(); len(list) > 0 {
			return words(text(list[0]))
		}
	}
	return ""
}

// responseKey is what a responses object may have as a key. OpenAPI has 4XX and no 40X; some documents write 4xx.
var responseKey = regexp.MustCompile(`^[1-5]([0-9][0-9]|XX)$`)

// documented returns the codes of a responses object, in the order of the file.
func (o *openAPI) documented(responses node) []Code {
	var codes []Code
	seen := map[string]bool{}
	for _, m := range o.members(responses, "responses") {
		if strings.HasPrefix(m.key, "x-") {
			continue
		}
		at := nodeAt{m.value, m.line, m.column}
		pattern := strings.ToUpper(m.key)
		if m.key == "default" {
			pattern = m.key
		} else if !responseKey.MatchString(pattern) {
			o.errorf(at, "response %q: want a status code from 100 to 599, a range such as 4XX, or default", clip(m.key))
			continue
		}
		if seen[pattern] {
			o.errorf(at, "response %q is there twice", clip(m.key))
			continue
		}
		seen[pattern] = true
		if o.codes++; o.codes > maxResults {
			if !o.overrun {
				o.errorf(at, "more than %d responses in one document", maxResults)
			}
			o.overrun = true
			return nil
		}
		codes = append(codes, o.response(at, pattern))
	}
	return o.spread(codes)
}

// spread gives a default response the codes that it is meant to cover.
func (o *openAPI) spread(codes []Code) []Code {
	i := slices.IndexFunc(codes, func(c Code) bool { return c.Pattern == "default" })
	if i < 0 || o.opts.Default == "" || o.opts.Default == "documents-all" {
		return codes
	}
	fallback := codes[i]
	codes = slices.Delete(codes, i, i+1)
	if o.opts.Default != "documents-errors" {
		return codes
	}
	for _, pattern := range []string{"4XX", "5XX"} {
		if !slices.ContainsFunc(codes, func(c Code) bool { return c.Pattern == pattern }) {
			c := fallback
			c.Pattern = pattern
			codes = append(codes, c)
		}
	}
	return codes
}

// response is what one response object says.
type response struct {
	summary, description string
	headers              []string // names of those that are required, in lower case
}

// response makes a Code of a response.
func (o *openAPI) response(at nodeAt, pattern string) Code {
	target := o.resolve(at)
	if target == nil {
		return Code{Pattern: pattern}
	}
	r, known := o.responses[target]
	if !known {
		r = o.readResponse(target, at.node)
		o.responses[target] = r
	}
	line, column := at.place()
	c := Code{
		Pattern:     pattern,
		Meaning:     r.summary,
		Description: r.description,
		Pos:         Position{at.document().name, line, column},
	}
	if target != at.node { // OpenAPI 3.1 lets a reference reword what it refers to
		own := o.fields(at.node)
		if s := strings.TrimSpace(text(own["description"])); s != "" {
			c.Description = s
		}
		if s := words(text(own["summary"])); s != "" {
			c.Meaning = s
		}
	}
	if n, err := strconv.Atoi(pattern); err == nil && (c.Meaning == "" || len([]rune(c.Meaning)) > maxMeaning) {
		c.Meaning = Phrase(n, nil)
	} else if len([]rune(c.Meaning)) > maxMeaning {
		c.Meaning = ""
	}
	for _, name := range r.headers {
		c.Sends = append(c.Sends, Check{
			ID:              o.id(name, pattern, "sends", name),
			ResponseHeaders: []Header{{Name: name, Presence: Present}},
			Pos:             c.Pos,
		})
	}
	return c
}

// readResponse reads the response object n, which the node from is or refers to.
func (o *openAPI) readResponse(n, from node) response {
	var r response
	if n.kind() != mapping {
		o.members(from, "a response") // says so
		return r
	}
	for _, m := range o.members(n, "") {
		switch m.key {
		case "summary":
			r.summary = words(text(m.value))
		case "description":
			r.description = strings.TrimSpace(text(m.value))
		case "headers":
			for _, h := range o.members(m.value, "headers") {
				name := strings.ToLower(h.key)
				if name == "content-type" || strings.HasPrefix(name, "x-") && h.value.kind() != mapping {
					continue // OpenAPI: a Content-Type among the headers is to be ignored
				}
				if isTrue(o.fields(h.value)["required"]) && headerName.MatchString(name) {
					r.headers = append(r.headers, name)
				}
			}
		}
	}
	return r
}

// needsCredentials reports whether no request may come without credentials: there is a list of requirements, and none of
// them is empty.
func (o *openAPI) needsCredentials(security node) bool {
	if security == nil {
		return false
	}
	list := security.elements()
	return len(list) > 0 && !slices.ContainsFunc(list, func(n node) bool { return len(n.members()) == 0 })
}

// addCredentials ties 401 to requests without credentials, and 403 to requests with some.
func (o *openAPI) addCredentials(codes []Code) {
	for i := range codes {
		c := Check{Severity: SeverityWarning, Pos: codes[i].Pos}
		switch codes[i].Pattern {
		case "401":
			c.ID, c.Auth = o.id("", "401", "means-no-credentials"), Absent
		case "403":
			c.ID, c.Auth = o.id("", "403", "means-known-caller"), Present
		default:
			continue
		}
		codes[i].OnlyWhen = append(codes[i].OnlyWhen, c)
	}
}

// id names a condition by its parts. All operations that ask the same of the same code share it: a thousand operations are
// a thousand routes already, and what they ask is one question. About says what else tells the condition from others.
func (o *openAPI) id(about string, parts ...string) string {
	const longest = 60 // leaves room for a number
	id := slug(append([]string{"openapi"}, parts...)...)
	id = strings.TrimRight(id[:min(len(id), longest)], "-")
	numbered := id
	for i := 2; ; i++ {
		if other, taken := o.ids[numbered]; !taken || other == about {
			o.ids[numbered] = about
			return numbered
		}
		numbered = id + "-" + strconv.Itoa(i)
	}
}
