package prove

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// scene is what is known of the plays in a box.
type scene struct {
	box *policy.Box
	// live are the plays that may match for some input of the box, in the order of the program.
	live []*policy.Play
	// sure are those that match for every one, with the case that holds; nil: none does.
	sure []played
	// maybe are the plays of live that are not sure.
	maybe []*policy.Play
	// open are the conditions that are not known, the first one first.
	open []*policy.Asked
	// unsure are places of plays that cannot be reasoned about.
	unsure []policy.Position
	// refused is set where the engine refuses every incident of the box: two plays match where one may,
	// or a condition fails.
	refused  bool
	applying []*policy.Playbook // those that certainly apply
	mayApply []*policy.Playbook // those that do or may
}

// played is a play that matches.
type played struct {
	play *policy.Play
	held *policy.Case
}

// turn is what is known of a playbook while its plays are gone through.
type turn struct {
	applies    policy.Possible
	taken      bool // an answering play certainly matches
	mayBeTaken bool // one may
	answered   [2]bool
	mayAnswer  [2]bool
}

// look goes through plays in the order in which they are matched. plays are in the order of the
// program, with the fallbacks of each playbook behind its others.
func (w *world) look(box *policy.Box, plays []*policy.Play) *scene {
	s := &scene{box: box}
	turns := map[*policy.Playbook]*turn{}
	for _, b := range w.books {
		w.turnOf(s, turns, b)
	}
	for _, fallback := range []bool{false, true} {
		for _, p := range plays {
			if p.Fallback == fallback {
				w.ask(s, p, w.turnOf(s, turns, p.Playbook))
			}
		}
	}
	if slices.ContainsFunc(plays, func(p *policy.Play) bool { return p.Fallback }) {
		order := map[*policy.Play]int{}
		for i, p := range plays {
			order[p] = i
		}
		slices.SortFunc(s.live, func(a, b *policy.Play) int { return order[a] - order[b] })
		slices.SortFunc(s.sure, func(a, b played) int { return order[a.play] - order[b.play] })
	}
	return s
}

// sceneOf looks at the plays in the part of a box whose incidents are valid; nil: there are none.
func (w *world) sceneOf(box *policy.Box, plays []*policy.Play) *scene {
	if box = w.reason.Counted(box); box == nil {
		return nil
	}
	for {
		s, before := w.look(box, plays), box
		for _, b := range s.applying {
			if box = w.reason.Narrow(b, box); box == nil {
				return nil
			}
		}
		if box == before {
			return s
		}
	}
}

func (w *world) turnOf(s *scene, turns map[*policy.Playbook]*turn, b *policy.Playbook) *turn {
	t := turns[b]
	if t == nil {
		t = &turn{applies: w.reason.Possible(w.reason.Applies(b), s.box)}
		turns[b] = t
		if t.applies&policy.CanYes != 0 {
			s.mayApply = append(s.mayApply, b)
		}
		switch t.applies {
		case policy.CanYes:
			s.applying = append(s.applying, b)
		case policy.CanNo:
		case policy.CanFail:
			s.refused = true
		default:
			s.open = append(s.open, w.reason.Applies(b))
		}
	}
	return t
}

func side(p *policy.Play) int {
	if p.Preventive() {
		return 1
	}
	return 0
}

// ask says whether one play matches.
func (w *world) ask(s *scene, p *policy.Play, t *turn) {
	if t.applies&policy.CanYes == 0 {
		return
	}
	first := p.Playbook.Matches == policy.MatchFirst && p.Answers
	if p.Fallback && t.answered[side(p)] || first && t.taken {
		return
	}
	doubt := p.Fallback && t.mayAnswer[side(p)] || first && t.mayBeTaken
	asked := w.reason.Play(p)
	can := w.reason.Possible(asked, s.box)
	if can&policy.CanYes == 0 {
		if can == policy.CanFail && t.applies == policy.CanYes && !doubt {
			s.refused = true
		}
		if can&policy.CanFail != 0 { // it may be asked, and refuse the incident
			s.live = append(s.live, p)
			if !can.One() {
				s.open = append(s.open, asked)
			}
		}
		return
	}
	s.live = append(s.live, p)
	if can == policy.CanYes && t.applies == policy.CanYes && !doubt && p.Each == nil {
		if p.Answers && p.Playbook.Matches == policy.MatchOne && t.taken {
			s.refused = true
		}
		s.sure = append(s.sure, played{p, w.caseOf(s, p)})
		if p.Answers {
			t.taken, t.mayBeTaken, t.answered[side(p)], t.mayAnswer[side(p)] = true, true, true, true
		}
		return
	}
	s.maybe = append(s.maybe, p)
	if !can.One() {
		s.open = append(s.open, asked)
	} else if p.Each != nil && t.applies == policy.CanYes && !doubt {
		s.unsure = append(s.unsure, p.Range)
	}
	if p.Answers {
		t.mayBeTaken, t.mayAnswer[side(p)] = true, true
	}
}

// caseOf is the case of a play that certainly holds. Where that is not known, it notes what is not.
func (w *world) caseOf(s *scene, p *policy.Play) *policy.Case {
	for _, c := range p.Cases {
		switch asked := w.reason.Case(c); w.reason.Possible(asked, s.box) {
		case policy.CanYes:
			return c
		case policy.CanNo:
		case policy.CanFail:
			s.refused = true
			return nil
		default:
			s.open = append(s.open, asked)
			return nil
		}
	}
	return nil
}

// gives reports whether a play can give an action of some types, or offer it.
func gives(p *policy.Play, types []string) bool {
	has := func(list []*policy.Action) bool {
		return slices.ContainsFunc(list, func(a *policy.Action) bool { return slices.Contains(types, a.Type.Name) })
	}
	if slices.ContainsFunc(listsOf(p), has) {
		return true
	}
	if p.Choice != nil && slices.ContainsFunc(p.Choice.Options, func(o *policy.Option) bool { return slices.Contains(types, o.Type.Name) }) {
		return true
	}
	return p.Partners != nil && slices.Contains(types, policy.ActionSubstitute)
}

// limitsOf are the limits of a set.
func limitsOf(p *policy.Program) []*policy.Limit {
	var out []*policy.Limit
	for _, b := range p.Playbooks {
		out = append(out, b.Limits...)
	}
	return append(out, p.Limits...)
}

// bearing are the types of actions that what is given of some types can depend on: those that share a
// cap with them, and so on.
func (w *world) bearing(types []string) []string {
	out := slices.Clone(types)
	for grown := true; grown; {
		grown = false
		for _, l := range limitsOf(w.program) {
			touches := slices.ContainsFunc(l.Of, func(t string) bool { return slices.Contains(out, t) }) ||
				l.Escalate != nil && slices.Contains(out, policy.ActionEscalate)
			if !touches {
				continue
			}
			for _, t := range l.Of {
				if !slices.Contains(out, t) {
					out, grown = append(out, t), true
				}
			}
		}
	}
	return out
}

// relevant are the plays that a claim about some types depends on: those that give them, and those that
// say whether these match.
func (w *world) relevant(types []string) []*policy.Play {
	wanted := map[*policy.Play]bool{}
	books := map[*policy.Playbook]bool{} // in which plays depend on each other
	for _, p := range w.program.Plays {
		if gives(p, types) {
			wanted[p] = true
			if p.Fallback || p.Answers && p.Playbook.Matches != policy.MatchAll {
				books[p.Playbook] = true
			}
		}
	}
	var out []*policy.Play
	for _, p := range w.program.Plays {
		if wanted[p] || books[p.Playbook] && p.Answers {
			out = append(out, p)
		}
	}
	return out
}
