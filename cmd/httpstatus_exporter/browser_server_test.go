package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/websocket"
)

// A browser is one tab of a real Chromium, driven over its DevTools protocol.
type browser struct {
	t    *testing.T
	conn *websocket.Conn
	next int

	mu       sync.Mutex
	answers  map[int]chan json.RawMessage
	requests []string // URLs that were asked for
	said     []string // errors and warnings, of scripts and of the browser
	loads    int      // finished loads
}

// openBrowser starts Chromium without a screen. It ends with the test.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	dir := t.TempDir()
	p := start(t, need(t, "chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+dir, "--remote-debugging-port=0", "--remote-allow-origins=*", "about:blank")
	var port string
	await(t, "the port of Chromium", func() bool {
		if p.ended() {
			t.Fatalf("Chromium ended: %v\n%s", p.err, &p.said)
		}
		text, _ := os.ReadFile(filepath.Join(dir, "DevToolsActivePort"))
		var ok bool
		port, _, ok = strings.Cut(string(text), "\n")
		return ok
	}, p.said.String)
	req, err := http.NewRequest("PUT", "http://127.0.0.1:"+port+"/json/new?about:blank", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var tab struct{ WebSocketDebuggerURL string }
	if err := json.NewDecoder(res.Body).Decode(&tab); err != nil {
		t.Fatal(err)
	}
	conn, err := websocket.Dial(tab.WebSocketDebuggerURL, "", "http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	conn.MaxPayloadBytes = 64 << 20
	b := &browser{t: t, conn: conn, answers: map[int]chan json.RawMessage{}}
	t.Cleanup(func() { conn.Close() })
	go b.listen()
	for _, domain := range []string{"Page", "Runtime", "Network", "Log", "DOM", "Accessibility"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// listen sorts what the browser sends, until the connection ends.
func (b *browser) listen() {
	for {
		var m struct {
			ID     int
			Method string
			Params struct {
				Request          struct{ URL string }
				Type             string
				Args             json.RawMessage
				Entry            struct{ Level, Text, URL string }
				ExceptionDetails json.RawMessage
			}
			Result, Error json.RawMessage
		}
		if err := websocket.JSON.Receive(b.conn, &m); err != nil {
			if err != io.EOF {
				b.mu.Lock()
				defer b.mu.Unlock()
				for id, answer := range b.answers {
					close(answer)
					delete(b.answers, id)
				}
			}
			return
		}
		b.mu.Lock()
		switch m.Method {
		case "":
			if m.Error != nil {
				m.Result = m.Error
			}
			b.answers[m.ID] <- m.Result
			delete(b.answers, m.ID)
		case "Network.requestWillBeSent":
			b.requests = append(b.requests, m.Params.Request.URL)
		case "Runtime.consoleAPICalled":
			if m.Params.Type == "error" || m.Params.Type == "warning" {
				b.said = append(b.said, string(m.Params.Args))
			}
		case "Runtime.exceptionThrown":
			b.said = append(b.said, string(m.Params.ExceptionDetails))
		case "Log.entryAdded":
			b.said = append(b.said, fmt.Sprintf("%+v", m.Params.Entry))
		case "Page.loadEventFired":
			b.loads++
		}
		b.mu.Unlock()
	}
}

// call asks one thing of the browser; result may be nil.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	answer := make(chan json.RawMessage, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	b.answers[id] = answer
	b.mu.Unlock()
	if params == nil {
		params = struct{}{}
	}
	if err := websocket.JSON.Send(b.conn, map[string]any{"id": id, "method": method, "params": params}); err != nil {
		b.t.Fatal(err)
	}
	text, ok := <-answer
	if !ok {
		b.t.Fatalf("%s: the connection to Chromium broke", method)
	}
	if strings.HasPrefix(string(text), `{"code":`) {
		b.t.Fatalf("%s: %s", method, text)
	}
	if result != nil {
		if err := json.Unmarshal(text, result); err != nil {
			b.t.Fatalf("%s: %v: %s", method, err, text)
		}
	}
}

// open loads a page and waits until it is there.
func (b *browser) open(url string) {
	b.t.Helper()
	before := b.loaded()
	b.call("Page.navigate", map[string]string{"url": url}, nil)
	await(b.t, url, func() bool { return b.loaded() > before }, func() string { return fmt.Sprint(b.messages()) })
}

func (b *browser) loaded() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.loads
}

// messages returns what the console said and which URLs were asked for.
func (b *browser) messages() (said, requests []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append(said, b.said...), append(requests, b.requests...)
}

// eval returns the value of an expression in the page, as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "userGesture": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// html returns the document as the browser has it, even where no script may run.
func (b *browser) html() string {
	b.t.Helper()
	var doc struct{ Root struct{ NodeID int } }
	b.call("DOM.getDocument", nil, &doc)
	var r struct{ OuterHTML string }
	b.call("DOM.getOuterHTML", map[string]int{"nodeId": doc.Root.NodeID}, &r)
	return r.OuterHTML
}

// press presses a key, as "Tab".
func (b *browser) press(key string, code int) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}, nil)
	}
}

// named returns the accessible names of all nodes with a role.
func (b *browser) named(role string) []string {
	b.t.Helper()
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name struct{ Value any }
		}
	}
	b.call("Accessibility.getFullAXTree", nil, &tree)
	var names []string
	for _, n := range tree.Nodes {
		if !n.Ignored && n.Role.Value == role {
			names = append(names, fmt.Sprint(n.Name.Value))
		}
	}
	return names
}
