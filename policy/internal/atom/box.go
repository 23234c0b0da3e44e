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

// with returns the box in which a slot has other positions; nil if they are none.
func (b *Box) with(slot int, s set) *Box {
	if s.empty() {
		return nil
	}
	out := *b
	out.sets = slices.Clone(b.sets)
	out.sets[slot] = s
	return &out
}

// Require returns the part of a box in which a condition may still have one of some truths; nil where
// it has none of them. What is left may hold inputs for which it has another truth.
func (b *Box) Require(c *Cond, want Possible) *Box {
	if slot, t, ok := b.space.truths(c); ok {
		keep := make(set, len(b.sets[slot]))
		want.each(func(truth Truth) {
			for i := range keep {
				keep[i] |= t[truth][i]
			}
		})
		if b.sets[slot].within(keep) {
			return b
		}
		return b.with(slot, b.sets[slot].and(keep))
	}
	if b.Possible(c)&want == 0 {
		return nil
	}
	switch {
	case c.Op == Not:
		return b.Require(c.Kids[0], want.not())
	case c.Op == Member:
		return b.requireMember(c, want)
	case c.Op == And && want&CanNo == 0, c.Op == Or && want&CanYes == 0:
		// A part with the truth that decides the whole is ruled out.
		each := want
		if want&CanFail != 0 {
			each = CanAny &^ CanNo
			if c.Op == Or {
				each = CanAny &^ CanYes
			}
		}
		for _, k := range c.Kids {
			if b = b.Require(k, each); b == nil {
				return nil
			}
		}
	case c.Op == And && want == CanNo, c.Op == Or && want == CanYes:
		return b.requireLast(c, want)
	case c.Op == If:
		return b.requireBranch(c, want)
	}
	return b
}

// requireBranch is Require where one branch can be taken only, or only one can have the truth.
func (b *Box) requireBranch(c *Cond, want Possible) *Box {
	if want&CanFail != 0 {
		return b
	}
	when := b.Possible(c.Kids[0])
	first, second := when&CanYes != 0 && b.Possible(c.Kids[1])&want != 0, when&CanNo != 0 && b.Possible(c.Kids[2])&want != 0
	switch {
	case first && second:
		return b
	case first:
		if b = b.Require(c.Kids[0], CanYes); b != nil {
			b = b.Require(c.Kids[1], want)
		}
		return b
	case second:
		if b = b.Require(c.Kids[0], CanNo); b != nil {
			b = b.Require(c.Kids[2], want)
		}
		return b
	}
	return nil
}

// requireLast requires a truth of the one part that can still have it.
func (b *Box) requireLast(c *Cond, want Possible) *Box {
	var last *Cond
	for _, k := range c.Kids {
		if b.Possible(k)&want == 0 {
			continue
		}
		if last != nil {
			return b
		}
		last = k
	}
	if last == nil {
		return nil
	}
	return b.Require(last, want)
}

func (b *Box) requireMember(c *Cond, want Possible) *Box {
	if want&(1<<c.Absent) != 0 && b.sets[c.Slot].has(int(posAbsent)) {
		return b // it may have no list
	}
	i, list := b.constant(c), b.space.slots[c.Slot].list
	there := make(set, len(b.sets[c.Slot]))
	there.add(int(posFirst))
	out := b
	if !b.sets[c.Slot].within(there) {
		out = b.with(c.Slot, b.sets[c.Slot].and(there))
	}
	if out == nil || i < 0 || want&(CanYes|CanNo) == CanYes|CanNo {
		return out
	}
	copied := *out
	from := &copied.out // a member is never missing
	if want&CanYes == 0 {
		from = &copied.in
	}
	if !(*from)[list].has(i) {
		return out // it is so already
	}
	*from = slices.Clone(*from)
	(*from)[list] = slices.Clone((*from)[list])
	(*from)[list][i/64] &^= 1 << (i % 64)
	if !copied.in[list].has(i) && !copied.out[list].has(i) {
		return nil
	}
	return &copied
}

