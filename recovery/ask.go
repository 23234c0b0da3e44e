package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// ask is what one play asks for under an action: a promise in the making, with the
// steps that hang on its deadline.
type ask struct {
	Promise
	play    *policy.Play
	source  *policy.Action
	sources []*policy.Action // all that the play asks for under the action; nil: the source alone
	speaker *policy.Action   // nil for what the engine makes itself
	partner string
	was     *Promise // of an earlier decision; nil: there was none
	found   Promise  // what it was before the two were brought together
	times   times
	// fresh is set when this decision gives the deadline, or shortens it.
	fresh bool
}

// promise works out when an action is due that a play asks for, and whether it is
// done, from what earlier decisions have promised.
func (c *conclusion) promise(d *draft, bound time.Time) error {
	p := c.promiseOf(d)
	var was *Promise
	if !c.choosing {
		was = c.remembered(&p)
	}
	if was == nil && bound.IsZero() && !c.needsMemory(d, &p) {
		e := c.happened
		d.DoneAt = e.doneAt(d.ID, d.Type, d.Amount, p.redress, e.from(c.base, true, p.redress))
		return nil
	}
	return c.ask(d, &p, was, bound)
}

// promiseOf says whose promise an action is.
func (c *conclusion) promiseOf(d *draft) Promise {
	p := Promise{Action: d.ID, Type: d.Type, Item: d.Item, Play: d.play.Name, redress: d.redress(), amount: d.Amount}
	if d.source.Since != nil {
		p.Since = d.source.Since.Name
	}
	return p
}

