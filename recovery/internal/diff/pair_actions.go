package diff

import (
	"slices"

	"github.com/servicerecovery/amends/recovery"
)

// actionPair is an action and the one that stands in its place.
type actionPair struct{ old, new *recovery.Action }

// pairActions matches the actions of two decisions. It pairs actions with the same
// identity, then actions that differ only in their play (which may have another name
// now), then actions of one type in their order.
func pairActions(old, new []recovery.Action) []actionPair {
	pairs := make([]actionPair, len(new))
	taken := make([]bool, len(old))
	match := func(same func(a, b *recovery.Action) bool) {
		for i := range new {
			if pairs[i].old != nil {
				continue
			}
			for j := range old {
				if !taken[j] && old[j].Type == new[i].Type && same(&old[j], &new[i]) {
					pairs[i].old, taken[j] = &old[j], true
					break
				}
			}
		}
	}
	for i := range new {
		pairs[i].new = &new[i]
	}
	match(func(a, b *recovery.Action) bool { return a.ID == b.ID })
	if slices.Contains(taken, false) {
		match(func(a, b *recovery.Action) bool { return len(actionEffects(a, b)) == 0 })
		match(func(_, _ *recovery.Action) bool { return true })
	}
	var gone []actionPair
	for j := range old {
		if !taken[j] {
			gone = append(gone, actionPair{old: &old[j]})
		}
	}
	return append(gone, pairs...)
}
