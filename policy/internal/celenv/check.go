package celenv

import (
	"fmt"

	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// check runs the type checker and reports its findings. An int literal in the place of a double
// becomes a double first.
func (c *compiler) check() bool {
	checked, errs, err := c.typeCheck()
	if err == nil && len(errs) > 0 && c.widenLiterals(checked, errs) {
		checked, errs, err = c.typeCheck()
	}
	if err == nil && len(errs) > 0 && c.orText(checked) {
		checked, errs, err = c.typeCheck()
	}
	if err != nil {
		c.report(celtext.Span{From: 0, To: len(c.places.src.Runes)}, celtext.CodeTypeMismatch, "", "%s", err)
		return false
	}
	if c.getters(checked) {
		return false
	}
	if len(errs) > 0 {
		c.mismatches(checked, errs)
		return false
	}
	if c.sums(checked) {
		if checked, errs, err = c.typeCheck(); err != nil || len(errs) > 0 {
			c.mismatches(checked, errs)
			return false
		}
	}
	c.tree, c.places.info = checked, checked.SourceInfo()
	return true
}

// typeCheck returns the types that the checker has found, even if it has found errors too.
func (c *compiler) typeCheck() (checked *ast.AST, errs []*common.Error, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the type checker failed: %v", p)
		}
	}()
	checked, found := checker.Check(c.tree, common.NewTextSource(c.source), c.scope.base.checker)
	return checked, found.GetErrors(), nil
}

// widenLiterals turns an int literal into a double where the checker has refused an int beside a
// double. It reports whether it has changed anything.
func (c *compiler) widenLiterals(checked *ast.AST, errs []*common.Error) bool {
	nodes := nodesByID(checked.Expr())
	any := false
	for _, e := range errs {
		node := nodes[e.ExprID]
		if node == nil || node.Kind() != ast.CallKind {
			continue
		}
		args := children(node)
		switch node.AsCall().FunctionName() {
		case operators.Conditional:
			args = args[1:]
		case operators.Equals, operators.NotEquals, operators.In, "max", "min", "orValue":
		default:
			continue
		}
		if wantsDouble(checked, args) {
			for _, arg := range args {
				any = widenLiteral(arg) || any
			}
		}
	}
	return any
}

func wantsDouble(checked *ast.AST, args []ast.Expr) bool {
	for _, arg := range args {
		t := checked.GetType(arg.ID())
		for len(t.Parameters()) == 1 { // lists and optionals of doubles
			t = t.Parameters()[0]
		}
		if t.Kind() == types.DoubleKind {
			return true
		}
	}
	return false
}

// widenLiteral turns an int literal, or a list of them, into doubles. It leaves an int that no
// double equals.
func widenLiteral(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		n, ok := e.AsLiteral().(types.Int)
		if !ok || types.Int(types.Double(n)) != n {
			return false
		}
		e.SetKindCase(ast.NewExprFactory().NewLiteral(e.ID(), types.Double(n)))
		return true
	case ast.ListKind:
		any := false
		for _, member := range e.AsList().Elements() {
			any = widenLiteral(member) || any
		}
		return any
	}
	return false
}

// nodesByID maps the ids that errors name to the nodes of a tree.
func nodesByID(root ast.Expr) map[int64]ast.Expr {
	nodes := map[int64]ast.Expr{}
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		nodes[e.ID()] = e
		for _, child := range children(e) {
			walk(child)
		}
	}
	walk(root)
	return nodes
}

// orText lets a message write incident.?resolved_at.orValue("not yet"): whatever has no value becomes
// the text, and a value of any type is shown as messages show it. It reports whether the expression
// is one of these.
func (c *compiler) orText(checked *ast.AST) bool {
	root := c.tree.Expr()
	if !c.message || root.Kind() != ast.CallKind || root.AsCall().FunctionName() != "orValue" || !root.AsCall().IsMemberFunction() {
		return false
	}
	target, args := root.AsCall().Target(), root.AsCall().Args()
	if len(args) != 1 {
		return false
	}
	if _, isText := textLiteral(args[0]); !isText {
		return false
	}
	if t := checked.GetType(target.ID()); t == nil || !cellib.IsOptional(t) {
		return false
	}
	c.places.known[root.ID()] = c.places.of(root)
	root.SetKindCase(ast.NewExprFactory().NewCall(root.ID(), cellib.OrText, target, args[0]))
	return true
}
