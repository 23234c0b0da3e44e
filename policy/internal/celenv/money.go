package celenv

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

// moneyVal is an amount in an expression, exact until it leaves it. Whole numbers of
// the currency's smallest unit, which is nearly all of them, are kept in units;
// anything else as a fraction of it in exact.
type moneyVal struct {
	currency string
	units    int64
	exact    *big.Rat // in the smallest unit; nil: units
}

var (
	errOverflow       = errors.New("overflow")
	errDivisionByZero = errors.New("division by zero")
	errNoNumber       = errors.New("not a finite number")
)

func (*moneyVal) ConvertToNative(to reflect.Type) (any, error) {
	return noConversion{}.ConvertToNative(to)
}
func (*moneyVal) ConvertToType(t ref.Type) ref.Val { return noConversion{}.ConvertToType(t) }
func (*moneyVal) Type() ref.Type                   { return runMoney }
func (m *moneyVal) Value() any                     { return m }

// IsZeroValue lets optional.ofNonZeroValue see that 0.00 EUR is nothing.
func (m *moneyVal) IsZeroValue() bool { return m.sign() == 0 }

func (m *moneyVal) sign() int {
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
func (m *moneyVal) rat() *big.Rat {
	if m.exact != nil {
		return m.exact
	}
	return new(big.Rat).SetInt64(m.units)
}

// with returns an amount of the same currency, in units again where it can be.
func (m *moneyVal) with(exact *big.Rat) *moneyVal {
	if exact.IsInt() && exact.Num().IsInt64() {
		return &moneyVal{currency: m.currency, units: exact.Num().Int64()}
	}
	return &moneyVal{currency: m.currency, exact: exact}
}

// Equal also tells apart currencies, which the checker has already kept apart.
func (m *moneyVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(*moneyVal)
	return types.Bool(ok && m.currency == o.currency && m.compare(o) == 0)
}

// Compare orders amounts of one currency.
func (m *moneyVal) Compare(other ref.Val) ref.Val {
	o, err := m.same(other)
	if err != nil {
		return err
	}
	return order(m.compare(o))
}

func (m *moneyVal) compare(o *moneyVal) int {
	if m.exact == nil && o.exact == nil {
		return cmpInt(m.units, o.units)
	}
	return m.rat().Cmp(o.rat())
}

// same returns the other operand, or an error that should have been found at load.
func (m *moneyVal) same(other ref.Val) (*moneyVal, ref.Val) {
	o, ok := other.(*moneyVal)
	if !ok {
		return nil, types.MaybeNoSuchOverloadErr(other)
	}
	if o.currency != m.currency {
		return nil, types.NewErr("%s and %s cannot be mixed", m.currency, o.currency)
	}
	return o, nil
}

// Add returns the sum.
func (m *moneyVal) Add(other ref.Val) ref.Val {
	o, err := m.same(other)
	if err != nil {
		return err
	}
	if m.exact == nil && o.exact == nil {
		if sum := m.units + o.units; (sum > m.units) == (o.units > 0) {
			return &moneyVal{currency: m.currency, units: sum}
		}
	}
	return m.with(new(big.Rat).Add(m.rat(), o.rat()))
}

// Subtract returns the difference.
func (m *moneyVal) Subtract(other ref.Val) ref.Val {
	o, err := m.same(other)
	if err != nil {
		return err
	}
	if m.exact == nil && o.exact == nil {
		if difference := m.units - o.units; (difference < m.units) == (o.units > 0) {
			return &moneyVal{currency: m.currency, units: difference}
		}
	}
	return m.with(new(big.Rat).Sub(m.rat(), o.rat()))
}

// Negate returns the opposite.
func (m *moneyVal) Negate() ref.Val {
	if m.exact == nil && m.units != math.MinInt64 {
		return &moneyVal{currency: m.currency, units: -m.units}
	}
	return m.with(new(big.Rat).Neg(m.rat()))
}

// Multiply takes an int, a double or a percentage.
func (m *moneyVal) Multiply(other ref.Val) ref.Val {
	if k, ok := other.(types.Int); ok && m.exact == nil {
		if product, fits := multiply(m.units, int64(k)); fits {
			return &moneyVal{currency: m.currency, units: product}
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

// share is a percentage of the amount, where 64 bits hold its numerator and its
// denominator.
func (m *moneyVal) share(p value.Percent) (share *moneyVal, fits bool) {
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
		return &moneyVal{currency: m.currency, units: numerator / denominator}, true
	}
	return &moneyVal{currency: m.currency, exact: big.NewRat(numerator, denominator)}, true
}

func multiply(a, b int64) (product int64, fits bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product = a * b
	return product, product/b == a && !(a == math.MinInt64 && b == -1) && !(b == math.MinInt64 && a == -1)
}

// Divide takes an int, a double or a percentage and gives money; money gives a double.
func (m *moneyVal) Divide(other ref.Val) ref.Val {
	if _, ok := other.(*moneyVal); ok {
		return m.ratio(other)
	}
	divisor, err := ratOf(other)
	switch {
	case err != nil:
		return err
	case divisor.Sign() == 0:
		return types.WrapErr(errDivisionByZero)
	}
	return m.with(new(big.Rat).Quo(m.rat(), divisor))
}

// ratio returns how many times o goes into m: the double nearest to the exact quotient.
func (m *moneyVal) ratio(other ref.Val) ref.Val {
	o, err := m.same(other)
	switch {
	case err != nil:
		return err
	case o.sign() == 0:
		return types.WrapErr(errDivisionByZero)
	}
	f, _ := new(big.Rat).Quo(m.rat(), o.rat()).Float64()
	return finite(f)
}

// ratOf returns the exact number that scales money. A double counts as its shortest
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
	}
	return nil, types.MaybeNoSuchOverloadErr(number)
}

// round returns the amount as it leaves the expression: half to even to the smallest
// unit, once.
func (m *moneyVal) round() (value.Money, error) {
	if m.exact == nil {
		return value.NewMoney(m.units, m.currency)
	}
	if units, fits := halfToEven(m.exact); fits {
		return value.NewMoney(units, m.currency)
	}
	return value.RoundMoney(m.whole(), m.currency)
}

// halfToEven rounds a fraction whose numerator and denominator 64 bits hold, with
// room to double the rest.
func halfToEven(r *big.Rat) (rounded int64, fits bool) {
	num, den := r.Num(), r.Denom()
	if !num.IsInt64() || !den.IsInt64() || den.Int64() > math.MaxInt64/2 {
		return 0, false
	}
	n, d := num.Int64(), den.Int64()
	below, rest := n/d, n%d
	if rest < 0 {
		below, rest = below-1, rest+d
	}
	if 2*rest > d || 2*rest == d && below%2 != 0 {
		below++
	}
	return below, true
}

// Money returns the value if it is an amount, rounded as [Val.Native] rounds it.
func (v Val) Money() (value.Money, bool) {
	m, ok := v.v.(*moneyVal)
	if !ok {
		return value.Money{}, false
	}
	rounded, err := m.round()
	return rounded, err == nil
}

// whole returns the amount in whole currency, as package value wants it.
func (m *moneyVal) whole() *big.Rat {
	decimals, _ := value.Decimals(m.currency)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	return new(big.Rat).Quo(m.rat(), new(big.Rat).SetInt(unit))
}

// roundUp and roundDown give whole units in the direction of +∞ and −∞.
func roundUp(v ref.Val) ref.Val   { return roundWith(v, value.RoundMoneyUp) }
func roundDown(v ref.Val) ref.Val { return roundWith(v, value.RoundMoneyDown) }

func roundWith(v ref.Val, round func(*big.Rat, string) (value.Money, error)) ref.Val {
	m, ok := v.(*moneyVal)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	if m.exact == nil {
		return m
	}
	rounded, err := round(m.whole(), m.currency)
	if err != nil {
		return types.WrapErr(err)
	}
	return &moneyVal{currency: m.currency, units: rounded.Units()}
}
