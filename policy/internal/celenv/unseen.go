package celenv

import (
	"slices"

	"github.com/google/cel-go/common/ast"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// unseen reports texts in quotes that hold what nobody can see, as it is or as an
// escape: two texts that look the same would not be the same.
func (c *compiler) unseen() {
	ast.PostOrderVisit(c.tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		text, ok := textLiteral(e)
		if !ok {
			return
		}
		for _, r := range unseen.All(text) {
			c.report(c.unseenPlace(e, r), unseen.Code, unseen.Hint, "%s", unseen.Message(r))
			return
		}
	}))
}

// unseenPlace is the character itself, or the text that has it as an escape.
func (c *compiler) unseenPlace(e ast.Expr, r rune) span {
	at := c.places.at(e)
	if i := slices.Index(c.places.src.runes[at.from:at.to], r); i >= 0 {
		return span{at.from + i, at.from + i + 1}
	}
	return at
}
