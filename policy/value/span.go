package value

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time as playbooks write it in deadlines and other waits: years, months and days of
// the calendar, and hours, minutes and seconds; or a number of working days.
type Span struct {
	Years, Months, Days int           // never negative; a week is seven days
	Duration            time.Duration // never negative: what was written in h, m and s
	WorkingDays         int           // 0 where a length of time is given
}

const wantedSpan = "a duration such as 90m, 36h, 2d or 6mo, or working days such as 3wd"

const (
	mostDays = 9999 * 366 // more days, and months, than there are
)

// spanUnits are the units of a span, the largest first.
var spanUnits = [...]string{"y", "mo", "w", "d", "h", "m", "s"}

// ParseSpan reads a deadline: whole numbers of y, mo, w, d, h, m and s, each unit at most once, the
// largest first, as in "36h", "1y6mo" or "1d12h"; or a number of working days alone, at least one, as
// in "3wd". The error is a [*SyntaxError].
func ParseSpan(text string) (Span, error) {
	if digits, ok := strings.CutSuffix(text, "wd"); ok && isDigits(digits) {
		return parseWorkingDays(text, digits)
	}
	syntax := &SyntaxError{Kind: "deadline", Text: text, Wanted: wantedSpan}
	rest, negative := strings.CutPrefix(text, "-")
	if rest == "" {
		return Span{}, syntax
	}
	var s Span
	for last := -1; rest != ""; {
		digits := leadingDigits(rest)
		unit := spanUnit(rest[len(digits):])
		if digits == "" || unit <= last {
			return Span{}, syntax
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || !s.add(n, spanUnits[unit]) {
			syntax.Found, syntax.Wanted = "is longer than the 292 years that a duration can hold", ""
			if unit < slices.Index(spanUnits[:], "h") {
				syntax.Found = "is longer than there are years before the year 9999"
			}
			return Span{}, syntax
		}
		last, rest = unit, rest[len(digits)+len(spanUnits[unit]):]
	}
	if negative {
		syntax.Found = "is negative, a deadline is not"
		return Span{}, syntax
	}
	return s, nil
}

// spanUnit returns which unit a text begins with; -1 for none.
func spanUnit(text string) int {
	if strings.HasPrefix(text, "mo") {
		return 1
	}
	if text == "" {
		return -1
	}
	return slices.Index(spanUnits[:], text[:1])
}

// add adds a number of a unit; false when that is more than there is.
func (s *Span) add(n int64, unit string) bool {
	switch unit {
	case "y":
		s.Years = int(min(n, mostDays))
		return n <= MostMonths/12
	case "mo":
		s.Months = int(min(n, mostDays))
		return n <= MostMonths
	case "w", "d":
		if unit == "w" {
			if n > mostDays {
				return false
			}
			n *= 7
		}
		s.Days += int(min(n, mostDays))
		return n <= mostDays && s.Days <= mostDays
	}
	length := literalUnit(unit[0])
	if n > int64((math.MaxInt64-s.Duration)/length) {
		return false
	}
	s.Duration += time.Duration(n) * length
	return true
}

func parseWorkingDays(text, digits string) (Span, error) {
	n, err := strconv.Atoi(digits)
	if err != nil || n > mostDays {
		return Span{}, &SyntaxError{Kind: "deadline", Text: text, Found: "is more working days than there are before the year 9999"}
	}
	if n == 0 {
		return Span{}, &SyntaxError{Kind: "deadline", Text: text, Found: "is no working day at all", Wanted: "1wd or more, or a duration such as 0s"}
	}
	return Span{WorkingDays: n}, nil
}

// OfCalendar reports whether the span has years, months or days, which depend on where they are counted from.
func (s Span) OfCalendar() bool { return s.Years != 0 || s.Months != 0 || s.Days != 0 }

// Times returns the span n times over. What does not fit is as long as a span can be, which leads
// beyond all years.
func (s Span) Times(n int) Span {
	times := func(x, most int) int { return int(min(int64(x)*int64(n), int64(most))) }
	out := Span{Years: times(s.Years, mostDays), Months: times(s.Months, mostDays), Days: times(s.Days, mostDays), WorkingDays: times(s.WorkingDays, mostDays)}
	if n > 0 && s.Duration > math.MaxInt64/time.Duration(n) {
		out.Duration = math.MaxInt64
	} else {
		out.Duration = s.Duration * time.Duration(n)
	}
	return out
}

// String writes the span as [ParseSpan] reads it, weeks as days, and its duration as [FormatDuration]
// does.
func (s Span) String() string {
	text := s.units("", "")
	if s.Duration != 0 || text == "" {
		text += FormatDuration(s.Duration)
	}
	return text
}

// text writes the span for people: 6 mo, 1 d 12 h.
func (s Span) text() string {
	text := s.units(" ", " ")
	if s.Duration != 0 || text == "" {
		text += durationIn(s.Duration, nil)
	}
	return strings.TrimSuffix(text, " ")
}

func (s Span) units(inside, behind string) string {
	var b strings.Builder
	for _, part := range [...]struct {
		n    int
		unit string
	}{{s.WorkingDays, "wd"}, {s.Years, "y"}, {s.Months, "mo"}, {s.Days, "d"}} {
		if part.n != 0 {
			b.WriteString(strconv.Itoa(part.n) + inside + part.unit + behind)
		}
	}
	return b.String()
}

// Compare orders spans by about how long they are, with months of thirty days: -1, 0 or +1.
func (s Span) Compare(o Span) int {
	seconds := func(s Span) int64 {
		days := int64(s.Years)*365 + int64(s.Months)*30 + int64(s.Days) + int64(s.WorkingDays)
		return days*secondsPerDay + int64(s.Duration/time.Second)
	}
	return cmp.Or(cmp.Compare(seconds(s), seconds(o)), cmp.Compare(s.Duration, o.Duration), cmp.Compare(s.String(), o.String()))
}
