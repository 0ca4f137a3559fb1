package contract

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	rows := []struct{ code, want string }{
		{"only_when: [{method: [PUT, POST]}]", "only when the method is PUT or POST"},
		{"only_when: [{method: [GET], request_header: {range: present}, severity: warning}]", "only when the method is GET and the request has Range (warning)"},
		{"only_when: [{auth: absent}, {auth: present, severity: info}]", "only when the request has no credentials; only when the request has credentials (info)"},
		{"only_when: [{documented_method: false}]", "only when the route does not document the method"},
		{"only_when: [{documented_method: true}]", "only when the route documents the method"},
		{"only_when: [{request_header: {accept: '/json/', if-match: absent}}]", "only when the request has Accept like /json/ and the request has no If-Match"},
		{"only_when: [{status: [101]}]", "only when the status is 101"},
		{"always_when: [{method: [GET], request_header: {range: present}, status: [2XX], severity: warning}]", "always 206 when the method is GET and the request has Range among 2XX answers (warning)"},
		{"always_when: [{status: [2XX, 3XX]}]", "always 206 among 2XX, 3XX answers"},
		{"sends: [{response_header: {www-authenticate: present}}, {body: empty}]", "sends WWW-Authenticate; sends no body"},
		{"sends: [{response_header: {location: absent}, body: present}]", "sends no Location and a body"},
	}
	for _, r := range rows {
		c, err := Parse("c.yaml", []byte("contract: v1\ncodes: {206: {"+r.code+"}}\n"))
		if err != nil {
			t.Fatalf("%s: %v", r.code, err)
		}
		if got := strings.Join(c.Codes[0].Words(), "; "); got != r.want {
			t.Errorf("%s\n got %s\nwant %s", r.code, got, r.want)
		}
	}
}
