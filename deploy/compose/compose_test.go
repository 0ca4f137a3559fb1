// Package compose holds the tests of the compose file and of what it mounts.
package compose

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"httpstatus_exporter/ingest/accesslog"
	"httpstatus_exporter/metrics/promtest"
)

type service struct {
	Image     string
	Build     struct{ Context, Dockerfile string }
	Command   []string
	Volumes   []string
	DependsOn []string `yaml:"depends_on"`
	Ports     []string
}

type compose struct {
	Services map[string]service
	Volumes  map[string]any
}

func load(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func loadCompose(t *testing.T) (c compose) {
	t.Helper()
	load(t, "compose.yml", &c)
	if len(c.Services) == 0 {
		t.Fatal("no services")
	}
	return c
}

// mounts gives the files and folders of the repository that a service sees, by their path in the container.
func (s service) mounts() map[string]string {
	m := map[string]string{}
	for _, v := range s.Volumes {
		parts := strings.Split(v, ":")
		if strings.HasPrefix(parts[0], ".") {
			m[parts[1]] = parts[0]
		}
	}
	return m
}

func TestEverythingMountedExists(t *testing.T) {
	c := loadCompose(t)
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			parts := strings.Split(v, ":")
			if strings.HasPrefix(parts[0], ".") {
				if _, err := os.Stat(parts[0]); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if len(parts) != 3 || parts[2] != "ro" {
					t.Errorf("%s: %s can be written by the container", name, parts[0])
				}
			} else if _, ok := c.Volumes[parts[0]]; !ok {
				t.Errorf("%s: volume %s is not declared", name, parts[0])
			}
		}
		for _, other := range s.DependsOn {
			if _, ok := c.Services[other]; !ok {
				t.Errorf("%s depends on %s, which is no service", name, other)
			}
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, port)
			}
		}
		if s.Image == "" {
			if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if tag := s.Image[strings.LastIndex(s.Image, ":")+1:]; !strings.ContainsAny(tag, "0123456789") {
			t.Errorf("%s: image %s has no version", name, s.Image)
		}
	}
}

