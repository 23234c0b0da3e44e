package recovery

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// MoneyRange is a parameter of an option that may be any amount in between.
type MoneyRange struct {
	From, To Money
}

// offer lets a person choose, unless that was done and still stands.
func (c *conclusion) offer(p *policy.Play) error {
	d := p.Choice
	id := choiceID(c.id, p.Name)
	if c.made(id) != nil {
		return nil
	}
	f := c.input.Frame(p.Playbook)
	ch := Choice{ID: id, Play: p.Name, AtLeast: d.AtLeast, AtMost: d.AtMost}
	var err error
	if ch.Decider, err = d.Decider.Render(f, neutral(p.Playbook)); err != nil {
		return evaluationError(p.Name, err)
	}
	if d.Within != nil {
		if ch.DueAt, err = c.run(p, worktime.Clock{Calendar: d.Calendar}, c.base, d.Within); err != nil {
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
	ch.Precedents = summarise(c.precedentsOf(p))
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
			return out, evaluationError(p.Name, err)
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
		return a, b, evaluationError(p.Name, err)
	}
	y, err := to.Value(f, value.Style{})
	if err != nil {
		return a, b, evaluationError(p.Name, err)
	}
	a, b = x.(Money), y.(Money)
	if a.Currency() != b.Currency() || b.Compare(a) < 0 {
		at := p.Range
		return a, b, &EvaluationError{Play: p.Name, File: at.File, Line: at.Start.Line, Column: at.Start.Column,
			Message: "the range from " + a.String() + " to " + b.String() + " allows nothing"}
	}
	return a, b, nil
}

// cutOffers cuts the ranges of the choices by what the caps leave once the
// decision has given its own.
func (c *conclusion) cutOffers() error {
	for i := range c.choices {
		ch := &c.choices[i]
		play := c.playNamed(ch.Play)
		for j := range ch.Options {
			o := &ch.Options[j]
			if !o.From.IsSet() {
				continue
			}
			for _, l := range c.limits() {
				if l.Keep || !c.governs(l, o.Type, play) {
					continue
				}
				if err := c.cutOffer(o, l); err != nil {
					return err
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

// precedentsOf are the earlier choices of a play in comparable cases.
func (c *conclusion) precedentsOf(p *policy.Play) []Chosen {
	i := 0
	for _, other := range c.rules.program.Plays {
		if other.Choice == nil || !c.applies[other.Playbook] {
			continue
		}
		if other == p && i < len(c.given.Precedents) {
			return c.given.Precedents[i]
		}
		i++
	}
	return nil
}

// recentPrecedents is how many earlier choices are shown one by one.
const recentPrecedents = 5

// summarise sums up earlier choices, given oldest first.
func summarise(chosen []Chosen) Precedents {
	out := Precedents{Count: len(chosen)}
	type group struct{ kind, currency string }
	amounts := map[group][]Money{}
	var groups []group
	for _, ch := range chosen {
		for _, a := range ch.Actions {
			if !a.Amount.IsSet() {
				continue
			}
			g := group{a.Type, a.Amount.Currency()}
			if amounts[g] == nil {
				groups = append(groups, g)
			}
			amounts[g] = append(amounts[g], a.Amount)
		}
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.currency, b.currency))
	})
	for _, g := range groups {
		list := amounts[g]
		slices.SortFunc(list, Money.Compare)
		out.Options = append(out.Options, PrecedentRange{Type: g.kind, Median: median(list), Lowest: list[0], Highest: list[len(list)-1]})
	}
	for _, ch := range slices.Backward(chosen) {
		if len(out.Recent) == recentPrecedents {
			break
		}
		p := Precedent{Decision: ch.Decision, Reason: ch.Reason}
		if len(ch.Actions) > 0 {
			p.Type, p.Amount = ch.Actions[0].Type, ch.Actions[0].Amount
		}
		out.Recent = append(out.Recent, p)
	}
	return out
}

// median is the middle of sorted amounts; of an even number, the mean of the
// two in the middle, rounded half to even.
func median(sorted []Money) Money {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	a, b := sorted[n/2-1], sorted[n/2]
	sum := new(big.Rat).Add(a.Rat(), b.Rat())
	m, err := value.RoundMoney(sum.Quo(sum, big.NewRat(2, 1)), a.Currency())
	if err != nil {
		return a // not reached: a mean lies between two amounts
	}
	return m
}
