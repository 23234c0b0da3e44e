package prove

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// questions asks what is asked of every set. A question without findings is one proof; else there is one
// for each finding.
func (w *world) questions(o Options, out *Result) error {
	if o.Play != "" && !knownPlay(w.program.Plays, o.Play) {
		var known []string
		for _, p := range w.program.Plays {
			known = append(known, p.ID, p.Name)
		}
		return &UnknownError{"play", o.Play, known}
	}
	c := newChecker(w)
	var ambiguous []Proof
	for _, x := range []struct {
		question Question
		ask      func() []Proof
	}{
		{Never, func() []Proof {
			found := c.never()
			return append(found, c.reached(found)...)
		}}, {Ambiguous, func() []Proof {
			found := c.ambiguous()
			ambiguous = found
			return found
		}}, {Overlap, c.overlap}, {Unanswered, func() []Proof { return c.unanswered(o.Gaps) }}, {Twice, c.twice}, {Refused, func() []Proof { return slices.Concat(alsoRefused(ambiguous), c.refused(), c.limitsMayFail()) }},
	} {
		if o.Progress != nil {
			o.Progress(string(x.question))
		}
		found := x.ask()
		if o.Play != "" {
			found = slices.DeleteFunc(found, func(p Proof) bool {
				return !slices.ContainsFunc(w.program.Plays, func(q *policy.Play) bool { return q.Name == p.Play && (q.ID == o.Play || q.Name == o.Play) })
			})
		}
		if len(found) == 0 {
			p := Proof{Question: x.question, Standing: Proved}
			if w.ctx.Err() != nil {
				p.Standing, p.Reason = Open, "the time given for it ran out"
			}
			found = append(found, p)
		}
		out.Questions = append(out.Questions, found...)
	}
	return nil
}

