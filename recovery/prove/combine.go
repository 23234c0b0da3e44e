package prove

import (
	"iter"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
)

// Bounds of what is tried where expressions read values of several fields.
const (
	mostCombined = 3   // fields of one box
	mostOfOne    = 5   // values of one field
	mostTogether = 60  // incidents of one box
	mostMixed    = 240 // incidents of all boxes of one search
)

// both goes through trials of a box, and then through more in which the fields that cannot be reasoned about have
// values independent of each other, at several times.
func (x *search) both(s *scene, trials []*trial) iter.Seq[*trial] {
	return func(yield func(*trial) bool) {
		for _, t := range trials {
			if !yield(t) {
				return
			}
		}
		for t := range x.combined(s) {
			x.runs++
			x.mixed++
			if x.w.decide(t); !yield(t) || x.runs >= mostRuns || x.mixed >= mostMixed {
				return
			}
		}
	}
}

// unclear is what the conditions and amounts that are not known in a box read: slots, and the time.
func (x *search) unclear(s *scene) (slots []int, now bool) {
	take := func(r *policy.Read) {
		if r == nil || x.w.reason.Known(r, s.box) {
			return
		}
		now = now || r.Now()
		for _, slot := range r.Values() {
			if !slices.Contains(slots, slot) && len(slots) < mostCombined {
				slots = append(slots, slot)
			}
		}
	}
	for _, a := range s.open {
		take(a.Read())
	}
	if x.wants != nil {
		asked, reads := x.wants(s)
		for _, a := range asked {
			take(a.Read())
		}
		for _, r := range reads {
			take(r)
		}
	}
	return slots, now
}

func (x *search) combined(s *scene) iter.Seq[*trial] {
	return func(yield func(*trial) bool) {
		slots, now := x.unclear(s)
		if x.mixed >= mostMixed || len(slots) == 0 && !now {
			return
		}
		first, ok := x.w.reason.Example(s.box, 0)
		if !ok {
			return
		}
		mixed := []*policy.Example{first}
		for _, slot := range slots {
			if slot >= len(first.Fields)+len(first.Facts) || slot == x.w.slots["occurred_at"] {
				continue
			}
			values := x.w.reason.Values(s.box, slot)
			var next []*policy.Example
			for _, v := range values[:min(len(values), mostOfOne)] {
				for _, m := range mixed {
					if len(next) < mostTogether {
						next = append(next, with(m, slot, v))
					}
				}
			}
			if len(next) > 0 {
				mixed = next
			}
		}
		for _, m := range mixed {
			t := x.w.trialOf(m, s.box)
			if !yield(t) {
				return
			}
			if !now || !x.w.at.IsZero() {
				continue
			}
			for _, ahead := range []time.Duration{time.Hour, 25 * time.Hour, 15 * 24 * time.Hour, 400 * 24 * time.Hour} {
				later := t.copied()
				if later.err, later.now = t.err, t.now.Add(ahead); !yield(later) {
					return
				}
			}
		}
	}
}

// with is an example with another value of a field or a fact.
func with(x *policy.Example, slot int, v any) *policy.Example {
	out := &policy.Example{Fields: slices.Clone(x.Fields), Facts: slices.Clone(x.Facts)}
	if slot < len(out.Fields) {
		out.Fields[slot] = v
	} else {
		out.Facts[slot-len(out.Fields)] = v
	}
	return out
}
