package dashboards

const inst = `job=~"$job",instance=~"$instance"`

// exporter answers: can the other dashboards be believed?
func exporter() model {
	return frame("httpstatus-exporter", "HTTP status codes: the exporter",
		"Whether the exporter reads all that is logged, in time and completely.", "6h",
		[]variable{
			choose("job", "Job", `label_values(httpstatus_exporter_build_info, job)`),
			choose("instance", "Instance", `label_values(httpstatus_exporter_build_info{job=~"$job"}, instance)`),
		},
		layout(
			across(4, exporterStats()...),
			across(6, sourceTable()),
			across(8, linesRead(), failures()),
			across(8, backlog(), lag(), incidents()),
			across(8, storage(), cpu(), memory()),
			across(4, builds()),
		))
}

func exporterStats() []*panel {
	return []*panel{
		stat("Are all exporters up?", "Targets of the chosen jobs that can be scraped, among all of them.",
			now(`avg(up{`+inst+`} and on (job, instance) last_over_time(httpstatus_exporter_build_info{`+inst+`}[1d]))`, "")).
			unit("percentunit").decimals(0).thresholds(from(bad, 1.0, good)),
		stat("What cannot be read?", "Sources that cannot be opened or read.",
			now(`count(httpstatus_log_source_up{`+inst+`} == 0) or vector(0)`, "")).thresholds(from(good, 1.0, bad)),
		stat("How much is read?", "Log lines per second.",
			over(`sum(rate(httpstatus_log_lines_total{`+inst+`}[$__rate_interval]))`, "")).unit("suffix: lines/s"),
		stat("Unparsed lines?", "Share of the lines of the last hour that should be entries and cannot be read.",
			over(`sum(rate(httpstatus_log_lines_failed_total{`+inst+`}[1h])) / (sum(rate(httpstatus_log_lines_total{`+inst+`}[1h])) > 0)`, "")).
			unit("percentunit").none("no lines").thresholds(from(good, 0.001, warn, 0.01, bad)),
		stat("Still to read?", "Bytes that are logged and not read yet.",
			over(`sum(httpstatus_log_unread_bytes{`+inst+`})`, "")).unit("bytes").thresholds(from(good, 1048576.0, warn, 104857600.0, bad)),
		stat("How much was lost?", "Bytes of the last 24 hours that were truncated or removed before they were read.",
			now(`sum(increase(httpstatus_log_lost_bytes_total{`+inst+`}[24h]))`, "")).unit("bytes").decimals(0).thresholds(from(good, 1.0, bad)),
	}
}

func sourceTable() *panel {
	by := func(expr string) target { return rows(`sum by (instance, source) (` + expr + `)`) }
	return table("What is read?", "Every source with how far it is read.",
		by(`httpstatus_log_source_up{`+inst+`}`),
		by(`rate(httpstatus_log_lines_total{`+inst+`}[5m])`),
		rows(`sum by (instance, source) (rate(httpstatus_log_lines_failed_total{`+inst+`}[1h])) / (sum by (instance, source) (rate(httpstatus_log_lines_total{`+inst+`}[1h])) > 0)`),
		by(`httpstatus_log_unread_bytes{`+inst+`}`),
		rows(`time() - max by (instance, source) (httpstatus_log_last_entry_timestamp_seconds{`+inst+`})`)).
		columns("Source", false,
			column{field: "source", head: "Source"},
			column{field: "instance", head: "Instance", width: 220},
			column{field: "Value #A", head: "Readable", width: 110, look: mapLook(zeroOne("no", "yes"))},
			column{field: "Value #B", head: "Lines/s", width: 110, look: unitLook("locale", 1)},
			column{field: "Value #C", head: "Not parsed", width: 120, look: unitLook("percentunit", 2)},
			column{field: "Value #D", head: "Unread", width: 110, look: unitLook("bytes", 0)},
			column{field: "Value #E", head: "Age of newest entry", width: 180, look: []property{{"unit", "s"}, {"decimals", 0}}})
}

func linesRead() *panel {
	return graph("How fast is it read?", "Lines per second by source.",
		over(`sum by (source) (rate(httpstatus_log_lines_total{`+inst+`}[$__rate_interval]))`, "{{source}}")).
		unit("suffix: lines/s").legend("mean", "max")
}

