package metrics

import _ "embed"

//go:embed alerts.yml
var alertRules string

//go:embed runbook.md
var runbook string

// AlertRules returns the Prometheus rule file: recording rules and alerts on what Names lists.
func AlertRules() string { return alertRules }

// Runbook returns what to do about every alert of AlertRules, as Markdown: one heading per alert, which the fragment of
// its runbook_url names.
func Runbook() string { return runbook }
