package policy

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/value"
)

// unlike is a field whose default a playbook narrows. The applies of the playbook reads the shared one. So
// it matters whether an incident has the field, which a slot of its own says.
type unlike struct {
	shared any // the default that applies reads
	typ    value.Type
	told   int // the slot that says whether the incident has the field
	isTold *atom.Cond
}

// findUnlike finds the fields whose default a playbook narrows.
func (r *Reasoning) findUnlike() {
	base := map[int]*Field{}
	for _, f := range r.program.Fields {
		base[f.Slot] = f
	}
	for _, b := range r.program.Playbooks {
		for _, f := range b.Fields {
			if of := base[f.Slot]; of != nil && !sameDefault(of.Default, f.Default) && r.unlike[f.Slot] == nil {
				u := &unlike{shared: of.Default, typ: of.Type, told: r.program.slots + len(r.program.Facts) + len(r.unlike)}
				u.isTold = &atom.Cond{Op: atom.Equal, Slot: u.told, Const: true, Absent: atom.No}
				r.unlike[f.Slot] = u
			}
		}
	}
	r.terms.more = len(r.unlike)
}

// Unlike are the names of fields for which two playbooks state other defaults: an incident without the
// field is refused where both apply.
func (r *Reasoning) Unlike() (names []string) {
	stated := map[int]*Field{}
	for _, b := range r.program.Playbooks {
		for _, f := range b.Fields {
			switch of := stated[f.Slot]; {
			case of == nil:
				stated[f.Slot] = f
			case !sameDefault(of.Default, f.Default) && !slices.Contains(names, f.Name):
				names = append(names, f.Name)
			}
		}
	}
	return names
}

// asToApplies rewrites a condition of an applies: a field that an incident does not have is the shared
// default in it.
func (r *Reasoning) asToApplies(c *atom.Cond) *atom.Cond {
	if u := r.unlike[c.Slot]; c.Op >= atom.Has && u != nil {
		if u.typ.Kind == value.KindList {
			return &atom.Cond{Op: atom.Ask}
		}
		return &atom.Cond{Op: atom.If, Kids: []*atom.Cond{u.isTold, c, {Op: atom.Known, Value: atom.Decide(c, u.typ, u.shared)}}}
	}
	if len(c.Kids) == 0 {
		return c
	}
	out := *c
	out.Kids = nil
	for _, k := range c.Kids {
		out.Kids = append(out.Kids, r.asToApplies(k))
	}
	return &out
}

// Omitted reports whether it matters that an incident has a field, and whether those of a box have it
// not.
func (r *Reasoning) Omitted(b *Box, slot int) (matters, omitted bool) {
	u := r.unlike[slot]
	return u != nil, u != nil && b.Possible(u.isTold) == atom.CanNo
}

func sameDefault(a, b any) bool {
	x, isList := a.([]any)
	y, isList2 := b.([]any)
	if isList || isList2 {
		return isList && isList2 && slices.EqualFunc(x, y, func(a, b any) bool { return a == b })
	}
	return a == b
}

func (r *Reasoning) readsUnlike(x *Read) bool {
	for slot := range r.unlike { // any of them will do
		if slices.Contains(x.reading.Values, slot) || slices.ContainsFunc(x.reading.Conds, func(c *atom.Cond) bool { return c.Reads(slot) }) {
			return true
		}
	}
	return false
}

// freeze gathers the constants, and makes the box of what is valid.
func (r *Reasoning) freeze(until time.Time) {
	builder, domains := r.constants(until)
	r.finish(builder, domains)
}

