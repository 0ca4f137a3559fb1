package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"github.com/spf13/pflag"
)

// webFlags are the flags of the HTTP server, named as in every exporter.
type webFlags struct {
	listen          []string
	configFile      string
	systemdSocket   bool
	telemetryPath   string
	maxRequests     int
	enableLifecycle bool
	noSelfMetrics   bool
}

func (w *webFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&w.listen, "web.listen-address", []string{":10057"}, "address to listen on; repeatable")
	fs.StringVar(&w.configFile, "web.config.file", "", "file with TLS and authentication settings (Prometheus exporter-toolkit)")
	fs.BoolVar(&w.systemdSocket, "web.systemd-socket", false, "use systemd socket activation instead of listening")
	fs.StringVar(&w.telemetryPath, "web.telemetry-path", "/metrics", "path of the metrics")
	intVar(fs, &w.maxRequests, "web.max-requests", 0, 40, "most scrapes at once; further ones get 503; 0 = no limit")
	fs.BoolVar(&w.enableLifecycle, "web.enable-lifecycle", false, "allow POST /-/reload")
	fs.BoolVar(&w.noSelfMetrics, "web.disable-exporter-metrics", false, "leave out go_*, process_* and promhttp_*")
}

// check finds what can be found before anything listens.
func (w *webFlags) check() error {
	for _, address := range w.listen {
		if err := checkAddress(address); err != nil && !w.systemdSocket {
			return err
		}
	}
	if err := checkTelemetryPath(w.telemetryPath); err != nil {
		return err
	}
	if err := web.Validate(w.configFile); err != nil {
		return fmt.Errorf("--web.config.file: %s: %w", w.configFile, withoutPath(err))
	}
	return nil
}

// checkTelemetryPath refuses what is no path or what another page has.
func checkTelemetryPath(path string) error {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " {}?#") {
		return fmt.Errorf("--web.telemetry-path: found %q; use a path that begins with /, such as /metrics", path)
	}
	for _, taken := range []string{"/", "/contract", "/favicon.ico", "/statuspage.css", "/statuspage.js", "/statuspage.svg"} {
		if path == taken || strings.HasPrefix(path, "/-/") {
			return fmt.Errorf("--web.telemetry-path: %s is a page of its own; use another path, such as /metrics", path)
		}
	}
	return nil
}

func checkAddress(address string) error {
	if strings.HasPrefix(address, "vsock://") {
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		if n, nerr := strconv.Atoi(port); nerr == nil && n >= 0 && n <= 65535 {
			return nil
		}
	}
	return fmt.Errorf("--web.listen-address: found %q; use host:port, such as :10057 or 127.0.0.1:10057", address)
}

func (w *webFlags) config() *web.FlagConfig {
	return &web.FlagConfig{WebListenAddresses: &w.listen, WebSystemdSocket: &w.systemdSocket, WebConfigFile: &w.configFile}
}
