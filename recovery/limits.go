package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// limit runs the limits in order: those of the playbooks over their own plays,
// then the shared ones over all.
func (c *conclusion) limit() error {
	for _, l := range c.limits() {
		var err error
		withheld := len(c.withheld)
		if l.Keep {
			c.keepHighest(l)
		} else {
			err = c.capSum(l)
		}
		if err != nil {
			return err
		}
		if c.explains != nil && len(c.withheld) > withheld {
			c.noteLimit(l).Withheld = slices.Clone(c.withheld[withheld:])
		}
	}
	return nil
}

// limits are those of the applying playbooks, then the shared ones.
func (c *conclusion) limits() []*policy.Limit {
	shared := c.rules.program.Limits
	own := 0
	for _, b := range c.applying {
		own += len(b.Limits)
	}
	if own == 0 {
		return shared
	}
	out := make([]*policy.Limit, 0, own+len(shared))
	for _, b := range c.applying {
		out = append(out, b.Limits...)
	}
	return append(out, shared...)
}

// governs reports whether a limit looks at the actions of a type that a play
// gives.
func (c *conclusion) governs(l *policy.Limit, kind string, p *policy.Play) bool {
	return slices.Contains(l.Of, kind) && (l.Scope == c.rules.program.Shared || p != nil && l.Scope == p.Playbook)
}

// looksAt are the drafts that a limit looks at, in order.
func (c *conclusion) looksAt(l *policy.Limit) []*draft {
	var out []*draft
	for _, d := range c.drafts {
		if d.Amount.IsSet() && c.governs(l, d.Type, d.play) {
			out = append(out, d)
		}
	}
	return out
}

// governed are the drafts that a limit looks at together with what was chosen, which belongs to no
// item.
func (c *conclusion) governed(l *policy.Limit) []*draft {
	drafts := c.looksAt(l)
	if l.PerItem {
		drafts = slices.DeleteFunc(drafts, func(d *draft) bool { return d.Item != "" })
	}
	return drafts
}

// itemOf names the item whose own an action is, among those of all lists.
func (d *draft) itemOf() itemOf {
	if d.Item == "" || d.play == nil || d.play.Each == nil { // of a set that has no such play any more
		return itemOf{id: d.Item}
	}
	return itemOf{d.play.Each.Name, d.Item}
}

type itemOf struct{ list, id string }

// groups are the drafts that a limit looks at together: those of each item, and those that belong to
// none, in the order of the first of each.
func (c *conclusion) groups(l *policy.Limit) [][]*draft {
	drafts := c.looksAt(l)
	if !l.PerItem {
		if len(drafts) == 0 {
			return nil
		}
		return [][]*draft{drafts}
	}
	var out [][]*draft
	at := map[itemOf]int{}
	for _, d := range drafts {
		i, known := at[d.itemOf()]
		if !known {
			i = len(out)
			at[d.itemOf()] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], d)
	}
	return out
}

// firm are the amounts of the choices that stand, which a limit looks at too.
// They come before what the decision gives anew: a person's choice is kept.
func (c *conclusion) firm(l *policy.Limit) []Action {
	var out []Action
	for _, m := range c.keeps {
		play := c.rules.play(m.Decision.Plays[0].Play)
		for _, a := range m.Decision.Actions {
			if a.Change != ChangeCancelled && !c.isWithdrawn(a.ID) && a.Amount.IsSet() && c.governs(l, a.Type, play) {
				out = append(out, a)
			}
		}
	}
	return out
}

// pending are the amounts that a cap counts although nobody has agreed to them yet.
func (c *conclusion) pending(l *policy.Limit) []Action {
	var out []Action
	for _, m := range c.keeps {
		if !m.Decision.Made.Pending {
			continue
		}
		play := c.rules.play(m.Decision.Plays[0].Play)
		for _, a := range m.Decision.Made.Proposed {
			if a.Amount.IsSet() && c.governs(l, a.Type, play) {
				out = append(out, a)
			}
		}
	}
	return out
}

// keepHighest keeps one action of each type and currency.
func (c *conclusion) keepHighest(l *policy.Limit) {
	type group struct {
		kind, currency string
		item           itemOf
	}
	of := func(d *draft) group {
		g := group{kind: d.Type, currency: d.Amount.Currency()}
		if l.PerItem {
			g.item = d.itemOf()
		}
		return g
	}
	best := map[group]*draft{}
	taken := map[group]bool{}
	for _, a := range c.firm(l) {
		taken[group{kind: a.Type, currency: a.Amount.Currency()}] = true
	}
	drafts := c.looksAt(l)
	for _, d := range drafts {
		g := of(d)
		if !taken[g] && (best[g] == nil || d.Amount.Compare(best[g].Amount) > 0) {
			best[g] = d
		}
	}
	for _, d := range drafts {
		if best[of(d)] != d {
			c.withhold(d, WithheldKeep, d.Amount)
			c.remove(d)
		}
	}
}

