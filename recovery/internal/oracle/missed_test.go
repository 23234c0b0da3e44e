package oracle

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oMissed is a broken promise.
type oMissed struct {
	ask  *oAsk
	born time.Time // when it was first given
	due  time.Time // the deadline that passed
	done time.Time // zero: it is still open, or was given up
}

// oEnded is a promise that a decision gives no more, and when it was done until then.
type oEnded struct {
	ask  *oAsk
	done time.Time
}

// oStretch is a time during which one deadline of a promise stood.
type oStretch struct {
	from, until time.Time
	due         time.Time
	amount      *recovery.Money // what it gave then; nil: no money
}

// oInstance is a promise with all the deadlines that it ever had.
type oInstance struct {
	ask       *oAsk     // as it was last given
	born      time.Time // when it first had a deadline
	stretches []oStretch
	standing  bool
}

// instances goes through all that was decided and chosen, and finds each promise once.
func (r *oRun) instances(now *oDecision) (out []*oInstance) {
	var add func(k *oAsk, from, until time.Time, standing bool)
	add = func(k *oAsk, from, until time.Time, standing bool) {
		if k.recurs() {
			for _, one := range r.informs(k) {
				add(one, from, until, standing)
			}
			return
		}
		i := slices.IndexFunc(out, func(x *oInstance) bool { return x.ask.same(k) && x.ask.chosen == k.chosen })
		if i < 0 {
			i = len(out)
			out = append(out, &oInstance{})
		}
		x := out[i]
		x.ask, x.standing = k, standing
		due := k.due
		if k.instanceOf != nil {
			due = k.own
		}
		if k.src.pauses && k.instanceOf == nil && !k.done.IsZero() && r.doneAt(k).IsZero() { // it was done, and is open again
			_, due = r.clock(k).deadline(k.base, k.src.after, k.src.within)
			if earlier(k.cap, due) {
				due = k.cap
			}
		}
		if !due.IsZero() {
			if len(x.stretches) == 0 {
				x.born = k.born
			}
			x.stretches = append(x.stretches, oStretch{from, until, due, k.amount})
		}
	}
	decisions := slices.Clone(r.life.past)
	if now != nil {
		decisions = append(decisions, now)
	}
	for i, d := range decisions {
		until, last := r.now, i == len(decisions)-1
		if !last {
			until = decisions[i+1].at
		}
		for _, k := range d.asks {
			end, standing := until, last
			if t, gone := d.took[k.key]; gone {
				end, standing = t, false
			}
			add(k, d.at, end, standing)
		}
	}
	for _, m := range r.life.all {
		if m.made == nil {
			continue
		}
		until, standing := m.made.until, false
		for _, x := range r.life.made {
			if x.number == m.made.number && x.stands {
				until, standing = r.now, true
			} else if x.number == m.made.number {
				until = x.until
			}
		}
		for _, a := range m.made.given {
			for _, k := range a.asks {
				add(k, m.made.at, until, standing)
			}
		}
	}
	return out
}

// whenDone is when a promise was done, as the incident and the reports say now. A promise that has
// ended keeps what was known at its end, but for an event that arrives late and was in time.
func (r *oRun) whenDone(x *oInstance) time.Time {
	if !x.standing || r.moved(x.ask) {
		r.looksBack = true
		defer func() { r.looksBack = false }()
		ended, known := r.endedDone(x.ask)
		e := r.doneAt(x.ask)
		if !known || len(x.stretches) == 0 {
			return e
		}
		kept := !ended.IsZero() && !ended.After(x.due())
		if !e.IsZero() && !e.After(x.end()) && (!kept || !e.After(x.due())) {
			return e
		}
		return ended
	}
	return r.doneAt(x.ask)
}

// end is until when what is done is about a promise.
func (x *oInstance) end() time.Time { return x.stretches[len(x.stretches)-1].until }

// due is the deadline that it had in the end.
func (x *oInstance) due() time.Time { return x.stretches[len(x.stretches)-1].due }

