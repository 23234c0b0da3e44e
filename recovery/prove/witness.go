package prove

import (
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// Witness is an incident on which the engine was run, with what was given to its decision.
type Witness struct {
	Incident []byte    // JSON
	Now      time.Time // when it was decided
	// Facts and Used are what the decision was given: facts by their names, and how many units of each
	// partner are in use.
	Facts map[string]any
	Used  map[string]int64
	// Decision is what the engine decided; nil where it refused the incident, and Err says why.
	Decision *recovery.Decision
	Err      error
}

func (t *trial) copied() *trial {
	return &trial{fields: maps.Clone(t.fields), facts: maps.Clone(t.facts), used: maps.Clone(t.used), now: t.now, example: t.example}
}

func (t *trial) witness() Witness {
	return Witness{Incident: t.json(), Now: t.now, Facts: t.facts, Used: t.used, Decision: t.decision, Err: t.err}
}

// smallest takes out of a trial what it does not need to show the fault: fields and facts one by one.
func (w *world) smallest(t *trial, faulty func(*trial) bool) *trial {
	for range mostLower {
		less := w.lowered(w.fewer(t, faulty), faulty)
		if string(less.json()) == string(t.json()) && len(less.facts) == len(t.facts) {
			break
		}
		t = less // with other values, more may be left out
	}
	for _, id := range slices.Sorted(maps.Keys(t.used)) {
		for _, n := range w.fullAt(id) {
			less := t.copied()
			less.used[id] = n
			w.decide(less)
			if n < t.used[id] && faulty(less) {
				t = less
				break
			}
		}
	}
	w.decide(t)
	return t
}

// fewer takes fields, items and facts out of a trial one by one.
func (w *world) fewer(t *trial, faulty func(*trial) bool) *trial {
	for again := true; again; {
		again = false
		try := func(change func(*trial)) {
			less := t.copied()
			change(less)
			w.decide(less)
			if faulty(less) {
				t, again = less, true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(t.fields)) {
			if name != "id" && name != "service" && name != "occurred_at" {
				try(func(t *trial) { delete(t.fields, name) })
			}
		}
		for _, name := range slices.Sorted(maps.Keys(t.fields)) {
			for _, items := range fewerItems(t.fields[name]) {
				before := t
				if try(func(t *trial) { t.fields[name] = items }); t != before {
					break
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(t.facts)) {
			try(func(t *trial) { delete(t.facts, name) })
		}
		for _, id := range slices.Sorted(maps.Keys(t.used)) {
			try(func(t *trial) { delete(t.used, id) })
		}
	}
	return t
}

// lowered gives the fields of a trial values that read better.
func (w *world) lowered(t *trial, faulty func(*trial) bool) *trial {
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		for _, v := range w.lower(name, t.fields[name]) {
			less := t.copied()
			less.fields[name] = v
			w.decide(less)
			if faulty(less) {
				t = less
				break
			}
		}
	}
	return t
}

// fullAt is how many units of a partner may be in use when there are too few for one more, in ascending order.
func (w *world) fullAt(id string) (out []int64) {
	for _, p := range w.program.Plays {
		if p.Partners == nil {
			continue
		}
		for _, partner := range p.Partners.Partners {
			for _, inbound := range []bool{false, true} {
				way := partner.Way(inbound)
				if partner.ID != id || way == nil || way.Units == 0 {
					continue
				}
				for n := range int64(mostLower) {
					out = append(out, max(0, way.Units-n))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fewerItems are the lists that have an item less than a list of items, or an item with a field less.
func fewerItems(v any) (out [][]any) {
	items, _ := v.([]any)
	for i := range items {
		item, ok := items[i].(map[string]any)
		if !ok {
			return nil
		}
		out = append(out, slices.Delete(slices.Clone(items), i, i+1))
		for _, name := range slices.Sorted(maps.Keys(item)) {
			if name == "id" {
				continue
			}
			less := maps.Clone(item)
			delete(less, name)
			list := slices.Clone(items)
			list[i] = less
			out = append(out, list)
		}
	}
	return out
}

// mostLower bounds how many values are tried for one that reads better.
const mostLower = 40

// lower are the values of a field below one that a set compares it with, and those beside them, in
// ascending order.
func (w *world) lower(name string, v any) (out []any) {
	slot, ok := w.slotOf(name)
	if _, isTime := v.(time.Time); !ok || isTime || name == "id" {
		return nil
	}
	for _, x := range w.reason.Values(w.reason.Valid(), slot) {
		if order, ok := value.Compare(x, v); ok && order < 0 && len(out) < mostLower {
			out = append(out, x)
		}
	}
	return out
}
