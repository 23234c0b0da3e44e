package recovery

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/form"
)

// times are from when and until when an action is to be done.
type times struct {
	start, due time.Time // zero: at once; no deadline
	waits      bool      // for its field, or because its clock cannot get there: it has neither
}

// running is how the clock of an action runs: what it takes to say again when it is
// due, once a pause has come.
type running struct {
	calendar      *worktime.Calendar // nil: the clock always runs
	zone          *time.Location     // of days, weeks, months and years
	after, within *value.Span        // nil: no wait; no deadline
	ends          worktime.Ends
	pauses        bool        // it stops while the incident is paused
	bound         time.Time   // it is due by then in any case; zero: no bound
	held          knownPauses // of the pauses, what stays as it was known
	// paused is when the incident is paused. It is not remembered.
	paused []worktime.Pause
}

// clock is the clock, with the pauses that stop it.
func (r *running) clock() worktime.Clock {
	clock := worktime.Clock{Calendar: r.calendar, Zone: r.zone}
	if r.pauses {
		clock.Pauses = r.paused
	}
	return clock
}

// from says from when and until when an action is to be done that counts from a
// base. One whose base is not known yet waits. So does one whose clock stops before
// it gets to the deadline. An error says whether it came of the deadline or the wait.
func (r *running) from(base time.Time) (t times, ofDeadline bool, err error) {
	t, ofDeadline, err = r.unbound(base)
	if err == nil && before(r.bound, t.due) {
		t.due, t.waits = r.bound, false
	}
	return t, ofDeadline, err
}

// unbound is from without what bounds it.
func (r *running) unbound(base time.Time) (t times, ofDeadline bool, err error) {
	if base.IsZero() {
		return times{waits: true}, false, nil
	}
	clock := r.clock()
	start := base
	if r.after != nil {
		if start, err = clock.Due(base, *r.after, worktime.EndsExactly); err == nil {
			start, err = clock.NotBefore(start)
		}
		t.start = value.Instant(start)
	}
	if err == nil && r.within != nil {
		ofDeadline = true
		span := *r.within
		if r.after != nil && r.after.WorkingDays > 0 && span.WorkingDays > 0 {
			// A wait ends when its last day closes, and the day that follows is the first of the deadline.
			start, span.WorkingDays = base, span.WorkingDays+r.after.WorkingDays
		}
		t.due, err = clock.Due(start, span, r.ends)
		t.due = value.Instant(t.due)
	}
	switch {
	case errors.Is(err, worktime.ErrPaused):
		t, err = times{waits: true}, nil
	case err != nil:
		return times{}, ofDeadline, err
	}
	return t, ofDeadline, nil
}

// running reads how the clock of an action runs.
func (c *conclusion) running(p *policy.Play, a *policy.Action) (running, error) {
	r := running{zone: p.Playbook.Zone, pauses: a.Pauses, paused: c.pauses}
	var err error
	if r.calendar, err = a.Calendar.In(c.input.Frame(p.Playbook)); err != nil {
		return r, evaluationError(p, err)
	}
	if r.after, err = c.span(p, a.After); err == nil {
		r.within, err = c.span(p, a.Within)
	}
	if a.Within != nil {
		r.ends = a.Within.Ends
	}
	return r, err
}

// span evaluates a length of time; nil for none.
func (c *conclusion) span(p *policy.Play, d *policy.Deadline) (*value.Span, error) {
	if d == nil {
		return nil, nil
	}
	span, err := d.Span(c.input.Frame(p.Playbook))
	if err != nil {
		return nil, evaluationError(p, err)
	}
	return &span, nil
}

// end is when a deadline ends that counts from a base; zero as long as nobody knows.
func (c *conclusion) end(p *policy.Play, calendar *policy.CalendarOf, d *policy.Deadline, base time.Time) (time.Time, error) {
	a := &policy.Action{Calendar: calendar, Within: d}
	r, err := c.running(p, a)
	if err != nil {
		return time.Time{}, err
	}
	t, err := c.timesOf(p, a, &r, base)
	return t.due, err
}