// moved says that the base of a promise is another one by now.
func (r *oRun) moved(k *oAsk) bool {
	if k.chosen && !k.follows {
		return false
	}
	if k.instanceOf != nil {
		k = k.instanceOf
	}
	now := *k
	r.startClock(&now)
	r.keepBase(&now)
	return !k.redress && !now.base.Equal(k.base)
}

func (r *oRun) endedDone(k *oAsk) (done time.Time, known bool) {
	decisions := r.life.past
	if r.out != nil {
		decisions = append(slices.Clip(decisions), r.out)
	}
	for _, d := range decisions {
		for _, e := range d.ended {
			if e.ask.same(k) {
				done, known = e.done, true
			}
		}
		for _, o := range d.asks {
			if o.same(k) {
				done, known = o.done, !o.done.IsZero()
			}
		}
	}
	return done, known
}

// brokenAt is the deadline that a promise has broken; zero when it has not. A promise that was done
// is judged by the deadline that stood then: nothing decided later makes it late. Each deadline is
// judged by the amount that was promised then.
func (r *oRun) brokenAt(x *oInstance, last time.Time) time.Time {
	for i, s := range x.stretches {
		end, done := s.until, last
		if k := *x.ask; k.amount != nil && s.amount.Compare(*k.amount) != 0 {
			k.amount = s.amount
			done = r.paidAt(&k)
		}
		if !done.IsZero() {
			if i > 0 && (s.from.After(done) || s.from.Equal(r.now)) && !s.due.Equal(x.stretches[i-1].due) {
				break
			}
			if done.Before(end) {
				end = done
			}
		}
		if s.due.Before(end) { // exactly then is in time
			return s.due
		}
	}
	return time.Time{}
}

// missedOf lists the broken promises of some instances, in the order in which they were given.
func (r *oRun) missedOf(list []*oInstance) (out []oMissed) {
	for _, x := range list {
		done := r.whenDone(x)
		if due := r.brokenAt(x, r.needed(x.ask, done)); !due.IsZero() {
			if !done.After(due) { // what is enough for the amount of today was not for that of then
				done = time.Time{}
			}
			out = append(out, oMissed{x.ask, x.born, due, done})
		}
	}
	return out
}

// needed is when a promise was done, or needed no more: a resolved incident needs some no more.
func (r *oRun) needed(k *oAsk, done time.Time) time.Time {
	at, resolved := r.in.time("resolved_at")
	if reopened, again := r.in.time("reopened_at"); again && at.Before(reopened) && !k.base.Before(reopened) {
		return done // it was opened again before this was promised
	}
	if k.instanceOf != nil { // whether a field has started its clock since
		k = k.instanceOf
	}
	if resolved && !at.After(r.now) && slices.Contains(pointless, k.typ) && (done.IsZero() || at.Before(done)) && !(k.follows && k.base.After(at)) {
		return at
	}
	return done
}

// conditionMissed is the list that conditions see: fixed before plays are asked, by what was decided
// until now and what the incident says (rule 16).
func (r *oRun) conditionMissed() (names []string) {
	for _, m := range r.missedOf(r.instances(nil)) {
		if m.due.Before(m.born) {
			continue
		}
		for _, name := range []string{m.ask.typ, m.ask.name()} {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// listMissed is what the decision lists.
func (r *oRun) listMissed() {
	before := r.instances(nil)
	for _, x := range before {
		if !slices.ContainsFunc(r.out.asks, x.ask.same) {
			r.out.ended = append(r.out.ended, oEnded{x.ask, r.whenDone(x)})
		}
	}
	r.out.missed = r.missedOf(r.instances(r.out))
	for _, m := range r.missedOf(before) { // what was broken when plays were asked stays in the list
		if !slices.ContainsFunc(r.out.missed, func(x oMissed) bool { return x.ask.same(m.ask) && x.due.Equal(m.due) }) {
			r.out.missed = append(r.out.missed, m)
		}
	}
}
