package metrics

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// How the status page writes numbers: as people read them.

// count writes 12345 as 12,345.
func count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// percent writes a share of 0..1 so that a small one is not rounded away.
func percent(share float64) string {
	p := share * 100
	switch {
	case p == 0:
		return "0%"
	case p >= 0.01:
		return strconv.FormatFloat(p, 'f', 2, 64) + "%"
	case p >= 0.0001:
		return strconv.FormatFloat(p, 'f', 4, 64) + "%"
	}
	return fmt.Sprintf("%.1g%%", p)
}

// axisPercent writes a share as short as it can be.
func axisPercent(share float64) string { return trimZeros(fmt.Sprintf("%.4f", share*100)) + "%" }

// short writes a value with at most three digits that matter: 0.02, 1.5, 203.
func short(v float64) string {
	switch {
	case v >= 100:
		return count(uint64(v + 0.5))
	case v >= 10:
		return trimZeros(strconv.FormatFloat(v, 'f', 1, 64))
	}
	return trimZeros(strconv.FormatFloat(v, 'f', 2, 64))
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// perSecond writes a rate in the largest unit of time that leaves it below 1.
func perSecond(rate float64) string {
	switch {
	case rate == 0 || rate >= 1:
		return short(rate) + "/s"
	case rate*60 >= 1:
		return short(rate*60) + "/min"
	}
	return short(rate*3600) + "/h"
}

// size writes bytes: 512 B, 1.5 MiB.
func size(bytes float64) string {
	unit := 0
	for ; bytes >= 1024 && unit < 4; unit++ {
		bytes /= 1024
	}
	return short(bytes) + " " + [...]string{"B", "KiB", "MiB", "GiB", "TiB"}[unit]
}

// span writes how long something lasts or has been: 40 s, 12 min, 3 h, 5 d.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < 2*time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + " d"
}

// several joins the first few of a list: "a, b, c and 4 more".
func several(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// number writes "1 code", "3 codes", "no codes".
func number(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	}
	return count(uint64(n)) + " " + noun + "s"
}
