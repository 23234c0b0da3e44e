package worktime

import (
	"fmt"
	"sort"

	"github.com/servicerecovery/amends/policy/value"
)

// IsWorkday reports whether a date has working hours.
func (c *Calendar) IsWorkday(date value.Date) bool { return len(c.hours(numberOf(date))) > 0 }

// Workday returns the n-th working day after a date; for a negative n the one so many
// working days before it; for 0 the date itself, working day or not. The error, which
// wraps [ErrNever], says that it would lie outside the years 0001 to 9999.
func (c *Calendar) Workday(date value.Date, n int) (value.Date, error) {
	if n == 0 {
		return date, nil
	}
	day, err := c.workday(numberOf(date), n)
	if err != nil {
		return value.Date{}, err
	}
	return day.date()
}

// Workdays returns how many working days lie after a, up to and with b. Where b is
// before a, it is the negative of Workdays(b, a).
func (c *Calendar) Workdays(a, b value.Date) int { return c.workdays(numberOf(a), numberOf(b)) }

func (c *Calendar) workdays(a, b dayNumber) int { return c.rank(b) - c.rank(a) }

// workday finds the n-th working day after day, or before it; n is not 0. Ranks never
// fall from one day to the next, so the first day that has a rank is the
// working day of that rank.
func (c *Calendar) workday(day dayNumber, n int) (dayNumber, error) {
	const most = int(lastDay - firstDay)
	if n < -most || n > most {
		return 0, tooFar(n)
	}
	wanted := c.rank(day) + n
	if n < 0 {
		wanted = c.rank(day-1) + n + 1
	}
	if wanted <= c.rank(firstDay-1) || wanted > c.rank(lastDay) {
		return 0, tooFar(n)
	}
	// So many weeks hold so many working days, even if each special day is one less.
	weeks := max(n, -n) + len(c.special) + 1
	low, high := day, min(day+dayNumber(7*weeks), lastDay)
	if n < 0 {
		low, high = max(day-dayNumber(7*weeks), firstDay), day
	}
	days := sort.Search(int(high-low), func(i int) bool { return c.rank(low+dayNumber(i)) >= wanted })
	return low + dayNumber(days), nil
}

func tooFar(n int) error {
	return fmt.Errorf("a working day %d days away lies outside the years 0001 to 9999: %w", n, ErrNever)
}

// rank numbers the working days: the rank of a day is how many working days there are
// up to and with it, counted from a Sunday before all.
func (c *Calendar) rank(day dayNumber) int {
	const sunday = firstDay - 8 // 0001-01-01 was a Monday
	since := int(day - sunday)
	rank := since / 7 * c.perWeek
	for weekday := range since%7 + 1 {
		rank += oneIf(len(c.week[weekday]) > 0)
	}
	// The special days up to and with this one correct the count.
	if next, found := c.findSpecial(day); found {
		rank += c.special[next].more
	} else if next > 0 {
		rank += c.special[next-1].more
	}
	return rank
}
