package recovery

import (
	"cmp"
	"slices"
	"sync"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// ruleset is a set as the engine uses it, with what can be known of every
// decision before any incident comes. Each call works on one from start to end,
// however often the set is reloaded meanwhile.
type ruleset struct {
	program     *policy.Program
	ref         SetRef
	diagnostics playbook.Diagnostics

	layout      *intake.Layout
	fields      fields
	counted     []bool         // facts that a limit counts, by slot
	zeros       []any          // what each fact says when nothing is known, by slot
	choices     []*policy.Play // that leave a choice, in the order of the set
	substitutes []*policy.Play // that look for a partner, in the order of the set
	byName      []*policy.Play // every play, sorted by name
	strict      bool           // fields that no document declares are refused
	// The types of the actions that the engine adds by itself.
	escalate, substitute *policy.ActionType

	workspaces sync.Pool

	explaining sync.Mutex // of explainer, which is made when it is first wanted
	explainer  *policy.Explainer
}

func newRuleset(p *policy.Program, ref SetRef, diags playbook.Diagnostics) *ruleset {
	r := &ruleset{program: p, ref: ref, diagnostics: diags, layout: intake.NewLayout(p, standardPaths()), fields: fieldsOf(p), counted: countedFacts(p)}
	r.escalate, r.substitute = policy.BuiltinAction(policy.ActionEscalate), policy.BuiltinAction(policy.ActionSubstitute)
	for _, f := range p.Facts {
		r.zeros = append(r.zeros, f.Zero())
	}
	for _, play := range p.Plays {
		if play.Choice != nil {
			r.choices = append(r.choices, play)
		}
		if play.Partners != nil {
			r.substitutes = append(r.substitutes, play)
		}
	}
	r.byName = slices.SortedFunc(slices.Values(p.Plays), func(a, b *policy.Play) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// countedFacts are the facts that a limit of the set counts.
func countedFacts(p *policy.Program) []bool {
	out := make([]bool, len(p.Facts))
	count := func(limits []*policy.Limit) {
		for _, l := range limits {
			if l.Counting != nil {
				out[l.Counting.Slot] = true
			}
		}
	}
	for _, b := range p.Playbooks {
		count(b.Limits)
	}
	count(p.Limits)
	return out
}

// play returns the play of a name, nil when the set has none.
func (r *ruleset) play(name string) *policy.Play {
	i, ok := slices.BinarySearchFunc(r.byName, name, func(p *policy.Play, name string) int { return cmp.Compare(p.Name, name) })
	if !ok {
		return nil
	}
	return r.byName[i]
}
