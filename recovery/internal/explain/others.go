package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
)

// Group is plays that are not shown one by one, for one reason.
type Group struct {
	Barrier policy.Barrier // none: its condition missed by more than the nearest
	Plays   []policy.Explanation
}

// named is how many plays of a group are named.
const named = 3

// groups gathers plays by what keeps them from matching.
func groups(plays []policy.Explanation) []Group {
	var out []Group
	for _, e := range plays {
		at := slices.IndexFunc(out, func(g Group) bool { return g.Barrier == e.Barrier })
		if at < 0 {
			at = len(out)
			out = append(out, Group{Barrier: e.Barrier})
		}
		out[at].Plays = append(out[at].Plays, e)
	}
	slices.SortFunc(out, func(a, b Group) int { return int(a.Barrier) - int(b.Barrier) })
	return out
}

// First are the names of the first plays of the group.
func (g Group) First() []string {
	out := []string{}
	for _, e := range g.Plays[:min(named, len(g.Plays))] {
		out = append(out, e.Play.Name)
	}
	return out
}

// String says how many plays it is, why, and names the first.
func (g Group) String() string {
	if g.Barrier == policy.BarrierApplies {
		return g.notApplying()
	}
	return fmt.Sprintf("%d %s: %s", len(g.Plays), g.reason(), some(g.First(), len(g.Plays)))
}

// some names the first of many.
func some(first []string, all int) string {
	text := strings.Join(first, ", ")
	if all > len(first) {
		text += fmt.Sprintf(" and %d more", all-len(first))
	}
	return text
}

func (g Group) reason() string {
	are := "are "
	if len(g.Plays) == 1 {
		are = "is "
	}
	switch g.Barrier {
	case policy.BarrierPeriod:
		return are + "not in force on the day"
	case policy.BarrierFirst:
		return are + "after the first match of a playbook that takes one"
	case policy.BarrierNotNeeded:
		if len(g.Plays) == 1 {
			return "is a fallback that is not needed"
		}
		return "are fallbacks that are not needed"
	case policy.BarrierPhase, policy.BarrierProvider:
		return are + strings.TrimPrefix(strings.Join(g.Plays[0].Misses(), ""), "it is ")
	}
	return "missed by more"
}

// notApplying names the playbooks rather than their plays.
func (g Group) notApplying() string {
	var books []*policy.Playbook
	var first []string
	for _, e := range g.Plays {
		b := e.Play.Playbook
		if slices.Contains(books, b) {
			continue
		}
		if books = append(books, b); len(first) < named {
			first = append(first, b.ID+" ("+strings.Join(e.Applies.Misses(), ", ")+")")
		}
	}
	verb, playbooks := "are", "playbooks that do not apply"
	if len(g.Plays) == 1 {
		verb = "is"
	}
	if len(books) == 1 {
		playbooks = "a playbook that does not apply"
	}
	return fmt.Sprintf("%d %s of %s: %s", len(g.Plays), verb, playbooks, some(first, len(books)))
}
