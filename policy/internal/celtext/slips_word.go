package celtext

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// between has the words that people write for an operator between two values, the longest first.
// Such a word is never a name there, because two values need an operator between them.
var between = []struct{ words, operator string }{
	{"is greater than or equal to", ">="}, {"greater than or equal to", ">="}, {"is less than or equal to", "<="}, {"less than or equal to", "<="},
	{"is not equal to", "!="}, {"is equal to", "=="}, {"not equal to", "!="}, {"is different from", "!="}, {"different from", "!="},
	{"is greater than", ">"}, {"is more than", ">"}, {"is less than", "<"}, {"is at least", ">="}, {"is at most", "<="}, {"is longer than", ">"}, {"is over", ">"}, {"is above", ">"}, {"is under", "<"}, {"is below", "<"},
	{"is later than", ">"}, {"is earlier than", "<"}, {"is after", ">"}, {"is before", "<"},
	{"greater than", ">"}, {"more than", ">"}, {"less than", "<"}, {"longer than", ">"}, {"at least", ">="}, {"at most", "<="}, {"equal to", "=="}, {"no more than", "<="}, {"no less than", ">="},
	{"is not", "!="}, {"not equals", "!="}, {"and also", "&&"}, {"or else", "||"}, {"es igual a", "=="}, {"igual a", "=="}, {"no es", "!="}, {"mayor que", ">"}, {"menor que", "<"}, {"ist nicht", "!="}, {"n'est pas", "!="},
	{"and", "&&"}, {"or", "||"}, {"is", "=="}, {"equals", "=="}, {"equal", "=="}, {"eq", "=="}, {"ne", "!="}, {"neq", "!="}, {"gt", ">"}, {"lt", "<"}, {"ge", ">="}, {"gte", ">="}, {"le", "<="}, {"lte", "<="},
	{"over", ">"}, {"above", ">"}, {"exceeds", ">"}, {"under", "<"}, {"below", "<"}, {"after", ">"}, {"before", "<"}, {"plus", "+"}, {"minus", "-"}, {"times", "*"}, {"x", "*"}, {"but", "&&"},
	{"y", "&&"}, {"o", "||"}, {"es", "=="}, {"und", "&&"}, {"oder", "||"}, {"ist", "=="}, {"et", "&&"}, {"ou", "||"}, {"est", "=="}, {"e", "&&"},
}

// methods has the words that people write between two texts for a method of the first one.
var methods = []struct {
	words, method string
	not           bool
}{
	{"does not contain", "contains", true}, {"doesnt contain", "contains", true}, {"not contains", "contains", true}, {"does not include", "contains", true},
	{"does not start with", "startsWith", true}, {"does not end with", "endsWith", true},
	{"contains", "contains", false}, {"contain", "contains", false}, {"includes", "contains", false}, {"include", "contains", false}, {"has", "contains", false}, {"like", "contains", false}, {"contiene", "contains", false}, {"enthält", "contains", false},
	{"startsWith", "startsWith", false}, {"starts with", "startsWith", false}, {"start with", "startsWith", false}, {"begins with", "startsWith", false}, {"beginsWith", "startsWith", false},
	{"endsWith", "endsWith", false}, {"ends with", "endsWith", false}, {"end with", "endsWith", false}, {"matches", "matches", false},
}

// wordSlip finds words of a spoken language where an operator or a sign belongs.
func (f *finder) wordSlip(i int) bool {
	src := f.src
	if !src.isName(i) || src.Is(i-1, ".") || i > 0 && src.Is(i-1, "?") && src.Is(i-2, ".") {
		return false
	}
	follows := i > 0 && src.endsOperand(i-1)
	if !follows {
		return f.notInFront(i) || f.halfOf(i)
	}
	return f.alternative(i) || f.nothingAsked(i) || f.notIn(i) || f.betweenBounds(i) || f.methodWord(i) || f.operatorWord(i)
}

// notInFront reports the word not in front of a condition.
func (f *finder) notInFront(i int) bool {
	src := f.src
	if word := strings.ToLower(src.Word(i)); word != "not" && word != "no" && word != "nicht" && word != "non" {
		return false
	}
	if end := src.operandAfter(i + 1); end > i && (src.isName(i+1) || src.Is(i+1, "(")) && !src.Is(i-1, ".") {
		at := Span{src.Tokens[i].From, src.Tokens[i].To}
		if src.Is(i+1, "(") {
			end = src.Match[i+1]
		}
		r := Write(Span{at.From, src.Tokens[i+1].From}, "!")
		if end+1 < len(src.Tokens) && !src.Is(i+1, "(") && (src.Compares(end+1) || src.Word(end+1) == "in") {
			if right := src.operandAfter(end + 2); right > 0 {
				whole := src.span(i, right)
				r = Write(whole, "!("+src.TextOf(i+1, right)+")")
			}
		}
		f.issues.Add(at, CodeSyntax, r, "%s is not an operator here", src.Word(i))
		return true
	}
	return false
}

// halfOf reports half of x.
func (f *finder) halfOf(i int) bool {
	src := f.src
	last := src.phrase(i, "half of the")
	if last < 0 {
		last = src.phrase(i, "half of")
	}
	to := src.operandAfter(last + 1)
	if last < 0 || to < 0 {
		return false
	}
	at := src.span(i, to)
	f.issues.Add(at, CodeSyntax, Write(at, src.TextOf(last+1, to)+" / 2"), "%s is not an operator here", src.TextOf(i, last))
	return true
}

