package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"httpstatus_exporter/classify/contract"
)

// writeText prints an explained line for people. Whatever a row quotes, no byte of the line drives the terminal.
func (e *explainedLine) writeText(w io.Writer) {
	row := func(key, format string, args ...any) {
		fmt.Fprintf(w, "%-9s %s\n", key, printable(fmt.Sprintf(format, args...)))
	}
	row("line", "%s", e.line)
	if e.Entry == nil {
		row("no entry", "%s: %s", e.Reason, reasonText(e.Reason))
		row("series", "%s", e.Series[0])
		return
	}
	row("entry", "method %s   target %s   status %s   bytes %s   duration %s", orDash(e.Entry.Method), orDash(e.Entry.Target), orDash(e.Entry.Status),
		optional(e.Entry.Bytes), seconds(e.Entry.Duration))
	if e.Entry.Host != "" || e.Entry.Time != "" {
		row("", "host %s   time %s", orUnknown(e.Entry.Host), orUnknown(e.Entry.Time))
	}
	if e.Route != "" {
		row("route", "%s   (%s)", e.Route, e.RouteWhy)
	} else {
		row("route", "(%s)", e.RouteWhy)
	}
	code := strings.TrimSpace(e.Code + " " + e.Meaning)
	if e.Documented != "" {
		row("code", "%s   [%s]   %s, %s", code, e.Class, e.EntryWhy, e.Documented)
	} else {
		row("code", "%s   [%s]   %s", code, e.Class, e.EntryWhy)
	}
	for _, c := range e.Conditions {
		row(strings.ToUpper(c.Result), "%s", c.text())
	}
	for _, u := range e.Unknown {
		row("to know", "%s: %s", u.Fact, u.Add)
	}
	for _, n := range e.Notes {
		row("note", "%s", n)
	}
	if e.Origin != "" {
		row("origin", "%s", e.Origin)
	}
	verdict := e.Verdict
	if e.Reason != "" {
		verdict += " (" + e.Reason + ")"
	}
	row("verdict", "%s", verdict)
	for i, s := range e.Series {
		row([]string{"series", ""}[min(i, 1)], "%s", s)
	}
}

// text is a condition in one line. What the standard says is told where it explains a result that is not in order.
func (c *explainedCondition) text() string {
	text := fmt.Sprintf("%s (%s)   %s", c.ID, c.Severity, c.Fact)
	if c.Standard != "" && (c.Result == "fail" || c.Result == "unknown") {
		text += "   [" + c.Standard + "]"
	}
	return text
}

// reasonText says what a reason for being no entry means.
func reasonText(reason string) string {
	return map[string]string{
		"malformed": "the line does not fit the format; is -f the format that the server writes?",
		"status":    "the status field holds neither a number nor a word for none",
		"truncated": "the line ends before its status",
		"too_long":  "the line exceeds the maximum length",
		"encoding":  "these are bytes that no text has; is this an access log?",
		"blank":     "the line is empty",
		"comment":   "a comment or a header, no entry",
		"message":   "a message of an error log, no entry",
		"partial":   "a piece of a line that a container runtime cut; in a file, its last piece is explained as the whole line",
	}[reason]
}

// printable shows control characters and invalid text escaped.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '�' || !strconv.IsPrint(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func optional(n *int64) string {
	if n == nil {
		return "unknown"
	}
	return fmt.Sprint(*n)
}

func seconds(d *float64) string {
	if d == nil {
		return "unknown"
	}
	return fmt.Sprintf("%gs", *d)
}

// position prints where something is documented; built-in contracts have no lines that a user could open.
func position(p contract.Position) string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}
