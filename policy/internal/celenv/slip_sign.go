package celenv

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
)

// signSlip finds what no expression can contain: signs of other languages, quotation marks
// that are none, and texts without an end.
func (c *compiler) signSlip(i int) bool {
	src := c.places.src
	t := src.tokens[i]
	at, text := span{t.from, t.to}, src.tokenText(t)
	switch {
	case t.kind == tokOpenText:
		c.remedied(at, CodeSyntax, c.closingQuote(i), "the quote is not closed")
	case c.otherComparison(i), c.insertion(i):
	case t.kind != tokStray:
		return false
	case c.curlyText(i), c.signedAmount(i):
	default:
		c.remedied(at, CodeSyntax, strayRemedy(at, text), "%s is not in the language", text)
	}
	return true
}

// closingQuote puts a mark behind the first word of a text without an end, where that
// leaves something that can follow a text.
func (c *compiler) closingQuote(i int) remedy {
	src := c.places.src
	t := src.tokens[i]
	text := src.tokenText(t)
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
		to := t.from + len([]rune(text)) - len([]rune(strings.TrimPrefix(rest[end:], other)))
		return write(span{t.from, to}, quote(word))
	}
	return remedy{}
}

// otherComparison reports the comparisons of other languages: =, =>, =<, ===, !==, <>.
func (c *compiler) otherComparison(i int) bool {
	src := c.places.src
	j, written := i, src.word(i)
	for j < i+2 && src.glued(j) && strings.Contains("=<>!", src.word(j + 1)[:1]) && src.tokens[j+1].kind != tokText {
		j++
		written += src.word(j)
	}
	meant := map[string]string{
		"=": "==", "=>": ">=", "=<": "<=", "===": "==", "!==": "!=", "<>": "!=", "=!": "!=", "=!=": "!=", "><": "!=", "!<": ">=", "!>": "<=", "~=": "!=", ":=": "==", "/=": "!=", "<=>": "==", "====": "==",
	}
	if next := src.word(i + 1); j == i && next == "=" && (written == ">" || written == "<" || written == "!" || written == "=") {
		j, written = i+1, map[string]string{">": "=>", "<": "=<", "!": "=!", "=": "===="}[written] // with a blank between
	}
	for ; j > i && meant[written] == ""; j-- { // "=-1" is = and -1
		written = strings.TrimSuffix(written, src.word(j))
	}
	if meant[written] == "" {
		return false
	}
	at := src.span(i, j)
	r := write(at, meant[written])
	if i == 0 && written == "=" && len(src.tokens) > 1 { // as spreadsheets begin a formula
		c.remedied(at, CodeSyntax, remedy{"remove it", Fix{at.from, src.tokens[1].from, ""}}, "= is not in the language")
		return true
	}
	if written == "=" {
		r.hint += " to compare"
	}
	c.remedied(at, CodeSyntax, r, "%s is not in the language", written)
	return true
}

// opening are marks that open a text somewhere, with those that close it.
var opening = map[string]string{"“": "”“\"", "”": "”\"", "„": "“”\"", "‘": "’‘'", "’": "’'", "‚": "‘’'", "«": "»", "»": "«", "`": "`´'", "´": "´'", "″": "″", "＂": "＂"}

// curlyText reports a text in marks that are no quotation marks of the language.
func (c *compiler) curlyText(i int) bool {
	src := c.places.src
	closers, ok := opening[src.word(i)]
	if !ok {
		return false
	}
	from := src.tokens[i].from
	for to := from + 1; to < len(src.runes) && src.runes[to] != '\n'; to++ {
		if !strings.ContainsRune(closers, src.runes[to]) {
			continue
		}
		at := span{from, to + 1}
		inner := src.text(from+1, to)
		if strings.Contains(inner, "${") {
			return false
		}
		c.remedied(at, CodeSyntax, write(at, quote(inner)), "%s is not in the language: texts stand in straight quotes", src.word(i))
		return true
	}
	return false
}

// signedAmount reports €5 and 5€.
func (c *compiler) signedAmount(i int) bool {
	src := c.places.src
	from, to := i, i
	for to+1 < len(src.tokens) && src.glued(to) && (src.tokens[to+1].kind == tokNumber || src.is(to+1, ",")) {
		to++
	}
	if from == to && src.tokens[min(i+1, len(src.tokens)-1)].kind == tokNumber {
		to = i + 1
	}
	if from == to && i > 0 && src.tokens[i-1].kind == tokNumber {
		for from = i - 1; from > 1 && src.is(from-1, ",") && src.glued(from-1) && src.glued(from-2) && src.tokens[from-2].kind == tokNumber; {
			from -= 2
		}
	}
	at := src.span(from, to)
	amount := slip.Amount(src.text(at.from, at.to), "")
	if from == to || amount == "" {
		return false
	}
	c.remedied(at, CodeLiteralHere, write(at, "money("+quote(amount)+")"), "%s is written another way in expressions", src.text(at.from, at.to))
	return true
}

// insertion reports an expression in the brackets that stand around it in texts, here or
// in other tools: ${x}, {{x}}, {x}, $x, @x.
func (c *compiler) insertion(i int) bool {
	src := c.places.src
	mark := src.word(i)
	open := i
	switch {
	case (mark == "$" || mark == "#" || mark == "%") && src.glued(i) && src.is(i+1, "{"):
		open = i + 1
	case (mark == "$" || mark == "@" || mark == "#") && src.glued(i) && src.isName(i+1) && src.tokens[i].kind == tokStray:
		at := src.span(i, src.operandAfter(i+1))
		c.remedied(at, CodeSyntax, write(at, src.text(at.from+1, at.to)), "%s is not in the language: names stand by themselves", mark)
		return true
	case mark != "{" || src.tokens[i].kind != tokPunct:
		return false
	}
	end := src.match[open]
	if end < 0 {
		return false
	}
	first, last := open+1, end-1
	if src.is(first, "{") && src.match[first] == last {
		first, last = first+1, last-1
	}
	if first > last || src.operandAfter(first) != last || !src.isName(first) {
		return false
	}
	at := src.span(i, end)
	c.remedied(at, CodeSyntax, write(at, src.textOf(first, last)), "this is an expression already: names stand in it by themselves")
	return true
}

func strayRemedy(at span, text string) remedy {
	switch text {
	case "&":
		return write(at, "&&")
	case "|":
		return write(at, "||")
	case "“", "”", "„", "‘", "’", "«", "»", "`", "´":
		return say(`write straight quotes: "…"`)
	case "≥":
		return write(at, ">=")
	case "≤":
		return write(at, "<=")
	case "≠":
		return write(at, "!=")
	case "×", "·":
		return write(at, "*")
	case "÷":
		return write(at, "/")
	case "¬":
		return write(at, "!")
	case "∧":
		return write(at, "&&")
	case "∨":
		return write(at, "||")
	case "–", "—", "−":
		return write(at, "-")
	case "\u00a0", "\u2007", "\u202f", "\u2009", "\u3000":
		return remedy{"write a plain space: this blank is another character", Fix{at.from, at.to, " "}}
	case "\ufeff", "\u200b":
		return remedy{"remove this invisible character", Fix{at.from, at.to, ""}}
	case ";":
		return remedy{"remove it", Fix{at.from, at.to, ""}}
	}
	return remedy{}
}