func (c *conclusion) remove(d *draft) {
	c.drafts = slices.DeleteFunc(c.drafts, func(x *draft) bool { return x == d })
}

// capSum cuts what goes over a cap: of all that it looks at, or of each item by itself.
func (c *conclusion) capSum(l *policy.Limit) error {
	var cutFor []*policy.Play // the play of the last action that was cut, of each group
	groups := c.groups(l)
	if len(groups) > 0 {
		c.touched = append(c.touched, l)
	}
	f := c.input.Frame(l.Scope)
	defer func() { c.item = nil; f.NoItem() }()
	for _, drafts := range groups {
		c.item = nil
		if d := drafts[0]; l.PerItem && d.item != nil {
			c.item = d.item
			f.SetItem(d.play.Each, d.item.At)
		} else if l.PerItem {
			f.NoItem()
		}
		cut, err := c.capGroup(l, drafts)
		if err != nil {
			return err
		}
		if cut != nil && !slices.Contains(cutFor, cut.play) {
			cutFor = append(cutFor, cut.play)
		}
	}
	if l.Escalate == nil {
		return nil
	}
	for _, p := range cutFor {
		if err := c.escalate(l, p); err != nil {
			return err
		}
	}
	return nil
}

// capGroup cuts what goes over a cap, from the last action backwards. It returns the last action that
// was cut; nil: none was.
func (c *conclusion) capGroup(l *policy.Limit, drafts []*draft) (last *draft, err error) {
	if on, err := c.capHolds(l); err != nil || !on {
		return nil, err
	}
	room, err := c.room(l)
	if err != nil {
		return nil, err
	}
	drafts = slices.DeleteFunc(drafts, func(d *draft) bool { return d.Amount.Currency() != room.Currency() })
	for _, d := range slices.Backward(drafts) {
		over, err := overshoot(drafts, room)
		if err != nil {
			return nil, c.limitError(l, err)
		}
		if over.Sign() <= 0 {
			break
		}
		if last == nil {
			last = d
		}
		c.cut(d, over)
		if !d.Amount.IsZero() {
			break
		}
		drafts = drafts[:len(drafts)-1]
	}
	return last, nil
}

// capHolds reports whether the condition of a cap holds. One that reads the item looks at nothing that
// belongs to none.
func (c *conclusion) capHolds(l *policy.Limit) (bool, error) {
	if l.OfItem && c.item == nil {
		return false, nil
	}
	on, err := l.Applies(c.input.Frame(l.Scope))
	if err != nil {
		return false, evaluationError(nil, err)
	}
	return on, nil
}

// overshoot is by how much the drafts go over the room that a cap leaves.
func overshoot(drafts []*draft, room Money) (Money, error) {
	total, err := value.NewMoney(0, room.Currency())
	for _, d := range drafts {
		if err == nil {
			total, err = total.Add(d.Amount)
		}
	}
	if err != nil {
		return Money{}, err
	}
	if room.Sign() < 0 {
		return total, nil
	}
	return total.Sub(room)
}

// cut takes an amount, or all there is, from a draft.
func (c *conclusion) cut(d *draft, over Money) {
	if over.Compare(d.Amount) >= 0 {
		over = d.Amount
		c.remove(d)
	}
	c.withhold(d, WithheldLimit, over)
	d.Amount, _ = d.Amount.Sub(over) // over is at most the amount
}

// room is what a cap leaves for a decision: less what the fact counts, and what
// was chosen.
func (c *conclusion) room(l *policy.Limit) (Money, error) {
	v, err := l.AtMost.Value(c.input.Frame(l.Scope), neutral(l.Scope))
	if err != nil {
		return Money{}, evaluationError(nil, err)
	}
	room := v.(Money)
	if l.Counting != nil {
		counted, _ := c.input.Fact(l.Counting).(Money)
		if counted.Currency() == room.Currency() {
			if room, err = room.Sub(counted); err != nil {
				return Money{}, c.limitError(l, err)
			}
		}
	}
	for _, a := range append(c.firm(l), c.pending(l)...) {
		if a.Amount.Currency() != room.Currency() || c.item != nil { // what was chosen belongs to no item
			continue
		}
		if room, err = room.Sub(a.Amount); err != nil {
			return Money{}, c.limitError(l, err)
		}
	}
	return room, nil
}

func (c *conclusion) limitError(l *policy.Limit, err error) error {
	return failedAt(nil, l.Position, "", err.Error())
}

// escalate tells somebody that a cap has cut, on behalf of a play.
func (c *conclusion) escalate(l *policy.Limit, p *policy.Play) error {
	to, err := l.Escalate.Render(c.input.Frame(l.Scope), neutral(l.Scope))
	if err != nil {
		return evaluationError(nil, err)
	}
	a := &policy.Action{Type: c.rules.escalate}
	d := c.draft(p, a.Type)
	d.source, d.Params = a, []Param{{"to", to}}
	c.identify(d, "", to)
	if err := c.promise(d, time.Time{}); err != nil {
		return err
	}
	c.drafts = append(c.drafts, d)
	return c.merge()
}
