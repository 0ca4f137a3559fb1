package main

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strconv"
	"time"
)

//go:embed reporthtml.html
var reportHTML string

// A reportPage is what the page shows, in the words of the text.
type reportPage struct {
	API, Contract, Lines, Range string
	Codes                       []codeRow
	Summary                     [][2]string
	Sections                    []reportSection
}

// A reportSection is one kind of drift.
type reportSection struct {
	Title, Summary string
	Columns        []string
	Rows           [][]string
}

// writeHTML prints what writeText does as a page that needs no other file and runs nothing: to attach, to publish, to keep.
func (r *report) writeHTML(w io.Writer) error {
	d := r.distribution
	page := reportPage{API: d.API, Contract: d.Contract, Lines: count(d.Lines, "line"), Summary: d.summary()}
	if !r.From.IsZero() {
		page.Range = r.From.Format(time.RFC3339) + " to " + r.To.Format(time.RFC3339)
	}
	most := 0.0
	for _, c := range d.Codes {
		if c.Count > 0 {
			page.Codes = append(page.Codes, c)
			most = max(most, c.Share)
		}
	}
	for _, k := range driftKinds {
		if rows := driftCells(r.Drift, k.kind); rows != nil {
			columns, rows := filled(driftColumns(k.kind), rows)
			page.Sections = append(page.Sections, reportSection{k.title, k.summary, columns, rows})
		}
	}
	bar := func(c codeRow) string { // percent of the longest one, and never too little to be seen
		return strconv.FormatFloat(max(c.Share/most*100, 0.8), 'f', 1, 64)
	}
	t, err := template.New("report").Funcs(template.FuncMap{"bar": bar, "percent": percent, "thousands": thousands}).Parse(reportHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, page)
}

// filled returns the columns in which some row has something.
func filled(columns []string, rows [][]string) (names []string, cells [][]string) {
	cells = make([][]string, len(rows))
	for i, name := range columns {
		if !slices.ContainsFunc(rows, func(row []string) bool { return row[i] != "" }) {
			continue
		}
		names = append(names, name)
		for j, row := range rows {
			cells[j] = append(cells[j], row[i])
		}
	}
	return names, cells
}