// constants gathers the constants, and the conditions that hold for each valid incident.
func (r *Reasoning) constants(until time.Time) (*atom.Builder, []*atom.Cond) {
	types, _ := r.program.slotTypes()
	for range r.unlike {
		types = append(types, value.Type{Kind: value.KindBool})
	}
	builder := atom.NewBuilder(types, r.terms.days)
	for _, c := range r.all {
		builder.Gather(c)
	}
	var domains []*atom.Cond
	for _, u := range r.unlike {
		builder.Gather(u.isTold)
		domains = append(domains, &atom.Cond{Op: atom.Has, Slot: u.told, Absent: atom.No})
	}
	byValue := map[int]bool{}
	for _, x := range r.reads {
		for _, slot := range x.reading.Values {
			byValue[slot] = true
		}
	}
	declared := r.program.Declared()
	fields := make([]*Field, r.program.slots)
	for _, f := range declared {
		if f.Slot < len(fields) && fields[f.Slot] == nil {
			fields[f.Slot] = f
		}
	}
	for _, f := range fields {
		if f != nil {
			domains = append(domains, domain(f)...)
			for _, v := range append(fewOf(f), r.boundsFor(f)...) {
				if byValue[f.Slot] {
					builder.Gather(&atom.Cond{Op: atom.Equal, Slot: f.Slot, Const: v})
				}
			}
		}
	}
	for _, f := range r.program.Facts {
		domains = append(domains, &atom.Cond{Op: atom.GreaterEqual, Slot: r.FactSlot(f), Const: f.Zero(), Absent: atom.No})
	}
	domains = append(domains, &atom.Cond{Op: atom.Has, Slot: r.program.missed, Absent: atom.No})
	if !until.IsZero() {
		domains = append(domains, &atom.Cond{Op: atom.LessEqual, Slot: r.program.std.occurredAt, Const: until.UTC()})
	}
	for _, b := range r.program.Playbooks {
		for _, f := range b.Fields {
			r.own[b] = append(r.own[b], domain(f)...)
			r.own[b] = append(r.own[b], r.untold(f)...)
			for _, v := range fewOf(f) {
				if byValue[f.Slot] {
					builder.Gather(&atom.Cond{Op: atom.Equal, Slot: f.Slot, Const: v})
				}
			}
		}
		for _, c := range r.own[b] {
			builder.Gather(c)
		}
	}
	r.ours = r.terms.fit(fitFirst, r.program.std.provider, "")
	builder.Gather(r.ours)
	for _, f := range r.program.Facts {
		r.zeros[f] = &atom.Cond{Op: atom.Equal, Slot: r.FactSlot(f), Const: f.Zero(), Absent: atom.Yes}
		builder.Gather(r.zeros[f])
	}
	for _, c := range domains {
		builder.Gather(c)
	}
	return builder, domains
}

// finish makes the box of what is valid.
func (r *Reasoning) finish(builder *atom.Builder, domains []*atom.Cond) {
	r.space = builder.Freeze()
	for _, conds := range r.own {
		for i, c := range conds {
			conds[i] = r.space.Keep(c)
		}
	}
	for _, do := range r.later {
		do()
	}
	r.later, r.all = nil, nil
	r.valid = r.space.Everything()
	for _, c := range domains {
		if next := r.valid.Require(r.space.Keep(c), atom.CanYes); next != nil {
			r.valid = next
		}
	}
	r.uninhabited()
}

// untold are conditions that hold where a playbook applies that narrows the default of a field: one that
// the incident does not have is that default.
func (r *Reasoning) untold(f *Field) []*atom.Cond {
	u := r.unlike[f.Slot]
	if u == nil {
		return nil
	}
	otherwise := &atom.Cond{Op: atom.Known, Value: atom.No} // it must have it
	switch {
	case f.Default != nil && u.typ.Kind != value.KindList:
		otherwise = &atom.Cond{Op: atom.Equal, Slot: f.Slot, Const: f.Default, Absent: atom.No}
	case f.Default != nil:
		otherwise = &atom.Cond{Op: atom.Has, Slot: f.Slot, Absent: atom.No}
	case f.Optional:
		otherwise = &atom.Cond{Op: atom.Not, Kids: []*atom.Cond{{Op: atom.Has, Slot: f.Slot, Absent: atom.No}}}
	}
	return []*atom.Cond{{Op: atom.If, Kids: []*atom.Cond{u.isTold, {Op: atom.Has, Slot: f.Slot, Absent: atom.No}, otherwise}}}
}

// domain are conditions that hold for each value that a field of an incident can have.
func domain(f *Field) []*atom.Cond {
	absent := atom.Of(f.canBeAbsent())
	out := []*atom.Cond{{Op: atom.Fixed, Slot: f.Slot, Value: atom.Yes, Absent: absent}}
	if f.OneOf != nil && f.Type.Kind == value.KindString {
		in := &atom.Cond{Op: atom.In, Slot: f.Slot, Absent: absent}
		for _, v := range f.OneOf {
			in.Consts = append(in.Consts, v)
		}
		if f.Default != nil {
			in.Consts = append(in.Consts, f.Default)
		}
		out = append(out, in)
	}
	if f.NonEmpty && f.Type.Kind == value.KindString {
		out = append(out, &atom.Cond{Op: atom.Differ, Slot: f.Slot, Const: "", Absent: absent})
	}
	if f.Type.Kind == value.KindList || f.Type.Kind == value.KindMoney && f.Type.Currency == "" {
		return out
	}
	if f.Min != nil {
		out = append(out, &atom.Cond{Op: atom.GreaterEqual, Slot: f.Slot, Const: f.Min, Absent: absent})
	}
	if f.Max != nil {
		out = append(out, &atom.Cond{Op: atom.LessEqual, Slot: f.Slot, Const: f.Max, Absent: absent})
	}
	return out
}

