package cellib

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// operatorFunctions declares + - * / and the minus sign. CEL's own choose an implementation by the
// left operand alone, so int * money would be impossible, and they have no bounds. Orderings are
// CEL's own, with overloads for the types here.
//
// An int stands for a double wherever one is wanted, so arithmetic mixes the two.
func operatorFunctions() []cel.EnvOption {
	options := []cel.EnvOption{
		cel.Function(operators.Add, append(sums(), binary(add))...),
		cel.Function(operators.Subtract, append(differences(), binary(subtract))...),
		cel.Function(operators.Multiply, append(products(), binary(times))...),
		cel.Function(operators.Divide, append(quotients(), binary(divide))...),
		cel.Function(operators.Negate,
			overload(overloads.NegateInt64, cel.IntType, cel.IntType), overload(overloads.NegateDouble, cel.DoubleType, cel.DoubleType),
			overload("negate_duration", cel.DurationType, cel.DurationType), overload("negate_money", typeMoneyC, typeMoneyC),
			unary(negate)),
	}
	for _, o := range []struct{ name, operator string }{
		{"less", operators.Less}, {"less_equals", operators.LessEquals}, {"greater", operators.Greater}, {"greater_equals", operators.GreaterEquals},
	} {
		options = append(options, cel.Function(o.operator,
			overload(o.name+"_money", cel.BoolType, typeMoneyC, typeMoneyC),
			overload(o.name+"_date", cel.BoolType, typeDate, typeDate),
			overload(o.name+"_percent", cel.BoolType, typePercent, typePercent)))
	}
	return options
}

func sums() []cel.FunctionOpt {
	list := cel.ListType(cel.TypeParamType("A"))
	return []cel.FunctionOpt{
		overload(overloads.AddInt64, cel.IntType, cel.IntType, cel.IntType),
		overload(overloads.AddUint64, cel.UintType, cel.UintType, cel.UintType),
		overload(overloads.AddDouble, cel.DoubleType, cel.DoubleType, cel.DoubleType),
		overload("add_int_double", cel.DoubleType, cel.IntType, cel.DoubleType),
		overload("add_double_int", cel.DoubleType, cel.DoubleType, cel.IntType),
		overload(overloads.AddString, cel.StringType, cel.StringType, cel.StringType),
		overload(overloads.AddBytes, cel.BytesType, cel.BytesType, cel.BytesType),
		overload(overloads.AddList, list, list, list),
		overload(overloads.AddDurationDuration, cel.DurationType, cel.DurationType, cel.DurationType),
		overload(overloads.AddDurationTimestamp, cel.TimestampType, cel.DurationType, cel.TimestampType),
		overload(overloads.AddTimestampDuration, cel.TimestampType, cel.TimestampType, cel.DurationType),
		overload("add_date_int", typeDate, typeDate, cel.IntType),
		overload("add_date_duration", typeDate, typeDate, cel.DurationType),
		overload("add_date_months", typeDate, typeDate, typeMonths),
		overload("add_duration_date", typeDate, cel.DurationType, typeDate),
		overload("add_months_date", typeDate, typeMonths, typeDate),
		overload("add_months_timestamp", cel.TimestampType, typeMonths, cel.TimestampType),
		overload("add_timestamp_months", cel.TimestampType, cel.TimestampType, typeMonths),
		overload("add_money", typeMoneyC, typeMoneyC, typeMoneyC),
	}
}

func differences() []cel.FunctionOpt {
	return []cel.FunctionOpt{
		overload(overloads.SubtractInt64, cel.IntType, cel.IntType, cel.IntType),
		overload(overloads.SubtractUint64, cel.UintType, cel.UintType, cel.UintType),
		overload(overloads.SubtractDouble, cel.DoubleType, cel.DoubleType, cel.DoubleType),
		overload("subtract_int_double", cel.DoubleType, cel.IntType, cel.DoubleType),
		overload("subtract_double_int", cel.DoubleType, cel.DoubleType, cel.IntType),
		overload(overloads.SubtractDurationDuration, cel.DurationType, cel.DurationType, cel.DurationType),
		overload(overloads.SubtractTimestampDuration, cel.TimestampType, cel.TimestampType, cel.DurationType),
		overload(overloads.SubtractTimestampTimestamp, cel.DurationType, cel.TimestampType, cel.TimestampType),
		overload("subtract_date_int", typeDate, typeDate, cel.IntType),
		overload("subtract_date_duration", typeDate, typeDate, cel.DurationType),
		overload("subtract_date_months", typeDate, typeDate, typeMonths),
		overload("subtract_timestamp_months", cel.TimestampType, cel.TimestampType, typeMonths),
		overload("subtract_date_date", cel.IntType, typeDate, typeDate),
		overload("subtract_money", typeMoneyC, typeMoneyC, typeMoneyC),
	}
}

