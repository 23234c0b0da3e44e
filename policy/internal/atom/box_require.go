package atom

import (
	"slices"
)

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

// Split returns boxes that make up a box. Each knows more about a condition whose truth the whole does
// not know; nil where nothing that a box knows can say more.
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

// Within returns the part of a box whose slots lie in a box of another space that shares their constants: see
// Share. slots has the slot of the other box for one of this. nil: there is none.
func (b *Box) Within(o *Box, slots map[int]int) *Box {
	for i, k := range slots {
		if !b.sets[i].within(o.sets[k]) {
			if b = b.with(i, b.sets[i].and(o.sets[k])); b == nil {
				return nil
			}
		}
		x, y := b.space.slots[i].list, o.space.slots[k].list
		if x < 0 || b.in[x].within(o.in[y]) && b.out[x].within(o.out[y]) {
			continue
		}
		out := *b
		out.in, out.out = slices.Clone(b.in), slices.Clone(b.out)
		out.in[x], out.out[x] = b.in[x].and(o.in[y]), b.out[x].and(o.out[y])
		for m := range 64 * len(out.in[x]) {
			if b.in[x].has(m) || b.out[x].has(m) {
				if !out.in[x].has(m) && !out.out[x].has(m) {
					return nil
				}
			}
		}
		b = &out
	}
	return b
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
