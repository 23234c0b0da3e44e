package recovery

import (
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// substitute finds a partner who keeps the customer going and gives the
// actions of the play; without one, otherwise.
func (c *conclusion) substitute(p *policy.Play, actions []*policy.Action) error {
	f := c.input.Frame(p.Playbook)
	v, err := p.Partners.Units.Value(f, value.Style{})
	if err != nil {
		return evaluationError(p, err)
	}
	units := v.(int64)
	partner, err := c.choosePartner(p, f, units)
	if err != nil {
		return err
	}
	if partner == nil {
		c.warn(WarnNoPartner, p.Name, "no partner could take it")
		return c.give(p, p.Otherwise)
	}
	d, err := c.taken(p, partner, units)
	if err != nil {
		return err
	}
	c.drafts = append(c.drafts, d)
	from := len(c.drafts)
	if err := c.give(p, actions); err != nil {
		return err
	}
	for _, d := range c.drafts[from:] {
		d.partner = partner.Name
		for i := range d.asks {
			d.asks[i].partner = partner.Name
		}
	}
	return nil
}

// choosePartner asks the partners in order and records each one it passes over.
func (c *conclusion) choosePartner(p *policy.Play, f *policy.Frame, units int64) (*policy.Partner, error) {
	id := substituteID(c.namespace, c.id, p.Name)
	held := ""
	if c.stood(id, p.Name) {
		held = paramText(c.previous[id].Params, "partner")
	}
	var passed []PassedOver
	for _, partner := range c.candidates(p, held) {
		reason, err := c.ineligible(partner, f, units, partner.ID == held)
		if err != nil {
			return nil, evaluationError(p, err)
		}
		if c.explains != nil {
			c.notePartner(p, partner, units, reason)
		}
		if reason == "" {
			c.passed = append(c.passed, passed...)
			return partner, nil
		}
		passed = append(passed, PassedOver{Partner: partner.ID, Play: p.Name, Reason: reason})
	}
	c.passed = append(c.passed, passed...)
	return nil, nil
}

// candidates are the partners in the order in which they are asked: the one
// that the previous decision took, then those who could serve this direction.
func (c *conclusion) candidates(p *policy.Play, held string) []*policy.Partner {
	out := p.Partners.Ordered(c.inbound())
	rank := func(x *policy.Partner) int {
		switch {
		case x.ID == held:
			return 0
		case c.way(x) != nil:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b *policy.Partner) int { return rank(a) - rank(b) })
	return out
}

// way is the direction of an agreement that fits the incident: outbound when
// our service failed, inbound when this very partner's did.
func (c *conclusion) way(p *policy.Partner) *policy.Direction {
	if c.inbound() && c.provider != p.ID {
		return nil
	}
	return p.Way(c.inbound())
}

// ineligible says why a partner cannot be taken; empty when it can. A partner
// who was taken before stays under an agreement that has ended since.
func (c *conclusion) ineligible(p *policy.Partner, f *policy.Frame, units int64, held bool) (PassedOverReason, error) {
	if !held && !p.Agreement.Contains(c.today(p.Zone)) {
		return PassedOverAgreement, nil
	}
	way := c.way(p)
	if way == nil {
		return PassedOverDirection, nil
	}
	covers, err := way.Covers(f)
	if err != nil {
		return "", err
	}
	if !covers {
		return PassedOverCoverage, nil
	}
	if way.Units > 0 && way.Units-c.inUse(p) < units {
		return PassedOverCapacity, nil
	}
	return "", nil
}

// inUse counts the units of a partner that other incidents and the earlier
// plays of this decision have reserved.
func (c *conclusion) inUse(p *policy.Partner) int64 {
	used := c.used[p.ID]
	q, ok := c.useQuery(p)
	if !ok {
		return used
	}
	if i := slices.Index(c.query.Use, q); i >= 0 && i < len(c.given.Use) {
		if c.given.Use[i] > math.MaxInt64-used {
			return math.MaxInt64
		}
		used += c.given.Use[i]
	}
	return used
}

// taken makes the substitute action. Its amount is what it costs.
func (c *conclusion) taken(p *policy.Play, partner *policy.Partner, units int64) (*draft, error) {
	d := c.draft(p, c.rules.substitute)
	d.ID, d.partner = substituteID(c.namespace, c.id, p.Name), partner.Name
	d.Params = []Param{{"partner", partner.ID}, {"agreement", partner.Ref}, {"units", units}}
	if cost := c.way(partner).Cost; cost.IsSet() {
		total, err := value.RoundMoney(new(big.Rat).Mul(cost.Rat(), new(big.Rat).SetInt64(units)), cost.Currency())
		if err != nil {
			return nil, failedAt(p, p.Partners.Position, "", err.Error())
		}
		d.Amount = total
	}
	d.DoneAt = c.happened.doneAt(d.ID, d.Type, d.Amount, true, time.Time{})
	if c.used == nil {
		c.used = map[string]int64{}
	}
	c.used[partner.ID] += units
	c.reserves = append(c.reserves, Reserve{Namespace: c.namespace, Partner: partner.ID, Direction: c.direction(), Units: units, At: c.now})
	return d, nil
}

func substituteID(namespace, incident, play string) string {
	return hashID(namespace, "act", incident, "", "play", play, "substitute", "")
}
