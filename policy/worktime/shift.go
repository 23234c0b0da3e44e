package worktime

import (
	"fmt"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// minutesPerDay is the minute of day of 24:00.
const minutesPerDay = 24 * 60

// Shift is one span of working hours, in minutes since 00:00 of the day on which it begins. Until
// is at most 1440, which is 24:00, or lies beyond it on the next day.
type Shift struct {
	From  int // inclusive
	Until int // exclusive, after From, less than a day after it (but 00:00-24:00)
}

// wholeDay is the longest shift.
var wholeDay = Shift{0, minutesPerDay}

// ParseShift reads "09:00-14:00", or over midnight "21:00-02:00": two wall times of two digits each,
// at most 24:00. The error is a [*value.SyntaxError].
func ParseShift(text string) (Shift, error) {
	syntax := &value.SyntaxError{Kind: "span of hours", Text: text, Wanted: "two times of a day, such as 09:00-14:00"}
	first, second, _ := strings.Cut(text, "-")
	from, fromOK := parseWallTime(first)
	until, untilOK := parseWallTime(second)
	switch {
	case !fromOK || !untilOK:
		return Shift{}, syntax
	case from == until:
		syntax.Found, syntax.Wanted = "has no length", "00:00-24:00 for the whole day"
		return Shift{}, syntax
	case from == minutesPerDay:
		syntax.Found, syntax.Wanted = "begins at the end of a day", "00:00 on the next day"
		return Shift{}, syntax
	case until < from:
		until += minutesPerDay
	}
	return Shift{from, until}, nil
}

// ParseWallTime reads a time of the day, such as "15:00", as minutes since 00:00; "24:00" is one
// too. The error is a [*value.SyntaxError].
func ParseWallTime(text string) (minutes int, err error) {
	minutes, ok := parseWallTime(text)
	if !ok {
		return 0, &value.SyntaxError{Kind: "time of a day", Text: text, Wanted: "hours and minutes as in 15:00"}
	}
	return minutes, nil
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
func (s Shift) String() string { return wallTime(s.From) + "-" + wallTime(s.Until) }

func wallTime(minutes int) string {
	if minutes > minutesPerDay {
		minutes -= minutesPerDay
	}
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// Overlaps reports whether two shifts of one day have a moment in common.
func (s Shift) Overlaps(o Shift) bool { return s.From < o.Until && o.From < s.Until }

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
