package prove

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
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
	lists  map[string]bool // the pairs that were tried with items
}

// mostCells bounds how many cells are compared with each other.
const mostCells = 200

func (w *world) pairs(g *policy.Guarantee) *Proof {
	x := &pairs{world: w, g: g, asked: w.reason.For(g), vary: policy.Slots{}, rest: policy.Slots{}, types: w.bearing(g.Types), proof: &Proof{}, lists: map[string]bool{}}
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

// parts splits a box by the first condition, or by the first thing that an expression follows from, about
// which more can be known; nil: there is none.
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
