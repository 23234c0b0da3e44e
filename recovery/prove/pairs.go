package prove

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// pairs proves a guarantee about two incidents that differ in some fields only. Boxes are split by the
// other fields first. What is left is split by these fields into cells, and the cells are compared.
type pairs struct {
	*world
	g      *policy.Guarantee
	asked  *policy.Asked
	vary   policy.Slots // the slots in which the two differ
	rest   policy.Slots // all others
	types  []string
	plays  []*policy.Play
	events bool
	search *search
	proof  *Proof
}

// mostCells bounds how many cells are compared with each other.
const mostCells = 200

func (w *world) pairs(g *policy.Guarantee) *Proof {
	x := &pairs{world: w, g: g, asked: w.reason.For(g), vary: policy.Slots{}, rest: policy.Slots{}, types: w.bearing(g.Types), proof: &Proof{}}
	fields := g.Regardless
	if g.Claim == policy.ClaimGrows {
		fields = []*policy.Field{g.Grows}
	}
	for _, f := range fields {
		for _, slot := range w.reason.SlotsOf(f) {
			x.vary[slot] = true
		}
	}
	for slot := range w.reason.Slots() {
		if !x.vary[slot] {
			x.rest[slot] = true
		}
	}
	x.plays = w.relevant(x.types)
	if x.untouched() {
		x.proof.Standing = Proved
		return x.proof
	}
	var box *policy.Box
	box, x.events = w.start(x.asked)
	if g.Claim == policy.ClaimGrows {
		if box = w.reason.WithValue(box, g.Grows.Slot); box == nil {
			x.proof.Standing = Proved
			return x.proof
		}
	}
	x.search = &search{w: w, plays: x.plays}
	x.into(box, x.plays)
	x.proof.conclude(x.search)
	return x.proof
}

