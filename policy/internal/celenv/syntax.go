package celenv

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
)

// parse makes the syntax tree. It reports one problem at most: what a parser says after
// its first is mostly noise. The slips that people make are found before the parser is
// asked: it trips over them later, and elsewhere, and takes minutes over some garbage.
func (c *compiler) parse() bool {
	src := c.places.src
	if n := len(src.runes); n > maxSourceRunes {
		c.report(span{0, n}, CodeTooComplex, "name parts of it as terms", "the expression has %d characters, at most %d", n, maxSourceRunes)
		return false
	}
	if len(src.tokens) == 0 {
		c.report(span{0, len(src.runes)}, CodeSyntax, "", "there is no expression")
		return false
	}
	if c.slip() || c.tooDeep() {
		return false
	}
	tree, issues, err := c.scope.base.parse(c.source)
	switch {
	case err != nil:
		c.report(span{0, len(src.runes)}, CodeSyntax, "", "%s", err)
		return false
	case issues != nil:
		c.reportSyntax(issues.Errors())
		return false
	}
	c.tree, c.places.info = tree, tree.SourceInfo()
	return true
}

// reportSyntax says in plain words why the parser gave up.
func (c *compiler) reportSyntax(errs []*cel.Error) {
	first := errs[0]
	for _, e := range errs[1:] {
		if before(e.Location, first.Location) {
			first = e
		}
	}
	at := c.spanAt(first.Location)
	message := strings.TrimPrefix(first.Message, "Syntax error: ")
	switch {
	case strings.Contains(message, "limit"), strings.Contains(message, "recursion"):
		c.reportTooDeep()
	case c.macroSlip(at, message):
	default:
		c.report(at, CodeSyntax, "", "%s is not expected here", c.tokenName(at))
	}
}

func (c *compiler) reportTooDeep() {
	c.report(span{0, len(c.places.src.runes)}, CodeTooComplex, "name parts of it as terms", "the expression is nested too deeply or too long")
}

// tooDeep counts brackets in brackets.
func (c *compiler) tooDeep() bool {
	depth := 0
	for i, t := range c.places.src.tokens {
		switch m := c.places.src.match[i]; {
		case m > i:
			depth++
		case m >= 0:
			depth--
		}
		if depth > maxDepth {
			c.report(span{t.from, t.to}, CodeTooComplex, "name parts of it as terms", "brackets are nested too deeply")
			return true
		}
	}
	return false
}

func before(a, b common.Location) bool {
	return a.Line() < b.Line() || a.Line() == b.Line() && a.Column() < b.Column()
}

// spanAt returns the token at a line and column; at the end of the source the last one.
func (c *compiler) spanAt(l common.Location) span {
	src := c.places.src
	offset, line := 0, 1
	for ; offset < len(src.runes) && line < l.Line(); offset++ {
		if src.runes[offset] == '\n' {
			line++
		}
	}
	offset = min(offset+max(l.Column(), 0), len(src.runes))
	for _, t := range src.tokens {
		if t.to > offset {
			return span{t.from, t.to}
		}
	}
	return span{len(src.runes), len(src.runes)}
}

func (c *compiler) tokenName(at span) string {
	if at.from >= len(c.places.src.runes) {
		return "the end"
	}
	return c.places.src.text(at.from, at.to)
}

// macroSlip translates what cel-go says about macros, literals and names.
func (c *compiler) macroSlip(at span, message string) bool {
	switch {
	case strings.HasPrefix(message, "invalid argument to has()"):
		c.report(at, CodeSyntax, "as in has(incident.x)", "has takes a field or a table")
	case strings.Contains(message, "not an identifier"), strings.Contains(message, "simple name"), strings.Contains(message, "simple identifier"), strings.Contains(message, "variable name"):
		c.report(at, CodeSyntax, "as in list.exists(x, x > 1)", "the variable of a macro is a plain name")
	case strings.Contains(message, "overwrites accumulator"):
		c.report(at, CodeSyntax, "take another name", "this name is taken")
	case strings.HasPrefix(message, "invalid int literal"), strings.HasPrefix(message, "invalid uint literal"):
		c.report(at, CodeSyntax, "", "%s is too large for an int", c.tokenName(at))
	case strings.HasPrefix(message, "invalid double literal"):
		c.report(at, CodeSyntax, "", "%s is too large for a double", c.tokenName(at))
	case strings.HasPrefix(message, "reserved identifier: "):
		c.report(at, CodeSyntax, "", "%s is a reserved word", strings.TrimPrefix(message, "reserved identifier: "))
	case strings.HasPrefix(message, "math."):
		c.report(at, CodeTypeMismatch, "", "%s", strings.ReplaceAll(message, "()", ""))
	default:
		return false
	}
	return true
}

// endsOperand reports whether a value can end with token i.
func (s *source) endsOperand(i int) bool {
	t := s.tokens[i]
	return t.kind == tokNumber || t.kind == tokText || s.is(i, ")") || s.is(i, "]") || s.is(i, "}") ||
		t.kind == tokName && s.tokenText(t) != "in"
}

// startsOperand reports whether only a value can begin with token i.
func (s *source) startsOperand(i int) bool {
	t := s.tokens[i]
	return t.kind == tokNumber || t.kind == tokText || s.is(i, "(") || s.is(i, "[") || s.is(i, "!") ||
		t.kind == tokName && s.tokenText(t) != "in"
}

// missesOperator reports whether token i cannot follow the end of a value.
func (s *source) missesOperator(i int) bool {
	t, before := s.tokens[i], s.tokens[i-1]
	if s.is(i, "(") {
		return before.kind != tokName
	}
	return t.kind == tokNumber || t.kind == tokText || t.kind == tokName && s.tokenText(t) != "in"
}

func (s *source) isOperator(i int) bool {
	t := s.tokens[i]
	if t.kind == tokName {
		return s.tokenText(t) == "in"
	}
	return t.kind == tokPunct && !strings.Contains("()[]{}.,!?:", s.tokenText(t)) || s.is(i, "!") || s.is(i, "?") || s.is(i, ":") || s.is(i, ".")
}

// missesOperand reports whether nothing that could be a value follows operator i.
func (s *source) missesOperand(i int) bool {
	if i+1 >= len(s.tokens) {
		return true
	}
	return !s.startsOperand(i+1) && !s.is(i+1, "-") && !s.is(i+1, "{") && !s.is(i+1, ".") && !(s.is(i, ".") && s.is(i+1, "?"))
}
