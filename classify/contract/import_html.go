package contract

import (
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var htmlStart = regexp.MustCompile(`(?i)^\s*(<!doctype html|<html|<head|<body|<!--|<table|<h[1-6]|<div|<section|<article|<main)`)

// isHTML reports whether a page is HTML as a whole.
func isHTML(filename, text string) bool {
	switch strings.ToLower(filepath.Ext(filename)) {
	case ".html", ".htm", ".xhtml":
		return true
	case ".rst", ".md", ".markdown", ".rest", ".mdx":
		return false
	}
	return htmlStart.MatchString(text)
}

// html adds the tables of text. The HTML parser mends broken markup as browsers do.
func (p *page) html(text string, line int) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return // nested more than 512 deep: no page that people read
	}
	p.walk(root, line)
}

// walk finds headings and tables in the order of the page.
func (p *page) walk(n *html.Node, line int) {
	if n.Type == html.ElementNode {
		switch n.DataAtom {
		case atom.Title:
			if p.title == "" {
				p.title = textOf(n)
			}
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			p.headline(textOf(n))
			return
		case atom.Table:
			p.table(n, line)
			return
		}
	}
	for c := range n.ChildNodes() {
		p.walk(c, line)
	}
}

// headline starts a section: an empty table that the next one takes the place of.
func (p *page) headline(heading string) {
	heading = strings.TrimRight(heading, " ¶#")
	if p.title == "" {
		p.title = heading
	}
	p.tables = append(p.tables, table{heading: heading})
}

// add puts a table under the last heading.
func (p *page) add(t table) {
	if n := len(p.tables); t.heading == "" && n > 0 {
		t.heading = p.tables[n-1].heading
	}
	p.tables = append(p.tables, t)
}

// table adds the rows of a table element, and the tables inside of its cells after it.
func (p *page) table(n *html.Node, line int) {
	t := table{line: line}
	var inner []*html.Node
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := range n.ChildNodes() {
			switch c.DataAtom {
			case atom.Caption:
				if s := textOf(c); categoryOfHeading(s) != "" {
					t.heading = s
				}
			case atom.Tr:
				r := row{line: line}
				for cell := range c.ChildNodes() {
					if cell.DataAtom == atom.Td || cell.DataAtom == atom.Th {
						r.cells = append(r.cells, textOf(cell))
						inner = append(inner, tablesIn(cell)...)
					}
				}
				if len(r.cells) > 0 {
					t.rows = append(t.rows, r)
				}
			default:
				walk(c)
			}
		}
	}
	walk(n)
	p.add(t)
	for _, n := range inner {
		p.table(n, line)
	}
}

func tablesIn(n *html.Node) []*html.Node {
	var list []*html.Node
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Table {
			list = append(list, c)
		} else {
			list = append(list, tablesIn(c)...)
		}
	}
	return list
}

// textOf returns the text of an element as a reader sees it, without that of tables inside of it.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Table:
			return
		case n.DataAtom == atom.Br || n.DataAtom == atom.P || n.DataAtom == atom.Li || n.DataAtom == atom.Div:
			b.WriteByte(' ')
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	for c := range n.ChildNodes() {
		walk(c)
	}
	return clean(b.String())
}

func htmlUnescape(s string) string { return html.UnescapeString(s) }
