package policy

import (
	"maps"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// A condition may ask whether a promise of the incident was broken: "resolve" in missed. What it can
// be compared with is known from the documents alone, before any expression is compiled: the types of
// the actions that have a deadline, each by itself and as playbook/play/type.

// missedSlot is the key of the slot of missed among those of fields. No field has this name.
const missedSlot = ""

// missedList describes missed to expressions.
func (c *compiler) missedList(docs []*playbook.Document) *celenv.Field {
	return &celenv.Field{
		Name: "missed", Type: value.Type{Kind: value.KindList, Elem: value.KindString},
		Closed: c.missable(docs), Slot: c.table.slots[missedSlot],
	}
}

// missable lists what missed can hold: the types, then the promises, each sorted. It is nil where a
// mistake, which is reported elsewhere, leaves open what that is.
func (c *compiler) missable(docs []*playbook.Document) []string {
	g := promises{types: map[string]bool{}, names: map[string]bool{}, known: map[string]bool{}}
	for name := range c.builtin {
		g.known[name] = true
	}
	for _, d := range docs {
		for _, t := range d.Actions {
			g.known[t.Name.Value] = true
		}
	}
	for _, d := range docs {
		for _, p := range d.Plays {
			g.play(d, p)
		}
	}
	if g.open {
		return nil
	}
	out := append([]string{}, slices.Sorted(maps.Keys(g.types))...) // a closed list, also of nothing
	return append(out, slices.Sorted(maps.Keys(g.names))...)
}

// promises gathers the actions of a set that have a deadline.
type promises struct {
	types, names map[string]bool
	known        map[string]bool // the types of actions that there are
	open         bool            // something could not be read
}

func (g *promises) play(d *playbook.Document, p *playbook.Play) {
	g.open = g.open || !p.ID.IsSet() || !d.ID.IsSet() || !p.Approach.IsSet()
	name := d.ID.Value + "/" + p.ID.Value
	preventive := p.Approach.Value == approachNames[PreventiveIntervention]
	dated := preventive && phaseFit(p.Phase.Value, preventive) != fitFirst
	g.actions(name, p.Do, dated)
	for _, c := range p.Cases {
		g.actions(name, c.Do, dated)
	}
	g.actions(name, p.TooLate, false)
	g.actions(name, p.Otherwise, false)
	if p.Discretion != nil {
		g.actions(name, p.Discretion.Options, false)
	}
}

// actions gathers from a list of actions, which have a deadline in any case where dated is set.
func (g *promises) actions(play string, list []*playbook.Action, dated bool) {
	for _, a := range list {
		g.open = g.open || a.Misread() || !g.known[a.Type.Value]
		if dated || hasDeadline(a) {
			g.types[a.Type.Value] = true
			g.names[play+"/"+a.Type.Value] = true
		}
		g.actions(play, a.IfLate, false)
	}
}

// hasDeadline reports whether an action has a deadline of its own, one that comes again and again
// included.
func hasDeadline(a *playbook.Action) bool {
	return hasWithin(a) || a.Type.Value == ActionInform || a.Every.IsSet() || a.Every.Misread()
}

// hasWithin reports whether an action has within, or would have it if what is written were right.
func hasWithin(a *playbook.Action) bool {
	return a.Within.IsSet() || a.Within.Misread() ||
		slices.ContainsFunc(a.Params, func(e playbook.Entry) bool { return nearKey(e.Key, commonKeys).edit.Text == "within" })
}

// SetMissed gives what conditions read as missed: for each promise of the incident that was broken,
// the type of the action and playbook/play/type. Nothing is missed until it is given.
func (in *Input) SetMissed(names []string) {
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	in.set(in.program.missed, list)
}
