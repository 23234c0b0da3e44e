package celenv

import (
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// mismatches reports the checker's findings in plain words.
type mismatches struct {
	c       *compiler
	checked *ast.AST
}

func (c *compiler) mismatches(checked *ast.AST, errs []*common.Error) {
	m := mismatches{c, checked}
	c.places.info = checked.SourceInfo()
	nodes := nodesByID(checked.Expr())
	for _, e := range errs {
		if node := nodes[e.ExprID]; node != nil {
			m.report(node, e.Message)
		}
	}
	if len(c.issues) == 0 {
		c.report(celtext.Span{From: 0, To: len(c.places.src.Runes)}, celtext.CodeTypeMismatch, "", "%s", errs[0].Message)
	}
}

func (m mismatches) report(e ast.Expr, message string) {
	switch {
	case e.Kind() == ast.CallKind && strings.HasPrefix(message, "found no matching overload"):
		m.call(e)
	case strings.HasPrefix(message, "expected type 'bool'"):
		m.c.remedied(m.c.places.of(e), celtext.CodeTypeMismatch, m.c.conditionRemedy(e, m.typeOf(e), m.text(e)), "a condition is wanted here, %s", m.is(e))
	case strings.Contains(message, "range of a comprehension"):
		m.c.report(m.c.places.of(e), celtext.CodeTypeMismatch, "", "only a list has members to look at, %s", m.is(e))
	case strings.HasPrefix(message, "expected type 'optional"):
		m.c.report(m.c.places.of(e), celtext.CodeTypeMismatch, "leave out the ?", "[?x] takes an optional, %s", m.is(e))
	case strings.HasPrefix(message, "expected type"):
		m.c.report(m.c.places.of(e), celtext.CodeTypeMismatch, "", "a value of another type is wanted here, %s", m.is(e))
	case len(children(e)) > 0 && strings.Contains(message, "field selection"):
		m.c.report(m.c.places.of(e), celtext.CodeTypeMismatch, "", "only objects have fields, %s", m.is(children(e)[0]))
	case e.Kind() == ast.SelectKind && m.unknownField(e):
	default:
		m.c.report(m.c.places.at(e), celtext.CodeTypeMismatch, "", "%s", message)
	}
}

// unknownField reports a field that the items of a list do not have.
func (m mismatches) unknownField(e ast.Expr) bool {
	list := m.c.scope.base.listOf(m.typeOf(e.AsSelect().Operand()))
	if list == nil {
		return false
	}
	var names []string
	for _, f := range list.Items {
		names = append(names, f.Name)
	}
	name := e.AsSelect().FieldName()
	at := m.c.places.of(e)
	at.From = at.To - len([]rune(name))
	m.c.remedied(at, celtext.CodeUnknownField, m.c.near(at, name, names, ""), "an item of %s has no field %s", list.Name, name)
	return true
}

func (m mismatches) typeOf(e ast.Expr) *types.Type {
	if t := m.checked.GetType(e.ID()); t != nil {
		return t
	}
	return types.DynType
}

func (m mismatches) text(e ast.Expr) string { return celtext.Shown(m.c.places.text(e)) }

// is writes "incident.delay is a duration".
func (m mismatches) is(e ast.Expr) string {
	return m.text(e) + " is " + celtext.Article(cellib.TextOf(m.typeOf(e)))
}

// with writes "incident.delay (duration)".
func (m mismatches) with(e ast.Expr) string {
	return m.text(e) + " (" + cellib.TextOf(m.typeOf(e)) + ")"
}

// call reports operands or arguments that no overload takes.
func (m mismatches) call(e ast.Expr) {
	args := children(e)
	name := e.AsCall().FunctionName()
	if len(args) == 2 && name != operators.Multiply && m.money(e, args[0], args[1]) {
		return
	}
	switch name {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		m.operands(e, args, "cannot compare %s with %s")
	case operators.Add:
		m.operands(e, args, "cannot add %s and %s")
	case operators.Subtract:
		m.operands(e, []ast.Expr{args[1], args[0]}, "cannot subtract %s from %s")
	case operators.Multiply:
		m.factors(e, args, "cannot multiply %s by %s")
	case operators.Divide, operators.Modulo:
		m.factors(e, args, "cannot divide %s by %s")
	case operators.In:
		m.membership(e, args)
	case operators.LogicalNot:
		m.c.remedied(m.c.places.of(args[0]), celtext.CodeTypeMismatch, m.c.conditionRemedy(args[0], m.typeOf(args[0]), m.text(args[0])), "! turns a condition around, %s", m.is(args[0]))
	case operators.Negate:
		m.c.report(m.c.places.at(e), celtext.CodeTypeMismatch, "", "cannot negate %s", m.with(args[0]))
	case operators.Conditional:
		m.conditional(e, args)
	case operators.Index, operators.OptIndex:
		m.index(args)
	case cellib.CalendarOf:
		hint := "write its id in quotes"
		if m.c.names {
			hint = "write its id"
		}
		m.c.report(m.c.places.of(args[0]), celtext.CodeTypeMismatch, hint, "the id of a calendar is wanted here, %s", m.is(args[0]))
	default:
		m.function(e, args)
	}
}

func (m mismatches) operand(e ast.Expr) operand {
	return operand{m.typeOf(e), e, m.text(e), m.c.places.of(e)}
}

// operands reports two values that do not fit, at the one that should be replaced.
func (m mismatches) operands(e ast.Expr, args []ast.Expr, format string) {
	a, b := m.operand(args[0]), m.operand(args[1])
	r := m.dayRemedy(e, a, b)
	if r.Hint == "" {
		r = m.moveRemedy(e, a, b)
	}
	if r.Hint == "" {
		r = m.memberRemedy(e, a, b)
	}
	if r.Hint == "" {
		r = pairRemedy(a, b)
	}
	m.c.remedied(m.c.places.at(e), celtext.CodeTypeMismatch, r, format, m.with(args[0]), m.with(args[1]))
}

// dayRemedy says how to compare the day of a time with a day that is written as a text.
func (m mismatches) dayRemedy(e ast.Expr, a, b operand) celtext.Remedy {
	if e.Kind() != ast.CallKind || len(children(e)) != 2 {
		return celtext.Remedy{}
	}
	operator := m.c.places.at(e)
	whole := a.at.Join(b.at)
	for _, o := range []struct{ time, text operand }{{a, b}, {b, a}} {
		text, ok := "", o.text.literal()
		if ok {
			text, ok = textLiteral(o.text.e)
		}
		if _, err := value.ParseTimestamp(text); !ok || err == nil || o.time.kind() != value.KindTimestamp || len(slip.Date(text)) != 1 {
			continue
		}
		left, right := "date("+o.time.text+")", "date("+celtext.Quote(slip.Date(text)[0])+")"
		if o.text.at.From < o.time.at.From {
			left, right = right, left
		}
		return celtext.Write(whole, left+" "+m.c.places.src.Text(operator.From, operator.To)+" "+right)
	}
	return celtext.Remedy{}
}

// moveRemedy says how a date or a time moves by a length of time that is written as a text.
func (m mismatches) moveRemedy(e ast.Expr, a, b operand) celtext.Remedy {
	if name := e.AsCall().FunctionName(); name != operators.Add && name != operators.Subtract {
		return celtext.Remedy{}
	}
	if b.kind() == value.KindDate || b.kind() == value.KindTimestamp {
		a, b = b, a
	}
	if !b.literal() || a.kind() != value.KindDate && a.kind() != value.KindTimestamp {
		return celtext.Remedy{}
	}
	text, ok := textLiteral(b.e)
	if code := celtext.MonthsCode(text); ok && code != "" {
		return b.becomes(code)
	}
	if code := celtext.LiteralCode(text, value.Type{Kind: value.KindDuration}); ok && code != "" {
		return b.becomes(code)
	}
	return celtext.Remedy{}
}

// memberRemedy says how to look for a member in a list that is compared with it.
func (m mismatches) memberRemedy(e ast.Expr, a, b operand) celtext.Remedy {
	if e.Kind() != ast.CallKind {
		return celtext.Remedy{}
	}
	name := e.AsCall().FunctionName()
	if name != operators.Equals && name != operators.NotEquals {
		return celtext.Remedy{}
	}
	if b.kind() == value.KindList {
		a, b = b, a
	}
	if a.kind() != value.KindList || b.kind() != cellib.TypeOf(a.t).Elem {
		return celtext.Remedy{}
	}
	text := b.text + " in " + a.text
	if name == operators.NotEquals {
		text = "!(" + text + ")"
	}
	return celtext.Write(a.at.Join(b.at), text)
}

// factors reports operands that cannot be multiplied or divided. Giving both one type would not
// help: two durations cannot be multiplied either.
func (m mismatches) factors(e ast.Expr, args []ast.Expr, format string) {
	hint := ""
	a, b := cellib.TypeOf(m.typeOf(args[0])).Kind, cellib.TypeOf(m.typeOf(args[1])).Kind
	divided := e.AsCall().FunctionName() == operators.Divide
	switch {
	case a == value.KindDuration && divided:
		hint = "divide by a duration for a number, as in " + m.text(args[0]) + " / hours(1)"
	case a == value.KindTimestamp || b == value.KindTimestamp:
		hint = "a time minus a time is a duration, which is divided by a duration"
	case b == value.KindDuration && (a == value.KindMoney || a == value.KindPercent || divided):
		hint = "make a number of it first, as in (" + m.text(args[1]) + " / hours(1))"
	case a == value.KindDuration && (b == value.KindMoney || b == value.KindPercent):
		hint = "make a number of it first, as in (" + m.text(args[0]) + " / hours(1))"
	case a == value.KindDuration || b == value.KindDuration:
		hint = "durations are added, subtracted and divided by one another; build the one you mean with minutes(n), hours(n) or days(n)"
	}
	m.c.report(m.c.places.at(e), celtext.CodeTypeMismatch, hint, format, m.with(args[0]), m.with(args[1]))
}

// money reports amounts of two currencies, or without one. It knows them in lists too.
func (m mismatches) money(e, a, b ast.Expr) bool {
	left, right := innerCurrency(m.typeOf(a)), innerCurrency(m.typeOf(b))
	if left == "" || right == "" {
		return false
	}
	for _, side := range []ast.Expr{a, b} {
		if innerCurrency(m.typeOf(side)) == cellib.AnyCurrency {
			m.c.reportNoCurrency(side)
			return true
		}
	}
	if left == right {
		return false
	}
	m.c.report(m.c.places.called(e), celtext.CodeMixedCurrencies, "", "%s and %s cannot be mixed: %s, %s", left, right, m.is(a), m.is(b))
	return true
}

// innerCurrency returns the currency of money, also in a list or an optional.
func innerCurrency(t *types.Type) string {
	for t != nil && cellib.CurrencyOf(t) == "" && len(t.Parameters()) == 1 {
		t = t.Parameters()[0]
	}
	return cellib.CurrencyOf(t)
}

func (c *compiler) reportNoCurrency(e ast.Expr) {
	c.report(c.places.of(e), celtext.CodeNoCurrency, "give the field a currency", "the currency of %s is not known: amounts are compared and added, and divided by one another, in one currency", celtext.Shown(c.places.text(e)))
}

func (m mismatches) membership(e ast.Expr, args []ast.Expr) {
	a, b := m.operand(args[0]), m.operand(args[1])
	if b.t.Kind() != types.ListKind {
		r := celtext.Remedy{}
		switch {
		case b.t.Kind() == types.StringKind && a.literal():
			r = celtext.Write(a.at.Join(b.at), b.text+".contains("+a.text+")")
		case a.t.Kind() == types.ListKind && b.kind() == cellib.TypeOf(a.t).Elem:
			r = celtext.Write(a.at.Join(b.at), b.text+" in "+a.text)
		case b.kind() == a.kind():
			r = celtext.Write(b.at, "["+b.text+"]")
		}
		m.c.remedied(b.at, celtext.CodeTypeMismatch, r, "in looks into a list, %s", m.is(args[1]))
		return
	}
	r := pairRemedy(a, operand{t: b.t.Parameters()[0]})
	m.c.remedied(m.c.places.at(e), celtext.CodeTypeMismatch, r, "cannot look for %s in %s", m.with(args[0]), m.with(args[1]))
}

func (m mismatches) conditional(e ast.Expr, args []ast.Expr) {
	if m.typeOf(args[0]).Kind() != types.BoolKind {
		m.c.remedied(m.c.places.of(args[0]), celtext.CodeTypeMismatch, m.c.conditionRemedy(args[0], m.typeOf(args[0]), m.text(args[0])), "a condition is wanted here, %s", m.is(args[0]))
		return
	}
	if m.money(e, args[1], args[2]) {
		return
	}
	m.operands(e, args[1:], "the two values of ? : differ: %s, %s")
}

func (m mismatches) index(args []ast.Expr) {
	if m.typeOf(args[0]).Kind() != types.ListKind {
		m.c.report(m.c.places.of(args[0]), celtext.CodeTypeMismatch, "", "only a list has numbered members, %s", m.is(args[0]))
		return
	}
	m.c.report(m.c.places.of(args[1]), celtext.CodeTypeMismatch, "", "the members of a list are numbered by ints, %s", m.is(args[1]))
}
