package recovery

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// Facts about a decision that are not in the decision are noted here, and only
// when somebody asks for an explanation.

// noteLimit finds what is noted of a limit, or begins to.
func (c *conclusion) noteLimit(l *policy.Limit) *BoundLimit {
	limits := c.explains.Limits
	if i := slices.IndexFunc(limits, func(x BoundLimit) bool { return x.Limit == l }); i >= 0 {
		return &limits[i]
	}
	x := BoundLimit{Limit: l}
	if !l.Keep {
		if v, err := l.AtMost.Value(c.input.Frame(l.Scope), neutral(l.Scope)); err == nil {
			x.AtMost, _ = v.(Money)
		}
		if l.Counting != nil {
			x.Counted, _ = c.input.Fact(l.Counting).(Money)
		}
		x.Chosen = c.chosenUnder(l, x.AtMost.Currency())
	}
	c.explains.Limits = append(limits, x)
	return &c.explains.Limits[len(limits)]
}

// chosenUnder sums up what stands of choices under a limit; unset when that is
// nothing.
func (c *conclusion) chosenUnder(l *policy.Limit, currency string) (sum Money) {
	for _, a := range c.firm(l) {
		switch {
		case a.Amount.Currency() != currency:
		case !sum.IsSet():
			sum = a.Amount
		default:
			sum, _ = sum.Add(a.Amount) // deciding has added it up already
		}
	}
	return sum
}

func (c *conclusion) noteCut(l *policy.Limit, ch *Choice, o *Offer, before Money) {
	x := c.noteLimit(l)
	x.Cut = append(x.Cut, CutOffer{Play: ch.Play, Type: o.Type, ID: o.ID, Before: before, After: o.To})
}

func (c *conclusion) notePartner(p *policy.Play, partner *policy.Partner, units int64, reason string) {
	c.explains.Partners = append(c.explains.Partners, AskedPartner{
		Play: p.Name, Partner: partner, Reason: reason, Way: c.way(partner), Units: units, Used: c.inUse(partner),
	})
}
