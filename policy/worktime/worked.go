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
	clocks := stretchAt(from, c.zone)
	today := clocks.dayOf(from)
	// Hours of the day before can reach into this one, where midnight occurs twice.
	for day := today - 1; ; day++ {
		if day > today {
			weeks := c.plainWeeks(&clocks, day, limit, need-worked)
			day, worked = day+dayNumber(7*weeks), worked+time.Duration(weeks)*c.worked
		}
		// Even for a closed day, since that is what ends the search.
		if begins, _ := clocks.instants(day, 0); !begins.Before(limit) {
			return time.Time{}, worked
		}
		for _, shift := range c.hours(day) {
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
// without looking at them: before limit, with less working time than needed, without
// special days, and with clocks that do not change. It keeps spans of centuries as
// fast as those of weeks.
func (c *Calendar) plainWeeks(clocks *stretch, day dayNumber, limit time.Time, need time.Duration) int {
	if need <= c.worked {
		return 0
	}
	clocks.instants(day, 0) // moves on to the stretch of this day
	first, end := clocks.plainDays()
	if day < first {
		return 0
	}
	// A day before limit in UTC is over by then in any zone, if a day is taken off.
	end = min(end, dayNumber(limit.Unix()/secondsPerDay)-2)
	if next, _ := c.findSpecial(day); next < len(c.special) {
		end = min(end, c.special[next].day)
	}
	return int(max(min(int64(end-day)/7, int64((need-1)/c.worked)), 0))
}

// opening returns the first instant from t on that lies within working hours.
func (c *Calendar) opening(t time.Time) (time.Time, bool) {
	clocks := stretchAt(t, c.zone)
	for day := clocks.dayOf(t) - 1; day <= lastDay; day++ {
		for _, shift := range c.hours(day) {
			opens, closes := clocks.shift(day, shift)
			if opens = later(opens, t); opens.Before(closes) {
				return opens, !opens.After(horizon())
			}
		}
	}
	return time.Time{}, false
}

// closing returns the instant at which a working day closes.
func (c *Calendar) closing(clocks *stretch, day dayNumber) time.Time {
	shifts := c.hours(day)
	_, closes := clocks.shift(day, shifts[len(shifts)-1])
	return closes
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
