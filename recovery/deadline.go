package recovery

import (
	"errors"
	"strings"
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
	calendar, err := a.Calendar.In(c.input.Frame(d.play.Playbook))
	if err != nil {
		return evaluationError(d.play, err)
	}
	clock := worktime.Clock{Calendar: calendar, Zone: d.play.Playbook.Zone}
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
	if days, ok := c.workingDays(d.play, a); ok {
		// A wait ends when its last day closes, and the day that follows is the first of the deadline.
		d.DueAt, err = c.due(d.play, clock, base, a.Within, days)
		return err
	}
	d.DueAt, err = c.run(d.play, clock, start, a.Within)
	return err
}

// workingDays is the wait and the deadline in one, where both are working days.
func (c *conclusion) workingDays(p *policy.Play, a *policy.Action) (value.Span, bool) {
	if a.After == nil || a.Within == nil {
		return value.Span{}, false
	}
	f := c.input.Frame(p.Playbook)
	after, err := a.After.Span(f)
	within, errWithin := a.Within.Span(f)
	both := value.Span{WorkingDays: after.WorkingDays + within.WorkingDays}
	return both, err == nil && errWithin == nil && after.WorkingDays > 0 && within.WorkingDays > 0
}

// run lets a deadline run from a time. The zero time means that it never ends,
// because its clock is stopped.
func (c *conclusion) run(p *policy.Play, clock worktime.Clock, from time.Time, d *policy.Deadline) (time.Time, error) {
	if d == nil {
		return from, nil
	}
	span, err := d.Span(c.input.Frame(p.Playbook))
	if err != nil {
		return time.Time{}, evaluationError(p, err)
	}
	return c.due(p, clock, from, d, span)
}

// due is run for a span that may be more than the deadline's own.
func (c *conclusion) due(p *policy.Play, clock worktime.Clock, from time.Time, d *policy.Deadline, span value.Span) (time.Time, error) {
	at, err := clock.Due(from, span, d.Ends)
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
	every value.Span
	base  time.Time
	clock worktime.Clock
}

func paceOf(d *draft, base time.Time, clock worktime.Clock) *pace {
	for _, p := range d.Params {
		if p.Name == "every" && d.Type == "inform" {
			return &pace{every: spanOf(p.Value), base: base, clock: clock}
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
			p.every = spanOf(param.Value)
		}
	}
	return p
}

// spanOf reads how often inform falls due, which is text in a decision that was read from JSON.
func spanOf(v any) value.Span {
	switch x := v.(type) {
	case value.Span:
		return x
	case time.Duration:
		return value.Span{Duration: x}
	case string:
		if d, err := value.ParseAnyDuration(x); err == nil && !strings.ContainsAny(x, "dw") {
			return value.Span{Duration: d}
		}
		span, _ := value.ParseSpan(x)
		return span
	}
	return value.Span{}
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
