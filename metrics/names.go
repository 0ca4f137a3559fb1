package metrics

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Metric is what stands behind one exposed name.
type Metric struct {
	Name   string
	Type   string   // "counter", "gauge" or "histogram"
	Labels []string // in the order of the documentation; the le of a histogram is not among them
	Help   string
}

// The names that other packages and the tests of rules and dashboards refer to. A histogram has _bucket, _sum and _count.
const (
	ResponsesTotal             = "httpstatus_responses_total"
	UndocumentedResponsesTotal = "httpstatus_undocumented_responses_total"
	ConditionChecksTotal       = "httpstatus_condition_checks_total"
	SLOResponsesTotal          = "httpstatus_slo_responses_total"
	SLOErrorsTotal             = "httpstatus_slo_errors_total"
	ResponseDurationSeconds    = "httpstatus_response_duration_seconds"
	ResponseBodyBytesTotal     = "httpstatus_response_body_bytes_total"
	SeriesOverflowTotal        = "httpstatus_series_overflow_total"
	LogLinesTotal              = "httpstatus_log_lines_total"
	LogLinesFailedTotal        = "httpstatus_log_lines_failed_total"
	LogLinesSkippedTotal       = "httpstatus_log_lines_skipped_total"
	LogBytesTotal              = "httpstatus_log_bytes_total"
	LogRotationsTotal          = "httpstatus_log_rotations_total"
	LogTruncationsTotal        = "httpstatus_log_truncations_total"
	LogReadErrorsTotal         = "httpstatus_log_read_errors_total"
	LogLostBytesTotal          = "httpstatus_log_lost_bytes_total"
	StorageWriteErrorsTotal    = "httpstatus_storage_write_errors_total"

	DocumentedCodeInfo           = "httpstatus_documented_code_info"
	ContractInfo                 = "httpstatus_contract_info"
	SLOObjectiveRatio            = "httpstatus_slo_objective_ratio"
	SLOMinErrors                 = "httpstatus_slo_min_errors"
	CodeMaxRatio                 = "httpstatus_code_max_ratio"
	LogSourceUp                  = "httpstatus_log_source_up"
	LogUnreadBytes               = "httpstatus_log_unread_bytes"
	LogLastEntryTimestampSeconds = "httpstatus_log_last_entry_timestamp_seconds"
	LogLastReadTimestampSeconds  = "httpstatus_log_last_read_timestamp_seconds"

	ConfigLastReloadSuccessful              = "httpstatus_exporter_config_last_reload_successful"
	ConfigLastReloadSuccessTimestampSeconds = "httpstatus_exporter_config_last_reload_success_timestamp_seconds"
	BuildInfo                               = "httpstatus_exporter_build_info"
)

// A family is an index into families.
type family uint8

const (
	famResponses family = iota
	famUndocumented
	famChecks
	famSLOResponses
	famSLOErrors
	famDuration
	famBodyBytes
	famOverflow
	famLines
	famFailed
	famSkipped
	famBytes
	famRotations
	famTruncations
	famReadErrors
	famLostBytes
	famStorageErrors

	famCodeInfo
	famContractInfo
	famObjective
	famMinErrors
	famMaxRatio
	famUp
	famUnread
	famLastEntry
	famLastRead

	famReload // from here on the metrics are not the Collector's
	famReloadTime
	famBuildInfo
)

const (
	collected     = famReload   // how many families the Collector has
	unknownFamily = family(255) // of a saved snapshot, written by another version
)

