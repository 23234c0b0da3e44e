package suite

import (
	"math/rand/v2"
	"testing"

	"github.com/servicerecovery/amends/policy"
)

// tree makes a random condition; its atoms have no value yet.
func tree(r *rand.Rand, depth int, made *[]*policy.Node) *policy.Node {
	if depth == 0 || r.IntN(3) == 0 {
		n := &policy.Node{Kind: policy.NodeCompare, Bool: true}
		*made = append(*made, n)
		return n
	}
	kinds := []policy.NodeKind{policy.NodeAnd, policy.NodeOr, policy.NodeNot, policy.NodeIf}
	n := &policy.Node{Kind: kinds[r.IntN(len(kinds))], Bool: true}
	parts := map[policy.NodeKind]int{policy.NodeAnd: 2 + r.IntN(2), policy.NodeOr: 2 + r.IntN(2), policy.NodeNot: 1, policy.NodeIf: 3}[n.Kind]
	for range parts {
		n.Parts = append(n.Parts, tree(r, depth-1, made))
	}
	return n
}

// evaluate gives a condition its value as the engine does, from the left and as
// far as it has to.
func evaluate(n *policy.Node, atoms map[*policy.Node]bool, skipped bool) bool {
	n.Skipped = skipped
	v := atoms[n]
	switch n.Kind {
	case policy.NodeNot:
		v = !evaluate(n.Parts[0], atoms, skipped)
	case policy.NodeIf:
		c := evaluate(n.Parts[0], atoms, skipped)
		a, b := evaluate(n.Parts[1], atoms, skipped || !c), evaluate(n.Parts[2], atoms, skipped || c)
		if v = b; c {
			v = a
		}
	case policy.NodeAnd, policy.NodeOr:
		enough := n.Kind == policy.NodeOr
		v = !enough
		for _, p := range n.Parts {
			if evaluate(p, atoms, skipped || v == enough) == enough {
				v = enough
			}
		}
	}
	n.Value = v
	return v
}

// An atom decides if there are values of those that were not looked at with which
// the opposite of the atom gives the opposite of the whole: tried one by one.
func TestDecides(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	seen := map[bool]int{}
	for range 2000 {
		var list []*policy.Node
		n := tree(r, 3, &list)
		if len(list) > 9 {
			continue
		}
		values := map[*policy.Node]bool{}
		for _, a := range list {
			values[a] = r.IntN(2) == 0
		}
		whole := evaluate(n, values, false)
		var free []*policy.Node
		for _, a := range list {
			if a.Skipped {
				free = append(free, a)
			}
		}
		for _, a := range list {
			if a.Skipped {
				continue
			}
			want := false
			for bits := range 1 << len(free) {
				turned := map[*policy.Node]bool{}
				for _, b := range list {
					turned[b] = values[b] != (a == b)
				}
				for i, b := range free {
					turned[b] = bits>>i&1 == 1
				}
				want = want || evaluate(n, turned, false) != whole
			}
			evaluate(n, values, false)
			if got := decisive(n)[a]; got != want && !(got && ambiguous(n)) {
				t.Fatalf("an atom decides: %t, and %t came", want, got)
			}
			seen[want]++
		}
	}
	if seen[true] < 500 || seen[false] < 500 {
		t.Error(seen)
	}
}

// ambiguous reports whether a condition has a ?: whose branches may both give the same value when
// its condition is not known.
func ambiguous(n *policy.Node) bool {
	if n.Kind == policy.NodeIf {
		return true
	}
	for _, p := range n.Parts {
		if ambiguous(p) {
			return true
		}
	}
	return false
}
