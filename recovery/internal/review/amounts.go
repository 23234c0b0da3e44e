package review

import (
	"maps"
	"math/big"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// Amount is a sum of one currency. Currencies are never added.
type Amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

func (a Amount) String() string { return a.Value + " " + a.Currency }

// amounts add up, by currency. They may be larger than any single amount.
type amounts map[string]*total

// total is a sum of one currency: what fits in an amount, and what was carried over.
type total struct {
	recovery.Money
	carried *big.Rat
}

func (t *total) add(m recovery.Money) {
	sum, err := t.Money.Add(m)
	if err != nil { // it is too large for an amount
		if t.carried == nil {
			t.carried = new(big.Rat)
		}
		t.carried.Add(t.carried, t.Money.Rat())
		sum = m
	}
	t.Money = sum
}

// rat is the sum.
func (t *total) rat() *big.Rat {
	out := t.Money.Rat()
	if t.carried != nil {
		out.Add(out, t.carried)
	}
	return out
}

func (s *amounts) add(m recovery.Money) {
	if !m.IsSet() {
		return
	}
	if sum := (*s)[m.Currency()]; sum != nil {
		sum.add(m)
		return
	}
	if *s == nil {
		*s = amounts{}
	}
	(*s)[m.Currency()] = &total{Money: m}
}

// list is the sums, by currency.
func (s amounts) list() []Amount {
	out := []Amount{}
	for _, c := range slices.Sorted(maps.Keys(s)) {
		out = append(out, Amount{decimal(s[c].rat(), c), c})
	}
	return out
}

// per is the sums shared among n, rounded to the currency.
func (s amounts) per(n int64) []Amount {
	out := []Amount{}
	if n == 0 {
		return out
	}
	for _, c := range slices.Sorted(maps.Keys(s)) {
		out = append(out, Amount{decimal(new(big.Rat).Quo(s[c].rat(), big.NewRat(n, 1)), c), c})
	}
	return out
}

// decimal writes a sum with the digits of its currency.
func decimal(r *big.Rat, currency string) string {
	zero, err := value.RoundMoney(new(big.Rat), currency)
	if err != nil {
		return r.FloatString(2)
	}
	digits := max(0, len(zero.Decimal())-len("0."))
	return r.FloatString(digits)
}

// of is the sum of one currency.
func (s amounts) of(currency string) string {
	if sum := s[currency]; sum != nil {
		return decimal(sum.rat(), currency)
	}
	return decimal(new(big.Rat), currency)
}
