package accesslog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

const (
	timedFormat = `log_format timed '$host $remote_addr - $remote_user [$time_iso8601] "$request" $status $bytes_sent rt=$request_time urt="$upstream_response_time" uct="$upstream_connect_time" us="$upstream_status" "$http_referer" "$http_user_agent" $server_name:$server_port';`
	jsonFormat  = `log_format json_ok escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","remote_user":"$remote_user","method":"$request_method","uri":"$request_uri","args":"$args","request":"$request","status":$status,"body_bytes_sent":$body_bytes_sent,"bytes_sent":$bytes_sent,"request_time":$request_time,"upstream_response_time":"$upstream_response_time","host":"$host","referer":"$http_referer","user_agent":"$http_user_agent","proto":"$server_protocol"}';`
)

// combinedLines returns about size bytes of nginx combined lines, 223 bytes each in the mean, of which one in a thousand is
// odd: no request, a TLS hello, an HTTP/2 preface, a user agent that is a log line.
func combinedLines(size int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	odd := []string{
		`"-" 408 0 "-" "-"`,
		`"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\x22\x5C\x22quoted" 400 157 "-" "-"`,
		`"PRI * HTTP/2.0" 400 157 "-" "-"`,
		`"GET /a b/c HTTP/1.1" 200 60 "-" "[01/Jan/2020:00:00:00 +0000] \x22GET / HTTP/1.1\x22 500 1"`,
	}
	methods := []string{"GET", "GET", "GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD"}
	statuses := []int{200, 200, 200, 200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 500}
	var b bytes.Buffer
	for b.Len() < size {
		fmt.Fprintf(&b, `%d.%d.%d.%d - - [%02d/Nov/2026:%02d:%02d:%02d +0000] `, 10+rnd.IntN(200), rnd.IntN(256), rnd.IntN(256), rnd.IntN(256), 1+rnd.IntN(28), rnd.IntN(24), rnd.IntN(60), rnd.IntN(60))
		if rnd.IntN(1000) == 0 {
			b.WriteString(odd[rnd.IntN(len(odd))] + "\n")
			continue
		}
		fmt.Fprintf(&b, `"%s /jobs/v2/%016x?pretty=true&limit=%d HTTP/1.1" %d %d "https://public.example.org/apps" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1%d.0.0.0"`+"\n",
			methods[rnd.IntN(len(methods))], rnd.Uint64(), rnd.IntN(200), statuses[rnd.IntN(len(statuses))], rnd.IntN(100000), rnd.IntN(100))
	}
	return b.Bytes()
}

// jsonLines returns about size bytes of lines of jsonFormat, 475 bytes each in the mean.
func jsonLines(size int) []byte {
	rnd := rand.New(rand.NewPCG(3, 4))
	statuses := []int{200, 200, 200, 200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 500}
	var b bytes.Buffer
	for b.Len() < size {
		uri := fmt.Sprintf("/jobs/v2/%016x", rnd.Uint64())
		fmt.Fprintf(&b, `{"time":"2026-11-22T13:37:%02d+00:00","remote_addr":"192.0.2.%d","remote_user":"","method":"GET","uri":"%s?p=1","args":"p=1","request":"GET %s?p=1 HTTP/1.1","status":%d,"body_bytes_sent":%d,"bytes_sent":%d,"request_time":0.%03d,"upstream_response_time":"0.001","host":"api.example.org","referer":"","user_agent":"evil \"quoted\" (X11; Linux x86_64) AppleWebKit/537.36","proto":"HTTP/1.1"}`+"\n",
			rnd.IntN(60), rnd.IntN(256), uri, uri, statuses[rnd.IntN(len(statuses))], rnd.IntN(100000), rnd.IntN(100000), rnd.IntN(1000))
	}
	return b.Bytes()
}

