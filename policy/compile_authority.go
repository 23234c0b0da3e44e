package policy

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Authority is up to how much a role may choose alone: one amount for each currency. In a currency
// without one, the role may choose nothing.
type Authority struct {
	Role string
	UpTo []*Param
}

// Second says above which amounts another person has to agree, and in which role.
type Second struct {
	Above []*Param
	By    *Text
}

// authority compiles who may choose how much, and who has to agree above it.
func (s *scope) authority(out *Discretion, d *playbook.Discretion, known celenv.Known) {
	whole := true
	for _, a := range d.Authority {
		if strings.TrimSpace(a.Role.Value) == "" {
			s.errorf(a.Role.Range, "bad-authority", "write the name of a role, such as `agent: 50 EUR`", "`authority` has an amount for nobody")
			continue
		}
		s.role(a.Role)
		upTo := s.amounts("authority", a.UpTo, known)
		whole = whole && len(upTo) > 0 && len(upTo) == len(a.UpTo)
		out.Authority = append(out.Authority, Authority{Role: a.Role.Value, UpTo: upTo})
	}
	if whole = whole && len(out.Authority) == len(d.Authority); whole {
		defer s.checkAuthority(out, d)
	}
	if d.Second == nil {
		return
	}
	out.Second = &Second{Above: s.amounts("above", d.Second.Above, known), By: s.namedRole("by", d.Second.By, known)}
	if whole {
		s.checkSecond(out, d)
	}
}

// amounts compiles one amount for each currency.
func (s *scope) amounts(name string, list []playbook.Text, known celenv.Known) (out []*Param) {
	spec := &Field{Name: name, Type: value.Type{Kind: value.KindMoney}, nonNegative: true}
	for _, t := range list {
		p := s.param(spec, playbook.Value{Kind: playbook.Scalar, Text: t, Range: t.Range}, known)
		if p == nil {
			continue
		}
		if m, fixed := fixedMoney(p); fixed {
			twice := func(q *Param) bool { n, ok := fixedMoney(q); return ok && n.Currency() == m.Currency() }
			if slices.ContainsFunc(out, twice) {
				s.errorf(t.Range, "bad-authority", "write one amount for each currency", "there are two amounts in %s", m.Currency())
			}
		}
		out = append(out, p)
	}
	return out
}

func fixedMoney(p *Param) (value.Money, bool) {
	if p == nil || !p.fixed {
		return value.Money{}, false
	}
	m, ok := p.constant.(value.Money)
	return m, ok
}

// most is up to how much the options give in all, by currency. It is not known where an option has
// an expression.
func (d *Discretion) most() (out map[string]value.Money, known bool) {
	given := map[string][]value.Money{}
	for _, o := range d.Options {
		ends := []*Param{o.To}
		for _, a := range o.Allowed {
			ends = append(ends, a.To)
		}
		for _, to := range ends {
			m, fixed := fixedMoney(to)
			if to != nil && !fixed {
				return nil, false
			}
			if fixed {
				given[m.Currency()] = append(given[m.Currency()], m)
			}
		}
	}
	out = map[string]value.Money{}
	for currency, list := range given {
		slices.SortFunc(list, func(a, b value.Money) int { return b.Compare(a) })
		sum := list[0]
		for _, m := range list[1:min(len(list), max(d.AtMost, 1))] {
			var err error
			if sum, err = sum.Add(m); err != nil {
				return nil, false
			}
		}
		out[currency] = sum
	}
	return out, true
}

// highest is the most that some role may choose alone, by currency. It is not known where an amount
// is an expression.
func (d *Discretion) highest() (out map[string]value.Money, known bool) {
	out = map[string]value.Money{}
	for _, a := range d.Authority {
		for _, p := range a.UpTo {
			m, fixed := fixedMoney(p)
			if !fixed {
				return nil, false
			}
			if was, ok := out[m.Currency()]; !ok || m.Compare(was) > 0 {
				out[m.Currency()] = m
			}
		}
	}
	return out, true
}

