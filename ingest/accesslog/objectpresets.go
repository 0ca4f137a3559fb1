package accesslog

import (
	"bytes"
	"slices"
)

// caddyWords are the keys of Caddy's access log (modules/caddyhttp: logging.go, LoggableHTTPRequest in marshalers.go). The
// duration is in seconds unless the encoder's duration_format says otherwise. A header that was not sent is missing where
// the headers are there. upstream_status is there where log_append adds it.
const caddyWords = `logger=logger message=msg status=status method=request>method target=request>uri protocol=request>proto
	host=request>host time=ts time=time time=timestamp bytes=size duration_s=duration upstream_status=upstream_status
	auth=request>headers>Authorization?`

var caddyHeaders = []headers{
	{"req.", path{steps: []string{"request", "headers", ""}, optional: true}},
	{"resp.", path{steps: []string{"resp_headers", ""}, optional: true}},
}

var caddyAccess, caddyErrors, caddyHandlers = []byte("http.log.access"), []byte("http.log."), []byte("http.handlers.")

// isCaddyMessage reports whether the name of a logger, or the text before an object that holds it, is of a message of
// Caddy's which may have a status: access entries are of http.log.access or its children.
func isCaddyMessage(logger []byte) bool {
	return bytes.Contains(logger, caddyHandlers) || bytes.Contains(logger, caddyErrors) && !bytes.Contains(logger, caddyAccess)
}

// traefikWords are Traefik's fields (https://doc.traefik.io/traefik/observability/access-logs/, "Available Fields";
// pkg/middlewares/accesslog/logdata.go). Duration is in nanoseconds. OriginStatus is missing, or 0 in older versions, where
// Traefik answered by itself, but also where the configuration drops fields: Overhead, which no other field tells, is
// dropped then, too. Headers are dropped unless accessLog.fields.headers keeps them.
const traefikWords = `message=msg message=message status=DownstreamStatus method=RequestMethod target=RequestPath
	protocol=RequestProtocol host=RequestHost time=time time=StartUTC time=StartLocal bytes=DownstreamContentSize
	duration_ns=Duration upstream_status=OriginStatus?Overhead auth=request_Authorization`

var traefikHeaders = []headers{
	{"req.", path{steps: []string{"request_"}}},
	{"resp.", path{steps: []string{"downstream_"}}},
}

// envoyWords are the keys of Istio's default format (pilot/pkg/model/telemetry_logging.go) and of Envoy Gateway's. The
// duration is in milliseconds.
const envoyWords = `message=msg status=response_code method=method target=x-envoy-origin-path target=path protocol=protocol
	host=authority host=:authority time=start_time bytes=bytes_sent duration_ms=duration response_flags=response_flags
	response_code_details=response_code_details upstream_host=upstream_host req.user-agent=user_agent req.user-agent=user-agent
	req.x-forwarded-for=x_forwarded_for req.x-forwarded-for=x-forwarded-for`

// commonWords are the keys of the preset json, of which the first that a line has counts: names that say what they mean by
// themselves, those of the Elastic Common Schema and OpenTelemetry (http.response.status_code), of nginx's variables, of
// loggers in Node.js (req.url, res.statusCode) and of Google's load balancers (httpRequest), and those of the other
// presets. A duration whose name has no unit counts where its value has one: 1.6ms. A size counts as that of the body only where
// its name says so.
const commonWords = `logger=logger message=msg message=message message=event
	status=status status=status_code status=statusCode status=response_code status=response_status status=http_status
	status=http.response.status_code status=http.status_code status=response.status_code status=response.status
	status=res.statusCode status=res.status status=httpRequest.status status=DownstreamStatus
	method=method method=request_method method=http_method method=verb method=http.request.method method=http.method
	method=request.method method=req.method method=httpRequest.requestMethod method=RequestMethod
	target=request_uri target=uri target=url target=target target=url.original target=http.target target=http.url
	target=request.uri target=request.url target=req.url target=httpRequest.requestUrl target=RequestPath
	request=request request=request_line
	path=path path=request_path path=url.path path=http.path path=request.path
	query=query query=query_string query=args query=url.query
	protocol=protocol protocol=proto protocol=server_protocol protocol=request.proto protocol=RequestProtocol
	host=host host=http_host host=vhost host=authority host=server_name host=url.domain host=request.host
	host=req.headers.host host=RequestHost
	time=@timestamp time=timestamp time=time time=ts time=time_iso8601 time=time_local time=msec time=start_time
	time=datetime time=date time=t
	bytes=body_bytes_sent bytes=response_body_size bytes=response_body_bytes bytes=http.response.body.bytes
	bytes=http.response.body.size bytes=response.body.bytes bytes=DownstreamContentSize
	bytes_with_header=bytes_sent bytes_with_header=bytes bytes_with_header=size bytes_with_header=response_size
	bytes_with_header=http.response.bytes bytes_with_header=httpRequest.responseSize
	duration_s=request_time duration_s=duration_s duration_s=duration_seconds duration_s=latency_seconds
	duration_s=elapsed_seconds duration_s=response_time_s
	duration_ms=duration_ms duration_ms=latency_ms duration_ms=elapsed_ms duration_ms=request_time_ms
	duration_ms=response_time_ms duration_ms=took_ms duration_ms=time_taken_ms duration_ms=duration_millis
	duration_us=duration_us duration_us=latency_us duration_us=elapsed_us duration_us=duration_micros
	duration_ns=duration_ns duration_ns=latency_ns duration_ns=event.duration duration_ns=duration_nanos duration_ns=Duration
	duration=duration duration=latency duration=elapsed duration=response_time duration=took duration=httpRequest.latency
	auth=auth auth=request>headers>Authorization auth=request_Authorization
	upstream_status=upstream_status upstream_status=OriginStatus?Overhead termination_state=termination_state
	response_flags=response_flags response_code_details=response_code_details upstream_host=upstream_host`

// originFacts are the facts that say who answered.
var originFacts = []string{"upstream_status", "termination_state", "response_flags", "response_code_details", "upstream_host"}

// autoObject is what auto makes of a line that holds an object: the keys of the preset json, without what auto cannot
// promise of any line: durations, sizes that may be with the header, facts other than who answered.
func autoObject() *template {
	preset := objectPresets["json"]
	t := &template{name: "json", object: true}
	for _, f := range preset.fields() {
		if f.role != roleDuration && !f.gross && (f.role != roleFact || slices.Contains(originFacts, f.fact)) {
			t.fields = append(t.fields, f)
		}
	}
	return t
}
