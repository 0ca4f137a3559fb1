package classify

import "testing"

// A null is a reason of its own.
func TestExplainSaysWhatTakesACodeAway(t *testing.T) {
	c := mustParse(t, `
contract: v1
codes: {200: OK, 404: Not there, 5XX: Ours}
routes:
  - match: GET /a
    codes: {404: null, 50X: null}
`)
	for status, want := range map[string]string{
		"404": "test.yaml:6:13 takes 404 away with null",
		"503": "test.yaml:6:24 takes 50X away with null",
		"418": "the contract has no entry for 418",
		"511": "by 5XX, in the codes of the page",
	} {
		if got := c.Explain(&Facts{Method: []byte("GET"), Target: []byte("/a"), Status: []byte(status)}).EntryWhy; got != want {
			t.Errorf("%s: %s, want %s", status, got, want)
		}
	}
}

// What the standard says stands beside its own notes, and beside what a contract asks beyond it.
func TestExplainTellsTheStandard(t *testing.T) {
	c := mustParse(t, `
contract: v1
codes:
  201: {only_when: [{id: created, method: [POST]}], sends: [{id: where, response_header: {Location: present}}]}
  206: {always_when: [{id: always, request_header: {Range: present}}]}
  304: {only_when: [{id: reading, method: [GET]}]}
  401: {only_when: [{id: stranger, auth: absent}]}
  403: {only_when: [{id: known, auth: present}]}
`)
	silent := mustParse(t, "contract: v1\nsource: {standard: none}\ncodes: {201: {only_when: [{id: created, method: [POST]}]}}\n")
	for _, tt := range []struct {
		c                  *Classifier
		status, id, wanted string
	}{
		{c, "201", "created", "RFC 9110, 15.3.2 has no such limit"},
		{c, "201", "where", ""},
		{c, "201", "always", "a server may ignore Range (RFC 9110, 14.2)"},
		{c, "206", "rfc-partial-needs-range", "RFC 9110: 206 answers a Range request (15.3.7)"},
		{c, "304", "reading", ""},
		{c, "401", "stranger", "RFC 9110, 15.5.2 has it for refused credentials too"},
		{c, "403", "known", "RFC 9110, 15.5.4 allows other reasons"},
		{silent, "201", "created", ""},
	} {
		found := false
		for _, e := range tt.c.Explain(&Facts{Method: []byte("GET"), Status: []byte(tt.status), Values: make([][]byte, len(tt.c.Fields()))}).Conditions {
			if e.ID == tt.id {
				found = true
				if e.Standard != tt.wanted {
					t.Errorf("%s of %s: %q, want %q", tt.id, tt.status, e.Standard, tt.wanted)
				}
			}
		}
		if !found {
			t.Errorf("%s does not ask %s", tt.status, tt.id)
		}
	}
}

// BenchmarkExplain is what explain costs a line of a large API: its rivals are looked for among all routes.
func BenchmarkExplain(b *testing.B) {
	c := mustNew(b, operations(b, 900))
	f := Facts{Method: []byte("GET"), Target: []byte("/v1/area0/7/things0"), Status: []byte("200"), Values: make([][]byte, len(c.Fields()))}
	for b.Loop() {
		c.Explain(&f)
	}
}