// haproxyLines, envoyLines and albLines return about size bytes of lines as those servers write them.
func haproxyLines(size int) []byte {
	return serverLines(size, func(b *bytes.Buffer, rnd *rand.Rand, status int) {
		fmt.Fprintf(b, `<134>Nov 22 13:43:%02d lb1 haproxy[2545]: 192.0.2.%d:%d [22/Nov/2026:13:43:%02d.%03d] web be/s%d 0/0/1/%d/%d %d %d - - ---- 3/1/1/0/0 0/0 {%08x|curl/8.0} {} "GET /jobs/v2/%016x?pretty=true HTTP/1.1"`+"\n",
			rnd.IntN(60), rnd.IntN(256), 1024+rnd.IntN(60000), rnd.IntN(60), rnd.IntN(1000), rnd.IntN(9), rnd.IntN(100), rnd.IntN(200), status, rnd.IntN(100000), rnd.Uint32(), rnd.Uint64())
	})
}

func envoyLines(size int) []byte {
	return serverLines(size, func(b *bytes.Buffer, rnd *rand.Rand, status int) {
		fmt.Fprintf(b, `[2026-11-22T13:43:%02d.%03dZ] "GET /jobs/v2/%016x?pretty=true HTTP/1.1" %d - 0 %d %d %d "192.0.2.%d" "Mozilla/5.0 (X11; Linux x86_64)" "d209e46f-9ed5-9b61-bbdd-%012x" "api.example.org" "10.0.0.%d:80"`+"\n",
			rnd.IntN(60), rnd.IntN(1000), rnd.Uint64(), status, rnd.IntN(100000), rnd.IntN(200), rnd.IntN(100), rnd.IntN(256), rnd.Uint32(), rnd.IntN(256))
	})
}

func albLines(size int) []byte {
	return serverLines(size, func(b *bytes.Buffer, rnd *rand.Rand, status int) {
		fmt.Fprintf(b, `https 2026-11-22T13:43:%02d.%06dZ app/api/50dc6c495c0c9188 192.0.2.%d:2817 10.0.0.1:80 0.000 0.%03d 0.000 %d %d 225 %d "GET https://api.example.org:443/jobs/v2/%016x?pretty=true HTTP/1.1" "Mozilla/5.0 (X11; Linux x86_64)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/api/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "api.example.org" "-" 0 2026-11-22T13:43:00.000000Z "forward" "-" "-" "10.0.0.1:80" "%d" "-" "-"`+"\n",
			rnd.IntN(60), rnd.IntN(1000000), rnd.IntN(256), rnd.IntN(1000), status, status, rnd.IntN(100000), rnd.Uint64(), status)
	})
}

func serverLines(size int, line func(b *bytes.Buffer, rnd *rand.Rand, status int)) []byte {
	rnd := rand.New(rand.NewPCG(5, 6))
	statuses := []int{200, 200, 200, 200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 500}
	var b bytes.Buffer
	for b.Len() < size {
		line(&b, rnd, statuses[rnd.IntN(len(statuses))])
	}
	return b.Bytes()
}

// keyedFormat reads the lines of jsonFormat by their keys.
const keyedFormat = "json status=status method=method target=uri bytes=body_bytes_sent duration_s=request_time host=host time=time protocol=proto req.user-agent=user_agent"

// caddyLines returns about size bytes of Caddy's access log, 700 bytes a line in the mean.
func caddyLines(size int) []byte {
	rnd := rand.New(rand.NewPCG(5, 6))
	statuses := []int{200, 200, 200, 200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 500, 0}
	var b bytes.Buffer
	for b.Len() < size {
		fmt.Fprintf(&b, `{"level":"info","ts":1795355372.%d,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"192.0.2.%d","remote_port":"32870","client_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET","host":"api.example.org","uri":"/jobs/v2/%016x?p=1","headers":{"User-Agent":["evil \"quoted\" (X11; Linux x86_64) AppleWebKit/537.36"],"Accept":["text/html,application/xhtml+xml"],"Accept-Encoding":["gzip, br"],"Authorization":["REDACTED"],"Referer":["https://public.example.org/apps"]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":"api.example.org"}},"bytes_read":0,"user_id":"","duration":0.00%d,"size":%d,"status":%d,"resp_headers":{"Server":["Caddy"],"Content-Type":["application/json"],"Content-Length":["27"]}}`+"\n",
			1000000+rnd.IntN(100000), rnd.IntN(256), rnd.Uint64(), rnd.IntN(100000), rnd.IntN(100000), statuses[rnd.IntN(len(statuses))])
	}
	return b.Bytes()
}

