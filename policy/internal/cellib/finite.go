package cellib

import (
	"maps"
	"math"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Every double of an expression is a finite number. An operation whose result would be infinite or
// NaN is an error, as it is for ints. Otherwise a comparison with such a result would decide
// something silently. So code that reads a double needs no check.

// finite returns the result of arithmetic on two doubles, or an error if it has no value.
func finite(f float64) ref.Val {
	switch {
	case math.IsNaN(f):
		return types.WrapErr(errNoNumber)
	case math.IsInf(f, 0):
		return types.WrapErr(ErrOverflow)
	}
	return types.Double(f)
}

// doubles returns the operands where both are doubles.
func doubles(a, b ref.Val) (x, y float64, ok bool) {
	m, ok := a.(types.Double)
	n, okToo := b.(types.Double)
	return float64(m), float64(n), ok && okToo
}

// finiteResult returns the result of a function, or an error if it has no value.
func finiteResult(v ref.Val, args []ref.Val) ref.Val {
	d, ok := v.(types.Double)
	if !ok || d-d == 0 {
		return v
	}
	if text, isText := args[0].(types.String); isText {
		return types.NewErr("%q is not a double", string(text))
	}
	return finite(float64(d))
}

// finiteFunctions redeclares the library functions that give doubles, so that they give an error
// in the place of a double that has no value: double("NaN"), math.sqrt(-1.0).
func finiteFunctions(declared map[string]*decls.FunctionDecl) ([]cel.EnvOption, error) {
	var options []cel.EnvOption
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		implementations, err := bindingsOf(declared[name])
		if err != nil {
			return nil, err
		}
		for _, o := range declared[name].OverloadDecls() {
			impl := implementations[o.ID()]
			if impl == nil || !o.ResultType().IsExactType(types.DoubleType) {
				continue // arithmetic.go checks its own results
			}
			options = append(options, cel.Function(name, rebound(o, func(args ...ref.Val) ref.Val {
				return finiteResult(Call(impl, args), args)
			})))
		}
	}
	return options, nil
}