// timesOf says from when and until when an action is to be done.
func (c *conclusion) timesOf(p *policy.Play, a *policy.Action, r *running, base time.Time) (times, error) {
	if due, ok := c.workspace.steady.due(r, base); ok {
		return times{due: due}, nil
	}
	t, ofDeadline, err := r.from(base)
	if err == nil {
		return t, nil
	}
	d := a.After
	if ofDeadline {
		d = a.Within
	}
	return t, failedAt(p, d.Position(), d.Source(), "counted from "+timeIn(p, base)+", it never ends or lies beyond the year 9999")
}

// retime works out anew when a promise is due whose clock stops while the incident
// is paused.
func (p *Promise) retime() {
	if !p.run.pauses || p.Base.IsZero() {
		return
	}
	if t, _, err := p.run.from(p.Base); err == nil {
		if !p.sooner {
			p.NotBefore = t.start
		}
		p.DueAt, p.waits = t.due, t.waits
	}
}

// spanOf reads how often something falls due, which is text in a decision that was read from JSON.
func spanOf(v any) value.Span {
	switch x := v.(type) {
	case value.Span:
		return x
	case time.Duration:
		return value.Span{Duration: x}
	case string:
		return form.ReadSpan(x)
	}
	return value.Span{}
}

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

// A promise to inform comes again and again: the n-th time it is due at its base and
// n times its period. Each time is a promise by itself. To inform keeps the time in
// which it falls, and no later one.

// recurs reports whether a promise comes again and again.
func (p *Promise) recurs() bool { return p.every != value.Span{} }

// occurrence is the n-th deadline; zero when its clock does not get there. A deadline
// of its own bounds the first one.
func (p *Promise) occurrence(n int) time.Time {
	if n == 0 || p.Base.IsZero() {
		return p.Base
	}
	at, err := p.run.clock().Due(p.Base, p.every.Times(n), worktime.EndsExactly)
	if err != nil && n == 1 {
		return p.within
	}
	if err != nil {
		return time.Time{}
	}
	if n == 1 {
		at = later(at, p.NotBefore)
		if before(p.within, at) {
			at = p.within
		}
	}
	return value.Instant(at)
}

