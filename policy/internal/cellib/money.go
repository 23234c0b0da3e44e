package cellib

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/value"
)

// Amount is an amount in an expression. It is exact until it leaves the expression. A whole number
// of the currency's smallest unit is kept in units, and nearly all amounts are one. Any other
// amount is kept in exact, as a fraction.
type Amount struct {
	currency string
	units    int64
	exact    *big.Rat // in the smallest unit; nil: units
}

var (
	ErrOverflow       = errors.New("overflow")
	ErrDivisionByZero = errors.New("division by zero")
	errNoNumber       = errors.New("not a finite number")
)

func (*Amount) ConvertToNative(to reflect.Type) (any, error) {
	return noConversion{}.ConvertToNative(to)
}
func (*Amount) ConvertToType(t ref.Type) ref.Val { return noConversion{}.ConvertToType(t) }
func (*Amount) Type() ref.Type                   { return runMoney }
func (m *Amount) Value() any                     { return m }

// IsZeroValue tells optional.ofNonZeroValue that 0.00 EUR is the zero value.
func (m *Amount) IsZeroValue() bool { return m.sign() == 0 }

func (m *Amount) sign() int {
	if m.exact != nil {
		return m.exact.Sign()
	}
	return cmpInt(m.units, 0)
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return +1
	}
	return 0
}

// rat returns the amount as a fraction that the caller must not change.
func (m *Amount) rat() *big.Rat {
	if m.exact != nil {
		return m.exact
	}
	return new(big.Rat).SetInt64(m.units)
}

// with returns an amount of the same currency. It is kept in units if it is a whole number of them.
func (m *Amount) with(exact *big.Rat) *Amount {
	if exact.IsInt() && exact.Num().IsInt64() {
		return &Amount{currency: m.currency, units: exact.Num().Int64()}
	}
	return &Amount{currency: m.currency, exact: exact}
}

// Equal compares amounts and their currencies. The checker has already refused two different
// currencies.
func (m *Amount) Equal(other ref.Val) ref.Val {
	o, ok := other.(*Amount)
	return types.Bool(ok && m.currency == o.currency && m.compare(o) == 0)
}

// Compare orders amounts of one currency.
func (m *Amount) Compare(other ref.Val) ref.Val {
	o, err := m.same(other)
	if err != nil {
		return err
	}
	return order(m.compare(o))
}

func (m *Amount) compare(o *Amount) int {
	if m.exact == nil && o.exact == nil {
		return cmpInt(m.units, o.units)
	}
	return m.rat().Cmp(o.rat())
}

// same returns the other operand, or an error for another type or currency. Loading refuses both
// already.
func (m *Amount) same(other ref.Val) (*Amount, ref.Val) {
	o, ok := other.(*Amount)
	if !ok {
		return nil, types.MaybeNoSuchOverloadErr(other)
	}
	if o.currency != m.currency {
		return nil, types.NewErr("%s and %s cannot be mixed", m.currency, o.currency)
	}
	return o, nil
}

// Add returns the sum.
func (m *Amount) Add(other ref.Val) ref.Val {
	o, err := m.same(other)
	if err != nil {
		return err
	}
	if m.exact == nil && o.exact == nil {
		if sum := m.units + o.units; (sum > m.units) == (o.units > 0) {
			return &Amount{currency: m.currency, units: sum}
		}
	}
	return m.with(new(big.Rat).Add(m.rat(), o.rat()))
}

// Subtract returns the difference.
func (m *Amount) Subtract(other ref.Val) ref.Val {
	o, err := m.same(other)
	if err != nil {
		return err
	}
	if m.exact == nil && o.exact == nil {
		if difference := m.units - o.units; (difference < m.units) == (o.units > 0) {
			return &Amount{currency: m.currency, units: difference}
		}
	}
	return m.with(new(big.Rat).Sub(m.rat(), o.rat()))
}

// Negate returns the opposite.
func (m *Amount) Negate() ref.Val {
	if m.exact == nil && m.units != math.MinInt64 {
		return &Amount{currency: m.currency, units: -m.units}
	}
	return m.with(new(big.Rat).Neg(m.rat()))
}

// Multiply takes an int, a double or a percentage.
func (m *Amount) Multiply(other ref.Val) ref.Val {
	if k, ok := other.(types.Int); ok && m.exact == nil {
		if product, fits := multiply(m.units, int64(k)); fits {
			return &Amount{currency: m.currency, units: product}
		}
	}
	if p, ok := other.(percentVal); ok && m.exact == nil {
		if share, fits := m.share(p.percent); fits {
			return share
		}
	}
	factor, err := ratOf(other)
	if err != nil {
		return err
	}
	return m.with(new(big.Rat).Mul(m.rat(), factor))
}

