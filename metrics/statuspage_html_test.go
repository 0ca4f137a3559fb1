package metrics

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile is what a contract or a path could try.
const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>{{.}}`

// TestStatusPageEscapes puts hostile text wherever a user can put text.
func TestStatusPageEscapes(t *testing.T) {
	quoted := strconv.Quote(hostile)
	text := strings.NewReplacer("Jobs API", quoted, "Bad request", quoted, "There is no such job", quoted, "frontend", quoted, "{meaning: Created,", "{meaning: "+quoted+",", "The jobs", quoted).Replace(jobsContract)
	if strings.Count(text, quoted) != 6 {
		t.Fatalf("the contract does not have it everywhere:\n%s", text)
	}
	w := newWorldOf(t, hostile, text)
	src := &w.state.Sources[0]
	src.Name, src.Format = hostile, hostile
	w.state.Version, w.state.Storage, w.state.ReloadError = hostile, hostile, hostile
	w.reload.Failed()
	w.pass(SampleInterval, func() {
		for _, e := range []pageEntry{{"GET", "/jobs", "400"}, {"GET", "/jobs", "200"}, {"POST", "/jobs", "201"}, {"GET", "/jobs", "418"}} {
			w.count(0, e, 1)
		}
	})
	for _, only := range []string{"", hostile} {
		page := w.html(t, only)
		if n := strings.Count(page, "alert(1)"); n < 10 {
			t.Errorf("the text is there %d times only", n)
		}
		scripts := 0
		for n := range parsePage(t, page).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "img" || n.Data == "script" && attr(n, "src") != "statuspage.js" {
				t.Errorf("injected: <%s %v>", n.Data, n.Attr)
			}
			if n.Data == "script" {
				scripts++
			}
			checkNoInline(t, n)
		}
		if scripts != 1 {
			t.Errorf("%d scripts", scripts)
		}
	}
	if body := get(w, "/contract?api=x"+strings.Repeat("a", 10)); body.Code != 404 || !strings.HasPrefix(body.Header().Get("Content-Type"), "text/plain") {
		t.Error("an unknown API is no plain text error")
	}
}

// checkNoInline finds what the policy forbids: style and event attributes, and links that are no links.
func checkNoInline(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Data == "style" {
		t.Error("an inline style element")
	}
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
		}
		if a.Key == "href" && strings.Contains(a.Val, ":") {
			t.Errorf("a link that leaves the page: %q", a.Val)
		}
	}
}

func parsePage(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, element string) bool {
	for d := range n.Descendants() {
		if d.Data == element {
			return true
		}
	}
	return false
}

// TestStatusPageIsAccessible checks what can be checked without a reader: names, captions, scopes, text alternatives, targets.
func TestStatusPageIsAccessible(t *testing.T) {
	w := newWorld(t, jobsContract, strings.Replace(jobsContract, "name: jobs", "name: idle", 1))
	busy(w)
	doc := parsePage(t, w.html(t, ""))
	ids, landmarks, level := map[string]int{}, map[string]int{}, 0
	var refs []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
		switch n.Data {
		case "html":
			if attr(n, "lang") == "" {
				t.Error("no language")
			}
		case "main", "nav", "header":
			landmarks[n.Data]++
		case "table":
			if !has(n, "caption") {
				t.Error("a table without a caption")
			}
		case "th":
			if attr(n, "scope") == "" {
				t.Error("a heading cell without scope")
			}
		case "svg":
			inner := n.Parent.Data == "svg"
			if !inner && attr(n, "aria-hidden") == "" && (attr(n, "role") != "img" || attr(n, "aria-label") == "") {
				t.Errorf("a drawing without words: %v", n.Attr)
			}
		case "h1", "h2", "h3":
			if now := int(n.Data[1] - '0'); now > level+1 {
				t.Errorf("h%d after h%d", now, level)
			} else {
				level = now
			}
		case "a":
			if target, ok := strings.CutPrefix(attr(n, "href"), "#"); ok {
				refs = append(refs, target)
			}
		}
		if by := attr(n, "aria-labelledby"); by != "" {
			refs = append(refs, by)
		}
		checkNoInline(t, n)
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q is there %d times", id, n)
		}
	}
	for _, ref := range refs {
		if ids[ref] == 0 {
			t.Errorf("nothing has the id %q", ref)
		}
	}
	if landmarks["main"] != 1 || landmarks["nav"] != 1 || len(refs) < 8 {
		t.Errorf("landmarks %v, references %q", landmarks, refs)
	}
}

var cssColour = regexp.MustCompile(`--([a-z0-9]+): #([0-9a-f]{6});`)

// TestStatusPageContrast holds the colours to WCAG 2.2 AA: 4.5 for everything that is written, in light and in dark.
func TestStatusPageContrast(t *testing.T) {
	css, err := pageFiles.ReadFile("statuspage.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(css), "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("no dark colours")
	}
	var names []string
	for name, sheet := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, m := range cssColour.FindAllStringSubmatch(sheet, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		var all []string
		for colour := range colours {
			all = append(all, colour)
		}
		slices.Sort(all)
		if names != nil && !slices.Equal(all, names) {
			t.Errorf("light and dark have different colours: %q, %q", names, all)
		}
		names = all
		for _, text := range []string{"text", "dim", "link", "c1", "c2", "c3", "c4", "c5", "cn"} {
			for _, ground := range []string{"page", "raised"} {
				a, b := colours[text], colours[ground]
				if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", name, text, ground, ratio)
				}
			}
		}
	}
}

// luminance is the relative luminance of WCAG.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var rgb [3]float64
	for i := range rgb {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			rgb[i] = c / 12.92
		} else {
			rgb[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2]
}

// TestStatusPageLinksRelative: behind a proxy the page may live below a path.
func TestStatusPageLinksRelative(t *testing.T) {
	w := newWorld(t, jobsContract)
	var links []string
	for n := range parsePage(t, w.html(t, "")).Descendants() {
		for _, key := range []string{"href", "src"} {
			if link := attr(n, key); link != "" {
				links = append(links, link)
				if strings.HasPrefix(link, "/") {
					t.Errorf("%q is not relative", link)
				}
			}
		}
	}
	for _, want := range []string{"metrics", "-/ready", "contract?api=jobs", "statuspage.css", "statuspage.js", "statuspage.svg"} {
		if !slices.Contains(links, want) {
			t.Errorf("no link to %q among %s", want, fmt.Sprint(links))
		}
	}
}
