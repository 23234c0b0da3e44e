package celenv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/parser"

	"github.com/servicerecovery/amends/policy/value"
)

// Canonical writes an expression without the parts that have no meaning: blanks, comments, the
// style of quotes, brackets that change nothing. It writes each literal in one way. names are the
// names that it refers to, sorted: "terms.valued", "tables.late_credit.credit",
// "incident.order.value", "facts.repeats", "calendars.office"; "tables.fare.*" where the incident
// picks the column, "tables.fare" where the expression only tests whether there is a row.
//
// It works on the syntax alone: no macro is expanded and no constant is folded. So the text stays
// recognisable.
func Canonical(source string) (text string, names []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser failed: %v", r)
		}
	}()
	p, err := parser.NewParser(
		parser.Macros(), parser.EnableOptionalSyntax(true),
		parser.MaxRecursionDepth(maxDepth), parser.ExpressionSizeCodePointLimit(maxSourceRunes), parser.MaxExpressionNodeCount(maxNodes),
	)
	if err != nil {
		return "", nil, err
	}
	tree, errs := p.Parse(common.NewTextSource(source))
	if list := errs.GetErrors(); len(list) > 0 {
		return "", nil, fmt.Errorf("%s", list[0].Message)
	}
	c := canon{}
	c.visit(tree.Expr())
	slices.Sort(c.names)
	text, err = parser.Unparse(tree.Expr(), tree.SourceInfo())
	return text, slices.Compact(c.names), err
}

// canon walks a syntax tree, writes literals in one way and collects names.
type canon struct{ names []string }

func (c *canon) visit(e ast.Expr) {
	if path := pathOf(e); len(path) > 1 && slices.Contains([]string{"incident", "facts", "terms", "tables"}, path[0]) {
		c.names = append(c.names, strings.Join(path, "."))
		return
	}
	if e.Kind() == ast.CallKind {
		if table := indexed(e.AsCall()); table != "" {
			c.names = append(c.names, table+".*")
			c.visit(e.AsCall().Args()[1])
			return
		}
		c.literal(e)
		c.calendar(e.AsCall())
	}
	for _, child := range children(e) {
		c.visit(child)
	}
}

// indexed returns the path of the table in which a call looks up a column; "" for any other call.
func indexed(call ast.CallExpr) string {
	if !isIndex(call.FunctionName()) || len(call.Args()) != 2 {
		return ""
	}
	if path := pathOf(call.Args()[0]); len(path) == 2 && path[0] == "tables" {
		return strings.Join(path, ".")
	}
	return ""
}

// pathOf returns the names of a chain of selections, nil for anything else.
func pathOf(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}
	case ast.SelectKind:
		if path := pathOf(e.AsSelect().Operand()); path != nil {
			return append(path, e.AsSelect().FieldName())
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != operators.OptSelect || len(call.Args()) != 2 {
			return nil
		}
		if field, ok := textLiteral(call.Args()[1]); ok {
			if path := pathOf(call.Args()[0]); path != nil {
				return append(path, field)
			}
		}
	}
	return nil
}

// literal writes the text in money("…"), duration("…") and timestamp("…") in one way.
func (c *canon) literal(e ast.Expr) {
	arg, text, ok := literalArg(e)
	if !ok || e.AsCall().IsMemberFunction() {
		return
	}
	switch e.AsCall().FunctionName() {
	case "money":
		if m, err := value.ParseMoney(text); err == nil {
			text = m.String()
		}
	case "duration":
		if d, err := value.ParseAnyDuration(text); err == nil {
			text = value.FormatDuration(d)
		}
	case "timestamp":
		if t, err := value.ParseTimestamp(text); err == nil {
			text = value.FormatTimestamp(t)
		}
	default:
		return
	}
	arg.SetKindCase(ast.NewExprFactory().NewLiteral(arg.ID(), types.String(text)))
}

// calendar notes the calendar that a function counts by.
func (c *canon) calendar(call ast.CallExpr) {
	if !takesCalendar(call.FunctionName()) || len(call.Args()) == 0 {
		return
	}
	if id, ok := textLiteral(call.Args()[0]); ok {
		c.names = append(c.names, "calendars."+id)
	}
}
