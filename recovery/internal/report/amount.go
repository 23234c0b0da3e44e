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

// branches are the ways in which a play can go, with what each gives.
func (s *scope) branches(p *policy.Play) [][]given {
	base := append(s.money(p.Do), s.chosen(p.Choice)...)
	out := [][]given{base}
	for _, c := range p.Cases {
		out = append(out, append(slices.Clone(base), s.money(c.Do)...))
	}
	return append(out, s.money(p.TooLate), s.money(p.Otherwise))
}

// chosen is the money of a choice: of options, as many of the highest as may be
// chosen.
func (s *scope) chosen(d *policy.Discretion) []given {
	if d == nil {
		return nil
	}
	var open, bounded []given
	for _, o := range d.Options {
		if o.To == nil {
			continue
		}
		g := given{o.Type.Name, s.amount(o.To)}
		if g.hi == nil {
			open = append(open, g)
		} else {
			bounded = append(bounded, g)
		}
	}
	slices.SortStableFunc(bounded, func(a, b given) int {
		if a.currency != b.currency {
			return strings.Compare(a.currency, b.currency)
		}
		return b.hi.Cmp(a.hi)
	})
	taken := map[string]int{}
	for _, g := range bounded {
		if taken[g.currency]++; taken[g.currency] <= d.AtMost {
			open = append(open, g)
		}
	}
	return open
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

// cost says what a play can cost at most.
func (s *scope) cost(p *policy.Play) Cost {
	var out Cost
	highest := map[string]*big.Rat{}
	var types []string
	for _, branch := range s.branches(p) {
		total := map[string]*big.Rat{}
		for _, g := range branch {
			types = union(types, []string{g.of})
			switch {
			case g.hi == nil:
				out.Open = union(out.Open, []string{g.text})
			case total[g.currency] == nil:
				total[g.currency] = g.hi
			default:
				total[g.currency] = new(big.Rat).Add(total[g.currency], g.hi)
			}
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
		if !slices.Contains(out.Open, text) {
			out.Caps = union(out.Caps, []string{text})
		}
	}
}

// limitAmount writes the cap of a limit, in the playbook that it is of.
func (s *scope) limitAmount(l *policy.Limit) amount {
	if l.Scope == s.of() {
		return s.amount(l.AtMost)
	}
	return s.sharedScope().amount(l.AtMost)
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
