package worktime

import (
	"cmp"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// MonthDay is a day of each year, such as 25 December. The 29th of February is in leap years only.
type MonthDay struct {
	Month time.Month
	Day   int
}

// leapYear begins a year that has every day.
var leapYear = mustDate(2024, 1, 1)

func mustDate(year int, month time.Month, day int) value.Date {
	return value.DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// ParseMonthDay reads "12-25": two digits of the month and two of the day. The error is a
// [*value.SyntaxError].
func ParseMonthDay(text string) (MonthDay, error) {
	date, err := value.ParseDate("2024-" + text)
	if err != nil {
		syntax := &value.SyntaxError{Kind: "day of the year", Text: text, Wanted: "month and day as in 12-25"}
		if len(text) == 5 {
			if _, err := value.ParseDate("2024-" + text[:3] + "01"); err == nil && text[3:] > "01" && text[3:] <= "99" && isDigit(text[3]) && isDigit(text[4]) {
				month := time.Month(int(text[0]-'0')*10 + int(text[1]-'0'))
				syntax.Found, syntax.Wanted = fmt.Sprintf("is no day of the year, %s has %d days", month, mustDate(2024, month+1, 0).Day()), ""
			}
		}
		return MonthDay{}, syntax
	}
	return MonthDay{date.Month(), date.Day()}, nil
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// String writes the day as [ParseMonthDay] reads it.
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", int(m.Month), m.Day) }

func (m MonthDay) compare(o MonthDay) int {
	return cmp.Or(cmp.Compare(m.Month, o.Month), cmp.Compare(m.Day, o.Day))
}

func (m MonthDay) valid() bool {
	_, err := value.NewDate(leapYear.Year(), m.Month, m.Day)
	return err == nil
}

// in returns the day in a year; false for 29 February of a year that has none.
func (m MonthDay) in(year int) (dayNumber, bool) {
	t := time.Date(year, m.Month, m.Day, 0, 0, 0, 0, time.UTC)
	return dayNumber(t.Unix() / secondsPerDay), t.Day() == m.Day
}

// after returns the first day of a year that comes after this one.
func (m MonthDay) after(year int) dayNumber {
	day, exists := m.in(year)
	if exists {
		day++
	}
	return day // what does not exist counts as the first of March, which is that day
}
