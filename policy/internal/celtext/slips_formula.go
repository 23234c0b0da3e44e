package celtext

import (
	"slices"
	"strings"
)

// formulaSlip reports if … then … else …, and the functions of spreadsheets.
func (f *finder) formulaSlip() bool {
	src := f.src
	if strings.EqualFold(src.Word(0), "if") && !src.Is(1, "(") || strings.EqualFold(src.Word(0), "if") && f.hasWord("then") {
		return f.ifThen()
	}
	return f.valueIf() || f.firstSlip(f.formula)
}

// valueIf reports a if b else c.
func (f *finder) valueIf() bool {
	src := f.src
	find := func(word string) int {
		for i := range src.Tokens {
			if i > 0 && src.isName(i) && src.Word(i) == word && !src.Is(i-1, ".") {
				return i
			}
		}
		return -1
	}
	when, otherwise := find("if"), find("else")
	if when < 1 || !src.endsOperand(when-1) || otherwise < when+2 || otherwise+1 >= len(src.Tokens) {
		return false
	}
	text := src.TextOf(when+1, otherwise-1) + " ? " + src.TextOf(0, when-1) + " : " + src.TextOf(otherwise+1, len(src.Tokens)-1)
	f.issues.Add(src.span(when, when), CodeSyntax, Write(src.span(0, len(src.Tokens)-1), f.settled(text)), "%s is not in the language", src.Word(when))
	return true
}

func (f *finder) hasWord(word string) bool {
	src := f.src
	for i := range src.Tokens {
		if src.isName(i) && strings.EqualFold(src.Word(i), word) {
			return true
		}
	}
	return false
}

// ifThen rewrites if a then b else c, at the start of an expression, as a ? b : c; without
// else, as a && b.
func (f *finder) ifThen() bool {
	src := f.src
	find := func(from int, words ...string) int {
		for i := from; i < len(src.Tokens); i++ {
			if slices.Contains(words, strings.ToLower(src.Word(i))) {
				return i
			}
		}
		return -1
	}
	then := find(1, "then")
	otherwise := find(max(then, 1), "else", "otherwise")
	last := len(src.Tokens) - 1
	if src.Word(last) == "end" || src.Word(last) == "endif" {
		last--
	}
	at := src.span(0, 0)
	const message = "%s is not in the language"
	switch {
	case then > 1 && otherwise > then+1 && otherwise < last:
		text := src.TextOf(1, then-1) + " ? " + src.TextOf(then+1, otherwise-1) + " : " + src.TextOf(otherwise+1, last)
		f.issues.Add(at, CodeSyntax, Write(src.span(0, len(src.Tokens)-1), f.settled(text)), message, src.Word(0))
	case then > 1 && otherwise < 0 && then < last:
		text := src.TextOf(1, then-1) + " && " + src.TextOf(then+1, last)
		if strings.EqualFold(src.TextOf(then+1, last), "true") {
			text = src.TextOf(1, then-1)
		}
		f.issues.Add(at, CodeSyntax, Write(src.span(0, len(src.Tokens)-1), f.settled(text)), message, src.Word(0))
	case then < 0 && otherwise < 0 && last > 0:
		f.issues.Add(at, CodeSyntax, Remedy{"remove it", Fix{at.From, src.Tokens[1].From, ""}}, "%s is not in the language: a condition stands by itself", src.Word(0))
	default:
		f.issues.Add(at, CodeSyntax, Say("write condition ? value : other value"), message, src.Word(0))
	}
	return true
}

// formula reports a function of spreadsheets and databases: IF(a, b, c), AND(a, b).
func (f *finder) formula(i int) bool {
	src := f.src
	if !src.isName(i) || !src.Is(i+1, "(") || src.Match[i+1] < 0 || src.Is(i-1, ".") {
		return false
	}
	name := strings.ToUpper(src.Word(i))
	end := src.Match[i+1]
	args := f.arguments(i+1, end)
	text := formulaText(name, args)
	if text == "" || f.lang.IsFunction(src.Word(i)) {
		return false
	}
	if name == "NOT" && i > 0 && src.endsOperand(i-1) {
		return false
	}
	if whole := i == 0 && end == len(src.Tokens)-1; !whole && strings.ContainsAny(text, "?&|") {
		text = "(" + text + ")"
	}
	r := Write(src.span(i, end), text)
	if i == 0 && end == len(src.Tokens)-1 {
		r = Write(src.span(i, end), f.settled(text))
	}
	f.issues.Add(src.span(i, i), CodeUnknownFunction, r, "there is no function %s", src.Word(i))
	return true
}

// arguments cuts the text between two brackets at its commas, or at its semicolons.
func (f *finder) arguments(open, end int) (args []string) {
	src := f.src
	from := open + 1
	for i := from; i <= end; i++ {
		if m := src.Match[i]; m > i && m < end {
			i = m
			continue
		}
		if i < end && !src.Is(i, ",") && src.Word(i) != ";" {
			continue
		}
		if from < i {
			args = append(args, src.TextOf(from, i-1))
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