// notIn reports x not in list, and x is in list.
func (f *finder) notIn(i int) bool {
	src := f.src
	for _, p := range []struct {
		words string
		not   bool
	}{{"is not in", true}, {"not in", true}, {"is not one of", true}, {"is in", false}, {"is one of", false}, {"one of", false}, {"is any of", false}, {"any of", false}} {
		last := src.phrase(i, p.words)
		from, to := src.operandBefore(i-1), src.operandAfter(last+1)
		if last < 0 || from < 0 || to < 0 {
			continue
		}
		list, end := f.listFrom(last+1, to)
		text := src.TextOf(from, i-1) + " in " + list
		if p.not {
			text = "!(" + text + ")"
		}
		f.issues.Add(src.span(i, last), CodeSyntax, Write(src.span(from, end), text), "%s is not an operator here", src.TextOf(i, last))
		return true
	}
	return false
}

// listFrom writes the values from token i on as a list. Commas or words join them. to is the last
// token of the first value.
func (f *finder) listFrom(i, to int) (list string, last int) {
	src := f.src
	if src.Is(i, "[") {
		return src.TextOf(i, to), to
	}
	if src.Is(i, "(") {
		return "[" + src.TextOf(i+1, to-1) + "]", to
	}
	if kind := src.Tokens[i].Kind; kind != TokText && kind != TokNumber {
		return src.TextOf(i, to), to
	}
	members := []string{src.TextOf(i, to)}
	for {
		next := to + 1
		if src.Is(next, ",") {
			next++
		}
		if word := strings.ToLower(src.Word(next)); word == "or" || word == "and" || word == "||" {
			next++
		}
		if next == to+1 || next >= len(src.Tokens) || src.Tokens[next].Kind != TokText && src.Tokens[next].Kind != TokNumber {
			return "[" + strings.Join(members, ", ") + "]", to
		}
		to = src.operandAfter(next)
		members = append(members, src.TextOf(next, to))
	}
}

// betweenBounds reports x between a and b.
func (f *finder) betweenBounds(i int) bool {
	src := f.src
	last := src.phrase(i, "between")
	if last < 0 {
		last = src.phrase(i, "is between")
	}
	from, low := src.operandBefore(i-1), src.operandAfter(last+1)
	if last < 0 || from < 0 || low < 0 {
		return false
	}
	and := low + 1
	high := src.operandAfter(and + 1)
	if word := strings.ToLower(src.Word(and)); high < 0 || word != "and" && word != "&&" && word != "to" && word != "," {
		return false
	}
	x := src.TextOf(from, i-1)
	text := x + " >= " + src.TextOf(last+1, low) + " && " + x + " <= " + src.TextOf(and+1, high)
	f.issues.Add(src.span(i, last), CodeSyntax, Write(src.span(from, high), text), "%s is not an operator here", src.TextOf(i, last))
	return true
}

// nothingAsked reports x is empty and the like.
func (f *finder) nothingAsked(i int) bool {
	src := f.src
	from := src.operandBefore(i - 1)
	if from < 0 {
		return false
	}
	for _, p := range []struct {
		words string
		there bool
	}{{"is not", true}, {"is", false}, {"exists", true}, {"is set", true}, {"is present", true}, {"is known", true}, {"is not set", false}, {"is not known", false}, {"is unknown", false}} {
		last := src.phrase(i, p.words)
		if last < 0 {
			continue
		}
		if strings.HasSuffix(p.words, "is") || strings.HasSuffix(p.words, "not") {
			if last++; !slip.Nothing(src.Word(last)) || !src.isName(last) {
				continue
			}
		}
		if last+1 < len(src.Tokens) && src.startsOperand(last+1) && !src.Is(last+1, "!") && !slices.Contains([]string{"and", "or"}, strings.ToLower(src.Word(last+1))) {
			continue
		}
		text := "has(" + src.TextOf(from, i-1) + ")"
		if !p.there {
			text = "!" + text
		}
		f.issues.Add(src.span(i, last), CodeSyntax, Write(src.span(from, last), text), "%s is not an operator here", src.TextOf(i, last))
		return true
	}
	return false
}

// methodWord reports x contains y and the like, where x is a text or a list.
func (f *finder) methodWord(i int) bool {
	src := f.src
	from := src.operandBefore(i - 1)
	for _, m := range methods {
		last := src.phrase(i, m.words)
		to := src.operandAfter(last + 1)
		if last < 0 || from < 0 || to < 0 {
			continue
		}
		x, y := src.TextOf(from, i-1), src.TextOf(last+1, to)
		text := x + "." + m.method + "(" + strings.TrimSuffix(strings.TrimPrefix(y, "("), ")") + ")"
		if t, ok := f.lang.TypeOf(x); ok && t.Kind == value.KindList && m.method == "contains" {
			text = y + " in " + x
			if m.not {
				text = "(" + text + ")"
			}
		}
		if m.not {
			text = "!" + text
		}
		f.issues.Add(src.span(i, last), CodeSyntax, Write(src.span(from, to), text), "%s is not an operator here", src.TextOf(i, last))
		return true
	}
	return false
}

// operatorWord reports words in the place of an operator between two values.
func (f *finder) operatorWord(i int) bool {
	src := f.src
	for _, p := range between {
		last := src.phrase(i, p.words)
		if last < 0 || last+1 >= len(src.Tokens) || !src.startsOperand(last+1) && !src.Is(last+1, "-") {
			continue
		}
		at := src.span(i, last)
		r := Write(at, p.operator)
		if p.operator == "&&" || p.operator == "||" {
			if t, ok := f.typeOf(src.operandBefore(i-1), i-1); ok && t.Kind != value.KindBool && (i < 2 || !src.Compares(src.operandBefore(i-1)-1)) {
				r = Say(p.operator + " joins conditions; a choice of two values is written condition ? value : other value")
			}
		}
		f.issues.Add(at, CodeSyntax, r, "%s is not an operator here", src.TextOf(i, last))
		return true
	}
	return false
}
