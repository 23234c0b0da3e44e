package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// rules refuses expressions that CEL's types allow and the language does not.
func (c *compiler) rules() {
	c.ruleAt(c.tree.Expr())
}

func (c *compiler) ruleAt(e ast.Expr) {
	for _, child := range children(e) {
		c.ruleAt(child)
	}
	switch e.Kind() {
	case ast.ListKind:
		c.ruleList(e)
	case ast.CallKind:
		c.ruleCall(e)
	}
}

func (c *compiler) typeOf(e ast.Expr) *types.Type {
	if t := c.tree.GetType(e.ID()); t != nil {
		return t
	}
	return types.DynType
}

// ruleList refuses a list with members of several types. The checker accepts it, as a list of
// anything.
func (c *compiler) ruleList(e ast.Expr) {
	list := e.AsList()
	m := mismatches{c, c.tree}
	for i, member := range list.Elements() {
		if i == 0 || c.broken {
			continue
		}
		first := list.Elements()[0]
		a, b := c.memberType(list, 0), c.memberType(list, i)
		if a.IsExactType(b) || open(a) || open(b) {
			continue
		}
		if m.money(member, first, member) {
			continue
		}
		r := oneWay(operand{b, member, m.text(member), c.places.of(member)}, operand{t: a})
		c.remedied(c.places.of(member), celtext.CodeTypeMismatch, r, "the members of a list are of one type: %s, %s", m.is(first), m.is(member))
	}
	if depth(c.typeOf(e)) > 2 {
		c.report(c.places.at(e), celtext.CodeTooComplex, "", "lists are nested too deeply")
	}
}

func (c *compiler) memberType(list ast.ListExpr, i int) *types.Type {
	t := c.typeOf(list.Elements()[i])
	if list.IsOptional(int32(i)) && len(t.Parameters()) == 1 {
		return t.Parameters()[0]
	}
	return t
}

// open reports whether a type is not fully known, such as the type of [].
func open(t *types.Type) bool {
	if t.Kind() == types.DynKind || t.Kind() == types.TypeParamKind {
		return true
	}
	for _, p := range t.Parameters() {
		if open(p) {
			return true
		}
	}
	return false
}

// depth counts the lists around lists.
func depth(t *types.Type) int {
	if t.Kind() == types.ListKind {
		return 1 + depth(t.Parameters()[0])
	}
	return 0
}

func (c *compiler) ruleCall(e ast.Expr) {
	name := e.AsCall().FunctionName()
	t := c.typeOf(e)
	if open(t) && !c.broken {
		c.report(c.places.of(e), celtext.CodeTypeMismatch, "", "the type of %s cannot be known", celtext.Shown(c.places.text(e)))
		return
	}
	if depth(t) > 2 {
		c.report(c.places.of(e), celtext.CodeTooComplex, "", "lists are nested too deeply")
		return
	}
	compares := comparesMembers(name)
	for _, arg := range children(e) {
		argType := c.typeOf(arg)
		switch {
		case compares && cellib.IsItems(argType) && !hasEmptyList(e) || compares && cellib.IsItem(argType):
			c.report(c.places.of(arg), celtext.CodeTypeMismatch, "compare their ids, as in x.id", "items are not compared")
			return
		case compares && depth(argType) > 1:
			c.report(c.places.of(arg), celtext.CodeTooComplex, "write flatten() first", "lists of lists are not compared")
			return
		case innerCurrency(argType) == cellib.AnyCurrency && usesAmount(name, argType) && !c.scales(e):
			c.reportNoCurrency(arg)
			return // once is enough for a == b
		}
	}
}

// hasEmptyList reports whether a call compares a list with [].
func hasEmptyList(e ast.Expr) bool { return slices.ContainsFunc(e.AsCall().Args(), isEmptyList) }

// comparesMembers reports whether a function compares the members of lists. In lists of lists the
// inner lists can be shared, so there could be more members than the memory holds.
func comparesMembers(name string) bool {
	switch name {
	case operators.Equals, operators.NotEquals, operators.In, "distinct":
		return true
	}
	return strings.HasPrefix(name, "sets.")
}

// scales reports whether a call only makes an amount larger or smaller. It needs no currency then:
// the result has that of the argument, and no other amount takes part.
func (c *compiler) scales(e ast.Expr) bool {
	switch e.AsCall().FunctionName() {
	case operators.Multiply, operators.Negate, "round_up", "round_down":
		return true
	case operators.Divide: // by an amount gives a number
		return cellib.CurrencyOf(c.typeOf(e)) != ""
	}
	return false
}

// usesAmount reports whether a function needs to know the currency of its argument,
// rather than only passing it on.
func usesAmount(name string, t *types.Type) bool {
	if comparesMembers(name) {
		return true
	}
	switch name {
	case operators.Conditional, operators.Index, operators.OptIndex, "orValue", cellib.OrText, "or", "hasValue", "optional.of", "optional.ofNonZeroValue",
		"optional.unwrap", "unwrapOpt", "size", "reverse", "slice", "first", "last", "flatten", "@sortByAssociatedKeys":
		return false
	case operators.Add: // of lists
		return cellib.CurrencyOf(t) != ""
	}
	return true
}

// unseen reports texts in quotes that hold invisible characters, as they are or as escapes.
// With them, two texts could look the same and differ.
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

// unseenPlace is where an invisible character stands, or where the text stands that has it as an
// escape.
func (c *compiler) unseenPlace(e ast.Expr, r rune) celtext.Span {
	at := c.places.at(e)
	if i := slices.Index(c.places.src.Runes[at.From:at.To], r); i >= 0 {
		return celtext.Span{From: at.From + i, To: at.From + i + 1}
	}
	return at
}

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
