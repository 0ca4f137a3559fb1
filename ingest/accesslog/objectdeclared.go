package accesslog

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compileDeclared compiles what servers that write objects have in their configuration, as JSON or YAML: Envoy's json_format
// and a log's encoder of Caddy's. It returns nil where the format is neither.
func compileDeclared(format string) (*Format, error) {
	if !strings.Contains(format, ":") || !strings.ContainsAny(format, "%{\n") {
		return nil, nil
	}
	var document yaml.Node
	if yaml.Unmarshal([]byte(format), &document) != nil || len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return nil, nil
	}
	root := document.Content[0]
	if encoder := within(root, "encoder"); !strings.ContainsAny(format, "%$") && isCaddyEncoder(encoder) {
		return compileCaddy(encoder, format)
	}
	n := within(within(within(root, "log_format"), "json_format"), "typed_json_format")
	envoy := false
	eachLeaf(n, nil, func(_ []string, value *yaml.Node) { envoy = envoy || isEnvoyFormat(value.Value) })
	if !envoy {
		return nil, nil
	}
	t, err := envoyObject(n, format)
	if err != nil {
		return nil, err
	}
	f := &Format{server: "Envoy", templates: []*template{t}}
	for _, field := range t.fields {
		for _, secret := range secrets {
			if field.fact == secret {
				f.warnings = append(f.warnings, field.name+" writes credentials into the log; log only the scheme, and with it whether there are any: %REQ(AUTHORIZATION):6%")
			}
		}
	}
	return f, nil
}

// within returns the value that the mapping has for key, and the mapping where it has none.
func within(n *yaml.Node, key string) *yaml.Node {
	if v := child(n, key); v != nil && v.Kind == yaml.MappingNode {
		return v
	}
	return n
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// isCaddyEncoder reports whether a mapping names one of Caddy's log encoders (https://caddyserver.com/docs/json/logging/).
func isCaddyEncoder(n *yaml.Node) bool {
	format := child(n, "format")
	if format == nil {
		return false
	}
	switch format.Value {
	case "json", "console", "filter", "append", "logfmt", "single_field", "transform", "formatted":
		return true
	}
	return false
}

// compileCaddy compiles the preset caddy with the names and the unit of the duration that an encoder has.
func compileCaddy(n *yaml.Node, source string) (*Format, error) {
	encoder := n
	for child(encoder, "wrap") != nil {
		encoder = child(encoder, "wrap")
	}
	if format := child(encoder, "format"); format != nil && format.Value != "json" && format.Value != "console" {
		return nil, &formatError{source, offsetOf(source, format), fmt.Sprintf("found the encoder %q: expected json or console, whose lines hold an object", format.Value)}
	}
	preset := objectPresets["caddy"]
	for key, name := range map[string]string{"message_key": "message", "name_key": "logger", "time_key": "time"} {
		if v := child(encoder, key); v != nil {
			preset.words = name + "=" + v.Value + " " + preset.words
		}
	}
	switch v := child(encoder, "duration_format"); {
	case v == nil:
	case v.Value == "nano", v.Value == "ns":
		preset.words = strings.Replace(preset.words, "duration_s=", "duration_ns=", 1)
	case v.Value == "ms":
		preset.words = strings.Replace(preset.words, "duration_s=", "duration_ms=", 1)
	}
	return preset.compile("caddy", "", "")
}
