package worktime

import (
	"fmt"

	"github.com/servicerecovery/amends/policy/value"
)

// IsWorkday reports whether a date has working hours that begin on it.
func (c *Calendar) IsWorkday(date value.Date) bool {
	days := c.days()
	return len(days.hours(numberOf(date))) > 0
}

// Workday returns the n-th working day after a date; for a negative n the one so many
// working days before it; for 0 the date itself, working day or not. The error, which
// wraps [ErrNever], says that it would lie outside the years 0001 to 9999.
func (c *Calendar) Workday(date value.Date, n int) (value.Date, error) {
	if n == 0 {
		return date, nil
	}
	days := c.days()
	day, err := days.workday(numberOf(date), n)
	if err != nil {
		return value.Date{}, err
	}
	return day.date()
}

// Workdays returns how many working days lie after a, up to and with b. Where b is
// before a, it is the negative of Workdays(b, a).
func (c *Calendar) Workdays(a, b value.Date) int {
	if b.Compare(a) < 0 {
		return -c.Workdays(b, a)
	}
	days, last, n := c.days(), numberOf(b), 0
	for day := numberOf(a) + 1; day <= last; day = days.end {
		days.move(day)
		n += days.week.count(day, min(days.end, last+1))
	}
	return n
}

// workday finds the n-th working day after day, or before it; n is not 0.
func (d *days) workday(day dayNumber, n int) (dayNumber, error) {
	const most = int(lastDay - firstDay)
	if n < -most || n > most {
		return 0, tooFar(n)
	}
	if n < 0 {
		return d.workdayBefore(day, n)
	}
	for left, at := n, day+1; at <= lastDay; at = d.end {
		d.move(at)
		end := min(d.end, lastDay+1)
		if count := d.week.count(at, end); count < left {
			left -= count
			continue
		}
		weeks := (left - 1) / d.week.workdays
		at, left = at+dayNumber(7*weeks), left-weeks*d.week.workdays
		for ; ; at++ {
			if len(d.week.days[at.weekday()]) > 0 {
				left--
			}
			if left == 0 {
				return at, nil
			}
		}
	}
	return 0, tooFar(n)
}

func (d *days) workdayBefore(day dayNumber, n int) (dayNumber, error) {
	for left, at := -n, day-1; at >= firstDay; at = d.from - 1 {
		d.move(at)
		from := max(d.from, firstDay)
		if count := d.week.count(from, at+1); count < left {
			left -= count
			continue
		}
		weeks := (left - 1) / d.week.workdays
		at, left = at-dayNumber(7*weeks), left-weeks*d.week.workdays
		for ; ; at-- {
			if len(d.week.days[at.weekday()]) > 0 {
				left--
			}
			if left == 0 {
				return at, nil
			}
		}
	}
	return 0, tooFar(n)
}

func tooFar(n int) error {
	return fmt.Errorf("a working day %d days away lies outside the years 0001 to 9999: %w", n, ErrNever)
}
