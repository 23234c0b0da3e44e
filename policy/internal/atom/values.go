package atom

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Values are the values of the slots for one decision, with their positions. They are for
// one goroutine.
type Values struct {
	space *Space
	vals  []any
	pos   []int32 // of slots and days; unknownPos for a day that is not worked out yet
	set   []int32 // the slots that were set
	lists []members

	// The values after a reset.
	base    []any
	basePos []int32
}

const unknownPos int32 = -1

// members has the constants that are members of a list.
type members struct {
	found []int32  // positions, each once
	bits  []uint64 // by constants
}

// NewValues returns values that start as in base, by slots. A slot that base lacks is absent.
func (s *Space) NewValues(base []any) *Values {
	v := &Values{
		space: s, vals: make([]any, s.given), pos: make([]int32, len(s.slots)), lists: make([]members, s.lists),
		base: make([]any, s.given), basePos: make([]int32, s.given),
	}
	copy(v.base, base)
	for i, slot := range s.listed {
		v.lists[i].bits = make([]uint64, (s.slots[slot].scale.size()+63)/64)
	}
	for i, b := range v.base {
		v.basePos[i], _ = s.slots[i].position(b)
		v.reset(i)
	}
	v.forgetDays()
	return v
}

// Reset gives all slots their first values again. Its time grows with the number of slots that were
// set.
func (v *Values) Reset() {
	for _, slot := range v.set {
		v.reset(int(slot))
	}
	v.set = v.set[:0]
	v.forgetDays()
}

func (v *Values) reset(slot int) {
	v.vals[slot], v.pos[slot] = v.base[slot], v.basePos[slot]
	if s := &v.space.slots[slot]; s.list >= 0 {
		v.setList(s, v.base[slot])
	}
}

// Set gives a slot a value; nil makes it absent. It reports whether the value is of the slot's
// type. If it is not, ask for no answer about these values. Lists are not copied.
func (v *Values) Set(slot int, val any) (fits bool) {
	if len(v.set) == 0 || v.set[len(v.set)-1] != int32(slot) {
		v.set = append(v.set, int32(slot))
	}
	s := &v.space.slots[slot]
	v.vals[slot] = val
	v.pos[slot], fits = s.position(val)
	switch {
	case s.list >= 0:
		return v.setList(s, val)
	case s.typ.Kind == value.KindTimestamp:
		v.forgetDays()
	}
	return fits
}

// setList finds the constants among the members of a list.
func (v *Values) setList(s *slot, val any) (fits bool) {
	m := &v.lists[s.list]
	m.clear()
	list, ok := val.([]any)
	if !ok || s.typ.Elem == value.KindItem { // no condition compares an item
		return ok || val == nil
	}
	member := slot{typ: s.typ.Member(), scale: s.scale}
	for _, x := range list {
		p, fits := member.position(x)
		if !fits || x == nil { // a list with such a member does not fit
			return false
		}
		if p >= posFirst && p&1 == 1 {
			m.add(p)
		}
	}
	return true
}

func (m *members) add(p int32) {
	if word, bit := bitOf(p); m.bits[word]&bit == 0 {
		m.bits[word] |= bit
		m.found = append(m.found, p)
	}
}

func (m *members) clear() {
	for _, p := range m.found {
		word, _ := bitOf(p)
		m.bits[word] = 0
	}
	m.found = m.found[:0]
}

// Get returns the value of a slot, nil when it is absent.
func (v *Values) Get(slot int) any { return v.vals[slot] }

func (v *Values) forgetDays() {
	for i := v.space.given; i < len(v.pos); i++ {
		v.pos[i] = unknownPos
	}
}

// Position returns the position of a slot's value. The position of a list only says whether there
// is one.
func (v *Values) Position(slot int) int32 {
	if p := v.pos[slot]; p != unknownPos {
		return p
	}
	return v.day(slot)
}

// day finds the position of a day when it is first needed. A set may have many zones, and most are
// not needed.
func (v *Values) day(slot int) int32 {
	s := &v.space.slots[slot]
	at, _ := v.vals[s.day.Of].(time.Time)
	v.pos[slot] = s.scale.number(dayNumber(value.DateOf(at.In(s.day.Zone))))
	return v.pos[slot]
}

// Members returns the positions of the constants that are members of a list, each once.
func (v *Values) Members(slot int) []int32 { return v.lists[v.space.slots[slot].list].found }

// bitOf is the place of a constant's position among the bits.
func bitOf(p int32) (word int32, bit uint64) {
	i := (p - posFirst) / 2
	return i / 64, 1 << (i % 64)
}

// has reports whether the constant at a position is a member of a list.
func (v *Values) has(slot int, p int32) bool {
	if p < posFirst {
		return false
	}
	word, bit := bitOf(p)
	return v.lists[v.space.slots[slot].list].bits[word]&bit != 0
}

// Decide answers a condition on one slot for a value of its type.
func Decide(c *Cond, t value.Type, v any) Truth {
	alone := *c
	alone.Slot = 0
	b := NewBuilder([]value.Type{t}, nil)
	b.Gather(&alone)
	s := b.Freeze()
	vals := s.NewValues(nil)
	vals.Set(0, v)
	return s.Truth(s.Root(&alone), vals)
}

// All returns the values by slots. Do not change the result; it shows later changes of the values.
func (v *Values) All() []any { return v.vals }

// Changed returns the slots that were set since the last reset; one may be there twice.
func (v *Values) Changed() []int32 { return v.set }
