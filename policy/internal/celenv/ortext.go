package celenv

import (
	"github.com/google/cel-go/common/ast"

	"github.com/servicerecovery/amends/policy/internal/cellib"
)

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
