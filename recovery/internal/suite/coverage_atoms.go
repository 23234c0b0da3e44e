package suite

import (
	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
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
			key := atomKey(at)
			if c.byKey[key+"true"] != nil {
				continue // the term is in another condition too
			}
			text := "`" + clipped(a.Text, 70) + "` was never "
			c.add(key+"true", "condition", at, text+"true")
			c.add(key+"false", "condition", at, text+"false")
			// What stands twice in a decision cannot be turned by itself.
			if len(list) > 1 && once[a.Text] == 1 {
				c.add(key+"decides true", "condition", at, "`"+clipped(a.Text, 70)+"` was never true where that made the difference")
				c.add(key+"decides false", "condition", at, "`"+clipped(a.Text, 70)+"` was never false where that made the difference")
			}
		}
	})
}

// atomKey is what the keys of an atom at a place begin with.
func atomKey(at playbook.Range) string { return "atom " + at.String() + " " }

// condition sees what the parts of a condition gave.
func (c *Coverage) condition(n *policy.Node) {
	if n == nil {
		return
	}
	eachDecision(n, func(d *policy.Node) {
		turning := decisive(d)
		for _, a := range atoms(d) {
			v, ok := valueOf(a)
			if !ok {
				continue
			}
			key, what := atomKey(a.Position()), value.Show(v)
			c.reach(key + what)
			if turning[a] {
				c.reach(key + "decides " + what)
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

// inside looks for decisions below a part that is not a decision.
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
func atoms(n *policy.Node) []*policy.Node { return atomsIn(n, nil) }

func atomsIn(n *policy.Node, into []*policy.Node) []*policy.Node {
	switch {
	case n.Kind == policy.NodeConstant:
		return into
	case joins(n):
		for _, p := range n.Parts {
			into = atomsIn(p, into)
		}
		return into
	}
	return append(into, n)
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
