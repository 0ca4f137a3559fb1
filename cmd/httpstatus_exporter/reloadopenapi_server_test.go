package main_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReloadOfReferredFile changes a file that an OpenAPI document refers to, below a running exporter: the counters go on,
// the digest is another, and a reference that leads in a circle is named where it stands and changes nothing.
func TestReloadOfReferredFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, document, parts := filepath.Join(dir, "a.log"), filepath.Join(dir, "openapi.yaml"), filepath.Join(dir, "parts.yaml")
	writeFile(t, document, "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths:\n  /x: {$ref: 'parts.yaml#/x'}\n")
	writeFile(t, parts, "x: {get: {responses: {'200': {description: Fine}}}}\n")
	appendLines(t, log, "200", 10)
	appendLines(t, log, "503", 3)
	e := startExporter(t, build(t, "."), "--api.contract="+document, "--access-log.path="+log, "-f", "combined", "--access-log.from=beginning").ready(t)
	reload := func(what string) samples {
		t.Helper()
		before := strings.Count(e.said.String(), what)
		e.cmd.Process.Signal(syscall.SIGHUP)
		await(t, what, func() bool { return strings.Count(e.said.String(), what) > before }, e.said.String)
		s, err := e.scrape()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	digest := func(s samples) string {
		for _, x := range s {
			if x.name == "httpstatus_contract_info" {
				return x.labels["digest"]
			}
		}
		return ""
	}
	first := e.counted(t, 13)

	writeFile(t, parts, "x: {get: {responses: {'200': {description: Fine}, '503': {description: Later}}}}\n")
	second := reload("msg=Reloaded")
	if a, b := digest(first), digest(second); a == b || b == "" {
		t.Errorf("digest %q before, %q after", a, b)
	}
	appendLines(t, log, "503", 2)
	s := e.counted(t, 15)

	writeFile(t, parts, "x: {get: {responses: {'200': {$ref: '#/y'}}}}\ny: {$ref: '#/y'}\n")
	s2 := reload("Reload failed, the old configuration goes on")
	if !strings.Contains(e.said.String(), "parts.yaml:2:11") || s2.sum("httpstatus_exporter_config_last_reload_successful") != 0 {
		t.Errorf("the failed reload does not say where, or not that it failed:\n%s", &e.said)
	}
	for _, s := range []samples{s, s2} {
		for _, want := range []struct {
			labels []string
			value  float64
		}{
			{[]string{"code", "200", "verdict", "documented"}, 10},
			{[]string{"code", "503", "verdict", "undocumented"}, 3},
			{[]string{"code", "503", "verdict", "documented"}, 2},
		} {
			if n := s.sum("httpstatus_responses_total", append(want.labels, "route", "/x")...); n != want.value {
				t.Errorf("%v: %v responses, want %v", want.labels, n, want.value)
			}
		}
	}
	e.stop(t)
}
