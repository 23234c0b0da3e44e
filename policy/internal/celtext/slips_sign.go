package celtext

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
)

// signSlip finds signs that no expression can contain: signs of other languages, other quotation
// marks, and texts without an end.
func (f *finder) signSlip(i int) bool {
	src := f.src
	t := src.Tokens[i]
	at, text := Span{t.From, t.To}, src.TokenText(t)
	switch {
	case t.Kind == TokOpenText:
		f.issues.Add(at, CodeSyntax, f.closingQuote(i), "the quote is not closed")
	case f.otherComparison(i), f.insertion(i):
	case t.Kind != TokStray:
		return false
	case f.curlyText(i), f.signedAmount(i):
	default:
		f.issues.Add(at, CodeSyntax, strayRemedy(at, text), "%s is not in the language", text)
	}
	return true
}

// closingQuote ends an open text behind its first word, if the rest can follow a text.
func (f *finder) closingQuote(i int) Remedy {
	src := f.src
	t := src.Tokens[i]
	text := src.TokenText(t)
	mark, rest := text[:1], text[1:]
	other := strings.NewReplacer(`"`, "'", "'", `"`).Replace(mark)
	end := strings.IndexAny(rest, " "+other+")],&|")
	if end < 0 {
		end = len(rest)
	}
	word, behind := rest[:end], strings.TrimLeft(strings.TrimPrefix(rest[end:], other), " ")
	switch {
	case mark != `"` && mark != "'" || word == "":
	case behind == "", strings.HasPrefix(behind, "&&"), strings.HasPrefix(behind, "||"), strings.IndexByte(")],?:", behind[0]) >= 0:
		to := t.From + len([]rune(text)) - len([]rune(strings.TrimPrefix(rest[end:], other)))
		return Write(Span{t.From, to}, Quote(word))
	}
	return Remedy{}
}

// otherComparison reports the comparisons of other languages: =, =>, =<, ===, !==, <>.
func (f *finder) otherComparison(i int) bool {
	src := f.src
	j, written := i, src.Word(i)
	for j < i+2 && src.glued(j) && strings.Contains("=<>!", src.Word(j + 1)[:1]) && src.Tokens[j+1].Kind != TokText {
		j++
		written += src.Word(j)
	}
	meant := map[string]string{
		"=": "==", "=>": ">=", "=<": "<=", "===": "==", "!==": "!=", "<>": "!=", "=!": "!=", "=!=": "!=", "><": "!=", "!<": ">=", "!>": "<=", "~=": "!=", ":=": "==", "/=": "!=", "<=>": "==", "====": "==",
	}
	if next := src.Word(i + 1); j == i && next == "=" && (written == ">" || written == "<" || written == "!" || written == "=") {
		j, written = i+1, map[string]string{">": "=>", "<": "=<", "!": "=!", "=": "===="}[written] // with a blank between
	}
	for ; j > i && meant[written] == ""; j-- { // "=-1" is = and -1
		written = strings.TrimSuffix(written, src.Word(j))
	}
	if meant[written] == "" {
		return false
	}
	at := src.span(i, j)
	r := Write(at, meant[written])
	if i == 0 && written == "=" && len(src.Tokens) > 1 { // as spreadsheets begin a formula
		f.issues.Add(at, CodeSyntax, Remedy{"remove it", Fix{at.From, src.Tokens[1].From, ""}}, "= is not in the language")
		return true
	}
	if written == "=" {
		r.Hint += " to compare"
	}
	f.issues.Add(at, CodeSyntax, r, "%s is not in the language", written)
	return true
}

// opening has the marks that open a text in some language, with the marks that close it.
var opening = map[string]string{"“": "”“\"", "”": "”\"", "„": "“”\"", "‘": "’‘'", "’": "’'", "‚": "‘’'", "«": "»", "»": "«", "`": "`´'", "´": "´'", "″": "″", "＂": "＂"}

