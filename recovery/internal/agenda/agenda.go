// Package agenda lists what is owed on incidents as suites and commands show it: actions, and the
// choices that somebody has to make.
package agenda

import (
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Choice is the type of an entry that is a choice.
const Choice = recovery.OwedChoice

// Entry is one thing that is owed.
type Entry struct {
	State    recovery.State
	Incident string
	Type     string // of the action, or Choice
	// DueAt is by when, and NotBefore is from when on. Both may be zero.
	DueAt, NotBefore time.Time
	Action           *recovery.Action // nil for a choice
	Choice           *recovery.Choice // nil for an action
	Key              string           // of the delivery that is dead
	Why              string           // why what is stuck could not be decided
	Over             recovery.Money   // how much more was given, of what is overpaid
}

// Of lists what is owed on an incident, by what a store answers about it. The most urgent comes
// first.
func Of(g *recovery.Given, now time.Time) ([]Entry, error) {
	if g.Previous == nil {
		return nil, nil
	}
	owed, _, err := g.Agenda(now)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for i := range owed {
		if incident := g.Previous.Decision.Incident; owed[i].Choice != nil {
			out = append(out, ofChoice(incident, &owed[i]))
		} else {
			out = append(out, ofAction(incident, &owed[i]))
		}
	}
	Sort(out)
	return out, nil
}

func ofAction(incident string, o *recovery.Owed) Entry {
	e := Entry{State: o.State, Incident: incident, Type: o.Action.Type, DueAt: o.At, NotBefore: o.Action.NotBefore, Action: &o.Action, Key: o.Key, Why: o.Why, Over: o.Over}
	if o.State == recovery.Next && o.Action.DueAt.IsZero() && o.At.Equal(o.Action.NotBefore) {
		e.DueAt = time.Time{} // it can be done then, and has no deadline
	}
	return e
}

func ofChoice(incident string, o *recovery.Owed) Entry {
	return Entry{State: o.State, Incident: incident, Type: Choice, DueAt: o.At, Choice: o.Choice}
}

// Who has to decide on a choice now: the role that has to agree, once something was proposed.
func Who(c *recovery.Choice) string {
	if c.Made != nil && c.Made.Pending && c.Second != nil {
		return c.Second.By
	}
	return c.Decider
}

// Sort puts the most urgent first: actions, as [recovery.State.Compare] orders their states, then what
// somebody has to choose, the overdue first, and last what was overpaid. Each is in order of time; what
// has no time comes last.
func Sort(list []Entry) {
	rank := func(e *Entry) int {
		switch {
		case e.State == recovery.Overpaid:
			return 2
		case e.Choice != nil:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), a.State.Compare(b.State), compareTimes(a.when(), b.when()), cmp.Compare(a.Incident, b.Incident))
	})
}

func (e Entry) when() time.Time {
	if e.DueAt.IsZero() {
		return e.NotBefore
	}
	return e.DueAt
}

func compareTimes(a, b time.Time) int {
	switch {
	case a.Equal(b):
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}
