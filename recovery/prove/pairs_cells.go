package prove

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// cells are the parts of a box by the fields that vary.
type cells struct {
	list  []*cell
	again *unknown // what the box has to be split by first; nil: nothing
	many  bool     // there are too many
}

type unknown struct {
	asked []*policy.Asked
	reads []*policy.Read
}

// cell is a part of a box in which no more can be known.
type cell struct {
	*scene
	why     *reason // for which nothing is known of what it gives; nil: it is known
	same    string  // two cells with this in common give the same for the same other fields
	byValue bool    // what it gives follows from the value of a field that varies
	grows   bool    // what it gives is never less where the field has more, if the same is given
	open    *reason // for which its amounts and parameters are not the same for all of its incidents

	tried    bool
	decision *recovery.Decision // see decisionOf
	base     time.Time          // from which its deadlines count
}

func (x *pairs) cut(box *policy.Box, plays []*policy.Play, out *cells) {
	if x.search.stopped() || out.again != nil || out.many {
		return
	}
	x.search.steps++
	s, box := x.scene(box, plays)
	if s == nil {
		return
	}
	asked, reads := x.unknown(s)
	if parts := x.parts(box, asked, reads, x.rest); parts != nil {
		for _, part := range parts {
			x.cut(part, s.live, out)
		}
		return
	}
	if x.parts(box, asked, reads, x.vary) != nil {
		out.again = &unknown{asked, reads}
		return
	}
	c := &cell{scene: s}
	if len(asked) > 0 {
		c.why = &reason{at: asked[0].At(), text: "the condition could not be reasoned about"}
	} else if len(s.unsure) > 0 && !x.apart(s) {
		c.why = &reason{at: s.unsure[0], text: "the items could not be reasoned about"}
	}
	x.describe(c)
	if out.list = append(out.list, c); len(out.list) > mostCells {
		out.many = true
	}
}

// apart reports whether all that is not known of a cell is what items are given, and whether that is the same for
// both incidents, however many items there are: nothing of it reads a field that varies, no limit looks at it, and
// each item's own actions are merged with no others. Both sums then have it in common.
func (x *pairs) apart(s *scene) bool {
	if x.readsOfItself() || slices.ContainsFunc(limitsOf(x.program), func(l *policy.Limit) bool {
		return x.mayLimit(s, l) && slices.ContainsFunc(l.Of, func(t string) bool { return slices.Contains(x.types, t) })
	}) {
		return false
	}
	return !slices.ContainsFunc(s.maybe, func(p *policy.Play) bool { return p.Each == nil || p.Partners != nil || !x.ownOfItems(p) })
}

// ownOfItems reports whether what a play gives to items follows from nothing that varies, and stays theirs.
func (x *pairs) ownOfItems(p *policy.Play) bool {
	if x.vary[p.Each.Slot] || p.Choice != nil || p.Preventive() || p.Lead != nil {
		return false
	}
	reads := []*policy.Read{x.reason.Where(p)}
	asked := []*policy.Asked{x.reason.Play(p)}
	for _, k := range p.Cases {
		asked = append(asked, x.reason.Case(k))
	}
	for _, list := range listsOf(p) {
		for _, a := range list {
			if slices.Contains(x.types, a.Type.Name) && !a.Own || x.sinceVaries(a) {
				return false
			}
			reads = append(reads, x.allOf(a)...)
		}
	}
	for slot := range x.vary {
		if slices.ContainsFunc(asked, func(a *policy.Asked) bool { return a.Reads(slot) }) {
			return false
		}
		if slices.ContainsFunc(reads, func(r *policy.Read) bool { reads, _ := r.Reads(slot); return reads }) {
			return false
		}
	}
	return true
}

