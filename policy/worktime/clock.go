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
	Calendar *Calendar      // nil: absolute time
	Zone     *time.Location // that of calendar days, weeks, months and years; nil: UTC
	Pauses   []Pause        // in any order
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

// Ran returns how long the clock has run from one instant to another: 0 where to is before from,
// at most 292 years.
func (c Clock) Ran(from, to time.Time) time.Duration {
	const most = time.Duration(1<<63 - 1)
	from, to = from.Round(0), earlier(to.Round(0), horizon())
	total := time.Duration(0)
	for _, pause := range Normalise(c.Pauses) {
		_, ran := c.run(from, earlier(pause.From, to), most-total)
		total += ran
		if pause.open() {
			return total
		}
		from = later(from, pause.Until)
	}
	_, ran := c.run(from, to, most-total)
	return total + ran
}

// run lets the clock run without a pause from one instant on, as [Calendar.advance].
func (c Clock) run(from, limit time.Time, need time.Duration) (at time.Time, ran time.Duration) {
	if need == 0 || !from.Before(limit) {
		return from, 0
	}
	if c.Calendar != nil {
		return c.Calendar.advance(from, limit, need)
	}
	ran = limit.Sub(from) // more than 292 years count as 292, which no need exceeds
	if ran >= need {
		return from.Add(need), need
	}
	return time.Time{}, ran
}

// AddWorkingDays returns the instant at which the clock has run for as long as working time lies
// between base and the closing of the n-th working day after base's day. So that closing is the
// result where no pause takes working time, and pauses do not use days up. For n = 0
// it is base itself.
//
// Base's day is that of the hours in which it lies, which may have begun the day before, else its date.
// A calendar with a cut-off takes a base that comes later on that day, or on a day
// off, as one of the next working day.
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
	closes, err := c.Calendar.closingAfter(base, n)
	if err != nil {
		return time.Time{}, fmt.Errorf("%d working days after %s: %w", n, base.Format(time.RFC3339), err)
	}
	if len(c.Pauses) == 0 {
		return closes.In(base.Location()), nil
	}
	at, err := c.Add(base, Clock{Calendar: c.Calendar}.Ran(base, closes))
	if err != nil {
		return time.Time{}, fmt.Errorf("%d working days after %s: %w", n, base.Format(time.RFC3339), cause(err))
	}
	// Hours that the clocks skip have a closing, and no working time before it.
	return later(at, closes).In(base.Location()), nil
}

// cause is the one of the errors above that an error wraps.
func cause(err error) error {
	for _, known := range []error{ErrPaused, ErrNever} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

// closingAfter returns when the n-th working day after base's day closes, cut-off considered.
func (c *Calendar) closingAfter(base time.Time, n int) (time.Time, error) {
	clocks, days := stretchAt(base, c.zone), c.days()
	day := days.dayOf(&clocks, base)
	if cutoff := c.versions[c.versionOn(day)].cutoff; cutoff > 0 {
		_, last := clocks.instants(day, cutoff)
		if len(days.hours(day)) == 0 || base.After(last) {
			n++
		}
	}
	day, err := days.workday(day, n)
	if err != nil {
		return time.Time{}, err
	}
	closes := days.closing(&clocks, day)
	if closes.After(horizon()) {
		return time.Time{}, ErrNever
	}
	return closes, nil
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
