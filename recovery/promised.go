package recovery

import (
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/store"
)

// PromiseOutcome says what became of a promise.
type PromiseOutcome string

// The outcomes of promises.
const (
	PromiseOpen   PromiseOutcome = "open"   // neither done nor due
	PromiseKept   PromiseOutcome = "kept"   // done by its deadline
	PromiseLate   PromiseOutcome = "late"   // done after it
	PromiseBroken PromiseOutcome = "broken" // due, and not done
	PromiseLapsed PromiseOutcome = "lapsed" // given up before it was due
)

// Promised is a promise, and what became of it: what one play asked for under an action, by a
// deadline. What falls due again and again is a promise each time, and so is what began anew: for
// the next message of a customer, or once the incident was opened again. A promise that was broken
// and whose deadline then moved is listed once, with the deadline that was broken.
type Promised struct {
	Action  string // its id
	Type    string
	Item    string    // as of an [Action]
	Play    string    // playbook/play
	GivenAt time.Time // when this deadline was first given
	Base    time.Time // what it counts from; zero: not known
	DueAt   time.Time
	DoneAt  time.Time // zero: not done, or nobody knows when
	Outcome PromiseOutcome
	// Took is how long it took from its base until it was done, and Allowed how long it may take, both
	// in working time where the promise has a calendar. They are 0 where that is not known.
	Took, Allowed time.Duration
}

// Outcomes says what has become of what was promised on an incident, by a time.
type Outcomes struct {
	Incident Incident // as the latest decision knows it
	given    *Given
	now      time.Time
	agendas  []*agenda // of the latest decision and of those that made choices; nil: not asked yet
	gone     map[store.ID]bool
}

// Outcomes looks at what stands of an incident, as of a time. The error is that of an incident that
// cannot be read.
func (g *Given) Outcomes(now time.Time) (*Outcomes, error) {
	o := &Outcomes{given: g, now: value.Instant(now)}
	if g.Previous == nil {
		return o, nil
	}
	if d := g.Previous.Decision; d.known != nil {
		o.Incident = *d.known
		return o, nil
	}
	return o, o.Incident.UnmarshalJSON(g.Previous.Incident)
}

// Promised lists the promises of the incident that have, or had, a deadline, and what has become of
// them, ordered by deadline. Of what falls due again and again, at most the last 1,000 times since it
// began are listed. A promise that a record does not remember is not listed: earlier versions of the
// semantics kept less.
func (o *Outcomes) Promised() []Promised {
	g, in := o.given, &o.Incident
	if g.Previous == nil {
		return nil
	}
	l := promisedLister{given: g, gone: g.withdrawn(), pauses: in.Paused}
	l.happened = eventsBy(o.now, in.RespondedAt, informedAt(g.Previous.Informed, in.InformedAt), in.ResolvedAt, in.ReopenedAt)
	if l.happened.told(g.Reports); len(l.happened.reports) > 0 {
		l.happened.handed = g.handed()
	}
	for _, p := range g.Previous.Promises {
		l.promise(p)
	}
	for i := range g.Made {
		for _, p := range g.Made[i].Promises {
			if !has(g.Previous.Promises, &p) {
				l.promise(p)
			}
		}
	}
	slices.SortStableFunc(l.out, func(a, b Promised) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Play, b.Play))
	})
	return l.out
}

type promisedLister struct {
	given    *Given
	gone     map[store.ID]bool // actions that choices have cancelled
	happened events
	pauses   []worktime.Pause
	out      []Promised
}

func (l *promisedLister) promise(p Promise) {
	p.run.pausedBy(l.pauses)
	if !p.Cancelled && p.DoneAt.IsZero() && !p.recurs() {
		p.retime()
	}
	l.happened.judge(&p)
	if l.gone[store.IDOf(p.Action)] {
		p.cancel(l.given.withdrawnAt(p.Action))
	}
	for _, s := range p.settled {
		outcome := PromiseLapsed
		if s.kept {
			outcome = PromiseKept
		}
		l.add(&p, Promised{GivenAt: s.givenAt, Base: s.base, DueAt: s.dueAt, DoneAt: s.doneAt, Outcome: outcome})
	}
	broke := false
	for _, b := range p.broken {
		outcome := PromiseLate
		switch {
		case !l.happened.spared(&p, &b):
			broke = broke || p.from(b)
		case p.recurs() || p.from(b): // it has lapsed, as the deadline that stands has
			continue
		default:
			outcome, b.doneAt = PromiseLapsed, time.Time{}
		}
		l.add(&p, Promised{GivenAt: b.givenAt, Base: b.base, DueAt: b.dueAt, DoneAt: b.doneAt, Outcome: outcome})
	}
	if p.recurs() {
		l.again(&p)
		return
	}
	if !p.DueAt.IsZero() && !broke {
		l.standing(&p, p.DueAt, p.DoneAt)
	}
}

