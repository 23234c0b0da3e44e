package recovery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/store"
)

// State says how urgent an owed action is.
type State string

// The states of owed actions.
const (
	Overdue State = "overdue" // its deadline has passed
	Due     State = "due"     // to be done now, by its deadline if it has one
	Pending State = "pending" // a choice that awaits a second person
	Next    State = "next"    // not before a later time
	Waiting State = "waiting" // for something to happen, or for the customer
	// Overpaid is money: more of it was given than the decision gives now. Whether to take
	// it back is for the host to judge.
	Overpaid State = "overpaid"
	// Dead is a delivery that has failed again after it was put back: nobody tries it any more until a
	// person has dealt with it, and reports on its key.
	Dead State = "dead"
	// Stuck is an incident on which something has fallen due and which cannot be decided any more, as a set
	// or an incident may be. Its Action has the type "again", and Why says why. It is tried again.
	Stuck State = "stuck"
)

// OwedChoice is the type under which a choice is owed, in place of that of an action.
const OwedChoice = "choice"

// Owed is an action that is not done yet, or that gave too much; or a choice that nobody has
// made yet; or a delivery that is dead. A choice is owed by its decider, or by the role that has to agree: that is the Owner of
// its Action, whose ID is that of the choice.
type Owed struct {
	Action Action `json:"action"`
	State  State  `json:"state"`
	// At is when it falls due. For a Next action without a deadline, it is when
	// the action can be done. Zero when neither is known.
	At time.Time `json:"at,omitzero"`
	// Over is how much more was given; set on what is Overpaid.
	Over Money `json:"over,omitzero"`
	// Choice is what is to be decided; nil: Action is to be done.
	Choice *Choice `json:"-"`
	// Key is that of the delivery that is Dead.
	Key string `json:"key,omitempty"`
	// Why is the error with which what is Stuck could not be decided.
	Why string `json:"why,omitempty"`
}

// agendaOf lists what a decision owes beside the choices. Choices have withdrawn the actions that are gone.
func agendaOf(d *Decision, in Incident, now time.Time, reports []Report, gone map[store.ID]bool) *agenda {
	a := newAgenda(d, in, now, reports)
	for _, x := range d.Actions {
		if x.Change != ChangeCancelled && !gone[store.IDOf(x.ID)] {
			a.look(&x)
		}
		for _, over := range overpaid(a.happened.handed, a.happened.reports, &x) {
			a.out = append(a.out, Owed{Action: x, State: Overpaid, Over: over})
		}
	}
	return a
}

// choice adds a choice that somebody has to make or to agree to, and the steps that are owed because
// nobody has yet.
func (a *agenda) choice(c Choice) {
	p := c.promise()
	o := Owed{Action: Action{ID: c.ID, Type: OwedChoice, Plays: []string{c.Play}, Owner: c.Decider, DueAt: c.DueAt}, State: Due, At: c.DueAt, Choice: &c}
	switch {
	case c.Made != nil && c.Made.Pending:
		o.State = Pending
		if c.Second != nil {
			o.Action.Owner = c.Second.By
		}
	case before(c.DueAt, a.happened.now):
		o.State = Overdue
	}
	a.ends(c.DueAt)
	a.out = append(a.out, o)
	for i := range c.Remind {
		a.remind(&c.Remind[i], &p)
	}
	for i := range c.IfLate {
		a.ifLate(&c.IfLate[i], []Promise{p})
	}
}

// Agenda lists what is owed on an incident now, the most urgent first: dead, stuck, overdue, due, pending, next,
// waiting, overpaid, each by time. It looks at the actions of the incident's latest decision and of the
// choices made on it, and at the choices that nobody has made, or agreed to, yet.
//
// The fields of the incident fulfil some actions: a response fulfils acknowledge and respond, and
// resolving fulfils resolve. Inform falls due again after each time the customer was informed, until the
// incident is resolved. Other actions are owed until a report says that they were done. A step of remind
// is owed from its time on, until its action is done. A step of if_late is owed from its time on, if its
// action was not done by then. The steps that hang on the time to decide are owed likewise.
//
// next is when to look again, later than now: until then nothing changes by itself; zero: it never does.
// An incident that was never
// handled owes nothing. The error is the store's.
func (e *Engine) Agenda(ctx context.Context, incident string, options ...CallOption) (owed []Owed, next time.Time, err error) {
	given, _, err := e.storeFor(options).Read(ctx, e.about(incident))
	if err != nil {
		return nil, time.Time{}, storeError(err)
	}
	return given.Agenda(e.now())
}

