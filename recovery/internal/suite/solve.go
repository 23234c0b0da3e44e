package suite

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// change gives a field or a fact a value; nil takes a field away.
type change struct {
	path string
	v    any
}

// solve looks for changes that make a condition come out as wanted. It returns one way,
// which need not be the best one. It looks at each part by itself, and parts may
// contradict each other: the caller has to try what it returns.
func (s *Set) solve(n *policy.Node, want bool, book string) []change {
	if n == nil {
		return nil
	}
	x := solver{Set: s, book: book, solved: map[goal][]change{}}
	return x.of(n, want)
}

// solver solves a condition. A term may be read often, and is solved once for each answer that
// is wanted of it.
type solver struct {
	*Set
	book   string
	solved map[goal][]change
}

type goal struct {
	body *policy.Node
	want bool
}

func (s solver) of(n *policy.Node, want bool) []change {
	if n.Err == nil && n.Value == want {
		return nil
	}
	switch n.Kind {
	case policy.NodeNot:
		return s.of(n.Parts[0], !want)
	case policy.NodeAnd, policy.NodeOr:
		return s.parts(n, want)
	case policy.NodeIf:
		for _, p := range n.Parts[1:] {
			if !p.Skipped {
				return s.of(p, want)
			}
		}
	case policy.NodeCompare:
		return s.solveCompare(n, want, s.book)
	case policy.NodeHas:
		return s.solveHas(n, want, s.book)
	case policy.NodeRead:
		if movable(n) {
			return []change{{n.Path, want}}
		}
		if isCell(n) {
			return s.solveCell(n, s.book, func(cell any) bool { return same(cell, want) })
		}
		if body := n.Body(); body != nil && strings.HasPrefix(n.Path, "terms.") {
			return s.term(body, want)
		}
	}
	return nil
}

func (s solver) term(body *policy.Node, want bool) []change {
	key := goal{body, want}
	out, known := s.solved[key]
	if !known {
		out = s.of(body, want)
		s.solved[key] = out
	}
	return out
}

// parts solves all parts of && or ||, or one of them. What several want is there once.
func (s solver) parts(n *policy.Node, want bool) []change {
	all := (n.Kind == policy.NodeAnd) == want
	var out []change
	for _, p := range n.Parts {
		changes := s.of(p, want)
		if !all && len(changes) > 0 {
			return changes
		}
		out = joinedChanges(out, changes)
	}
	return out
}

// joinedChanges are the changes of both lists, each once.
func joinedChanges(a, b []change) []change {
	if len(a) == 0 || len(b) == 0 {
		return append(a[:len(a):len(a)], b...)
	}
	there := map[string]bool{}
	out := make([]change, 0, len(a)+len(b))
	for _, c := range slices.Concat(a, b) {
		if key := c.path + " " + value.Show(c.v); !there[key] {
			there[key] = true
			out = append(out, c)
		}
	}
	return out
}

func (s *Set) solveCompare(n *policy.Node, want bool, book string) []change {
	left, right, op := n.Parts[0], n.Parts[1], n.Op
	if n.Op == "in" {
		return s.solveIn(left, right, want, book)
	}
	left, op, right = undivided(left, op, right)
	if !movable(left) && (movable(right) || isCell(right)) {
		left, right, op = right, left, policy.Mirrored(op)
	}
	if right.Value == nil {
		return nil
	}
	if !want {
		op = policy.Negated(op)
	}
	if isCell(left) {
		return s.solveCell(left, book, func(cell any) bool { return compares(cell, op, right.Value) })
	}
	if !movable(left) {
		return nil
	}
	v, ok := right.Value, true
	switch op {
	case "!=":
		v, ok = another(v, s.fieldOf(left.Path))
	case "<":
		v, ok = below(v)
	case ">":
		v, ok = above(v)
	}
	if !ok {
		return nil
	}
	return []change{{left.Path, v}}
}

func (s *Set) solveIn(left, right *policy.Node, want bool, book string) []change {
	list, _ := right.Value.([]any)
	switch {
	case isCell(left):
		return s.solveCell(left, book, func(cell any) bool { return contains(list, cell) == want })
	case movable(left) && want && len(list) > 0:
		return []change{{left.Path, list[0]}}
	case movable(left) && !want && len(list) > 0:
		if v, ok := s.noneOf(left.Path, list); ok {
			return []change{{left.Path, v}}
		}
	case movable(right) && want && left.Value != nil:
		return []change{{right.Path, []any{left.Value}}}
	case movable(right) && !want:
		return []change{{right.Path, []any{}}}
	}
	return nil
}

func (s *Set) solveHas(n *policy.Node, want bool, book string) []change {
	name, isTable := strings.CutPrefix(n.Path, "tables.")
	switch {
	case isTable:
		if t := s.tableOf(book, name); t != nil && len(t.Keys) > 0 {
			return s.solveRow(t, n, func(r *playbook.Row) bool { return (r != nil) == want })
		}
		rows := s.rowsOf(book, name)
		if len(rows) == 0 {
			return nil
		}
		t := rows[0]
		v := t.values[0]
		switch {
		case want:
			v = t.values[len(t.values)-1]
		case t.other != nil:
			v = t.other
		}
		return []change{{t.path, v}}
	case !want:
		return []change{{n.Path, nil}}
	default:
		if f := s.fieldOf(n.Path); f != nil {
			return []change{{n.Path, sample(f.Type)}}
		}
	}
	return nil
}

// otherWays are the changes under which another part decides the condition. For an ||
// that holds by its first part, they make the second part hold alone. Parts in known are
// left out; the others are added to it.
func (s *Set) otherWays(n *policy.Node, book string, known map[playbook.Range]bool) (out [][]change) {
	if n == nil || n.Skipped {
		return nil
	}
	enough := n.Kind == policy.NodeOr
	for _, p := range n.Parts {
		if len(out) >= mostWays {
			break // more are not tried
		}
		if n.Kind != policy.NodeAnd && !enough || !p.Skipped || known[p.Position()] {
			out = append(out, s.otherWays(p, book, known)...)
			continue
		}
		known[p.Position()] = true
		var way []change
		for _, other := range n.Parts {
			way = append(way, s.solve(other, enough == (other == p), book)...)
		}
		if len(way) > 0 {
			out = append(out, way)
		}
	}
	return out
}

// solveBarrier looks for changes that let a play be asked.
func (s *Set) solveBarrier(e policy.Explanation, now time.Time) []change {
	switch e.Barrier {
	case policy.BarrierApplies:
		return s.solve(e.Applies, true, e.Play.Playbook.ID)
	case policy.BarrierPhase:
		if strings.Contains(strings.Join(e.Misses(), ""), "it is for signals") {
			return []change{{"incident.phase", "signal"}, {"incident.expected_at", now.Add(24 * time.Hour)}}
		}
		return []change{{"incident.phase", "failure"}}
	case policy.BarrierProvider:
		if strings.Contains(strings.Join(e.Misses(), ""), "it is for partners'") {
			return []change{{"incident.provider", "somebody"}}
		}
		return []change{{"incident.provider", ""}}
	case policy.BarrierPeriod:
		if from := e.Play.InForce.From; !from.IsZero() {
			return []change{{"incident.occurred_at", from.In(e.Play.Playbook.Zone).UTC()}}
		}
		if until := e.Play.InForce.Until; !until.IsZero() {
			return []change{{"incident.occurred_at", until.In(e.Play.Playbook.Zone).UTC()}}
		}
	}
	return nil
}
