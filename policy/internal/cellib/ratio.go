package cellib

import (
	"math/big"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Ratio is an exact number in an expression: money divided by money, duration divided by duration,
// and what + - * / max and min make of it. To the checker it is a double. The compiler lets it reach
// the operations of this file alone, and puts [NearestName] wherever anything else reads it.
type Ratio struct {
	exact *big.Rat
}

// Functions that only the compiler calls. RatioName divides two amounts or two durations exactly;
// NearestName turns a ratio into the double that is nearest to it.
const (
	RatioName   = "ratio@of"
	NearestName = "double@nearest"
)

// maxRatioBits bounds a ratio. A term that multiplies another term by itself doubles its digits, and
// forty such terms would fill the memory.
const maxRatioBits = 1 << 14

func ratioFunctions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function(RatioName,
			overload("ratio_money_money", cel.DoubleType, typeMoneyC, typeMoneyC),
			overload("ratio_duration_duration", cel.DoubleType, cel.DurationType, cel.DurationType), binary(Quotient)),
		cel.Function(NearestName, overload("nearest_double", cel.DoubleType, cel.DoubleType), unary(Nearest)),
	}
}

// runRatio is the type of a ratio while an expression runs.
var runRatio = types.NewOpaqueType("ratio").WithTraits(traits.AdderType | traits.SubtractorType | traits.MultiplierType | traits.DividerType | traits.NegatorType | traits.ComparerType)

func (*Ratio) ConvertToNative(to reflect.Type) (any, error) {
	return noConversion{}.ConvertToNative(to)
}
func (*Ratio) ConvertToType(t ref.Type) ref.Val { return noConversion{}.ConvertToType(t) }
func (*Ratio) Type() ref.Type                   { return runRatio }
func (r *Ratio) Value() any                     { return r.exact }

// Equal compares exactly.
func (r *Ratio) Equal(other ref.Val) ref.Val {
	o, err := ratOf(other)
	return types.Bool(err == nil && r.exact.Cmp(o) == 0)
}

// Compare compares exactly. It serves max and min.
func (r *Ratio) Compare(other ref.Val) ref.Val {
	return r.with(other, func(o *big.Rat) ref.Val { return order(r.exact.Cmp(o)) })
}

// with applies an operation to the exact number that the other operand stands for.
func (r *Ratio) with(other ref.Val, do func(o *big.Rat) ref.Val) ref.Val {
	if _, isPercent := other.(percentVal); isPercent {
		return types.MaybeNoSuchOverloadErr(other)
	}
	o, err := ratOf(other)
	if err != nil {
		return err
	}
	return do(o)
}

// Add returns the exact sum.
func (r *Ratio) Add(other ref.Val) ref.Val {
	return r.with(other, func(o *big.Rat) ref.Val { return newRatio(new(big.Rat).Add(r.exact, o)) })
}

// Subtract returns the exact difference.
func (r *Ratio) Subtract(other ref.Val) ref.Val {
	return r.with(other, func(o *big.Rat) ref.Val { return newRatio(new(big.Rat).Sub(r.exact, o)) })
}

// Multiply returns the exact product.
func (r *Ratio) Multiply(other ref.Val) ref.Val {
	return r.with(other, func(o *big.Rat) ref.Val { return newRatio(new(big.Rat).Mul(r.exact, o)) })
}

// Divide returns the exact quotient.
func (r *Ratio) Divide(other ref.Val) ref.Val {
	return r.with(other, func(o *big.Rat) ref.Val {
		if o.Sign() == 0 {
			return types.WrapErr(ErrDivisionByZero)
		}
		return newRatio(new(big.Rat).Quo(r.exact, o))
	})
}

// Negate returns the opposite.
func (r *Ratio) Negate() ref.Val { return &Ratio{new(big.Rat).Neg(r.exact)} }

func newRatio(exact *big.Rat) ref.Val {
	if bits := exact.Num().BitLen() + exact.Denom().BitLen(); bits > maxRatioBits {
		return types.NewErr("a ratio of %d digits is too long to be exact", bits*3/10)
	}
	return &Ratio{exact}
}

// Quotient divides an amount by an amount, or a duration by a duration, exactly.
func Quotient(a, b ref.Val) ref.Val {
	switch x := a.(type) {
	case *Amount:
		y, err := x.same(b)
		switch {
		case err != nil:
			return err
		case y.sign() == 0:
			return types.WrapErr(ErrDivisionByZero)
		}
		return newRatio(new(big.Rat).Quo(x.rat(), y.rat()))
	case types.Duration:
		y, ok := b.(types.Duration)
		switch {
		case !ok:
			return types.MaybeNoSuchOverloadErr(b)
		case y.Duration == 0:
			return types.WrapErr(ErrDivisionByZero)
		}
		return newRatio(new(big.Rat).SetFrac(big.NewInt(int64(x.Duration)), big.NewInt(int64(y.Duration))))
	}
	return types.MaybeNoSuchOverloadErr(a)
}

// Nearest returns the double that is nearest to a ratio, or an error if none is. It returns any
// other value as it is.
func Nearest(v ref.Val) ref.Val {
	r, ok := v.(*Ratio)
	if !ok {
		return v
	}
	f, _ := r.exact.Float64()
	return finite(f)
}

// NearestIsExact reports whether the double that is nearest to a ratio stands for the same number, as
// money reads a double: by its shortest decimal.
func NearestIsExact(r *Ratio) bool {
	d, ok := Nearest(r).(types.Double)
	if !ok {
		return false
	}
	exact, _ := ratOf(d)
	return exact.Cmp(r.exact) == 0
}

// besideRatio turns a number beside a ratio into a ratio, so that the operation is exact. A double
// counts as its shortest decimal, as beside money.
func besideRatio(a, b ref.Val) ref.Val {
	if _, ok := b.(*Ratio); !ok {
		return a
	}
	switch a.(type) {
	case types.Int, types.Double:
		exact, _ := ratOf(a)
		return &Ratio{exact}
	}
	return a
}

// KeepsRatio reports whether an operation is exact for ratios. arg is the number of the argument that
// the ratio is.
func KeepsRatio(function string, arg int) bool {
	switch function {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Negate, "max", "min":
		return true
	case operators.Conditional:
		return arg > 0
	case "orValue":
		return arg == 1
	}
	return false
}

// MakesRatio reports whether a division of these types makes a ratio.
func MakesRatio(a, b *types.Type) bool {
	if a == nil || b == nil {
		return false
	}
	return IsMoney(a) && IsMoney(b) || a.Kind() == types.DurationKind && b.Kind() == types.DurationKind
}