// checkAuthority warns of an authority that no option can use up, and of amounts that are on offer
// and that nobody may choose.
func (s *scope) checkAuthority(d *Discretion, src *playbook.Discretion) {
	most, known := d.most()
	if !known || len(d.Authority) == 0 {
		return
	}
	for i, a := range src.Authority {
		if i >= len(d.Authority) {
			break
		}
		for _, t := range a.UpTo {
			m, err := value.ParseMoney(t.Value)
			to, offered := most[m.Currency()]
			switch {
			case err != nil:
			case !offered:
				s.warnf(t.Range, "authority-range", "remove it, or add an option in "+m.Currency(), "no option gives an amount in %s", m.Currency())
			case m.Compare(to) > 0:
				s.warnf(t.Range, "authority-range", "write `"+to.String()+"`, or let an option go further", "the options give %s at most, so an authority of %s is never used up", to, m)
			}
		}
	}
	highest, known := d.highest()
	for _, currency := range sortedCurrencies(most) {
		to := most[currency]
		m, ok := highest[currency]
		switch {
		case !known || (d.Second != nil || src.SecondMisread) && ok || to.IsZero():
		case !ok:
			s.warnf(src.Authority[0].Role.Range, "authority-range", "give a role an amount in "+currency, "the options give up to %s, and nobody may choose an amount in %s", to, currency)
		case m.Compare(to) < 0:
			s.warnf(src.Authority[0].Role.Range, "authority-range", "raise an authority, or write `second: {above: "+m.String()+", by: …}`", "the options give up to %s, and nobody may choose more than %s", to, m)
		}
	}
}

func sortedCurrencies(m map[string]value.Money) []string {
	out := make([]string, 0, len(m))
	for currency := range m {
		out = append(out, currency)
	}
	slices.Sort(out)
	return out
}

// checkSecond refuses a second signature that nobody can ever ask for.
func (s *scope) checkSecond(d *Discretion, src *playbook.Discretion) {
	decider, plain := d.Decider.fixed()
	if by, fixed := d.Second.By.fixed(); plain && fixed && by != "" && by == decider {
		s.warnf(src.Second.By.Range, "same-role", "name another role, if the second person is to be a superior", "`second` is asked of the decider's own role `%s`: another person in it has to agree", by)
	}
	most, known := d.most()
	highest, bounded := d.highest()
	for _, t := range src.Second.Above {
		m, err := value.ParseMoney(t.Value)
		if err != nil {
			continue
		}
		if known {
			to, offered := most[m.Currency()]
			switch {
			case !offered:
				s.errorf(t.Range, "bad-authority", "write it in the currency of an option", "no option gives an amount in %s, so nothing there ever needs a second", m.Currency())
				continue
			case m.Compare(to) >= 0:
				s.warnf(t.Range, "authority-range", "write an amount below "+to.String(), "the options give %s at most, so nothing is ever above %s", to, m)
			}
		}
		if len(d.Authority) == 0 || !bounded {
			continue
		}
		if top, ok := highest[m.Currency()]; !ok || top.Compare(m) < 0 {
			s.errorf(t.Range, "bad-authority", "give a role an authority of "+m.String()+" or more", "nobody may propose more: who may choose %s alone may, and no role in `authority` may", m)
		}
	}
}

// discretionKey is what its steps call the discretion of a play.
const discretionKey = "discretion"

// choiceSteps compiles what is owed ahead of the time to decide, and once it has passed.
func (s *scope) choiceSteps(out *Discretion, d *playbook.Discretion, known celenv.Known) {
	if len(d.Remind)+len(d.IfLate) == 0 {
		return
	}
	like := &playbook.Action{Type: playbook.Text{Value: "choice"}, Within: d.Within, Ends: d.Ends, Calendar: d.Calendar, Remind: d.Remind, IfLate: d.IfLate, Range: d.Range}
	action := &Action{Type: &ActionType{Name: discretionKey}}
	s.steps(action, like, givenIn{known: known}, countingOf(like))
	out.Remind, out.IfLate = action.Remind, action.IfLate
}
