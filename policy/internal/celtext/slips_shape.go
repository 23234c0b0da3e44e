package celtext

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// shapeSlip finds brackets without their other half, missing operators, operators without a value,
// and values that are joined in a way of other languages.
func (f *finder) shapeSlip(i int) bool {
	src := f.src
	t := src.Tokens[i]
	text, at := src.TokenText(t), Span{t.From, t.To}
	isBracket := t.Kind == TokPunct && strings.Contains("()[]{}", text)
	switch {
	case f.chained(i), f.callWithoutBrackets(i), f.halfComparison(i), f.listWithoutBrackets(i), f.alternative(i), f.withoutQuotes(i), f.nothingCompared(i):
	case isBracket && src.Match[i] < 0 && strings.Contains("([{", text):
		f.issues.Add(at, CodeSyntax, f.closingBracket(i), "%s is not closed", text)
	case isBracket && src.Match[i] < 0:
		f.issues.Add(at, CodeSyntax, Remedy{"remove it", Fix{at.From, at.To, ""}}, "%s closes nothing", text)
	case i > 0 && src.endsOperand(i-1) && src.missesOperator(i):
		f.issues.Add(at, CodeSyntax, Remedy{}, "an operator is missing before %s", Shown(text))
	case src.isOperator(i) && src.missesOperand(i):
		f.issues.Add(at, CodeSyntax, f.surplusOperator(i), "something is missing after %s", text)
	default:
		return false
	}
	return true
}

// closingBracket closes a bracket at the end of the source, where nothing else is open.
func (f *finder) closingBracket(i int) Remedy {
	src := f.src
	for j := range src.Tokens {
		if j != i && src.Match[j] < 0 && src.Tokens[j].Kind == TokPunct && strings.Contains("()[]{}", src.Word(j)) {
			return Remedy{}
		}
	}
	closer := map[string]string{"(": ")", "[": "]", "{": "}"}[src.Word(i)]
	end := len(src.Tokens) - 1
	if src.isName(i-1) && src.glued(i-1) || src.Is(i, "[") {
		// A call's bracket most likely closes behind its first argument.
		if last := src.operandAfter(i + 1); last > 0 && src.Is(i, "(") {
			end = last
		}
	}
	if end <= i {
		return Remedy{}
	}
	to := src.Tokens[end].To
	return Remedy{"close it with " + closer, Fix{to, to, closer}}
}

// surplusOperator drops an operator that is written twice, or that stands at the end.
func (f *finder) surplusOperator(i int) Remedy {
	src := f.src
	switch {
	case i == len(src.Tokens)-1 && i > 0 && (src.Is(i, "&&") || src.Is(i, "||")):
		return Remedy{"remove it, or write what it joins", Fix{src.Tokens[i-1].To, src.Tokens[i].To, ""}}
	case i+1 < len(src.Tokens) && src.Word(i) == src.Word(i+1) && (src.Is(i, "&&") || src.Is(i, "||")):
		return Remedy{"write it once", Fix{src.Tokens[i].From, src.Tokens[i+1].From, ""}}
	}
	return Remedy{}
}

// chained reports a <= x < b.
func (f *finder) chained(i int) bool {
	src := f.src
	order := func(i int) bool { return src.Compares(i) && src.Word(i) != "==" && src.Word(i) != "!=" }
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
	if t, ok := f.typeOf(mid+2, high); ok && t.Kind == value.KindBool {
		return false
	}
	x := src.TextOf(i+1, mid)
	text := src.TextOf(low, mid) + " && " + x + " " + src.TextOf(mid+1, high)
	f.issues.Add(src.span(mid+1, mid+1), CodeSyntax, Write(src.span(low, high), text), "one value is compared with one other: two comparisons are joined by &&")
	return true
}

// callWithoutBrackets reports hours 24 and has x.
func (f *finder) callWithoutBrackets(i int) bool {
	src := f.src
	name := src.Word(i)
	to := src.operandAfter(i + 1)
	if !src.isName(i) || src.Is(i-1, ".") || to < 0 || src.Is(i+1, "(") || src.Is(i+1, "[") || src.Is(i+1, "!") || src.Word(i+1) == "in" {
		return false
	}
	if !slices.Contains([]string{"has", "hours", "minutes", "days", "money", "percent", "date", "duration", "timestamp", "size"}, name) {
		return false
	}
	at := src.span(i, to)
	f.issues.Add(at, CodeSyntax, Write(at, name+"("+src.TextOf(i+1, to)+")"), "what %s takes stands in brackets", name)
	return true
}

// halfComparison reports x > a && < b.
func (f *finder) halfComparison(i int) bool {
	src := f.src
	if !src.Is(i, "&&") && !src.Is(i, "||") || !src.Compares(i+1) {
		return false
	}
	right := src.operandBefore(i - 1)
	if right < 2 || !src.Compares(right-1) {
		return false
	}
	left := src.operandBefore(right - 2)
	if left < 0 {
		return false
	}
	at := src.span(i, i+1)
	r := Write(at, src.Word(i)+" "+src.TextOf(left, right-2)+" "+src.Word(i+1))
	f.issues.Add(at, CodeSyntax, r, "each side of %s is a condition by itself", src.Word(i))
	return true
}