// container copies what a service mounts to a folder, at the paths that it has in the container.
func container(t *testing.T, name string) string {
	t.Helper()
	root := t.TempDir()
	for inside, outside := range loadCompose(t).Services[name].mounts() {
		text, err := os.ReadFile(outside)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, inside)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// program finds a program that may be in a folder for administrators.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	promtest.Missing(t, name+" is not installed")
	return ""
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestPrometheusReadsItsConfiguration(t *testing.T) {
	tool := promtest.Require(t, "promtool")
	out := run(t, tool.Path, "check", "config", filepath.Join(container(t, "prometheus"), "etc/prometheus/prometheus.yml"))
	if !regexp.MustCompile(`SUCCESS: [0-9]+ rules found`).MatchString(out) {
		t.Errorf("Prometheus found no rules:\n%s", out)
	}
	var config struct {
		ScrapeConfigs []struct {
			StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	load(t, "prometheus/prometheus.yml", &config)
	target := config.ScrapeConfigs[0].StaticConfigs[0].Targets[0]
	name, port, _ := strings.Cut(target, ":")
	if s, ok := loadCompose(t).Services[name]; !ok || !slices.Contains(s.Ports, fmt.Sprintf("127.0.0.1:%[1]s:%[1]s", port)) {
		t.Errorf("%s is scraped and is no service with this port", target)
	}
}

func TestAlertmanagerReadsItsConfiguration(t *testing.T) {
	amtool := program(t, "amtool")
	config := filepath.Join(container(t, "alertmanager"), "etc/alertmanager/alertmanager.yml")
	if out := run(t, amtool, "check-config", config); !strings.Contains(out, "1 templates") {
		t.Errorf("Alertmanager found no template:\n%s", out)
	}
	for severity, want := range map[string]string{"critical": "page", "warning": "ticket", "info": "nobody"} {
		out, err := exec.Command(amtool, "config", "routes", "test", "--config.file="+config, "alertname=HTTPStatusX", "severity="+severity).Output()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("severity %s goes to %s (%v), want %s", severity, out, err, want)
		}
	}
}

func TestNotificationSaysWhatAndWhere(t *testing.T) {
	amtool := program(t, "amtool")
	data := filepath.Join(t.TempDir(), "data.json")
	const alert = `{"status": "firing", "commonLabels": {"severity": "critical", "api": "shop"}, "commonAnnotations": {"summary": "Most responses of an API are errors."},
		"alerts": [{"status": "firing", "startsAt": "2026-01-02T03:04:05Z", "generatorURL": "http://localhost:9090/graph", "annotations": {
		"summary": "Most responses of an API are errors.", "description": "97% of <shop>.",
		"runbook_url": "metrics/runbook.md#httpstatusoutage", "dashboard_url": "/d/httpstatus-overview?var-api=shop"}}]}`
	if err := os.WriteFile(data, []byte(alert), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, parts := range map[string][]string{
		"subject": {"[critical] shop: Most responses of an API are errors."},
		"html": {"<b>Most responses of an API are errors.</b>", "97% of &lt;shop&gt;.", `href="http://localhost:3000/d/httpstatus-overview?var-api=shop"`,
			`/metrics/runbook.md#httpstatusoutage"`},
	} {
		args := []string{"template", "render", "--template.glob=alertmanager/httpstatus.tmpl", "--template.data=" + data,
			fmt.Sprintf(`--template.text={{ template "httpstatus.%s" . }}`, name)}
		if name == "html" {
			args = append(args, "--template.type=html")
		}
		out := run(t, amtool, args...)
		for _, part := range parts {
			if !strings.Contains(out, part) {
				t.Errorf("%s lacks %s:\n%s", name, part, out)
			}
		}
	}
}

func TestInhibitionNamesAlerts(t *testing.T) {
	rules, err := os.ReadFile("../../metrics/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile("alertmanager/alertmanager.yml")
	if err != nil {
		t.Fatal(err)
	}
	matchers := regexp.MustCompile(`alertname=~?"HTTPStatus([^"]*)"`).FindAllStringSubmatch(string(config), -1)
	if len(matchers) == 0 {
		t.Fatal("no alert is named")
	}
	for _, m := range matchers {
		for _, suffix := range regexp.MustCompile(`[A-Za-z]+`).FindAllString(m[1], -1) {
			if !strings.Contains(string(rules), "alert: HTTPStatus"+suffix+"\n") {
				t.Errorf("inhibition names HTTPStatus%s, which is no alert", suffix)
			}
		}
	}
}

func TestNginxReadsItsConfiguration(t *testing.T) {
	nginx := program(t, "nginx")
	dir := container(t, "nginx")
	config := filepath.Join(dir, "etc/nginx/nginx.conf")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	// Only the paths differ from the container's.
	local := strings.ReplaceAll(string(text), "/var/log/api/", dir+"/")
	if err := os.WriteFile(config, []byte(local), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, nginx, "-t", "-q", "-p", dir, "-c", config, "-g", "pid "+dir+"/pid; error_log stderr;")
}

func TestExporterReadsWhatNginxWrites(t *testing.T) {
	var config struct {
		APIs []struct {
			AccessLogs []struct{ Path, Format string } `yaml:"access_logs"`
		}
	}
	load(t, "exporter.yml", &config)
	log := config.APIs[0].AccessLogs[0]
	text, err := os.ReadFile("nginx/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	directive := regexp.MustCompile(`(?s)log_format contract.*?;\n`).FindString(string(text))
	if strings.Join(strings.Fields(directive), " ") != strings.Join(strings.Fields(log.Format), " ") {
		t.Errorf("nginx writes\n%s\nand the exporter reads\n%s", directive, log.Format)
	}
	if !strings.Contains(string(text), "access_log "+log.Path+" contract;") {
		t.Errorf("nginx does not write %s", log.Path)
	}
	format, err := accesslog.Compile(log.Format)
	if err != nil {
		t.Fatal(err)
	}
	if w := format.Warnings(); len(w) != 0 || !format.HasDuration() || !format.HasBodyBytes() {
		t.Errorf("the format warns %v, or lacks duration or size", w)
	}
	for _, fact := range []string{"auth", "req.range", "req.if-none-match", "req.accept", "resp.location"} {
		if !slices.Contains(format.Fields(), fact) {
			t.Errorf("the format does not log %s", fact)
		}
	}
}

func TestGrafanaFindsDataSourceAndDashboards(t *testing.T) {
	grafana := loadCompose(t).Services["grafana"]
	var providers struct {
		Providers []struct{ Options struct{ Path string } }
	}
	load(t, "grafana/dashboards.yml", &providers)
	outside := grafana.mounts()[providers.Providers[0].Options.Path]
	if files, _ := filepath.Glob(filepath.Join(outside, "*.json")); outside == "" || len(files) == 0 {
		t.Errorf("no dashboards are mounted at %s", providers.Providers[0].Options.Path)
	}
	var sources struct {
		Datasources []struct {
			Type, URL string
			IsDefault bool `yaml:"isDefault"`
		}
	}
	load(t, "grafana/datasource.yml", &sources)
	if d := sources.Datasources[0]; d.Type != "prometheus" || !d.IsDefault || d.URL != "http://prometheus:9090" {
		t.Errorf("data source %+v", d)
	}
}

func TestImageIsStaticAndUnprivileged(t *testing.T) {
	text, err := os.ReadFile("../image/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"FROM scratch\n", "USER 65532:65532\n", "CGO_ENABLED=0", "./cmd/httpstatus_exporter", "EXPOSE 10057"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
}

func TestTrafficIsAShellScript(t *testing.T) {
	run(t, program(t, "sh"), "-n", "traffic.sh")
}
