package value

import (
	"cmp"
	"fmt"
	"math/big"
)

// Money is an exact amount of one currency: a whole number of the currency's
// smallest unit (cents of EUR, yen of JPY). Two amounts are == when they are the
// same amount of the same currency.
//
// The zero Money has no currency and is no amount; see [Money.IsSet].
type Money struct {
	units    int64
	currency string
}

// NewMoney returns an amount of so many smallest units: NewMoney(1250, "EUR") is
// 12.50 EUR. The error is a [*SyntaxError] for a currency that is not in the table.
func NewMoney(units int64, currency string) (Money, error) {
	own, _, ok := findCurrency(currency)
	if !ok {
		return Money{}, unknownCurrency(currency)
	}
	return Money{units, own}, nil
}

// Units returns the amount in the currency's smallest unit.
func (m Money) Units() int64 { return m.units }

// Currency returns the ISO 4217 code, empty for the zero Money.
func (m Money) Currency() string { return m.currency }

// IsSet reports whether the amount has a currency, that is, is an amount at all.
func (m Money) IsSet() bool { return m.currency != "" }

// IsZero reports whether the amount is nothing, as 0.00 EUR is.
//
// Beware of the JSON option omitzero: it asks IsZero, and would leave out 0.00 EUR.
// A field that may hold no amount is better a *Money with omitempty.
func (m Money) IsZero() bool { return m.units == 0 }

// Sign returns -1, 0 or +1 as the amount is below, at or above nothing.
func (m Money) Sign() int { return cmp.Compare(m.units, 0) }

// Compare returns -1, 0 or +1 as m is less than, equal to or more than other. It has
// a meaning for amounts of one currency only. Amounts of different currencies
// have no order of worth; they are ordered by their codes, so that sorting
// is stable: check Currency where it matters.
func (m Money) Compare(other Money) int {
	if c := cmp.Compare(m.currency, other.currency); c != 0 {
		return c
	}
	return cmp.Compare(m.units, other.units)
}

// Add returns m + other. The error wraps [ErrCurrency] when the currencies differ or
// are missing, and [ErrOverflow] when the sum does not fit.
func (m Money) Add(other Money) (Money, error) {
	if err := sameCurrency("add", m, other); err != nil {
		return Money{}, err
	}
	sum := m.units + other.units
	if (sum > m.units) != (other.units > 0) {
		return Money{}, fmt.Errorf("%s plus %s: %w", m, other, ErrOverflow)
	}
	return Money{sum, m.currency}, nil
}

// Sub returns m - other, with the errors of Add.
func (m Money) Sub(other Money) (Money, error) {
	if err := sameCurrency("subtract", m, other); err != nil {
		return Money{}, err
	}
	difference := m.units - other.units
	if (difference < m.units) != (other.units > 0) {
		return Money{}, fmt.Errorf("%s minus %s: %w", m, other, ErrOverflow)
	}
	return Money{difference, m.currency}, nil
}

func sameCurrency(verb string, m, other Money) error {
	if !m.IsSet() || !other.IsSet() {
		return fmt.Errorf("cannot %s amounts, one has no currency: %w", verb, ErrCurrency)
	}
	if m.currency != other.currency {
		return fmt.Errorf("cannot %s %s and %s: %w", verb, m, other, ErrCurrency)
	}
	return nil
}

// Rat returns the amount in whole currency as an exact number: 25/2 for 12.50 EUR.
// The result is the caller's.
func (m Money) Rat() *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(m.units), pow10(m.decimals()))
}

func (m Money) decimals() int {
	decimals, _ := Decimals(m.currency)
	return decimals
}

// MoneyRange is any amount from one to another, both included. They have one currency.
type MoneyRange struct {
	From, To Money
}

// String writes the range for people: 5.00 EUR to 20.00 EUR.
func (r MoneyRange) String() string { return r.From.String() + " to " + r.To.String() }

// Holds reports whether an amount is in the range.
func (r MoneyRange) Holds(m Money) bool {
	return m.IsSet() && m.Currency() == r.From.Currency() && m.Compare(r.From) >= 0 && m.Compare(r.To) <= 0
}
