package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// fold evaluates the constant parts, from the inside out. A part that fails is an error at load,
// even where || would absorb it: such a part can only be a mistake. The planner would not absorb it
// either.
func (c *compiler) fold() {
	c.foldAt(c.tree.Expr())
}

// foldAt returns the value of a node that is constant and does not fail.
func (c *compiler) foldAt(e ast.Expr) (ref.Val, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		return e.AsLiteral(), true
	case ast.SelectKind:
		if r := c.refs[e.ID()]; r != nil && r.kind == refConstant {
			return c.become(e, r.value), true
		}
	}
	args := children(e)
	vals := make([]ref.Val, 0, len(args))
	for i, arg := range args {
		if v, ok := c.foldAt(arg); ok {
			vals = append(vals, c.foldRatio(e, i, v))
		}
	}
	if len(vals) < len(args) {
		return nil, false
	}
	switch e.Kind() {
	case ast.ListKind:
		return cellib.Checked(types.NewRefValList(types.DefaultTypeAdapter, vals)), len(e.AsList().OptionalIndices()) == 0
	case ast.CallKind:
		return c.foldCall(e, vals)
	}
	return nil, false
}

// become puts a value into the tree. Its type and place stay those of the node.
func (c *compiler) become(e ast.Expr, v ref.Val) ref.Val {
	e.SetKindCase(ast.NewExprFactory().NewLiteral(e.ID(), v))
	return v
}

func (c *compiler) foldCall(e ast.Expr, args []ref.Val) (ref.Val, bool) {
	v := c.evaluate(e, args)
	if v == nil {
		return nil, false
	}
	if err, failed := v.(*types.Err); failed {
		message := evalMessage(err)
		if isIndex(e.AsCall().FunctionName()) && strings.HasPrefix(message, cellib.OutOfList) {
			message = outsideList(message, args[0])
		}
		c.report(c.places.of(e), celtext.CodeConstantFails, "", "%s always fails: %s", celtext.Shown(c.places.text(e)), message)
		return nil, false
	}
	switch r := v.(type) {
	case traits.Lister, *types.Optional:
		return v, true // constant, but it stays as it is written: the planner has a faster `in` for such a list
	case *cellib.Ratio:
		if !cellib.NearestIsExact(r) {
			c.fixLiterals(e) // another expression's may fail
			return v, true   // no literal of CEL is exact
		}
		v = cellib.Nearest(r)
	}
	// A literal has no children that tell its place, so the place is kept.
	c.places.known[e.ID()] = c.places.of(e)
	return c.become(e, v), true
}

// foldRatio turns a constant ratio into the nearest double where it is the argument of something
// other than arithmetic.
func (c *compiler) foldRatio(parent ast.Expr, arg int, v ref.Val) ref.Val {
	r, ok := v.(*cellib.Ratio)
	if !ok || parent.Kind() == ast.CallKind && cellib.KeepsRatio(parent.AsCall().FunctionName(), arg) {
		return v
	}
	nearest := cellib.Nearest(r)
	if types.IsError(nearest) {
		return v // the evaluation says so
	}
	e := children(parent)[arg]
	c.places.known[e.ID()] = c.places.of(e)
	return c.become(e, nearest)
}

func isRatio(v ref.Val) bool {
	_, is := v.(*cellib.Ratio)
	return is
}

// fixLiterals makes the literals of a part stay as they are in all expressions of a form.
func (c *compiler) fixLiterals(e ast.Expr) {
	if e.Kind() == ast.LiteralKind {
		if c.fixed == nil {
			c.fixed = map[int64]bool{}
		}
		c.fixed[e.ID()] = true
	}
	for _, child := range children(e) {
		c.fixLiterals(child)
	}
}

// evaluate applies a function. It returns nil for a call that only the interpreter can evaluate.
func (c *compiler) evaluate(e ast.Expr, args []ref.Val) ref.Val {
	switch name := e.AsCall().FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr, operators.Conditional, operators.Equals, operators.NotEquals,
		operators.Index, operators.OptIndex, "or", "orValue":
		if slices.ContainsFunc(args, isRatio) {
			return nil // the program gives the ratio
		}
		return c.evaluatePlanned(e)
	default:
		if name == operators.Divide && cellib.MakesRatio(c.typeOf(e.AsCall().Args()[0]), c.typeOf(e.AsCall().Args()[1])) {
			return cellib.Quotient(args[0], args[1])
		}
		if impl := c.implementation(e.ID(), name); impl != nil {
			return cellib.CallSafely(impl, args)
		}
	}
	return c.evaluatePlanned(e)
}

// implementation returns the implementation of a call's overload, nil where several overloads are
// possible.
func (c *compiler) implementation(id int64, name string) *functions.Overload {
	impls := c.scope.base.impls
	if ids := c.tree.GetOverloadIDs(id); len(ids) == 1 && impls[ids[0]] != nil {
		return impls[ids[0]]
	}
	return impls[name]
}

// evaluatePlanned evaluates a node that is no function of ours, by a program of the interpreter.
func (c *compiler) evaluatePlanned(e ast.Expr) ref.Val {
	program, err := planSafely(c.scope.base.env, partOf(c.tree, e), nil)
	if err != nil {
		return types.WrapErr(err)
	}
	v, _, err := program.Eval(cel.NoVars())
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}
