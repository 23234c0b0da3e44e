package recovery

import (
	"math/big"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// hang is why a step is owed: it hangs on the deadline of one ask. A step that
// several asks bring hangs on each.
type hang struct {
	play      string    // whose ask it is
	moves     bool      // the deadline was chosen, and pauses that come later move it
	at, dueAt time.Time // when it is owed, and by when; zero: nobody knows yet; no deadline

	// Where the deadline comes again and again, the times are counted from each of them:
	// so much before it, or after it.
	ahead, after, within *value.Span
	// every is how often it is owed again, by the step's clock or that of its action.
	every *value.Span
	run   running
}

// steps expands what hangs on the deadlines of an action: its reminders, and what is
// owed when it is late.
func (c *conclusion) steps(d *draft) error {
	var reminders, lates []*draft
	for i := range d.asks {
		x := &d.asks[i]
		c.turnTo(x.play, d.item)
		for _, source := range x.all() {
			for _, a := range source.Remind {
				y, err := c.reminder(d, x, a)
				if err != nil {
					return err
				}
				reminders = append(reminders, y)
			}
			for _, a := range source.IfLate {
				y, err := c.ifLate(d, x, a)
				if err != nil {
					return err
				}
				lates = append(lates, y)
			}
		}
	}
	var err error
	if d.Remind, err = c.finished(reminders); err == nil {
		d.IfLate, err = c.finished(lates)
	}
	return err
}

// choiceSteps expands what hangs on the time to decide of a choice.
func (c *conclusion) choiceSteps(ch *Choice, p *policy.Play) error {
	d := p.Choice
	if len(d.Remind)+len(d.IfLate) == 0 {
		return nil
	}
	a := &policy.Action{Within: d.Within, Calendar: d.Calendar, Remind: d.Remind, IfLate: d.IfLate}
	x := ask{Promise: ch.promise(), play: p, source: a}
	x.Base = c.playBase(p.Name)
	var err error
	if x.run, err = c.running(p, a); err != nil {
		return err
	}
	like := &draft{Action: Action{ID: ch.ID}, play: p, asks: []ask{x}}
	err = c.steps(like)
	ch.Remind, ch.IfLate = like.Remind, like.IfLate
	return err
}

// promise is the time to decide, as that of an action.
func (ch *Choice) promise() Promise {
	return Promise{Action: ch.ID, Type: OwedChoice, Play: ch.Play, DueAt: ch.DueAt}
}

func (c *conclusion) finished(drafts []*draft) (out []Action, err error) {
	for _, y := range c.workspace.mergeDrafts(drafts) {
		if err := c.finish(y); err != nil {
			return nil, err
		}
		out = append(out, y.Action)
	}
	return out, nil
}

// step is a step of an ask, without its times.
func (c *conclusion) step(parent string, x *ask, a *policy.Action) (*draft, hang, error) {
	h := hang{play: x.Play}
	y, err := c.parameters(x.play, a, parent)
	if err != nil {
		return nil, h, err
	}
	y.partner = x.partner
	h.every, err = c.span(x.play, a.Every)
	return y, h, err
}

// ifLate is a step that is owed when an ask is not done in time. Its times count
// from the deadline of the ask.
func (c *conclusion) ifLate(d *draft, x *ask, a *policy.Action) (*draft, error) {
	y, h, err := c.step(d.ID, x, a)
	if err != nil {
		return nil, err
	}
	if h.run, err = c.running(x.play, a); err != nil {
		return nil, err
	}
	h.run.held = x.run.held
	h.run.pausedBy(c.pauses)
	base := c.baseOf(a, x.DueAt)
	t, err := c.timesOf(x.play, a, &h.run, base)
	if err != nil {
		return nil, err
	}
	y.NotBefore, y.DueAt, y.waits, y.pauses = t.start, t.due, t.waits, a.Pauses
	if !x.DueAt.IsZero() {
		h.at = h.run.owedFrom(base, x.DueAt)
	}
	h.after, h.within, h.dueAt = h.run.after, h.run.within, t.due
	h.moves = c.choosing && x.run.pauses && a.Since == nil
	y.hangs = []hang{h.kept(x)}
	// What is owed if the step itself is late hangs on the step's deadline.
	inner := Promise{Action: y.ID, Type: y.Type, Play: x.Play, Since: x.Since, Base: x.DueAt, NotBefore: t.start, DueAt: t.due, waits: t.waits, run: h.run}
	y.asks = []ask{{Promise: inner, play: x.play, source: a, speaker: a, partner: x.partner}}
	return y, nil
}

// owedFrom is when a step is owed that counts from a base, not before a deadline; zero while nobody knows. It is
// owed then even where its own deadline is still open, because the incident is paused.
func (r *running) owedFrom(base, deadline time.Time) time.Time {
	alone := *r
	alone.within = nil
	t, _, err := alone.from(base)
	if err != nil || t.waits {
		return time.Time{}
	}
	return later(later(t.start, base), deadline)
}

// kept is what has to be remembered of why a step is owed.
func (h hang) kept(x *ask) hang {
	if h.run.paused = nil; h.every == nil && !x.recurs() && !h.moves {
		h.run, h.after, h.within, h.ahead = running{}, nil, nil, nil
	}
	h.run.after, h.run.within = nil, nil
	return h
}

// reminder is a step that is owed ahead of the deadline of an ask, by the clock of
// the ask.
func (c *conclusion) reminder(d *draft, x *ask, a *policy.Action) (*draft, error) {
	// What is owed before the deadline is another step than the same one after it.
	y, h, err := c.step(d.ID+" remind", x, a)
	if err != nil {
		return nil, err
	}
	h.run = x.run
	if h.ahead, err = c.ahead(x, a.Before); err != nil {
		return nil, err
	}
	y.waits = x.waits
	if h.ahead != nil && !x.DueAt.IsZero() && !x.recurs() {
		at, err := x.run.clock().Ahead(x.Base, x.DueAt, *h.ahead)
		if err != nil {
			return nil, failedAt(x.play, a.Position, a.Type.Name, err.Error())
		}
		h.at = value.Instant(at)
	} else if x.recurs() && h.ahead != nil {
		h.at = x.remindedAt(x.occurrence(x.next()-1), x.occurrence(x.next()), *h.ahead)
	}
	y.NotBefore = h.at
	h.moves = c.choosing && x.run.pauses
	y.hangs = []hang{h.kept(x)}
	return y, nil
}

// ahead is how long before a deadline a reminder is owed.
func (c *conclusion) ahead(x *ask, b *policy.Before) (*value.Span, error) {
	if b == nil {
		return nil, nil
	}
	if b.Time != nil {
		return c.span(x.play, b.Time)
	}
	from, due := later(x.Base, x.NotBefore), x.DueAt
	if x.recurs() {
		from, due = x.occurrence(x.next()-1), x.occurrence(x.next())
	}
	if due.IsZero() || from.IsZero() {
		return nil, nil
	}
	share := new(big.Rat).Mul(b.Share.Rat(), new(big.Rat).SetInt64(int64(x.run.clock().Ran(from, due))))
	n := new(big.Int).Quo(share.Num(), share.Denom())
	return &value.Span{Duration: time.Duration(n.Int64()).Truncate(time.Microsecond)}, nil
}
