package celenv

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// slip finds what people write who know other languages, or none, before the parser is
// asked. Signs come first, then values and words and whatever is missing: what comes
// first in this order is what the rest may follow from.
func (c *compiler) slip() bool {
	return c.firstSlip(c.signSlip) || c.formulaSlip() || c.valueSlips() || c.firstSlip(c.wordSlip) || c.firstSlip(c.shapeSlip)
}

// firstSlip asks about each token in turn.
func (c *compiler) firstSlip(find func(i int) bool) bool {
	for i := range c.places.src.tokens {
		if find(i) {
			return true
		}
	}
	return false
}

// tokens returns what the tokens i to j span.
func (s *source) span(i, j int) span {
	last := len(s.tokens) - 1
	i, j = min(max(i, 0), last), min(max(j, 0), last)
	return span{s.tokens[i].from, max(s.tokens[i].from, s.tokens[j].to)}
}

// word returns the text of token i, "" past the end.
func (s *source) word(i int) string {
	if i < 0 || i >= len(s.tokens) {
		return ""
	}
	return s.tokenText(s.tokens[i])
}

// glued reports whether token i+1 stands right behind token i.
func (s *source) glued(i int) bool {
	return i >= 0 && i+1 < len(s.tokens) && s.tokens[i].to == s.tokens[i+1].from
}

func (s *source) isName(i int) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].kind == tokName
}

// operandBefore returns the first token of the value that ends with token i, -1 if none
// does.
func (s *source) operandBefore(i int) int {
	for i >= 0 && s.endsOperand(i) {
		switch open := s.match[i]; {
		case open >= 0 && open < i && s.is(open, "[") && open > 0 && s.endsOperand(open-1):
			i = open - 1
		case open >= 0 && open < i && s.is(open, "(") && s.isName(open-1) && s.word(open-1) != "in":
			i = open - 1
		case open >= 0 && open < i:
			return open
		case s.is(i-1, ".") && i > 1:
			i -= 2
		case s.is(i-1, "?") && s.is(i-2, ".") && i > 2:
			i -= 3
		default:
			return i
		}
	}
	return -1
}

// operandAfter returns the last token of the value that starts with token i, -1 if none
// does.
func (s *source) operandAfter(i int) int {
	for s.is(i, "!") || s.is(i, "-") {
		i++
	}
	if i >= len(s.tokens) || !s.startsOperand(i) {
		return -1
	}
	if s.match[i] > i {
		i = s.match[i]
	}
	for {
		switch next := i + 1; {
		case s.is(next, ".") && s.isName(next+1):
			i = next + 1
		case s.is(next, ".") && s.is(next+1, "?") && s.isName(next+2):
			i = next + 2
		case (s.is(next, "(") && s.isName(i) || s.is(next, "[")) && s.match[next] > next:
			i = s.match[next]
		default:
			return i
		}
	}
}

// sideOf returns the first and last token of the value on the left of operator i, which
// may have been written with ! or - in front.
func (s *source) textOf(i, j int) string {
	at := s.span(i, j)
	return s.text(at.from, at.to)
}

// typeOfText returns the type of a part of the source by itself; ok is false where it is
// wrong, or not known.
func (c *compiler) typeOfText(text string) (t value.Type, ok bool) {
	part := newCompiler(c.scope, text, c.message)
	f := part.form(nil)
	if f == nil || f.broken {
		return value.Type{}, false
	}
	return f.typ, true
}

// compares reports whether token i compares two values.
func (s *source) compares(i int) bool {
	switch s.word(i) {
	case "==", "!=", "<", "<=", ">", ">=":
		return s.tokens[i].kind == tokPunct
	}
	return false
}

// typeBeside returns the type of the value that the tokens i to j are compared with, or
// looked for in: incident.failure in `incident.failure == late`.
func (c *compiler) typeBeside(i, j int) (value.Type, bool) {
	src := c.places.src
	if open := i - 1; open >= 0 && (src.is(open, "[") || src.is(open, ",")) {
		for open >= 0 && !(src.is(open, "[") && src.match[open] >= j) {
			open--
		}
		if open > 0 && src.word(open-1) == "in" {
			return c.typeOfTokens(src.operandBefore(open-2), open-2)
		}
		return value.Type{}, false
	}
	switch {
	case i > 1 && src.compares(i-1):
		return c.typeOfTokens(src.operandBefore(i-2), i-2)
	case j+2 < len(src.tokens) && src.compares(j+1):
		return c.typeOfTokens(j+2, src.operandAfter(j+2))
	case i > 1 && src.word(i-1) == "in":
		return c.typeOfTokens(src.operandBefore(i-2), i-2)
	}
	return value.Type{}, false
}

func (c *compiler) typeOfTokens(i, j int) (value.Type, bool) {
	if i < 0 || j < i {
		return value.Type{}, false
	}
	return c.typeOfText(c.places.src.textOf(i, j))
}

// quote writes a text as a literal.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
