package suite

import (
	"github.com/servicerecovery/amends/policy"
)

// A condition is taken apart into decisions: itself, each term that it reads,
// and each condition of a ?: on the way. The atoms of a decision are what its &&,
// || and ! join.

// catalogue lists the items of a condition.
func (c *Coverage) catalogue(n *policy.Node) {
	eachDecision(n, func(d *policy.Node) {
		list := atoms(d)
		once := map[string]int{}
		for _, a := range list {
			once[a.Text]++
		}
		for _, a := range list {
			at := a.Position()
			text := "`" + clipped(a.Text, 70) + "` was never "
			c.add(atomKey(a, "true"), "condition", at, text+"true")
			c.add(atomKey(a, "false"), "condition", at, text+"false")
			// What stands twice in a decision cannot be turned by itself.
			if len(list) > 1 && once[a.Text] == 1 {
				c.add(atomKey(a, "decides true"), "condition", at, "`"+clipped(a.Text, 70)+"` was never true where that made the difference")
				c.add(atomKey(a, "decides false"), "condition", at, "`"+clipped(a.Text, 70)+"` was never false where that made the difference")
			}
		}
	})
}

func atomKey(a *policy.Node, what string) string { return "atom " + a.Position().String() + " " + what }

// condition sees what the parts of a condition gave.
func (c *Coverage) condition(n *policy.Node) {
	if n == nil {
		return
	}
	eachDecision(n, func(d *policy.Node) {
		for _, a := range atoms(d) {
			v, ok := valueOf(a)
			if !ok {
				continue
			}
			what := policy.Show(v)
			c.reach(atomKey(a, what))
			if decides(d, a) {
				c.reach(atomKey(a, "decides "+what))
			}
		}
	})
}

// eachDecision visits the decisions in a condition.
func eachDecision(n *policy.Node, visit func(*policy.Node)) {
	if n.Bool {
		visit(n)
		for _, a := range atoms(n) {
			inside(a, visit)
		}
		return
	}
	inside(n, visit)
}

// inside looks for decisions below what is none.
func inside(n *policy.Node, visit func(*policy.Node)) {
	for i, p := range n.Parts {
		if n.Kind == policy.NodeRead || n.Kind == policy.NodeIf && i == 0 {
			eachDecision(p, visit)
		} else {
			inside(p, visit)
		}
	}
}

// atoms are the parts of a decision that are no decision of others.
func atoms(n *policy.Node) []*policy.Node {
	switch {
	case n.Kind == policy.NodeConstant:
		return nil
	case joins(n):
		var out []*policy.Node
		for _, p := range n.Parts {
			out = append(out, atoms(p)...)
		}
		return out
	}
	return []*policy.Node{n}
}

// joins reports whether a node makes one condition of several.
func joins(n *policy.Node) bool {
	switch n.Kind {
	case policy.NodeAnd, policy.NodeOr, policy.NodeNot:
		return true
	case policy.NodeIf:
		return n.Bool
	}
	return false
}

// valueOf is what an atom gave; ok is false for one that was not looked at, or
// failed.
func valueOf(n *policy.Node) (v, ok bool) {
	v, ok = n.Value.(bool)
	return v, ok && !n.Skipped && n.Err == nil
}

// truth is true, false, or not known.
type truth uint8

const (
	unknown truth = iota
	yes
	no
)

func truthOf(v bool) truth {
	if v {
		return yes
	}
	return no
}

func opposite(t truth) truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

// decides reports whether a decision would come out otherwise if one atom, as it
// stands, gave the opposite. What was not looked at may be anything, as is usual
// where && and || stop early.
func decides(d, a *policy.Node) bool {
	v, ok := valueOf(d)
	return ok && turned(d, a) != truthOf(v)
}

// turned is what a decision gives with one atom turned round.
func turned(n, turn *policy.Node) truth {
	if !joins(n) || n.Kind == policy.NodeConstant {
		v, ok := valueOf(n)
		switch {
		case !ok:
			return unknown
		case n == turn:
			return opposite(truthOf(v))
		}
		return truthOf(v)
	}
	switch n.Kind {
	case policy.NodeNot:
		return opposite(turned(n.Parts[0], turn))
	case policy.NodeIf:
		switch turned(n.Parts[0], turn) {
		case yes:
			return turned(n.Parts[1], turn)
		case no:
			return turned(n.Parts[2], turn)
		}
		return unknown
	case policy.NodeOr:
		return joined(n, turn, yes)
	}
	return joined(n, turn, no)
}

// joined is what && or || gives, where one side is enough.
func joined(n, turn *policy.Node, enough truth) truth {
	out := opposite(enough)
	for _, p := range n.Parts {
		switch turned(p, turn) {
		case enough:
			return enough
		case unknown:
			out = unknown
		}
	}
	return out
}
