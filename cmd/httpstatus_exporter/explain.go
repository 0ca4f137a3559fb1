package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/ingest/accesslog"
)

func explainCommand() *command {
	return &command{
		name:    "explain",
		args:    "[LINE | FILE:LINE]",
		summary: "explain one line: fields, route, conditions, verdict, series",
		long: `Say everything about one access-log line: what was read from it, which route and which entry of the contract it was held
against, every condition with the fact that it used, the verdict, and the series that it counts. The line is the argument,
a FILE:LINE such as access.log:1234, or comes on standard input (then each line is explained).

  tail -n 1 /var/log/nginx/access.log | httpstatus_exporter explain
  httpstatus_exporter explain -f combined -c openapi.yaml --output=json access.log:1234

Exit code: 0 when every line is an entry whatever its verdict, 1 when one is not, 2 on a usage or input error.`,
		run: runExplain,
	}
}

// An explained line, as --output=json prints it. Keys stay; new ones may join.
type explainedLine struct {
	Entry      *explainedEntry      `json:"entry"` // null: the line is no entry, and Reason says why
	Route      string               `json:"route"`
	RouteWhy   string               `json:"route_why,omitempty"`
	Code       string               `json:"code"`
	Class      string               `json:"class"`
	Meaning    string               `json:"meaning"`
	Verdict    string               `json:"verdict"`
	Reason     string               `json:"reason"`
	Documented string               `json:"documented_at,omitempty"`
	EntryWhy   string               `json:"entry_why,omitempty"`
	Conditions []explainedCondition `json:"conditions"`
	Unknown    []unknownFact        `json:"unknown,omitempty"`
	Notes      []string             `json:"notes,omitempty"`
	Origin     string               `json:"origin,omitempty"`
	Series     []string             `json:"series"`

	line string
}

type explainedEntry struct {
	Method   string   `json:"method"`
	Target   string   `json:"target"`
	Status   string   `json:"status"`
	Bytes    *int64   `json:"bytes"`    // null: unknown
	Duration *float64 `json:"duration"` // seconds; null: unknown
	Host     string   `json:"host,omitempty"`
	Time     string   `json:"time,omitempty"`
}

type explainedCondition struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Result   string `json:"result"`
	Fact     string `json:"fact"`
	At       string `json:"documented_at,omitempty"`
	Standard string `json:"standard,omitempty"` // what the HTTP standard says about it
}

type unknownFact struct {
	Fact string `json:"fact"`
	Add  string `json:"add"` // what the log format would need
}

func runExplain(_ context.Context, c *command, args []string, s std) error {
	var (
		api    apiFlags
		output string
	)
	fs := newFlags(c, s)
	api.addContract(fs)
	api.addFormat(fs)
	fs.StringVarP(&output, "output", "o", "text", "text or json (one object a line)")
	if err := parse(fs, args); err != nil {
		return err
	}
	if output != "text" && output != "json" {
		return fmt.Errorf("--output: found %q; use text or json", output)
	}
	x, err := newExplainer(&api)
	if err != nil {
		return err
	}
	lines, columns, err := explainInput(fs.Args(), api.maxLine, s)
	if err != nil {
		return err
	}
	x.parser.Begin([]byte(columns))
	entries, first := true, true
	for line, err := range lines {
		var e *explainedLine
		switch {
		case errors.Is(err, errTooLong):
			e = noEntry("", accesslog.TooLong)
		case err != nil:
			return err
		default:
			e = x.explain(line)
		}
		entries = entries && e.Entry != nil
		if err := e.write(s.out, output, first); err != nil {
			return err
		}
		first = false
	}
	if first && output == "text" {
		return errors.New("found no line on standard input; give one as the argument, or pipe a log into explain")
	}
	if !entries {
		if _, _, ok := fileLine(fs.Arg(0)); !ok {
			hintFile(fs.Arg(0), s)
		}
		return exitCode(exitFinding)
	}
	return nil
}

// write prints one line; first says that none was printed before.
func (e *explainedLine) write(w io.Writer, output string, first bool) error {
	if output == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(e)
	}
	if !first {
		fmt.Fprintln(w)
	}
	e.writeText(w)
	return nil
}

// An explainer reads lines as the pipeline does and asks the classifier why.
type explainer struct {
	api        string
	classifier *classify.Classifier
	format     *accesslog.Format
	parser     *accesslog.Parser
	fields     []string
}

