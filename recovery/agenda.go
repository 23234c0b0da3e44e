package recovery

import (
	"cmp"
	"context"
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
	Next    State = "next"    // not before a later time
	Waiting State = "waiting" // for something to happen, or for the customer
)

// Owed is an action that is not done yet.
type Owed struct {
	Action Action `json:"action"`
	State  State  `json:"state"`
	// At is when it falls due. For a Next action without a deadline, it is when
	// the action can be done. Zero when neither is known.
	At time.Time `json:"at,omitzero"`
}

// Agenda lists what a decision still owes at a time, the most urgent first:
// overdue, due, next, waiting, each by time. The fields of the incident fulfil
// some actions: a response fulfils acknowledge and respond, and resolving
// fulfils resolve. Inform falls due again after each time the customer was
// informed, until the incident is resolved. Other actions are owed until a
// report says that they were done. The actions in if_late are owed once the
// action they belong to was not done in time.
//
// A decision that was read from JSON does not hold the calendar in which inform
// counts, nor the time from which it counts: it then counts absolute time from
// when the incident was reported, or else decided.
func Agenda(d *Decision, in Incident, now time.Time, reports ...Report) []Owed {
	a := agenda{decision: d, incident: in, now: now.UTC(), done: map[string]time.Time{}, last: map[string]time.Time{}}
	for _, r := range reports {
		if t, ok := a.done[r.Action]; !ok || r.At.Before(t) {
			a.done[r.Action] = r.At
		}
		if r.At.After(a.last[r.Action]) {
			a.last[r.Action] = r.At
		}
	}
	for _, x := range d.Actions {
		if x.Change != ChangeCancelled {
			a.look(x)
		}
	}
	sortOwed(a.out)
	return a.out
}

// Agenda lists what is owed on an incident now: the actions of its latest
// decision and of the choices made on it, without those that were reported done.
// An incident that was never handled owes nothing. The error is the store's.
func (e *Engine) Agenda(ctx context.Context, incident string, options ...CallOption) ([]Owed, error) {
	given, _, err := e.storeFor(options).Read(ctx, Query{Incident: incident})
	if err != nil || given.Previous == nil {
		return nil, err
	}
	var in Incident
	if err := in.UnmarshalJSON(given.Previous.Incident); err != nil {
		return nil, err
	}
	out := Agenda(given.Previous.Decision, in, e.now(), given.Reports...)
	for _, m := range given.Made {
		out = append(out, Agenda(m.Decision, in, e.now(), given.Reports...)...)
	}
	gone := given.withdrawn()
	out = slices.DeleteFunc(out, func(o Owed) bool { return gone[store.IDOf(o.Action.ID)] })
	sortOwed(out)
	return out, nil
}

func sortOwed(list []Owed) {
	rank := map[State]int{Overdue: 0, Due: 1, Next: 2, Waiting: 3}
	slices.SortStableFunc(list, func(x, y Owed) int {
		return cmp.Or(cmp.Compare(rank[x.State], rank[y.State]), compareTimes(x.At, y.At))
	})
}

type agenda struct {
	decision *Decision
	incident Incident
	now      time.Time
	done     map[string]time.Time // when each action was first reported done
	last     map[string]time.Time // and when last
	out      []Owed
}

// look adds an action if it is owed, and what is owed because it is late.
func (a *agenda) look(x Action) {
	if x.Type == "inform" {
		a.inform(x)
		return
	}
	done := a.doneAt(x)
	if done.IsZero() {
		a.out = append(a.out, a.owed(x, x.DueAt))
	}
	a.ifLate(x, x.DueAt, done)
}

func (a *agenda) ifLate(x Action, due, done time.Time) {
	if done.IsZero() {
		done = a.now
	}
	if due.IsZero() || !done.After(due) {
		return
	}
	for _, y := range x.IfLate {
		a.look(y)
	}
}

// paused reports whether the incident waits for the customer now.
func (a *agenda) paused() bool {
	return worktime.Clock{Pauses: a.pauses()}.PausedAt(a.now)
}

func (a *agenda) pauses() []worktime.Pause {
	var out []worktime.Pause
	for _, p := range a.incident.Paused {
		out = append(out, worktime.Pause{From: p.From, Until: p.Until})
	}
	return out
}

func (a *agenda) owed(x Action, due time.Time) Owed {
	o := Owed{Action: x, At: due}
	switch {
	case x.pauses && a.paused():
		o.State, o.At = Waiting, time.Time{}
	case before(due, a.now):
		o.State = Overdue
	case a.now.Before(x.NotBefore):
		o.State, o.At = Next, cmp.Or(due, x.NotBefore)
	case x.waits:
		o.State = Waiting
	default:
		o.State = Due
	}
	return o
}

// inform is owed every so long, from the last time the customer was informed or
// from the base, until the incident is resolved.
func (a *agenda) inform(x Action) {
	if !a.incident.ResolvedAt.IsZero() {
		return
	}
	p := a.paceOf(x)
	informed := a.incident.InformedAt
	if r := a.last[x.ID]; r.After(informed) {
		informed = r
	}
	if !informed.IsZero() {
		p.base = informed
	}
	if x.pauses {
		p.clock.Pauses = a.pauses()
	}
	if p.every == (value.Span{}) || p.base.IsZero() || x.pauses && a.paused() {
		a.out = append(a.out, Owed{Action: x, State: Waiting})
		return
	}
	at, err := p.clock.Due(p.base, p.every, worktime.EndsExactly)
	if err != nil {
		a.out = append(a.out, Owed{Action: x, State: Waiting})
		return
	}
	// A deadline of its own bounds the first time.
	if informed.IsZero() && before(x.DueAt, at) {
		at = x.DueAt
	}
	if informed.IsZero() && at.Before(x.NotBefore) {
		at = x.NotBefore
	}
	o := Owed{Action: x, State: Next, At: at.UTC()}
	if a.now.After(at) {
		o.State = Overdue
	} else if a.now.Equal(at) {
		o.State = Due
	}
	a.out = append(a.out, o)
	late := x
	late.IfLate = slices.Clone(x.IfLate)
	for i := range late.IfLate {
		// The decision could not say when: this deadline comes again and again.
		late.IfLate[i].waits = false
	}
	a.ifLate(late, at, time.Time{})
}