func products() []cel.FunctionOpt {
	options := []cel.FunctionOpt{
		overload(overloads.MultiplyInt64, cel.IntType, cel.IntType, cel.IntType),
		overload(overloads.MultiplyUint64, cel.UintType, cel.UintType, cel.UintType),
		overload(overloads.MultiplyDouble, cel.DoubleType, cel.DoubleType, cel.DoubleType),
		overload("multiply_int_double", cel.DoubleType, cel.IntType, cel.DoubleType),
		overload("multiply_double_int", cel.DoubleType, cel.DoubleType, cel.IntType),
	}
	for _, factor := range factors() {
		options = append(options,
			overload("multiply_money_"+factor.name, typeMoneyC, typeMoneyC, factor.t),
			overload("multiply_"+factor.name+"_money", typeMoneyC, factor.t, typeMoneyC))
	}
	return options
}

func quotients() []cel.FunctionOpt {
	options := []cel.FunctionOpt{
		overload(overloads.DivideInt64, cel.IntType, cel.IntType, cel.IntType),
		overload(overloads.DivideUint64, cel.UintType, cel.UintType, cel.UintType),
		overload(overloads.DivideDouble, cel.DoubleType, cel.DoubleType, cel.DoubleType),
		overload("divide_int_double", cel.DoubleType, cel.IntType, cel.DoubleType),
		overload("divide_double_int", cel.DoubleType, cel.DoubleType, cel.IntType),
		overload("divide_money_money", cel.DoubleType, typeMoneyC, typeMoneyC),
		overload("divide_duration_duration", cel.DoubleType, cel.DurationType, cel.DurationType),
	}
	for _, divisor := range factors() {
		options = append(options, overload("divide_money_"+divisor.name, typeMoneyC, typeMoneyC, divisor.t))
	}
	return options
}

// namedType is a type and its name in the ids of overloads. Overloads are declared in a fixed
// order, so that the order of a map does not matter.
type namedType struct {
	name string
	t    *types.Type
}

// factors are the types by which money can be multiplied and divided.
func factors() []namedType {
	return []namedType{{"int", cel.IntType}, {"double", cel.DoubleType}, {"percent", typePercent}}
}

// widened turns an int beside a double into a double.
func widened(a, b ref.Val) (ref.Val, ref.Val) {
	switch x := a.(type) {
	case types.Int:
		if _, ok := b.(types.Double); ok {
			return types.Double(x), b
		}
	case types.Double:
		if y, ok := b.(types.Int); ok {
			return a, types.Double(y)
		}
	}
	return a, b
}

func add(a, b ref.Val) ref.Val {
	if err := boundSum(a, b); err != nil {
		return types.WrapErr(err)
	}
	a, b = widened(lengthLast(a, b))
	if x, y, ok := doubles(a, b); ok {
		return finite(x + y)
	}
	if moved, ok := shifted(a, b, 1); ok {
		return moved
	}
	a = besideRatio(a, b)
	if x, ok := a.(traits.Adder); ok {
		return x.Add(b)
	}
	return types.MaybeNoSuchOverloadErr(a)
}

func subtract(a, b ref.Val) ref.Val {
	a, b = widened(a, b)
	if x, y, ok := doubles(a, b); ok {
		return finite(x - y)
	}
	if moved, ok := shifted(a, b, -1); ok {
		return moved
	}
	a = besideRatio(a, b)
	if x, ok := a.(traits.Subtractor); ok {
		return x.Subtract(b)
	}
	return types.MaybeNoSuchOverloadErr(a)
}

func times(a, b ref.Val) ref.Val {
	if _, ok := b.(*Amount); ok {
		a, b = b, a
	}
	a, b = widened(a, b)
	if x, y, ok := doubles(a, b); ok {
		return finite(x * y)
	}
	a = besideRatio(a, b)
	if x, ok := a.(traits.Multiplier); ok {
		return x.Multiply(b)
	}
	return types.MaybeNoSuchOverloadErr(a)
}

func divide(a, b ref.Val) ref.Val {
	a, b = widened(a, b)
	if x, y, ok := doubles(a, b); ok {
		if y == 0 {
			return types.WrapErr(ErrDivisionByZero)
		}
		return finite(x / y)
	}
	a = besideRatio(a, b)
	switch x := a.(type) {
	case types.Duration:
		return divideDuration(x, b)
	case traits.Divider:
		return x.Divide(b)
	}
	return types.MaybeNoSuchOverloadErr(a)
}

// divideDuration divides a duration by another. It returns the double that is nearest to the exact
// quotient.
func divideDuration(a types.Duration, b ref.Val) ref.Val { return Nearest(Quotient(a, b)) }

func negate(v ref.Val) ref.Val {
	if x, ok := v.(traits.Negater); ok {
		return x.Negate()
	}
	return types.MaybeNoSuchOverloadErr(v)
}

func compare(a, b ref.Val) ref.Val {
	if x, ok := a.(traits.Comparer); ok {
		return x.Compare(b)
	}
	return types.MaybeNoSuchOverloadErr(a)
}