func failures() *panel {
	return graph("Why do lines not count?", "Lines per minute that cannot be read (failed), and those that are no access entry (skipped), by reason.",
		over(`sum by (reason) (rate(httpstatus_log_lines_failed_total{`+inst+`}[$__rate_interval])) * 60 > 0`, "failed: {{reason}}"),
		over(`sum by (reason) (rate(httpstatus_log_lines_skipped_total{`+inst+`}[$__rate_interval])) * 60 > 0`, "skipped: {{reason}}")).
		unit("suffix: /min").legend("mean", "max").none("All lines count").
		override("byRegexp", "/^failed/", property{"color", colour{Mode: "shades", FixedColor: bad}}).
		override("byRegexp", "/^skipped/", property{"color", colour{Mode: "shades", FixedColor: grey}})
}

func backlog() *panel {
	return graph("How far behind is it?", "Bytes that are logged and not read yet, by source.",
		over(`sum by (source) (httpstatus_log_unread_bytes{`+inst+`})`, "{{source}}")).unit("bytes")
}

func lag() *panel {
	return graph("How old is the newest entry?", "Time since the newest entry that was read, by its own time, and since the last read.",
		over(`time() - max by (source) (httpstatus_log_last_entry_timestamp_seconds{`+inst+`})`, "{{source}}"),
		over(`time() - min(httpstatus_log_last_read_timestamp_seconds{`+inst+`})`, "longest since a read")).
		unit("s").dashedGrey("longest since a read")
}

func incidents() *panel {
	each := func(name, legend string) target {
		return over(`round(sum(increase(httpstatus_log_`+name+`_total{`+inst+`}[$__rate_interval])))`, legend)
	}
	p := graph("What happened to the files?", "Rotations, truncations and failed reads.",
		each("rotations", "rotations"), each("truncations", "truncations"), each("read_errors", "read errors")).
		unit("short").coloured("rotations", plain).coloured("truncations", warn).coloured("read errors", bad)
	p.FieldConfig.Defaults.Custom["axisSoftMax"] = 1
	p.FieldConfig.Defaults.Custom["drawStyle"] = "bars"
	p.FieldConfig.Defaults.Custom["fillOpacity"] = 80
	return p
}

func storage() *panel {
	p := graph("Are counts and configuration safe?", "Failed writes of positions and counts, responses folded by the series limit (both per minute), and exporters whose last reload failed.",
		over(`sum(rate(httpstatus_storage_write_errors_total{`+inst+`}[$__rate_interval])) * 60`, "failed writes/min"),
		over(`sum(rate(httpstatus_series_overflow_total{`+inst+`}[$__rate_interval])) * 60`, "over the series limit/min"),
		over(`sum(1 - httpstatus_exporter_config_last_reload_successful{`+inst+`})`, "failed reloads")).
		unit("short").coloured("failed writes/min", bad).coloured("over the series limit/min", "purple").coloured("failed reloads", warn)
	p.FieldConfig.Defaults.Custom["axisSoftMax"] = 1
	return p
}

func cpu() *panel {
	return graph("What does it cost in CPU?", "CPU seconds per second, by instance.",
		over(`sum by (instance) (rate(process_cpu_seconds_total{`+inst+`}[$__rate_interval]) and on (job, instance) httpstatus_exporter_build_info)`, "{{instance}}")).
		unit("percentunit")
}

func memory() *panel {
	return graph("What does it cost in memory?", "Resident memory, by instance.",
		over(`sum by (instance) (process_resident_memory_bytes{`+inst+`} and on (job, instance) httpstatus_exporter_build_info)`, "{{instance}}")).
		unit("bytes")
}

func builds() *panel {
	return table("Which version runs, and on which configuration?", "Every exporter.",
		rows(`max by (instance, version, goversion) (httpstatus_exporter_build_info{`+inst+`})`),
		rows(`max by (instance, version, goversion) (httpstatus_exporter_build_info{`+inst+`}) * on (instance) group_left () max by (instance) (httpstatus_exporter_config_last_reload_successful{`+inst+`})`),
		rows(`max by (instance, version, goversion) (httpstatus_exporter_build_info{`+inst+`}) * on (instance) group_left () max by (instance) (time() - httpstatus_exporter_config_last_reload_success_timestamp_seconds{`+inst+`})`),
		rows(`max by (instance, version, goversion) (httpstatus_exporter_build_info{`+inst+`}) * on (instance) group_left () sum by (instance) (scrape_samples_scraped{`+inst+`})`)).
		columns("Instance", false,
			column{field: "instance", head: "Instance"},
			column{field: "version", head: "Version", width: 160},
			column{field: "goversion", head: "Built with", width: 160},
			column{field: "Value #B", head: "Last reload", width: 160, look: mapLook(zeroOne("failed", "successful"))},
			column{field: "Value #C", head: "Age of configuration", width: 200, look: unitLook("s", 0)},
			column{field: "Value #D", head: "Series", width: 140, look: unitLook("locale", 0)})
}
