package worktime

import (
	"slices"
	"time"
)

// Pause is a time during which a promise does not run, as while waiting for the
// customer.
type Pause struct {
	From  time.Time // inclusive
	Until time.Time // exclusive; the zero time: still paused
}

// open reports whether the pause has not ended.
func (p Pause) open() bool { return p.Until.IsZero() }

// empty reports whether there is no moment in the pause.
func (p Pause) empty() bool { return !p.open() && !p.From.Before(p.Until) }

// has reports whether t lies in the pause.
func (p Pause) has(t time.Time) bool {
	return !t.Before(p.From) && (p.open() || t.Before(p.Until))
}

// Normalise returns the same paused time as few pauses, in order, that neither
// overlap nor touch. Pauses that end before they begin, or when they do, hold no moment
// and are left out. The argument is not changed.
func Normalise(pauses []Pause) []Pause {
	if len(pauses) == 0 {
		return pauses[:0:0]
	}
	sorted := slices.DeleteFunc(slices.Clone(pauses), Pause.empty)
	slices.SortStableFunc(sorted, func(a, b Pause) int { return a.From.Compare(b.From) })
	merged := sorted[:0]
	for _, p := range sorted {
		last := len(merged) - 1
		if last < 0 || !merged[last].open() && merged[last].Until.Before(p.From) {
			merged = append(merged, p)
			continue
		}
		if !merged[last].open() && (p.open() || merged[last].Until.Before(p.Until)) {
			merged[last].Until = p.Until
		}
	}
	return merged
}
