// Package accesslog turns an access-log line into an Entry: a Format compiled once from what the server's configuration
// says, and a Parser that reads only the fields that somebody uses. Pure: bytes in, entry or reason out.
//
// # How a line is read
//
// A format string is a template: fields with literals between them. What makes it readable, whatever a client sends, is that
// servers escape values: nginx writes a quote as \x22 (escape=default) or \" (escape=json), Apache, lighttpd and varnishncsa
// write \", HAProxy #22, and all of them write control characters as escapes. So a quote in a literal, or a tab, is found again
// at one place of the line only: the next one that no backslash escapes. The literals that have such a mark cut a line into
// steps (type step). A step with no field of interest is one bytes.IndexByte; one with a single field needs no more either.
//
// Between two marks may stand several fields, as in `$host $remote_addr - $remote_user [$time_local] "`. Numbers, a status, a
// time, a method, a protocol show where they end (step mode modeRun). Others, such as a user's name with blanks in it, are
// found between what stands around them (modeMatch): as short as can be, all of the step used up. That is exact as long as one
// such value stands between two marks; with more of them, or with escape=none, a client can write what looks like a
// separator, and Format.Warnings says so of the latter. The first reading from the left counts then.
//
// From the status on, a line is read as far as it fits: a common line in a combined log is an entry whose user agent is
// unknown. What stands before the request line is not looked at unless somebody asks for it: a line with a virtual host in
// front is an entry too. A line that does not fit up to status, method and target is none, and Parse says why.
//
// Loggers that write JSON objects put the names in an order of their own and leave out what is empty. Their formats are trees
// of names (type object) instead of templates: one pass over the line notes what stands at the names that are used
// (Parser.members), then each slot takes the first of its places that has a value (Parser.claim), and only these values are
// looked at. What is no JSON, but written by servers that fill in JSON by template, is read: 009, a bare -, \x22. The rest of an
// object that nobody asks for is held to balanced brackets and closed strings, not to grammar. A word of a format, name=path
// (parseWords), is how users and the presets alike say where something stands.
//
// A usual line (see program.readUsual) takes a shorter way to the same result; the tests hold both, and a regular expression
// over the whole line, against each other.
//
// # Logs that name their columns
//
// A W3C extended log says in a #Fields line which columns the lines behind it have, and may say so anew anywhere: IIS does at each
// start. A format for such logs (presets iis and cloudfront, a #Fields line itself) names the columns of a log that says nothing.
// Parse follows the directives that it meets; Begin tells it the one that is in force where a block begins, which the source of
// the block has followed (ingest.Header), for blocks of one log go to many Parsers. A line is an entry only with exactly as many
// columns, and dates and numbers where they belong (Parser.parseColumns).
//
// The unit of time-taken is nowhere in a log: milliseconds beside columns that only IIS has, seconds else (settleColumns). What IIS
// replaced by a plus stays one: application/problem+json has one of its own. Tomcat's backslashes stay as well.
//
// # Servers that do not escape
//
// Envoy and Traefik's common format write a quote as it came. Their targets have no blank, so all up to the first value in
// which a client can write one is certain: with Envoy's defaults method, path, status, flags, size and duration, with
// Traefik's method, path, status and size. What stands behind must fit to the end of the line, the server that was asked being
// one word; where a client wrote quotes of its own these fields are unknown, not wrong. In a format string of one's own that
// holds only if status, method and path come first, and Format.Warnings says so. HAProxy does not escape a captured
// cookie, which may have quotes but no blank, and the values of expressions without the flag E.
//
// What no reader can know: the number of headers that HAProxy captured, unless the lines that capture them are given with the
// format; the status that Traefik's common format has as "-"; the zone of HAProxy's %t and %tr, which is taken for UTC.
//
// # Sources
//
// Which fields there are, what they mean and how they are escaped: https://nginx.org/en/docs/http/ngx_http_log_module.html
// with src/http/modules/ngx_http_log_module.c, https://httpd.apache.org/docs/2.4/mod/mod_log_config.html with
// modules/loggers/mod_log_config.c and ap_escape_logitem in server/util.c, lighttpd's mod_accesslog, varnishncsa(1),
// https://docs.haproxy.org/3.0/configuration.html section 8 with src/log.c,
// https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage, Traefik's
// pkg/middlewares/accesslog, and for AWS and W3C logs the pages that aws.go and w3c.go name; for objects beside the presets, objectpresets.go.
package accesslog
