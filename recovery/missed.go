package recovery

import (
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// setMissed gives conditions the broken promises of the incident: those of the
// decision that stands, by now, with what has happened since. It is fixed before
// plays are asked. What was past as it was given is not among them.
func (c *conclusion) setMissed() {
	var names []string
	add := func(m Missed) {
		if before(m.DueAt, m.GivenAt) {
			return
		}
		names = append(names, m.Type, m.Play+"/"+m.Type)
	}
	for _, list := range [...][]Promise{c.memory, c.chosen} {
		for i := range list {
			c.missedOf(&list[i], add)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		c.input.SetMissed(slices.Compact(names))
	}
}

// missedBy lists the broken promises of a decision, and of the choices that were
// made, by the time at which they were due.
func (c *conclusion) missedBy(promises []Promise) []Missed {
	var out []Missed
	add := func(m Missed) { out = append(out, m) }
	for i := range promises {
		c.missedOf(&promises[i], add)
	}
	for i := range c.chosen {
		if !has(promises, &c.chosen[i]) {
			c.missedOf(&c.chosen[i], add)
		}
	}
	slices.SortStableFunc(out, func(a, b Missed) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Play, b.Play))
	})
	return out
}

// missedOf goes through the deadlines of a promise that were missed.
func (c *conclusion) missedOf(p *Promise, add func(Missed)) {
	list := func(b broken) {
		if !c.past.spared(p, &b) {
			add(Missed{ID: p.Action, Type: p.Type, Item: p.Item, Play: p.Play, GivenAt: b.givenAt, DueAt: b.dueAt, DoneAt: b.doneAt})
		}
	}
	for _, b := range p.broken {
		list(b)
	}
	if p.Cancelled {
		return
	}
	until := c.endOf(p)
	if p.recurs() {
		p := *p
		p.run.pausedBy(c.pauses)
		p.missedTimes(until, func(from, due, done time.Time) {
			list(p.missedAt(from, due, done))
		})
		return
	}
	if p.late(until) && p.DueAt.Before(until) && !p.brokenBefore() {
		list(broken{givenAt: p.given(), base: p.Base, dueAt: p.DueAt, doneAt: p.DoneAt})
	}
}

// endOf is until when an open promise can be missed: now, or when the incident was
// resolved, if it is not needed any more since.
func (c *conclusion) endOf(p *Promise) time.Time {
	if at := c.happened.resolved; p.needlessFrom(at) {
		return at
	}
	return c.now
}

// needlessFrom reports whether an open promise is not needed any more since the incident was
// resolved: it only keeps the customer from waiting, and no field has started its clock
// since. The zero time is that of an incident that is not resolved.
func (p *Promise) needlessFrom(resolved time.Time) bool {
	return !resolved.IsZero() && endsWhenResolved(p.Type) && (p.Since == "" || !p.Base.After(resolved))
}

// promises are those that the record remembers: what the decision asks for, and what
// earlier ones have asked for and it does not.
func (c *conclusion) promises(d *Decision) []Promise {
	out := promisesOf(c.drafts)
	given := len(out)
	rest := append(slices.Clip(c.memory), c.untimed()...)
	for _, m := range c.drops {
		rest = append(slices.Clip(rest), c.chosenBy(&m)...)
	}
	for _, p := range rest {
		if has(out[:given], &p) {
			continue
		}
		p.chosen = false
		p.cancel(c.now)
		p.over = p.over || c.resolved() && !gives(d, p.Play) && !c.asksStill(p.Play)
		p.run.paused = nil
		out = append(out, p)
	}
	for _, m := range c.keeps {
		for _, p := range c.chosenBy(&m) {
			if p.run.paused = nil; !p.run.held.until.IsZero() {
				out = append(out, p)
			}
		}
	}
	return out
}

// untimed are the actions of the previous decision that are not given any more and
// had nothing to remember so far.
func (c *conclusion) untimed() (out []Promise) {
	if c.given.Previous == nil {
		return nil
	}
	for i := range c.given.Previous.Decision.Actions {
		a := &c.given.Previous.Decision.Actions[i]
		if a.Change == ChangeCancelled || slices.ContainsFunc(c.drafts, func(d *draft) bool { return d.ID == a.ID }) {
			continue
		}
		for _, play := range a.Plays {
			base := c.playBase(play)
			p := Promise{Action: a.ID, Type: a.Type, Item: a.Item, Play: play, GivenAt: a.GivenAt, Base: base, SetAt: a.GivenAt, any: true, redress: a.redress(), amount: a.Amount, origin: base}
			if !slices.ContainsFunc(c.memory, func(o Promise) bool { return o.Action == p.Action && o.Play == p.Play }) {
				out = append(out, p)
			}
		}
	}
	return out
}

