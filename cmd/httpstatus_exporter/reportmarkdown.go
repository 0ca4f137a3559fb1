package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// writeMarkdown prints the distribution and the drift as a page for a wiki, an issue or a job summary.
func (r *report) writeMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	d := r.distribution
	fmt.Fprintf(b, "# %s\n\n", cell(d.API))
	fmt.Fprintf(b, "Contract %s, %s", cell(d.Contract), count(d.Responses, "response"))
	if !r.From.IsZero() {
		fmt.Fprintf(b, ", %s to %s", r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	}
	fmt.Fprintf(b, ". Error ratio %s of %s; the objective allows %s.\n\n", percent(d.errorRatio()), count(d.SLOResponses, "response"), percent(1-d.Objective))
	fmt.Fprintln(b, "| Code | Meaning | Count | Share | Verdict |\n| --- | --- | ---: | ---: | --- |")
	for _, c := range d.Codes {
		if c.Count > 0 {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", cell(c.Code), cell(c.Meaning), thousands(c.Count), percent(c.Share), cell(c.Verdict))
		}
	}
	for _, k := range driftKinds {
		var rows []*driftRow
		for i := range r.Drift {
			if r.Drift[i].Kind == k.kind {
				rows = append(rows, &r.Drift[i])
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(b, "\n## %s\n\n", k.title)
			markdownRows(b, k.kind, rows)
		}
	}
	return b.Flush()
}

func markdownRows(w io.Writer, kind string, rows []*driftRow) {
	switch kind {
	case "unseen":
		fmt.Fprintln(w, "| Code | Meaning | Route |\n| --- | --- | --- |")
		for _, r := range rows {
			fmt.Fprintf(w, "| %s | %s | %s |\n", cell(r.Code), cell(r.Meaning), cell(r.Route))
		}
	case "contradicted":
		fmt.Fprintln(w, "| Condition | Broken | Of | Share | Documented at |\n| --- | ---: | ---: | ---: | --- |")
		for _, r := range rows {
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", cell(r.Reason), thousands(r.Count), thousands(r.Asked), percent(share(r.Count, r.Asked)), cell(r.Documents))
		}
	default:
		fmt.Fprintln(w, "| Code | Meaning | Count | Reason | Origin | Method | Route | First | Last | Sample |\n| --- | --- | ---: | --- | --- | --- | --- | --- | --- | --- |")
		for _, r := range rows {
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", cell(r.Code), cell(r.Meaning), thousands(r.Count), cell(r.Reason), r.Origin, cell(r.Method),
				cell(r.Route), moment(r.First), moment(r.Last), cell(r.Sample))
		}
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateTime)
}

// cell writes text so that it stays text in a Markdown table.
func cell(s string) string {
	return cellEscapes.Replace(strings.Join(strings.Fields(s), " "))
}

var cellEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`)
