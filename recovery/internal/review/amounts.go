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
type amounts map[string]*big.Rat

func (s *amounts) add(m recovery.Money) {
	if !m.IsSet() {
		return
	}
	if *s == nil {
		*s = amounts{}
	}
	sum := (*s)[m.Currency()]
	if sum == nil {
		sum = new(big.Rat)
		(*s)[m.Currency()] = sum
	}
	sum.Add(sum, m.Rat())
}

// list is the sums, by currency.
func (s amounts) list() []Amount {
	out := []Amount{}
	for _, c := range slices.Sorted(maps.Keys(s)) {
		out = append(out, Amount{decimal(s[c], c), c})
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
		out = append(out, Amount{decimal(new(big.Rat).Quo(s[c], big.NewRat(n, 1)), c), c})
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
	sum := s[currency]
	if sum == nil {
		sum = new(big.Rat)
	}
	return decimal(sum, currency)
}