// BenchmarkNewlines is the yardstick: all that is faster does not look at each byte.
func BenchmarkNewlines(b *testing.B) {
	data := combinedLines(1 << 20)
	lines := 0
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		lines = eachLine(data, func([]byte) {})
	}
	perLine(b, lines)
}

func BenchmarkHAProxy(b *testing.B) {
	benchmarkParse(b, "haproxy", haproxyLines(1<<20), "termination_state")
}
func BenchmarkEnvoy(b *testing.B) {
	benchmarkParse(b, "envoy", envoyLines(1<<20), "response_flags", "upstream_host")
}
func BenchmarkALB(b *testing.B) { benchmarkParse(b, "alb", albLines(1<<20), "upstream_status") }
func BenchmarkIIS(b *testing.B) {
	benchmarkParse(b, "iis", bytes.Repeat([]byte(iisLine+"\n"), 10_000))
}
func BenchmarkCombined(b *testing.B)   { benchmarkParse(b, "combined", combinedLines(1<<20)) }
func BenchmarkAuto(b *testing.B)       { benchmarkParse(b, "auto", combinedLines(1<<20)) }
func BenchmarkJSON(b *testing.B)       { benchmarkParse(b, jsonFormat, jsonLines(1<<20)) }
func BenchmarkKeyedJSON(b *testing.B)  { benchmarkParse(b, keyedFormat, jsonLines(1<<20)) }
func BenchmarkCommonJSON(b *testing.B) { benchmarkParse(b, "json", jsonLines(1<<20)) }
func BenchmarkCaddyJSON(b *testing.B)  { benchmarkParse(b, "caddy", caddyLines(1<<20)) }
func BenchmarkCaddyFacts(b *testing.B) {
	benchmarkParse(b, "caddy", caddyLines(1<<20), "auth", "req.range", "req.accept", "resp.location")
}
func BenchmarkAutoHost(b *testing.B) { benchmarkParse(b, "auto", combinedLines(1<<20), "host", "time") }
func BenchmarkReferer(b *testing.B) {
	benchmarkParse(b, "combined", combinedLines(1<<20), "req.referer")
}
func BenchmarkUserAgent(b *testing.B) {
	benchmarkParse(b, jsonFormat, jsonLines(1<<20), "req.user-agent")
}

// benchmarkParse finds the lines and parses them. An unmatched line is an error: it would be cheap.
func benchmarkParse(b *testing.B, format string, data []byte, fields ...string) {
	f, err := Compile(format)
	if err != nil {
		b.Fatal(err)
	}
	p := f.NewParser(fields)
	var e Entry
	lines, failed := 0, 0
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		lines = eachLine(data, func(line []byte) {
			if p.Parse(line, &e) != None {
				failed++
			}
		})
	}
	if failed > 0 {
		b.Fatalf("%d lines are no entries", failed)
	}
	perLine(b, lines)
}

func perLine(b *testing.B, lines int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
}

func eachLine(data []byte, f func(line []byte)) (lines int) {
	for len(data) > 0 {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			break
		}
		f(data[:i])
		data = data[i+1:]
		lines++
	}
	return lines
}

// BenchmarkGarbage reads text that is no log: what a wrong path costs.
func BenchmarkGarbage(b *testing.B) {
	const chars = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "[]{}:/-`
	rnd := rand.New(rand.NewPCG(1, 2))
	lines := make([][]byte, 1000)
	for i := range lines {
		for range 220 {
			lines[i] = append(lines[i], chars[rnd.IntN(len(chars))])
		}
	}
	for _, format := range []string{"auto", "combined", "haproxy", "json"} {
		b.Run(format, func(b *testing.B) {
			p := mustCompile(b, format).NewParser(nil)
			var e Entry
			for i := 0; b.Loop(); i++ {
				if reason := p.Parse(lines[i%len(lines)], &e); reason == None {
					b.Fatalf("%q is an entry", lines[i%len(lines)])
				}
			}
		})
	}
}