func newExplainer(a *apiFlags) (*explainer, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	format, err := accesslog.Compile(a.format)
	if err != nil {
		return nil, fmt.Errorf("--access-log.format: %w", err)
	}
	cl := cfg.apis[0].classifier
	fields := append(fieldsOf(cl)[:len(cl.Fields()):len(cl.Fields())], "host", "time")
	return &explainer{cfg.apis[0].name, cl, format, format.NewParser(fields), fields}, nil
}

func (x *explainer) explain(line string) *explainedLine {
	var e accesslog.Entry
	if reason := x.parser.Parse([]byte(line), &e); reason != accesslog.None {
		return noEntry(line, reason)
	}
	facts := classify.Facts{Method: e.Method, Target: e.Target, Host: e.Host, Status: e.Status, BodyBytes: -1, Values: e.Values[:len(x.classifier.Fields())]}
	if x.format.HasBodyBytes() {
		facts.BodyBytes = e.BodyBytes
	}
	w := x.classifier.Explain(&facts)
	out := &explainedLine{line: line, Entry: x.entry(&e), Route: w.Route, RouteWhy: w.RouteWhy, Code: w.Code, Class: w.Class, Meaning: w.Meaning,
		Verdict: w.Verdict.Kind.String(), Reason: w.Verdict.Reason.String(), EntryWhy: w.EntryWhy, Notes: w.Notes, Conditions: []explainedCondition{}}
	if w.Verdict.Condition >= 0 {
		out.Reason = x.classifier.Conditions()[w.Verdict.Condition].ID
	}
	if w.Entry != nil {
		out.Documented = position(w.Entry.Pos)
	}
	for _, c := range w.Conditions {
		ec := explainedCondition{ID: c.ID, Severity: c.Severity.String(), Result: "silent", Fact: c.Fact, At: position(c.Pos)}
		if c.Asked {
			ec.Result, ec.Standard = c.Result.String(), c.Standard
		}
		out.Conditions = append(out.Conditions, ec)
	}
	for _, name := range w.Unknown {
		out.Unknown = append(out.Unknown, unknownFact{name, fieldHint(x.format.Server(), name)})
	}
	if w.Origin != classify.OriginUnknown {
		out.Origin = w.Origin.String()
	}
	out.Series = x.series(&w)
	return out
}

// noEntry explains a line that is none.
func noEntry(line string, reason accesslog.Reason) *explainedLine {
	kind := "failed"
	if reason.Skipped() {
		kind = "skipped"
	}
	return &explainedLine{line: line, Reason: reason.String(), Conditions: []explainedCondition{},
		Series: []string{fmt.Sprintf("httpstatus_log_lines_%s_total{reason=%q}", kind, reason)}}
}

func (x *explainer) entry(e *accesslog.Entry) *explainedEntry {
	out := &explainedEntry{Method: string(e.Method), Target: string(e.Target), Status: string(e.Status), Host: string(e.Host)}
	if e.BodyBytes >= 0 {
		out.Bytes = &e.BodyBytes
	}
	if e.Duration >= 0 {
		seconds := e.Duration.Seconds()
		out.Duration = &seconds
	}
	if t, ok := x.format.ParseTime(e.Time); ok {
		out.Time = t.Format(time.RFC3339)
	}
	return out
}

// series names the counters that the line adds 1 to.
func (x *explainer) series(w *classify.Explanation) []string {
	all := []string{fmt.Sprintf("httpstatus_responses_total{api=%q,route=%q,method=%q,code=%q,class=%q,meaning=%q,verdict=%q}",
		x.api, w.Route, w.Method, w.Code, w.Class, w.Meaning, w.Verdict.Kind)}
	if w.Verdict.Kind == classify.Undocumented {
		all = append(all, fmt.Sprintf("httpstatus_undocumented_responses_total{api=%q,reason=%q}", x.api, w.Verdict.Reason))
	}
	for _, c := range w.Conditions {
		if c.Asked {
			all = append(all, fmt.Sprintf("httpstatus_condition_checks_total{api=%q,condition=%q,severity=%q,result=%q}", x.api, c.ID, c.Severity, c.Result))
		}
	}
	switch w.Verdict.SLO.String() {
	case "good", "client":
		all = append(all, fmt.Sprintf("httpstatus_slo_responses_total{api=%q,route=%q}", x.api, w.Route))
	case "bad":
		all = append(all, fmt.Sprintf("httpstatus_slo_responses_total{api=%q,route=%q}", x.api, w.Route),
			fmt.Sprintf("httpstatus_slo_errors_total{api=%q,route=%q}", x.api, w.Route))
	}
	return all
}
