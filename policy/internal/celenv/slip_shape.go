package celenv

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// formulaSlip reports if … then … else …, and the functions of spreadsheets.
func (c *compiler) formulaSlip() bool {
	src := c.places.src
	if strings.EqualFold(src.word(0), "if") && !src.is(1, "(") || strings.EqualFold(src.word(0), "if") && c.hasWord("then") {
		return c.ifThen()
	}
	return c.valueIf() || c.firstSlip(c.formula)
}

// valueIf reports a if b else c.
func (c *compiler) valueIf() bool {
	src := c.places.src
	find := func(word string) int {
		for i := range src.tokens {
			if i > 0 && src.isName(i) && src.word(i) == word && !src.is(i-1, ".") {
				return i
			}
		}
		return -1
	}
	when, otherwise := find("if"), find("else")
	if when < 1 || !src.endsOperand(when-1) || otherwise < when+2 || otherwise+1 >= len(src.tokens) {
		return false
	}
	text := src.textOf(when+1, otherwise-1) + " ? " + src.textOf(0, when-1) + " : " + src.textOf(otherwise+1, len(src.tokens)-1)
	c.remedied(src.span(when, when), CodeSyntax, write(src.span(0, len(src.tokens)-1), c.settled(text)), "%s is not in the language", src.word(when))
	return true
}

func (c *compiler) hasWord(word string) bool {
	src := c.places.src
	for i := range src.tokens {
		if src.isName(i) && strings.EqualFold(src.word(i), word) {
			return true
		}
	}
	return false
}

// ifThen rewrites if a then b else c, at the start of an expression, as a ? b : c; without
// else, as a && b.
func (c *compiler) ifThen() bool {
	src := c.places.src
	find := func(from int, words ...string) int {
		for i := from; i < len(src.tokens); i++ {
			if slices.Contains(words, strings.ToLower(src.word(i))) {
				return i
			}
		}
		return -1
	}
	then := find(1, "then")
	otherwise := find(max(then, 1), "else", "otherwise")
	last := len(src.tokens) - 1
	if src.word(last) == "end" || src.word(last) == "endif" {
		last--
	}
	at := src.span(0, 0)
	const message = "%s is not in the language"
	switch {
	case then > 1 && otherwise > then+1 && otherwise < last:
		text := src.textOf(1, then-1) + " ? " + src.textOf(then+1, otherwise-1) + " : " + src.textOf(otherwise+1, last)
		c.remedied(at, CodeSyntax, write(src.span(0, len(src.tokens)-1), c.settled(text)), message, src.word(0))
	case then > 1 && otherwise < 0 && then < last:
		text := src.textOf(1, then-1) + " && " + src.textOf(then+1, last)
		if strings.EqualFold(src.textOf(then+1, last), "true") {
			text = src.textOf(1, then-1)
		}
		c.remedied(at, CodeSyntax, write(src.span(0, len(src.tokens)-1), c.settled(text)), message, src.word(0))
	case then < 0 && otherwise < 0 && last > 0:
		c.remedied(at, CodeSyntax, remedy{"remove it", Fix{at.from, src.tokens[1].from, ""}}, "%s is not in the language: a condition stands by itself", src.word(0))
	default:
		c.remedied(at, CodeSyntax, say("write condition ? value : other value"), message, src.word(0))
	}
	return true
}

// formula reports a function of spreadsheets and databases: IF(a, b, c), AND(a, b).
func (c *compiler) formula(i int) bool {
	src := c.places.src
	if !src.isName(i) || !src.is(i+1, "(") || src.match[i+1] < 0 || src.is(i-1, ".") {
		return false
	}
	name := strings.ToUpper(src.word(i))
	end := src.match[i+1]
	args := c.arguments(i+1, end)
	text := formulaText(name, args)
	if text == "" || c.scope.base.declared[src.word(i)] != nil {
		return false
	}
	if name == "NOT" && i > 0 && src.endsOperand(i-1) {
		return false
	}
	if whole := i == 0 && end == len(src.tokens)-1; !whole && strings.ContainsAny(text, "?&|") {
		text = "(" + text + ")"
	}
	r := write(src.span(i, end), text)
	if i == 0 && end == len(src.tokens)-1 {
		r = write(src.span(i, end), c.settled(text))
	}
	c.remedied(src.span(i, i), CodeUnknownFunction, r, "there is no function %s", src.word(i))
	return true
}

