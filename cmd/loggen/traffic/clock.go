package traffic

import "time"

// A clock is the time that lines carry: it moves by the same step at each line, whatever the real time does, and keeps the
// texts of the current second.
type clock struct {
	start time.Time
	step  float64 // nanoseconds per line
	lines int64   // lines begun

	now    time.Time // of the current line
	second int64     // that the texts belong to
	local  []byte    // nginx $time_local
	iso    []byte    // nginx $time_iso8601
}

func newClock(start time.Time, perSecond float64) clock {
	if start.IsZero() {
		start = time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	}
	if perSecond == 0 {
		perSecond = 1000
	}
	return clock{start: start, step: 1e9 / perSecond, second: -1}
}

// advance moves to the time of the next line.
func (c *clock) advance() {
	c.now = c.start.Add(time.Duration(float64(c.lines) * c.step))
	c.lines++
	if s := c.now.Unix(); s != c.second {
		c.second = s
		c.local = c.now.AppendFormat(c.local[:0], "02/Jan/2006:15:04:05 -0700")
		c.iso = c.now.AppendFormat(c.iso[:0], "2006-01-02T15:04:05-07:00")
	}
}
