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
	first, second := x.trialOf(one, a.box), x.trialOf(mixed, b.box)
	if x.tryThese(first, second) {
		return true
	}
	for _, p := range slices.Concat(a.maybe, b.maybe) {
		if p.Each == nil || x.vary[p.Each.Slot] || x.lists[p.Each.Name+first.key()+second.key()] {
			continue
		}
		for _, items := range itemLists(p.Each) {
			s, t := first.copied(), second.copied()
			s.err, t.err = first.err, second.err
			s.fields[p.Each.Name], t.fields[p.Each.Name] = items, items
			if x.tryThese(s, t) {
				return true
			}
		}
		x.lists[p.Each.Name+first.key()+second.key()] = true
	}
	return x.search.done
}

// key tells incidents apart.
func (t *trial) key() string { return string(t.json()) }

// tryThese decides two incidents. It reports whether no more are to be tried.
func (x *pairs) tryThese(s, t *trial) bool {
	if x.search.runs >= mostRuns {
		x.search.leave(reason{text: "more decisions would be needed"})
		return true
	}
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

// sameness writes what a decision gives and offers of some types, in an order of its own. Times are written
// as they are, or by how long they lie after a base.
func sameness(types []string, d *recovery.Decision, base time.Time) string {
	var lines []string
	for i := range d.Actions {
		if a := &d.Actions[i]; a.Change != recovery.ChangeCancelled && slices.Contains(types, a.Type) {
			lines = append(lines, samenessOf(a, base))
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

func samenessOf(a *recovery.Action, base time.Time) string {
	var late []string
	for i := range a.IfLate {
		late = append(late, samenessOf(&a.IfLate[i], base))
	}
	slices.Sort(late)
	return fmt.Sprintf("%s %s %s %s %s [%s]", a.Type, a.Amount, params(a.Params), after(a.NotBefore, base), after(a.DueAt, base), strings.Join(late, ", "))
}

// after writes a time, or how long it lies after a base.
func after(t, base time.Time) string {
	if t.IsZero() || base.IsZero() {
		return t.Format(time.RFC3339Nano)
	}
	return t.Sub(base).String()
}

func params(list []recovery.Param) string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprintf("%s=%q", p.Name, value.Show(p.Value)))
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
	for again, lowered := true, false; again; {
		again = false
		for _, name := range names() {
			_, inS := s.fields[name]
			_, inT := t.fields[name]
			if (inS || inT) && try(func(a, b *trial) { delete(a.fields, name); delete(b.fields, name) }) {
				again = true
				continue
			}
			for _, items := range fewerItems(s.fields[name]) {
				if slot, ok := x.slotOf(name); ok && !x.vary[slot] && try(func(a, b *trial) { a.fields[name], b.fields[name] = items, items }) {
					again = true
					break
				}
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
		if again || lowered {
			continue
		}
		lowered = true
		for _, name := range names() {
			slot, _ := x.slotOf(name)
			if x.vary[slot] {
				continue
			}
			for _, v := range x.lower(name, s.fields[name]) {
				if try(func(a, b *trial) { a.fields[name], b.fields[name] = v, v }) {
					again = true // with other values, more may be left out
					break
				}
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