// settled follows the hints about a text that is to stand for the whole source, so that
// one hint does not lead to the next.
func (c *compiler) settled(text string) string {
	first := text
	for range 8 {
		next := newCompiler(c.scope, text, c.message)
		if next.form(c.want) != nil {
			return text
		}
		i := slices.IndexFunc(next.issues, func(i Issue) bool { return !i.Fix.IsZero() })
		if i < 0 {
			return first
		}
		text = next.issues[i].Fix.apply(text)
	}
	return first
}

// arguments cuts what stands between two brackets at its commas, or semicolons.
func (c *compiler) arguments(open, end int) (args []string) {
	src := c.places.src
	from := open + 1
	for i := from; i <= end; i++ {
		if m := src.match[i]; m > i && m < end {
			i = m
			continue
		}
		if i < end && !src.is(i, ",") && src.word(i) != ";" {
			continue
		}
		if from < i {
			args = append(args, src.textOf(from, i-1))
		}
		from = i + 1
	}
	return args
}

// formulaText writes a formula in the language; "" where there is no such formula.
func formulaText(name string, args []string) string {
	join := func(operator string) string {
		parts := slices.Clone(args)
		for i, p := range parts {
			if strings.ContainsAny(p, "?&|") {
				parts[i] = "(" + p + ")"
			}
		}
		return strings.Join(parts, operator)
	}
	switch n := len(args); {
	case n == 3 && (name == "IF" || name == "IIF" || name == "SI" || name == "WENN"):
		return args[0] + " ? " + args[1] + " : " + args[2]
	case n >= 2 && (name == "AND" || name == "Y" || name == "UND" || name == "ET"):
		return join(" && ")
	case n >= 2 && (name == "OR" || name == "O" || name == "ODER" || name == "OU"):
		return join(" || ")
	case n == 1 && (name == "NOT" || name == "NO" || name == "NICHT"):
		return "!(" + args[0] + ")"
	case n == 0 && (name == "TODAY" || name == "HOY" || name == "HEUTE" || name == "CURDATE" || name == "CURRENT_DATE"):
		return "date(now)"
	case n == 0 && (name == "NOW" || name == "GETDATE" || name == "AHORA"):
		return "now"
	case n == 1 && (name == "ISBLANK" || name == "ISEMPTY" || name == "ISNULL" || name == "EMPTY" || name == "ISNA"):
		return "!has(" + args[0] + ")"
	case n == 1 && (name == "EXISTS" || name == "DEFINED" || name == "ISSET" || name == "PRESENT"):
		return "has(" + args[0] + ")"
	case n == 1 && (name == "LEN" || name == "LENGTH" || name == "COUNT" || name == "STRLEN"):
		return "size(" + args[0] + ")"
	case n == 1 && (name == "LOWER" || name == "LCASE"):
		return args[0] + ".lowerAscii()"
	case n == 1 && (name == "UPPER" || name == "UCASE"):
		return args[0] + ".upperAscii()"
	case n == 1 && name == "TRIM":
		return args[0] + ".trim()"
	case n == 2 && (name == "CONTAINS" || name == "INCLUDES"):
		return args[0] + ".contains(" + args[1] + ")"
	case n == 2 && (name == "STARTSWITH" || name == "STARTS_WITH"):
		return args[0] + ".startsWith(" + args[1] + ")"
	case n == 2 && (name == "ENDSWITH" || name == "ENDS_WITH"):
		return args[0] + ".endsWith(" + args[1] + ")"
	case n == 2 && (name == "MAX" || name == "MIN"):
		return strings.ToLower(name) + "(" + strings.Join(args, ", ") + ")"
	case n == 1 && name == "ABS":
		return "math.abs(" + args[0] + ")"
	case n >= 2 && (name == "CONCAT" || name == "CONCATENATE"):
		return join(" + ")
	}
	return ""
}

// shapeSlip finds brackets without their other half, operators that are missing or miss
// something, and values that are joined otherwise than in the language.
func (c *compiler) shapeSlip(i int) bool {
	src := c.places.src
	t := src.tokens[i]
	text, at := src.tokenText(t), span{t.from, t.to}
	isBracket := t.kind == tokPunct && strings.Contains("()[]{}", text)
	switch {
	case c.chained(i), c.callWithoutBrackets(i), c.halfComparison(i), c.listWithoutBrackets(i), c.alternative(i), c.withoutQuotes(i), c.nothingCompared(i):
	case isBracket && src.match[i] < 0 && strings.Contains("([{", text):
		c.remedied(at, CodeSyntax, c.closingBracket(i), "%s is not closed", text)
	case isBracket && src.match[i] < 0:
		c.remedied(at, CodeSyntax, remedy{"remove it", Fix{at.from, at.to, ""}}, "%s closes nothing", text)
	case i > 0 && src.endsOperand(i-1) && src.missesOperator(i):
		c.report(at, CodeSyntax, "", "an operator is missing before %s", shown(text))
	case src.isOperator(i) && src.missesOperand(i):
		c.remedied(at, CodeSyntax, c.surplusOperator(i), "something is missing after %s", text)
	default:
		return false
	}
	return true
}

