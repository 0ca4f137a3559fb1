package contract

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestImportGivesTheBuiltin reads the page that the built-in contract restates, its broken markup and its apostrophe that
// was encoded twice included.
func TestImportGivesTheBuiltin(t *testing.T) {
	name := filepath.Join("testdata", "import", "status-codes.rst")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Import(name, data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("imported.yaml", r.YAML)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.YAML)
	}
	want, err := Load("agave")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Codes) != len(want.Codes) || r.Codes != len(want.Codes) {
		t.Fatalf("%d codes, %d said, want %d", len(got.Codes), r.Codes, len(want.Codes))
	}
	for i, w := range want.Codes {
		g := got.Codes[i]
		if g.Pattern != w.Pattern || g.Meaning != w.Meaning || g.Category != w.Category || g.Description != w.Description {
			t.Errorf("%s %q %q %q\nwant %s %q %q %q", g.Pattern, g.Meaning, g.Category, g.Description, w.Pattern, w.Meaning, w.Category, w.Description)
		}
		if len(g.OnlyWhen)+len(g.AlwaysWhen)+len(g.Sends) > 0 {
			t.Errorf("%s has conditions: they are to be suggested only", g.Pattern)
		}
	}
	if got.Source.Title != "Status Codes" || got.Source.Standard != "rfc2616" || got.Name != "status-codes" {
		t.Errorf("source %+v, name %s", got.Source, got.Name)
	}
	suggested := []string{
		`# only_when: [{method: [PUT, POST]}]   # from "Only applicable on PUT and POST actions"`,
		`# only_when: [{method: [GET]}]   # from "partial GET request"`,
		`# always_when: [{request_header: {Range: present}, status: [2XX], severity: warning}]   # from "This will always be the return status of a request using a Range header"`,
		`# sends: [{response_header: {Location: present}}]   # from "You should follow the Location header, repeating the request"`,
	}
	if found := comments(r.YAML); !slices.Equal(found, suggested) {
		t.Errorf("suggested:\n%s\nwant:\n%s", strings.Join(found, "\n"), strings.Join(suggested, "\n"))
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "mended in 1 place") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func comments(yaml []byte) []string {
	var list []string
	for line := range strings.Lines(string(yaml)) {
		if s := strings.TrimSpace(line); strings.HasPrefix(s, "#") {
			list = append(list, s)
		}
	}
	return list
}

// describeCodes writes codes down, a line each.
func describeCodes(codes []Code) string {
	var b strings.Builder
	for _, c := range codes {
		fmt.Fprintf(&b, "%s|%s|%s|%s\n", c.Pattern, c.Meaning, c.Description, c.Category)
	}
	return b.String()
}