// Split returns boxes that make up a box, in each of which more is known of a condition whose truth is
// not known; nil where nothing that a box knows can say more.
// Slots that avoid names stay whole.
func (b *Box) Split(c *Cond, avoid Slots) []*Box {
	if b.Possible(c).One() || avoid != nil && c.Op >= Has && avoid[c.Slot] {
		return nil
	}
	if slot, t, ok := b.space.truths(c); ok && avoid[slot] {
		return nil
	} else if ok {
		var out []*Box
		for truth := range t {
			if part := b.with(slot, b.sets[slot].and(t[truth])); part != nil {
				out = append(out, part)
			}
		}
		return out
	}
	switch c.Op {
	case Member:
		return b.either(c)
	case Suffix, Contains:
		return b.splitTexts(c)
	}
	for _, k := range c.Kids {
		if out := b.Split(k, avoid); len(out) > 1 {
			return out
		}
	}
	return nil
}

func (b *Box) either(c *Cond) (out []*Box) {
	absent := make(set, len(b.sets[c.Slot]))
	absent.add(int(posAbsent))
	if part := b.with(c.Slot, b.sets[c.Slot].and(absent)); part != nil {
		out = append(out, part)
	}
	there := make(set, len(absent))
	there.add(int(posFirst))
	if with := b.with(c.Slot, b.sets[c.Slot].and(there)); with != nil {
		for _, want := range []Possible{CanYes, CanNo} {
			if part := with.requireMember(c, want); part != nil && with.Possible(c)&want != 0 {
				out = append(out, part)
			}
		}
	}
	return out
}

// splitTexts takes the constants of a text's slot apart from its gaps.
func (b *Box) splitTexts(c *Cond) []*Box {
	var parts [3]set // constants with, constants without, gaps
	for i := range parts {
		parts[i] = make(set, len(b.sets[c.Slot]))
	}
	on := b.sets[c.Slot]
	for at := on.first(0); at >= 0; at = on.first(at + 1) {
		one := make(set, len(on))
		one.add(at)
		switch p := b.with(c.Slot, one).textual(c); p {
		case CanYes:
			parts[0].add(at)
		case CanNo, CanFail:
			parts[1].add(at)
		default:
			parts[2].add(at)
		}
	}
	var out []*Box
	for _, s := range parts {
		if part := b.with(c.Slot, s); part != nil {
			out = append(out, part)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// Reads reports whether a condition is about a slot.
func (c *Cond) Reads(slot int) bool {
	if c.Op >= Has && c.Slot == slot {
		return true
	}
	return slices.ContainsFunc(c.Kids, func(k *Cond) bool { return k.Reads(slot) })
}

// Empty returns the part of a box in which a list has none of the constants as members.
func (b *Box) Empty(slot int) *Box {
	list := b.space.slots[slot].list
	out := *b
	out.in = slices.Clone(b.in)
	out.in[list] = make(set, len(b.in[list]))
	return &out
}

// Meets reports whether two boxes of one space have an input in common.
func (b *Box) Meets(o *Box) bool {
	for i := range b.sets {
		if &b.sets[i][0] != &o.sets[i][0] && !b.sets[i].meets(o.sets[i]) {
			return false
		}
	}
	for i := range b.in {
		for k := range b.in[i] {
			// A constant is a member or it is not, if there is a list at all.
			if (b.in[i][k]&o.in[i][k])|(b.out[i][k]&o.out[i][k]) != b.in[i][k]|b.out[i][k]|o.in[i][k]|o.out[i][k] {
				return false
			}
		}
	}
	return true
}

// Asks reports whether a part of a condition has to be evaluated.
func (c *Cond) Asks() bool { return c.Op == Ask || slices.ContainsFunc(c.Kids, (*Cond).Asks) }
