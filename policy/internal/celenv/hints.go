package celenv

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// operand is one side of a mismatch; e is nil where only the type is known.
type operand struct {
	t    *types.Type
	e    ast.Expr
	text string
	at   span
}

func (o operand) kind() value.Kind { return cellib.TypeOf(o.t).Kind }

func (o operand) literal() bool { return o.e != nil && o.e.Kind() == ast.LiteralKind }

// becomes is a remedy that writes something else for the operand; where it does not stand in
// the source, only says so.
func (o operand) becomes(text string) remedy {
	if o.e == nil {
		return say("write " + text)
	}
	return write(o.at, text)
}

// pairRemedy says what to write instead, for two operands that do not fit.
func pairRemedy(a, b operand) remedy {
	r, other := oneWay(b, a), oneWay(a, b)
	if r.hint == "" || r.fix.IsZero() && !other.fix.IsZero() {
		return other
	}
	return r
}

// oneWay looks at b as what should be turned into something like a.
func oneWay(b, a operand) remedy {
	number := b.kind() == value.KindInt || b.kind() == value.KindDouble
	if b.literal() {
		if text, ok := textLiteral(b.e); ok {
			if code := literalCode(text, cellib.TypeOf(a.t)); code != "" {
				return b.becomes(code)
			}
		}
	}
	switch a.kind() {
	case value.KindDuration:
		return durationRemedy(b, number)
	case value.KindMoney:
		return moneyRemedy(b, cellib.TypeOf(a.t).Currency, number)
	case value.KindDate:
		switch b.kind() {
		case value.KindString:
			return exampleOf("date", b, "2026-06-30")
		case value.KindTimestamp:
			return b.becomes("date(" + b.shown("x") + ")")
		}
	case value.KindTimestamp:
		if b.kind() == value.KindString {
			return exampleOf("timestamp", b, "2026-03-02T10:00:00Z")
		}
	case value.KindPercent:
		if number && b.literal() {
			return b.becomes(percentCode(b.text))
		} else if number {
			return b.becomes("percent(" + b.shown("x") + ")")
		}
	case value.KindString:
		if number && b.literal() {
			return b.becomes(quote(b.text))
		}
	case value.KindBool:
		if b.literal() && slip.Bool(b.text) != "" {
			return b.becomes(slip.Bool(b.text))
		}
	case value.KindInt:
		if b.kind() == value.KindString {
			return say("a whole number stands without quotes, as in " + a.shown("x") + " >= 3")
		}
	case value.KindDouble:
		if b.kind() == value.KindInt {
			return b.becomes("double(" + b.shown("x") + ")")
		}
	}
	if cellib.IsOptional(a.t) {
		return a.orValue(b.t)
	}
	return remedy{}
}

// orValue reads an optional with a value of a type for when there is none.
func (o operand) orValue(t *types.Type) remedy {
	const hint = "write .orValue(…) behind it, with what to use when there is no value"
	if zero := zeroOf(cellib.TypeOf(t)); zero != "" && o.e != nil {
		r := write(o.at, o.text+".orValue("+zero+")")
		r.hint += ", or with what else to use when there is no value"
		return r
	}
	return say(hint)
}

// zeroOf writes the value of a type that stands for nothing; "" where none does.
func zeroOf(t value.Type) string {
	switch t.Kind {
	case value.KindString:
		return `""`
	case value.KindInt:
		return "0"
	case value.KindDouble:
		return "0.0"
	case value.KindBool:
		return "false"
	case value.KindDuration:
		return "hours(0)"
	case value.KindPercent:
		return "percent(0)"
	case value.KindList:
		return "[]"
	case value.KindMoney:
		if isCurrency(t.Currency) {
			return `money("0 ` + t.Currency + `")`
		}
	}
	return ""
}

// LiteralCode writes what a text stands for outside expressions as an expression of a type;
// "" where that is not certain.
func LiteralCode(text string, t value.Type) string { return literalCode(text, t) }

// literalCode writes what a text stands for as a literal of another type; "" where that is
// not certain.
func literalCode(text string, t value.Type) string {
	switch t.Kind {
	case value.KindDuration:
		if _, err := value.ParseDuration(text); err == nil {
			return durationCode(text)
		}
		return durationCode(slip.Duration(text))
	case value.KindMoney:
		if !moneyText(text) {
			text = slip.Amount(text, t.Currency)
		}
		if text != "" {
			return "money(" + quote(text) + ")"
		}
	case value.KindDate:
		if days := slip.Date(text); len(days) == 1 {
			return "date(" + quote(days[0]) + ")"
		}
	case value.KindTimestamp:
		if _, err := value.ParseTimestamp(text); err == nil {
			return "timestamp(" + quote(text) + ")"
		}
	case value.KindPercent:
		return percentCode(text)
	case value.KindInt:
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return strconv.FormatInt(n, 10)
		}
	case value.KindDouble:
		if decimals.MatchString(strings.TrimSpace(text)) {
			return strings.TrimSpace(text)
		}
	case value.KindBool:
		return slip.Bool(text)
	}
	return ""
}

func (o operand) shown(otherwise string) string {
	if o.e == nil {
		return otherwise
	}
	return o.text
}

