package contract

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestBuiltinsLoad(t *testing.T) {
	for _, name := range Builtins() {
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.Name != name || c.File != "builtin:"+name || len(c.Digest) != 64 || len(c.Routes) != 0 {
			t.Errorf("%s: name %s, file %s, digest %s, %d routes", name, c.Name, c.File, c.Digest, len(c.Routes))
		}
	}
}

// The page lists twelve codes; the contract has their words.
func TestAgaveIsThePage(t *testing.T) {
	c, err := Load("agave")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, code := range c.Codes {
		got = append(got, code.Pattern+" "+code.Meaning)
	}
	want := []string{"200 Success", "201 Created", "202 Accepted", "206 Partial Content", "301 Moved Permanently",
		"304 Not Modified", "400 Bad request", "401 Unauthorized", "403 Forbidden", "404 Not found",
		"405 Method Not Allowed", "406 Not Acceptable"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// The built-in contract is the agreed one, without its optional routes.
func TestAgaveIsAgreed(t *testing.T) {
	data, err := os.ReadFile(shared(t, "contract/agave.contract.yaml"))
	if err != nil {
		t.Skip("the agreed contract is not here: ", err)
	}
	agreed, err := Parse("builtin:agave", data)
	if err != nil {
		t.Fatal(err)
	}
	built, err := Load("agave")
	if err != nil {
		t.Fatal(err)
	}
	agreed.Routes, agreed.Digest = nil, built.Digest
	if !reflect.DeepEqual(built, agreed) {
		t.Errorf("built in  %+v\nagreed on %+v", built, agreed)
	}
}

func TestRFC9110HasTheRegistry(t *testing.T) {
	c, err := Load("rfc9110")
	if err != nil {
		t.Fatal(err)
	}
	registered := registry[:]
	if len(c.Codes) != len(registered) {
		t.Fatalf("%d codes, registered are %d", len(c.Codes), len(registered))
	}
	for i, r := range registered {
		code := c.Codes[i]
		if first, _ := Range(code.Pattern); first != r.Code || code.Meaning != r.Phrase || !strings.Contains(code.Description, r.Source) {
			t.Errorf("%s %q (%q), registered as %d %q in %s", code.Pattern, code.Meaning, code.Description, r.Code, r.Phrase, r.Source)
		}
	}
}

func TestRegistryOrder(t *testing.T) {
	if !slices.IsSortedFunc(registry[:], func(a, b Registration) int { return a.Code - b.Code }) {
		t.Error("the registry is searched by bisection: it must be in order")
	}
	for code, want := range map[int]string{200: "OK", 413: "Content Too Large", 599: "", 104: "Upload Resumption Supported"} {
		if got := Phrase(code, nil); got != want {
			t.Errorf("%d is %q, want %q", code, got, want)
		}
	}
}

// A pack names a code only where it was chosen, and the registry goes before every pack.
func TestPhraseOfPacks(t *testing.T) {
	for _, row := range []struct {
		code  int
		packs []string
		want  string
	}{
		{499, nil, ""},
		{499, []string{"nginx"}, "Client Closed Request"},
		{499, []string{"esri", "nginx"}, "Token Required"},
		{530, []string{"pantheon"}, "Site is frozen"},
		{460, []string{"aws"}, "Client closed the connection"},
		{508, []string{"cpanel"}, "Loop Detected"},
	} {
		if got := Phrase(row.code, row.packs); got != row.want {
			t.Errorf("%d with %v is %q, want %q", row.code, row.packs, got, row.want)
		}
	}
}

// The rows agree with the collection that they were taken from.
func TestVendorCodesAgree(t *testing.T) {
	data, err := os.ReadFile(shared(t, "contract/vendor_codes.yaml"))
	if err != nil {
		t.Skip("the collection of vendor codes is not here: ", err)
	}
	var rows []struct {
		Code, Vendor, By string
		Sent             bool
	}
	if err := yaml.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(vendorCodes) {
		t.Errorf("%d rows, the collection has %d", len(vendorCodes), len(rows))
	}
	for _, row := range rows {
		if !slices.ContainsFunc(vendorCodes[:], func(v VendorCode) bool {
			return v.Token == row.Code && v.Vendor == row.Vendor && v.By == row.By && v.Sent == row.Sent
		}) {
			t.Errorf("%+v is missing", row)
		}
	}
}

// shared is the path of a file beside the repository.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := "."
	for range 8 {
		if _, err := os.Stat(dir + "/go.mod"); err == nil {
			return dir + "/../shared/" + name
		}
		dir += "/.."
	}
	t.Fatal("no go.mod above")
	return ""
}
