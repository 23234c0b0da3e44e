package value

import (
	"fmt"
	"math/big"
)

// Rounding says which amount takes the place of one that lies between two smallest units of its
// currency. The zero Rounding is RoundHalfEven.
type Rounding string

// The ways to round. Up and down are directions on the number line, also for amounts below zero: up
// is never less than the exact amount, down never more.
const (
	RoundHalfEven Rounding = "half-even" // the nearest; of two as near, the even one
	RoundHalfUp   Rounding = "half-up"   // the nearest; of two as near, the one above
	RoundUp       Rounding = "up"        // the next one above
	RoundDown     Rounding = "down"      // the next one below
)

// Roundings returns all ways to round, the default first.
func Roundings() []Rounding { return []Rounding{RoundHalfEven, RoundHalfUp, RoundUp, RoundDown} }

// Up reports whether an amount between two smallest units becomes the upper one. twice compares twice
// the part above the lower one with a unit; odd says that the lower one is odd.
func (r Rounding) Up(twice int, odd bool) bool {
	switch r {
	case RoundUp:
		return true
	case RoundDown:
		return false
	case RoundHalfUp:
		return twice >= 0
	}
	return twice > 0 || twice == 0 && odd
}

// RoundMoney turns an exact number of whole currency into an amount, rounding half
// to even to the currency's smallest unit: 1/8 EUR is 0.12 EUR, 3/8 EUR is
// 0.38 EUR. The error is a [*SyntaxError] for an unknown currency, or wraps
// [ErrOverflow]. amount is not changed.
func RoundMoney(amount *big.Rat, currency string) (Money, error) {
	return RoundHalfEven.Money(amount, currency)
}

// Money is [RoundMoney] in another way to round.
func (r Rounding) Money(amount *big.Rat, currency string) (Money, error) {
	own, decimals, ok := findCurrency(currency)
	if !ok {
		return Money{}, unknownCurrency(currency)
	}
	units := new(big.Int).Mul(amount.Num(), pow10(decimals))
	rest := new(big.Int)
	units.DivMod(units, amount.Denom(), rest) // Euclidean: rest is never negative
	if rest.Sign() > 0 && r.Up(rest.Lsh(rest, 1).Cmp(amount.Denom()), units.Bit(0) == 1) {
		units.Add(units, big.NewInt(1))
	}
	if !units.IsInt64() {
		return Money{}, fmt.Errorf("an amount of %s %s: %w", amount.FloatString(0), own, ErrOverflow)
	}
	return Money{units.Int64(), own}, nil
}
