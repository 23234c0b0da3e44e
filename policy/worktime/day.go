package worktime

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// dayNumber is a date as the number of days since 1970-01-01, which arithmetic is
// easier on.
type dayNumber int64

const secondsPerDay = 24 * 60 * 60

// The days that this package counts to: those that a value.Date can be.
const (
	firstDay dayNumber = -719162 // 0001-01-01
	lastDay  dayNumber = 2932896 // 9999-12-31
)

func numberOf(date value.Date) dayNumber {
	return dayNumber(time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

func (d dayNumber) date() (value.Date, error) {
	if d < firstDay || d > lastDay {
		return value.Date{}, fmt.Errorf("the day lies outside the years 0001 to 9999: %w", ErrNever)
	}
	return value.DateOf(d.wall(0)), nil
}

// wall returns the wall time at a minute of the day, as a time in UTC.
func (d dayNumber) wall(minute int) time.Time {
	return time.Unix(int64(d)*secondsPerDay+int64(minute)*60, 0).UTC()
}

// civil returns the year, and the day of the year.
func (d dayNumber) civil() (year int, md MonthDay) {
	t := d.wall(0)
	return t.Year(), MonthDay{t.Month(), t.Day()}
}

// weekday works for days before 1970 too: 1970-01-01 was a Thursday.
func (d dayNumber) weekday() time.Weekday {
	return time.Weekday(((d+dayNumber(time.Thursday))%7 + 7) % 7)
}

// rulesOnly is a time (in 2053) after which the zones only follow rules of daylight
// saving that go on for ever; no move across the date line is to be found there.
const rulesOnly = 84 * 365 * secondsPerDay

// skippedDays returns the dates that a zone left out, by putting its clocks forward by
// a day or more: a move across the date line.
func skippedDays(zone *time.Location) []dayNumber {
	var skipped []dayNumber
	clocks := stretchAt(firstDay.wall(0), zone)
	for clocks.end < rulesOnly {
		change := time.Unix(clocks.end, 0)
		last := clocks.dayOf(change.Add(-1))
		for day := last + 1; day < clocks.dayOf(change); day++ {
			skipped = append(skipped, day)
		}
	}
	return skipped
}