// fewOf are all values of a field that has few, which are told apart where the value itself is read.
func fewOf(f *Field) (out []any) {
	low, isInt := f.Min.(int64)
	high, bounded := f.Max.(int64)
	if isInt && bounded && high-low >= 0 && high-low < mostSingles {
		for n := low; n <= high; n++ {
			out = append(out, n)
		}
	}
	return out
}

// uninhabited leaves out positions at which no value lies.
func (r *Reasoning) uninhabited() {
	for slot := range r.space.Slots() {
		if r.valid.IsList(slot) {
			continue
		}
		for _, p := range r.valid.At(slot) {
			if some, all := r.space.Samples(slot, p); all && len(some) == 0 {
				if next := r.valid.Without(slot, p); next != nil {
					r.valid = next
				}
			}
		}
	}
}

// Absent returns the part of a box in which some slots have no value; nil where one always has one.
func (r *Reasoning) Absent(b *Box, slots ...int) *Box {
	for _, slot := range slots {
		if b = b.Only(slot, atom.AbsentPosition); b == nil {
			return nil
		}
	}
	return b
}

// NothingMissed returns the part of a box in which no promise was broken.
func (r *Reasoning) NothingMissed(b *Box) *Box { return b.Empty(r.program.missed) }

// Example is one input of a box: the values of the fields by slots, and those of the facts. Those that
// are nil are absent.
type Example struct {
	Fields []any
	Facts  []any
}

// Example returns an input of a box. Slots that may have many values have other ones for another n.
// Fields have their defaults, or no value, where they may. It reports false where no value is known
// that lies in the box.
func (r *Reasoning) Example(b *Box, n int) (*Example, bool) {
	out := &Example{Fields: make([]any, r.program.slots), Facts: make([]any, len(r.program.Facts))}
	_, base := r.program.slotTypes()
	for slot := range r.program.slots + len(r.program.Facts) {
		v, ok := r.sample(b, slot, base[slot], n)
		if !ok {
			return nil, false
		}
		if slot < r.program.slots {
			out.Fields[slot] = v
		} else {
			out.Facts[slot-r.program.slots] = v
		}
	}
	return out, r.keyed(b, out)
}

// keyed gives an input in which a fact says something the fields by which it is counted: it says
// nothing without them. It reports false where they can have no value.
func (r *Reasoning) keyed(b *Box, x *Example) bool {
	for _, f := range r.program.Facts {
		if v := x.Facts[f.Slot]; v == nil || v == f.Zero() {
			continue
		}
		for _, key := range f.Same {
			if v := x.Fields[key.Slot]; v != nil && v != "" {
				continue
			}
			v := r.anyValue(b, key.Slot)
			if v == nil {
				return false
			}
			x.Fields[key.Slot] = v
		}
	}
	return true
}

// anyValue is a value of a slot that is not empty; nil where there is none.
func (r *Reasoning) anyValue(b *Box, slot int) any {
	for _, p := range b.At(slot) {
		some, _ := r.space.Samples(slot, p)
		for _, v := range some {
			if v != nil && v != "" {
				return v
			}
		}
	}
	return nil
}

func (r *Reasoning) sample(b *Box, slot int, base any, n int) (any, bool) {
	at := b.At(slot)
	if len(at) == 0 {
		return nil, false
	}
	if b.IsList(slot) {
		if at[0] == atom.AbsentPosition {
			return nil, true
		}
		return b.Members(slot), true
	}
	if slot == r.program.std.occurredAt {
		return r.occurred(b, slot)
	}
	var all []any
	if base != nil && b.Holds(slot, base) {
		all = append(all, base)
	}
	for _, p := range at {
		some, _ := r.space.Samples(slot, p)
		all = append(all, some...)
	}
	if len(all) == 0 {
		return nil, false
	}
	return all[n%len(all)], true
}

// occurred is when the incident of a box occurred: a time whose days lie in the box as well.
func (r *Reasoning) occurred(b *Box, slot int) (any, bool) {
	var tries []any
	for _, p := range b.At(slot) {
		some, _ := r.space.Samples(slot, p)
		tries = append(tries, some...)
	}
	r.space.Days(func(day int, d atom.Day) {
		for _, p := range b.At(day) {
			some, _ := r.space.Samples(day, p)
			for _, v := range some {
				if date, ok := v.(value.Date); ok {
					tries = append(tries, date.In(d.Zone).Add(12*time.Hour).UTC())
				}
			}
		}
	})
	for _, v := range tries {
		t, isTime := v.(time.Time)
		fits := isTime && b.Holds(slot, t)
		r.space.Days(func(day int, d atom.Day) {
			fits = fits && b.Holds(day, value.DateOf(t.In(d.Zone)))
		})
		if fits {
			return t, true
		}
	}
	return nil, false
}

