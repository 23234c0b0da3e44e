package recovery

import (
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// hung is when a step is owed on behalf of one promise.
type hung struct {
	hang
	from   time.Time // what was reported before then is about an earlier time
	due    time.Time // the deadline that it hangs on
	doneAt time.Time // of the promise; zero: open
}

// hungOn finds each reason why a step is owed on behalf of a promise. Where a deadline
// comes again and again, each time is a reason of its own.
func (a *agenda) hungOn(y *Action, p *Promise) (out []hung) {
	add := func(h hung) {
		if !h.at.IsZero() {
			out = append(out, h)
			a.changes(h.at)
			a.ends(h.hang.dueAt)
		}
	}
	if len(y.hangs) == 0 {
		add(hung{hang: hang{at: cmp.Or(y.NotBefore, p.DueAt), dueAt: y.DueAt}, due: p.DueAt, doneAt: p.DoneAt})
	}
	for _, x := range y.hangs {
		switch {
		case x.play != p.Play:
		case x.moves && !p.recurs():
			add(a.hungMoved(hung{hang: x, from: a.happened.from(p.Base, p.any, y.redress()), due: p.DueAt, doneAt: p.DoneAt}, p))
		case p.recurs():
			a.times(p, func(from, due, doneAt time.Time) {
				add(a.hungAgain(hung{hang: x, from: from, due: due, doneAt: doneAt}, p))
			})
		default:
			add(hung{hang: x, from: a.happened.from(p.Base, p.any, y.redress()), due: p.DueAt, doneAt: p.DoneAt})
		}
	}
	return out
}

// times goes through the deadlines of a promise that comes again and again: those that
// were missed, and the next one, if nobody has kept it yet. Each could be kept from a
// time on.
func (a *agenda) times(p *Promise, each func(from, due, doneAt time.Time)) {
	for _, b := range p.broken {
		if p.from(b) && !b.ended && !a.happened.spared(p, &b) {
			each(b.base, b.dueAt, b.doneAt)
		}
	}
	until := a.happened.now
	if at := a.happened.resolved; p.needlessFrom(at) {
		until = at
	}
	p.missedTimes(until, func(from, due, done time.Time) {
		if b := p.missedAt(from, due, done); !a.happened.spared(p, &b) {
			each(from, due, done)
		}
	})
	if n := p.first(a.happened.now); n >= p.next() {
		if due := p.occurrence(n); !due.IsZero() {
			each(p.occurrence(n-1), due, time.Time{})
		}
	}
}

// hungAgain sets the times of a step of a promise that comes again and again.
func (a *agenda) hungAgain(h hung, p *Promise) hung {
	h.at, h.hang.dueAt = time.Time{}, time.Time{}
	if h.ahead != nil {
		h.at = p.remindedAt(h.from, h.due, *h.ahead)
		return h
	}
	run := h.run
	run.after, run.within = h.after, h.within
	run.pausedBy(a.pauses)
	if t, _, err := run.from(h.due); err == nil {
		h.at, h.hang.dueAt = run.owedFrom(h.due, h.due), t.due
	}
	return h
}

// hungMoved sets the times of a step whose deadline has moved since it was chosen.
func (a *agenda) hungMoved(h hung, p *Promise) hung {
	from := h.from
	h.from, h.run.held = p.Base, p.run.held
	h = a.hungAgain(h, p)
	h.from = from
	return h
}

// remindedAt is when a reminder of a deadline is owed, so long before it.
func (p *Promise) remindedAt(from, due time.Time, ahead value.Span) time.Time {
	if due.IsZero() || from.IsZero() {
		return time.Time{}
	}
	at, err := p.run.clock().Ahead(from, due, ahead)
	if err != nil {
		return time.Time{}
	}
	return value.Instant(at)
}

// latest is the last time by now at which a step was owed again.
func (a *agenda) latest(h *hang) time.Time {
	if h.every == nil || h.at.After(a.happened.now) {
		return h.at
	}
	h.run.pausedBy(a.pauses)
	again := Promise{Base: h.at, every: *h.every, run: h.run}
	n := again.first(a.happened.now)
	a.changes(again.occurrence(n), again.occurrence(n+1))
	if due := again.occurrence(n); due.IsZero() || due.After(a.happened.now) {
		n--
	}
	return again.occurrence(n)
}

// remind adds a reminder if it is owed: from its time on, until the action is done.
func (a *agenda) remind(y *Action, p *Promise) {
	if p.waits || !a.isOpen(p) {
		return
	}
	for _, h := range a.hungOn(y, p) {
		if !a.happened.now.Before(h.at) && a.reportedSince(y, h.from).IsZero() {
			a.addStep(y, &h)
		}
	}
}

// addStep adds a step that is owed, once.
func (a *agenda) addStep(y *Action, h *hung) {
	o := Owed{Action: *y, State: Due, At: h.dueAt}
	last := a.latest(&h.hang)
	a.fell(y, last)
	switch {
	case before(h.dueAt, a.happened.now):
		o.State = Overdue
	case h.every != nil && h.dueAt.IsZero():
		o.At = last
	}
	i := slices.IndexFunc(a.out, func(x Owed) bool { return x.Action.ID == y.ID })
	if i < 0 {
		a.out = append(a.out, o)
	} else if compareOwed(o, a.out[i]) < 0 {
		a.out[i] = o
	}
}

func (a *agenda) reportedSince(y *Action, from time.Time) time.Time {
	return firstFrom(doneTimes(a.happened.reports, y.ID), from)
}

// ifLate adds a step if it is owed on behalf of one of the promises, and what is owed
// if the step is late itself.
func (a *agenda) ifLate(y *Action, asks []Promise) {
	for i := range asks {
		for _, h := range a.hungOn(y, &asks[i]) {
			a.late(y, &asks[i], &h)
		}
	}
}

// late adds a step for one reason why it is owed.
func (a *agenda) late(y *Action, p *Promise, h *hung) {
	done := h.doneAt
	if r := a.happened.resolved; p.needlessFrom(r) && (done.IsZero() || r.Before(done)) {
		done = r // it is not needed any more since
	}
	over := !done.IsZero() && (!done.After(h.at) || y.overOnceDone())
	if over || a.happened.now.Before(h.at) {
		return
	}
	from := h.from
	if !y.redress() {
		from = later(from, h.due) // what was reported before the deadline is not about it
	}
	reported := a.reportedSince(y, from)
	if reported.IsZero() {
		a.addStep(y, h)
	}
	a.nested(y, p, h, reported)
}

// nested adds the steps of a step.
func (a *agenda) nested(y *Action, p *Promise, h *hung, reported time.Time) {
	inner := Promise{
		Action: y.ID, Type: y.Type, Play: p.Play, Since: p.Since, Base: h.from, DueAt: h.dueAt, DoneAt: reported, waits: y.waits,
	}
	for i := range y.IfLate {
		a.ifLate(&y.IfLate[i], []Promise{inner})
	}
}

// overOnceDone reports whether a step has no more use once its action is done. What
// a customer was promised, and what a team has made a type of its own for, has.
func (y *Action) overOnceDone() bool {
	return y.Justice == "procedural" && policy.BuiltinAction(y.Type) != nil
}