// closingBracket closes a bracket at the end of the source, where nothing else is open.
func (c *compiler) closingBracket(i int) remedy {
	src := c.places.src
	for j := range src.tokens {
		if j != i && src.match[j] < 0 && src.tokens[j].kind == tokPunct && strings.Contains("()[]{}", src.word(j)) {
			return remedy{}
		}
	}
	closer := map[string]string{"(": ")", "[": "]", "{": "}"}[src.word(i)]
	end := len(src.tokens) - 1
	if src.isName(i-1) && src.glued(i-1) || src.is(i, "[") {
		// A call's bracket most likely closes behind its first argument.
		if last := src.operandAfter(i + 1); last > 0 && src.is(i, "(") {
			end = last
		}
	}
	if end <= i {
		return remedy{}
	}
	to := src.tokens[end].to
	return remedy{"close it with " + closer, Fix{to, to, closer}}
}

// surplusOperator drops an operator that is written twice, or that stands at the end.
func (c *compiler) surplusOperator(i int) remedy {
	src := c.places.src
	switch {
	case i == len(src.tokens)-1 && i > 0 && (src.is(i, "&&") || src.is(i, "||")):
		return remedy{"remove it, or write what it joins", Fix{src.tokens[i-1].to, src.tokens[i].to, ""}}
	case i+1 < len(src.tokens) && src.word(i) == src.word(i+1) && (src.is(i, "&&") || src.is(i, "||")):
		return remedy{"write it once", Fix{src.tokens[i].from, src.tokens[i+1].from, ""}}
	}
	return remedy{}
}

// chained reports a <= x < b.
func (c *compiler) chained(i int) bool {
	src := c.places.src
	order := func(i int) bool { return src.compares(i) && src.word(i) != "==" && src.word(i) != "!=" }
	if !order(i) {
		return false
	}
	low, mid := src.operandBefore(i-1), src.operandAfter(i+1)
	if low < 0 || mid < 0 || !order(mid+1) {
		return false
	}
	high := src.operandAfter(mid + 2)
	if high < 0 {
		return false
	}
	if t, ok := c.typeOfTokens(mid+2, high); ok && t.Kind == value.KindBool {
		return false
	}
	x := src.textOf(i+1, mid)
	text := src.textOf(low, mid) + " && " + x + " " + src.textOf(mid+1, high)
	c.remedied(src.span(mid+1, mid+1), CodeSyntax, write(src.span(low, high), text), "one value is compared with one other: two comparisons are joined by &&")
	return true
}

// callWithoutBrackets reports hours 24 and has x.
func (c *compiler) callWithoutBrackets(i int) bool {
	src := c.places.src
	name := src.word(i)
	to := src.operandAfter(i + 1)
	if !src.isName(i) || src.is(i-1, ".") || to < 0 || src.is(i+1, "(") || src.is(i+1, "[") || src.is(i+1, "!") || src.word(i+1) == "in" {
		return false
	}
	if !slices.Contains([]string{"has", "hours", "minutes", "days", "money", "percent", "date", "duration", "timestamp", "size"}, name) {
		return false
	}
	at := src.span(i, to)
	c.remedied(at, CodeSyntax, write(at, name+"("+src.textOf(i+1, to)+")"), "what %s takes stands in brackets", name)
	return true
}

// halfComparison reports x > a && < b.
func (c *compiler) halfComparison(i int) bool {
	src := c.places.src
	if !src.is(i, "&&") && !src.is(i, "||") || !src.compares(i+1) {
		return false
	}
	right := src.operandBefore(i - 1)
	if right < 2 || !src.compares(right-1) {
		return false
	}
	left := src.operandBefore(right - 2)
	if left < 0 {
		return false
	}
	at := src.span(i, i+1)
	r := write(at, src.word(i)+" "+src.textOf(left, right-2)+" "+src.word(i+1))
	c.remedied(at, CodeSyntax, r, "each side of %s is a condition by itself", src.word(i))
	return true
}