// unanswered looks, for each playbook, for an incident that it applies to and that no play answers. With
// gaps, fallbacks are no answer.
func (c *checker) unanswered(gaps bool) []Proof {
	var out []Proof
	for _, b := range c.program.Playbooks {
		box, _ := c.start(nil)
		x := &search{w: c.world, plays: c.program.Plays, must: []*policy.Asked{c.reason.Applies(b)}}
		proof := Proof{Question: Unanswered}
		looked := 0
		if len(b.Plays) > 0 {
			proof.At = b.Plays[0].Range
		}
		// Whether any play is for such an incident at all comes first.
		for _, p := range b.Plays {
			fits := c.reason.Fits(p)
			if !slices.Contains(x.first, fits) {
				x.first = append(x.first, fits)
			}
		}
		x.fine = func(s *scene) bool {
			if !slices.ContainsFunc(s.mayApply, func(a *policy.Playbook) bool { return c.anyFits(s, a) }) {
				return true
			}
			return slices.ContainsFunc(s.sure, func(q played) bool { return c.answers(s, q, gaps) })
		}
		x.wants = func(s *scene) ([]*policy.Asked, []*policy.Read) { return c.money(s, c.moneyOf(s)) }
		seen := map[string]bool{}
		x.leaf = func(s *scene) {
			trials := x.trials(s)
			for _, t := range trials {
				if c.isUnanswered(t, b, gaps) {
					if p := c.gap(b, t, proof, gaps); !seen[string(p.Witnesses[0].Incident)] {
						seen[string(p.Witnesses[0].Incident)] = true
						out = append(out, *p)
					}
					looked++
					x.done = len(seen) >= mostGaps || looked >= mostLooked
					return
				}
			}
			if why := c.openGap(s, trials); why != nil {
				x.leave(*why)
			}
		}
		x.run(box)
		if proof.conclude(x); len(seen) == 0 && proof.Standing != Proved {
			out = append(out, proof)
		}
		if p := c.noPlayFor(b); p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// mostGaps bounds the gaps that are shown of one playbook, and mostLooked how many incidents are made small for
// them.
const (
	mostGaps   = 10
	mostLooked = 60
)

// gap is an incident that nobody answers, as small as it can be with its service and its failure.
func (c *checker) gap(b *policy.Playbook, t *trial, proof Proof, gaps bool) *Proof {
	failure, told := t.fields["failure"]
	t = c.smallest(t, func(less *trial) bool {
		v, ok := less.fields["failure"]
		return ok == told && v == failure && c.isUnanswered(less, b, gaps)
	})
	proof.Standing, proof.Witnesses = Broken, []Witness{t.witness()}
	proof.Reason = fmt.Sprintf("no play answers this incident, which the playbook %s applies to", b.ID)
	if gaps && len(t.decision.Plays) > 0 {
		proof.Reason = fmt.Sprintf("only fallbacks answer this incident, which the playbook %s applies to", b.ID)
	}
	return &proof
}

// noPlayFor names the phases and sides for which a playbook has no play: what it leaves to others is no gap.
func (c *checker) noPlayFor(b *policy.Playbook) *Proof {
	if len(b.Plays) == 0 {
		return nil
	}
	var none []string
	for _, kind := range []struct {
		phase   string
		partner bool
		name    string
	}{{"failure", false, "our failures"}, {"failure", true, "failures of partners"}, {"signal", false, "our signals"}, {"signal", true, "signals of partners"}} {
		box := c.reason.FromPartner(c.reason.Valid(), kind.partner)
		if box == nil {
			continue
		}
		if box = c.reason.OnlyText(box, c.slots["phase"], kind.phase); box == nil {
			continue
		}
		if !slices.ContainsFunc(b.Plays, func(p *policy.Play) bool { return c.reason.Possible(c.reason.Fits(p), box)&policy.CanYes != 0 }) {
			none = append(none, kind.name)
		}
	}
	if len(none) == 0 {
		return nil
	}
	return &Proof{Question: Unanswered, Standing: Proved, At: b.Plays[0].Range, Reason: fmt.Sprintf("the playbook %s has no play for %s, and this is no gap", b.ID, strings.Join(none, ", nor for "))}
}

// anyFits reports whether a play of a playbook is for the phase and the provider of a box.
func (c *checker) anyFits(s *scene, b *policy.Playbook) bool {
	return slices.ContainsFunc(b.Plays, func(p *policy.Play) bool {
		return c.reason.Possible(c.reason.Fits(p), s.box)&policy.CanYes != 0
	})
}

// answers reports whether a play certainly answers the incidents of a box.
func (c *checker) answers(s *scene, q played, gaps bool) bool {
	if !q.play.Answers || gaps && q.play.Fallback {
		return false
	}
	if q.play.Choice != nil {
		return true
	}
	lists, _ := c.alternatives(s, q)
	return !slices.ContainsFunc(lists, func(list []*policy.Action) bool {
		return !slices.ContainsFunc(list, func(a *policy.Action) bool {
			if a.Amount == nil {
				return true
			}
			// An amount that is there, and that no limit can take away.
			m, fixed := a.Amount.Fixed()
			money, isMoney := m.(interface{ Sign() int })
			return fixed && isMoney && money.Sign() > 0 && !slices.ContainsFunc(limitsOf(c.program), func(l *policy.Limit) bool { return slices.Contains(l.Of, a.Type.Name) })
		})
	})
}

// isUnanswered reports whether a decision answers nothing, although a playbook applies.
func (c *checker) isUnanswered(t *trial, b *policy.Playbook, gaps bool) bool {
	if t.err != nil {
		return false
	}
	if c.readsItems(t, c.reason.Applies(b)) {
		return false
	}
	in := c.inputOf(t)
	defer in.Release()
	if !in.Applies(b) {
		return false
	}
	if slices.ContainsFunc(t.decision.Warnings, func(w recovery.Warning) bool { return w.Code == recovery.WarnUnanswered }) {
		return true
	}
	return gaps && !slices.ContainsFunc(t.decision.Plays, func(m recovery.Match) bool {
		return slices.ContainsFunc(c.program.Plays, func(p *policy.Play) bool { return p.Name == m.Play && p.Answers && !p.Fallback })
	})
}

func (c *checker) openGap(s *scene, trials []*trial) *reason {
	if len(s.unsure) > 0 {
		return &reason{at: s.unsure[0], text: "the condition could not be reasoned about"}
	}
	// A play that gives money alone answers as far as it gives any.
	if why := c.known(s, c.moneyOf(s)); why != nil {
		return why
	}
	return c.complete(s, trials)
}

// moneyOf are the types of money that plays of a box give, and those that share a limit with them.
func (c *checker) moneyOf(s *scene) []string {
	var out []string
	for _, q := range s.sure {
		for _, list := range listsOf(q.play) {
			for _, a := range list {
				if a.Amount != nil && !slices.Contains(out, a.Type.Name) {
					out = append(out, a.Type.Name)
				}
			}
		}
	}
	return c.bearing(out)
}

// reached lists the plays and cases for which it is not known whether an incident reaches them, beside those
// that no incident reaches.
func (c *checker) reached(never []Proof) []Proof {
	var out []Proof
	for _, p := range c.program.Plays {
		if c.ctx.Err() != nil {
			return out
		}
		if slices.ContainsFunc(never, func(n Proof) bool { return n.Play == p.Name && n.At == p.Range }) {
			continue
		}
		open := func(at policy.Position, why *reason) {
			if why == nil {
				why = &reason{text: "nothing was found that reaches it"}
			}
			out = append(out, Proof{Question: Never, Play: p.Name, Standing: Open, At: at, Reason: why.String()})
		}
		plays := func(t *trial, fits func(recovery.Match) bool) bool {
			return t.decision != nil && slices.ContainsFunc(t.decision.Plays, func(m recovery.Match) bool { return m.Play == p.Name && fits(m) })
		}
		t, why := c.find(c.boxes[p], p, p, func(t *trial) bool { return plays(t, func(recovery.Match) bool { return true }) })
		if t == nil {
			open(p.Range, why)
			continue
		}
		for i, k := range p.Cases {
			if slices.ContainsFunc(never, func(n Proof) bool { return n.Play == p.Name && n.At == k.Position }) {
				continue
			}
			var asked []*policy.Asked
			if p.Each == nil {
				asked = append(asked, c.reason.Case(p.Cases[i]))
			}
			if t, why := c.find(c.boxes[p], p, p, func(t *trial) bool { return c.reachesCase(t, p, k) }, asked...); t == nil {
				open(k.Position, why)
			}
		}
		if len(p.TooLate) > 0 && c.maySignal(c.boxes[p]) {
			if t, why := c.find(c.boxes[p], p, p, func(t *trial) bool { return comesTooLate(t, p) }); t == nil {
				open(p.TooLate[0].Position, why)
			}
		}
	}
	return out
}

// twice looks for plays that both give money of one type and currency, with no limit over them: each play
// once, with the first other one.
func (c *checker) twice() []Proof {
	var out []Proof
	near := c.nearby(c.program.Plays)
	for i, q := range c.program.Plays {
		if c.ctx.Err() != nil {
			return out
		}
		var proof *Proof
		for _, p := range c.before(near, i) {
			if c.alone(p, q) {
				continue
			}
			if proof = c.bothGiven(p, q, proof); proof != nil && proof.Standing == Broken {
				break
			}
		}
		if proof != nil {
			out = append(out, *proof)
		}
	}
	return out
}

// bothGiven looks for an incident for which two plays give money of one type and currency. What is open
// already stays so, unless there is such an incident.
func (c *checker) bothGiven(p, q *policy.Play, open *Proof) *Proof {
	for _, kind := range c.bothGive(p, q) {
		t, why := c.find(c.boxes[p], p, q, func(t *trial) bool { return t.err == nil && givenByBoth(t.decision, p, q, kind) })
		switch {
		case t != nil:
			return &Proof{Question: Twice, Play: q.Name, Standing: Broken, At: q.Range, Witnesses: []Witness{t.witness()},
				Reason: fmt.Sprintf("the plays %s and %s both give `%s`, and no limit looks at them together", p.Name, q.Name, kind)}
		case why != nil && open == nil:
			open = &Proof{Question: Twice, Play: q.Name, Standing: Open, At: q.Range,
				Reason: fmt.Sprintf("whether %s and %s both give `%s`: %s", p.Name, q.Name, kind, why)}
		}
	}
	return open
}

// alone reports whether of two plays of one playbook one at most is given.
func (c *checker) alone(p, q *policy.Play) bool {
	if p.Playbook != q.Playbook {
		return false
	}
	if p.Answers && q.Answers && p.Playbook.Matches != policy.MatchAll {
		return true
	}
	return side(p) == side(q) && (p.Fallback != q.Fallback && p.Answers && q.Answers)
}

// bothGive are the types of money that both plays give and that no limit looks at for both.
func (c *checker) bothGive(p, q *policy.Play) (out []string) {
	for _, list := range listsOf(p) {
		for _, a := range list {
			if a.Amount == nil || !gives(q, []string{a.Type.Name}) || slices.Contains(out, a.Type.Name) {
				continue
			}
			limited := slices.ContainsFunc(limitsOf(c.program), func(l *policy.Limit) bool {
				return slices.Contains(l.Of, a.Type.Name) && (l.Scope == c.program.Shared || l.Scope == p.Playbook && l.Scope == q.Playbook)
			})
			if !limited {
				out = append(out, a.Type.Name)
			}
		}
	}
	return out
}

// givenByBoth reports whether two plays give money of a type in one currency.
func givenByBoth(d *recovery.Decision, p, q *policy.Play, kind string) bool {
	of := func(p *policy.Play) (out []string) {
		for _, a := range d.Actions {
			if a.Type == kind && a.Amount.IsSet() && slices.Contains(a.Plays, p.Name) {
				out = append(out, a.Amount.Currency())
			}
		}
		return out
	}
	return slices.ContainsFunc(of(p), func(currency string) bool { return slices.Contains(of(q), currency) })
}

// alsoRefused are the incidents that are refused because plays are ambiguous.
func alsoRefused(ambiguous []Proof) (out []Proof) {
	for _, p := range ambiguous {
		p.Question = Refused
		out = append(out, p)
	}
	return out
}

// refused looks for valid incidents that the engine refuses: for each play that its condition, or what it
// gives, makes it refuse one.
func (c *checker) refused() []Proof {
	var out []Proof
	for _, p := range c.program.Plays {
		if c.ctx.Err() != nil {
			return out
		}
		x := &search{w: c.world, plays: c.relevantTo(p, p), refusals: true, budget: mostTries}
		x.fine = func(s *scene) bool { return len(s.live) == 0 && !s.refused }
		box, _ := c.start(nil)
		for _, a := range []*policy.Asked{c.reason.Applies(p.Playbook), c.reason.Play(p)} {
			if box != nil {
				box = c.reason.Require(a, box, policy.CanYes|policy.CanFail)
			}
		}
		if box == nil {
			continue
		}
		var found *trial
		wanted := func(t *trial) bool {
			var e *recovery.EvaluationError
			return errors.As(t.err, &e) && e.PlayName() == p.Name
		}
		x.leaf = func(s *scene) {
			if found != nil || len(c.partsThatMayFail(p)) == 0 {
				return
			}
			for t := range x.both(s, x.trials(s)) {
				if wanted(t) {
					found, x.done = c.smallest(t, wanted), true
					return
				}
			}
		}
		x.run(box)
		if found != nil {
			out = append(out, Proof{Question: Refused, Play: p.Name, Standing: Broken, At: p.Range, Reason: found.err.Error(), Witnesses: []Witness{found.witness()}})
			continue
		}
		if parts := c.partsThatMayFail(p); len(parts) > 0 {
			out = append(out, Proof{Question: Refused, Play: p.Name, Standing: Open, At: p.Range, Reason: parts[0].String()})
		}
	}
	return out
}

// limitsMayFail are proofs left open by caps that are worked out, and by fields whose defaults differ from
// playbook to playbook.
func (c *checker) limitsMayFail() (out []Proof) {
	add := func(at policy.Position, text string) {
		out = append(out, Proof{Question: Refused, Standing: Open, At: at, Reason: reason{at: at, text: text}.String()})
	}
	for _, l := range limitsOf(c.program) {
		if !l.Keep && !(c.reason.Safe(c.reason.Cap(l)) && c.reason.SafeAmount(l.AtMost) && c.reason.Safe(l.Escalate)) {
			add(l.Position, "the cap is worked out, so that it may fail")
		}
	}
	for _, f := range c.reason.Unlike() {
		add(policy.Position{}, "whether playbooks that state other defaults of "+f+" apply together could not be reasoned about")
	}
	return out
}

// partsThatMayFail are the places in a play of expressions that can fail: those that do more than read
// fields, facts and constants and compare them.
func (c *checker) partsThatMayFail(p *policy.Play) (out []reason) {
	if p.Each != nil {
		out = append(out, reason{p.Range, "the items could not be reasoned about"})
	}
	asked := []*policy.Asked{c.reason.Play(p), c.reason.Applies(p.Playbook)}
	for _, k := range p.Cases {
		asked = append(asked, c.reason.Case(k))
	}
	for _, a := range asked {
		if !c.reason.Safe(a) {
			out = append(out, reason{a.At(), "the condition does more than compare and look up, so that it may fail"})
		}
	}
	for _, list := range listsOf(p) {
		for _, a := range list {
			out = append(out, c.actionMayFail(a)...)
		}
	}
	if p.Partners != nil {
		out = append(out, reason{p.Range, "which partner takes it could not be reasoned about"})
	}
	if !c.choiceIsSafe(p.Choice) {
		out = append(out, reason{p.Range, "what is on offer is worked out, so that it may allow nothing"})
	}
	if _, written := p.Lead.Written(); p.Lead != nil && !written {
		out = append(out, reason{p.Range, "the lead is worked out, so that it may lie before all times"})
	}
	return out
}

// choiceIsSafe reports whether all that a choice offers is written, so that nothing of it can fail.
func (c *checker) choiceIsSafe(ch *policy.Discretion) bool {
	if ch == nil {
		return true
	}
	if _, written := ch.Within.Written(); ch.Within != nil && !written || !c.reason.Safe(ch.Decider) || len(c.reason.Reads(ch.Calendar)) > 0 {
		return false
	}
	fixed := func(p *policy.Param) bool {
		_, ok := p.Fixed()
		return p == nil || ok
	}
	for _, o := range ch.Options {
		if !fixed(o.From) || !fixed(o.To) || o.Amount != nil && !fixed(o.Amount) || len(c.actionMayFail(o.Action)) > 0 {
			return false
		}
		for _, a := range o.Allowed {
			if !fixed(a.From) || !fixed(a.To) || slices.ContainsFunc(a.Values, func(v *policy.Param) bool { return !c.reason.Safe(v) }) {
				return false
			}
		}
	}
	return true
}

// actionMayFail are the places in an action of what can fail. A deadline that is written ends for each time of the
// incident itself; one that counts from a declared field may lie beyond the year 9999.
func (c *checker) actionMayFail(a *policy.Action) (out []reason) {
	note := func(text string) { out = append(out, reason{a.Position, text}) }
	if !c.reason.SafeAmount(a.Amount) {
		note("the amount may be below zero or larger than any, unless `min` and `max` of the fields that it reads rule that out")
	}
	for _, part := range []any{a.Within, a.After, a.Calendar} {
		if len(c.reason.Reads(part)) > 0 {
			note("the deadline is worked out, so that it may lie beyond all times")
		}
	}
	if a.Since != nil && (a.Within != nil || a.After != nil) && !isOwnTime(a.Since.Name) {
		note("the deadline counts from a field that may lie near the end of the year 9999")
	}
	if !c.reason.Safe(a.Message) || !c.reason.Safe(a.Note) || !c.reason.Safe(a.Owner) || slices.ContainsFunc(a.Params, func(p *policy.Param) bool { return !c.reason.Safe(p) }) {
		note("a text or a parameter is worked out in a way that may fail")
	}
	for _, list := range [][]*policy.Action{a.IfLate, a.Remind} {
		for _, x := range list {
			out = append(out, c.actionMayFail(x)...)
		}
	}
	return out
}

// isOwnTime reports whether a field is one of the times that each incident may have.
func isOwnTime(name string) bool {
	return slices.Contains(eventFields, name) || slices.Contains([]string{"occurred_at", "reported_at", "expected_at", "updated_at"}, name)
}
