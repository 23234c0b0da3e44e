package suite

import (
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// A play that stands behind others, because its playbook takes the first match or because it is
// a fallback, is not asked where one of them answers. What it would need is found by asking it
// alone; then the others are to be kept from matching while it still does.

// isBlocked reports whether other plays stand in the way of a play.
func isBlocked(e policy.Explanation) bool {
	return e.Barrier == policy.BarrierFirst || e.Barrier == policy.BarrierNotNeeded
}

// look explains a play in a test; one that others stand in the way of, as if it were alone.
func (g *suggester) look(t tried, p *policy.Play) (policy.Explanation, bool) {
	e, ok := t.of(p)
	if !ok || !isBlocked(e) {
		return e, ok
	}
	engine := g.set.engineWith(p, -1, "")
	if engine == nil {
		return e, true
	}
	before := t.decided.before
	g.set.clock = t.now
	x, err := engine.Explain(g.ctx, t.decided.incident, recovery.In(&before))
	if err != nil || len(x.Plays) == 0 {
		return e, true
	}
	alone := x.Plays[0]
	alone.Play = p
	return alone, true
}

// mostUnblocked bounds how many incidents are tried to get a play out from behind others.
const mostUnblocked = 80

// unblock looks for a test that reaches a play, from one that it would match alone, or from one
// where other ways lead to that.
func (g *suggester) unblock(trail []tried, p *policy.Play, k int) (tried, bool) {
	u := unblocking{g: g, play: p, k: k, left: mostUnblocked, seen: map[string]bool{}}
	for i := len(trail) - 1; i >= 0; i-- {
		if found, ok := u.from(trail[i]); ok {
			return found, true
		}
	}
	for _, t := range trail {
		if found, ok := u.towards(t); ok {
			return found, true
		}
	}
	return tried{}, false
}

type unblocking struct {
	g    *suggester
	play *policy.Play
	k    int
	left int
	seen map[string]bool // incidents that were tried
}

// try is a test with some changes; false where it was tried before.
func (u *unblocking) try(t tried, way []change) (tried, bool) {
	if u.left--; u.left < 0 {
		return tried{}, false
	}
	next, err := u.g.with(t, way)
	if err != nil || next.explained == nil {
		return tried{}, false
	}
	text := flow(next.test.Incident) + flow(next.test.Facts)
	known := u.seen[text]
	u.seen[text] = true
	return next, !known
}

// towards looks for tests that the play would match alone, and goes on from there.
func (u *unblocking) towards(t tried) (tried, bool) {
	e, ok := u.g.look(t, u.play)
	if !ok || e.Matched {
		return tried{}, false
	}
	for _, way := range u.g.set.ways(e.When, true, u.play.Playbook.ID) {
		next, isNew := u.try(t, way)
		if !isNew {
			continue
		}
		if e, _ := u.g.look(next, u.play); e.Matched {
			if found, ok := u.from(next); ok {
				return found, true
			}
		}
	}
	return tried{}, false
}

// from takes what stands in the way out of it, one play after another.
func (u *unblocking) from(t tried) (tried, bool) {
	if t.reaches(u.play, u.k) {
		return t, true
	}
	e, ok := t.of(u.play)
	if !ok || !isBlocked(e) || e.By == nil {
		return tried{}, false
	}
	by, _ := t.of(e.By)
	for _, way := range u.g.set.ways(by.When, false, u.play.Playbook.ID) {
		next, isNew := u.try(t, way)
		if !isNew {
			continue
		}
		follow := u.from
		if e, _ := u.g.look(next, u.play); !e.Matched {
			follow = u.towards
		}
		if found, ok := follow(next); ok {
			return found, true
		}
	}
	return tried{}, false
}

// mostCombined bounds how many ways there are looked at in which a condition comes out as wanted.
const mostCombined = 32

// ways are several sets of changes; each set may make a condition come out as wanted. [Set.solve]
// looks for one set.
func (s *Set) ways(n *policy.Node, want bool, book string) [][]change {
	if n == nil {
		return nil
	}
	return wayfinder{s, book, map[goal][][]change{}}.of(n, want)
}

// wayfinder looks for ways. A term may be read often, and is looked through once for each answer
// that is wanted of it.
type wayfinder struct {
	*Set
	book  string
	found map[goal][][]change
}

func (w wayfinder) of(n *policy.Node, want bool) [][]change {
	if n.Err == nil && n.Value == want {
		return nil
	}
	switch {
	case n.Kind == policy.NodeNot:
		return w.of(n.Parts[0], !want)
	case n.Kind == policy.NodeAnd && !want, n.Kind == policy.NodeOr && want:
		var out [][]change
		for _, p := range n.Parts {
			out = append(out, w.of(p, want)...)
			out = out[:min(len(out), mostCombined)]
		}
		return out
	case n.Kind == policy.NodeAnd, n.Kind == policy.NodeOr:
		return w.ofAll(n.Parts, want)
	case n.Kind == policy.NodeRead && n.Body() != nil && n.Body().Bool && strings.HasPrefix(n.Path, "terms."):
		return w.ofTerm(n.Body(), want)
	case n.Kind == policy.NodeCompare:
		if out := w.waysOfCompare(n, want); len(out) > 0 {
			return out
		}
	}
	if one := w.solve(n, want, w.book); len(one) > 0 {
		return [][]change{one}
	}
	return nil
}

func (w wayfinder) ofTerm(body *policy.Node, want bool) [][]change {
	key := goal{body, want}
	out, known := w.found[key]
	if !known {
		out = w.of(body, want)
		w.found[key] = out
	}
	return out
}

// ofAll combines the ways of several parts. A part for which there is no way is passed over: it may
// come out as wanted by itself.
func (w wayfinder) ofAll(parts []*policy.Node, want bool) [][]change {
	out := [][]change{nil}
	for _, p := range parts {
		ways := w.of(p, want)
		if len(ways) == 0 {
			continue
		}
		var next [][]change
		for _, before := range out {
			for _, way := range ways {
				if len(next) < mostCombined {
					next = append(next, joinedChanges(before, way))
				}
			}
		}
		out = next
	}
	if len(out) == 1 && len(out[0]) == 0 {
		return nil
	}
	return out
}

// waysOfCompare are the values of a closed field, or of a list that is written out, for which a
// comparison comes out as wanted.
func (s *Set) waysOfCompare(n *policy.Node, want bool) (out [][]change) {
	left, right := n.Parts[0], n.Parts[1]
	if n.Op != "in" && !movable(left) {
		left, right = right, left
	}
	if !movable(left) || n.Op != "in" && n.Op != "==" && n.Op != "!=" {
		return nil
	}
	list, isList := right.Value.([]any)
	if n.Op != "in" {
		list = []any{right.Value}
		want = want == (n.Op == "==")
	} else if !isList {
		return nil
	}
	values := list
	if f := s.fieldOf(left.Path); f != nil && f.OneOf != nil {
		values = nil
		for _, v := range f.OneOf {
			values = append(values, v)
		}
	} else if !want {
		return nil
	}
	for _, v := range values {
		if contains(list, v) == want {
			out = append(out, []change{{left.Path, v}})
		}
	}
	return out[:min(len(out), mostCombined)]
}
