package celenv

import (
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"

	"github.com/servicerecovery/amends/policy/internal/cellib"
)

// mayEnd reports whether evaluating a node could end the whole evaluation, rather than give a value
// or an error. A loop could: it is metered. So could a function that is not known to be harmless:
// it may panic. Terms and tables are evaluated by themselves, and do not count.
func mayEnd(n ast.Expr) bool {
	switch n.Kind() {
	case ast.ComprehensionKind:
		return true
	case ast.CallKind:
		if !harmless(n.AsCall().FunctionName()) {
			return true
		}
	}
	for _, child := range children(n) {
		if mayEnd(child) {
			return true
		}
	}
	return false
}

// harmless reports whether a function always gives a value or an error. A function that is missing
// here still works; but conditions that stand behind it are not taken apart.
func harmless(name string) bool {
	switch name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.In, operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		operators.Index,
		overloads.Size, overloads.StartsWith, overloads.EndsWith, overloads.Contains, overloads.Matches,
		overloads.TypeConvertInt, overloads.TypeConvertDouble, overloads.TypeConvertString, overloads.TypeConvertBool, overloads.TypeConvertDuration,
		"orValue", "or", "hasValue", "hours", "minutes", "days", "percent", "round_up", "round_down", "max", "min",
		cellib.CalendarOf, cellib.CalendarIn, "workday", "workdays", "worked", "open",
		"lowerAscii", "upperAscii", "trim", "indexOf", "lastIndexOf", "charAt", "substring", "replace", "split", "join":
		return true
	}
	return cellib.IsZoned(name) || strings.HasPrefix(name, "get") // the parts of a duration
}
