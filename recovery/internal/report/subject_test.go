package report

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/servicerecovery/amends/policy"
)

var letters = []string{"a", "b", "c"}

// randomCondition makes a random condition over the service, the failure and two things
// that nobody can tell.
func randomCondition(r *rand.Rand, depth int) *policy.Node {
	if depth == 0 || r.IntN(4) == 0 {
		return randomComparison(r)
	}
	kind := []policy.NodeKind{policy.NodeAnd, policy.NodeOr, policy.NodeNot, policy.NodeIf, policy.NodeRead}[r.IntN(5)]
	n := &policy.Node{Kind: kind, Bool: true}
	if kind == policy.NodeRead {
		n.Path = "terms.t"
	}
	parts := map[policy.NodeKind]int{policy.NodeAnd: 2 + r.IntN(2), policy.NodeOr: 2 + r.IntN(2), policy.NodeNot: 1, policy.NodeIf: 3, policy.NodeRead: 1}[kind]
	for range parts {
		n.Parts = append(n.Parts, randomCondition(r, depth-1))
	}
	return n
}

func randomComparison(r *rand.Rand) *policy.Node {
	path := []string{"incident.service", "incident.failure", "incident.x", "incident.y"}[r.IntN(4)]
	if path == "incident.x" || path == "incident.y" {
		return &policy.Node{Kind: policy.NodeRead, Path: path, Bool: true}
	}
	read := &policy.Node{Kind: policy.NodeRead, Path: path}
	constant := &policy.Node{Kind: policy.NodeConstant, Value: letters[r.IntN(3)]}
	n := &policy.Node{Kind: policy.NodeCompare, Bool: true, Op: []string{"==", "!=", "in"}[r.IntN(3)], Parts: []*policy.Node{read, constant}}
	switch {
	case n.Op == "in":
		list := &policy.Node{Kind: policy.NodeCall, Value: []any{}}
		for _, l := range letters {
			if r.IntN(2) == 0 {
				list.Value = append(list.Value.([]any), l)
				list.Parts = append(list.Parts, &policy.Node{Kind: policy.NodeConstant, Value: l})
			}
		}
		n.Parts[1] = list
	case r.IntN(2) == 0:
		slices.Reverse(n.Parts)
	}
	return n
}

// truth evaluates a condition, slowly.
func truth(n *policy.Node, values map[string]any) bool {
	switch n.Kind {
	case policy.NodeAnd:
		return !slices.ContainsFunc(n.Parts, func(p *policy.Node) bool { return !truth(p, values) })
	case policy.NodeOr:
		return slices.ContainsFunc(n.Parts, func(p *policy.Node) bool { return truth(p, values) })
	case policy.NodeNot:
		return !truth(n.Parts[0], values)
	case policy.NodeIf:
		if truth(n.Parts[0], values) {
			return truth(n.Parts[1], values)
		}
		return truth(n.Parts[2], values)
	case policy.NodeRead:
		if len(n.Parts) == 1 {
			return truth(n.Parts[0], values)
		}
		return values[n.Path].(bool)
	}
	at := func(p *policy.Node) any {
		if p.Kind == policy.NodeRead {
			return values[p.Path]
		}
		return p.Value
	}
	switch left, right := at(n.Parts[0]), at(n.Parts[1]); n.Op {
	case "in":
		return slices.Contains(right.([]any), left)
	case "!=":
		return left != right
	default:
		return left == right
	}
}

// TestSubjects holds, for random conditions, that no service and failure for which
// one can hold is left out; and, where nothing but they decides, that none is in for
// which it cannot.
func TestSubjects(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	in, out := 0, 0
	for range 3000 {
		n := randomCondition(r, 3)
		list := newLooker(nil).subjects(n, true)
		for _, service := range append(letters, "other") {
			for _, failure := range append(letters, "other") {
				can, always := false, true
				for i := range 4 {
					holds := truth(n, map[string]any{"incident.service": service, "incident.failure": failure, "incident.x": i&1 == 1, "incident.y": i&2 == 2})
					can, always = can || holds, always && holds
				}
				named := slices.ContainsFunc(list, func(s subject) bool { return s.service.has(service) && s.failure.has(failure) })
				switch {
				case can && !named:
					t.Fatalf("%+v holds for %s, %s, which is left out of %+v", n, service, failure, list)
				case named:
					in++
				default:
					out++
				}
				if !reads(n) && named != always {
					t.Fatalf("%+v never holds for %s, %s, which is in %+v", n, service, failure, list)
				}
			}
		}
	}
	if in < 1000 || out < 1000 {
		t.Errorf("%d in, %d out", in, out)
	}
}

// reads reports whether something that nobody can tell is read.
func reads(n *policy.Node) bool {
	return n.Path == "incident.x" || n.Path == "incident.y" || slices.ContainsFunc(n.Parts, reads)
}

// TestTooManySubjects holds that a condition with more of them than can be shown
// is taken to be for any.
func TestTooManySubjects(t *testing.T) {
	n := &policy.Node{Kind: policy.NodeOr, Bool: true}
	for i := range maxSubjects + 1 {
		n.Parts = append(n.Parts, &policy.Node{Kind: policy.NodeCompare, Bool: true, Op: "==", Parts: []*policy.Node{
			{Kind: policy.NodeRead, Path: "incident.failure"}, {Kind: policy.NodeConstant, Value: itoa(i)},
		}})
	}
	if list := newLooker(nil).subjects(n, true); len(list) != 1 || !list[0].failure.except {
		t.Errorf("%d subjects", len(list))
	}
	n.Parts = n.Parts[1:]
	if list := newLooker(nil).subjects(n, true); len(list) != maxSubjects {
		t.Errorf("%d subjects", len(list))
	}
}
