package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// hung is when a step is owed on behalf of one promise.
type hung struct {
	hang
	from   time.Time // what was reported before then is about an earlier time
	due    time.Time // the deadline that it hangs on
	doneAt time.Time // of the promise; zero: open
}

// hungOn finds why a step is owed on behalf of a promise; false when it is not.
// Where a deadline comes again and again, it is the latest that has passed, or for
// reminders the next one.
func (a *agenda) hungOn(y *Action, p *Promise) (hung, bool) {
	i := slices.IndexFunc(y.hangs, func(h hang) bool { return h.play == p.Play && h.since == p.Since })
	if i < 0 {
		if len(y.hangs) > 0 {
			return hung{}, false
		}
		h := hung{hang: hang{at: y.NotBefore}, due: p.DueAt, doneAt: p.DoneAt}
		if h.at.IsZero() {
			h.at = p.DueAt
		}
		return h, !h.at.IsZero()
	}
	h := hung{hang: y.hangs[i], from: a.happened.from(p.Base, p.any, p.redress), due: p.DueAt, doneAt: p.DoneAt}
	if p.recurs() {
		a.hungAgain(&h, p)
	}
	return h, !h.at.IsZero()
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
	if h.at = h.due; h.after != nil {
		h.at, _ = h.clock(a.pauses).Due(h.due, *h.after, worktime.EndsExactly)
	}
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
	return at.UTC()
}

// clock is that in which a step is owed again.
func (h *hang) clock(pauses []worktime.Pause) worktime.Clock {
	h.run.paused = pauses
	return h.run.clock()
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
	h, ok := a.hungOn(y, p)
	if !ok || !a.isOpen(p) || a.happened.now.Before(h.at) || !a.reportedSince(y, h.from).IsZero() {
		return
	}
	if p.waits || p.run.pauses && p.run.clock().PausedAt(a.happened.now) {
		return
	}
	a.addStep(y, &h)
}

// addStep adds a step that is owed, once.
func (a *agenda) addStep(y *Action, h *hung) {
	o := Owed{Action: *y, State: Due, At: y.DueAt}
	switch {
	case before(y.DueAt, a.happened.now):
		o.State = Overdue
	case h.every != nil && y.DueAt.IsZero():
		o.At = a.latest(&h.hang)
	}
	if i := slices.IndexFunc(a.out, func(x Owed) bool { return x.Action.ID == y.ID }); i >= 0 {
		if compareOwed(o, a.out[i]) < 0 {
			a.out[i] = o
		}
		return
	}
	a.add(o)
}

func (a *agenda) reportedSince(y *Action, from time.Time) time.Time {
	return reportedDone(a.happened.reports, y.ID, from)
}

// ifLate adds a step if it is owed on behalf of one of the promises, and what is owed
// if the step is late itself.
func (a *agenda) ifLate(y *Action, asks []Promise) {
	now := a.happened.now
	for i := range asks {
		p := &asks[i]
		h, ok := a.hungOn(y, p)
		if !ok {
			continue
		}
		done := h.doneAt
		if done.IsZero() && !a.isOpen(p) {
			done = a.happened.resolved // it is not needed any more since
		}
		if !done.IsZero() && !done.After(h.at) {
			continue
		}
		reported := a.reportedSince(y, h.from)
		switch {
		case !reported.IsZero() || !done.IsZero() && y.overOnceDone():
		case !now.Before(h.at):
			a.addStep(y, &h)
		}
		if !now.Before(h.at) && (done.IsZero() || !y.overOnceDone()) {
			a.nested(y, p, &h, reported)
		}
	}
}

// nested adds the steps of a step.
func (a *agenda) nested(y *Action, p *Promise, h *hung, reported time.Time) {
	inner := Promise{
		Action: y.ID, Type: y.Type, Play: p.Play, Since: p.Since, Base: h.from, DueAt: y.DueAt, DoneAt: reported, waits: y.waits,
	}
	for i := range y.IfLate {
		a.ifLate(&y.IfLate[i], []Promise{inner})
	}
}

// overOnceDone reports whether a step has no more use once its action is done. What
// a customer was promised, and what a team has made a type of its own for, has.
func (y *Action) overOnceDone() bool {
	return y.Justice == "procedural" && isBuiltin(y.Type)
}

func isBuiltin(kind string) bool {
	switch kind {
	case ActionAcknowledge, ActionAssign, ActionEscalate, ActionInform, ActionInvestigate, ActionNotify, ActionPrevent, ActionResolve, ActionRespond:
		return true
	}
	return false
}