// describe says what a cell gives: by what, and how far it is known.
func (x *pairs) describe(c *cell) {
	var b strings.Builder
	note := func(reads []*policy.Read) {
		for _, r := range reads {
			text, byValue := r.Truths(c.box, x.vary)
			b.WriteString(text + ";")
			c.byValue = c.byValue || byValue
			if c.open == nil && !x.reason.Known(r, c.box) {
				c.open = &reason{at: r.At(), text: "it could not be reasoned about"}
			}
		}
	}
	bearing := slices.Concat(x.types, x.g.Types)
	for _, q := range c.sure {
		lists, several := x.alternatives(c.scene, q)
		if several && c.open == nil {
			c.open = x.complete(c.scene, nil)
		}
		if p := q.play; p.Lead != nil {
			if _, written := p.Lead.Written(); !written && x.maySignal(c.box) {
				c.byValue = true // when it is too late may follow from what varies
			}
		}
		for i, list := range lists {
			for _, a := range list {
				if slices.Contains(bearing, a.Type.Name) {
					fmt.Fprintf(&b, "%s %d %p ", q.play.Name, i, a)
					note(x.allOf(a))
					x.spec(c, q.play, a)
					c.byValue = c.byValue || x.sinceVaries(a)
				}
			}
		}
		if ch := q.play.Choice; ch != nil {
			for _, o := range ch.Options {
				if slices.Contains(bearing, o.Type.Name) {
					fmt.Fprintf(&b, "%s %p ", q.play.Name, o)
					note(slices.Concat(x.reason.Reads(o.From), x.reason.Reads(o.To)))
					for _, allowed := range o.Allowed {
						note(slices.Concat(x.reason.Reads(allowed.From), x.reason.Reads(allowed.To)))
						for _, v := range allowed.Values {
							note(x.reason.Reads(v))
						}
					}
				}
			}
		}
		if q.play.Partners != nil {
			fmt.Fprintf(&b, "%s partners ", q.play.Name)
			c.byValue = true // which partner takes it may follow from anything
		}
	}
	for _, l := range limitsOf(x.program) {
		if !slices.ContainsFunc(l.Of, func(t string) bool { return slices.Contains(bearing, t) }) || !x.mayLimit(c.scene, l) || l.Keep {
			continue
		}
		fmt.Fprintf(&b, "%p %d ", l, x.reason.Possible(x.reason.Cap(l), c.box))
		note(x.reason.Reads(l.AtMost))
		note(x.reason.Reads(l.Escalate))
		if l.Counting != nil {
			c.byValue = c.byValue || x.vary[x.reason.FactSlot(l.Counting)]
			if c.open == nil {
				c.open = &reason{at: l.Position, text: "what was given before could not be reasoned about"}
			}
		}
	}
	if x.readsOfItself() {
		c.byValue = true
		if c.open == nil {
			c.open = &reason{at: x.g.Position, text: "the engine itself reads a field that varies"}
		}
	}
	c.same, c.grows = b.String(), x.g.Claim == policy.ClaimGrows && !x.readsOfItself() && x.grows(c)
}

// grows reports whether each amount of a cell is never less where the field has more, and no limit looks at any.
func (x *pairs) grows(c *cell) bool {
	if slices.ContainsFunc(limitsOf(x.program), func(l *policy.Limit) bool {
		return x.mayLimit(c.scene, l) && slices.ContainsFunc(l.Of, func(t string) bool { return slices.Contains(x.types, t) })
	}) {
		return false
	}
	slot := x.g.Grows.Slot
	for _, q := range c.sure {
		lists, several := x.alternatives(c.scene, q)
		if several || q.play.Each != nil {
			return false
		}
		for _, list := range lists {
			for _, a := range list {
				if slices.Contains(x.types, a.Type.Name) && !x.reason.Grows(a.Amount, c.box, slot, x.vary) {
					return false
				}
			}
		}
		if q.play.Choice == nil {
			continue
		}
		for _, o := range q.play.Choice.Options {
			if slices.Contains(x.types, o.Type.Name) && !(x.reason.Grows(o.From, c.box, slot, x.vary) && x.reason.Grows(o.To, c.box, slot, x.vary)) {
				return false
			}
		}
	}
	return true
}

// sinceVaries reports whether an action, or what is owed when it is late, counts from a field that varies.
func (x *pairs) sinceVaries(a *policy.Action) bool {
	return a.Since != nil && x.vary[a.Since.Slot] || slices.ContainsFunc(a.IfLate, x.sinceVaries)
}

