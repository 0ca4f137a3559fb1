package accesslog

import (
	"bytes"
	"time"
)

// awsFields are those of the access logs of AWS's load balancers. Sizes are of whole messages, header included; the three
// times, in seconds, are one after the other, and -1 where the request was not passed on.
var awsFields = map[string]field{
	"type":               {kind: kindWord},
	"time":               {role: roleTime, kind: kindWord, layout: time.RFC3339Nano},
	"elb":                {kind: kindWord},
	"client":             {kind: kindWord},
	"target":             {kind: kindWord},
	"request_time":       {role: roleDuration, kind: kindSigned, unit: time.Second, rank: 1},
	"target_time":        {kind: kindSigned, unit: time.Second, adds: true},
	"response_time":      {kind: kindSigned, unit: time.Second, adds: true},
	"elb_status_code":    {role: roleStatus, kind: kindStatus},
	"target_status_code": {role: roleFact, fact: "upstream_status", kind: kindWord},
	"received_bytes":     {kind: kindSigned},
	"sent_bytes":         {role: roleBytes, kind: kindSigned, gross: true},
	"request":            {role: roleRequest, hosted: true},
	"absolute request":   {role: roleRequest}, // the target stays as it is logged
	"user_agent":         {role: roleFact, fact: "req.user-agent"},
	"rest":               {},
}

// albLayout is that of an Application Load Balancer
// (docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html). What stands behind the user agent
// has grown over the years and is not looked at.
var albLayout = layout{
	family: aws, exact: true, fields: awsFields,
	text: `<type> <time> <elb> <client> <target> <request_time> <target_time> <response_time> <elb_status_code> <target_status_code> ` +
		`<received_bytes> <sent_bytes> "<request>" "<user_agent>" <rest>`,
}

// elbLayout is that of a Classic Load Balancer
// (docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html), of which older lines end with the request: what
// stands behind it is not looked at.
var elbLayout = layout{
	family: aws, exact: true, fields: awsFields,
	text: `<time> <elb> <client> <target> <request_time> <target_time> <response_time> <elb_status_code> <target_status_code> ` +
		`<received_bytes> <sent_bytes> "<absolute request>"<rest>`,
}

// asSent undoes what a load balancer does to a request line: it writes "-" for what it could not read.
func asSent(e *Entry) {
	if len(e.Method) == 1 && e.Method[0] == '-' {
		e.Method, e.Target, e.Protocol = e.Method[:0], e.Target[:0], e.Protocol[:0]
	}
}

// originForm returns the path and query of a target that has scheme and host before it.
func originForm(target []byte) []byte {
	i := bytes.Index(target[:min(len(target), len("https://"))], []byte("://"))
	if i < 0 {
		return target
	}
	path := bytes.IndexByte(target[i+3:], '/')
	if path < 0 {
		return target
	}
	return target[i+3+path:]
}

// sum returns a and b together, -1 where one of them is unknown.
func sum(a, b time.Duration) time.Duration {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}
