package worktime

import (
	"math"
	"time"
)

// horizon is where every search ends: the last instant of the year 9999 in UTC.
func horizon() time.Time { return time.Unix(int64(lastDay+1)*secondsPerDay-1, 999_999_999).UTC() }

// Worked returns the working time between two instants; negative where to is before
// from. Only the years up to 9999 are looked at, and no more than 292 years are counted,
// which is what a time.Duration holds.
func (c *Calendar) Worked(from, to time.Time) time.Duration {
	if to.Before(from) {
		return -c.Worked(to, from)
	}
	_, worked := c.advance(from.Round(0), earlier(to.Round(0), horizon()), math.MaxInt64)
	return worked
}

// advance lets working time pass from one instant on until there has been as much of it
// as is needed, but not past limit. When worked == need, at is the earliest instant by
// which there was; else worked is all that there is before limit.
func (c *Calendar) advance(from, limit time.Time, need time.Duration) (at time.Time, worked time.Duration) {
	clocks, days := stretchAt(from, c.zone), c.days()
	today := clocks.dayOf(from)
	// The day before has hours that reach into this one.
	for day := today - 1; ; day++ {
		if day > today {
			if weeks := days.plainWeeks(&clocks, day, limit, need-worked); weeks > 0 {
				day, worked = day+dayNumber(7*weeks), worked+time.Duration(weeks)*days.week.worked
				from = later(from, days.closing(&clocks, day-1))
			}
		}
		// Even for a closed day, since that is what ends the search.
		if begins, _ := clocks.instants(day, 0); !begins.Before(limit) {
			return time.Time{}, worked
		}
		shifts := days.hours(day)
		if days.week.workdays == 0 {
			day = max(day, min(days.end, lastDay+2)-1) // nothing until then
		}
		for _, shift := range shifts {
			opens, closes := clocks.shift(day, shift)
			opens, closes = later(opens, from), earlier(closes, limit)
			span := closes.Sub(opens)
			if span <= 0 {
				continue
			}
			if span >= need-worked {
				return opens.Add(need - worked), need
			}
			worked += span
			from = closes // so that hours that overlap are not counted twice
		}
	}
}

// plainWeeks returns how many weeks from the beginning of a day on can be added up
// without looking at them: before limit, with less working time than needed, with the hours
// of one week, and with clocks that do not change. It keeps spans of centuries as
// fast as those of weeks.
func (d *days) plainWeeks(clocks *stretch, day dayNumber, limit time.Time, need time.Duration) int {
	d.move(day)
	// The hours of the day before reach into this one as they do after each week.
	if need <= d.week.worked || d.week.worked == 0 || day == d.from {
		return 0
	}
	clocks.instants(day, 0) // moves on to the stretch of this day
	first, end := clocks.plainDays()
	if day <= first {
		return 0
	}
	// A day before limit in UTC is over by then in any zone, if a day is taken off, and one for midnight.
	end = min(end, dayNumber(limit.Unix()/secondsPerDay)-3, d.end)
	return int(max(min(int64(end-day)/7, int64((need-1)/d.week.worked)), 0))
}

// opening returns the first instant from t on that lies within working hours.
func (c *Calendar) opening(t time.Time) (time.Time, bool) {
	clocks, days := stretchAt(t, c.zone), c.days()
	for day := clocks.dayOf(t) - 1; day <= lastDay; day++ {
		for _, shift := range days.hours(day) {
			opens, closes := clocks.shift(day, shift)
			if opens = later(opens, t); opens.Before(closes) {
				return opens, !opens.After(horizon())
			}
		}
		if days.week.workdays == 0 {
			day = days.end - 1
		}
	}
	return time.Time{}, false
}

// Open reports whether t lies within working hours: their opening does, and their closing does not.
func (c *Calendar) Open(t time.Time) bool {
	clocks, days := stretchAt(t, c.zone), c.days()
	date := clocks.dayOf(t)
	for _, day := range [...]dayNumber{date - 1, date} {
		for _, shift := range days.hours(day) {
			if opens, closes := clocks.shift(day, shift); !t.Before(opens) && t.Before(closes) {
				return !t.After(horizon())
			}
		}
	}
	return false
}

// closing returns the instant at which the last hours of a day close; the zero time for a day off.
func (d *days) closing(clocks *stretch, day dayNumber) time.Time {
	shifts := d.hours(day)
	if len(shifts) == 0 {
		return time.Time{}
	}
	_, closes := clocks.shift(day, shifts[len(shifts)-1])
	return closes
}

// dayOf returns the day that an instant belongs to: that on which the hours begin in which it
// lies, else its date.
func (d *days) dayOf(clocks *stretch, t time.Time) dayNumber {
	date := clocks.dayOf(t)
	for _, day := range [...]dayNumber{date, date - 1} {
		for _, shift := range d.hours(day) {
			opens, closes := clocks.shift(day, shift)
			if !t.Before(opens) && t.Before(closes) {
				return day
			}
		}
	}
	return date
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
