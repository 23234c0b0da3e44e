package celenv

import (
	"errors"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// constant replaces a node by a value. The checker sees a reference of the type; fold then puts the
// value itself there.
func (c *compiler) constant(e ast.Expr, v ref.Val, t *types.Type, at celtext.Span) {
	c.replace(e, &reference{kind: refConstant, value: v, at: at}, t)
}

// literalArg returns the text in name("text"). ok is false for a call with other arguments.
func literalArg(e ast.Expr) (arg ast.Expr, text string, ok bool) {
	args := e.AsCall().Args()
	if len(args) != 1 {
		return nil, "", false
	}
	text, ok = textLiteral(args[0])
	return args[0], text, ok
}

// badLiteral reports a text in money("…") and the like that is no value of the type.
func (c *compiler) badLiteral(e, literal ast.Expr, t value.Type, err error) {
	message, hint := err.Error(), ""
	var wrong *value.SyntaxError
	if errors.As(err, &wrong) {
		message, hint, _ = strings.Cut(message, ": ")
	}
	text, _ := textLiteral(literal)
	r := celtext.Say(hint)
	if code := celtext.LiteralCode(text, t); code != "" {
		r = celtext.Write(c.places.of(e), code)
		name := strings.TrimPrefix(e.AsCall().FunctionName(), ".")
		if inner, ok := strings.CutPrefix(code, name+"("); ok {
			r = celtext.Write(c.places.at(literal), strings.TrimSuffix(inner, ")"))
		}
	} else if days := slip.Date(text); t.Kind == value.KindDate && len(days) == 2 {
		r = celtext.Say(ambiguous(days))
	}
	c.remedied(c.places.at(literal), celtext.CodeBadLiteral, r, "%s", message)
	c.breakOff(e, c.places.of(e))
}

func (c *compiler) scanMoney(e ast.Expr) {
	arg, text, ok := literalArg(e)
	if !ok {
		c.remedied(c.argumentOr(e), celtext.CodeBadLiteral, c.moneyArguments(e), "money takes an amount in quotes")
		c.breakOff(e, c.places.of(e))
		return
	}
	m, err := value.ParseMoney(text)
	if err != nil {
		c.badLiteral(e, arg, value.Type{Kind: value.KindMoney}, err)
		return
	}
	c.constant(e, cellib.Box(m), cellib.MoneyType(m.Currency()), c.places.of(e))
}

// moneyArguments is the remedy for calls such as money(10, "EUR").
func (c *compiler) moneyArguments(e ast.Expr) celtext.Remedy {
	args, at := e.AsCall().Args(), c.places.of(e)
	if len(args) == 0 {
		return celtext.Say(`as in money("10 EUR")`)
	}
	inner := c.places.of(args[0]).Join(c.places.of(args[len(args)-1]))
	text := strings.NewReplacer(",", " ", `"`, "", "'", "").Replace(c.places.src.Text(inner.From, inner.To))
	if amount := slip.Amount(text, ""); amount != "" {
		return celtext.Write(at, "money("+celtext.Quote(amount)+")").Assuming(text, amount)
	}
	return celtext.Say(`as in money("10 EUR"); an amount of another number is money("1 EUR") * x`)
}

// argumentOr returns where the first argument stands, or the call's name without one.
func (c *compiler) argumentOr(e ast.Expr) celtext.Span {
	if args := e.AsCall().Args(); len(args) > 0 {
		return c.places.of(args[0])
	}
	return c.places.name(e)
}

// scanDate reads date("2026-06-30"). It adds the scope's zone to date(x), which is the day of an
// instant.
func (c *compiler) scanDate(e ast.Expr) {
	if arg, text, ok := literalArg(e); ok {
		d, err := value.ParseDate(text)
		if err != nil {
			c.badLiteral(e, arg, value.Type{Kind: value.KindDate}, err)
			return
		}
		c.constant(e, cellib.Box(d), cellib.TypeFor(value.Type{Kind: value.KindDate}), c.places.of(e))
		return
	}
	c.scanZoned(e, cellib.DateOf)
}

// scanZoned adds the scope's zone to a call, which becomes one of the function with that name.
func (c *compiler) scanZoned(e ast.Expr, name string) {
	args := e.AsCall().Args()
	c.scanArgs(e)
	c.places.known[e.ID()] = c.places.of(e)
	zone := c.added()
	c.zoneReference(zone)
	e.SetKindCase(ast.NewExprFactory().NewCall(e.ID(), name, append(slices.Clone(args), zone)...))
}

// added returns a node that does not stand in the source.
func (c *compiler) added() ast.Expr {
	c.nextID--
	return ast.NewExprFactory().NewIdent(c.nextID, frameName)
}

func (c *compiler) scanTimestamp(e ast.Expr) {
	arg, text, ok := literalArg(e)
	if !ok {
		c.report(c.argumentOr(e), celtext.CodeLeftOut, "declare the field as a timestamp; it is read and checked with the incident", "timestamp takes a time in quotes only")
		c.breakOff(e, c.places.of(e))
		return
	}
	t, err := value.ParseTimestamp(text)
	if err != nil {
		c.badLiteral(e, arg, value.Type{Kind: value.KindTimestamp}, err)
		return
	}
	c.constant(e, cellib.Box(t), types.TimestampType, c.places.of(e))
}

func (c *compiler) scanDuration(e ast.Expr) {
	arg, text, ok := literalArg(e)
	if !ok {
		c.scanArgs(e)
		return
	}
	d, err := cellib.ParseDuration(text)
	if err != nil {
		c.badLiteral(e, arg, value.Type{Kind: value.KindDuration}, err)
		return
	}
	c.constant(e, cellib.Box(d), types.DurationType, c.places.of(e))
}

// checkPattern refuses a regular expression in matches() that is not written out. A pattern that is
// known at load is checked once, and no incident can make it large.
func (c *compiler) checkPattern(e ast.Expr) {
	args := e.AsCall().Args()
	if len(args) == 0 {
		return
	}
	pattern := args[len(args)-1]
	text, ok := textLiteral(pattern)
	if !ok {
		c.report(c.places.of(pattern), celtext.CodeLeftOut, "use contains, startsWith or ==, or put the pattern into quotes", "matches takes a pattern in quotes only")
		return
	}
	size, err := patternSize(text)
	switch {
	case err != nil:
		c.report(c.places.at(pattern), celtext.CodeBadLiteral, "", "%q is no regular expression: %s", celtext.Shown(text), patternError(err))
	case len(text) > cellib.MaxPattern || size > cellib.MaxPattern:
		c.report(c.places.at(pattern), celtext.CodeTooComplex, "", "the regular expression is too large: %d steps, at most %d", max(size, len(text)), cellib.MaxPattern)
	}
}

// patternSize counts the instructions of a regular expression. The function of cel-go for this
// panics for (0){0}, because it does not simplify first.
func patternSize(text string) (int, error) {
	if len(text) > cellib.MaxPattern {
		return 0, nil
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0, err
	}
	return len(program.Inst), nil
}

func patternError(err error) string {
	_, message, found := strings.Cut(err.Error(), "error parsing regexp: ")
	if !found {
		return err.Error()
	}
	return message
}
