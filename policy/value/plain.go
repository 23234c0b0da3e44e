package value

import (
	"strconv"
	"strings"
	"time"
)

// Plain writes values for people who read what the command prints. It is [Show], except that a
// duration of two days or more has days (14d, 3d8h), and that a time is in a zone, with its
// offset from UTC.
type Plain struct {
	Zone *time.Location // nil: UTC
}

// Show writes a value.
func (p Plain) Show(v any) string {
	switch x := v.(type) {
	case time.Duration:
		return p.Duration(x)
	case time.Time:
		return p.Time(x)
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = p.Show(e)
		}
		return strings.Join(parts, ", ")
	}
	return Show(v)
}

// Time writes a time in the zone: 2026-03-02T10:00:00+01:00.
func (p Plain) Time(t time.Time) string {
	if p.Zone == nil {
		return FormatTimestamp(t)
	}
	return t.In(p.Zone).Format(time.RFC3339Nano)
}

// Duration writes a duration as people say it. [ParseDuration] reads whole seconds back.
func (p Plain) Duration(d time.Duration) string {
	switch {
	case d > -2*day && d < 2*day:
		return FormatDuration(d)
	case d < 0:
		// As hours, the shortest Duration has no positive counterpart.
		days := d / day
		return strconv.FormatInt(int64(days), 10) + "d" + rest(days*day-d)
	}
	return strconv.FormatInt(int64(d/day), 10) + "d" + rest(d%day)
}

func rest(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return FormatDuration(d)
}