// Agenda lists what is owed at a time on the incident that a store was asked about, as
// [Engine.Agenda] does.
func (g *Given) Agenda(now time.Time) (owed []Owed, next time.Time, err error) {
	now = value.Instant(now)
	list, err := g.agendas(now)
	if err != nil {
		return nil, next, err
	}
	for _, a := range list {
		owed, next = append(owed, a.out...), earlier(next, a.next)
	}
	gone := g.withdrawn()
	owed = slices.DeleteFunc(owed, func(o Owed) bool { return gone[store.IDOf(o.Action.ID)] })
	owed = append(owed, g.dead()...)
	sortOwed(owed)
	return owed, next, nil
}

// agendas are those of the latest decision, with the choices that are open, and of the choices made on it.
func (g *Given) agendas(now time.Time) ([]*agenda, error) {
	if g.Previous == nil {
		return nil, nil
	}
	var in Incident
	if err := in.UnmarshalJSON(g.Previous.Incident); err != nil {
		return nil, fmt.Errorf("the incident as recorded: %w", err)
	}
	gone := g.withdrawn()
	own := agendaOf(g.Previous.Decision, in, now, g.Reports, gone)
	for _, c := range g.Choices() {
		own.choice(c)
	}
	out := []*agenda{own}
	for i := range g.Made {
		out = append(out, agendaOf(g.madeDecision(i), in, now, g.Reports, gone))
	}
	return out, nil
}

// earlier is the earlier of two times; a zero time does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || before(b, a) {
		return b
	}
	return a
}

func sortOwed(list []Owed) { slices.SortStableFunc(list, compareOwed) }

func compareOwed(x, y Owed) int {
	return cmp.Or(x.State.Compare(y.State), compareTimes(x.At, y.At))
}

// Compare orders states as an agenda lists them, the most urgent first: dead, stuck, overdue, due, pending, next,
// waiting, overpaid.
func (s State) Compare(o State) int {
	urgency := [...]State{Dead, Stuck, Overdue, Due, Pending, Next, Waiting, Overpaid}
	return cmp.Compare(slices.Index(urgency[:], s), slices.Index(urgency[:], o))
}

type agenda struct {
	decision *Decision
	happened events
	pauses   []worktime.Pause
	base     time.Time // of an inform, where the decision does not hold it
	next     time.Time // when it changes by itself, later than now; zero: never
	steps    []fallen  // those that are owed, and what is owed again and again
	out      []Owed
}

func newAgenda(d *Decision, in Incident, now time.Time, reports []Report) *agenda {
	a := &agenda{decision: d, pauses: in.Paused, base: cmp.Or(d.base, in.ReportedAt, d.DecidedAt)}
	a.happened = eventsBy(now, in.RespondedAt, informedAt(d.informs, in.InformedAt), in.ResolvedAt, in.ReopenedAt)
	a.changes(in.RespondedAt, in.InformedAt, in.ResolvedAt, in.ReopenedAt)
	for i := range in.Paused {
		a.changes(in.Paused[i].From, in.Paused[i].Until)
	}
	for i := range reports {
		a.changes(reports[i].At)
	}
	if a.happened.told(reports); len(a.happened.reports) > 0 && len(d.handed) > 0 {
		a.happened.handed = appendHanded(slices.Clone(d.handed), d)
	}
	return a
}

// changes notes times from which on what is owed may be another.
func (a *agenda) changes(times ...time.Time) {
	for _, t := range times {
		if t.After(a.happened.now) {
			a.next = earlier(a.next, t)
		}
	}
}

// ends notes deadlines: exactly then is in time.
func (a *agenda) ends(times ...time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			a.changes(t.Add(time.Microsecond))
		}
	}
}

// fallen is something that has fallen due, and when that was.
type fallen struct {
	action *Action
	at     time.Time
}

// fell notes that something has fallen due, once for each action: the last time counts.
func (a *agenda) fell(x *Action, at time.Time) {
	for i := range a.steps {
		if s := &a.steps[i]; s.action.ID == x.ID {
			s.at = later(s.at, at)
			return
		}
	}
	a.steps = append(a.steps, fallen{x, at})
}

