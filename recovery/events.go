package recovery

import (
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery/store"
)

// events are the times of an incident that fulfil promises, as far as they have
// happened by a time. What lies ahead has not happened yet.
type events struct {
	responded, informed, resolved time.Time
	reopened                      time.Time
	reports                       []Report
	handed                        []Handed // to the host, for amounts
	now                           time.Time
	// again is when the incident was opened again, where what came before is looked at as well.
	again   time.Time
	closed  time.Time   // when it was resolved, also where it was opened again since
	informs []time.Time // all times at which the customer was informed; the last is informed
}

// eventsBy takes what an incident tells. informs are the times at which the customer was informed, in order.
func eventsBy(now, responded time.Time, informs []time.Time, resolved, reopened time.Time) events {
	e := events{now: now, responded: happened(responded, now), reopened: happened(reopened, now)}
	for i, t := range informs {
		if !t.After(now) {
			e.informed, e.informs = t, informs[:i+1]
		}
	}
	// An incident that was opened again is not resolved by what came before.
	if e.closed = happened(resolved, now); !e.closed.Before(e.reopened) {
		e.resolved = e.closed
	}
	return e
}

// informedAt goes on with the times at which the customer was informed. informed_at holds the last of them: it takes back
// those that are later, and all of them where it is absent.
func informedAt(times []time.Time, last time.Time) []time.Time {
	if last.IsZero() {
		return nil
	}
	n := 0
	for n < len(times) && times[n].Before(last) {
		n++
	}
	times = append(slices.Clip(times[:n]), last)
	return times[max(0, len(times)-mostSilences):]
}

func happened(t, now time.Time) time.Time {
	if t.After(now) {
		return time.Time{}
	}
	return t
}

// of is the event that fulfils actions of a type; zero when there is none.
func (e *events) of(kind string) time.Time {
	switch kind {
	case ActionAcknowledge, ActionRespond:
		return e.responded
	case ActionInform:
		return e.informed
	case ActionResolve:
		return e.resolved
	}
	return time.Time{}
}

// told takes reports. Of them, those count that are about deeds, and not about what lies ahead.
func (e *events) told(reports []Report) {
	no := func(r Report) bool { return r.At.After(e.now) || store.IsWords(r.Key) }
	if slices.ContainsFunc(reports, no) {
		reports = slices.DeleteFunc(slices.Clone(reports), no)
	}
	e.reports = reports
}

// doneAt is when an action was done, by what happened from a time on; zero when it
// was not. Reports on redress count whenever they were made, and money is done when
// what was given comes to at least the amount.
func (e *events) doneAt(action, kind string, amount Money, redress bool, from time.Time) time.Time {
	if amount.IsSet() {
		if len(e.reports) == 0 {
			return time.Time{}
		}
		return givenInFull(e.handed, e.reports, &Action{ID: action, Amount: amount})
	}
	if redress {
		from = time.Time{}
	}
	done := e.of(kind)
	if done.Before(from) {
		done = time.Time{}
	}
	if kind == ActionInform {
		done = firstFrom(e.informs, from)
	}
	if r := reportedDone(e.reports, action, from); before(r, done) {
		done = r
	}
	return done
}

