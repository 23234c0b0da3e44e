package worktime

import (
	"fmt"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// minutesPerDay is the minute of day of 24:00.
const minutesPerDay = 24 * 60

// Shift is one span of working hours within a day, in minutes since 00:00 of the
// wall clock. Until may be 1440, which is 24:00.
type Shift struct {
	From  int // inclusive
	Until int // exclusive, after From
}

// ParseShift reads "09:00-14:00": two wall times of two digits each, the later one
// last, at most 24:00. The error is a [*value.SyntaxError].
func ParseShift(text string) (Shift, error) {
	syntax := &value.SyntaxError{Kind: "span of hours", Text: text, Wanted: "two times of a day, such as 09:00-14:00"}
	first, second, _ := strings.Cut(text, "-")
	from, fromOK := parseWallTime(first)
	until, untilOK := parseWallTime(second)
	if !fromOK || !untilOK {
		return Shift{}, syntax
	}
	if until <= from {
		syntax.Found = "ends before it begins"
		if until == from {
			syntax.Found = "has no length"
		}
		syntax.Wanted = "the earlier time first; hours past midnight are a second span on the next day"
		return Shift{}, syntax
	}
	return Shift{from, until}, nil
}

// parseWallTime reads "09:30" as minutes; "24:00" is one too.
func parseWallTime(text string) (minutes int, ok bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	for _, i := range [...]int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	hour, minute := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
	minutes = hour*60 + minute
	return minutes, minute < 60 && minutes <= minutesPerDay
}

// String writes the shift as [ParseShift] reads it.
func (s Shift) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.Until/60, s.Until%60)
}

const wantedDays = "a day or a range of days, such as mon, mon-fri or sat-mon"

// ParseDays reads a day of the week ("mon") or a range ("mon-fri", also over the end of
// the week: "sat-mon"), and returns the days in the range's order. The error
// is a [*value.SyntaxError].
func ParseDays(text string) ([]time.Weekday, error) {
	first, last, isRange := strings.Cut(text, "-")
	from, ok := parseDay(first)
	if !ok {
		return nil, &value.SyntaxError{Kind: "day of the week", Text: text, Wanted: wantedDays}
	}
	if !isRange {
		return []time.Weekday{from}, nil
	}
	until, ok := parseDay(last)
	if !ok || from == until {
		return nil, &value.SyntaxError{Kind: "range of days", Text: text, Wanted: wantedDays}
	}
	days := []time.Weekday{from}
	for day := from; day != until; {
		day = (day + 1) % 7
		days = append(days, day)
	}
	return days, nil
}

func parseDay(text string) (time.Weekday, bool) {
	const names = "sun mon tue wed thu fri sat"
	if len(text) != 3 || strings.Contains(text, " ") {
		return 0, false
	}
	at := strings.Index(names, text)
	return time.Weekday(at / 4), at >= 0
}