func durationRemedy(b operand, number bool) remedy {
	switch {
	case number && b.literal() && b.kind() == value.KindInt:
		r := b.becomes("hours(" + b.text + ")")
		r.hint += ", or minutes or days"
		return r
	case b.kind() == value.KindInt:
		return say("as in hours(" + b.shown("x") + "), or minutes or days")
	case number && b.literal():
		return b.becomes(durationCode(slip.Duration(b.text + "h")))
	case b.kind() == value.KindString && !b.literal():
		return b.becomes("duration(" + b.shown("x") + ")")
	case b.kind() == value.KindString:
		return say("write minutes(n), hours(n) or days(n)")
	case b.kind() == value.KindTimestamp:
		return say("a time minus a time is a duration")
	}
	return remedy{}
}

func moneyRemedy(b operand, currency string, number bool) remedy {
	if currency == "" || currency == cellib.AnyCurrency {
		currency = "EUR"
	}
	switch {
	case number && b.literal() && moneyText(b.text+" "+currency):
		return b.becomes("money(" + quote(b.text+" "+currency) + ")")
	case number && b.e != nil:
		return say(`a number of them is money("1 ` + currency + `") * ` + b.text)
	case number, b.kind() == value.KindString:
		return say(`write an amount, as in money("10 ` + currency + `")`)
	}
	return remedy{}
}

func moneyText(text string) bool {
	_, err := value.ParseMoney(text)
	return err == nil
}

// exampleOf says how a text becomes a day or a time, where it is not one.
func exampleOf(function string, b operand, example string) remedy {
	as := fmt.Sprintf("%s(%q)", function, example)
	if b.literal() {
		if days, _ := textLiteral(b.e); len(slip.Date(days)) == 2 {
			return say(ambiguous(slip.Date(days)))
		}
		return say("write it as in " + as)
	}
	return say("write it as in " + as + ", or declare the field as a " + function)
}

// ambiguous says which days a text can mean.
func ambiguous(days []string) string {
	return "write " + joinOr(quotedList(days)) + ", whichever is meant"
}

// conditionHint says how a value of a type becomes a condition.
func conditionHint(t *types.Type, text string) string {
	if strings.ContainsAny(text, " ?&|") {
		text = "x"
	}
	switch own := cellib.TypeOf(t); own.Kind {
	case value.KindString:
		if strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") {
			return ""
		}
		return "compare it, as in " + text + ` == "…"`
	case value.KindInt, value.KindDouble:
		return "compare it, as in " + text + " >= 1"
	case value.KindDuration:
		return "compare it, as in " + text + " >= hours(24)"
	case value.KindMoney:
		if own.Currency == "" {
			return ""
		}
		return fmt.Sprintf(`compare it, as in %s >= money("10 %s")`, text, own.Currency)
	case value.KindTimestamp:
		return "compare it, as in " + text + " < now"
	case value.KindDate:
		return "compare it, as in " + text + " < date(now)"
	case value.KindList:
		return "ask for a member, as in x in " + text
	case value.KindInvalid:
		if cellib.IsOptional(t) {
			return "write .hasValue() or .orValue(false)"
		}
	}
	return ""
}

// conditionRemedy says how a value becomes a condition, and writes it where it is certain:
// a text that says true or false, and an optional.
func (c *compiler) conditionRemedy(e ast.Expr, t *types.Type, text string) remedy {
	at := c.places.of(e)
	if literal, ok := textLiteral(e); ok && slip.Bool(literal) != "" {
		return write(at, slip.Bool(literal))
	}
	if cellib.IsOptional(t) && len(t.Parameters()) == 1 && t.Parameters()[0].Kind() == types.BoolKind {
		return write(at, text+".orValue(false)")
	}
	return say(conditionHint(t, text))
}

// resultRemedy says how the whole expression becomes what is wanted.
func (c *compiler) resultRemedy(e *form, want []value.Type) remedy {
	root := c.tree.Expr()
	whole := operand{e.cel, root, shown(c.places.text(root)), c.places.of(root)}
	for _, w := range want {
		if w.Kind == value.KindBool {
			return c.conditionRemedy(root, e.cel, whole.text)
		}
		if cellib.IsOptional(e.cel) {
			return whole.orValue(cellib.TypeFor(w))
		}
		if text, changed := c.branches(root, w); changed {
			return write(whole.at, text)
		}
		if r := oneWay(whole, operand{t: cellib.TypeFor(w)}); r.hint != "" {
			return r
		}
	}
	if cellib.IsOptional(e.cel) {
		return say("write .orValue(…) behind it, with what to use when there is no value")
	}
	return remedy{}
}

// branches writes an expression with its literals turned into a type, behind each ? and :.
func (c *compiler) branches(e ast.Expr, want value.Type) (text string, changed bool) {
	at := c.places.of(e)
	text = c.places.src.text(at.from, at.to)
	switch {
	case e.Kind() == ast.LiteralKind:
		literal, ok := textLiteral(e)
		if !ok {
			if want.Kind == value.KindDuration || want.Kind == value.KindBool {
				return text, false // hours or minutes, who knows
			}
			literal = text
		}
		if code := literalCode(literal, want); code != "" {
			return code, true
		}
	case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Conditional:
		for i := 2; i > 0; i-- { // from the end, so that places stay true
			branch := e.AsCall().Args()[i]
			if code, ok := c.branches(branch, want); ok {
				b := c.places.of(branch)
				text = string([]rune(text)[:b.from-at.from]) + code + string([]rune(text)[b.to-at.from:])
				changed = true
			}
		}
	}
	return text, changed
}
