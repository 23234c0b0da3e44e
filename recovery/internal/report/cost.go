package report

import (
	"math/big"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// given is money that a play gives.
type given struct {
	of string // the type of the action
	in currency
	amount
}

// given is what an action, or an option at its most, gives.
func (s *scope) given(kind string, p *policy.Param) given {
	return given{kind, s.currencyOf(p), s.amount(p)}
}

// money are the amounts of a list of actions.
func (s *scope) money(list []*policy.Action) []given {
	var out []given
	for _, a := range list {
		if a.Amount != nil {
			g := s.given(a.Type.Name, a.Amount)
			if a.Own { // nobody knows how many items there are
				g.text, g.hi = g.text+forEachItem, nil
			}
			out = append(out, g)
		}
	}
	return out
}

// forEachItem stands behind what each item of a list has for itself.
const forEachItem = " for each item"

// branches are the ways in which a play can go, each with what it gives. A way is one of the
// play's cases or none, with one of the choices that it leaves. What an earlier decision gave in time
// stays when the rest comes too late, so there are branches with both.
func (s *scope) branches(p *policy.Play) [][]given {
	var cases [][]given
	for _, c := range p.Cases {
		cases = append(cases, s.money(c.Do))
	}
	if written := s.plays[p.Name].Cases; len(written) == 0 || written[len(written)-1].When.IsSet() {
		cases = append(cases, nil) // none of them may hold
	}
	var out [][]given
	tooLate := s.money(p.TooLate)
	for _, chosen := range s.chosen(p.Choice) {
		for _, c := range cases {
			out = append(out, slices.Concat(s.money(p.Do), c, chosen))
			if len(tooLate) > 0 && mostActions(p) > 1 {
				out = append(out, slices.Concat(s.money(p.Do), c, tooLate))
			}
		}
	}
	return append(out, tooLate, s.money(p.Otherwise))
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
			options = append(options, s.given(o.Type.Name, o.To))
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

// allGiven is all that a play can give, each once.
func (s *scope) allGiven(p *policy.Play) []given {
	if list, ok := s.gives[p]; ok {
		return list
	}
	var out []given
	for _, list := range [][]*policy.Action{p.Do, p.TooLate, p.Otherwise} {
		out = append(out, s.money(list)...)
	}
	for _, c := range p.Cases {
		out = append(out, s.money(c.Do)...)
	}
	if p.Choice != nil {
		for _, o := range p.Choice.Options {
			if o.To != nil {
				out = append(out, s.given(o.Type.Name, o.To))
			}
		}
	}
	s.gives[p] = out
	return out
}

// mostActions is how many actions a play can give at once.
func mostActions(p *policy.Play) int {
	most := 0
	for _, c := range p.Cases {
		most = max(most, len(c.Do))
	}
	return len(p.Do) + most
}

// cost says what a play can cost at most. It adds up what each branch gives, with each amount
// rounded as it is given, and takes the highest sum of the branches. What has no bound is listed
// for every branch.
func (s *scope) cost(p *policy.Play) Cost {
	var out Cost
	highest := map[string]*big.Rat{}
	all := s.allGiven(p)
	for _, branch := range s.branches(p) {
		total := map[string]*big.Rat{}
		var open []string
		for _, g := range branch {
			if g.hi == nil || !g.in.isKnown() {
				open = append(open, g.text)
				continue
			}
			sum := total[g.currency]
			if sum == nil {
				sum = new(big.Rat)
			}
			total[g.currency] = new(big.Rat).Add(sum, s.rounded(g.hi, g.currency))
		}
		if len(open) > 0 {
			for _, c := range sorted(total) {
				open = append(open, s.amountOf(total[c], c))
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
	limits := s.limitsOf(typesOf(all))
	for _, l := range limits {
		s.cap(&out, l, highest, all)
	}
	if len(out.CapsIn) > 0 && len(out.Open) > 0 && s.uncapped(limits, all) {
		out.CapsIn = append(out.CapsIn, "in any other currency nothing bounds it")
	}
	for _, c := range sorted(highest) {
		out.Most = append(out.Most, s.amountOf(highest[c], c))
	}
	if p.Partners != nil {
		out.Partners = s.partnerCost(p)
	}
	return out
}

// rounded is an amount as it is given.
func (s *scope) rounded(r *big.Rat, currency string) *big.Rat {
	m, err := s.of().Rounding.Money(r, currency)
	if err != nil {
		return r
	}
	return m.Rat()
}

func typesOf(list []given) []string {
	var out []string
	for _, g := range list {
		out = union(out, []string{g.of})
	}
	return out
}

// cap applies a limit. A limit that holds everything that is given lowers the cost. Any other limit
// is listed with what it holds. A limit never holds an amount in another currency.
func (s *scope) cap(out *Cost, l *policy.Limit, highest map[string]*big.Rat, all []given) {
	if l.AtMost == nil {
		return
	}
	most, in := s.limitAmount(l), s.limitCurrency(l)
	h := holding(l, in, all)
	now, ok := highest[most.currency]
	when := s.whenHeld(l)
	lowers := in.isKnown() && most.hi != nil && when == "" && !l.PerItem
	switch {
	case !h.some:
		return // nothing that it is about comes in its currency
	case lowers && len(out.Open) == 0 && (!ok || now.Cmp(most.hi) <= 0):
		return // it is never reached by this play alone
	case lowers && ok && h.itsCurrency && now.Cmp(most.hi) > 0:
		highest[most.currency] = most.hi
		if len(out.Open) == 0 {
			return
		}
	}
	text := most.text
	if l.PerItem {
		text += forEachItem
	}
	if !h.allTypes {
		text += " of " + term.List(plainAll(l.Of), "and")
	}
	if l.Counting != nil {
		text += ", what was given before included"
	}
	text += when
	if !h.itsTypes {
		out.CapsIn = union(out.CapsIn, []string{in.words() + " never more than " + text})
	} else if len(out.Open) != 1 || out.Open[0] != text {
		out.Caps = union(out.Caps, []string{text})
	}
}

// held says what a cap holds of what is given.
type held struct {
	some        bool // it can hold some of it
	allTypes    bool // it is about all types of it
	itsTypes    bool // it holds all that is of its types, whatever the currency
	itsCurrency bool // it holds all that can be in its currency, whatever the type
}

func holding(l *policy.Limit, in currency, all []given) held {
	h := held{allTypes: true, itsTypes: true, itsCurrency: true}
	for _, g := range all {
		mine := slices.Contains(l.Of, g.of)
		h.some = h.some || mine && in.maybe(g.in)
		h.allTypes = h.allTypes && mine
		h.itsTypes = h.itsTypes && (!mine || in.is(g.in))
		h.itsCurrency = h.itsCurrency && (mine || !in.maybe(g.in))
	}
	return h
}

// uncapped reports whether something that has no bound may come in a currency that no cap holds.
func (s *scope) uncapped(limits []*policy.Limit, all []given) bool {
	return slices.ContainsFunc(all, func(g given) bool {
		return (g.hi == nil || !g.in.isKnown()) && !slices.ContainsFunc(limits, func(l *policy.Limit) bool {
			return l.AtMost != nil && !l.PerItem && slices.Contains(l.Of, g.of) && s.limitCurrency(l).is(g.in)
		})
	})
}

// limitAmount writes the cap of a limit, in the playbook that it is of.
func (s *scope) limitAmount(l *policy.Limit) amount { return s.limitScope(l).amount(l.AtMost) }

func (s *scope) limitCurrency(l *policy.Limit) currency { return s.limitScope(l).currencyOf(l.AtMost) }

func (s *scope) limitScope(l *policy.Limit) *scope {
	if l.Scope == s.of() {
		return s
	}
	return s.shared
}

// partnerCost says what an agreement costs: by unit, and in all where the number
// of units is known.
func (s *scope) partnerCost(p *policy.Play) []string {
	all := map[string]span{}
	for _, inbound := range directions(s.plays[p.Name]) {
		for _, partner := range p.Partners.Partners {
			way := partner.Way(inbound)
			if way == nil || !way.Cost.IsSet() || way.Cost.IsZero() {
				continue
			}
			c := point(way.Cost)
			if before, ok := all[c.currency]; ok {
				c = before.either(c)
			}
			all[c.currency] = c
		}
	}
	times := ""
	if units := s.param(p.Partners.Units); units != "1" {
		times = " × " + units
	}
	var out []string
	for _, c := range sorted(all) {
		text := s.between(all[c]) + times
		if len(out) > 0 {
			text = "or " + text
		}
		out = append(out, text)
	}
	return out
}
