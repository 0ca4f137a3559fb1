package main

import (
	"net/textproto"
	"strings"
)

// textHint is fieldHint for HAProxy, and for the formats of text that Envoy, Traefik, AWS's load balancers, CloudFront and IIS write; "" for others.
func textHint(server, fact string) string {
	switch server {
	case "HAProxy":
		return haproxyHint(fact)
	case "Envoy text":
		return envoyTextHint(fact)
	case "Traefik CLF":
		return "set accessLog.format: json in Traefik; its common format cannot be extended"
	case "AWS":
		return "the load balancer cannot be told to log it"
	case "W3C":
		return w3cHint(fact)
	case "CloudFront":
		return "CloudFront's standard logs do not have it"
	}
	return ""
}

// w3cHint names what to select in IIS. A header is logged by a custom field (IIS 8.5 and later), whose name is free: with this one it
// says which header it is. (IIS configuration reference, logFile/customFields)
func w3cHint(fact string) string {
	kind, header, _ := strings.Cut(fact, ".")
	name := textproto.CanonicalMIMEHeaderKey(header)
	switch kind {
	case "req":
		return "add to IIS's logFile/customFields: logFieldName=\"cs(" + name + ")\" sourceName=\"" + name + "\" sourceType=\"RequestHeader\""
	case "resp":
		return "add to IIS's logFile/customFields: logFieldName=\"sc(" + name + ")\" sourceName=\"" + name + "\" sourceType=\"ResponseHeader\""
	case "duration":
		return "select time-taken in IIS's W3C logging fields"
	case "method":
		return "select cs-method in IIS's W3C logging fields"
	case "body":
		return "IIS logs no size without the header in it"
	}
	return "IIS does not log " + fact
}

// haproxyHint: a header is logged where it is captured, and its place in the log is known from the same line of the configuration.
func haproxyHint(fact string) string {
	kind, header, _ := strings.Cut(fact, ".")
	name := textproto.CanonicalMIMEHeaderKey(header)
	switch kind {
	case "req":
		return "add capture request header " + name + " len 128 to the frontend, and give the frontend to -f"
	case "resp":
		return "add capture response header " + name + " len 128 to the frontend, and give the frontend to -f"
	case "auth":
		return "add http-request set-var(txn.auth) req.fhdr_cnt(authorization) to the frontend and %[var(txn.auth)] to its log-format, and give both to -f"
	case "upstream_status":
		return "add %ts to the log-format: the termination state tells who answered"
	case "duration":
		return "add %Ta to the log-format"
	case "method":
		return "add %{+Q}r to the log-format"
	case "body":
		return "HAProxy logs no size without the header in it"
	}
	return "HAProxy does not log " + fact
}

// envoyTextHint names the operator of Envoy's format string.
func envoyTextHint(fact string) string {
	kind, header, _ := strings.Cut(fact, ".")
	operator := map[string]string{
		"auth": "%REQ(AUTHORIZATION):6%", "upstream_status": `%RESPONSE_FLAGS% and "%UPSTREAM_HOST%"`, "duration": "%DURATION%", "body": "%BYTES_SENT%", "method": "%REQ(:METHOD)%",
	}[fact]
	switch kind {
	case "req":
		operator = `"%REQ(` + strings.ToUpper(header) + `)%"`
	case "resp":
		operator = `"%RESP(` + strings.ToUpper(header) + `)%"`
	}
	if operator == "" {
		return "Envoy does not log " + fact
	}
	return "add " + operator + " to the format string, and give it to -f verbatim"
}
