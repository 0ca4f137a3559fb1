package dashboards

import "fmt"

// today draws an expression beside itself 24 hours earlier. Its %s are where the offset goes.
func today(title, description, unit, c, expr string) *panel {
	return graph(title, description,
		over(fmt.Sprintf(expr, ""), "today"),
		over(fmt.Sprintf(expr, " offset 1d"), "yesterday")).
		unit(unit).dashedGrey("yesterday").coloured("today", c)
}
