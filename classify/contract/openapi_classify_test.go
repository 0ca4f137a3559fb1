package contract_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"httpstatus_exporter/classify"
	"httpstatus_exporter/classify/contract"
)

// TestOpenAPIVerdicts sends every documented answer of public documents through a classifier: each is documented, under
// its operation's template.
func TestOpenAPIVerdicts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "openapi", "v*"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range []string{"api.github.com.json", "twilio_api_v2010.json", "twilio_messaging_v1.yaml",
		"digitalocean/specification/DigitalOcean-public.v2.yaml", "redocly/oas2.yaml", "redocly/oas3.1.yaml", "redocly/oas3.2.yaml"} {
		files = append(files, filepath.Join("..", "..", "..", "shared", "openapi", filepath.FromSlash(file)))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if _, err := os.Stat(name); err != nil {
				t.Skipf("no %s beside the repository: %v", filepath.Base(name), err)
			}
			c, err := contract.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			classifier, err := classify.New(c)
			if err != nil {
				t.Fatal(err)
			}
			everyAnswer(t, c, classifier)
		})
	}
}

func everyAnswer(t *testing.T, c *contract.Contract, classifier *classify.Classifier) {
	t.Helper()
	expression := regexp.MustCompile(`\{[^{}]*\}`)
	answers := 0
	var v classify.Verdict
	for i, r := range c.Routes {
		target := expression.ReplaceAllString(r.Template, fmt.Sprintf("Zq%d", i))
		for _, code := range r.Codes {
			if contract.Precision(code.Pattern) == 0 {
				continue
			}
			status, _ := contract.Range(code.Pattern)
			f := classify.Facts{Method: []byte(r.Methods[0]), Target: []byte(target), Status: fmt.Append(nil, status), BodyBytes: -1,
				Values: make([][]byte, len(classifier.Fields()))}
			classifier.Classify(&f, &v)
			if label := classifier.Routes()[v.Route]; v.Kind != classify.Documented || v.Reason != classify.ReasonNone || label != r.Template {
				t.Errorf("%s %s %d: %s (%s), route %s", r.Methods[0], target, status, v.Kind, v.Reason, label)
			}
			answers++
		}
	}
	t.Logf("%d answers", answers)
}
