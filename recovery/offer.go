package recovery

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/store"
)

// MoneyRange is a parameter of an option that may be any amount in between.
type MoneyRange = value.MoneyRange

// offer lets a person choose, unless that was done and still stands.
func (c *conclusion) offer(p *policy.Play) error {
	d := p.Choice
	id := choiceID(c.namespace, c.id, p.Name)
	if c.made(id) != nil {
		return nil
	}
	f := c.input.Frame(p.Playbook)
	ch := Choice{ID: id, Play: p.Name, AtLeast: d.AtLeast, AtMost: d.AtMost}
	var err error
	if ch.Decider, err = d.Decider.Render(f, neutral(p.Playbook)); err != nil {
		return evaluationError(p, err)
	}
	if d.Within != nil {
		if ch.DueAt, err = c.end(p, d.Calendar, d.Within, c.playBase(p.Name)); err != nil {
			return err
		}
	}
	for _, o := range d.Options {
		option, err := c.option(p, o)
		if err != nil {
			return err
		}
		ch.Options = append(ch.Options, option)
	}
	ch.Precedents = shownPrecedents(c.precedentsOf(p), p.Playbook.Rounding)
	if err := c.authority(&ch, p); err != nil {
		return err
	}
	if err := c.choiceSteps(&ch, p); err != nil {
		return err
	}
	c.choices = append(c.choices, ch)
	return nil
}

func (c *conclusion) option(p *policy.Play, o *policy.Option) (Offer, error) {
	out := Offer{Type: o.Type.Name, ID: o.ID}
	var err error
	if o.From != nil {
		if out.From, out.To, err = c.moneyRange(p, o.From, o.To); err != nil {
			return out, err
		}
	}
	f := c.input.Frame(p.Playbook)
	for _, a := range o.Allowed {
		var v any
		switch {
		case a.From != nil:
			var r MoneyRange
			r.From, r.To, err = c.moneyRange(p, a.From, a.To)
			v = r
		case a.Choose:
			v, err = allowed(f, p, a)
		case len(a.Values) > 0:
			v, err = a.Values[0].Value(f, neutral(p.Playbook))
		}
		if err != nil {
			return out, evaluationError(p, err)
		}
		out.Params = append(out.Params, Param{Name: a.Name, Value: v})
	}
	return out, nil
}

func allowed(f *policy.Frame, p *policy.Play, a policy.OptionParam) (any, error) {
	list := make([]any, 0, len(a.Values))
	for _, param := range a.Values {
		v, err := param.Value(f, neutral(p.Playbook))
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (c *conclusion) moneyRange(p *policy.Play, from, to *policy.Param) (a, b Money, err error) {
	f := c.input.Frame(p.Playbook)
	x, err := from.Value(f, value.Style{})
	if err != nil {
		return a, b, evaluationError(p, err)
	}
	y, err := to.Value(f, value.Style{})
	if err != nil {
		return a, b, evaluationError(p, err)
	}
	a, b = x.(Money), y.(Money)
	if a.Currency() != b.Currency() || b.Compare(a) < 0 {
		return a, b, failedAt(p, to.Position(), to.Source(), "the range from "+a.String()+" to "+b.String()+" allows nothing")
	}
	return a, b, nil
}

// cutOffers cuts the ranges of the choices by what the caps leave once the
// decision has given its own.
func (c *conclusion) cutOffers() error {
	for i := range c.choices {
		ch := &c.choices[i]
		play := c.rules.play(ch.Play)
		for j := range ch.Options {
			o := &ch.Options[j]
			if !o.From.IsSet() {
				continue
			}
			for _, l := range c.limits() {
				if l.Keep || !c.governs(l, o.Type, play) {
					continue
				}
				to := o.To
				if err := c.cutOffer(o, l); err != nil {
					return err
				}
				if c.explains != nil && o.To != to {
					c.noteCut(l, ch, o, to)
				}
			}
		}
	}
	return nil
}

func (c *conclusion) cutOffer(o *Offer, l *policy.Limit) error {
	if !slices.Contains(c.touched, l) {
		c.touched = append(c.touched, l)
	}
	if on, err := c.capHolds(l); err != nil || !on {
		return err
	}
	left, err := c.left(l)
	if err != nil || left.Currency() != o.To.Currency() {
		return err
	}
	if left.Compare(o.To) < 0 {
		o.To = left
	}
	if o.To.Compare(o.From) < 0 {
		o.From = o.To
	}
	return nil
}

// left is what a cap leaves once the decision has given its own; never less
// than nothing.
func (c *conclusion) left(l *policy.Limit) (Money, error) {
	room, err := c.room(l)
	if err != nil {
		return Money{}, err
	}
	for _, d := range c.governed(l) {
		if d.Amount.Currency() != room.Currency() {
			continue
		}
		if room, err = room.Sub(d.Amount); err != nil {
			return Money{}, c.limitError(l, err)
		}
	}
	if room.Sign() < 0 {
		return value.NewMoney(0, room.Currency())
	}
	return room, nil
}

// asker answers what a decision asks second: [Store.Precedents].
type asker interface {
	Precedents(ctx context.Context, q Query) ([]store.Precedents, error)
}

// askPrecedents asks for the earlier choices of plays in comparable cases.
func (c *conclusion) askPrecedents(plays ...*policy.Play) error {
	if len(plays) == 0 || c.from == nil {
		return nil
	}
	c.query.Precedents = make([]PrecedentQuery, 0, len(plays))
	for _, p := range plays {
		c.query.Precedents = append(c.query.Precedents, PrecedentQuery{Namespace: c.namespace, Play: p.Name, Comparable: c.keysOf(p.Choice.Comparable)})
	}
	q := Query{Namespace: c.namespace, Incident: c.id, Set: c.query.Set, Precedents: c.query.Precedents}
	var err error
	if c.given.Precedents, err = c.from.Precedents(c.ctx, q); err != nil {
		return storeError(err)
	}
	if len(c.given.Precedents) != len(plays) {
		return fmt.Errorf("the store has answered %d of %d questions about precedents", len(c.given.Precedents), len(plays))
	}
	return nil
}

// precedentsOf are the earlier choices of a play in comparable cases.
func (c *conclusion) precedentsOf(p *policy.Play) *store.Precedents {
	for i := range c.given.Precedents {
		if i < len(c.query.Precedents) && c.query.Precedents[i].Play == p.Name {
			return &c.given.Precedents[i]
		}
	}
	return &store.Precedents{}
}

// shownPrecedents are precedents as a choice shows them. Medians are rounded.
func shownPrecedents(p *store.Precedents, by value.Rounding) Precedents {
	out := Precedents{Count: p.Count, Recent: p.Recent}
	for i := range p.Amounts {
		x := &p.Amounts[i]
		median, err := by.Money(x.Median(), x.Lowest.Currency())
		if err != nil {
			continue // not reached: a median lies between two amounts
		}
		out.Options = append(out.Options, PrecedentRange{Type: x.Type, Median: median, Lowest: x.Lowest, Highest: x.Highest})
	}
	return out
}

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