// curlyText reports a text in quotation marks of another language.
func (f *finder) curlyText(i int) bool {
	src := f.src
	closers, ok := opening[src.Word(i)]
	if !ok {
		return false
	}
	from := src.Tokens[i].From
	for to := from + 1; to < len(src.Runes) && src.Runes[to] != '\n'; to++ {
		if !strings.ContainsRune(closers, src.Runes[to]) {
			continue
		}
		at := Span{from, to + 1}
		inner := src.Text(from+1, to)
		if strings.Contains(inner, "${") {
			return false
		}
		f.issues.Add(at, CodeSyntax, Write(at, Quote(inner)), "%s is not in the language: texts stand in straight quotes", src.Word(i))
		return true
	}
	return false
}

// signedAmount reports €5 and 5€.
func (f *finder) signedAmount(i int) bool {
	src := f.src
	from, to := i, i
	for to+1 < len(src.Tokens) && src.glued(to) && (src.Tokens[to+1].Kind == TokNumber || src.Is(to+1, ",")) {
		to++
	}
	if from == to && src.Tokens[min(i+1, len(src.Tokens)-1)].Kind == TokNumber {
		to = i + 1
	}
	if from == to && i > 0 && src.Tokens[i-1].Kind == TokNumber {
		for from = i - 1; from > 1 && src.Is(from-1, ",") && src.glued(from-1) && src.glued(from-2) && src.Tokens[from-2].Kind == TokNumber; {
			from -= 2
		}
	}
	at := src.span(from, to)
	amount := slip.Amount(src.Text(at.From, at.To), "")
	if from == to || amount == "" {
		return false
	}
	f.issues.Add(at, CodeLiteralHere, Write(at, "money("+Quote(amount)+")").Assuming(src.Text(at.From, at.To), amount), "%s is written another way in expressions", src.Text(at.From, at.To))
	return true
}

// insertion reports a name with the marks that texts put around expressions, here or in other
// tools: ${x}, {{x}}, {x}, $x, @x.
func (f *finder) insertion(i int) bool {
	src := f.src
	mark := src.Word(i)
	open := i
	switch {
	case (mark == "$" || mark == "#" || mark == "%") && src.glued(i) && src.Is(i+1, "{"):
		open = i + 1
	case (mark == "$" || mark == "@" || mark == "#") && src.glued(i) && src.isName(i+1) && src.Tokens[i].Kind == TokStray:
		at := src.span(i, src.operandAfter(i+1))
		f.issues.Add(at, CodeSyntax, Write(at, src.Text(at.From+1, at.To)), "%s is not in the language: names stand by themselves", mark)
		return true
	case mark != "{" || src.Tokens[i].Kind != TokPunct:
		return false
	}
	end := src.Match[open]
	if end < 0 {
		return false
	}
	first, last := open+1, end-1
	if src.Is(first, "{") && src.Match[first] == last {
		first, last = first+1, last-1
	}
	if first > last || src.operandAfter(first) != last || !src.isName(first) {
		return false
	}
	at := src.span(i, end)
	f.issues.Add(at, CodeSyntax, Write(at, src.TextOf(first, last)), "this is an expression already: names stand in it by themselves")
	return true
}

func strayRemedy(at Span, text string) Remedy {
	switch text {
	case "&":
		return Write(at, "&&")
	case "|":
		return Write(at, "||")
	case "“", "”", "„", "‘", "’", "«", "»", "`", "´":
		return Say(`write straight quotes: "…"`)
	case "≥":
		return Write(at, ">=")
	case "≤":
		return Write(at, "<=")
	case "≠":
		return Write(at, "!=")
	case "×", "·":
		return Write(at, "*")
	case "÷":
		return Write(at, "/")
	case "¬":
		return Write(at, "!")
	case "∧":
		return Write(at, "&&")
	case "∨":
		return Write(at, "||")
	case "–", "—", "−":
		return Write(at, "-")
	case "\u00a0", "\u2007", "\u202f", "\u2009", "\u3000":
		return Remedy{"write a plain space: this blank is another character", Fix{at.From, at.To, " "}}
	case "\ufeff", "\u200b":
		return Remedy{"remove this invisible character", Fix{at.From, at.To, ""}}
	case ";":
		return Remedy{"remove it", Fix{at.From, at.To, ""}}
	}
	return Remedy{}
}
