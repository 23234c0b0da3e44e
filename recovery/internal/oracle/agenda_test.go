package oracle

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oOwed is an entry of the agenda.
type oOwed struct {
	act   *oAct
	state recovery.State
	at    time.Time
}

var urgency = []recovery.State{recovery.Overdue, recovery.Due, recovery.Pending, recovery.Next, recovery.Waiting, recovery.Overpaid}

// agenda is what the latest decision on an incident owes at a time.
func (w *oWorld) agenda(id string, now time.Time) (out []oOwed) {
	l := w.lives[id]
	d := l.latest()
	r := &oRun{world: w, set: d.set, raw: d.raw, in: d.in, now: now, life: l}
	for _, a := range d.acts {
		if a.change != "cancelled" {
			out = append(out, r.owed(a)...)
		}
		for range r.overpaid(a) {
			out = append(out, oOwed{act: a, state: recovery.Overpaid})
		}
	}
	for _, m := range l.proposed {
		out = append(out, oOwed{act: &oAct{typ: recovery.OwedChoice}, state: recovery.Pending, at: m.choice.due})
	}
	for _, c := range l.open() {
		o := oOwed{act: &oAct{typ: recovery.OwedChoice}, state: recovery.Due, at: c.due}
		if earlier(c.due, now) {
			o.state = recovery.Overdue
		}
		out = append(out, o)
	}
	return out
}

// open are the choices of the latest decision that nobody has made.
func (l *oLife) open() []*oChoice {
	return slices.DeleteFunc(append(slices.Clone(l.latest().choices), l.reopened...), func(c *oChoice) bool {
		return slices.ContainsFunc(append(slices.Clone(l.made), l.proposed...), func(m *oMade) bool { return m.stands && m.play.name() == c.play.name() })
	})
}

// overpaid counts the currencies in which more was reported given under an action than it gives now.
func (r *oRun) overpaid(a *oAct) (n int) {
	if a.amount == nil {
		return 0
	}
	given := map[string]recovery.Money{a.amount.Currency(): minus(minus(*a.amount, *a.amount), *a.amount)}
	for _, e := range r.effects(a.key) {
		if e.amount == nil {
			continue
		}
		before, ok := given[e.amount.Currency()]
		if !ok {
			before = minus(*e.amount, *e.amount)
		}
		given[e.amount.Currency()] = plus(before, e.gave())
	}
	for _, m := range given {
		if m.Sign() > 0 {
			n++
		}
	}
	return n
}

// owed is what an action and its steps owe.
func (r *oRun) owed(a *oAct) (out []oOwed) {
	best := oOwed{act: a}
	for _, k := range a.asks {
		if state, at := r.state(k); state != "" && (best.state == "" || urgent(state, at, best.state, best.at)) {
			best.state, best.at = state, at
		}
	}
	if best.state != "" {
		out = append(out, best)
	}
	for _, steps := range [][]*oAct{a.remind, a.ifLate} {
		for _, step := range steps {
			out = append(out, r.owedStep(a, step)...)
		}
	}
	return out
}

func urgent(a recovery.State, at time.Time, b recovery.State, bt time.Time) bool {
	if a != b {
		return slices.Index(urgency, a) < slices.Index(urgency, b)
	}
	return earlier(at, bt)
}

// state of a promise; empty when it is not owed.
func (r *oRun) state(k *oAsk) (recovery.State, time.Time) {
	if k.recurs() {
		now := *k
		r.fulfil(&now)
		k = &now
	}
	at, resolved := r.resolvedAt()
	switch {
	case !r.doneAt(k).IsZero():
		return "", time.Time{}
	case resolved && slices.Contains(pointless, k.typ) && !(k.follows && k.base.After(at)):
		return "", time.Time{}
	case k.waits():
		return recovery.Waiting, time.Time{}
	case k.src.pauses && pausedAt(r.in.paused, r.now) && k.ahead().After(r.now): // its clock stands still
		return recovery.Waiting, k.ahead()
	case k.recurs() && r.now.Before(k.due): // nobody need be informed sooner
		return recovery.Next, k.due
	case !k.due.IsZero() && r.now.After(k.due):
		return recovery.Overdue, k.due
	case r.now.Before(k.notBefore):
		return recovery.Next, cmpTime(k.due, k.notBefore)
	}
	return recovery.Due, k.due
}

