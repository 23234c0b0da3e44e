package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

func placeOf(r playbook.Range) string { return fmt.Sprintf("%s:%d", r.File, r.Start.Line) }

// compilePlaybook compiles the parts in front of the plays, then each play.
func (s *scope) compilePlaybook() {
	b := s.playbook
	b.ReviewBy = s.date(s.doc.ReviewBy)
	b.InForce = s.period(s.doc.InForce)
	b.Again = s.again(s.doc.Again)
	switch s.doc.Matches.Value {
	case "first":
		b.Matches = MatchFirst
	case "one":
		b.Matches = MatchOne
	}
	reads := map[int]bool{}
	for i, p := range s.doc.Plays {
		s.reads = map[int]bool{}
		play := s.play(p, i)
		play.Facts = sortedKeys(s.reads)
		maps.Copy(reads, s.reads)
		b.Plays = append(b.Plays, play)
	}
	s.feedback()
	s.reads = map[int]bool{}
	b.Limits = s.compileLimits()
	maps.Copy(reads, s.reads)
	for _, l := range s.program.Limits {
		for _, f := range l.Facts {
			reads[f] = true
		}
	}
	b.Facts = sortedKeys(reads)
}

// compileApplies compiles the condition in front of every play. Paths that it guards are known to
// have a value in all expressions of the playbook.
func (s *scope) compileApplies() {
	text := s.doc.Applies
	if text.Misread() {
		s.assumed = celenv.Unreachable()
	}
	if !text.IsSet() {
		return
	}
	e := s.compileIn(s.before, text, boolType)
	if e == nil {
		s.assumed = celenv.Unreachable() // as in condition
		return
	}
	s.guarded(e, text, celenv.Known{})
	s.assumed = e.Known(celenv.Known{}).Union(s.present)
	s.playbook.applies = &expression{cel: e}
}

func sortedKeys(m map[int]bool) []int { return slices.Sorted(maps.Keys(m)) }

// note remembers the facts that an expression of the current play can read.
func (s *scope) note(e *celenv.Expr) {
	for _, slot := range e.Facts() {
		if s.reads != nil {
			s.reads[slot] = true
		}
	}
}

func (s *scope) play(d *playbook.Play, place int) *Play {
	p := &Play{
		ID: d.ID.Value, Name: s.playbook.ID + "/" + d.ID.Value, Playbook: s.playbook, place: place,
		Fallback: d.Fallback, Answers: d.Answers.Value != "false", Range: d.Range, At: placeOf(d.Range), ReviewBy: s.date(d.ReviewBy),
	}
	p.Approach = Approach(max(0, slices.Index(approachNames[:], d.Approach.Value)))
	p.Priority, _ = strconv.ParseInt(d.Priority.Value, 10, 64)
	p.InForce = intersect(s.playbook.InForce, s.period(d.InForce))
	s.neverInForce(p, d)
	if p.ReviewBy == (value.Date{}) && p.Approach == StandardisedResponse {
		p.ReviewBy = s.playbook.ReviewBy
	}
	p.phase = phaseFit(d.Phase.Value, p.Preventive())
	p.provider = providerFit(d.Provider.Value)

	when, known := s.condition(d.When, s.assumed)
	s.readsNow(when, d.When)
	if !d.When.IsSet() {
		known = celenv.Unreachable() // a play without a condition is reported when the file is read
	}
	p.when = when
	all := known
	defer s.withoutItem()()
	known = s.eachItem(p, d, known)
	s.playActions(p, d, known, all)
	s.noEffect(p)
	for _, e := range conditionsOf(p) {
		s.otherPhase(p, e)
	}
	if d.Discretion != nil {
		p.Choice = s.discretion(d.Discretion, known)
	}
	return p
}

// neverInForce warns of a play that has no day in force in common with its playbook.
func (s *scope) neverInForce(p *Play, d *playbook.Play) {
	if d.InForce != nil && !p.InForce.Until.IsZero() && p.InForce.Until.Compare(p.InForce.From) < 0 {
		s.warnf(d.InForce.Range, "never-in-force", "", "the play `%s` is never in force: its days and its playbook's have none in common", d.ID.Value)
	}
}

// playActions compiles the actions, cases and choices of a play.
func (s *scope) playActions(p *Play, d *playbook.Play, known, all celenv.Known) {
	substitutes := d.Substitute != nil && p.Approach == PartnerSubstitute // in other approaches, reading the file has refused it
	in := givenIn{known: known, preventive: p.Preventive() && p.phase != fitFirst, partner: substitutes, each: p.Each != nil}
	p.Do = s.actions(d.Do, in)
	for _, k := range d.Cases {
		when, caseKnown := s.condition(k.When, known)
		s.readsNow(when, k.When)
		inCase := in
		inCase.known = caseKnown
		p.Cases = append(p.Cases, &Case{ID: k.ID.Value, Position: k.Range, when: when, Do: s.actions(k.Do, inCase, d.Do)})
	}
	plain := givenIn{known: known, each: p.Each != nil}
	if d.Lead.IsSet() {
		p.Lead = s.deadline("lead", d.Lead, counting{}, all)
	}
	p.TooLate = s.actions(d.TooLate, plain)
	if substitutes {
		p.Partners = s.substitute(d.Substitute, d, known)
	}
	p.Otherwise = s.actions(d.Otherwise, plain)
}

// intersect gives the days that lie in both periods.
func intersect(a, b Period) Period {
	var open value.Date
	if a.From == open || b.From != open && b.From.Compare(a.From) > 0 {
		a.From = b.From
	}
	if a.Until == open || b.Until != open && b.Until.Compare(a.Until) < 0 {
		a.Until = b.Until
	}
	return a
}

func phaseFit(s string, preventive bool) fit {
	switch {
	case s == "any":
		return fitAny
	case s == "signal", s == "" && preventive:
		return fitOther
	}
	return fitFirst
}

func providerFit(s string) fit {
	switch s {
	case "any":
		return fitAny
	case "partner":
		return fitOther
	}
	return fitFirst
}

// again reads how often open incidents are decided again.
func (s *scope) again(src playbook.Text) time.Duration {
	if !src.IsSet() {
		return 0
	}
	d, err := value.ParseDuration(src.Value)
	switch {
	case err != nil:
		s.mendf(src.Range, "bad-duration", meantDuration(src), "`again`: %s", err)
	case d <= 0:
		s.errorf(src.Range, "bad-duration", "", "`again` must be more than zero, not %s", src.Value)
	}
	return d
}

// readsNow warns of a condition that the passing of time alone turns, in a playbook that does not say
// when its incidents are decided again.
func (s *scope) readsNow(e *expression, text playbook.Text) {
	if e == nil || s.doc.Again.IsSet() || s.doc.Again.Misread() {
		return
	}
	path, from, to := e.cel.Now()
	if path == "" {
		return
	}
	what := "this condition reads `now`"
	if path != "now" {
		what += " through `" + path + "`"
	}
	s.warnf(text.Sub(from, to), "reads-now", "write `again: 1h` in the playbook, so that open incidents are decided again that often; for what gets late, give an action a deadline and `if_late`",
		"%s: it turns as time passes, and nothing decides the incident again by then", what)
}
