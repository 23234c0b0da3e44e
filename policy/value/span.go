package value

import (
	"strconv"
	"strings"
	"time"
)

// Span is a deadline as playbooks write it: a length of time, or a number of
// working days of some calendar.
type Span struct {
	Duration    time.Duration // never negative; 0 where working days are given
	WorkingDays int           // 0 where a duration is given
	Days        bool          // the duration was written with d or w, which no calendar can count
}

const wantedSpan = "a duration such as 90m, 36h or 2d, or working days such as 3wd"

// ParseSpan reads a deadline: a duration as [ParseDuration] reads it, but not
// negative, or a number of working days alone, at least one, as in "3wd". The error is
// a [*SyntaxError].
func ParseSpan(text string) (Span, error) {
	if digits, ok := strings.CutSuffix(text, "wd"); ok && isDigits(digits) {
		return parseWorkingDays(text, digits)
	}
	d, days, err := parseLiteral(text)
	if err != nil {
		syntax := err.(*SyntaxError)
		syntax.Kind = "deadline"
		if syntax.Found == "" {
			syntax.Wanted = wantedSpan
		}
		return Span{}, syntax
	}
	if strings.HasPrefix(text, "-") {
		return Span{}, &SyntaxError{Kind: "deadline", Text: text, Found: "is negative, a deadline is not", Wanted: wantedSpan}
	}
	return Span{Duration: d, Days: days}, nil
}

func parseWorkingDays(text, digits string) (Span, error) {
	const most = 9999 * 366 // more days than the calendar has
	n, err := strconv.Atoi(digits)
	if err != nil || n > most {
		return Span{}, &SyntaxError{Kind: "deadline", Text: text, Found: "is more working days than there are before the year 9999"}
	}
	if n == 0 {
		return Span{}, &SyntaxError{Kind: "deadline", Text: text, Found: "is no working day at all", Wanted: "1wd or more, or a duration such as 0s"}
	}
	return Span{WorkingDays: n}, nil
}

// String writes the deadline as [ParseSpan] reads it, durations as [FormatDuration]
// writes them.
func (s Span) String() string {
	if s.WorkingDays != 0 {
		return strconv.Itoa(s.WorkingDays) + "wd"
	}
	return FormatDuration(s.Duration)
}