// first is the number of the first deadline at or after a time.
func (p *Promise) first(t time.Time) int {
	low, high := 0, 1 // the first one lies behind low
	for p.passed(high, t) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := low + (high-low)/2; p.passed(middle, t) {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

func (p *Promise) passed(n int, t time.Time) bool {
	due := p.occurrence(n)
	return !due.IsZero() && due.Before(t)
}

// next is the number of the first deadline that nobody has kept yet.
func (p *Promise) next() int {
	if last := p.lastInformed(); !last.IsZero() {
		return p.first(last) + 1
	}
	return 1
}

// lastInformed is when the customer was last informed; zero: not since the base.
func (p *Promise) lastInformed() time.Time {
	if len(p.times) == 0 {
		return time.Time{}
	}
	return p.times[len(p.times)-1]
}

// mostSilences bounds how many deadlines of one silence are listed.
const mostSilences = 1000

// missedTimes goes through the deadlines of the base that stands that passed until a time and were not kept: the
// time from which each could be kept, and when the customer was informed after it; zero: not yet. The first time of
// another period may have been missed already.
func (p *Promise) missedTimes(until time.Time, each func(from, due, done time.Time)) {
	if p.Base.IsZero() {
		return
	}
	n, from := 1, p.Base
	for i := 0; i <= len(p.times); i++ {
		last, done := math.MaxInt, time.Time{}
		if i < len(p.times) {
			done = p.times[i]
			last = p.first(done)
		}
		for range mostSilences {
			if n >= last {
				break
			}
			due := p.occurrence(n)
			if due.IsZero() || !until.After(due) {
				return
			}
			if !p.missedFrom(from) {
				each(from, due, done)
			}
			n, from = n+1, due
		}
		if n <= last && i < len(p.times) {
			n, from = last+1, p.occurrence(last)
		}
	}
}

// missedFrom reports whether the time that can be kept from a time on was missed under another period.
func (p *Promise) missedFrom(from time.Time) bool {
	return slices.ContainsFunc(p.broken, func(b broken) bool { return p.from(b) && b.base.Equal(from) })
}

// keptTimes goes through the deadlines that were kept since the base that stands, with the time at
// which the customer was informed.
func (p *Promise) keptTimes(each func(due, done time.Time)) {
	if p.Base.IsZero() {
		return
	}
	last := 0
	for _, at := range p.times[max(0, len(p.times)-mostSilences):] {
		n := p.first(at)
		if due := p.occurrence(n); n > last && !due.IsZero() && !p.missedFrom(p.occurrence(n-1)) {
			each(due, at)
		}
		last = n
	}
}

// missedAt is the broken promise of a time at which somebody was to be informed.
func (p *Promise) missedAt(from, due, done time.Time) broken {
	return broken{givenAt: p.given(), base: from, began: p.Base, dueAt: due, doneAt: done, any: p.any && from.Equal(p.Base)}
}

// endTimes remembers the deadlines that passed until a time, before the promise gets others. former says that it gets
// them from the same base.
func (p *Promise) endTimes(end, now time.Time, former bool) {
	var out []broken
	p.missedTimes(end, func(from, due, done time.Time) {
		b := p.missedAt(from, due, done)
		b.until, b.former = now, former
		out = append(out, b)
	})
	p.broken = append(slices.Clip(p.broken), out...)
}

// knownPauses are the pauses before a time as they were known then: what is told of them later takes nothing
// back. The zero value takes all pauses as they are told.
type knownPauses struct {
	until  time.Time
	pauses []worktime.Pause
}

// with are the pauses that count, when some are told.
func (h *knownPauses) with(told []worktime.Pause) []worktime.Pause {
	if h.until.IsZero() {
		return told
	}
	out := slices.Clone(h.pauses)
	for _, p := range told {
		if p.Until.IsZero() || p.Until.After(h.until) {
			p.From = later(p.From, h.until)
			out = append(out, p)
		}
	}
	return out
}

// pausedBy stops the clock for what is told of pauses.
func (r *running) pausedBy(told []worktime.Pause) {
	if r.pauses {
		r.paused = r.held.with(told)
	}
}

// hold keeps, of a promise with a deadline that has passed, the pauses before now as they were known
// until now: a hold that is told afterwards hides no breach.
func (c *conclusion) hold(p *Promise) {
	if !p.run.pauses || p.Base.IsZero() {
		return
	}
	until := c.now
	if !p.recurs() {
		kept := !p.DoneAt.IsZero() && !p.DoneAt.After(p.DueAt) // as the previous decision knew
		if kept || !before(p.DueAt, c.now) {
			return
		}
	} else if until = c.silentUntil(*p); until.IsZero() {
		return
	}
	known := past(p.run.held.with(c.pausesBefore()), until)
	if !slices.EqualFunc(known, past(p.run.held.with(c.pauses), until), samePause) {
		p.run.held = knownPauses{until, known}
	}
}

// silentUntil is until when the pauses of an inform stand: now, while a deadline has passed in silence;
// else the last that was missed; zero when there is none.
func (c *conclusion) silentUntil(p Promise) (until time.Time) {
	p.run.pausedBy(c.pausesBefore())
	c.past.judge(&p)
	for _, b := range p.broken {
		if p.from(b) {
			until = later(until, b.dueAt)
		}
	}
	p.missedTimes(c.endOf(&p), func(_, due, done time.Time) {
		if done.IsZero() {
			due = c.now
		}
		until = later(until, due)
	})
	return until
}

// past are pauses as far as they lie before a time.
func past(pauses []worktime.Pause, t time.Time) (out []worktime.Pause) {
	for _, p := range worktime.Normalise(pauses) {
		if !p.From.Before(t) {
			continue
		}
		if p.Until.IsZero() || p.Until.After(t) {
			p.Until = t
		}
		out = append(out, p)
	}
	return out
}

func samePause(a, b worktime.Pause) bool { return a.From.Equal(b.From) && a.Until.Equal(b.Until) }

// pausesBefore are the pauses that the previous decision knew.
func (c *conclusion) pausesBefore() []worktime.Pause {
	if c.knew == nil {
		var in Incident
		if in.UnmarshalJSON(c.given.Previous.Incident) == nil {
			c.knew = &in.Paused
		} else {
			c.knew = &c.pauses // not reached: it was written by us
		}
	}
	return *c.knew
}

// informs reports whether a promise is one to inform.
func informs(p Promise) bool { return p.Type == ActionInform }