func TestImport(t *testing.T) {
	tests := []struct{ name, file, page, want string }{
		{"Markdown", "a.md", `
# API

## Errors

| Code | Meaning | Description |
|-----:|:--------|-------------|
| **404** | Not ` + "`there`" + ` | See [the list](https://x/y) of \| things |
| ` + "`401`" + ` | Who | _Never_ seen |
`, "401|Who|Never seen|error\n404|Not there|See the list of | things|error\n"},
		{"Markdown without outer pipes", "a.md", "Success\n---\nCode | Text\n--- | ---\n200 | Fine\n\n500 | no more table\n", "200|Fine||success\n"},
		{"Markdown in a fence is code", "a.md", "```\n| 404 | x |\n|---|---|\n| 404 | x |\n```\n|Code|Name|\n|-|-|\n|200|OK|\n", "200|OK||\n"},
		{"Markdown with HTML", "a.md", "### Client errors\n<table>\n<tr><td>404<td>Gone fishing\n</table>\n", "404|Gone fishing||client_error\n"},
		{"grid table", "a.rst", `
Server Errors
=============

+--------+---------------+--------------------------+
| Code   | Meaning       | Description              |
+========+===============+==========================+
| 500,   | Oops          | Something with an é      |
| 502    |               | went *wrong*.            |
+--------+---------------+--------------------------+
| 503    | Busy          | Retry later              |
+--------+---------------+--------------------------+
`, "500|Oops|Something with an é went wrong.|server_error\n502|Oops|Something with an é went wrong.|server_error\n503|Busy|Retry later|server_error\n"},
		{"simple table", "a.rst", `
====  =========  ===========
Code  Meaning    Description
====  =========  ===========
200   OK         All went
                 well
4XX   Your turn
====  =========  ===========

404   Not part of the table
`, "200|OK|All went well|\n4XX|Your turn||\n"},
		{"list table", "a.rst", `
.. list-table:: Codes
   :header-rows: 1

   * - Code
     - Description
   * - 200
     - OK - all
       is well
   * - 204
     - The thing is gone.

404 is no part of it.
`, "200|OK|all is well|\n204||The thing is gone.|\n"},
		{"CSV table", "a.rst", `
.. csv-table:: Codes
   :header: "Code", "Meaning", "Description"

   429, "Slow down", "Wait, then try again"
`, "429|Slow down|Wait, then try again|\n"},
		{"roles and links", "a.rst", `
====  ==========================================
404   :ref:` + "`Not found <x>`" + ` - see ` + "`here <http://x>`_" + `
====  ==========================================
`, "404|Not found|see here|\n"},
		{"HTML", "a.html", `<title>Codes &amp; more</title><h2>Redirects <a>¶</a></h2><table><thead><tr><th>Status<th>Name<th>Notes</thead>
<tr><td><code>301</code><td>Moved<td>See <b>Location</b><br>header</tr></table>`, "301|Moved|See Location header|redirect\n"},
		{"HTML table in a table", "a.html", `<table><tr><td>200<td>OK<td>Fine <table><tr><td>404<td>No</table></table>`, "200|OK|Fine|\n404|No||\n"},
		{"HTML without its name", "page", "<!DOCTYPE html><table><tr><td>200<td>OK</table>", "200|OK||\n"},
		{"code and meaning in one cell", "a.md", "|HTTP status|Description|\n|-|-|\n|201 Created|It was made|\n|404 – Not Found|No such thing|\n|HTTP 409: Conflict|Twice|\n|410 (Gone)|Away|\n",
			"201|Created|It was made|\n404|Not Found|No such thing|\n409|Conflict|Twice|\n410|Gone|Away|\n"},
		{"ranges and lists", "a.md", "|Code|Meaning|\n|-|-|\n|50X|Server|\n|4xx|Client|\n|300-399|Elsewhere|\n|401 or 403|No|\n|501/505|Never|\n|default|Else|\n",
			"3XX|Elsewhere||\n401|No||\n403|No||\n4XX|Client||\n501|Never||\n505|Never||\n50X|Server||\ndefault|Else||\n"},
		{"code in the second column", "a.md", "|Name|Code|Description|\n|-|-|-|\n|NOT_FOUND|404|No such thing|\n", "404|NOT_FOUND|No such thing|\n"},
		{"meaning after description", "a.md", "|Code|Description|Reason|\n|-|-|-|\n|404|No such thing|Not Found|\n", "404|Not Found|No such thing|\n"},
		{"long meaning", "a.md", "|Code|Meaning|\n|-|-|\n|404|" + strings.Repeat("no such thing ", 6) + "|\n", "404||" + strings.TrimSpace(strings.Repeat("no such thing ", 6)) + ".|\n"},
		{"first row wins", "a.md", "|Code|Meaning|\n|-|-|\n|404|One|\n|404|Two|\n|403, 404|Three|\n", "403|Three||\n404|One||\n"},
		{"encoded twice", "a.md", "|Code|Meaning|\n|-|-|\n|404|Itâ€™s Ã¼ber Ã¢â‚¬â„¢s|\n", "404|It's über 's||\n"},
		{"Windows-1252", "a.md", "|Code|Meaning|\n|-|-|\n|404|It\x92s \xfcber|\n", "404|It's über||\n"},
		{"words that YAML takes for something else", "a.md", "|Code|Meaning|Description|\n|-|-|-|\n|200|yes|null|\n|201|1e3|- a: b # c|\n|202|\"x\"|'y'|\n|203|~|{a}|\n", "200|yes|null|\n201|1e3|- a: b # c|\n202|\"x\"|'y'|\n203|~|{a}|\n"},
		{"CRLF and BOM", "a.md", "\ufeff|Code|Meaning|\r\n|-|-|\r\n|200|OK|\r\n", "200|OK||\n"},
		{"no status codes", "a.md", "|Exit code|Meaning|\n|-|-|\n|0|Fine|\n|999|Bad|\n", ""},
		{"empty", "a.html", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Import(tt.file, []byte(tt.page))
			if tt.want == "" && err != nil && strings.HasPrefix(err.Error(), tt.file+":1:1: no table of status codes") {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse("imported.yaml", r.YAML)
			if err != nil {
				t.Fatalf("%v\n%s", err, r.YAML)
			}
			if got := describeCodes(c.Codes); got != tt.want {
				t.Errorf("got\n%swant\n%s%s", got, tt.want, r.YAML)
			}
		})
	}
}

func TestImportRefusesLargePages(t *testing.T) {
	if _, err := Import("a.md", make([]byte, maxPage+1)); err == nil {
		t.Error("no error")
	}
}

