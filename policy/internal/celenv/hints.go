package celenv

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// operand is one side of a mismatch. e is nil where only the type is known.
type operand struct {
	t    *types.Type
	e    ast.Expr
	text string
	at   celtext.Span
}

func (o operand) kind() value.Kind { return cellib.TypeOf(o.t).Kind }

func (o operand) literal() bool { return o.e != nil && o.e.Kind() == ast.LiteralKind }

// becomes is a remedy that replaces the operand. It has no fix where the operand does not stand in
// the source.
func (o operand) becomes(text string) celtext.Remedy {
	if o.e == nil {
		return celtext.Say("write " + text)
	}
	return celtext.Write(o.at, text)
}

// pairRemedy says what to write in the place of one of two operands that do not fit.
func pairRemedy(a, b operand) celtext.Remedy {
	r, other := oneWay(b, a), oneWay(a, b)
	if r.Hint == "" || r.Fix.IsZero() && !other.Fix.IsZero() {
		return other
	}
	return r
}

// oneWay says how b becomes a value of the type of a.
func oneWay(b, a operand) celtext.Remedy {
	number := b.kind() == value.KindInt || b.kind() == value.KindDouble
	if b.literal() {
		if text, ok := textLiteral(b.e); ok {
			if code := celtext.LiteralCode(text, cellib.TypeOf(a.t)); code != "" {
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
			return b.becomes(celtext.PercentCode(b.text))
		} else if number {
			return b.becomes("percent(" + b.shown("x") + ")")
		}
	case value.KindString:
		if number && b.literal() {
			if day := slip.Weekday(b.text); a.isWeekday() && day != "" {
				return b.becomes(celtext.Quote(day))
			}
			return b.becomes(celtext.Quote(b.text))
		}
	case value.KindBool:
		if b.literal() && slip.Bool(b.text) != "" {
			return b.becomes(slip.Bool(b.text))
		}
	case value.KindInt:
		if b.kind() == value.KindString {
			return celtext.Say("a whole number stands without quotes, as in " + a.shown("x") + " >= 3")
		}
	case value.KindDouble:
		if b.kind() == value.KindInt {
			return b.becomes("double(" + b.shown("x") + ")")
		}
	}
	if cellib.IsOptional(a.t) {
		return a.orValue(b.t)
	}
	return celtext.Remedy{}
}

// orValue says how to read an optional, with a value of the type in case there is none.
func (o operand) orValue(t *types.Type) celtext.Remedy {
	const hint = "write .orValue(…) behind it, with what to use when there is no value"
	if zero := celtext.ZeroCode(cellib.TypeOf(t)); zero != "" && o.e != nil {
		r := celtext.Write(o.at, o.text+".orValue("+zero+")")
		r.Hint += ", or with what else to use when there is no value"
		return r
	}
	return celtext.Say(hint)
}

func (o operand) shown(otherwise string) string {
	if o.e == nil {
		return otherwise
	}
	return o.text
}

func durationRemedy(b operand, number bool) celtext.Remedy {
	switch {
	case number && b.literal() && b.kind() == value.KindInt:
		r := b.becomes("hours(" + b.text + ")")
		r.Hint += ", or minutes or days"
		return r
	case b.kind() == value.KindInt:
		return celtext.Say("as in hours(" + b.shown("x") + "), or minutes or days")
	case number && b.literal():
		return b.becomes(celtext.DurationCode(slip.Duration(b.text + "h")))
	case b.kind() == value.KindString && !b.literal():
		return b.becomes("duration(" + b.shown("x") + ")")
	case b.kind() == value.KindString:
		return celtext.Say("write minutes(n), hours(n) or days(n)")
	case b.kind() == value.KindTimestamp:
		return celtext.Say("a time minus a time is a duration")
	}
	return celtext.Remedy{}
}

func moneyRemedy(b operand, currency string, number bool) celtext.Remedy {
	if currency == "" || currency == cellib.AnyCurrency {
		currency = "EUR"
	}
	switch {
	case number && b.literal() && celtext.IsMoney(b.text+" "+currency):
		return b.becomes("money(" + celtext.Quote(b.text+" "+currency) + ")")
	case number && b.e != nil:
		return celtext.Say(`a number of them is money("1 ` + currency + `") * ` + b.text)
	case number, b.kind() == value.KindString:
		return celtext.Say(`write an amount, as in money("10 ` + currency + `")`)
	}
	return celtext.Remedy{}
}

// exampleOf says how to write a day or a time in the place of a text.
func exampleOf(function string, b operand, example string) celtext.Remedy {
	as := fmt.Sprintf("%s(%q)", function, example)
	if b.literal() {
		if days, _ := textLiteral(b.e); len(slip.Date(days)) == 2 {
			return celtext.Say(ambiguous(slip.Date(days)))
		}
		return celtext.Say("write it as in " + as)
	}
	return celtext.Say("write it as in " + as + ", or declare the field as a " + function)
}

// ambiguous says which days a text can mean.
func ambiguous(days []string) string {
	return "write " + celtext.Or(celtext.Quoted(days)) + ", whichever is meant"
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

// conditionRemedy says how a value becomes a condition. It has a fix for a text that says true or
// false, and for an optional.
func (c *compiler) conditionRemedy(e ast.Expr, t *types.Type, text string) celtext.Remedy {
	at := c.places.of(e)
	if literal, ok := textLiteral(e); ok && slip.Bool(literal) != "" {
		return celtext.Write(at, slip.Bool(literal))
	}
	if cellib.IsOptional(t) && len(t.Parameters()) == 1 && t.Parameters()[0].Kind() == types.BoolKind {
		return celtext.Write(at, text+".orValue(false)")
	}
	return celtext.Say(conditionHint(t, text))
}

// resultRemedy says how the whole expression becomes a value of a wanted type.
func (c *compiler) resultRemedy(e *form, want []value.Type) celtext.Remedy {
	root := c.tree.Expr()
	whole := operand{e.cel, root, celtext.Shown(c.places.text(root)), c.places.of(root)}
	for _, w := range want {
		if w.Kind == value.KindBool {
			return c.conditionRemedy(root, e.cel, whole.text)
		}
		if cellib.IsOptional(e.cel) {
			return whole.orValue(cellib.TypeFor(w))
		}
		if text, changed := c.branches(root, w); changed {
			return celtext.Write(whole.at, text)
		}
		if r := oneWay(whole, operand{t: cellib.TypeFor(w)}); r.Hint != "" {
			return r
		}
	}
	if cellib.IsOptional(e.cel) {
		return celtext.Say("write .orValue(…) behind it, with what to use when there is no value")
	}
	return celtext.Remedy{}
}

// branches writes an expression again, with the literals behind each ? and : turned into a type.
func (c *compiler) branches(e ast.Expr, want value.Type) (text string, changed bool) {
	at := c.places.of(e)
	text = c.places.src.Text(at.From, at.To)
	switch {
	case e.Kind() == ast.LiteralKind:
		literal, ok := textLiteral(e)
		if !ok {
			if want.Kind == value.KindDuration || want.Kind == value.KindBool {
				return text, false // the number alone does not tell the unit
			}
			literal = text
		}
		if code := celtext.LiteralCode(literal, want); code != "" {
			return code, true
		}
	case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Conditional:
		for i := 2; i > 0; i-- { // from the end, so that places stay true
			branch := e.AsCall().Args()[i]
			if code, ok := c.branches(branch, want); ok {
				b := c.places.of(branch)
				text = string([]rune(text)[:b.From-at.From]) + code + string([]rune(text)[b.To-at.From:])
				changed = true
			}
		}
	}
	return text, changed
}

// isWeekday reports whether an operand gives a day of the week.
func (o operand) isWeekday() bool {
	return o.e != nil && o.e.Kind() == ast.CallKind && o.e.AsCall().FunctionName() == cellib.Weekday
}

// lengths has the function that makes a length of time, for the one that reads a part of a time.
var lengths = map[string]string{"day": "days", "month": "months", "year": "years"}

// wallRemedy is the remedy where the parts of a time are confused with lengths of time: day(3) for
// days(3), and months(x) for month(x).
func (m mismatches) wallRemedy(e ast.Expr, name string, arg ast.Expr) celtext.Remedy {
	t := m.typeOf(arg)
	isTime := t.Kind() == types.TimestampKind || cellib.TypeOf(t).Kind == value.KindDate
	if to := lengths[name]; to != "" && t.Kind() == types.IntKind {
		return celtext.Write(m.c.places.name(e), to)
	}
	for part, length := range lengths {
		if length == name && isTime {
			return celtext.Write(m.c.places.name(e), part)
		}
	}
	switch {
	case name == "time_of_day" && cellib.TypeOf(t).Kind == value.KindDate:
		return celtext.Say("a date has no time of day: ask a timestamp for it")
	case name == "open" && cellib.TypeOf(t).Kind == value.KindDate:
		return celtext.Say("a date has no time of day: ask whether a timestamp lies in working hours, or for workdays(…)")
	}
	return celtext.Remedy{}
}

// wallNames has what the parts of a time are called in other languages.
var wallNames = map[string]string{
	"weekday": "weekday", "dayofweek": "weekday", "getday": "weekday", "isoweekday": "weekday", "dow": "weekday", "dayname": "weekday", "getweekday": "weekday",
	"hour": "time_of_day", "minute": "time_of_day", "hourofday": "time_of_day", "gethour": "time_of_day", "gethours": "time_of_day", "timeofday": "time_of_day", "time": "time_of_day",
	"year": "year", "getyear": "year", "getfullyear": "year", "month": "month", "getmonth": "month", "monthofyear": "month",
	"day": "day", "dayofmonth": "day", "getdate": "day",
	"addmonths": "months", "plusmonths": "months", "addyears": "years", "plusyears": "years", "adddays": "days", "plusdays": "days",
	"monthsbetween": "months_between", "yearsbetween": "years_between", "isopen": "open",
}

// wallRemedyFor is the remedy for a function of other languages that reads a part of a time, or moves
// one: x is the time, y the further argument.
func (c *compiler) wallRemedyFor(whole celtext.Span, name, x, y string) celtext.Remedy {
	t, ok := c.typeOfSource(x)
	if !ok || t.Kind != value.KindTimestamp && t.Kind != value.KindDate {
		return celtext.Remedy{}
	}
	switch to := wallNames[name]; to {
	case "", "open":
	case "time_of_day":
		if t.Kind == value.KindTimestamp && y == "" {
			return celtext.Say("compare time_of_day(" + x + ") with a duration, as in time_of_day(" + x + ") >= hours(9)")
		}
	case "months", "years", "days":
		if y != "" {
			return celtext.Write(whole, x+" + "+to+"("+y+")")
		}
	case "months_between", "years_between":
		if y != "" {
			return celtext.Write(whole, to+"("+x+", "+y+")")
		}
	default:
		if y == "" {
			return celtext.Write(whole, to+"("+x+")")
		}
	}
	return celtext.Remedy{}
}
