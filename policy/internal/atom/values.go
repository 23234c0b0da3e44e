package atom

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Values are the values of the slots for one decision, with what was found out about
// them. They are for one goroutine.
type Values struct {
	space *Space
	vals  []any
	base  []any   // what a reset gives back
	pos   []int32 // of slots and days; unknownPos until it is asked
	set   []int32 // the slots that were set
	lists []members
}

const unknownPos int32 = -1

// members are the constants among the members of a list.
type members struct {
	found []int32  // positions, each once
	bits  []uint64 // by constants
	known bool
}

// NewValues returns values as they are in base, by slots; what base lacks is absent. The base
// is not copied.
func (s *Space) NewValues(base []any) *Values {
	v := &Values{space: s, vals: make([]any, s.given), base: base, pos: make([]int32, len(s.slots)), lists: make([]members, s.lists)}
	copy(v.vals, base)
	for i := range v.pos {
		v.pos[i] = unknownPos
	}
	for i, slot := range s.listed {
		v.lists[i].bits = make([]uint64, (s.slots[slot].scale.size()+63)/64)
	}
	return v
}

// Reset makes all values what they were at first. It costs what was set, not what could be.
func (v *Values) Reset() {
	for _, slot := range v.set {
		v.forget(int(slot))
		v.vals[slot] = nil
		if int(slot) < len(v.base) {
			v.vals[slot] = v.base[slot]
		}
	}
	v.set = v.set[:0]
	v.forgetDays()
}

// Set gives a slot a value, which must fit; nil is absent. Lists are not copied.
func (v *Values) Set(slot int, val any) {
	if len(v.set) == 0 || v.set[len(v.set)-1] != int32(slot) {
		v.set = append(v.set, int32(slot))
	}
	v.forget(slot)
	v.vals[slot] = val
	if v.space.slots[slot].typ.Kind == Instant {
		v.forgetDays()
	}
}

// Get returns the value of a slot, nil when it is absent.
func (v *Values) Get(slot int) any { return v.vals[slot] }

func (v *Values) forget(slot int) {
	v.pos[slot] = unknownPos
	if list := v.space.slots[slot].list; list >= 0 {
		m := &v.lists[list]
		for _, p := range m.found {
			word, _ := bitOf(p)
			m.bits[word] = 0
		}
		m.found, m.known = m.found[:0], false
	}
}

func (v *Values) forgetDays() {
	for i := v.space.given; i < len(v.pos); i++ {
		v.pos[i] = unknownPos
	}
}

// Position returns the position of a slot's value. That of a list only tells whether
// there is one.
func (v *Values) Position(slot int) int32 {
	if p := v.pos[slot]; p != unknownPos {
		return p
	}
	p := v.find(slot)
	v.pos[slot] = p
	return p
}

func (v *Values) find(slot int) int32 {
	s := &v.space.slots[slot]
	switch {
	case s.day != nil:
		at, _ := v.vals[s.day.Of].(time.Time)
		return s.scale.number(dayNumber(value.DateOf(at.In(s.day.Zone))))
	case v.vals[slot] == nil:
		return posAbsent
	case s.list >= 0:
		return posFirst
	}
	return s.scale.position(v.vals[slot])
}

// Members returns the positions of the constants that are members of a list, each once. The
// list is walked at the first question, whatever is asked after.
func (v *Values) Members(slot int) []int32 {
	s := &v.space.slots[slot]
	m := &v.lists[s.list]
	if m.known {
		return m.found
	}
	m.known = true
	list, _ := v.vals[slot].([]any)
	for _, member := range list {
		p := s.scale.position(member)
		if p < posFirst || p&1 == 0 {
			continue // no constant
		}
		if word, bit := bitOf(p); m.bits[word]&bit == 0 {
			m.bits[word] |= bit
			m.found = append(m.found, p)
		}
	}
	return m.found
}

// bitOf is the place of a constant's position among the bits.
func bitOf(p int32) (word int32, bit uint64) {
	i := (p - posFirst) / 2
	return i / 64, 1 << (i % 64)
}

// has reports whether the constant at a position is a member of a list.
func (v *Values) has(slot int, p int32) bool {
	v.Members(slot)
	if p < posFirst {
		return false
	}
	word, bit := bitOf(p)
	return v.lists[v.space.slots[slot].list].bits[word]&bit != 0
}

// Decide answers a condition on one slot for a value of its type.
func Decide(c *Cond, t Type, v any) Truth {
	alone := *c
	alone.Slot = 0
	b := NewBuilder([]Type{t}, nil)
	b.Gather(&alone)
	s := b.Freeze()
	vals := s.NewValues(nil)
	vals.Set(0, v)
	return s.Truth(s.Root(&alone), vals)
}

// All returns the values by slots. It is only to be read, and shows later changes.
func (v *Values) All() []any { return v.vals }

// Changed returns the slots that were set since the last reset; one may be there twice.
func (v *Values) Changed() []int32 { return v.set }
