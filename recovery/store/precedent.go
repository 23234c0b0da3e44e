package store

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// Precedents sums up earlier choices of a play in comparable cases. That is all that a decision needs to
// know of them, however many there are.
type Precedents struct {
	Count   int
	Amounts []Spread    // by type, then by currency
	Recent  []Precedent // the last five, newest first
}

// Spread says how much choices gave under one type in one currency.
type Spread struct {
	Type string
	// Lower and Upper are the amounts in the middle: the same one where their number is odd. The
	// median is exactly between them.
	Lower, Upper    value.Money
	Lowest, Highest value.Money
}

// Precedent is one earlier choice: the decision that made it, and the first action that it has chosen.
type Precedent struct {
	Decision string
	Type     string
	Amount   value.Money
	Reason   string
}

// recentPrecedents is how many earlier choices are told one by one.
const recentPrecedents = 5

// Median is the exact median.
func (s *Spread) Median() *big.Rat {
	sum := new(big.Rat).Add(s.Lower.Rat(), s.Upper.Rat())
	return sum.Quo(sum, big.NewRat(2, 1))
}

// Same reports whether two summaries say the same.
func (p *Precedents) Same(o *Precedents) bool {
	return p.Count == o.Count && slices.Equal(p.Amounts, o.Amounts) && slices.Equal(p.Recent, o.Recent)
}

// Summarise sums up choices that are given oldest first.
func Summarise(chosen []Chosen) Precedents {
	out := Precedents{Count: len(chosen)}
	type kind struct{ name, currency string }
	amounts := map[kind][]value.Money{}
	var kinds []kind
	for i := range chosen {
		for _, a := range chosen[i].Actions {
			if !a.Amount.IsSet() {
				continue
			}
			k := kind{a.Type, a.Amount.Currency()}
			if amounts[k] == nil {
				kinds = append(kinds, k)
			}
			amounts[k] = append(amounts[k], a.Amount)
		}
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.currency, b.currency))
	})
	for _, k := range kinds {
		list := amounts[k]
		slices.SortFunc(list, value.Money.Compare)
		n := len(list)
		out.Amounts = append(out.Amounts, Spread{k.name, list[(n-1)/2], list[n/2], list[0], list[n-1]})
	}
	for _, c := range slices.Backward(chosen) {
		if len(out.Recent) == recentPrecedents {
			break
		}
		p := Precedent{Decision: c.Decision, Reason: c.Reason}
		if len(c.Actions) > 0 {
			p.Type, p.Amount = c.Actions[0].Type, c.Actions[0].Amount
		}
		out.Recent = append(out.Recent, p)
	}
	return out
}
