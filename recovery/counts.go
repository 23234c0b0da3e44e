package recovery

import "github.com/servicerecovery/amends/recovery/store"

// Counts returns what the rules of package store look at of a record. Number is
// its place in the order in which the store took its records.
func (r *Record) Counts(number int64) *store.Decision {
	d := r.Decision
	out := &store.Decision{
		ID: store.IDOf(d.ID), Incident: d.Incident, Number: number, OccurredAt: r.OccurredAt,
		Keys: r.Keys, Reserves: r.Reserves,
	}
	if len(d.Actions) > 0 {
		out.Actions = make([]store.Action, len(d.Actions))
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		out.Actions[i] = store.Action{ID: store.IDOf(a.ID), Type: a.Type, Amount: a.Amount, Cancelled: a.Change == ChangeCancelled}
	}
	for _, id := range r.Keeps {
		out.Keeps = append(out.Keeps, store.IDOf(id))
	}
	if r.On != "" {
		out.Choice = r.choice()
	}
	return out
}

func (r *Record) choice() *store.Choice {
	d := r.Decision
	play := ""
	if len(d.Plays) > 0 {
		play = d.Plays[0].Play // a decision that makes a choice has one
	}
	c := &store.Choice{On: store.IDOf(r.On), Key: store.PrecedentKey(play, r.Comparable), Chosen: Chosen{Decision: d.ID}}
	if d.Made != nil {
		c.Chosen.Reason = d.Made.Reason
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		if a.Change != ChangeCancelled {
			c.Chosen.Actions = append(c.Chosen.Actions, ChosenAction{Type: a.Type, Amount: a.Amount})
		}
		c.IfLate = appendIDs(c.IfLate, a.IfLate)
	}
	for _, w := range d.Withheld {
		if w.Reason == "zero" { // nothing was chosen, which is an amount too
			c.Chosen.Actions = append(c.Chosen.Actions, ChosenAction{Type: w.Type, Amount: w.Amount})
		}
	}
	return c
}

// appendIDs adds the ids of actions and of what stands in their if_late.
func appendIDs(ids []store.ID, actions []Action) []store.ID {
	for i := range actions {
		ids = append(ids, store.IDOf(actions[i].ID))
		ids = appendIDs(ids, actions[i].IfLate)
	}
	return ids
}

// Seen returns what a record was made from, for the rules of package store.
func (c *Commit) Seen() store.Seen {
	s := store.Seen{Reads: c.Reads, Facts: c.Given.Facts, Use: c.Given.Use, Reserves: c.Record.Reserves}
	if c.Record.On != "" {
		s.Chooses, s.On = true, store.IDOf(c.Record.On)
	}
	if c.Given.Previous != nil {
		s.Latest = store.IDOf(c.Given.Previous.Decision.ID)
	}
	for i := range c.Given.Made {
		s.Made = append(s.Made, store.IDOf(c.Given.Made[i].Decision.ID))
	}
	return s
}

// withdrawn are the actions that choices have cancelled. It is nil in the common
// case.
func (g *Given) withdrawn() map[store.ID]bool {
	if len(g.Made) == 0 {
		return nil
	}
	var s store.Standing
	if g.Previous != nil {
		s.Latest = g.Previous.Counts(0)
	}
	for i := range g.Made {
		s.Made = append(s.Made, g.Made[i].Counts(int64(i)+1))
	}
	return s.Withdrawn()
}
