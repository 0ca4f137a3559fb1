package main_test

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const apacheConf = `
ServerRoot DIR
ServerName api.test
PidFile DIR/pid
ErrorLog DIR/error.log
DefaultRuntimeDir DIR
Mutex file:DIR
USER
Listen ADDRESS
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 16
LoadModule mpm_event_module MODULES/mod_mpm_event.so
LoadModule authn_core_module MODULES/mod_authn_core.so
LoadModule authn_file_module MODULES/mod_authn_file.so
LoadModule authz_core_module MODULES/mod_authz_core.so
LoadModule authz_user_module MODULES/mod_authz_user.so
LoadModule auth_basic_module MODULES/mod_auth_basic.so
LoadModule alias_module MODULES/mod_alias.so
LoadModule rewrite_module MODULES/mod_rewrite.so
LoadModule setenvif_module MODULES/mod_setenvif.so
LoadModule env_module MODULES/mod_env.so
LoadModule reqtimeout_module MODULES/mod_reqtimeout.so
LoadModule proxy_module MODULES/mod_proxy.so
LoadModule proxy_http_module MODULES/mod_proxy_http.so
RequestReadTimeout header=1
TraceEnable off
SetEnvIf Authorization . auth=1
LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"" combined
FORMAT
CustomLog DIR/combined.log combined
CustomLog DIR/contract.log contract
DocumentRoot DIR/docs
<Directory DIR/docs>
  Require all granted
</Directory>
Redirect 301 /old https://api.test/new
RewriteEngine On
RewriteRule ^/created$ - [R=201,L]
RewriteRule ^/gone$ - [R=410,L]
RewriteRule ^/406$ - [R=406,L]
RewriteRule ^/500$ - [R=500,L]
RewriteRule ^/503$ - [R=503,L]
<Location /forbidden>
  Require all denied
</Location>
<Location /private>
  AuthType Basic
  AuthName api
  AuthUserFile DIR/htpasswd
  Require valid-user
</Location>
Alias /private DIR/docs/file.txt
<Location /app>
  MaxRanges none
</Location>
ProxyPass /down DOWN/
ProxyPass /app/ UPSTREAM/app/
`

// Apache's directive as users paste it: a microsecond duration, and the facts as headers in and out.
const apacheFormat = `LogFormat "%h %l %u %t \"%r\" %>s %B %D \"%{Range}i\" \"%{If-None-Match}i\" \"%{Accept}i\" \"%{Location}o\" \"%{Allow}o\" %{auth}e \"%{User-Agent}i\"" contract`

// Apache escapes quotes with a backslash.
const apacheStatus = `"(?:[^"\\]|\\.)*" (\d{3}) [\d-]+ `

// startApache starts Debian's Apache with two logs of the same requests in the folder that it returns.
func startApache(t *testing.T, u *upstream) (dir, address string) {
	t.Helper()
	program, dir := need(t, "apache2"), openDir(t)
	address = "127.0.0.1:" + freePort(t)
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "docs/file.txt"), strings.Repeat("0123456789", 30))
	writeFile(t, filepath.Join(dir, "htpasswd"), "frank the \"tank\":{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n") // secret
	user := ""
	if os.Getuid() == 0 { // Apache refuses to serve as root
		user = "User #65534\nGroup #65534"
	}
	writeFile(t, filepath.Join(dir, "apache.conf"), strings.NewReplacer("USER", user, "DIR", dir, "FORMAT", apacheFormat, "ADDRESS", address,
		"MODULES", "/usr/lib/apache2/modules", "DOWN", "http://127.0.0.1:"+freePort(t), "UPSTREAM", u.URL).Replace(apacheConf))
	p := start(t, program, "-f", filepath.Join(dir, "apache.conf"), "-D", "FOREGROUND")
	await(t, "apache2", func() bool {
		if p.ended() {
			text, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Fatalf("apache2 ended: %v\n%s%s", p.err, &p.said, text)
		}
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, p.said.String)
	return dir, address
}