// share returns a percentage of the amount. fits is false if 64 bits cannot hold its numerator and
// its denominator.
func (m *Amount) share(p value.Percent) (share *Amount, fits bool) {
	digits, scale := p.Digits()
	numerator, fits := multiply(m.units, digits)
	if !fits || scale > 16 {
		return nil, false
	}
	denominator := int64(100)
	for range scale {
		denominator *= 10
	}
	if numerator%denominator == 0 {
		return &Amount{currency: m.currency, units: numerator / denominator}, true
	}
	return &Amount{currency: m.currency, exact: big.NewRat(numerator, denominator)}, true
}

func multiply(a, b int64) (product int64, fits bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product = a * b
	return product, product/b == a && !(a == math.MinInt64 && b == -1) && !(b == math.MinInt64 && a == -1)
}

// Divide takes an int, a double or a percentage and gives money; money gives a double.
func (m *Amount) Divide(other ref.Val) ref.Val {
	if _, ok := other.(*Amount); ok {
		return Nearest(Quotient(m, other))
	}
	divisor, err := ratOf(other)
	switch {
	case err != nil:
		return err
	case divisor.Sign() == 0:
		return types.WrapErr(ErrDivisionByZero)
	}
	return m.with(new(big.Rat).Quo(m.rat(), divisor))
}

// ratOf returns the exact number that scales money, which the caller must not change. A double counts as its shortest
// decimal: people who write 0.1 mean a tenth.
func ratOf(number ref.Val) (*big.Rat, ref.Val) {
	switch n := number.(type) {
	case types.Int:
		return new(big.Rat).SetInt64(int64(n)), nil
	case types.Double:
		r, _ := new(big.Rat).SetString(strconv.FormatFloat(float64(n), 'g', -1, 64))
		return r, nil
	case percentVal:
		return n.percent.Rat(), nil
	case *Ratio:
		return n.exact, nil
	}
	return nil, types.MaybeNoSuchOverloadErr(number)
}

// Whole reports whether the amount is a whole number of the smallest unit.
func (m *Amount) Whole() bool { return m.exact == nil }

// Currency is the currency of the amount.
func (m *Amount) Currency() string { return m.currency }

// Rounded returns the amount as [Amount.Round] rounds it.
func (m *Amount) Rounded(by value.Rounding) (*Amount, error) {
	if m.exact == nil {
		return m, nil
	}
	rounded, err := m.Round(by)
	return &Amount{currency: m.currency, units: rounded.Units()}, err
}

// Round returns the amount as it leaves the expression: rounded to the smallest unit, once.
func (m *Amount) Round(by value.Rounding) (value.Money, error) {
	if m.exact == nil {
		return value.NewMoney(m.units, m.currency)
	}
	if units, fits := roundSmall(m.exact, by); fits {
		return value.NewMoney(units, m.currency)
	}
	return by.Money(m.whole(), m.currency)
}

// roundSmall rounds a fraction. fits is false if 64 bits cannot hold its numerator, its denominator
// and the double of the remainder.
func roundSmall(r *big.Rat, by value.Rounding) (rounded int64, fits bool) {
	num, den := r.Num(), r.Denom()
	if !num.IsInt64() || !den.IsInt64() || den.Int64() > math.MaxInt64/2 {
		return 0, false
	}
	n, d := num.Int64(), den.Int64()
	below, rest := n/d, n%d
	if rest < 0 {
		below, rest = below-1, rest+d
	}
	if rest > 0 && by.Up(cmpInt(2*rest, d), below%2 != 0) {
		below++
	}
	return below, true
}

// whole returns the amount in units of the currency, such as euros, as package value takes it.
func (m *Amount) whole() *big.Rat {
	decimals, _ := value.Decimals(m.currency)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	return new(big.Rat).Quo(m.rat(), new(big.Rat).SetInt(unit))
}

// roundUp and roundDown give whole units in the direction of +∞ and −∞.
func roundUp(v ref.Val) ref.Val   { return roundWith(v, value.RoundUp) }
func roundDown(v ref.Val) ref.Val { return roundWith(v, value.RoundDown) }

func roundWith(v ref.Val, by value.Rounding) ref.Val {
	m, ok := v.(*Amount)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	rounded, err := m.Rounded(by)
	if err != nil {
		return types.WrapErr(err)
	}
	return rounded
}