// listWithoutBrackets reports x in "a", "b" and x in ("a", "b").
func (c *compiler) listWithoutBrackets(i int) bool {
	src := c.places.src
	if !src.isName(i) || src.word(i) != "in" || i == 0 || !src.endsOperand(i-1) {
		return false
	}
	to := src.operandAfter(i + 1)
	if to < 0 || src.is(i+1, "[") {
		return false
	}
	if src.is(i+1, "(") && len(c.arguments(i+1, to)) < 2 && src.tokens[i+2].kind != tokText {
		return false
	}
	if src.tokens[i+1].kind != tokText && !src.is(i+1, "(") {
		return false
	}
	list, end := c.listFrom(i+1, to)
	at := src.span(i+1, end)
	if left := src.operandBefore(i - 1); end == i+1 && left >= 0 {
		if t, ok := c.typeOfTokens(left, i-1); ok && t.Kind == value.KindList {
			r := write(src.span(left, end), src.word(end)+" in "+src.textOf(left, i-1))
			c.remedied(at, CodeSyntax, r, "in looks into a list: the list stands behind it")
			return true
		}
	}
	c.remedied(at, CodeSyntax, write(at, list), "in looks into a list, which stands in [ ]")
	return true
}

// alternative reports x == "a" || "b".
func (c *compiler) alternative(i int) bool {
	src := c.places.src
	if !src.is(i, "||") && !src.is(i, "&&") && !src.is(i, ",") && src.word(i) != "or" {
		return false
	}
	if i+1 >= len(src.tokens) || src.tokens[i+1].kind != tokText || src.operandAfter(i+1) != i+1 {
		return false
	}
	if j := i + 2; j < len(src.tokens) && (src.compares(j) || src.is(j, "+") || src.word(j) == "in") {
		return false
	}
	right := src.operandBefore(i - 1)
	if right < 2 || !src.compares(right-1) || src.tokens[right].kind != tokText {
		return false
	}
	left := src.operandBefore(right - 2)
	if left < 0 {
		return false
	}
	operator := src.word(i)
	if operator == "," || operator == "or" {
		operator = "||"
	}
	comparison := src.textOf(left, right-2) + " " + src.word(right-1) + " " + src.word(i+1)
	r := write(src.span(i, i+1), operator+" "+comparison)
	c.remedied(src.span(i+1, i+1), CodeTypeMismatch, r, "%s alone is no condition: each side of %s is one", src.word(i+1), operator)
	return true
}

// withoutQuotes reports a text of several words without quotes: x == late parcel.
func (c *compiler) withoutQuotes(i int) bool {
	src := c.places.src
	if !src.compares(i) || !src.isName(i+1) {
		return false
	}
	last := i + 1
	for src.isName(last+1) && last+1 < len(src.tokens) || src.is(last+1, "-") && src.glued(last) && src.glued(last+1) && src.isName(last+2) {
		last++
	}
	if last == i+1 || c.isVariable(src.word(i+1)) {
		return false
	}
	if t, ok := c.typeOfTokens(src.operandBefore(i-1), i-1); !ok || t.Kind != value.KindString {
		return false
	}
	at := src.span(i+1, last)
	c.remedied(at, CodeUnknownName, write(at, quote(src.textOf(i+1, last))), "a text stands in quotes")
	return true
}

func (c *compiler) isVariable(name string) bool { return slices.Contains(variables(c.message), name) }

// isMacroVariable reports whether a name is the variable of a macro somewhere in the source.
func (c *compiler) isMacroVariable(name string) bool {
	src := c.places.src
	for i := range src.tokens {
		if src.word(i) == name && src.is(i-1, "(") && src.is(i+1, ",") {
			return true
		}
	}
	return false
}

// nothingCompared reports x == null and x != "" of what may be absent.
func (c *compiler) nothingCompared(i int) bool {
	src := c.places.src
	if !src.is(i, "==") && !src.is(i, "!=") || !src.isName(i+1) || !slip.Nothing(src.word(i+1)) || src.is(i+2, ".") || src.is(i+2, "(") {
		return false
	}
	left := src.operandBefore(i - 1)
	if left < 0 || !src.isName(left) || c.isMacroVariable(src.word(i+1)) {
		return false
	}
	text := "has(" + src.textOf(left, i-1) + ")"
	if src.is(i, "==") {
		text = "!" + text
	}
	c.remedied(src.span(i+1, i+1), CodeLeftOut, write(src.span(left, i+1), text), "there is no %s, a value is there or it is not", src.word(i+1))
	return true
}
