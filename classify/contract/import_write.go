package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// lineLength is where long text is folded, in characters.
const lineLength = 110

// write writes a contract down.
func write(h fileHeader, entries []entry) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "contract: v1\nname: %s\n", h.name)
	if h.title+h.path+h.standard != "" {
		b.WriteString("source:\n")
	}
	for _, f := range []struct{ key, value string }{{"title", h.title}, {"path", h.path}, {"standard", h.standard}} {
		if f.value != "" {
			fmt.Fprintf(&b, "  %s: %s\n", f.key, quoted(f.value))
		}
	}
	b.WriteString("\ncodes:\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "  %s:\n", strings.Join(e.patterns, ", "))
		if e.meaning != "" {
			fmt.Fprintf(&b, "    meaning: %s\n", quoted(e.meaning))
		}
		if e.category != "" {
			fmt.Fprintf(&b, "    category: %s\n", e.category)
		}
		if e.meaning == "" && e.category == "" && e.description == "" {
			b.WriteString("    description: \"\"\n")
		}
		folded(&b, e.description)
		suggested := suggestions(e.description)
		for _, key := range []string{"only_when", "always_when", "sends"} {
			var conditions, from []string
			for _, s := range suggested {
				if s.key == key {
					conditions, from = append(conditions, s.condition), append(from, quotedAlways(s.from))
				}
			}
			if conditions != nil {
				fmt.Fprintf(&b, "    # %s: [%s]   # from %s\n", key, strings.Join(conditions, ", "),
					strings.Join(slices.Compact(from), ", "))
			}
		}
	}
	return b.Bytes()
}

// folded writes a description, over several lines where it is long.
func folded(b *bytes.Buffer, text string) {
	if text == "" {
		return
	}
	if s := quoted(text); utf8.RuneCountInString(s) <= lineLength {
		fmt.Fprintf(b, "    description: %s\n", s)
		return
	}
	b.WriteString("    description: >-\n")
	length := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case length == 0:
			b.WriteString("      ")
		case length+1+n > lineLength:
			b.WriteString("\n      ")
			length = 0
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += n
	}
	b.WriteByte('\n')
}

// plain is text that YAML takes as it is and for text: no mark of its own, no number, no boolean.
var (
	plain   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 _./,;()'&+%!?=-]*$`)
	notText = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf)$`)
)

// quoted returns s as a YAML scalar.
func quoted(s string) string {
	if plain.MatchString(s) && !notText.MatchString(s) && !strings.HasSuffix(s, " ") {
		return s
	}
	return quotedAlways(s)
}

// quotedAlways returns s between double quotes: a JSON string is a YAML scalar.
func quotedAlways(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always has an encoding
	}
	return strings.TrimSuffix(b.String(), "\n")
}
