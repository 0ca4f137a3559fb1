package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"
)

// A notice is what Alertmanager posts to a webhook: the alerts of one group.
type notice struct {
	Receiver, Status string
	Alerts           []struct {
		Status              string
		Labels, Annotations map[string]string
		Fingerprint         string
		StartsAt, EndsAt    time.Time
		GeneratorURL        string
	}
	at time.Time // of its arrival
}

// A letter is one e-mail.
type letter struct{ to, subject, html string }

// An inbox receives what Alertmanager sends, by webhook and by e-mail.
type inbox struct {
	webhook, smtp string // host:port

	mu      sync.Mutex
	notices []notice
	letters []letter
	faults  []error // what it was sent and could not read
}

func startInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n := notice{at: time.Now()}
		err := json.NewDecoder(r.Body).Decode(&n)
		in.keep(err, func() { in.notices = append(in.notices, n) })
	}))
	t.Cleanup(server.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { in.receive(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		connections.Wait()
		for _, err := range in.faults {
			t.Error(err)
		}
	})
	in.webhook, in.smtp = server.Listener.Addr().String(), l.Addr().String()
	return in
}

func (in *inbox) keep(err error, add func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if err != nil {
		in.faults = append(in.faults, err)
		return
	}
	add()
}

// receive speaks as much SMTP (RFC 5321) as Alertmanager does.
func (in *inbox) receive(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	r := bufio.NewReader(conn)
	answer := "220 inbox"
	for {
		fmt.Fprintf(conn, "%s\r\n", answer)
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
		case "DATA":
			fmt.Fprint(conn, "354 go on\r\n")
			text, err := readMail(r)
			if err != nil {
				in.keep(err, nil)
				return
			}
			l, err := openLetter(text)
			in.keep(err, func() { in.letters = append(in.letters, l) })
			answer = "250 kept"
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			answer = "250 fine"
		}
	}
}

// readMail reads up to the line that is a dot, and takes the dots away that stand before others.
func readMail(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("e-mail without end: %w", err)
		}
		if line == ".\r\n" {
			return b.String(), nil
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
}

func openLetter(text string) (l letter, err error) {
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		return l, err
	}
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	l.to = m.Header.Get("To")
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return l, err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return l, nil
		} else if err != nil {
			return l, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			html, err := io.ReadAll(part)
			if err != nil {
				return l, err
			}
			l.html += string(html)
		}
	}
}

// An arrived is one alert of a notice.
type arrived struct {
	receiver            string
	labels, annotations map[string]string
	fingerprint         string
	at                  time.Time
}

// find returns the first notice of an alert: its name, its status (firing, resolved), and labels as name, value pairs.
func (in *inbox) find(name, status string, labels ...string) (arrived, bool) {
	return in.first(status, append(labels, "alertname", name)...)
}

// firstPage returns the first page about an API.
func (in *inbox) firstPage(api string) (arrived, bool) {
	return in.first("firing", "api", api, "severity", "critical")
}

func (in *inbox) first(status string, labels ...string) (arrived, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, n := range in.notices {
		for _, a := range n.Alerts {
			fits := a.Status == status
			for i := 0; i < len(labels); i += 2 {
				fits = fits && a.Labels[labels[i]] == labels[i+1]
			}
			if fits {
				return arrived{n.Receiver, a.Labels, a.Annotations, a.Fingerprint, n.at}, true
			}
		}
	}
	return arrived{}, false
}

// wait is find for what must come.
func (in *inbox) wait(t *testing.T, name, status string, labels ...string) (a arrived) {
	t.Helper()
	await(t, fmt.Sprint(name, " ", labels, " ", status), func() (ok bool) {
		a, ok = in.find(name, status, labels...)
		return ok
	}, in.String)
	return a
}

// waitLetter waits for an e-mail with that subject.
func (in *inbox) waitLetter(t *testing.T, subject string) (found letter) {
	t.Helper()
	await(t, "an e-mail "+subject, func() bool {
		in.mu.Lock()
		defer in.mu.Unlock()
		for _, l := range in.letters {
			if l.subject == subject {
				found = l
				return true
			}
		}
		return false
	}, in.String)
	return found
}

func (in *inbox) String() string {
	in.mu.Lock()
	defer in.mu.Unlock()
	var b strings.Builder
	for _, n := range in.notices {
		for _, a := range n.Alerts {
			fmt.Fprintf(&b, "%s to %s: %s %v %q\n", n.at.Format("15:04:05.0"), n.Receiver, a.Status, a.Labels, a.Annotations["description"])
		}
	}
	for _, l := range in.letters {
		fmt.Fprintf(&b, "to %s: %s\n", l.to, l.subject)
	}
	return "arrived:\n" + b.String()
}