// promisesOf are those of the actions that a decision gives.
func promisesOf(drafts []*draft) []Promise {
	asks := 0
	for _, d := range drafts {
		asks += len(d.asks)
	}
	if asks == 0 {
		return nil
	}
	out := make([]Promise, 0, asks)
	for _, d := range drafts {
		for i := range d.asks {
			p := d.asks[i].Promise
			if p.run.paused = nil; !p.run.pauses && !p.recurs() {
				p.run = running{} // its times are settled
			}
			out = append(out, p)
		}
	}
	return out
}

func has(list []Promise, p *Promise) bool {
	return slices.ContainsFunc(list, func(o Promise) bool { return o.same(p) })
}

// endsWhenResolved reports whether actions of a type are not needed any more once
// the incident is resolved.
func endsWhenResolved(kind string) bool {
	switch kind {
	case ActionAcknowledge, ActionRespond, ActionInform, ActionResolve:
		return true
	}
	return false
}

// leaveOut takes off, before actions are merged, what is not needed any more because the incident is resolved:
// it is open, it only keeps the customer from waiting, and no field has started its
// clock since. What a play asks for twice is one promise.
func (c *conclusion) leaveOut() {
	if !c.resolved() {
		return
	}
	all := slices.Clone(c.drafts)
	needless := func(d *draft) bool {
		if !endsWhenResolved(d.Type) || len(d.asks) == 0 {
			return endsWhenResolved(d.Type) && d.DoneAt.IsZero()
		}
		var x *ask
		for _, o := range all {
			switch {
			case o.ID != d.ID || o.play != d.play:
			case x == nil:
				first := o.asks[0]
				x = &first
			default:
				*x = x.and(o.asks[0])
			}
		}
		return x.DoneAt.IsZero() && x.needlessFrom(c.happened.resolved)
	}
	c.drafts = slices.DeleteFunc(c.drafts, func(d *draft) bool {
		out := needless(d)
		if out {
			c.leftOut = append(c.leftOut, d)
		}
		return out
	})
}

// warnsLate looks once more at the promises of what is given, once limits have cut amounts, and warns.
func (c *conclusion) warnsLate() {
	for _, d := range c.drafts {
		c.amountCut(d)
		for i := range d.asks {
			c.warnLate(&d.asks[i])
		}
	}
}

// asksStill reports whether a play asks for something that is not needed any more.
func (c *conclusion) asksStill(play string) bool {
	return slices.ContainsFunc(c.leftOut, func(d *draft) bool { return slices.Contains(d.Plays, play) })
}

// warnLate warns of a deadline that was past as it was given, or as it was
// shortened, if that is not done.
func (c *conclusion) warnLate(x *ask) {
	due := x.DueAt
	if x.recurs() {
		due = x.occurrence(x.next())
	}
	if x.fresh && x.DoneAt.IsZero() && !due.IsZero() && due.Before(c.now) {
		c.warn(WarnLateWhenGiven, x.Play, x.Type+" was to be done by "+timeIn(x.play, due)+", before this decision asks for it")
	}
}

// timeIn writes a time for people, in the zone of the playbook that speaks of it.
func timeIn(p *policy.Play, t time.Time) string { return value.Plain{Zone: p.Playbook.Zone}.Time(t) }

// warnAhead warns of what has not happened yet, by the times that were told. It speaks in the zone of
// the first play that matched, else in that of the set.
func (c *conclusion) warnAhead() {
	plain := value.Plain{Zone: c.rules.zone}
	if len(c.matches) > 0 {
		plain.Zone = c.matches[0].Play.Playbook.Zone
	}
	ahead := func(what string, t time.Time) {
		if t.After(c.now) {
			c.warn(WarnInTheFuture, "", what+" lies ahead, at "+plain.Time(t)+": it has not happened yet")
		}
	}
	ahead("reported_at", c.reportedAt)
	ahead("responded_at", c.respondedAt)
	ahead("informed_at", c.informedAt)
	ahead("resolved_at", c.resolvedAt)
	ahead("updated_at", c.updatedAt)
	for _, r := range c.given.Reports {
		ahead("a report on "+r.Action, r.At)
	}
}
