package report

import (
	"math/big"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// amount is an amount in words, with what bounds it.
type amount struct {
	text string
	span
}

// amount writes an amount: what it is, or how it is found and between what it lies.
func (s *scope) amount(p *policy.Param) amount {
	n := s.explainer.Param(p, s.of())
	if n == nil {
		return amount{s.param(p), point(s.constant(p))}
	}
	b := s.span(n)
	if b.lo == nil || b.lo.Sign() < 0 {
		b.lo = new(big.Rat) // nothing less is given
	}
	text := s.words(n)
	if b.hi == nil {
		return amount{text, b}
	}
	if n.Kind == policy.NodeConstant {
		return amount{between(b), b}
	}
	return amount{between(b) + ": " + text, b}
}

// of is the playbook whose expressions these are.
func (s *scope) of() *policy.Playbook {
	if s.book != nil {
		return s.book
	}
	return s.program.Shared
}

// constant is the value of a parameter that holds no expression.
func (s *scope) constant(p *policy.Param) any {
	v, err := p.Value(s.empty.Frame(s.of()), value.Style{})
	if err != nil {
		return nil
	}
	return v
}

// param writes a parameter.
func (s *scope) param(p *policy.Param) string {
	if n := s.explainer.Param(p, s.of()); n != nil {
		return s.words(n)
	}
	if p.Spec.Type.Kind == policy.String && p.Source() != "" {
		return flat(p.Source())
	}
	if v := s.constant(p); v != nil {
		return shown(v)
	}
	return flat(p.Source())
}

// given is money that a play gives.
type given struct {
	of string // the type of the action
	amount
}

// money are the amounts of a list of actions.
func (s *scope) money(list []*policy.Action) []given {
	var out []given
	for _, a := range list {
		if a.Amount != nil {
			out = append(out, given{a.Type.Name, s.amount(a.Amount)})
		}
	}
	return out
}

// branches are the ways in which a play can go, with what each gives: one of its
// cases or none, and one of the choices that are left.
func (s *scope) branches(p *policy.Play) [][]given {
	var cases [][]given
	for _, c := range p.Cases {
		cases = append(cases, s.money(c.Do))
	}
	if written := s.plays[p.Name].Cases; len(written) == 0 || written[len(written)-1].When.IsSet() {
		cases = append(cases, nil) // none of them may hold
	}
	var out [][]given
	for _, chosen := range s.chosen(p.Choice) {
		for _, c := range cases {
			out = append(out, slices.Concat(s.money(p.Do), c, chosen))
		}
	}
	return append(out, s.money(p.TooLate), s.money(p.Otherwise))
}

// maxChoices bounds how many choices are told apart; with more, all options count.
const maxChoices = 32

// chosen are the choices that a person has: of the options that give money, as many
// as may be chosen.
func (s *scope) chosen(d *policy.Discretion) [][]given {
	if d == nil {
		return [][]given{nil}
	}
	var options []given
	for _, o := range d.Options {
		if o.To != nil {
			options = append(options, given{o.Type.Name, s.amount(o.To)})
		}
	}
	out := choicesOf(options, min(d.AtMost, len(options)))
	if out == nil {
		return [][]given{options}
	}
	return out
}

// choicesOf lists the ways to take n of a list, in order; nil where there are too
// many.
func choicesOf(list []given, n int) [][]given {
	if n == 0 {
		return [][]given{nil}
	}
	var out [][]given
	for i := range list[:len(list)-n+1] {
		rest := choicesOf(list[i+1:], n-1)
		if rest == nil || len(out)+len(rest) > maxChoices {
			return nil
		}
		for _, r := range rest {
			out = append(out, append([]given{list[i]}, r...))
		}
	}
	return out
}

// limits are those that the money of a play falls under, in the order in which
// they run.
func (s *scope) limitsOf(types []string) []*policy.Limit {
	var out []*policy.Limit
	for _, l := range slices.Concat(s.book.Limits, s.program.Limits) {
		if slices.ContainsFunc(types, func(t string) bool { return slices.Contains(l.Of, t) }) {
			out = append(out, l)
		}
	}
	return out
}

// cost says what a play can cost at most. What a branch gives is added up; of
// several branches, sums count by the highest, and what has no bound is told for each.
func (s *scope) cost(p *policy.Play) Cost {
	var out Cost
	highest := map[string]*big.Rat{}
	var types []string
	for _, branch := range s.branches(p) {
		total := map[string]*big.Rat{}
		var open []string
		for _, g := range branch {
			types = union(types, []string{g.of})
			switch {
			case g.hi == nil:
				open = append(open, g.text)
			case total[g.currency] == nil:
				total[g.currency] = g.hi
			default:
				total[g.currency] = new(big.Rat).Add(total[g.currency], g.hi)
			}
		}
		if len(open) > 0 {
			for _, c := range sorted(total) {
				open = append(open, amountOf(total[c], c))
			}
			out.Open = union(out.Open, []string{strings.Join(open, ", plus ")})
			continue
		}
		for c, t := range total {
			if highest[c] == nil || t.Cmp(highest[c]) > 0 {
				highest[c] = t
			}
		}
	}
	s.cap(&out, highest, types)
	for _, c := range sorted(highest) {
		out.Most = append(out.Most, amountOf(highest[c], c))
	}
	if p.Partners != nil {
		out.Partners = s.partnerCost(p)
	}
	return out
}

// cap applies the limits: one that covers all that is given lowers it, and any
// other is told.
func (s *scope) cap(out *Cost, highest map[string]*big.Rat, types []string) {
	for _, l := range s.limitsOf(types) {
		if l.AtMost == nil {
			continue
		}
		most := s.limitAmount(l)
		covers := len(without(types, l.Of)) == 0
		now, ok := highest[most.currency]
		switch {
		case most.hi != nil && len(out.Open) == 0 && (!ok || now.Cmp(most.hi) <= 0):
			continue // it is never reached by this play alone
		case most.hi != nil && ok && covers && now.Cmp(most.hi) > 0:
			highest[most.currency] = most.hi
			if len(out.Open) == 0 {
				continue
			}
		}
		text := most.text
		if !covers {
			text += " of " + listed(plainAll(l.Of), "and")
		}
		if l.Counting != nil {
			text += ", what was given before included"
		}
		if len(out.Open) != 1 || out.Open[0] != text {
			out.Caps = union(out.Caps, []string{text})
		}
	}
}

// limitAmount writes the cap of a limit, in the playbook that it is of.
func (s *scope) limitAmount(l *policy.Limit) amount {
	if l.Scope == s.of() {
		return s.amount(l.AtMost)
	}
	return s.shared.amount(l.AtMost)
}

func plainAll(list []string) []string {
	var out []string
	for _, x := range list {
		out = append(out, plain(x))
	}
	return out
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// partnerCost says what an agreement costs: by unit, and in all where the number
// of units is known.
func (s *scope) partnerCost(p *policy.Play) []string {
	var all span
	found := false
	for _, inbound := range directions(s.plays[p.Name]) {
		for _, partner := range p.Partners.Partners {
			way := partner.Way(inbound)
			if way == nil || !way.Cost.IsSet() || way.Cost.IsZero() {
				continue
			}
			if c := point(way.Cost); found {
				all = all.either(c)
			} else {
				all, found = c, true
			}
		}
	}
	if !found || all.hi == nil {
		return nil
	}
	text := between(all)
	if units := s.param(p.Partners.Units); units != "1" {
		text += " × " + units
	}
	return []string{text}
}