// timesOf are the times from one on at which something was done that is done again and
// again, in order.
func (e *events) timesOf(action, kind string, from time.Time) (out []time.Time) {
	if kind == ActionInform {
		out = slices.Clone(e.informs)
	}
	out = append(out, doneTimes(e.reports, action)...)
	out = slices.DeleteFunc(out, func(t time.Time) bool { return t.Before(from) })
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// firstFrom is the first of some times in order that does not lie before another; zero: none.
func firstFrom(times []time.Time, from time.Time) time.Time {
	for _, t := range times {
		if !t.Before(from) {
			return t
		}
	}
	return time.Time{}
}

// from is the time from which on things count for a promise with a base.
func (e *events) from(base time.Time, any, redress bool) time.Time {
	switch {
	case redress:
		return time.Time{}
	case any && base.Before(e.again):
		return e.reopened
	case any:
		return later(e.reopened, e.again)
	case base.Before(e.reopened):
		return e.reopened
	}
	return base
}

// judge finds when a promise was done, and when the deadlines that it has missed
// were met after all.
func (e *events) judge(p *Promise) {
	switch {
	case p.Base.IsZero() && p.DueAt.IsZero() && !p.any && !p.redress: // it waits; what prevents a failure does not
		p.DoneAt = time.Time{}
	case p.recurs():
		p.times = e.timesOf(p.Action, p.Type, e.from(p.Base, p.any, false))
	default:
		p.DoneAt = e.doneAt(p.Action, p.Type, p.amount, p.redress, e.from(p.Base, p.any, p.redress))
	}
	if len(p.broken) == 0 {
		return
	}
	p.broken = slices.Clone(p.broken)
	for i := range p.broken {
		e.judgeBroken(p, &p.broken[i])
	}
	p.broken = slices.DeleteFunc(p.broken, func(b broken) bool { return !missed(b.dueAt, b.doneAt, e.now) })
}

// spared reports whether a deadline of the past came when the promise was not needed any more, as it is told now:
// the incident was resolved before it, and not opened again before the promise began.
func (e *events) spared(p *Promise, b *broken) bool {
	r, again, base := e.closed, later(e.reopened, e.again), cmp.Or(b.began, b.base)
	return !r.IsZero() && !r.After(b.dueAt) && endsWhenResolved(p.Type) && (p.Since == "" || !base.After(r)) && (!r.Before(again) || b.base.Before(again))
}

// judgeBroken looks whether an event has come that is about a deadline of the past.
// What was done since the next one began says nothing new about one that was met
// before that, however late.
func (e *events) judgeBroken(p *Promise, b *broken) {
	if p.recurs() {
		e.judgeTime(p, b)
		return
	}
	if p.from(*b) && !b.ended && b.amount == p.amount {
		b.doneAt = p.DoneAt // it is the promise that stands
		return
	}
	from := b.base
	if b.any || p.redress {
		from = time.Time{}
	}
	done := e.doneAt(p.Action, p.Type, p.amount, p.redress, from)
	if p.Type == ActionResolve && e.resolved.IsZero() && !e.closed.Before(from) && before(e.closed, done) {
		done = e.closed // the incident was opened again since
	}
	if done.IsZero() || !b.doneAt.IsZero() && !done.Before(b.until) || b.ended && done.After(later(b.dueAt, b.until)) {
		return
	}
	if b.amount != p.amount && !missed(b.dueAt, done, e.now) {
		// What is enough for the amount of today was not for that of then.
		if done = e.doneAt(p.Action, p.Type, b.amount, p.redress, from); missed(b.dueAt, done, e.now) {
			return
		}
	}
	b.doneAt = done
}

// judgeTime is judgeBroken of one of the times of an inform.
func (e *events) judgeTime(p *Promise, b *broken) {
	from := b.base
	switch {
	case b.any:
		from = time.Time{}
	case !from.Equal(b.began):
		from = from.Add(time.Microsecond) // exactly then is the time before
	}
	done := firstFrom(e.timesOf(p.Action, p.Type, from), from)
	if !done.IsZero() && (!missed(b.dueAt, done, e.now) || !done.After(b.until)) {
		b.doneAt = done
	}
}

// reportedDone is when an action was first reported done from a time on; zero when it
// was not. It may have been handed out several times.
func reportedDone(reports []Report, action string, from time.Time) time.Time {
	var done time.Time
	for i := range reports {
		r := &reports[i]
		if r.Action == action && outcomeOf(r) == OutcomeDone && !r.At.Before(from) && before(r.At, done) && counts(reports, i) {
			done = r.At
		}
	}
	return done
}

// doneTimes are the times, in order, at which something was reported done that is done again and again. Each report says
// that it was done once more. One that it failed, or was taken back, is about the last before it.
func doneTimes(reports []Report, action string) (out []time.Time) {
	var about []*Report
	for i := range reports {
		if r := &reports[i]; r.Action == action {
			about = append(about, r)
		}
	}
	slices.SortStableFunc(about, func(a, b *Report) int { return a.At.Compare(b.At) })
	var done []*Report
	for _, r := range about {
		if outcomeOf(r) == OutcomeDone {
			done = append(done, r)
			continue
		}
		for i, o := range slices.Backward(done) {
			if o.Key == r.Key {
				done = slices.Delete(done, i, i+1)
				break
			}
		}
	}
	for _, r := range done {
		out = append(out, r.At)
	}
	return out
}

// counts reports whether a report is the one that counts of its effect: the one with the
// latest time, and of equal times the one that came last.
func counts(reports []Report, i int) bool {
	r := &reports[i]
	for j := range reports {
		o := &reports[j]
		if o.Action == r.Action && o.Key == r.Key && (o.At.After(r.At) || j > i && o.At.Equal(r.At)) {
			return false
		}
	}
	return true
}
