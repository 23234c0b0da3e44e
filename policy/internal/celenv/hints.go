package celenv

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/value"
)

// operand is one side of a mismatch; e is nil where only the type is known.
type operand struct {
	t    *types.Type
	e    ast.Expr
	text string
}

func (o operand) kind() Kind { return typeOf(o.t).Kind }

func (o operand) literal() bool { return o.e != nil && o.e.Kind() == ast.LiteralKind }

// pairHint says what to write instead, for two operands that do not fit.
func pairHint(a, b operand) string {
	if hint := oneWayHint(a, b); hint != "" {
		return hint
	}
	return oneWayHint(b, a)
}

// oneWayHint looks at b as what should be turned into something like a.
func oneWayHint(b, a operand) string {
	number := b.kind() == Int || b.kind() == Double
	switch a.kind() {
	case Duration:
		switch {
		case number:
			return fmt.Sprintf("write hours(%s), or minutes or days", b.shown("x"))
		case b.kind() == String:
			return fmt.Sprintf("write duration(%s)", b.shown("x"))
		case b.kind() == Timestamp:
			return "a time minus a time is a duration"
		}
	case Money:
		return moneyHint(b, typeOf(a.t).Currency, number)
	case Date:
		switch b.kind() {
		case String:
			return literalHint("date", b, "2026-06-30")
		case Timestamp:
			return fmt.Sprintf("write date(%s)", b.shown("x"))
		}
	case Timestamp:
		if b.kind() == String {
			return literalHint("timestamp", b, "2026-03-02T10:00:00Z")
		}
	case Percent:
		if number {
			return fmt.Sprintf("write percent(%s)", b.shown("x"))
		}
	case String:
		if number && b.literal() {
			return fmt.Sprintf("write %q", b.text)
		}
	case Double:
		if b.kind() == Int {
			return fmt.Sprintf("write double(%s)", b.shown("x"))
		}
	case List:
		if b.kind() == typeOf(a.t).Elem {
			return fmt.Sprintf("write %s in %s", b.shown("x"), a.shown("list"))
		}
	}
	if optional := a.t; optional.Kind() == types.OpaqueKind && optional.TypeName() == optionalName {
		return "write .orValue(…) with what to use when there is no value"
	}
	return ""
}

func (o operand) shown(otherwise string) string {
	if o.e == nil {
		return otherwise
	}
	return o.text
}

func moneyHint(b operand, currency string, number bool) string {
	if currency == "" || currency == anyCurrency {
		currency = "EUR"
	}
	if b.kind() == String && b.literal() {
		if text, _ := textLiteral(b.e); moneyText(text) {
			return fmt.Sprintf("write money(%q)", text)
		}
	}
	if number && b.literal() {
		if m := b.text + " " + currency; moneyText(m) {
			return fmt.Sprintf("write money(%q)", m)
		}
	}
	if number || b.kind() == String {
		return fmt.Sprintf(`write money("10 %s")`, currency)
	}
	return ""
}

func moneyText(text string) bool {
	_, err := value.ParseMoney(text)
	return err == nil
}

// literalHint quotes what is written if it is such a value, else an example.
func literalHint(function string, b operand, example string) string {
	text, ok := "", false
	if b.e != nil {
		text, ok = textLiteral(b.e)
	}
	if !ok {
		return fmt.Sprintf("write %s(%q), or declare the field as a %s", function, example, function)
	}
	if function == "date" {
		_, err := value.ParseDate(text)
		ok = err == nil
	} else {
		_, err := value.ParseTimestamp(text)
		ok = err == nil
	}
	if !ok {
		text = example
	}
	return fmt.Sprintf("write %s(%q)", function, text)
}

// conditionHint says how a value of a type becomes a condition.
func conditionHint(t *types.Type, text string) string {
	if strings.ContainsAny(text, " ?&|") {
		text = "x"
	}
	switch own := typeOf(t); own.Kind {
	case String:
		if strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") {
			return ""
		}
		return "compare it, as in " + text + ` == "…"`
	case Int, Double:
		return "compare it, as in " + text + " >= 1"
	case Duration:
		return "compare it, as in " + text + " >= hours(24)"
	case Money:
		if own.Currency == "" {
			return ""
		}
		return fmt.Sprintf(`compare it, as in %s >= money("10 %s")`, text, own.Currency)
	case Timestamp:
		return "compare it, as in " + text + " < now"
	case Date:
		return "compare it, as in " + text + " < date(now)"
	case List:
		return "ask for a member, as in x in " + text
	case Other:
		if t.Kind() == types.OpaqueKind && t.TypeName() == optionalName {
			return "write .hasValue() or .orValue(false)"
		}
	}
	return ""
}

// resultHint says how the whole expression becomes what is wanted.
func (c *compiler) resultHint(e *form, want []Type) string {
	root := c.tree.Expr()
	text := shown(c.places.text(root))
	if e.cel.Kind() == types.OpaqueKind && e.cel.TypeName() == optionalName {
		return "write .orValue(…) with what to use when there is no value"
	}
	for _, w := range want {
		if w.Kind == Bool {
			return conditionHint(e.cel, text)
		}
		if hint := oneWayHint(operand{e.cel, root, text}, operand{t: celType(w)}); hint != "" {
			return hint
		}
	}
	return ""
}