// again lists the times of a promise that comes again and again, since the base that stands.
func (l *promisedLister) again(p *Promise) {
	if p.Base.IsZero() {
		return
	}
	p.keptTimes(func(due, done time.Time) {
		l.add(p, Promised{GivenAt: p.given(), Base: p.Base, DueAt: due, DoneAt: done, Outcome: PromiseKept})
	})
	n := p.next()
	if !p.Cancelled {
		p.missedTimes(l.end(p), func(from, due, done time.Time) {
			if b := p.missedAt(from, due, done); l.happened.spared(p, &b) {
				return
			}
			if l.standing(p, due, done); done.IsZero() {
				n++
			}
		})
	}
	for slices.ContainsFunc(p.broken, func(b broken) bool {
		return p.from(b) && b.dueAt.Equal(p.occurrence(n)) && !l.happened.spared(p, &b)
	}) {
		n++
	}
	if due := p.occurrence(n); !due.IsZero() {
		l.standing(p, due, time.Time{})
	}
}

// end is until when an open promise can be missed.
func (l *promisedLister) end(p *Promise) time.Time {
	if at := l.happened.resolved; p.needlessFrom(at) {
		return at
	}
	return l.happened.now
}

// standing lists the deadline that stands.
func (l *promisedLister) standing(p *Promise, due, done time.Time) {
	x := Promised{GivenAt: p.given(), Base: p.Base, DueAt: due, DoneAt: done, Outcome: PromiseOpen}
	switch {
	case p.Cancelled && (done.IsZero() || done.After(due)): // what is done later is not about it
		x.Outcome, x.DoneAt = PromiseLapsed, time.Time{}
	case !done.IsZero():
		x.Outcome = PromiseKept
		if done.After(due) {
			x.Outcome = PromiseLate
		}
	case l.end(p).After(due):
		x.Outcome = PromiseBroken
	case p.needlessFrom(l.happened.resolved):
		x.Outcome = PromiseLapsed
	}
	l.add(p, x)
}

func (l *promisedLister) add(p *Promise, x Promised) {
	x.Action, x.Type, x.Item, x.Play = p.Action, p.Type, p.Item, p.Play
	if x.Outcome == PromiseLate && x.DoneAt.IsZero() {
		x.Outcome = PromiseBroken
	}
	clock := worktime.Clock{Calendar: p.calendar}
	if p.run.pauses {
		clock.Pauses = p.run.held.with(l.pauses)
	}
	if !x.Base.IsZero() {
		x.Allowed = clock.Ran(x.Base, x.DueAt)
		if !x.DoneAt.IsZero() {
			x.Took = clock.Ran(x.Base, x.DoneAt)
		}
	}
	l.out = append(l.out, x)
}

// withdrawnAt is when a choice has cancelled an action; zero when none has.
func (g *Given) withdrawnAt(action string) time.Time {
	for i := range g.Made {
		m := g.Made[i].Decision
		if slices.ContainsFunc(m.Actions, func(a Action) bool { return a.ID == action && a.Change == ChangeCancelled }) {
			return m.DecidedAt
		}
	}
	return time.Time{}
}

// DoneAt is when an action of what stands was done; zero: it is open, or nothing that stands gives it.
func (o *Outcomes) DoneAt(action string) time.Time {
	g := o.given
	if g.Previous == nil {
		return time.Time{}
	}
	if o.agendas == nil {
		o.agendas = append(o.agendas, newAgenda(g.Previous.Decision, o.Incident, o.now, g.Reports))
		for i := range g.Made {
			o.agendas = append(o.agendas, newAgenda(g.madeDecision(i), o.Incident, o.now, g.Reports))
		}
	}
	for _, a := range o.agendas {
		for i := range a.decision.Actions {
			if x := &a.decision.Actions[i]; x.ID == action && x.Change != ChangeCancelled {
				return a.doneAt(x)
			}
		}
	}
	return time.Time{}
}

// doneAt is when all was done that plays ask for under an action; zero: something is open.
func (a *agenda) doneAt(x *Action) (done time.Time) {
	var room [2]Promise // nearly always enough
	asks := a.asksIn(room[:0], x)
	for i := range asks {
		p := &asks[i]
		if p.recurs() {
			return x.DoneAt
		}
		if p.DoneAt.IsZero() {
			return time.Time{}
		}
		done = later(done, p.DoneAt)
	}
	return done
}

// Withdrawn reports whether a choice that stands has taken back an action that was given before: a limit that
// keeps the highest drops what the plays gave when somebody chooses more.
func (o *Outcomes) Withdrawn(action string) bool {
	if o.gone == nil && len(o.given.Made) > 0 {
		o.gone = o.given.withdrawn()
	}
	return len(o.gone) > 0 && o.gone[store.IDOf(action)]
}

// Reported is how much was reported given under an action in a currency, less what was taken back.
func (o *Outcomes) Reported(action, currency string) Money {
	g := o.given
	if currency == "" || len(g.Reports) == 0 {
		return Money{}
	}
	m, _ := value.NewMoney(accountOf(g.handed(), g.Reports, action, currency).given, currency)
	if m.Sign() == 0 {
		return Money{}
	}
	return m
}
