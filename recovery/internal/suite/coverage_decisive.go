package suite

import "github.com/servicerecovery/amends/policy"

// effect is what a decision gives, by what a part of it gives: unknown, yes or no.
type effect [3]truth

// decisive finds the atoms of a decision that make the difference: it would come out otherwise
// if the atom, as it stands, gave the opposite. What was not looked at may be anything, as is
// usual where && and || stop early.
//
// The tree is walked twice, however many atoms there are: upwards for what each part gives, and
// downwards for what the whole would give for each value of a part.
func decisive(d *policy.Node) map[*policy.Node]bool {
	v, ok := valueOf(d)
	if !ok {
		return nil
	}
	t := turner{whole: truthOf(v), given: map[*policy.Node]truth{}, decides: map[*policy.Node]bool{}}
	t.up(d)
	t.down(d, effect{unknown, yes, no})
	return t.decides
}

type turner struct {
	whole   truth
	given   map[*policy.Node]truth
	decides map[*policy.Node]bool
}

// up notes what a part gives.
func (t *turner) up(n *policy.Node) truth {
	out := unknown
	switch {
	case !joins(n):
		if v, ok := valueOf(n); ok {
			out = truthOf(v)
		}
	case n.Kind == policy.NodeNot:
		out = opposite(t.up(n.Parts[0]))
	case n.Kind == policy.NodeIf:
		asked, then, otherwise := t.up(n.Parts[0]), t.up(n.Parts[1]), t.up(n.Parts[2])
		out = effect{unknown, then, otherwise}[asked]
	default:
		enough := enoughFor(n)
		out = opposite(enough)
		for _, p := range n.Parts {
			out = joined(out, t.up(p), enough)
		}
	}
	t.given[n] = out
	return out
}

// down notes which atoms in a part make the difference, given what the whole is by what the part
// gives.
func (t *turner) down(n *policy.Node, whole effect) {
	switch {
	case n.Kind == policy.NodeConstant:
	case !joins(n):
		v := t.given[n]
		t.decides[n] = v != unknown && whole[opposite(v)] != t.whole
	case n.Kind == policy.NodeNot:
		t.down(n.Parts[0], effect{whole[unknown], whole[no], whole[yes]})
	case n.Kind == policy.NodeIf:
		asked, then, otherwise := n.Parts[0], n.Parts[1], n.Parts[2]
		t.down(asked, effect{whole[unknown], whole[t.given[then]], whole[t.given[otherwise]]})
		taken := map[truth]*policy.Node{yes: then, no: otherwise}[t.given[asked]]
		for _, branch := range []*policy.Node{then, otherwise} {
			if branch == taken {
				t.down(branch, whole)
			} else {
				same := whole[t.given[n]]
				t.down(branch, effect{same, same, same})
			}
		}
	default:
		t.downLogic(n, whole)
	}
}

// downLogic joins for each part of && or || what the others give.
func (t *turner) downLogic(n *policy.Node, whole effect) {
	enough := enoughFor(n)
	behind := make([]truth, len(n.Parts)+1) // what the parts from each on give together
	behind[len(n.Parts)] = opposite(enough)
	for i := len(n.Parts) - 1; i >= 0; i-- {
		behind[i] = joined(t.given[n.Parts[i]], behind[i+1], enough)
	}
	before := opposite(enough)
	for i, p := range n.Parts {
		others := joined(before, behind[i+1], enough)
		var of effect
		for v := range of {
			of[v] = whole[joined(others, truth(v), enough)]
		}
		t.down(p, of)
		before = joined(before, t.given[p], enough)
	}
}

// enoughFor is what one part of && or || has to give for the whole to give it.
func enoughFor(n *policy.Node) truth {
	if n.Kind == policy.NodeOr {
		return yes
	}
	return no
}

// joined is what two parts of && or || give together.
func joined(a, b, enough truth) truth {
	switch {
	case a == enough || b == enough:
		return enough
	case a == unknown || b == unknown:
		return unknown
	}
	return opposite(enough)
}
