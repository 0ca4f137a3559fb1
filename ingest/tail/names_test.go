package tail

import "testing"

func TestRotatedNames(t *testing.T) {
	tests := []struct {
		base, name string
		rotated    bool
	}{
		{"access.log", "access.log.1", true},
		{"access.log", "access.log.12.gz", true},
		{"access.log", "access.log-20260731", true},
		{"access.log", "access.log-20260731.zst", true},
		{"access.log", "access.log-20260731-1785456000.gz", true},
		{"access.log", "access.log.2026-07-31T10:00:00Z", true},
		{"access.log", "access.log.31-Jul-2026", true},
		{"access.log", "access.log.old", true},
		{"access.log", "access.log.1.bak", true},
		{"access.log", "access.log~", true},
		{"access.log", "access-20260731.log", true}, // logrotate's extension
		{"access.log", "access.1.log.gz", true},
		{"0.log", "0.log.20260731-100000", true}, // kubelet
		{"0.log", "0.log.20260731-100000.gz", true},
		{"current", "@400000006a1d3c0b2f1b9c5c.s", true}, // svlogd
		{"current", "@400000006a1d3c0b2f1b9c5c.u", true},
		{"current", "@400000006a1d3c0b2f1b9c5c.t", false},
		{"access.log", "@400000006a1d3c0b2f1b9c5c.s", false},
		{"access.log", "access.log", false},
		{"access.log", "access.log.json", false},
		{"access.log", "access.log.json.1", false},
		{"access.log", "access-api.log", false},
		{"access.log", "access-api.log.1", false},
		{"access.log", "access.log.1.tmp", false},
		{"access.log", "access.log.swp", false},
		{"access.log", "access.logs", false},
		{"access.log", "error.log.1", false},
		{"0.log", "1.log", false}, // unless a link is followed
	}
	for _, tt := range tests {
		d := dir{bases: map[string]*followed{tt.base: {}}}
		if got := d.rotatedFrom(tt.name) != nil; got != tt.rotated {
			t.Errorf("%s beside %s: rotated %v, want %v", tt.name, tt.base, got, tt.rotated)
		}
	}
	d := dir{bases: map[string]*followed{"0.log": {}}, shapes: map[string]*followed{"0.log": {}}}
	for _, name := range []string{"12.log", "12.log.20260731-100000", "12.log.20260731-100000.gz", "12-20260731.log"} {
		if d.rotatedFrom(name) == nil {
			t.Errorf("%s beside 0.log, which a link names: not found", name)
		}
	}
	d = dir{name: "logs", glob: "logs/*.log", bases: map[string]*followed{"a.log": {}}}
	for name, want := range map[string]string{"b.log.1": "logs/b.log", "b-20260731.log.gz": "logs/b.log", "b.txt.1": ""} {
		got := ""
		if p := d.rotatedFrom(name); p != nil {
			got = p.name
		}
		if got != want {
			t.Errorf("%s beside logs that a glob matches is rotated from %q, want %q", name, got, want)
		}
	}
}