// families is the one place where a metric is described.
var families = [...]Metric{
	famResponses: {ResponsesTotal, "counter", []string{"api", "route", "method", "code", "class", "meaning", "verdict"},
		"Responses by status code, with the code's meaning and whether the API's documentation covers it."},
	famUndocumented: {UndocumentedResponsesTotal, "counter", []string{"api", "reason"},
		"Responses that the API's documentation does not cover, by what it lacks: code, route, method, or invalid for a number that is no status code."},
	famChecks: {ConditionChecksTotal, "counter", []string{"api", "condition", "severity", "result"},
		"Responses held against a documented condition, by outcome. The outcome is unknown where the log lacks a field that the condition asks for."},
	famSLOResponses: {SLOResponsesTotal, "counter", []string{"api", "route"},
		"Responses that count for the service level objective."},
	famSLOErrors: {SLOErrorsTotal, "counter", []string{"api", "route"},
		"Responses that count against the service level objective."},
	famDuration: {ResponseDurationSeconds, "histogram", []string{"api", "route"},
		"Time to serve a request as the server logged it."},
	famBodyBytes: {ResponseBodyBytesTotal, "counter", []string{"api", "route"},
		"Size of the responses as the server logged it."},
	famOverflow: {SeriesOverflowTotal, "counter", []string{"api", "label"},
		"Responses counted under the value _overflow of the label because the series limit is reached."},
	famLines: {LogLinesTotal, "counter", []string{"source"},
		"Lines read: the sum of responses, failed lines and skipped lines."},
	famFailed: {LogLinesFailedTotal, "counter", []string{"source", "reason"},
		"Lines that should be an entry and could not be read."},
	famSkipped: {LogLinesSkippedTotal, "counter", []string{"source", "reason"},
		"Lines that are no access entry: blank lines, comments, messages of other programs."},
	famBytes: {LogBytesTotal, "counter", []string{"source"},
		"Bytes read."},
	famRotations: {LogRotationsTotal, "counter", []string{"source"},
		"Times that the path began to name another file."},
	famTruncations: {LogTruncationsTotal, "counter", []string{"source"},
		"Times that a file became shorter than what was read of it, or was rewritten in place."},
	famReadErrors: {LogReadErrorsTotal, "counter", []string{"source"},
		"Failed attempts to open or read a file."},
	famLostBytes: {LogLostBytesTotal, "counter", []string{"source"},
		"Bytes known to have been written and never read: truncated or removed too early."},
	famStorageErrors: {StorageWriteErrorsTotal, "counter", nil,
		"Failed attempts to save positions and counts."},

	famCodeInfo: {DocumentedCodeInfo, "gauge", []string{"api", "route", "code", "class", "meaning", "category", "owner", "slo"},
		"What the API's documentation says about a status code; always 1."},
	famContractInfo: {ContractInfo, "gauge", []string{"api", "contract", "digest"},
		"The contract that responses are held against; always 1."},
	famObjective: {SLOObjectiveRatio, "gauge", []string{"api"},
		"Promised share of good responses."},
	famMinErrors: {SLOMinErrors, "gauge", []string{"api"},
		"Errors in an alert's long window below which it stays silent."},
	famMaxRatio: {CodeMaxRatio, "gauge", []string{"api", "code"},
		"Highest share of responses that the contract allows the status code."},
	famUp: {LogSourceUp, "gauge", []string{"source"},
		"Whether the source can be read."},
	famUnread: {LogUnreadBytes, "gauge", []string{"source"},
		"Bytes written and not read yet."},
	famLastEntry: {LogLastEntryTimestampSeconds, "gauge", []string{"source"},
		"Time of the newest entry as the server logged it; absent before the first."},
	famLastRead: {LogLastReadTimestampSeconds, "gauge", []string{"source"},
		"Time of the last successful read; absent before the first."},

	famReload: {ConfigLastReloadSuccessful, "gauge", nil,
		"Whether the last attempt to load the configuration succeeded."},
	famReloadTime: {ConfigLastReloadSuccessTimestampSeconds, "gauge", nil,
		"Time of the last successful load of the configuration."},
	famBuildInfo: {BuildInfo, "gauge", []string{"branch", "goarch", "goos", "goversion", "revision", "tags", "version"},
		"The exporter's version; always 1."},
}

// derived reports whether a label is a function of the other labels under one contract. Derived labels are no part of a
// series' identity: its count goes on when another contract gives the same code another meaning.
func derived(label string) bool {
	return label == "class" || label == "meaning" || label == "severity"
}

// Names returns every metric that the exporter exposes beside those of the Go runtime and of HTTP serving. The caller
// owns the result.
func Names() []Metric {
	all := slices.Clone(families[:])
	for i := range all {
		all[i].Labels = slices.Clone(all[i].Labels)
	}
	return all
}

// WriteTable writes Names as a Markdown table.
func WriteTable(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| metric | type | labels | |\n|---|---|---|---|\n")
	for _, m := range families {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, strings.Join(m.Labels, ", "), m.Help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