// listWithoutBrackets reports x in "a", "b" and x in ("a", "b").
func (f *finder) listWithoutBrackets(i int) bool {
	src := f.src
	if !src.isName(i) || src.Word(i) != "in" || i == 0 || !src.endsOperand(i-1) {
		return false
	}
	to := src.operandAfter(i + 1)
	if to < 0 || src.Is(i+1, "[") {
		return false
	}
	if src.Is(i+1, "(") && len(f.arguments(i+1, to)) < 2 && src.Tokens[i+2].Kind != TokText {
		return false
	}
	if src.Tokens[i+1].Kind != TokText && !src.Is(i+1, "(") {
		return false
	}
	list, end := f.listFrom(i+1, to)
	at := src.span(i+1, end)
	if left := src.operandBefore(i - 1); end == i+1 && left >= 0 {
		if t, ok := f.typeOf(left, i-1); ok && t.Kind == value.KindList {
			r := Write(src.span(left, end), src.Word(end)+" in "+src.TextOf(left, i-1))
			f.issues.Add(at, CodeSyntax, r, "in looks into a list: the list stands behind it")
			return true
		}
	}
	f.issues.Add(at, CodeSyntax, Write(at, list), "in looks into a list, which stands in [ ]")
	return true
}

// alternative reports x == "a" || "b".
func (f *finder) alternative(i int) bool {
	src := f.src
	if !src.Is(i, "||") && !src.Is(i, "&&") && !src.Is(i, ",") && src.Word(i) != "or" {
		return false
	}
	if i+1 >= len(src.Tokens) || src.Tokens[i+1].Kind != TokText || src.operandAfter(i+1) != i+1 {
		return false
	}
	if j := i + 2; j < len(src.Tokens) && (src.Compares(j) || src.Is(j, "+") || src.Word(j) == "in") {
		return false
	}
	right := src.operandBefore(i - 1)
	if right < 2 || !src.Compares(right-1) || src.Tokens[right].Kind != TokText {
		return false
	}
	left := src.operandBefore(right - 2)
	if left < 0 {
		return false
	}
	operator := src.Word(i)
	if operator == "," || operator == "or" {
		operator = "||"
	}
	comparison := src.TextOf(left, right-2) + " " + src.Word(right-1) + " " + src.Word(i+1)
	r := Write(src.span(i, i+1), operator+" "+comparison)
	f.issues.Add(src.span(i+1, i+1), CodeTypeMismatch, r, "%s alone is no condition: each side of %s is one", src.Word(i+1), operator)
	return true
}

// withoutQuotes reports a text of several words without quotes: x == late parcel.
func (f *finder) withoutQuotes(i int) bool {
	src := f.src
	if !src.Compares(i) || !src.isName(i+1) {
		return false
	}
	last := i + 1
	for src.isName(last+1) && last+1 < len(src.Tokens) || src.Is(last+1, "-") && src.glued(last) && src.glued(last+1) && src.isName(last+2) {
		last++
	}
	if last == i+1 || f.lang.IsVariable(src.Word(i+1)) {
		return false
	}
	if t, ok := f.typeOf(src.operandBefore(i-1), i-1); !ok || t.Kind != value.KindString {
		return false
	}
	at := src.span(i+1, last)
	f.issues.Add(at, CodeUnknownName, Write(at, Quote(src.TextOf(i+1, last))), "a text stands in quotes")
	return true
}

// isMacroVariable reports whether a name is the variable of a macro somewhere in the source.
func (f *finder) isMacroVariable(name string) bool {
	src := f.src
	for i := range src.Tokens {
		if src.Word(i) == name && src.Is(i-1, "(") && src.Is(i+1, ",") {
			return true
		}
	}
	return false
}

// nothingCompared reports x == null and the like: a value that may be absent has no null.
func (f *finder) nothingCompared(i int) bool {
	src := f.src
	if !src.Is(i, "==") && !src.Is(i, "!=") || !src.isName(i+1) || !slip.Nothing(src.Word(i+1)) || src.Is(i+2, ".") || src.Is(i+2, "(") {
		return false
	}
	left := src.operandBefore(i - 1)
	if left < 0 || !src.isName(left) || f.isMacroVariable(src.Word(i+1)) {
		return false
	}
	text := "has(" + src.TextOf(left, i-1) + ")"
	if src.Is(i, "==") {
		text = "!" + text
	}
	f.issues.Add(src.span(i+1, i+1), CodeLeftOut, Write(src.span(left, i+1), text), "there is no %s, a value is there or it is not", src.Word(i+1))
	return true
}
