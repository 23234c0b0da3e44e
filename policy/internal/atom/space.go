package atom

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Day is a slot whose value follows from another slot: the day on which an instant falls in a zone.
// It needs constants of its own, because a later instant can have an earlier day, where clocks are
// put back over midnight. If the instant is absent, it is the day of the zero time.
type Day struct {
	Of   int // the slot of the instant
	Zone *time.Location
}

// slot is a place for a value or a day, with the constants with which it is compared.
type slot struct {
	typ   value.Type
	scale *scale // of the values; of a list's members, if it is one
	list  int32  // number among the lists, or -1
	day   *Day
}

// Builder gathers the conditions of a set before any is compiled.
type Builder struct {
	space *Space
}

// NewBuilder starts a space. Its slots have the types; the days come behind them.
func NewBuilder(types []value.Type, days []Day) *Builder {
	s := &Space{given: len(types), functions: map[functionKey]int32{}}
	for _, t := range types {
		x := slot{typ: t, scale: &scale{kind: t.Kind}, list: -1}
		if t.Kind == value.KindList {
			x.scale.kind, x.list = t.Elem, s.lists
			s.lists++
			s.listed = append(s.listed, int32(len(s.slots)))
		}
		s.slots = append(s.slots, x)
	}
	for i := range days {
		s.slots = append(s.slots, slot{typ: value.Type{Kind: value.KindDate}, scale: &scale{kind: value.KindDate}, list: -1, day: &days[i]})
	}
	return &Builder{s}
}

// Gather adds the constants of a condition that will be compiled.
func (b *Builder) Gather(c *Cond) {
	for _, k := range c.Kids {
		b.Gather(k)
	}
	if c.Op <= Fixed {
		return
	}
	on := b.space.slots[c.Slot].scale
	switch c.Op {
	case In:
		for _, v := range c.Consts {
			on.add(v)
		}
	case Prefix:
		on.ordered = true
		on.add(c.Const)
		if next, ok := successor(c.Const.(string)); ok {
			on.add(next)
		}
	case Suffix, Contains:
	case Equal, Differ, Member:
		on.add(c.Const)
	default:
		on.ordered = true
		if settled := settle(c, on.kind); settled.Op.compares() {
			on.add(settled.Const)
		}
	}
}

// Share gives slots of two builders the same constants, so that the positions of both mean the same. slots
// has the slot of the second for one of the first; their types are the same.
func Share(a, b *Builder, slots map[int]int) {
	for i, k := range slots {
		x, y := a.space.slots[i].scale, b.space.slots[k].scale
		x.ordered = x.ordered || y.ordered
		x.texts = append(x.texts, y.texts...)
		x.numbers = append(x.numbers, y.numbers...)
		x.nanos = append(x.nanos, y.nanos...)
		x.percents = append(x.percents, y.percents...)
		y.ordered, y.texts, y.numbers, y.nanos, y.percents = x.ordered, slices.Clone(x.texts), slices.Clone(x.numbers), slices.Clone(x.nanos), slices.Clone(x.percents)
	}
}

// Freeze ends the gathering and returns the space.
func (b *Builder) Freeze() *Space {
	for _, x := range b.space.slots {
		x.scale.freeze()
	}
	return b.space
}

// Space gives the values of a set's slots their positions, and holds the compiled
// conditions. It does not change once everything is compiled, and is then safe for concurrent use.
type Space struct {
	slots  []slot
	given  int // how many slots are given values; the days follow
	lists  int32
	listed []int32 // the slots of lists

	nodes []node
	kids  []int32 // of nodes
	steps []step  // of nodes
	texts []string

	functions map[functionKey]int32 // while conditions are compiled
}

// Seal ends the compiling.
func (s *Space) Seal() {
	s.functions = nil
	s.nodes, s.kids, s.steps = slices.Clip(s.nodes), slices.Clip(s.kids), slices.Clip(s.steps)
}

// Slots is the number of slots that are given values.
func (s *Space) Slots() int { return s.given }

// All is the number of all slots, with those that follow from others.
func (s *Space) All() int { return len(s.slots) }

// Last is the highest position of a slot.
func (s *Space) Last(slot int) int32 { return s.slots[slot].scale.last() }

// Hashable reports whether an index can look up a slot's values one by one.
func (s *Space) Hashable(slot int) bool {
	return s.slots[slot].scale.kind != value.KindDouble
}

// farSeconds bounds instants: beyond, the seconds since 1970 could overflow.
const farSeconds = 1 << 60

// position finds the position of a value. fits is false for a value that is not of the slot's type;
// nil, the absent value, always fits. The position of a list only says that there is a list.
func (s *slot) position(v any) (p int32, fits bool) {
	k, on := s.typ.Kind, s.scale
	switch x := v.(type) {
	case nil:
		return posAbsent, true
	case string:
		return on.text(x), k == value.KindString
	case int64:
		return on.number(x), k == value.KindInt
	case float64:
		return on.number(orderedDouble(x)), k == value.KindDouble && x-x == 0
	case bool:
		return on.number(ofBool(x)), k == value.KindBool
	case time.Time:
		if k != value.KindTimestamp {
			return posFirst, false // other scales have no nanoseconds
		}
		n := x.Unix()
		return on.instant(n, uint32(x.Nanosecond())), -farSeconds < n && n < farSeconds
	case value.Date:
		return on.number(dayNumber(x)), k == value.KindDate
	case time.Duration:
		return on.number(int64(x)), k == value.KindDuration
	case value.Money:
		return on.number(x.Units()), k == value.KindMoney && x.IsSet() && (s.typ.Currency == "" || x.Currency() == s.typ.Currency)
	case value.Percent:
		return on.percent(x), k == value.KindPercent
	}
	return posFirst, false
}
