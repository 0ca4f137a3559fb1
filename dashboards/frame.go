package dashboards

const tag = "httpstatus"

// frame is what the dashboards have in common, around their variables and panels.
func frame(uid, title, description, since string, variables []variable, panels []*panel) model {
	return model{
		UID: uid, Title: title, Description: description, Tags: []string{tag},
		SchemaVersion: schemaVersion, GraphTooltip: 1, Timezone: "browser", Refresh: "1m",
		Time: timeRange{From: "now-" + since, To: "now"},
		Links: []dashLink{{Title: "More on response codes", Type: "dashboards", Icon: "external link", Tags: []string{tag},
			IncludeVars: true, KeepTime: true}},
		Annotations: annotations{List: []annotation{{
			Name: "Alerts", Datasource: prometheus, Enable: true, IconColor: bad, Step: "60s",
			Expr:        `ALERTS{alertname=~"HTTPStatus.+",alertstate="firing",severity!="info"}`,
			TitleFormat: "{{alertname}}", TextFormat: "{{api}}{{source}}",
		}}},
		Templating: templating{List: append([]variable{{Name: "datasource", Label: "Data source", Type: "datasource",
			Query: "prometheus", Current: &option{"default", "default"}}}, variables...)},
		Panels: panels,
	}
}

// choose is a variable whose values are those of a label; all of them until somebody chooses.
func choose(name, label, query string) variable {
	return variable{Name: name, Label: label, Type: "query", Datasource: &prometheus, Query: query, Refresh: 2, Sort: 1,
		Multi: true, IncludeAll: true, AllValue: ".*", Current: &option{[]string{"All"}, []string{"$__all"}}}
}

// chooseOne is a variable that has exactly one value, the first one until somebody chooses.
func chooseOne(name, label, query string) variable {
	return variable{Name: name, Label: label, Type: "query", Datasource: &prometheus, Query: query, Refresh: 2, Sort: 1}
}
