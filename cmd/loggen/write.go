package main

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"httpstatus_exporter/cmd/loggen/traffic"
)

const (
	batch = 1 << 20               // bytes gathered before a write at full speed
	tick  = 10 * time.Millisecond // between writes at a given rate
)

// write makes lines and writes them until the configured end or until ctx is done, then writes the truth about them.
func write(ctx context.Context, c config, g *traffic.Generator, stdout io.Writer) (err error) {
	out, err := open(c, stdout)
	if err != nil {
		return err
	}
	if c.rate > 0 {
		err = paced(ctx, c, g, out)
	} else {
		err = flatOut(ctx, c, g, out)
	}
	if closeErr := out.close(); err == nil {
		err = closeErr
	}
	if err != nil || c.truth == "" {
		return err
	}
	text, err := json.MarshalIndent(g.Truth(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.truth, append(text, '\n'), 0o644)
}

// flatOut writes as fast as the file takes it.
func flatOut(ctx context.Context, c config, g *traffic.Generator, out *output) error {
	buf := make([]byte, 0, batch+64<<10)
	begin := time.Now()
	for written := int64(0); ctx.Err() == nil && (c.lines == 0 || written < c.lines); {
		if c.duration > 0 && time.Since(begin) >= c.duration {
			break
		}
		buf = buf[:0]
		for len(buf) < batch && (c.lines == 0 || written < c.lines) {
			buf = g.AppendLine(buf)
			written++
		}
		if err := out.write(buf, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// paced writes, at every tick, the lines that are due. A writer that fell behind catches up.
func paced(ctx context.Context, c config, g *traffic.Generator, out *output) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var buf []byte
	begin := time.Now()
	for written := int64(0); ; {
		elapsed := time.Since(begin)
		last := c.duration > 0 && elapsed >= c.duration
		if last {
			elapsed = c.duration
		}
		due := int64(elapsed.Seconds() * c.rate)
		if c.lines > 0 && due >= c.lines {
			due, last = c.lines, true
		}
		for buf = buf[:0]; written < due; written++ {
			buf = g.AppendLine(buf)
		}
		if err := out.write(buf, time.Now()); err != nil || last {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// A sink is one open file, or standard output. A torn one writes lines in pieces and keeps the end of the last line back.
type sink struct {
	w    io.Writer
	torn *rand.Rand // nil writes lines whole
	held []byte     // begun but not finished
}

// write takes whole lines.
func (s *sink) write(lines []byte) error {
	if s.torn == nil || len(lines) == 0 {
		_, err := s.w.Write(lines)
		return err
	}
	s.held = append(s.held, lines...)
	keep := s.torn.IntN(min(len(s.held), 100))
	for len(s.held) > keep {
		n := min(1+s.torn.IntN(1000), len(s.held)-keep)
		if _, err := s.w.Write(s.held[:n]); err != nil {
			return err
		}
		s.held = s.held[n:]
	}
	s.held = append([]byte(nil), s.held...) // let go of what was written
	return nil
}

// flush finishes the line that was begun.
func (s *sink) flush() error {
	_, err := s.w.Write(s.held)
	s.held = nil
	return err
}
