package worktime

import (
	"errors"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Ends says where on its last day a deadline ends.
type Ends string

// The ways in which deadlines end.
const (
	EndsExactly    Ends = ""            // where the time is over
	EndsDay        Ends = "day"         // at the end of that day, in the zone of the clock
	EndsWorkingDay Ends = "working-day" // when the calendar closes on that day, or on the next working day
)

// Due returns when a span that is counted from base is over.
//
// Years and months, then days are those of the clock's zone: the same wall time on another date. A day that the
// month does not have is its last one; a wall time that the clocks skip is the instant after the gap, and of
// one that occurs twice the first. Then comes the duration, as [Clock.Add] counts it; or working days, as
// [Clock.AddWorkingDays] does. Pauses move the end on.
//
// With [EndsDay] the end moves to the 24:00 of its day. With [EndsWorkingDay] it moves to the closing of its day;
// where its day is not a working day, or closes before base, to the closing of the next one.
//
// The errors are those of Add. EndsWorkingDay without a calendar is one too.
func (c Clock) Due(base time.Time, span value.Span, ends Ends) (time.Time, error) {
	at, err := c.over(base, span)
	if err == nil {
		at, err = c.end(base, at, ends)
	}
	if err != nil {
		return time.Time{}, err
	}
	return at.In(base.Location()), nil
}

func (c Clock) over(base time.Time, span value.Span) (time.Time, error) {
	if span.WorkingDays > 0 {
		return c.AddWorkingDays(base, span.WorkingDays)
	}
	at, err := c.shift(base, span, 1)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s after %s: %w", span, base.Format(time.RFC3339), err)
	}
	// Days of the calendar pass at night too, so all that is paused between base and their end counts.
	for _, pause := range Normalise(c.Pauses) {
		from := later(pause.From, base)
		if !from.Before(at) {
			break
		}
		if pause.open() {
			return time.Time{}, fmt.Errorf("%s after %s: %w", span, base.Format(time.RFC3339), ErrPaused)
		}
		if pause.Until.After(from) {
			at = at.Add(pause.Until.Sub(from))
		}
	}
	if at.After(horizon()) {
		return time.Time{}, fmt.Errorf("%s after %s: %w", span, base.Format(time.RFC3339), ErrNever)
	}
	return c.Add(at, span.Duration)
}

// shift moves a time by the years, months and days of a span, forwards or back.
func (c Clock) shift(t time.Time, span value.Span, sign int) (time.Time, error) {
	if !span.OfCalendar() {
		return t, nil
	}
	date, err := shiftedDate(t.In(c.zone()), span, sign)
	if err != nil {
		return time.Time{}, err
	}
	moved := value.OnDate(date, t, c.zone())
	if moved.After(horizon()) {
		return time.Time{}, ErrNever
	}
	return moved.In(t.Location()), nil
}

// shiftedDate moves a date, largest units first.
func shiftedDate(t time.Time, span value.Span, sign int) (value.Date, error) {
	date := value.DateOf(t)
	for _, months := range [...]int{12 * min(span.Years, 9999), span.Months} {
		if months == 0 {
			continue
		}
		moved, err := date.AddMonths(sign * months)
		if err != nil {
			return date, ErrNever
		}
		date = moved
	}
	moved, err := date.AddDays(sign * span.Days)
	if err != nil {
		return date, ErrNever
	}
	return moved, nil
}

func (c Clock) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// end moves the end of a deadline to the end of its day.
func (c Clock) end(base, at time.Time, ends Ends) (time.Time, error) {
	switch ends {
	case EndsDay:
		next, err := value.DateOf(at.In(c.zone())).AddDays(1)
		if err != nil {
			return time.Time{}, ErrNever
		}
		return next.In(c.zone()), nil
	case EndsWorkingDay:
		if c.Calendar == nil {
			return time.Time{}, errors.New("the end of a working day needs a calendar")
		}
		return c.Calendar.endOfDay(base, at)
	}
	return at, nil
}

// endOfDay returns the closing of an instant's day, or of the first working day after it that does not
// close before base.
func (c *Calendar) endOfDay(base, at time.Time) (time.Time, error) {
	clocks, days := stretchAt(at, c.zone), c.days()
	day := days.dayOf(&clocks, at)
	for {
		if closes := days.closing(&clocks, day); !closes.IsZero() && !closes.Before(base) {
			if closes.After(horizon()) {
				return time.Time{}, ErrNever
			}
			return closes, nil
		}
		next, err := days.workday(day, 1)
		if err != nil {
			return time.Time{}, err
		}
		day = next
	}
}

// Back returns the time that lies a span before another: the duration is elapsed time, and years, months and
// days are those of the clock's zone, as in [Clock.Due]. The error wraps [ErrNever].
func (c Clock) Back(t time.Time, span value.Span) (time.Time, error) {
	at, err := c.shift(t, span, -1)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s before %s: %w", span, t.Format(time.RFC3339), err)
	}
	return at.Add(-span.Duration).In(t.Location()), nil
}

// Ahead returns from when on something is owed that is to come a span ahead of a deadline: the last instant at
// which the clock runs and still has that long to go. It is never before base; a zero base is long ago.
func (c Clock) Ahead(base, due time.Time, span value.Span) (time.Time, error) {
	at, err := c.shift(due, span, -1)
	if err == nil && base.IsZero() {
		base = at.AddDate(-10, 0, 0)
	}
	switch {
	case errors.Is(err, ErrNever) || err == nil && at.Before(base):
		at = base
	case err != nil:
		return time.Time{}, err
	case span.Duration > 0:
		left := c.Ran(base, at) - span.Duration
		if at = base; left > 0 {
			if at, err = c.Add(base, left); err != nil {
				return time.Time{}, err
			}
		}
	}
	if runs, err := c.running(at); err == nil {
		at = runs
	}
	return earlier(at, due).In(base.Location()), nil
}

// running returns the first instant from t on at which the clock runs.
func (c Clock) running(t time.Time) (time.Time, error) {
	pauses := Normalise(c.Pauses)
	for {
		at, err := c.NotBefore(t)
		if err != nil {
			return at, err
		}
		moved := false
		for _, pause := range pauses {
			if pause.has(at) {
				if pause.open() {
					return time.Time{}, ErrPaused
				}
				at, moved = pause.Until, true
			}
		}
		if !moved {
			return at, nil
		}
		t = at
	}
}
