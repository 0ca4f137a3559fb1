package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// writeText prints the distribution as a table for people.
func (r *report) writeText(w io.Writer) error {
	d := r.distribution
	fmt.Fprintf(w, "%s  contract %s  %s\n", d.API, d.Contract, count(d.Lines, "line"))
	if !r.From.IsZero() {
		fmt.Fprintf(w, "%s to %s\n", r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	}
	fmt.Fprintln(w)
	writeCodes(w, d)
	writeSummary(w, d)
	writeDrift(w, r.Drift)
	return nil
}

func writeCodes(w io.Writer, d *distribution) {
	width := len("MEANING")
	most := 0.0
	for _, c := range d.Codes {
		if c.Count > 0 {
			width = max(width, utf8.RuneCountInString(c.Meaning))
			most = max(most, c.Share)
		}
	}
	fmt.Fprintf(w, "%-5s  %-*s  %-5s  %13s  %8s  %-20s  %s\n", "CODE", width, "MEANING", "CLASS", "COUNT", "SHARE", "", "VERDICT")
	for _, c := range d.Codes {
		if c.Count > 0 {
			fmt.Fprintf(w, "%-5s  %-*s  %-5s  %13s  %8s  %-20s  %s\n", c.Code, width, c.Meaning, c.Class, thousands(c.Count), percent(c.Share), bar(c.Share, most, 20), c.Verdict)
		}
	}
	fmt.Fprintln(w)
}

func writeSummary(w io.Writer, d *distribution) {
	for _, row := range d.summary() {
		fmt.Fprintf(w, "%-13s %s\n", row[0], row[1])
	}
}

// summary is the distribution in three sentences, each with what it is about.
func (d *distribution) summary() [][2]string {
	share := func(verdict string) string {
		n := d.Verdicts[verdict]
		if d.Responses == 0 || n == 0 {
			return thousands(n)
		}
		return fmt.Sprintf("%s (%s)", thousands(n), percent(float64(n)/float64(d.Responses)))
	}
	return [][2]string{
		{"responses", fmt.Sprintf("%s: documented %s, undocumented %s, violations %s, no response %s", thousands(d.Responses),
			share("documented"), share("undocumented"), share("violation"), share("no_response"))},
		{"error ratio", fmt.Sprintf("%s of %s; the objective allows %s", percent(d.errorRatio()), count(d.SLOResponses, "response"), percent(1-d.Objective))},
		{"lines", fmt.Sprintf("%s: %s, failed %s, skipped %s", thousands(d.Lines), count(d.Responses, "entry"), reasons(d.Failed), reasons(d.Skipped))},
	}
}

// reasons prints "0", or the sum with its parts.
func reasons(m map[string]int64) string {
	var sum int64
	var parts []string
	for reason, n := range m {
		if sum += n; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", reason, thousands(n)))
		}
	}
	if sum == 0 {
		return "0"
	}
	slices.Sort(parts)
	return fmt.Sprintf("%s (%s)", thousands(sum), strings.Join(parts, ", "))
}

// count prints a number with its noun.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return thousands(n) + " " + stem + "ies"
	}
	return thousands(n) + " " + noun + "s"
}

// thousands prints n with a comma every three digits.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// percent prints a share of 0..1 so that a small one is not rounded away.
func percent(share float64) string {
	p := share * 100
	switch {
	case p == 0 || p >= 0.01:
		return fmt.Sprintf("%.2f%%", p)
	case p >= 0.0001:
		return fmt.Sprintf("%.4f%%", p)
	}
	return fmt.Sprintf("%.1g%%", p)
}

// bar draws share as blocks, width of them at most.
func bar(share, most float64, width int) string {
	if most == 0 {
		return ""
	}
	eighths := int(share/most*float64(width)*8 + 0.5)
	if eighths == 0 && share > 0 {
		eighths = 1
	}
	b := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		b += string([]rune(" ▏▎▍▌▋▊▉")[rest])
	}
	return b
}

// writeDrift prints what the documentation hides: one line for each code, route and reason, whatever the methods.
func writeDrift(w io.Writer, rows []driftRow) {
	for _, k := range driftKinds {
		if cells := driftCells(rows, k.kind); cells != nil {
			fmt.Fprintf(w, "\n%s\n", k.title)
			writeColumns(w, "  ", cells)
		}
	}
}

// driftCells returns the rows of one kind as text, their methods folded; nil where there are none.
func driftCells(rows []driftRow, kind string) [][]string {
	var cells [][]string
	for _, r := range foldMethods(rows, kind) {
		cells = append(cells, r.cells())
	}
	return cells
}

// foldMethods returns the rows of one kind with the methods of otherwise equal rows joined.
func foldMethods(rows []driftRow, kind string) []*driftRow {
	var all []*driftRow
	at := map[driftRow]*driftRow{}
	for _, r := range rows {
		if r.Kind != kind {
			continue
		}
		key := driftRow{Code: r.Code, Route: r.Route, Reason: r.Reason}
		if sum := at[key]; sum != nil {
			sum.Method += " " + r.Method
			sum.Count += r.Count
			sum.Origin.add(r.Origin)
			if !r.First.IsZero() && (sum.First.IsZero() || r.First.Before(sum.First)) {
				sum.First, sum.Sample = r.First, r.Sample
			}
			sum.Last = later(sum.Last, r.Last)
			continue
		}
		at[key] = &r
		all = append(all, &r)
	}
	slices.SortStableFunc(all, func(a, b *driftRow) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

// writeColumns prints rows with their columns aligned.
func writeColumns(w io.Writer, indent string, rows [][]string) {
	var width []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			if width[i] > 0 {
				line += cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}
