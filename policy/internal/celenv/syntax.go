package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// parse makes the syntax tree. It reports one mistake at most, because further errors of a parser
// are mostly noise. Slips are looked for before the text is parsed: the parser reports them later,
// at other places, and takes minutes for some garbage.
func (c *compiler) parse() bool {
	src := c.places.src
	if n := len(src.Runes); n > maxSourceRunes {
		c.report(celtext.Span{From: 0, To: n}, celtext.CodeTooComplex, "name parts of it as terms", "the expression has %d characters, at most %d", n, maxSourceRunes)
		return false
	}
	if len(src.Tokens) == 0 {
		c.report(celtext.Span{From: 0, To: len(src.Runes)}, celtext.CodeSyntax, "", "there is no expression")
		return false
	}
	if c.issues = celtext.Slips(src, c); len(c.issues) > 0 || c.tooDeep() {
		return false
	}
	tree, issues, err := c.scope.base.parse(c.source)
	switch {
	case err != nil:
		c.report(celtext.Span{From: 0, To: len(src.Runes)}, celtext.CodeSyntax, "", "%s", err)
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
		c.report(at, celtext.CodeSyntax, "", "%s is not expected here", c.tokenName(at))
	}
}

func (c *compiler) reportTooDeep() {
	c.report(celtext.Span{From: 0, To: len(c.places.src.Runes)}, celtext.CodeTooComplex, "name parts of it as terms", "the expression is nested too deeply or too long")
}

// tooDeep counts brackets in brackets.
func (c *compiler) tooDeep() bool {
	depth := 0
	for i, t := range c.places.src.Tokens {
		switch m := c.places.src.Match[i]; {
		case m > i:
			depth++
		case m >= 0:
			depth--
		}
		if depth > maxDepth {
			c.report(celtext.Span{From: t.From, To: t.To}, celtext.CodeTooComplex, "name parts of it as terms", "brackets are nested too deeply")
			return true
		}
	}
	return false
}

func before(a, b common.Location) bool {
	return a.Line() < b.Line() || a.Line() == b.Line() && a.Column() < b.Column()
}

// spanAt returns the token at a line and column; at the end of the source the last one.
func (c *compiler) spanAt(l common.Location) celtext.Span {
	src := c.places.src
	offset, line := 0, 1
	for ; offset < len(src.Runes) && line < l.Line(); offset++ {
		if src.Runes[offset] == '\n' {
			line++
		}
	}
	offset = min(offset+max(l.Column(), 0), len(src.Runes))
	for _, t := range src.Tokens {
		if t.To > offset {
			return celtext.Span{From: t.From, To: t.To}
		}
	}
	return celtext.Span{From: len(src.Runes), To: len(src.Runes)}
}

func (c *compiler) tokenName(at celtext.Span) string {
	if at.From >= len(c.places.src.Runes) {
		return "the end"
	}
	return c.places.src.Text(at.From, at.To)
}

// macroSlip translates what cel-go says about macros, literals and names.
func (c *compiler) macroSlip(at celtext.Span, message string) bool {
	switch {
	case strings.HasPrefix(message, "invalid argument to has()"):
		c.report(at, celtext.CodeSyntax, "as in has(incident.x)", "has takes a field or a table")
	case strings.Contains(message, "not an identifier"), strings.Contains(message, "simple name"), strings.Contains(message, "simple identifier"), strings.Contains(message, "variable name"):
		c.report(at, celtext.CodeSyntax, "as in list.exists(x, x > 1)", "the variable of a macro is a plain name")
	case strings.Contains(message, "overwrites accumulator"):
		c.report(at, celtext.CodeSyntax, "take another name", "this name is taken")
	case strings.HasPrefix(message, "invalid int literal"), strings.HasPrefix(message, "invalid uint literal"):
		c.report(at, celtext.CodeSyntax, "", "%s is too large for an int", c.tokenName(at))
	case strings.HasPrefix(message, "invalid double literal"):
		c.report(at, celtext.CodeSyntax, "", "%s is too large for a double", c.tokenName(at))
	case strings.HasPrefix(message, "reserved identifier: "):
		c.report(at, celtext.CodeSyntax, "", "%s is a reserved word", strings.TrimPrefix(message, "reserved identifier: "))
	case strings.HasPrefix(message, "math."):
		c.report(at, celtext.CodeTypeMismatch, "", "%s", strings.ReplaceAll(message, "()", ""))
	default:
		return false
	}
	return true
}

// TypeOf implements [celtext.Language] by compiling the text in the same scope.
func (c *compiler) TypeOf(text string) (t value.Type, ok bool) {
	part := newCompiler(c.scope, text, c.message)
	f := part.form(nil)
	if f == nil || f.broken {
		return value.Type{}, false
	}
	return f.typ, true
}

// Check implements [celtext.Language] by compiling the text in the place of the whole source.
func (c *compiler) Check(text string) celtext.Issues {
	next := newCompiler(c.scope, text, c.message)
	next.form(c.want)
	return next.issues
}

// IsFunction implements [celtext.Language].
func (c *compiler) IsFunction(name string) bool { return c.scope.base.declared[name] != nil }

// IsVariable implements [celtext.Language].
func (c *compiler) IsVariable(name string) bool { return slices.Contains(variables(c.message), name) }