// input is an input of a box, for evaluating what is the same for all of them.
func (r *Reasoning) input(b *Box) (*Input, bool) {
	x, ok := r.Example(b, 0)
	if !ok {
		return nil, false
	}
	in := r.program.NewInput(time.Time{})
	for slot, v := range x.Fields {
		in.set(slot, v)
	}
	for slot, v := range x.Facts {
		in.set(r.program.slots+slot, v)
	}
	return in, true
}

// Present reports whether a slot can have a value in a box.
func (r *Reasoning) Present(b *Box, slot int) bool {
	return slices.ContainsFunc(b.At(slot), func(p int32) bool { return p != atom.AbsentPosition })
}

// Narrow returns the part of a box whose incidents fit the fields of a playbook that applies; nil where
// none does.
func (r *Reasoning) Narrow(b *Playbook, box *Box) *Box {
	for _, c := range r.own[b] {
		if box = box.Require(c, atom.CanYes); box == nil {
			return nil
		}
	}
	return box
}

// Counted returns the part of a box in which each fact says nothing that is counted by fields without a
// value; nil where there is none.
func (r *Reasoning) Counted(box *Box) *Box {
	for _, f := range r.program.Facts {
		for _, key := range f.Same {
			if r.hasValue(box, key.Slot) {
				continue
			}
			if box = box.Require(r.zeros[f], atom.CanYes); box == nil {
				return nil
			}
		}
	}
	return box
}

// hasValue reports whether a slot may have a value that is not empty.
func (r *Reasoning) hasValue(b *Box, slot int) bool {
	for _, p := range b.At(slot) {
		if p == atom.AbsentPosition {
			continue
		}
		some, all := r.space.Samples(slot, p)
		if !all || slices.ContainsFunc(some, func(v any) bool { return v != "" }) {
			return true
		}
	}
	return false
}

// Bounds are the lowest and the highest position of a slot in a box, without that of no value; low is
// above high where it has none.
func (r *Reasoning) Bounds(b *Box, slot int) (low, high int32) {
	low, high = 1, 0
	for _, p := range b.At(slot) {
		if p == atom.AbsentPosition {
			continue
		}
		if low > high {
			low = p
		}
		high = p
	}
	return low, high
}

// WithValue returns the part of a box in which a slot has a value; nil where it has none.
func (r *Reasoning) WithValue(b *Box, slot int) *Box { return b.Without(slot, atom.AbsentPosition) }

// Truths writes what is known of the conditions that an expression follows from, as far as they are
// about some slots. byValue reports that the expression may also have several values for one text: it
// reads the value of one of the slots, or the truth of a condition on them is not known.
func (x *Read) Truths(b *Box, slots Slots) (text string, byValue bool) {
	for _, slot := range x.reading.Values {
		byValue = byValue || slots[slot]
	}
	out := make([]byte, 0, len(x.conds))
	for _, c := range x.conds {
		for slot := range slots {
			if c.Reads(slot) {
				truth := b.Possible(c)
				out, byValue = append(out, '0'+byte(truth)), byValue || !truth.One()
				break
			}
		}
	}
	return string(out), byValue
}

// OneValue reports whether a slot has one value in a box.
func (r *Reasoning) OneValue(b *Box, slot int) bool { return r.single(b, slot) }

// Slots is the number of all slots, with those of facts and of days.
func (r *Reasoning) Slots() int { return r.space.All() }

// FromPartner returns the part of a box whose incidents are failures of a partner's service, or of our
// own; nil where there are none.
func (r *Reasoning) FromPartner(b *Box, partner bool) *Box {
	want := atom.CanNo
	if !partner {
		want = atom.CanYes
	}
	return b.Require(r.ours, want)
}

// Values are some values of a slot in a box, from each of its positions, in ascending order of these.
func (r *Reasoning) Values(b *Box, slot int) (out []any) {
	if b.IsList(slot) {
		return []any{b.Members(slot)}
	}
	for _, p := range b.At(slot) {
		some, _ := r.space.Samples(slot, p)
		out = append(out, some...)
	}
	return out
}

// boundsFor are the bounds of guarantees in the currency of a field, and amounts far above them: where a
// sum follows from the field, one of these is likely to show that it is too much.
func (r *Reasoning) boundsFor(f *Field) (out []any) {
	if f.Type.Kind != value.KindMoney || f.Type.Currency == "" {
		return nil
	}
	for _, g := range r.program.Guarantees {
		for _, m := range g.AtMost {
			if m.Currency() != f.Type.Currency || m.Units() > 1<<40 {
				continue
			}
			out = append(out, m)
			if far, err := value.NewMoney(20*m.Units(), m.Currency()); err == nil {
				out = append(out, far)
			}
		}
	}
	return out
}
