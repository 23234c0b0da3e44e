package suite

import (
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// A failure names the plays that would have given the action that is missing. To find them, the
// step is decided once more for each play: by a set that has this play alone, and in which it
// matches whatever its condition says.

// wouldGive reports whether a play would have given a wanted action had it matched, or had its
// case held where one is named; -1 names none. It is false where that cannot be told.
func (d *Decided) wouldGive(e policy.Explanation, theCase int, w *playbook.WantedAction) bool {
	decided := d.whatIf(e, theCase)
	if decided == nil {
		return false
	}
	for i := range decided.Actions {
		a := &decided.Actions[i]
		if _, ok := d.set.ask(w, d.set.givenThing(decided.Incident, a), ofGiven); ok && a.Change != recovery.ChangeCancelled {
			return true
		}
	}
	return false
}

// whatIf decides the step by the one play; nil where that fails.
func (d *Decided) whatIf(e policy.Explanation, theCase int) *recovery.Decision {
	for _, when := range []string{"true", guardsOf(e.When)} {
		if when == "" {
			continue
		}
		engine := d.set.engineWith(e.Play, theCase, when)
		if engine == nil {
			continue // what the play gives reads what its condition makes sure of
		}
		before := d.before
		d.set.clock = d.step.Now
		if decided, err := engine.Handle(d.ctx, d.incident, recovery.In(&before)); err == nil {
			return decided
		}
		return nil
	}
	return nil
}

// engineWith is an engine that has one play; nil where it does not load. It is kept, since many
// tests may fail for one reason.
func (s *Set) engineWith(p *policy.Play, theCase int, when string) *recovery.Engine {
	key := p.Name + " " + itoa(theCase) + " " + when
	engine, known := s.whatIf[key]
	if !known {
		engine, _ = recovery.New(s.withOnly(p, theCase, when), recovery.WithClock(func() time.Time { return s.clock }))
		s.whatIf[key] = engine
	}
	return engine
}

// withOnly is the set with one play, which matches under a condition; without one, when it would
// where no other play stands in its way.
func (s *Set) withOnly(p *policy.Play, theCase int, when string) *playbook.Set {
	out := &playbook.Set{Digest: s.books.Digest, Files: s.books.Files}
	for _, d := range s.books.Documents {
		copied := *d
		copied.Plays = nil
		switch {
		case d.Kind == playbook.Shared:
		case d.ID.Value != p.Playbook.ID:
			continue
		default:
			if when != "" {
				copied.Applies, copied.InForce = playbook.Text{}, nil
			}
			for _, x := range d.Plays {
				if d.ID.Value+"/"+x.ID.Value == p.Name {
					copied.Plays = []*playbook.Play{thatMatches(x, theCase, when)}
				}
			}
		}
		out.Documents = append(out.Documents, &copied)
	}
	return out
}

// thatMatches is a play that matches under a condition, and of whose cases one holds, where they
// are given.
func thatMatches(p *playbook.Play, theCase int, when string) *playbook.Play {
	out := *p
	text := func(s string) playbook.Text { return playbook.Text{Value: s, Kind: playbook.String, Range: p.Range} }
	out.Fallback = false
	if when != "" {
		out.When, out.Phase, out.Provider, out.InForce = text(when), text("any"), text("any"), nil
	}
	if theCase >= 0 {
		held := *p.Cases[theCase]
		held.When = playbook.Text{}
		out.Cases = []*playbook.Case{&held}
	}
	return &out
}

// guardsOf returns the parts of a condition that test whether a field is there, joined to one
// condition. It is empty if there are none.
func guardsOf(n *policy.Node) string {
	var out []string
	been := map[*policy.Node]bool{} // what terms stand for
	var visit func(n *policy.Node)
	visit = func(n *policy.Node) {
		switch {
		case n == nil:
		case n.Kind == policy.NodeHas:
			out = append(out, n.Text)
		case n.Kind == policy.NodeRead && strings.HasPrefix(n.Path, "terms."):
			if body := n.Body(); !been[body] {
				been[body] = true
				visit(body)
			}
		case n.Kind == policy.NodeAnd:
			for _, part := range n.Parts {
				visit(part)
			}
		}
	}
	visit(n)
	return strings.Join(out, " && ")
}