var apacheVisits = []visit{
	// 2XX
	{method: "GET", path: "/file.txt", status: "200", plain: documented},
	{method: "HEAD", path: "/file.txt", status: "200", plain: documented},
	{method: "GET", path: "/private", header: "User: frank the \"tank\":secret", status: "200", plain: documented},
	{method: "GET", path: "/app/200", header: "Range: bytes=0-9\nUser-Agent: x\" 500 0 \"-\" \"y\\", status: "200", plain: documented},
	{method: "POST", path: "/created", status: "201", plain: documented},
	{method: "PUT", path: "/app/201?location=/jobs/v2/1", status: "201", plain: documented},
	{method: "GET", path: "/created", status: "201", plain: violation},
	{method: "POST", path: "/app/202", status: "202", plain: documented},
	{method: "DELETE", path: "/app/204", status: "204", plain: undocumented},
	{method: "GET", path: "/file.txt", header: "Range: bytes=10-19", status: "206", plain: documented},
	{method: "POST", path: "/app/206", header: "Range: bytes=10-19", status: "206", plain: violation},
	{method: "GET", path: "/app/206", status: "206", plain: documented, facts: violation},

	// 3XX
	{method: "GET", path: "/old", status: "301", plain: documented},
	{method: "GET", path: "/file.txt", header: "If-None-Match: *", status: "304", plain: documented},
	{method: "GET", path: "/app/301", status: "301", plain: documented, facts: violation},

	// 4XX
	{method: "GET", path: "/private", status: "401", plain: documented},
	{method: "GET", path: "/private", header: "User: frank:wrong", status: "401", plain: documented},
	{method: "GET", path: "/forbidden", status: "403", plain: documented},
	{method: "GET", path: "/nothing?q=%22%20500", status: "404", plain: documented},
	{method: "PUT", path: "/file.txt", status: "405", plain: documented},
	{method: "TRACE", path: "/file.txt", status: "405", plain: documented},
	{method: "BREW", path: "/file.txt", status: "501", plain: undocumented},
	{method: "GET", path: "/406", header: "Accept: application/xml", status: "406", plain: documented},
	{method: "GET", path: "/gone", status: "410", plain: undocumented},

	// 5XX
	{method: "GET", path: "/500", status: "500", plain: undocumented},
	{method: "GET", path: "/503", status: "503", plain: undocumented},
	{method: "GET", path: "/down", status: "503", plain: undocumented},

	// what is no request
	{raw: "GARBAGE \" 200 0 \"\r\n\r\n", status: "400", plain: documented},
	{raw: "GET /a b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", status: "400", plain: documented},
	{raw: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\"\\ \xff\xfe\r\n", status: "400", plain: documented},
	{raw: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: "400", plain: documented},
}

// A real Apache under every kind of request: the counts are exactly the requests, live, from both of its logs.
func TestApache(t *testing.T) {
	t.Parallel()
	binary, u := build(t, "."), startUpstream(t)
	dir, address := startApache(t, u)
	combined, contract := filepath.Join(dir, "combined.log"), filepath.Join(dir, "contract.log")
	onCombined := startExporter(t, binary, "--access-log.path="+combined, "-f", "combined", "--access-log.from=beginning").ready(t)
	onContract := startExporter(t, binary, "--access-log.path="+contract, "-f", apacheFormat, "--access-log.from=beginning").ready(t)

	const times = 3
	plain, facts := payAll(t, apacheVisits, times, address, u)
	timeout := []visit{{raw: "GET /begun", status: "408", plain: undocumented}}
	timeoutPlain, timeoutFacts := payAll(t, timeout, 1, address, u)
	add(plain, timeoutPlain)
	add(facts, timeoutFacts)
	all := slices.Concat(slices.Repeat(apacheVisits, times), timeout)
	lines := logHas(t, combined, apacheStatus, all)
	logHas(t, contract, apacheStatus, all)

	t.Run("combined", func(t *testing.T) {
		s := onCombined.counted(t, lines)
		s.exactly(t, plain)
		bytesMatch(t, s, combined, `"(?:[^"\\]|\\.)*" \d{3} ([\d-]+) `)
		onCombined.stop(t)
	})
	t.Run("contract", func(t *testing.T) {
		s := onContract.counted(t, lines)
		s.exactly(t, facts)
		bytesMatch(t, s, contract, `"(?:[^"\\]|\\.)*" \d{3} ([\d-]+) `)
		if got := s.sum("httpstatus_response_duration_seconds_count"); int(got) != lines {
			t.Errorf("%v durations, want %d", got, lines)
		}
		onContract.stop(t)
	})
}
