package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// checkWholeDays refuses date + duration unless the duration is certainly one of whole days: a date
// has no time of day to which the rest could go.
func (c *compiler) checkWholeDays() { c.wholeDaysIn(c.tree.Expr()) }

func (c *compiler) wholeDaysIn(e ast.Expr) {
	for _, child := range children(e) {
		c.wholeDaysIn(child)
	}
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return
	}
	name, args := e.AsCall().FunctionName(), e.AsCall().Args()
	if name != operators.Add && name != operators.Subtract {
		return
	}
	moved, by := args[0], args[1]
	if cellib.TypeOf(c.typeOf(by)).Kind == value.KindDate {
		moved, by = by, moved
	}
	if cellib.TypeOf(c.typeOf(moved)).Kind == value.KindDate && c.typeOf(by).Kind() == types.DurationKind && !c.isWholeDays(by) {
		c.report(c.places.of(by), celtext.CodeTypeMismatch, "write days(n), months(n) or years(n), or a number of days",
			"a date moves by whole days, and %s may not be whole days", celtext.Shown(c.places.text(by)))
	}
}

// isWholeDays follows a duration to what it is made of.
func (c *compiler) isWholeDays(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		d, ok := e.AsLiteral().(types.Duration)
		if !ok {
			return false
		}
		if c.fixed == nil {
			c.fixed = map[int64]bool{}
		}
		c.fixed[e.ID()] = true // another expression's may be of hours
		_, whole := cellib.WholeDays(d.Duration)
		return whole
	case ast.CallKind:
		args := e.AsCall().Args()
		switch e.AsCall().FunctionName() {
		case "days":
			return true
		case operators.Conditional:
			args = args[1:]
		case operators.Add, operators.Subtract, operators.Negate, "max", "min":
		default:
			return false
		}
		for _, arg := range args {
			if !c.isWholeDays(arg) {
				return false
			}
		}
		return true
	}
	return false
}
