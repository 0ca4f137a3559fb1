package promtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Server is a running Prometheus. The test that started it ends it.
type Server struct {
	URL string
	cmd *exec.Cmd
	log bytes.Buffer // what it wrote; whole after stop
}

// Config says what a Server reads. The zero value is an empty Prometheus.
type Config struct {
	DataDir string   // blocks to start with; "" is a new folder
	Rules   string   // content of a rule file
	Targets []string // host:port to scrape at /metrics every ScrapeInterval, as job "httpstatus"

	ScrapeInterval time.Duration // 0 is 15 s
	Alertmanager   string        // host:port, "" is none
}

// Start runs a Prometheus until the test ends, and returns when it answers queries.
func Start(t testing.TB, tool Tool, cfg Config) *Server {
	t.Helper()
	dir := t.TempDir()
	if cfg.DataDir == "" {
		cfg.DataDir = filepath.Join(dir, "data")
	}
	if err := cfg.write(dir); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	s := &Server{URL: "http://" + addr}
	s.cmd = exec.Command(tool.Path, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+cfg.DataDir,
		"--storage.tsdb.retention.time=10y", "--web.listen-address="+addr, "--log.level=error")
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("Prometheus wrote:\n%s", s.log.String())
		}
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(s.URL + "/-/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return s
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("Prometheus is not ready after a minute: %v", err)
		}
	}
}

// Stop ends the server and waits for it. Its data folder can be used again.
func (s *Server) Stop() {
	if s.cmd.ProcessState == nil {
		s.cmd.Process.Signal(syscall.SIGTERM)
		s.cmd.Wait()
	}
}

func (cfg Config) write(dir string) error {
	interval := cfg.ScrapeInterval
	if interval == 0 {
		interval = 15 * time.Second
	}
	var b strings.Builder
	fmt.Fprintf(&b, "global: {scrape_interval: %dms, scrape_timeout: %dms}\n", interval.Milliseconds(), interval.Milliseconds())
	if cfg.Rules != "" {
		b.WriteString("rule_files: [rules.yml]\n")
		if err := os.WriteFile(filepath.Join(dir, "rules.yml"), []byte(cfg.Rules), 0o644); err != nil {
			return err
		}
	}
	if len(cfg.Targets) > 0 {
		fmt.Fprintf(&b, "scrape_configs: [{job_name: httpstatus, static_configs: [{targets: ['%s']}]}]\n", strings.Join(cfg.Targets, "', '"))
	}
	if cfg.Alertmanager != "" {
		fmt.Fprintf(&b, "alerting: {alertmanagers: [{static_configs: [{targets: ['%s']}]}]}\n", cfg.Alertmanager)
	}
	return os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(b.String()), 0o644)
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A Result is one series of an answer.
type Result struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"`  // of Query: Unix time, value as text
	Values [][2]any          `json:"values"` // of QueryRange
}

// Query asks for the value of expr at a time.
func (s *Server) Query(ctx context.Context, expr string, at time.Time) ([]Result, error) {
	return s.query(ctx, "query", url.Values{"query": {expr}, "time": {unix(at)}})
}

// QueryRange asks for the values of expr from one time to another.
func (s *Server) QueryRange(ctx context.Context, expr string, from, to time.Time, step time.Duration) ([]Result, error) {
	return s.query(ctx, "query_range", url.Values{"query": {expr}, "start": {unix(from)}, "end": {unix(to)},
		"step": {fmt.Sprint(step.Seconds())}})
}

func (s *Server) query(ctx context.Context, path string, values url.Values) ([]Result, error) {
	var data struct {
		Result []Result `json:"result"`
	}
	if err := s.Get(ctx, "/api/v1/"+path+"?"+values.Encode(), &data); err != nil {
		return nil, fmt.Errorf("%s: %w", values.Get("query"), err)
	}
	return data.Result, nil
}

// Get decodes the data of an answer of the HTTP API into data.
func (s *Server) Get(ctx context.Context, path string, data any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	answer := struct {
		Status string          `json:"status"`
		Error  string          `json:"error"`
		Data   json.RawMessage `json:"data"`
	}{}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("GET %s: %s: %w", path, resp.Status, err)
	}
	if answer.Status != "success" {
		return fmt.Errorf("GET %s: %s", path, answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

func unix(t time.Time) string { return fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000) }
