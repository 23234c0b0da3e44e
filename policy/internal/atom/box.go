package atom

import (
	"math/bits"
	"slices"
	"strings"
)

// Possible is a set of truths: those that a condition can have in a box.
type Possible uint8

// The sets of one truth, and the set of all.
const (
	CanFail Possible = 1 << Unsure
	CanNo   Possible = 1 << No
	CanYes  Possible = 1 << Yes
	CanAny           = CanFail | CanNo | CanYes
)

// One reports whether a set has one truth.
func (p Possible) One() bool { return bits.OnesCount8(uint8(p)) == 1 }

// each calls a function for each truth of a set.
func (p Possible) each(do func(Truth)) {
	for t := Unsure; t <= Yes; t++ {
		if p&(1<<t) != 0 {
			do(t)
		}
	}
}

// Slots is a set of slots.
type Slots map[int]bool

// And is the set of truths of a conjunction.
func (p Possible) And(o Possible) (out Possible) {
	p.each(func(x Truth) { o.each(func(y Truth) { out |= 1 << x.And(y) }) })
	return out
}

// Box is a set of inputs: the positions that each slot may have, and the constants that may be, or
// may be missing, among the members of each list. A box never changes; what narrows one returns
// another.
//
// A box says more than there is: slots are independent in it, also the days of one instant.
type Box struct {
	space *Space
	sets  []set
	in    []set // by lists: the constants that may be members
	out   []set // by lists: the constants that may be missing
}

// set is a set of positions, or of constants, as bits.
type set []uint64

