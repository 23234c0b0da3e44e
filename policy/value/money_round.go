package value

import (
	"fmt"
	"math/big"
)

// RoundMoney turns an exact number of whole currency into an amount, rounding half
// to even to the currency's smallest unit: 1/8 EUR is 0.12 EUR, 3/8 EUR is
// 0.38 EUR. The error is a [*SyntaxError] for an unknown currency, or wraps
// [ErrOverflow]. amount is not changed.
func RoundMoney(amount *big.Rat, currency string) (Money, error) {
	return roundMoney(amount, currency, halfToEven)
}

// RoundMoneyUp is RoundMoney, but never to less than amount.
func RoundMoneyUp(amount *big.Rat, currency string) (Money, error) {
	return roundMoney(amount, currency, func(below *big.Int, rest, unit *big.Int) bool { return rest.Sign() > 0 })
}

// RoundMoneyDown is RoundMoney, but never to more than amount.
func RoundMoneyDown(amount *big.Rat, currency string) (Money, error) {
	return roundMoney(amount, currency, func(below *big.Int, rest, unit *big.Int) bool { return false })
}

// roundMoney finds the whole number of units at or below the amount and asks up
// whether the next one is the better: below + rest/unit is the exact number of
// units, with 0 <= rest < unit.
func roundMoney(amount *big.Rat, currency string, up func(below, rest, unit *big.Int) bool) (Money, error) {
	own, decimals, ok := findCurrency(currency)
	if !ok {
		return Money{}, unknownCurrency(currency)
	}
	units := new(big.Int).Mul(amount.Num(), pow10(decimals))
	rest := new(big.Int)
	units.DivMod(units, amount.Denom(), rest) // Euclidean: rest is never negative
	if up(units, rest, amount.Denom()) {
		units.Add(units, big.NewInt(1))
	}
	if !units.IsInt64() {
		return Money{}, fmt.Errorf("an amount of %s %s: %w", amount.FloatString(0), own, ErrOverflow)
	}
	return Money{units.Int64(), own}, nil
}

func halfToEven(below, rest, unit *big.Int) bool {
	twice := new(big.Int).Lsh(rest, 1)
	switch twice.Cmp(unit) {
	case -1:
		return false
	case +1:
		return true
	default:
		return below.Bit(0) == 1
	}
}
