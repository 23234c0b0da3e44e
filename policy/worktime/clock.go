package worktime

import (
	"errors"
	"fmt"
	"time"
)

// ErrPaused is wrapped by the errors of a clock that is still paused: when it will
// have run for long enough nobody can say yet.
var ErrPaused = errors.New("the clock is still paused")

// ErrNever is wrapped by errors about instants and days that would lie outside the years
// 0001 to 9999.
var ErrNever = errors.New("there is no such time")

// Clock turns a length of time into a deadline. It runs in the working time of its
// calendar, or all the time where it has none, and not during its pauses.
//
// Results are in the location of the time that they were counted from.
type Clock struct {
	Calendar *Calendar // nil: absolute time
	Pauses   []Pause   // in any order
}

// Add returns the instant at which the clock has run for d since base, the earliest
// one, which may be a closing time. For d = 0 it is base itself, whether the clock runs
// then or not.
//
// The error wraps [ErrPaused] when a pause that has not ended keeps the clock from getting
// there, and [ErrNever] when that is after the year 9999. A negative d is an error.
func (c Clock) Add(base time.Time, d time.Duration) (time.Time, error) {
	if d < 0 {
		return time.Time{}, fmt.Errorf("a clock cannot run for %s, which is negative", d)
	}
	if d == 0 {
		return base, nil
	}
	from, left := base.Round(0), d // Round takes off what time.Now adds, which is no part of a result
	for _, pause := range Normalise(c.Pauses) {
		at, ran := c.run(from, pause.From, left)
		if ran == left {
			return at.In(base.Location()), nil
		}
		if pause.open() {
			return time.Time{}, fmt.Errorf("%s after %s: %w", d, base.Format(time.RFC3339), ErrPaused)
		}
		from, left = later(from, pause.Until), left-ran
	}
	at, ran := c.run(from, horizon(), left)
	if ran < left {
		return time.Time{}, fmt.Errorf("%s after %s: %w", d, base.Format(time.RFC3339), ErrNever)
	}
	return at.In(base.Location()), nil
}

// run lets the clock run without a pause from one instant on, as [Calendar.advance].
func (c Clock) run(from, limit time.Time, need time.Duration) (at time.Time, ran time.Duration) {
	if c.Calendar != nil {
		return c.Calendar.advance(from, limit, need)
	}
	ran = max(limit.Sub(from), 0) // more than 292 years count as 292, which no need exceeds
	if ran >= need {
		return from.Add(need), need
	}
	return time.Time{}, ran
}

// AddWorkingDays returns the instant at which the n-th working day after base's day
// closes, in the calendar's zone. A day with a paused moment in it, at whatever
// hour, does not count. For n = 0 it is base itself.
//
// The errors are those of Add; a clock without a calendar has no working days, which is
// an error too.
func (c Clock) AddWorkingDays(base time.Time, n int) (time.Time, error) {
	if c.Calendar == nil {
		return time.Time{}, errors.New("working days need a calendar")
	}
	if n < 0 {
		return time.Time{}, fmt.Errorf("a clock cannot run for %d working days, which is negative", n)
	}
	if n == 0 {
		return base, nil
	}
	clocks := stretchAt(base, c.Calendar.zone)
	day, err := c.workingDay(&clocks, clocks.dayOf(base), n)
	if err != nil {
		return time.Time{}, fmt.Errorf("%d working days after %s: %w", n, base.Format(time.RFC3339), err)
	}
	closes := c.Calendar.closing(&clocks, day)
	if closes.After(horizon()) {
		return time.Time{}, fmt.Errorf("%d working days after %s: %w", n, base.Format(time.RFC3339), ErrNever)
	}
	return closes.In(base.Location()), nil
}

// workingDay returns the n-th working day after day that has no paused moment.
func (c Clock) workingDay(clocks *stretch, day dayNumber, n int) (dayNumber, error) {
	for _, pause := range Normalise(c.Pauses) {
		if first := clocks.dayOf(pause.From); first > day {
			between := c.Calendar.workdays(day, first-1)
			if between >= n {
				break
			}
			n -= between
		}
		if pause.open() {
			return 0, ErrPaused
		}
		day = max(day, clocks.dayOf(pause.Until.Add(-1)))
	}
	return c.Calendar.workday(day, n)
}

// NotBefore returns the first instant from t on at which the calendar is open: t itself
// within working hours, at their opening too; else, at closing time too, the next opening.
// Without a calendar it is t. Pauses do not matter. The error wraps [ErrNever].
func (c Clock) NotBefore(t time.Time) (time.Time, error) {
	if c.Calendar == nil {
		return t, nil
	}
	opening, ok := c.Calendar.opening(t)
	if !ok {
		return time.Time{}, fmt.Errorf("an opening after %s: %w", t.Format(time.RFC3339), ErrNever)
	}
	return opening.In(t.Location()), nil
}

// PausedAt reports whether t lies in a pause: at its first instant, not at its last.
func (c Clock) PausedAt(t time.Time) bool {
	for _, pause := range c.Pauses {
		if pause.has(t) {
			return true
		}
	}
	return false
}