func fullSet(n int) set {
	s := make(set, (n+63)/64)
	for i := range n {
		s.add(i)
	}
	return s
}

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s set) meets(o set) bool {
	for i := range s {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

func (s set) and(o set) set {
	out := make(set, len(s))
	for i := range s {
		out[i] = s[i] & o[i]
	}
	return out
}

func (s set) within(o set) bool {
	for i := range s {
		if s[i]&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (s set) empty() bool { return !slices.ContainsFunc(s, func(w uint64) bool { return w != 0 }) }

// first is the lowest member at or above i; -1: there is none.
func (s set) first(i int) int {
	for ; i < 64*len(s); i++ {
		w := s[i/64] >> (i % 64)
		if w != 0 {
			return i + bits.TrailingZeros64(w)
		}
		i |= 63
	}
	return -1
}

// Everything is the box of all inputs, valid or not.
func (s *Space) Everything() *Box {
	b := &Box{space: s, sets: make([]set, len(s.slots)), in: make([]set, s.lists), out: make([]set, s.lists)}
	for i := range s.slots {
		x := &s.slots[i]
		if x.list >= 0 {
			b.sets[i] = make(set, (int(x.scale.last())+64)/64)
			b.sets[i].add(int(posAbsent))
			b.sets[i].add(int(posFirst))
			b.in[x.list], b.out[x.list] = fullSet(max(x.scale.size(), 1)), fullSet(max(x.scale.size(), 1))
			continue
		}
		b.sets[i] = fullSet(int(x.scale.last()) + 1)
		b.sets[i][0] &^= 1 << posThere
	}
	return b
}

// Keep prepares a condition that was gathered for questions about boxes.
func (s *Space) Keep(c *Cond) *Cond { return s.joined(s.settled(c)) }

// joined makes one of the parts of a conjunction or a disjunction that are about one slot, at every
// level.
func (s *Space) joined(c *Cond) *Cond {
	if len(c.Kids) == 0 {
		return c
	}
	if _, _, single := s.stepsOf(c); single {
		return c
	}
	out := &Cond{Op: c.Op, Slot: c.Slot, Value: c.Value, Absent: c.Absent}
	for _, k := range s.grouped(c) {
		out.Kids = append(out.Kids, s.joined(k))
	}
	return out
}

// truths are the positions at which a condition on one slot has each truth.
type truths [3]set

func (s *Space) truths(c *Cond) (slot int, t *truths, ok bool) {
	if c.parts != nil {
		return c.on, c.parts, true
	}
	slot, f, ok := s.stepsOf(c)
	if !ok {
		return 0, nil, false
	}
	last := s.slots[slot].scale.last()
	t = &truths{}
	for i := range t {
		t[i] = make(set, (last+64)/64)
	}
	f.spans(last, func(from, until int32, truth Truth) {
		for p := from; p < until; p++ {
			t[truth].add(int(p))
		}
	})
	c.parts = t
	return slot, t, true
}

// Possible returns the truths that a kept condition can have in a box. It may name one that it
// cannot have, and never leaves one out.
func (b *Box) Possible(c *Cond) Possible {
	if slot, t, ok := b.space.truths(c); ok {
		p := Possible(0)
		for truth := range t {
			if b.sets[slot].meets(t[truth]) {
				p |= 1 << truth
			}
		}
		return p
	}
	switch c.Op {
	case Known:
		return 1 << c.Value
	case Not:
		return b.Possible(c.Kids[0]).not()
	case And, Or:
		return b.chain(c)
	case If:
		return b.branch(c)
	case Member:
		return b.member(c)
	case Suffix, Contains:
		return b.textual(c)
	}
	return CanAny
}

func (p Possible) not() Possible {
	out := p & CanFail
	if p&CanNo != 0 {
		out |= CanYes
	}
	if p&CanYes != 0 {
		out |= CanNo
	}
	return out
}

func (b *Box) chain(c *Cond) Possible {
	all, combine := CanYes, Truth.And
	if c.Op == Or {
		all, combine = CanNo, Truth.Or
	}
	for _, k := range c.Kids {
		next, with := Possible(0), b.Possible(k)
		all.each(func(x Truth) { with.each(func(y Truth) { next |= 1 << combine(x, y) }) })
		if all = next; all.One() && all != CanFail && (all == CanNo) == (c.Op == And) {
			return all // nothing changes it any more
		}
	}
	return all
}

func (b *Box) branch(c *Cond) Possible {
	when := b.Possible(c.Kids[0])
	out := when & CanFail
	if when&CanYes != 0 {
		out |= b.Possible(c.Kids[1])
	}
	if when&CanNo != 0 {
		out |= b.Possible(c.Kids[2])
	}
	return out
}

// constant is the number of a constant among those of a list's slot; -1 for none.
func (b *Box) constant(c *Cond) int {
	p := b.space.slots[c.Slot].scale.position(c.Const)
	if p < posFirst || p&1 == 0 {
		return -1
	}
	return int(p-posFirst) / 2
}

func (b *Box) member(c *Cond) Possible {
	x := b.space.slots[c.Slot]
	p := Possible(0)
	if b.sets[c.Slot].has(int(posAbsent)) {
		p |= 1 << c.Absent
	}
	i := b.constant(c)
	if i < 0 || !b.sets[c.Slot].has(int(posFirst)) {
		if i < 0 {
			return p | CanNo
		}
		return p
	}
	if b.in[x.list].has(i) {
		p |= CanYes
	}
	if b.out[x.list].has(i) {
		p |= CanNo
	}
	return p
}

// textual is Possible for the end of a text, and for a part of one: known at constants, and free in
// the gaps between them.
func (b *Box) textual(c *Cond) Possible {
	p := Possible(0)
	texts, on := b.space.slots[c.Slot].scale.texts, b.sets[c.Slot]
	for at := on.first(0); at >= 0; at = on.first(at + 1) {
		switch {
		case at == int(posAbsent):
			p |= 1 << c.Absent
		case at&1 == 0:
			p |= CanAny
		default:
			text, part := texts[(at-int(posFirst))/2], c.Const.(string)
			holds := strings.HasSuffix(text, part)
			if c.Op == Contains {
				holds = strings.Contains(text, part)
			}
			p |= 1 << Of(holds)
		}
	}
	return p
}

// with returns the box in which a slot has other positions; nil if there are no positions.
func (b *Box) with(slot int, s set) *Box {
	if s.empty() {
		return nil
	}
	out := *b
	out.sets = slices.Clone(b.sets)
	out.sets[slot] = s
	return &out
}
