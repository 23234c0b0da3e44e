package prove

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// AboutOne reports whether a guarantee is about one decision by itself, and not about two that are
// compared.
func AboutOne(g *policy.Guarantee) bool {
	return g.Claim == policy.ClaimGives || g.Claim == policy.ClaimNever || g.Claim == policy.ClaimAtMost
}

// Breaks says how a first decision breaks a guarantee about one decision; empty: it keeps it. at looks
// up an instant of the incident by the name of its field; zero where it has none. The guarantee must be
// about the incident.
func Breaks(g *policy.Guarantee, program *policy.Program, d *recovery.Decision, at func(field string) time.Time) string {
	switch g.Claim {
	case policy.ClaimGives:
		return notGiven(g, program, d, at)
	case policy.ClaimNever:
		return given(g, d)
	case policy.ClaimAtMost:
		return above(g, d)
	}
	return ""
}

// counts reports whether an action counts as given by a claim.
func counts(g *policy.Guarantee, a *recovery.Action) bool {
	return a.Change != recovery.ChangeCancelled && slices.Contains(g.Types, a.Type)
}

func given(g *policy.Guarantee, d *recovery.Decision) string {
	for i := range d.Actions {
		if a := &d.Actions[i]; counts(g, a) {
			return fmt.Sprintf("it gives %s", named(a))
		}
	}
	for _, ch := range d.Choices {
		for _, o := range ch.Options {
			if slices.Contains(g.Types, o.Type) && !(o.To.IsSet() && o.To.IsZero()) {
				return fmt.Sprintf("it offers %s", o.Type)
			}
		}
	}
	return ""
}

func named(a *recovery.Action) string {
	if a.Amount.IsSet() {
		return a.Type + " " + a.Amount.String()
	}
	return a.Type
}

// notGiven says why none of the actions keeps a promise to give one.
func notGiven(g *policy.Guarantee, program *policy.Program, d *recovery.Decision, at func(string) time.Time) string {
	late := ""
	for i := range d.Actions {
		a := &d.Actions[i]
		if !counts(g, a) {
			continue
		}
		if g.Within == nil {
			return ""
		}
		base := at("reported_at")
		if base.IsZero() {
			base = d.DecidedAt
		}
		if f := sinceOf(program, a); f != nil {
			base = at(f.Name)
		}
		limit, ok := bound(g, base)
		switch {
		case a.DueAt.IsZero():
			late = fmt.Sprintf("%s has no deadline", a.Type)
		case !ok || !a.DueAt.After(limit): // a limit beyond all times is never passed
			return ""
		default:
			late = fmt.Sprintf("%s is due at %s, after %s", a.Type, value.FormatTimestamp(a.DueAt), value.FormatTimestamp(limit))
		}
	}
	if late != "" {
		return late
	}
	if len(d.Actions) == 0 {
		return "it gives nothing"
	}
	return "it gives none of them"
}

func bound(g *policy.Guarantee, base time.Time) (time.Time, bool) {
	span, ok := g.Within.Written()
	if !ok || base.IsZero() {
		return time.Time{}, false
	}
	limit, err := g.Clock().Due(base, span, worktime.EndsExactly)
	return value.Instant(limit), err == nil
}

// sinceOf is the field that the deadline of an action counts from, where one play gives it and nothing
// was merged into it.
func sinceOf(program *policy.Program, a *recovery.Action) *policy.Field {
	if len(a.Plays) != 1 {
		return nil
	}
	var found []*policy.Action
	for _, p := range program.Plays {
		if p.Name != a.Plays[0] {
			continue
		}
		for _, list := range listsOf(p) {
			for _, x := range list {
				if x.Type.Name == a.Type {
					found = append(found, x)
				}
			}
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0].Since
}

// listsOf are all lists of actions of a play that a decision can give.
func listsOf(p *policy.Play) [][]*policy.Action {
	out := [][]*policy.Action{p.Do, p.TooLate, p.Otherwise}
	for _, c := range p.Cases {
		out = append(out, c.Do)
	}
	return out
}

// above says which sum is above its bound.
func above(g *policy.Guarantee, d *recovery.Decision) string {
	for _, x := range most(g.Types, d) {
		i := slices.IndexFunc(g.AtMost, func(m value.Money) bool { return m.Currency() == x.Currency() })
		switch {
		case x.Sign() <= 0:
		case i < 0:
			return fmt.Sprintf("it gives %s, and no bound is in %s", x, x.Currency())
		case x.Compare(g.AtMost[i]) > 0:
			return fmt.Sprintf("it gives %s, and %s are the most", x, g.AtMost[i])
		}
	}
	return ""
}

// most is what a decision gives at most over some types: what it gives, and the dearest options of each
// choice that may be chosen together.
func most(types []string, d *recovery.Decision) []value.Money {
	sums := sum{}
	for i := range d.Actions {
		if a := &d.Actions[i]; a.Change != recovery.ChangeCancelled && slices.Contains(types, a.Type) {
			sums.add(a.Amount)
		}
	}
	for _, ch := range d.Choices {
		byCurrency := map[string][]value.Money{}
		for _, o := range ch.Options {
			if slices.Contains(types, o.Type) && o.To.IsSet() {
				byCurrency[o.To.Currency()] = append(byCurrency[o.To.Currency()], o.To)
			}
		}
		for _, offers := range byCurrency {
			slices.SortFunc(offers, func(a, b value.Money) int { return b.Compare(a) })
			for _, m := range offers[:min(max(ch.AtMost, 1), len(offers))] {
				sums.add(m)
			}
		}
	}
	return sums.sorted()
}

// sum adds amounts up by currency.
type sum map[string]value.Money

func (s sum) add(m value.Money) {
	if !m.IsSet() {
		return
	}
	if old, ok := s[m.Currency()]; ok {
		total, err := old.Add(m)
		if err != nil { // more than any amount
			total, _ = value.NewMoney(math.MaxInt64, m.Currency())
		}
		m = total
	}
	s[m.Currency()] = m
}

func (s sum) sorted() []value.Money {
	out := make([]value.Money, 0, len(s))
	for _, m := range s {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b value.Money) int {
		if a.Currency() < b.Currency() {
			return -1
		}
		return 1
	})
	return out
}
