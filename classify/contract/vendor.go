package contract

import "slices"

// A VendorCode is a status token that servers log and the IANA registry does not know. The same number means different
// things to different vendors, so a contract chooses its packs; nothing here is ever guessed.
type VendorCode struct {
	Vendor  string // name of the pack
	Token   string // as logged: "499", "-", "000"
	Meaning string
	By      string // who writes it: "server", "proxy", "client" (it went away) or "app"
	Sent    bool   // a client received this status

	number int // of Token; 0 where it is no number
}

// vendorCodes come from the servers' own sources and documents; nginx logs 494 to 497 as 400 unless it is patched.
var vendorCodes = [...]VendorCode{
	{"apache", "-", "No status", "server", false, 0},
	{"traefik", "-", "No status", "proxy", false, 0},
	{"aws-alb", "-", "Target sent no response", "proxy", false, 0},
	{"envoy", "0", "Response never begun, client gone", "client", false, 0},
	{"traefik", "0", "Response never begun", "client", false, 0},
	{"caddy", "0", "Client disconnected (versions before June 2026)", "client", false, 0},
	{"nginx", "000", "No status was set", "server", false, 0},
	{"cloudfront", "000", "Viewer closed before the response", "client", false, 0},
	{"aws-alb", "000", "Connection closed with GOAWAY", "proxy", false, 0},
	{"nginx", "009", "HTTP/0.9 response (has no status)", "server", false, 0},
	{"haproxy", "-1", "Client aborted during the request", "client", false, 0},
	{"laravel", "419", "Page Expired", "app", true, 419},
	{"twitter", "420", "Enhance Your Calm", "app", true, 420},
	{"spring", "420", "Method Failure", "app", true, 420},
	{"shopify", "430", "Security Rejection", "app", true, 430},
	{"iis", "440", "Login Time-out", "app", true, 440},
	{"nginx", "444", "Connection closed without response", "server", false, 444},
	{"iis", "449", "Retry With", "app", true, 449},
	{"microsoft", "450", "Blocked by Windows Parental Controls", "proxy", true, 450},
	{"aws-alb", "460", "Client closed the connection", "client", false, 460},
	{"aws-alb", "463", "Too many X-Forwarded-For addresses", "proxy", true, 463},
	{"aws-alb", "464", "Incompatible protocol version", "proxy", true, 464},
	{"nginx", "494", "Request header too large", "server", false, 494},
	{"nginx", "495", "Client certificate error", "server", false, 495},
	{"nginx", "496", "No client certificate", "server", false, 496},
	{"nginx", "497", "Plain HTTP sent to HTTPS port", "server", false, 497},
	{"nginx", "498", "Invalid host name", "server", false, 498},
	{"esri", "498", "Invalid Token", "app", true, 498},
	{"nginx", "499", "Client Closed Request", "client", false, 499},
	{"cloudflare", "499", "Client Closed Request", "client", false, 499},
	{"traefik", "499", "Client Closed Request", "client", false, 499},
	{"caddy", "499", "Client Closed Request", "client", false, 499},
	{"skipper", "499", "Client Closed Request", "client", false, 499},
	{"esri", "499", "Token Required", "app", true, 499},
	{"grpc", "499", "Cancelled", "app", true, 499},
	{"cpanel", "508", "Resource Limit Is Reached", "server", true, 508},
	{"cpanel", "509", "Bandwidth Limit Exceeded", "server", true, 509},
	{"cloudflare", "520", "Web server returns an unknown error", "proxy", true, 520},
	{"cloudflare", "521", "Web server is down", "proxy", true, 521},
	{"cloudflare", "522", "Connection timed out", "proxy", true, 522},
	{"cloudflare", "523", "Origin is unreachable", "proxy", true, 523},
	{"cloudflare", "524", "A timeout occurred", "proxy", true, 524},
	{"cloudflare", "525", "SSL handshake failed", "proxy", true, 525},
	{"cloudflare", "526", "Invalid SSL certificate", "proxy", true, 526},
	{"cloudflare", "527", "Railgun error", "proxy", true, 527},
	{"cloudflare", "530", "Error 1xxx follows", "proxy", true, 530},
	{"mimir", "529", "Rate limited", "app", true, 529},
	{"qualys", "529", "Site is overloaded", "app", true, 529},
	{"pantheon", "530", "Site is frozen", "proxy", true, 530},
	{"shopify", "530", "Origin DNS Error", "proxy", true, 530},
	{"shopify", "540", "Temporarily Disabled", "app", true, 540},
	{"aws-alb", "561", "Unauthorized by the identity provider", "proxy", true, 561},
	{"mimir", "598", "Client too slow sending the request", "app", true, 598},
	{"proxies", "598", "Network read timeout error", "proxy", true, 598},
	{"proxies", "599", "Network connect timeout error", "proxy", true, 599},
	{"shopify", "783", "Unexpected Token", "app", true, 783},
	{"linkedin", "999", "Request denied", "app", true, 999},
}

// packs maps the name of a pack that joins several to them.
var packs = map[string][]string{"aws": {"aws-alb", "cloudfront"}}

// Vendors returns the names of the vendor packs, in order.
func Vendors() []string {
	names := sortedKeys(packs)
	for _, v := range vendorCodes {
		names = append(names, v.Vendor)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// VendorCodes returns the rows of one pack.
func VendorCodes(pack string) []VendorCode {
	var rows []VendorCode
	for _, v := range vendorCodes {
		if v.Vendor == pack || slices.Contains(packs[pack], v.Vendor) {
			rows = append(rows, v)
		}
	}
	return rows
}
