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
// comes again and again, it is the latest that has passed, or for reminders the next one.
func (a *agenda) hungOn(y *Action, p *Promise) (out []hung) {
	add := func(h hung) {
		if !h.at.IsZero() {
			out = append(out, h)
		}
	}
	if len(y.hangs) == 0 {
		add(hung{hang: hang{at: cmp.Or(y.NotBefore, p.DueAt), dueAt: y.DueAt}, due: p.DueAt, doneAt: p.DoneAt})
	}
	for _, x := range y.hangs {
		if x.play != p.Play || x.since != p.Since {
			continue
		}
		h := hung{hang: x, from: a.happened.from(p.Base, p.any, p.redress), due: p.DueAt, doneAt: p.DoneAt}
		if p.recurs() {
			a.hungAgain(&h, p)
		}
		add(h)
	}
	return out
}

// hungAgain sets the times of a step of a promise that comes again and again.
func (a *agenda) hungAgain(h *hung, p *Promise) {
	n := p.first(a.happened.now)
	h.at, h.doneAt = time.Time{}, time.Time{}
	if h.ahead != nil {
		h.due, h.from = p.occurrence(n), p.occurrence(n-1)
		if p.next() > n || h.due.IsZero() {
			return
		}
		h.at = p.remindedAt(n, *h.ahead)
		return
	}
	if due := p.occurrence(n); n > 1 && !due.Equal(a.happened.now) {
		n--
	} else if due.After(a.happened.now) {
		return
	}
	h.due, h.from = p.occurrence(n), p.occurrence(n-1)
	if p.next() > n { // kept, or informed too late
		if !p.told.After(h.due) {
			return
		}
		h.doneAt = p.told
	}
	run := h.run
	run.after, run.within, run.paused = h.after, h.within, a.pauses
	t, _, err := run.from(h.due)
	if err != nil || t.waits {
		h.at = time.Time{}
		return
	}
	h.at, h.dueAt = later(h.due, t.start), t.due
}

// remindedAt is when a reminder of the n-th deadline is owed, so long before it.
func (p *Promise) remindedAt(n int, ahead value.Span) time.Time {
	from, due := p.occurrence(n-1), p.occurrence(n)
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
	h.run.paused = a.pauses
	again := Promise{Base: h.at, every: *h.every, run: h.run}
	n := again.first(a.happened.now)
	if due := again.occurrence(n); due.IsZero() || due.After(a.happened.now) {
		n--
	}
	return again.occurrence(n)
}

// remind adds a reminder if it is owed: from its time on, until the action is done.
func (a *agenda) remind(y *Action, p *Promise) {
	if p.waits || !a.isOpen(p) || p.run.pauses && p.run.clock().PausedAt(a.happened.now) {
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
	switch {
	case before(h.dueAt, a.happened.now):
		o.State = Overdue
	case h.every != nil && h.dueAt.IsZero():
		o.At = a.latest(&h.hang)
	}
	if i := slices.IndexFunc(a.out, func(x Owed) bool { return x.Action.ID == y.ID }); i >= 0 {
		if compareOwed(o, a.out[i]) < 0 {
			a.out[i] = o
		}
		return
	}
	a.out = append(a.out, o)
}

func (a *agenda) reportedSince(y *Action, from time.Time) time.Time {
	return reportedDone(a.happened.reports, y.ID, from)
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
	if done.IsZero() && !a.isOpen(p) {
		done = a.happened.resolved // it is not needed any more since
	}
	over := !done.IsZero() && (!done.After(h.at) || y.overOnceDone())
	if over || a.happened.now.Before(h.at) {
		return
	}
	reported := a.reportedSince(y, h.from)
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