// waits says that a promise has no times yet: its field is absent, or its clock stands still.
func (k *oAsk) waits() bool {
	return !k.ready && k.own.IsZero() && (k.src.since != "" && k.base.IsZero() || k.src.after != "" && k.notBefore.IsZero() || k.src.within != "" || k.typ == "inform")
}

// ahead is when a promise falls due, or may be done where it has no deadline.
func (k *oAsk) ahead() time.Time { return cmpTime(k.due, k.notBefore) }

// owedStep is what one step of an action owes: there is one of it for each ask that has it (rules
// 14 and 15).
func (r *oRun) owedStep(a, step *oAct) (out []oOwed) {
	best := oOwed{act: step}
	var asks []*oAsk
	for _, k := range a.asks {
		if !k.recurs() {
			asks = append(asks, k)
			continue
		}
		for _, one := range r.informs(k) {
			asks = append(asks, r.withSteps(one))
		}
	}
	for _, k := range asks {
		for _, list := range [][]*oAct{k.late, k.remind} {
			for _, own := range list {
				s := own.asks[0]
				if own.key != step.key || !r.stepOwed(k, s, slices.ContainsFunc(k.remind, func(x *oAct) bool { return x == own })) {
					continue
				}
				state, at := recovery.Due, s.own
				if s.src.again != "" && s.own.IsZero() {
					at = r.repeat(k, s)
				}
				if !s.own.IsZero() && r.now.After(s.own) {
					state = recovery.Overdue
				}
				if best.state == "" || urgent(state, at, best.state, best.at) {
					best.state, best.at = state, at
				}
			}
		}
	}
	if best.state != "" {
		out = append(out, best)
		for _, late := range step.ifLate {
			out = append(out, r.owedStep(step, late)...)
		}
	}
	return out
}

// repeat is the last time by now at which a step that repeats has fallen due.
func (r *oRun) repeat(k, s *oAsk) time.Time {
	clock, last := r.clock(s), s.from
	if s.src.before != "" {
		clock = r.clock(k)
	}
	for n := 1; ; n++ {
		t, ok := clock.span(s.from, spanOf(s.src.again).times(n))
		if !ok || t.After(r.now) {
			return last
		}
		last = t
	}
}

// withSteps is one time that an inform falls due, with its own steps.
func (r *oRun) withSteps(one *oAsk) *oAsk {
	one.due = one.own
	one.done = r.doneAt(one)
	fresh := func(list []*oAct) (out []*oAct) {
		for _, step := range list {
			copied, ask := *step, *step.asks[0]
			copied.asks = []*oAsk{&ask}
			out = append(out, &copied)
		}
		return out
	}
	one.late, one.remind = fresh(one.late), fresh(one.remind)
	r.steps(one)
	return one
}

// stepOwed says that a step is owed: its time has come, it was not reported, and its promise was
// not done by then. Once the promise is done, procedural steps and reminders are over.
func (r *oRun) stepOwed(k, s *oAsk, early bool) bool {
	if s.from.IsZero() || s.from.After(r.now) || !r.doneAt(s).IsZero() {
		return false
	}
	done := r.doneAt(k)
	if state, _ := r.state(k); done.IsZero() && state != "" {
		return true
	}
	done = r.needed(k, done) // it is over with the resolution
	kind := justice[s.typ]
	return !early && done.After(s.from) && kind != "procedural"
}

func (b *oBench) compareAgenda(id string, now time.Time) string {
	if b.latest[id] == nil {
		return ""
	}
	text := func(a string, params []string, state recovery.State, at time.Time) string {
		return fmt.Sprintf("%s %s %v %s", state, a, params, timeText(at))
	}
	var want, got []string
	for _, o := range b.world.agenda(id, now) {
		want = append(want, text(o.act.typ, mapText(o.act.params), o.state, o.at))
	}
	list := b.engineAgenda(id, now)
	for i, o := range list {
		got = append(got, text(o.Action.Type, paramText(o.Action.Params), o.State, o.At))
		if i > 0 && urgent(o.State, o.At, list[i-1].State, list[i-1].At) {
			return fmt.Sprintf("the agenda is out of order: %v before %v", list[i-1], o)
		}
	}
	sort.Strings(want)
	sort.Strings(got)
	if diff := b.diff(want, got); diff != "" {
		return "Agenda at " + timeText(now) + " (-oracle +engine):\n" + diff
	}
	return ""
}
