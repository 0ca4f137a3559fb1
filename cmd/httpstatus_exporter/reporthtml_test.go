package main

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestReportHTML(t *testing.T) {
	r := someReport()
	r.API, r.Drift = "<script>alert(1)</script>", slices.Clone(r.Drift)
	r.Drift[1].Sample = `"/><img src=x onerror=alert(1)>:4`
	var b bytes.Buffer
	if err := r.writeHTML(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.html", b.String())
	checkHTML(t, b.String())
}

// A report of nothing is a page, too.
func TestReportHTMLOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := (&report{distribution: &distribution{API: "shop"}}).writeHTML(&b); err != nil {
		t.Fatal(err)
	}
	checkHTML(t, b.String())
	if !strings.Contains(b.String(), "0 lines") {
		t.Error("the page does not say that there were no lines")
	}
}

// checkHTML holds a page against what keeps it safe to open from anywhere: it refers to nothing, runs nothing, and styles
// nothing in place.
func checkHTML(t *testing.T, page string) {
	t.Helper()
	known := regexp.MustCompile(`^(html|head|meta|title|style|body|h1|h2|p|div|table|tr|th|td|svg|rect|dl|dt|dd)$`)
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if z.Err() != io.EOF {
				t.Error(z.Err())
			}
			return
		}
		token := z.Token()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		if !known.MatchString(token.Data) {
			t.Errorf("the page has an element %s", token.Data)
		}
		for _, a := range token.Attr {
			if a.Key == "style" || a.Key == "src" || a.Key == "href" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has the attribute %s=%q", token.Data, a.Key, a.Val)
			}
		}
	}
}