// spec leaves open what a deadline is that is not the same length of time for every incident: the days
// on which it was tried say nothing of others.
func (x *pairs) spec(c *cell, p *policy.Play, a *policy.Action) {
	if x.g.Claim != policy.ClaimSame || c.open != nil || !slices.Contains(x.g.Types, a.Type.Name) {
		return
	}
	if a.Within == nil && a.After == nil && a.Since == nil && len(a.IfLate) == 0 && a.Type.Name != policy.ActionInform {
		return
	}
	t, ok := timedOf(p, a)
	if !ok || t.calendar != nil || t.span.OfCalendar() || t.ends != "" || a.After != nil || len(a.IfLate) > 0 {
		c.open = &reason{at: a.Position, text: "when it is due could not be compared"}
	}
}

// readsOfItself reports whether a field varies that the engine looks at without being asked.
func (x *pairs) readsOfItself() bool {
	if x.events {
		return true
	}
	names := append([]string{"expected_at", "phase", "provider", "updated_at"}, eventFields...)
	if x.g.Claim == policy.ClaimSame {
		names = append(names, "reported_at", "occurred_at")
	}
	return slices.ContainsFunc(names, func(name string) bool { return x.vary[x.slots[name]] })
}

// compare compares the cells of a box.
func (x *pairs) compare(c *cells) {
	if c.many {
		x.search.leave(reason{at: x.g.Position, text: fmt.Sprintf("more than %d parts would have to be compared", mostCells)})
		return
	}
	for i, a := range c.list {
		for j, b := range c.list {
			if x.search.stopped() {
				return
			}
			switch {
			case i == j && !a.byValue && a.why == nil:
				continue // the fields that vary change nothing in it
			case x.g.Claim == policy.ClaimSame && j < i:
				continue // it was compared already
			case x.g.Claim == policy.ClaimGrows && !x.below(a, b):
				continue
			}
			x.pair(a, b)
		}
	}
}

// below reports whether the field of an incident of one cell can be less than that of one of another.
func (x *pairs) below(a, b *cell) bool {
	low, lowest := x.reason.Bounds(a.box, x.g.Grows.Slot)
	high, highest := x.reason.Bounds(b.box, x.g.Grows.Slot)
	if low > lowest || high > highest {
		return false
	}
	return low < highest || low == highest && !x.reason.OneValue(a.box, x.g.Grows.Slot)
}

// pair compares two cells. Where what each gives is the same for all of its incidents, one decision of each
// is compared.
func (x *pairs) pair(a, b *cell) {
	if a.why == nil && b.why == nil && a.same == b.same && !a.byValue && !b.byValue {
		return
	}
	if a.why == nil && b.why == nil && a.same == b.same && a.grows && b.grows {
		return
	}
	for _, why := range []*reason{a.why, b.why, a.open, b.open} {
		if why != nil {
			if x.tryAll(a, b); !x.search.done {
				x.search.leave(*why)
			}
			return
		}
	}
	if x.alike(a, b) {
		return
	}
	if x.tryAll(a, b); !x.search.done {
		x.search.leave(reason{at: x.g.Position, text: "no two incidents that would be decided could be written down"})
	}
}

// decisionOf is a decision on an incident of a cell; nil: none could be made.
func (x *pairs) decisionOf(c *cell) *recovery.Decision {
	if c.tried {
		return c.decision
	}
	c.tried = true
	example, ok := x.reason.Example(c.box, 0)
	if !ok {
		return nil
	}
	t := x.trialOf(example, c.box)
	x.decide(t)
	x.search.runs++
	if t.err == nil {
		c.decision, c.base = t.decision, t.base()
	}
	return c.decision
}

// alike reports whether decisions of two cells show that the guarantee holds for all of their incidents.
// They are on incidents of their own, which may be reported at other times. So deadlines are compared by
// how long they are.
func (x *pairs) alike(a, b *cell) bool {
	s, t := x.decisionOf(a), x.decisionOf(b)
	switch {
	case s == nil || t == nil:
		return false
	case x.g.Claim == policy.ClaimGrows:
		return lessOf(x.g.Types, s, t) == ""
	}
	return sameness(x.g.Types, s, a.base) == sameness(x.g.Types, t, b.base)
}

// compares says how two decisions differ that should not, or how the second gives less; empty: all is
// well.
func (x *pairs) compares(first, second *recovery.Decision) string {
	if x.g.Claim == policy.ClaimGrows {
		return lessOf(x.g.Types, first, second)
	}
	if sameness(x.g.Types, first, time.Time{}) != sameness(x.g.Types, second, time.Time{}) {
		return "the two are not given the same"
	}
	return ""
}
