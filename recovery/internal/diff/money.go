package diff

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// substitute is the type of the action whose amount is what a partner costs, and
// nothing that a customer gets.
const substitute = policy.ActionSubstitute

// Sum is what all decisions together give of one type of action in one currency,
// in units of the currency: it may be more than one amount can hold.
type Sum struct {
	Type     string // empty: of all types but substitute
	Currency string
	// Before and After are exact, in the currency's smallest unit.
	Before, After *big.Int
}

// Between is what the new set gives more; negative when it gives less.
func (s Sum) Between() *big.Int { return new(big.Int).Sub(s.After, s.Before) }

// purse sums money up.
type purse map[purseKey]*Sum

type purseKey struct{ typ, currency string }

// add counts what two decisions give.
func (p purse) add(old, new Outcome) {
	p.count(old, func(s *Sum) *big.Int { return s.Before })
	p.count(new, func(s *Sum) *big.Int { return s.After })
}

func (p purse) count(o Outcome, side func(*Sum) *big.Int) {
	if o.Decision == nil {
		return
	}
	for _, a := range o.Decision.Actions {
		if !a.Amount.IsSet() {
			continue
		}
		key := purseKey{a.Type, a.Amount.Currency()}
		s := p[key]
		if s == nil {
			s = &Sum{Type: a.Type, Currency: key.currency, Before: new(big.Int), After: new(big.Int)}
			p[key] = s
		}
		total := side(s)
		total.Add(total, big.NewInt(a.Amount.Units()))
	}
}

// money gives the sums by currency and type, the sums by currency of what customers get,
// and the sums by currency of what substitutes cost.
func (p purse) money() (byType, total, substitutes []Sum) {
	sums := map[string]*Sum{}
	for key, s := range p {
		if key.typ == substitute {
			substitutes = append(substitutes, *s)
			continue
		}
		byType = append(byType, *s)
		t := sums[key.currency]
		if t == nil {
			t = &Sum{Currency: key.currency, Before: new(big.Int), After: new(big.Int)}
			sums[key.currency] = t
		}
		t.Before.Add(t.Before, s.Before)
		t.After.Add(t.After, s.After)
	}
	for _, t := range sums {
		total = append(total, *t)
	}
	for _, list := range [][]Sum{byType, total, substitutes} {
		slices.SortFunc(list, func(a, b Sum) int { return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Type, b.Type)) })
	}
	return byType, total, substitutes
}

// row is the sum for people: what it is of, before, after, between.
func (s Sum) row() []string {
	name := s.Type
	if name == "" {
		name = "in all"
	}
	return []string{name, grouped(s.Before, s.Currency), grouped(s.After, s.Currency), signed(s.Between(), s.Currency)}
}

// decimal writes units of a currency: 1234.50.
func decimal(units *big.Int, currency string) string {
	places, _ := value.Decimals(currency)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	return new(big.Rat).SetFrac(units, scale).FloatString(places)
}

// grouped writes units of a currency for people: 1,234.50 EUR.
func grouped(units *big.Int, currency string) string {
	return groupDigits(decimal(units, currency)) + " " + currency
}

// signed is grouped with a plus in front of what is more.
func signed(units *big.Int, currency string) string {
	if units.Sign() > 0 {
		return "+" + grouped(units, currency)
	}
	return grouped(units, currency)
}

// groupDigits puts a comma between thousands.
func groupDigits(decimal string) string {
	digits, sign := decimal, ""
	if digits[0] == '-' {
		digits, sign = digits[1:], "-"
	}
	end := len(digits)
	for i := range digits {
		if digits[i] == '.' {
			end = i
			break
		}
	}
	out := digits[end:]
	for end > 3 {
		out = "," + digits[end-3:end] + out
		end -= 3
	}
	return sign + digits[:end] + out
}

// paid reports whether a set gives money in a decision.
func paid(actions []recovery.Action) bool {
	return slices.ContainsFunc(actions, func(a recovery.Action) bool { return a.Type != substitute && a.Amount.IsSet() && a.Amount.Sign() > 0 })
}