// untouched reports whether nothing that the types depend on reads a field that varies: then both incidents
// are given the same, whatever else cannot be reasoned about.
func (x *pairs) untouched() bool {
	if x.readsOfItself() {
		return false
	}
	var asked []*policy.Asked
	var reads []*policy.Read
	for _, b := range x.program.Playbooks {
		asked = append(asked, x.reason.Applies(b))
	}
	for _, p := range x.plays {
		asked = append(asked, x.reason.Play(p))
		reads = append(reads, x.reason.Where(p))
		if p.Each != nil && x.vary[p.Each.Slot] {
			return false
		}
		for _, c := range p.Cases {
			asked = append(asked, x.reason.Case(c))
		}
		for _, list := range listsOf(p) {
			for _, a := range list {
				reads = append(reads, x.allOf(a)...)
				if x.sinceVaries(a) {
					return false
				}
			}
		}
		if p.Partners != nil {
			reads = append(reads, x.reason.Reads(p.Partners.Units)...)
			for _, partner := range p.Partners.Partners {
				for _, inbound := range []bool{false, true} {
					if way := partner.Way(inbound); way != nil {
						asked = append(asked, x.reason.Covers(way))
					}
				}
			}
		}
		if p.Lead != nil {
			if _, written := p.Lead.Written(); !written {
				return false
			}
		}
		if p.Choice == nil {
			continue
		}
		for _, o := range p.Choice.Options {
			reads = append(append(reads, x.reason.Reads(o.From)...), x.reason.Reads(o.To)...)
			for _, a := range o.Allowed {
				reads = append(append(reads, x.reason.Reads(a.From)...), x.reason.Reads(a.To)...)
				for _, v := range a.Values {
					reads = append(reads, x.reason.Reads(v)...)
				}
			}
		}
	}
	for _, l := range limitsOf(x.program) {
		asked = append(asked, x.reason.Cap(l))
		reads = append(append(reads, x.reason.Reads(l.AtMost)...), x.reason.Reads(l.Escalate)...)
		if l.Counting != nil && x.vary[x.reason.FactSlot(l.Counting)] {
			return false
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

// into goes through a box, split by the fields that are the same in both incidents.
func (x *pairs) into(box *policy.Box, plays []*policy.Play) {
	if x.search.stopped() {
		return
	}
	x.search.steps++
	s, box := x.scene(box, plays)
	if s == nil || !slices.ContainsFunc(s.live, func(p *policy.Play) bool { return gives(p, x.g.Types) }) && !x.escalates(s) {
		return
	}
	asked, reads := x.unknown(s)
	if parts := x.parts(box, asked, reads, x.vary); parts != nil {
		for _, part := range parts {
			x.into(part, s.live)
		}
		return
	}
	cells := &cells{}
	x.cut(box, s.live, cells)
	if cells.again != nil {
		if parts := x.parts(box, cells.again.asked, cells.again.reads, x.vary); parts != nil {
			for _, part := range parts {
				x.into(part, s.live)
			}
		} else {
			x.search.leave(reason{at: x.g.Position, text: "its parts could not be told apart"})
		}
		return
	}
	x.compare(cells)
}

// escalates reports whether a cap may tell somebody, which is one of the types.
func (x *pairs) escalates(s *scene) bool {
	return slices.Contains(x.g.Types, policy.ActionEscalate) && len(s.live) > 0
}

// scene looks at a box whose incidents are valid and what the guarantee is about; nil: there are none.
func (x *pairs) scene(box *policy.Box, plays []*policy.Play) (*scene, *policy.Box) {
	if box = x.reason.Require(x.asked, box, policy.CanYes); box == nil {
		return nil, nil
	}
	if x.g.Playbook != nil {
		if box = x.reason.Require(x.reason.Applies(x.g.Playbook), box, policy.CanYes); box == nil {
			return nil, nil
		}
	}
	s := x.sceneOf(box, plays)
	if s == nil {
		return nil, nil
	}
	if s.refused {
		return nil, nil
	}
	return s, s.box
}

// unknown are the conditions that are not known, and what has to be known of amounts and parameters.
func (x *pairs) unknown(s *scene) (asked []*policy.Asked, reads []*policy.Read) {
	asked = append(asked, x.asked)
	if x.g.Playbook != nil {
		asked = append(asked, x.reason.Applies(x.g.Playbook))
	}
	asked = append(asked, s.open...)
	caps, amounts := x.money(s, x.types)
	asked, reads = append(asked, caps...), append(reads, amounts...)
	if x.g.Claim == policy.ClaimSame {
		x.given(s, func(_ *policy.Play, a *policy.Action) { reads = append(reads, x.allOf(a)...) })
	}
	asked = slices.DeleteFunc(asked, func(a *policy.Asked) bool { return x.reason.Possible(a, s.box).One() })
	return asked, reads
}

// given goes through the actions of the types that plays of a box can give.
func (x *pairs) given(s *scene, visit func(*policy.Play, *policy.Action)) {
	for _, q := range s.sure {
		lists, _ := x.alternatives(s, q)
		for _, list := range lists {
			for _, a := range list {
				if slices.Contains(x.g.Types, a.Type.Name) {
					visit(q.play, a)
				}
			}
		}
	}
}

// allOf is what an action follows from, without what is said in it.
func (x *pairs) allOf(a *policy.Action) []*policy.Read {
	out := slices.Concat(x.reason.Reads(a.Amount), x.reason.Reads(a.Within), x.reason.Reads(a.After), x.reason.Reads(a.Calendar))
	for _, p := range a.Params {
		out = append(out, x.reason.Reads(p)...)
	}
	for _, y := range a.IfLate {
		out = append(out, x.allOf(y)...)
	}
	return out
}

// parts splits a box by the first condition, or what an expression follows from, of which more can be
// known; nil: there is none.
func (x *pairs) parts(box *policy.Box, asked []*policy.Asked, reads []*policy.Read, avoid policy.Slots) []*policy.Box {
	for _, a := range asked {
		if parts := x.reason.Split(a, box, avoid); len(parts) > 1 {
			return parts
		}
	}
	for _, r := range reads {
		if parts := x.reason.SplitRead(r, box, avoid); len(parts) > 1 {
			return parts
		}
	}
	return nil
}

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
	open    *reason // for which its amounts and parameters are not the same for all of its incidents

	tried    bool
	decision *recovery.Decision // see decisionOf
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
	} else if len(s.unsure) > 0 {
		c.why = &reason{at: s.unsure[0], text: "the items could not be reasoned about"}
	}
	x.describe(c)
	if out.list = append(out.list, c); len(out.list) > mostCells {
		out.many = true
	}
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
	c.same = b.String()
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
	for _, why := range []*reason{a.why, b.why, a.open, b.open} {
		if why != nil {
			if x.tryAll(a, b); !x.search.done {
				x.search.leave(*why)
			}
			return
		}
	}
	s, t := x.decisionOf(a), x.decisionOf(b)
	if s != nil && t != nil && x.compares(s, t) == "" {
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
		c.decision = t.decision
	}
	return c.decision
}

// compares says how two decisions differ that should not, or how the second gives less; empty: all is
// well.
func (x *pairs) compares(first, second *recovery.Decision) string {
	if x.g.Claim == policy.ClaimGrows {
		return lessOf(x.g.Types, first, second)
	}
	if sameness(x.g.Types, first) != sameness(x.g.Types, second) {
		return "the two are not given the same"
	}
	return ""
}

// tryAll decides pairs of incidents of two cells, which differ in the fields that vary alone, until one
// pair breaks the guarantee.
func (x *pairs) tryAll(a, b *cell) {
	for n := range 3 {
		one, ok := x.reason.Example(a.box, n)
		if !ok {
			return
		}
		for m := range 3 {
			other, ok := x.reason.Example(b.box, m)
			if !ok {
				return
			}
			if x.g.Claim == policy.ClaimSame {
				if x.try(a, b, one, other) {
					return
				}
				continue
			}
			for _, pair := range x.growing(a, b) {
				one.Fields[x.g.Grows.Slot], other.Fields[x.g.Grows.Slot] = pair[0], pair[1]
				if x.try(a, b, one, other) {
					return
				}
			}
		}
	}
}

// mostGrowing bounds the pairs of values that are tried of two cells.
const mostGrowing = 24

// growing are pairs of values of the field that grows, the lower one of the first cell.
func (x *pairs) growing(a, b *cell) (out [][2]any) {
	slot := x.g.Grows.Slot
	for _, u := range x.reason.Values(a.box, slot) {
		for _, v := range slices.Backward(x.reason.Values(b.box, slot)) {
			if order, ok := value.Compare(u, v); ok && order < 0 && len(out) < mostGrowing {
				out = append(out, [2]any{u, v})
			}
		}
	}
	return out
}

// try decides two incidents that are alike but for what varies. It reports whether no more are to be tried.
func (x *pairs) try(a, b *cell, one, other *policy.Example) bool {
	if x.search.runs >= mostRuns {
		x.search.leave(reason{text: "more decisions would be needed"})
		return true
	}
	mixed := &policy.Example{Fields: slices.Clone(one.Fields), Facts: slices.Clone(one.Facts)}
	for slot := range x.vary {
		if slot < len(mixed.Fields) {
			mixed.Fields[slot] = other.Fields[slot]
		} else if slot < len(mixed.Fields)+len(mixed.Facts) {
			mixed.Facts[slot-len(mixed.Fields)] = other.Facts[slot-len(mixed.Fields)]
		}
	}
	s, t := x.trialOf(one, a.box), x.trialOf(mixed, b.box)
	if t.now.After(s.now) {
		s.now = t.now
	} else {
		t.now = s.now
	}
	x.decide(s)
	x.decide(t)
	x.search.runs += 2
	if x.breaks(s, t) != "" {
		x.found(s, t)
	}
	return x.search.done
}

// breaks says how two decisions break the guarantee; empty: they do not.
func (x *pairs) breaks(s, t *trial) string {
	if s.err != nil || t.err != nil || !x.isAbout(x.g, s) || !x.isAbout(x.g, t) {
		return ""
	}
	if x.g.Claim == policy.ClaimSame {
		return x.compares(s.decision, t.decision)
	}
	if x.g.Item != nil {
		return ""
	}
	u, v := s.fieldValue(x.g.Grows), t.fieldValue(x.g.Grows)
	if order, ok := value.Compare(u, v); !ok || order >= 0 {
		return ""
	}
	return x.compares(s.decision, t.decision)
}

// fieldValue is the value of a field of the incident of a trial, its default included.
func (t *trial) fieldValue(f *policy.Field) any {
	if v, ok := t.fields[f.Name]; ok {
		return v
	}
	return f.Default
}

// lessOf says by how much the second decision gives less than the first over some types; empty: it does
// not.
func lessOf(types []string, first, second *recovery.Decision) string {
	a, b := sumsOf(types, first), sumsOf(types, second)
	for _, key := range sortedKeys(a) {
		had := a[key]
		has, ok := b[key]
		if had.Sign() > 0 && (!ok || has.Compare(had) < 0) {
			if !ok {
				has, _ = value.NewMoney(0, had.Currency())
			}
			return fmt.Sprintf("%s is less than %s", has, had)
		}
	}
	return ""
}

func sortedKeys(m map[string]value.Money) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// sumsOf adds up, for each currency, what a decision gives over some types, and both ends of what it
// offers.
func sumsOf(types []string, d *recovery.Decision) map[string]value.Money {
	out := map[string]value.Money{}
	add := func(key string, m value.Money) {
		s := sum{m.Currency(): out[key]}
		if !out[key].IsSet() {
			delete(s, m.Currency())
		}
		s.add(m)
		out[key] = s[m.Currency()]
	}
	for i := range d.Actions {
		if a := &d.Actions[i]; a.Change != recovery.ChangeCancelled && slices.Contains(types, a.Type) && a.Amount.IsSet() {
			add("given "+a.Amount.Currency(), a.Amount)
		}
	}
	for _, ch := range d.Choices {
		for _, o := range ch.Options {
			if slices.Contains(types, o.Type) && o.To.IsSet() {
				add("from "+o.Type+" "+o.From.Currency(), o.From)
				add("to "+o.Type+" "+o.To.Currency(), o.To)
			}
		}
	}
	return out
}

// sameness writes what a decision gives and offers of some types, in an order of its own.
func sameness(types []string, d *recovery.Decision) string {
	var lines []string
	for i := range d.Actions {
		if a := &d.Actions[i]; a.Change != recovery.ChangeCancelled && slices.Contains(types, a.Type) {
			lines = append(lines, samenessOf(a))
		}
	}
	for _, ch := range d.Choices {
		for _, o := range ch.Options {
			if slices.Contains(types, o.Type) {
				lines = append(lines, fmt.Sprintf("offer %s %s %s %s", o.Type, o.From, o.To, params(o.Params)))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func samenessOf(a *recovery.Action) string {
	var late []string
	for i := range a.IfLate {
		late = append(late, samenessOf(&a.IfLate[i]))
	}
	slices.Sort(late)
	return fmt.Sprintf("%s %s %s %s %s [%s]", a.Type, a.Amount, params(a.Params), a.NotBefore.Format(time.RFC3339Nano), a.DueAt.Format(time.RFC3339Nano), strings.Join(late, ", "))
}

func params(list []recovery.Param) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name+"="+value.Show(p.Value))
	}
	return strings.Join(out, " ")
}

func (x *pairs) found(s, t *trial) {
	x.search.done = true
	s, t = x.smallestPair(s, t)
	x.proof.Standing, x.proof.Reason = Broken, x.breaks(s, t)
	x.proof.Witnesses = []Witness{s.witness(), t.witness()}
}

// smallestPair takes out of both trials what they do not need, and makes them differ in as few fields as
// they can.
func (x *pairs) smallestPair(s, t *trial) (*trial, *trial) {
	names := func() []string {
		all := map[string]bool{}
		for name := range s.fields {
			all[name] = true
		}
		for name := range t.fields {
			all[name] = true
		}
		var out []string
		for name := range all {
			if name != "id" && name != "service" && name != "occurred_at" {
				out = append(out, name)
			}
		}
		slices.Sort(out)
		return out
	}
	try := func(change func(s, t *trial)) bool {
		a, b := s.copied(), t.copied()
		change(a, b)
		x.decide(a)
		x.decide(b)
		if x.breaks(a, b) == "" {
			return false
		}
		s, t = a, b
		return true
	}
	for again := true; again; {
		again = false
		for _, name := range names() {
			_, inS := s.fields[name]
			_, inT := t.fields[name]
			if (inS || inT) && try(func(a, b *trial) { delete(a.fields, name); delete(b.fields, name) }) {
				again = true
				continue
			}
			if slot, ok := x.slotOf(name); ok && x.vary[slot] && x.g.Claim == policy.ClaimSame {
				again = again || inS && try(func(a, _ *trial) { delete(a.fields, name) }) || inT && try(func(_, b *trial) { delete(b.fields, name) })
			}
		}
		for _, f := range x.program.Facts {
			if s.facts[f.Name] == nil && t.facts[f.Name] == nil {
				continue
			}
			again = again || try(func(a, b *trial) { delete(a.facts, f.Name); delete(b.facts, f.Name) })
		}
	}
	for _, name := range names() {
		slot, _ := x.slotOf(name)
		if x.vary[slot] {
			continue
		}
		for _, v := range x.lower(name, s.fields[name]) {
			if try(func(a, b *trial) { a.fields[name], b.fields[name] = v, v }) {
				break
			}
		}
	}
	renamed := t.copied()
	if renamed.fields["id"] == any("WITNESS-1") {
		renamed.fields["id"] = "WITNESS-2"
		x.decide(renamed)
		if x.breaks(s, renamed) != "" {
			t = renamed
		}
	}
	return s, t
}

func (w *world) slotOf(name string) (int, bool) {
	for _, f := range w.names {
		if f != nil && f.Name == name {
			return f.Slot, true
		}
	}
	return 0, false
}