// TestImportOfHostilePages would not end before the test's time limit if time grew with the square of a page.
func TestImportOfHostilePages(t *testing.T) {
	const n = 1 << 16
	pages := []string{
		strings.Repeat("+-", n) + "+\n" + strings.Repeat("|", n),
		strings.Repeat("== ", n) + "\n404 x\n",
		"+---+---+\n|404| x |\n" + strings.Repeat("|   | y |\n", n/2) + "+---+---+\n",
		".. list-table::\n\n  * - 404\n    - x\n" + strings.Repeat("      y\n", n),
		"|404|" + strings.Repeat("X-Y header ", n/4) + "|\n|-|-|\n",
		"|a|b|\n|-|-|\n" + strings.Repeat("|404|x|\n|666|y|\n|404|z|\n", n/8),
		strings.Repeat("<table>", n/2),
		strings.Repeat("<table><tr><td>", n/8),
		strings.Repeat("â", n),
		strings.Repeat("*a_", n),
		strings.Repeat("[", n) + strings.Repeat("](", n),
		strings.Repeat("<table\n", n),
	}
	for _, page := range pages {
		r, err := Import("page", []byte(page))
		if err == nil && len(r.Warnings) > maxErrors+1 {
			t.Errorf("%.30q: %d warnings", page, len(r.Warnings))
		}
	}
}

func TestImportWarns(t *testing.T) {
	r, err := Import("a.md", []byte("|Code|Meaning|\n|-|-|\n|404|One|\n|404|Two|\n|666|Number|\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a.md:4:1: left out: 404 is there already, in other words", "a.md:5:1: left out: 666 Number"}
	if !slices.Equal(r.Warnings, want) {
		t.Errorf("%q, want %q", r.Warnings, want)
	}
}

func TestSuggestions(t *testing.T) {
	tests := []struct{ description, want string }{
		{"Only applicable on PUT and POST actions", "only_when {method: [PUT, POST]}"},
		{"Returned only for GET, HEAD, or OPTIONS requests.", "only_when {method: [GET, HEAD, OPTIONS]}"},
		{"Sent in response to a DELETE request", "only_when {method: [DELETE]}"},
		{"The partial GET request", "only_when {method: [GET]}"},
		{"The response includes a Location header", "sends {response_header: {Location: present}}"},
		{"It will not contain a Location header.", "sends {response_header: {Location: absent}}"},
		{"Wait as the `Retry-After` header says", "sends {response_header: {Retry-After: present}}"},
		{"The If-Match header did not hold", "only_when {request_header: {If-Match: present}}"},
		{"Always the answer to a request with a Range header", "always_when {request_header: {Range: present}, status: [2XX], severity: warning}"},
		{"A POST is always answered like this", "always_when {method: [POST], status: [2XX], severity: warning}"},
		{"It always is like this", ""},
		{"The header is wrong. A header is missing", ""},
		{"Your request was invalid", ""},
		{"Get only what you posted", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, s := range suggestions(tt.description) {
			got = append(got, s.key+" "+s.condition)
			if !strings.Contains(tt.description, s.from) {
				t.Errorf("%q is not in %q", s.from, tt.description)
			}
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%s: %q, want %q", tt.description, got, tt.want)
		}
	}
}

var suggestedLine = regexp.MustCompile(`(?m)^    # ((?:only_when|always_when|sends): .*)$`)

// FuzzImport holds that whatever a page says becomes a contract that is read without an error, with every suggestion
// taken up too, or is refused.
func FuzzImport(f *testing.F) {
	page, err := os.ReadFile(filepath.Join("testdata", "import", "status-codes.rst"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.rst", string(page))
	f.Add("a.md", "# Errors\n\n|Code|Meaning|Description|\n|-|-|-|\n|404, 410|Gone: \"x\"|Only on `GET` with the If-Match header #1|\n")
	f.Add("a.html", "<h1>x</h1><table><tr><td>50X<td>é â€™<td>always with a Retry-After header</table>")
	f.Add("a.rst", "+---+----+\n|404| a  |\n|   | b  |\n+---+----+\n\n==== ===\n200  x\n==== ===\n")
	f.Add("", "<table><tr><td>50X<td>not long")
	f.Add("a.rst", ".. list-table::\n\n   * - 404\n     - x\n\n.. csv-table::\n\n   500, \"a\"\"b\", 'c\n")
	f.Fuzz(func(t *testing.T, name, page string) {
		r, err := Import(name, []byte(page))
		if err != nil {
			return
		}
		c, err := Parse("imported.yaml", r.YAML)
		if err != nil {
			t.Fatalf("%v\n%s", err, r.YAML)
		}
		if r.Codes == 0 || len(c.Codes) < r.Codes {
			t.Fatalf("%d entries, %d codes\n%s", r.Codes, len(c.Codes), r.YAML)
		}
		if _, err := Parse("imported.yaml", suggestedLine.ReplaceAll(r.YAML, []byte("    $1"))); err != nil {
			t.Fatalf("with what is suggested: %v\n%s", err, r.YAML)
		}
		again, err := Import(name, []byte(page))
		if err != nil || string(again.YAML) != string(r.YAML) {
			t.Fatal("not the same the second time")
		}
	})
}
