package recovery

import (
	"bytes"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// compare says of each action what has changed since the previous decision.
// Cancelled actions stand last.
func (c *conclusion) compare(d *Decision) {
	if len(c.drafts) > 0 {
		d.Actions = make([]Action, 0, len(c.drafts))
	}
	for _, x := range c.drafts {
		c.compareOne(&x.Action)
		d.Actions = append(d.Actions, x.Action)
	}
	d.Actions = append(d.Actions, c.cancelled()...)
	if len(d.Actions) == 0 {
		d.Actions = nil
	}
}

// compareOne compares an action with that of the previous decision. What was done
// before it was given has no effect until it is open again, and is new then.
func (c *conclusion) compareOne(a *Action) {
	prev := c.previous[a.ID]
	if prev != nil && prev.Change == ChangeCancelled {
		prev = nil
	}
	if prev != nil && prev.silent {
		a.silent = !a.DoneAt.IsZero()
	}
	a.said = prev != nil && prev.Message != nil && a.Message != nil && *prev.Message == *a.Message
	a.GivenAt = c.firstGiven(a)
	a.Already, a.Parts = c.already(a), c.partsOf(a, prev)
	switch {
	case prev == nil:
		a.Change, a.silent = ChangeNew, !a.DoneAt.IsZero()
	case prev.silent && !a.silent:
		a.Change = ChangeNew
	case sameAction(a, prev):
		a.Change = ChangeKept
	default:
		a.Change = ChangeChanged
	}
}

// firstGiven is when an action was first given, whichever play asked for it. What was
// cancelled meanwhile, by a decision or by a choice, is remembered.
func (c *conclusion) firstGiven(a *Action) time.Time {
	first := c.now
	if before(a.GivenAt, first) {
		first = a.GivenAt
	}
	prev := c.previous[a.ID]
	if old := c.given.Previous; old != nil && c.isWithdrawn(a.ID) {
		if i := slices.IndexFunc(old.Decision.Actions, func(x Action) bool { return x.ID == a.ID }); i >= 0 {
			prev = &old.Decision.Actions[i]
		}
	}
	if prev != nil && before(prev.GivenAt, first) {
		first = prev.GivenAt
	}
	for i := range c.memory {
		if p := &c.memory[i]; p.Action == a.ID && before(p.GivenAt, first) {
			first = p.GivenAt
		}
	}
	return first
}

// cancelled are the actions that were given before, or chosen, and are not now.
func (c *conclusion) cancelled() []Action {
	if c.given.Previous == nil && len(c.drops) == 0 {
		return nil
	}
	var out []Action
	given := make(map[string]bool, len(c.drafts))
	for _, d := range c.drafts {
		given[d.ID] = true
	}
	cancel := func(actions []Action) {
		for _, a := range actions {
			if a.Change != ChangeCancelled && !given[a.ID] && !c.isWithdrawn(a.ID) {
				out = append(out, c.cancelledAction(a))
			}
		}
	}
	if c.given.Previous != nil {
		cancel(c.given.Previous.Decision.Actions)
	}
	for _, m := range c.drops {
		cancel(m.Decision.Actions)
	}
	return out
}

func (c *conclusion) cancelledAction(a Action) Action {
	a.Change = ChangeCancelled
	a.Message, a.Parts = nil, nil // its words speak of what is not given any more
	if !a.DoneAt.IsZero() {
		a.DoneAt = c.doneByNow(&a)
	}
	if a.Amount.IsSet() {
		a.Already = c.already(&a)
		a.Amount, _ = value.NewMoney(0, a.Amount.Currency())
	}
	return a
}

// doneByNow is when all was done that was asked for under an action of before; zero when something was not, or is
// undone since.
func (c *conclusion) doneByNow(a *Action) (done time.Time) {
	known := false
	for _, list := range [...][]Promise{c.memory, c.chosen} {
		for i := range list {
			p := &list[i]
			switch {
			case p.Action != a.ID || p.Cancelled && !p.over && !slices.Contains(a.Plays, p.Play):
				continue
			case p.recurs():
				return a.DoneAt
			case p.DoneAt.IsZero():
				return time.Time{}
			}
			known, done = true, later(done, p.DoneAt)
		}
	}
	if known {
		return done
	}
	return c.past.doneAt(a.ID, a.Type, a.Amount, a.redress(), time.Time{})
}

// already is what the host has given under an action, or may have given.
func (c *conclusion) already(a *Action) Money {
	return already(c.handed(), c.happened.reports, a)
}

// handed are the effects that the host was handed before this decision.
func (c *conclusion) handed() []Handed {
	if c.handedBefore == nil && c.given.Previous != nil {
		c.handedBefore = c.given.handed()
	}
	return c.handedBefore
}

// sameAction compares all that a customer or an agent would notice.
func sameAction(a, b *Action) bool {
	x, y := *a, *b
	x.Change, y.Change = "", ""
	x.Already, y.Already = Money{}, Money{}
	x.GivenAt, y.GivenAt, x.DoneAt, y.DoneAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return bytes.Equal(appendAction(nil, &x), appendAction(nil, &y))
}

// stood reports whether the previous decision gave an action on behalf of a
// play.
func (c *conclusion) stood(id, play string) bool {
	prev := c.previous[id]
	return prev != nil && prev.Change != ChangeCancelled && slices.Contains(prev.Plays, play)
}

// gaveBefore reports whether the previous decision gave an action on behalf of a
// play in time, even if a choice has withdrawn it since. What the play gave because that came too late does not count.
func (c *conclusion) gaveBefore(id, play string) bool {
	prev := c.given.Previous
	if prev == nil || slices.ContainsFunc(prev.Decision.Withheld, func(w Withheld) bool {
		return w.ID == id && w.Play == play && w.Reason == WithheldTooLate
	}) {
		return false
	}
	return slices.ContainsFunc(prev.Decision.Actions, func(a Action) bool {
		return a.ID == id && a.Change != ChangeCancelled && slices.Contains(a.Plays, play)
	})
}
