package recovery

import (
	"errors"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// times says from when and until when an action is to be done. An action whose
// since field is absent, or whose clock is paused, waits: it has neither.
func (c *conclusion) times(d *draft, base time.Time) error {
	a := d.source
	base = c.baseOf(a, base)
	clock := worktime.Clock{Calendar: a.Calendar}
	if a.Pauses {
		clock.Pauses, d.pauses = c.pauses, true
	}
	d.pace = paceOf(d, base, clock)
	if base.IsZero() || clock.PausedAt(c.now) {
		d.waits = true
		return nil
	}
	start, err := c.run(d.play, clock, base, a.After)
	if err != nil || start.IsZero() {
		d.waits = err == nil
		return err
	}
	if a.After != nil {
		opening, err := clock.NotBefore(start)
		if err != nil {
			return failedAt(d.play, a.Position, a.Type.Name, err.Error())
		}
		start, d.NotBefore = opening, opening
	}
	if a.Within == nil {
		return nil
	}
	if a.After != nil && a.After.WorkingDay && a.Within.WorkingDay {
		// A wait ends when its last day closes, and the day that follows is the first of the deadline.
		d.DueAt, err = c.runDays(d.play, clock, base, a.Within, a.After.WorkingDays+a.Within.WorkingDays)
		return err
	}
	d.DueAt, err = c.run(d.play, clock, start, a.Within)
	return err
}

// run lets a deadline run from a time. The zero time means that it never ends,
// because its clock is stopped.
func (c *conclusion) run(p *policy.Play, clock worktime.Clock, from time.Time, d *policy.Deadline) (time.Time, error) {
	if d == nil {
		return from, nil
	}
	if d.WorkingDay {
		return c.runDays(p, clock, from, d, d.WorkingDays)
	}
	length, err := d.Duration(c.input.Frame(p.Playbook))
	if err != nil {
		return time.Time{}, evaluationError(p, err)
	}
	at, err := clock.Add(from, length)
	return ended(p, d, from, at, err)
}

// runDays is run for working days, which may be more than the deadline's own.
func (c *conclusion) runDays(p *policy.Play, clock worktime.Clock, from time.Time, d *policy.Deadline, days int) (time.Time, error) {
	at, err := clock.AddWorkingDays(from, days)
	return ended(p, d, from, at, err)
}

// ended is the end of a deadline, as run returns it.
func ended(p *policy.Play, d *policy.Deadline, from, at time.Time, err error) (time.Time, error) {
	if isPaused(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, failedAt(p, d.Position(), d.Source(),
			"counted from "+value.FormatTimestamp(from)+", it never ends or lies beyond the year 9999")
	}
	return at.UTC(), nil
}

// pace is how an action's clock runs, which is more than a decision's JSON
// holds.
type pace struct {
	every time.Duration
	base  time.Time
	clock worktime.Clock
}

func paceOf(d *draft, base time.Time, clock worktime.Clock) *pace {
	for _, p := range d.Params {
		if every, ok := p.Value.(time.Duration); ok && p.Name == "every" && d.Type == "inform" {
			return &pace{every: every, base: base, clock: clock}
		}
	}
	return nil
}

func (a *agenda) paceOf(x Action) pace {
	if x.pace != nil {
		return *x.pace
	}
	p := pace{base: a.toldBase()}
	for _, param := range x.Params {
		if param.Name == "every" {
			p.every = durationOf(param.Value)
		}
	}
	return p
}

// durationOf reads a duration, which is text in a decision that was read from
// JSON.
func durationOf(v any) time.Duration {
	switch x := v.(type) {
	case time.Duration:
		return x
	case string:
		d, err := value.ParseAnyDuration(x)
		if err == nil {
			return d
		}
	}
	return 0
}

func isPaused(err error) bool { return errors.Is(err, worktime.ErrPaused) }

// before orders deadlines: none is the latest.
func before(a, b time.Time) bool {
	return !a.IsZero() && (b.IsZero() || a.Before(b))
}

// compareTimes puts no time last.
func compareTimes(a, b time.Time) int {
	switch {
	case a.Equal(b):
		return 0
	case before(a, b):
		return -1
	}
	return 1
}