// look adds an action if it is owed, and the steps that are owed because of it.
func (a *agenda) look(x *Action) {
	asks := a.asksOf(x)
	open := slices.DeleteFunc(slices.Clone(asks), func(p Promise) bool { return !a.isOpen(&p) })
	if len(open) > 0 {
		a.out = append(a.out, a.mostUrgent(x, open))
	}
	for i := range asks {
		for j := range x.Remind {
			a.remind(&x.Remind[j], &asks[i])
		}
	}
	for j := range x.IfLate {
		a.ifLate(&x.IfLate[j], asks)
	}
}

// asksOf are the promises behind an action, as they are by now.
func (a *agenda) asksOf(x *Action) []Promise { return a.asksIn(nil, x) }

// asksIn is asksOf, in a room that may be too small.
func (a *agenda) asksIn(out []Promise, x *Action) []Promise {
	for i := range a.decision.promises {
		if p := &a.decision.promises[i]; p.Action == x.ID && !p.Cancelled {
			out = append(out, *p)
		}
	}
	if len(out) == 0 {
		out = append(out, a.told(x))
	}
	for i := range out {
		p := &out[i]
		if p.run.pausedBy(a.pauses); p.DoneAt.IsZero() && !p.recurs() {
			p.retime()
		}
		a.happened.judge(p)
		a.changes(p.NotBefore)
		a.ends(p.DueAt)
	}
	return out
}

// told is the promise behind an action where nothing but the action is known: any
// event fulfils it.
func (a *agenda) told(x *Action) Promise {
	p := Promise{
		Action: x.ID, Type: x.Type, Item: x.Item, GivenAt: x.GivenAt, Base: a.base, NotBefore: x.NotBefore, DueAt: x.DueAt, SetAt: x.GivenAt,
		any: true, redress: x.redress(), amount: x.Amount, waits: x.waits,
	}
	if every := paramOf(x.Params, "every"); x.Type == ActionInform && every != nil {
		p.every, p.DueAt = spanOf(every), time.Time{}
	}
	return p
}

// isOpen reports whether a promise is owed still. What comes again and again is,
// until the incident is resolved.
func (a *agenda) isOpen(p *Promise) bool {
	return p.DoneAt.IsZero() && !p.needlessFrom(a.happened.resolved)
}

// mostUrgent is what is owed of an action.
func (a *agenda) mostUrgent(x *Action, open []Promise) Owed {
	out := a.owed(x, &open[0])
	for i := range open[1:] {
		if o := a.owed(x, &open[i+1]); compareOwed(o, out) < 0 {
			out = o
		}
	}
	return out
}

func (a *agenda) owed(x *Action, p *Promise) Owed {
	now := a.happened.now
	if p.recurs() {
		return a.owedAgain(x, p)
	}
	o := Owed{Action: *x, At: p.DueAt}
	switch {
	case before(p.DueAt, now):
		o.State = Overdue
	case p.waits:
		o.State, o.At = Waiting, time.Time{}
	case p.run.pauses && now.Before(cmp.Or(p.DueAt, p.NotBefore)) && p.run.clock().PausedAt(now):
		o.State, o.At = Waiting, cmp.Or(p.DueAt, p.NotBefore)
	case now.Before(p.NotBefore):
		o.State, o.At = Next, cmp.Or(p.DueAt, p.NotBefore)
	default:
		o.State = Due
	}
	return o
}

// owedAgain is what is owed of an action that comes again and again: the first
// deadline that nobody has kept.
func (a *agenda) owedAgain(x *Action, p *Promise) Owed {
	var at time.Time
	if !p.Base.IsZero() {
		at = p.occurrence(p.next())
		n := p.first(a.happened.now)
		a.changes(at, p.occurrence(n), p.occurrence(n+1))
		a.ends(at)
		for n > p.next() && p.occurrence(n).After(a.happened.now) {
			n--
		}
		if last := p.occurrence(n); n >= p.next() && !last.After(a.happened.now) {
			a.fell(x, last)
		}
	}
	switch {
	case at.IsZero() || a.happened.now.Before(at) && p.run.pauses && p.run.clock().PausedAt(a.happened.now):
		return Owed{Action: *x, State: Waiting, At: at}
	case a.happened.now.After(at):
		return Owed{Action: *x, State: Overdue, At: at}
	case a.happened.now.Equal(at):
		return Owed{Action: *x, State: Due, At: at}
	}
	return Owed{Action: *x, State: Next, At: at}
}