// askAll makes promises of the actions that are one with an action that has something
// to remember: what each play asks for counts then.
func (c *conclusion) askAll() error {
	plain := func(d *draft) bool { return len(d.asks) == 0 && d.source != nil && d.merges }
	if !slices.ContainsFunc(c.drafts, plain) {
		return nil
	}
	asked := map[string]bool{}
	for _, d := range c.drafts {
		if len(d.asks) > 0 && d.merges {
			asked[d.ID] = true
		}
	}
	for _, d := range c.drafts {
		if plain(d) && asked[d.ID] {
			p := c.promiseOf(d)
			if err := c.ask(d, &p, nil, time.Time{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask works out a promise that has something to remember.
func (c *conclusion) ask(d *draft, p, was *Promise, bound time.Time) error {
	a := d.source
	asks := c.workspace.ask()
	x := &asks[0]
	x.Promise, x.play, x.source, x.speaker = *p, d.play, a, d.speaker
	x.every = everyOf(d)
	c.found(&x.Promise, was, a)
	var err error
	if x.run, err = c.running(d.play, a); err != nil {
		return err
	}
	x.run.bound, x.calendar = bound, x.run.calendar
	if was != nil && was.Base.Equal(x.Base) {
		x.run.held = was.run.held
		x.run.pausedBy(c.pauses)
	}
	t, err := c.timesOf(d.play, a, &x.run, x.Base)
	if err != nil {
		return err
	}
	if x.recurs() {
		x.within, t.due = t.due, time.Time{}
	}
	x.was, x.found, x.times = was, x.Promise, t
	c.meet(x)
	d.NotBefore, d.DueAt, d.DoneAt, d.waits, d.pauses = x.NotBefore, x.DueAt, x.DoneAt, x.waits, a.Pauses
	d.asks = asks
	return nil
}

// needsMemory reports whether later decisions, and the agenda, have to know more of
// an ask than the action itself says. They need not where any event fulfils it and
// nothing is due.
func (c *conclusion) needsMemory(d *draft, p *Promise) bool {
	a := d.source
	timed := a.Since != nil || a.Within != nil || a.After != nil || a.Pauses || len(a.Remind)+len(a.IfLate) > 0 || d.Type == ActionInform
	return timed || !p.redress && (c.choosing || c.given.Previous != nil && !c.stood(d.ID, d.play.Name))
}

// everyOf is how often an inform is owed.
func everyOf(d *draft) value.Span {
	if d.Type != ActionInform {
		return value.Span{}
	}
	return spanOf(paramOf(d.Params, "every"))
}

// found finds what a promise counts from.
func (c *conclusion) found(p, was *Promise, a *policy.Action) {
	p.GivenAt = c.now
	switch {
	case a.Since != nil:
		p.origin = c.since(a.Since)
	case c.choosing || was != nil && was.over:
		p.origin = c.now
	case was != nil && was.Since != "": // it was another ask of the play that was remembered
		p.origin = c.playBase(p.Play)
		p.any = p.origin.Equal(c.given.Previous.Base)
	case was != nil:
		p.origin, p.any = was.origin, was.any || was.anyOnce
	default:
		p.origin = c.playBase(p.Play)
		p.any = c.given.Previous == nil || c.stood(p.Action, p.Play)
	}
	switch {
	case c.choosing:
	case was != nil:
		p.GivenAt = was.GivenAt
	case c.stood(p.Action, p.Play):
		p.GivenAt = c.previous[p.Action].GivenAt
		if p.GivenAt.IsZero() {
			p.GivenAt = c.given.Previous.Decision.DecidedAt
		}
	}
	first := p.any
	p.Base = c.reopen(p, was)
	p.anyOnce = first && !p.any
}

// reopen is the base of a promise, once it is looked at what the reopening of an
// incident makes of it. What was done before is owed once more from then on, save
// redress. What is open already stays as it is, however often the incident is opened.
func (c *conclusion) reopen(p, was *Promise) time.Time {
	again := c.happened.reopened
	if p.origin.IsZero() || again.IsZero() || p.redress {
		return p.origin
	}
	done := false
	if was != nil && !was.over {
		p.opened = was.opened
		done = !was.DoneAt.IsZero() && was.DoneAt.Before(again)
	}
	if done {
		p.opened = again
	}
	base := later(p.origin, p.opened)
	if startsAnew(p.Type) {
		base = later(base, again)
	}
	if p.origin.Before(base) {
		p.any = false
	}
	return base
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// meet brings together what a play asks for now and what it has asked for before.
// A promise that is done keeps the deadline that stood then.
func (c *conclusion) meet(x *ask) {
	x.Promise = x.found
	now, p, was, t := c.now, &x.Promise, x.was, x.times
	defer func() {
		c.recur(p)
		shortened := was != nil && (p.redress || p.Base.Equal(was.Base)) && before(p.DueAt, was.DueAt)
		x.fresh = x.fresh || shortened
	}()
	if x.fresh = was == nil; x.fresh {
		p.NotBefore, p.DueAt, p.waits, p.SetAt = t.start, t.due, t.waits, now
		if before := p.GivenAt; before.Before(now) && !t.due.IsZero() { // it had no deadline until now
			p.stood = []stood{{setAt: before}}
		}
		if c.happened.judge(p); !p.DoneAt.IsZero() {
			p.DueAt, p.SetAt = p.dueAsOf(p.DoneAt)
		}
		return
	}
	p.stood, p.broken, p.settled, p.Cancelled = was.stood, was.broken, was.settled, was.Cancelled
	p.SetAt, p.NotBefore, p.DueAt, p.waits = was.SetAt, was.NotBefore, was.DueAt, was.waits
	if was.amount != p.amount {
		p.broken = was.brokenFor(p.amount, now)
	}
	base, done := p.Base, c.stillDone(p, was)
	switch {
	case !done.IsZero():
		p.DoneAt = done
		p.DueAt, p.SetAt = was.dueAsOf(done)
		if base.IsZero() || !p.redress && !base.Equal(was.Base) {
			if p.Base = was.Base; was.run.exists() { // else its times are settled, and those of today are the same
				p.run = was.run
			}
		}
	case p.amount.IsSet() && !was.DoneAt.IsZero(): // it was raised since, and what it rose by is promised now
		p.NotBefore, p.DueAt, p.waits = t.start, t.due, t.waits
		gone := *was
		gone.settle()
		p.SetAt, p.stood, p.settled, x.fresh = now, nil, gone.settled, true
		c.happened.judge(p)
	case p.recurs() && base.Equal(was.Base):
		p.broken = c.brokenUnder(p, was)
		p.NotBefore, p.waits = t.start, t.waits
		c.happened.judge(p)
	case p.redress || base.Equal(was.Base): // redress stays one promise
		p.move(t, now)
		if c.happened.judge(p); !p.DoneAt.IsZero() { // it was done before it had this deadline
			p.DueAt, p.SetAt = p.dueAsOf(p.DoneAt)
		}
	default:
		p.renew(was, base, t, now)
		x.fresh = !p.had(base, t.due)
		c.happened.judge(p)
	}
	if p.Cancelled { // it comes back
		p.Cancelled = false
		p.restore()
		p.comesBack()
		c.happened.judge(p)
	}
}

// brokenUnder are the times of an inform that were missed, once its period is another: they stay missed.
func (c *conclusion) brokenUnder(p, was *Promise) []broken {
	if !was.recurs() || p.every == was.every && p.within.Equal(was.within) {
		return was.broken
	}
	gone := *was
	if !gone.Cancelled {
		gone.endTimes(c.endOf(was), c.now, true)
	}
	gone.broken = slices.Clone(gone.broken)
	for i := range gone.broken {
		if b := &gone.broken[i]; gone.from(*b) {
			b.former = true
		}
	}
	return gone.broken
}

// amountCut looks again at what was promised of an action with an amount, once limits
// have cut it: less is done sooner.
func (c *conclusion) amountCut(d *draft) {
	if !d.Amount.IsSet() {
		return
	}
	if len(d.asks) == 0 {
		d.DoneAt = c.happened.doneAt(d.ID, d.Type, d.Amount, true, time.Time{})
	}
	for i := range d.asks {
		if x := &d.asks[i]; x.amount != d.Amount {
			x.found.amount = d.Amount
			c.meet(x)
			d.shape()
		}
	}
}

// recur sets the deadline that stands of a promise that comes again and again. It is
// over once the incident is resolved.
func (c *conclusion) recur(p *Promise) {
	if !p.recurs() || p.Base.IsZero() {
		return
	}
	p.DueAt = p.occurrence(p.next())
	p.waits = p.DueAt.IsZero()
	if p.DoneAt = (time.Time{}); c.resolved() {
		p.DoneAt = p.lastInformed()
	}
}

// stillDone is when that was done which a play has asked for, if it also counts for what
// it asks for now; else zero. What follows a field that is gone since counts as done.
func (c *conclusion) stillDone(p, was *Promise) time.Time {
	switch {
	case was.DoneAt.IsZero() || was.undone || p.recurs() || was.DoneAt.Before(c.happened.from(p.Base, p.any, p.redress)):
		return time.Time{}
	case p.amount != was.amount:
		return c.happened.doneAt(p.Action, p.Type, p.amount, p.redress, time.Time{})
	}
	return was.DoneAt
}

// remembered is the promise of an earlier decision that an ask is about.
func (c *conclusion) remembered(p *Promise) *Promise {
	for i := range c.memory {
		if c.memory[i].same(p) {
			return &c.memory[i]
		}
	}
	return nil
}

// redress reports whether an action gives something that was lost: money, be it under
// another name, or goods.
func (a *Action) redress() bool { return a.Justice == JusticeDistributive || a.Amount.IsSet() }

// recall takes what earlier decisions have promised, as it is by now: with what has
// happened since.
func (c *conclusion) recall() {
	prev := c.given.Previous
	var told []time.Time
	if prev != nil {
		told = prev.Informed
	}
	c.informs = informedAt(told, c.informedAt)
	c.happened = eventsBy(c.now, c.respondedAt, c.informs, c.resolvedAt, c.reopened)
	c.happened.told(c.given.Reports)
	if len(c.given.Reports) > 0 {
		c.happened.handed = c.handed()
	}
	c.past = eventsBy(c.now, c.respondedAt, c.informs, c.resolvedAt, time.Time{})
	c.past.reports, c.past.handed, c.past.again = c.happened.reports, c.happened.handed, c.happened.reopened
	if prev == nil {
		return
	}
	c.memory = c.looked(prev.Promises)
	c.memory = slices.DeleteFunc(c.memory, func(p Promise) bool { return p.chosen })
	for i := range c.given.Made {
		c.chosen = append(c.chosen, c.chosenBy(&c.given.Made[i])...)
	}
}

// chosenBy is what a choice has promised, as it is by now. Its record says when that is due without the pauses since.
func (c *conclusion) chosenBy(m *Record) []Promise {
	out := slices.Clone(c.given.chosenBy(m))
	for i := range out {
		p := &out[i]
		p.chosen = true
		if p.run.pauses && p.DoneAt.IsZero() && !p.recurs() {
			p.run.pausedBy(c.pausesBefore())
			p.retime()
		}
	}
	return c.looked(out)
}

func (c *conclusion) looked(promises []Promise) []Promise {
	if len(promises) == 0 {
		return nil
	}
	out := slices.Clone(promises)
	for i := range out {
		p := &out[i]
		kept := !p.DoneAt.IsZero() && !p.recurs()
		c.hold(p)
		p.run.pausedBy(c.pauses)
		if p.chosen && p.DoneAt.IsZero() && !p.recurs() {
			p.retime()
		}
		done := p.DoneAt
		c.past.judge(p)
		switch {
		case !kept || p.DoneAt.Equal(done) || p.Cancelled:
		case !done.After(p.DueAt) && c.beganAnew(p, done): // what was kept until then stays kept
			p.DoneAt, p.undone = done, true
		case p.DoneAt.IsZero():
			p.retime() // it is open again, and waited while the incident was paused
		}
		if at := c.withdrawnAt(p.Action); !at.IsZero() {
			p.cancel(at)
		}
	}
	return out
}

// beganAnew reports whether a promise that was done at a time counts from a later base by now: its field has moved, or
// the incident was opened again. What the incident tells of later is then about the next promise.
func (c *conclusion) beganAnew(p *Promise, done time.Time) bool {
	base := p.Base
	if i := slices.IndexFunc(c.rules.program.Fields, func(f *policy.Field) bool { return f.Name == p.Since }); i >= 0 {
		base = c.since(c.rules.program.Fields[i])
	} else if p.chosen {
		return false
	}
	if startsAnew(p.Type) {
		base = later(base, c.happened.reopened)
	}
	return !p.redress && !base.Equal(p.Base) && (p.DoneAt.IsZero() || done.Before(base))
}

// withdrawnAt is when a choice has cancelled an action; zero when none has.
func (c *conclusion) withdrawnAt(action string) time.Time {
	if !c.isWithdrawn(action) {
		return time.Time{}
	}
	return c.given.withdrawnAt(action)
}
